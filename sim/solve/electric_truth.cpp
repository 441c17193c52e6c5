#include "sim/solve/electric_truth.h"

#include <variant>
#include <vector>

#include "sim/solve/erk.h"

namespace evsim {
namespace {

using electric_drive::Flow;
using electric_drive::Rows;
using electric_drive::State;

// What a unit step of each is worth: tolerances are relative to it. Energies and charges are those of a tick.
constexpr double kFlux = 0.1, kTurn = 1.0, kNode = 100.0, kSpeed = 10.0, kRow = 1.0;

// Calls visit(x, scale) for each number of states and rows, in the vector's order.
template <class Y, class Q, class Visit> void each(int n_units, Y& y, Q& q, const Visit& visit) {
  for (std::size_t n = 0; n < static_cast<std::size_t>(n_units); ++n) {
    auto& x = y.units[n];
    visit(x.psi.a, kFlux), visit(x.psi.b, kFlux);
    visit(x.rotor.x, kFlux), visit(x.rotor.y, kFlux);
    visit(x.theta_e, kTurn);
    auto& r = q.units[n];
    for (auto* row : {&r.shaft, &r.wheel, &r.stator, &r.rotor, &r.iron, &r.friction, &r.conduction,
                      &r.switching, &r.fixed, &r.arc, &r.tau, &r.diode})
      visit(*row, kRow);
  }
  visit(y.node.i, kNode), visit(y.node.u_C, kNode), visit(y.v, kSpeed);
  for (auto* row : {&q.x, &q.charge, &q.source, &q.cable, &q.ripple}) visit(*row, kRow);
}

struct Setting {
  const electric_drive::Model<double>& m;
  ElectricTruth::Held held;
  ElectricTruth::Behind behind;
  double R_source;
};

template <std::size_t N, class Held, class Behind>
void rates(const Setting& p, const Held& held, const Behind& behind, const State<double>& x,
           State<double>& dx, Rows<double>& dq) {
  std::array<Angle<double>, kMaxDriveUnits> theta{};
  for (std::size_t n = 0; n < N; ++n) theta[n] = angle(x.units[n].theta_e);
  const Flow<double> f = electric_drive::rates<N>(p.m, held, behind, x, theta, dx, dq);
  const auto& node = p.m.node;
  const double R = p.R_source + held.R_beside, i = x.node.i, i_C = i - f.i_node;
  dx.node = {.i = (held.U_0 - (R + node.R_cable) * i - f.u) / node.L_cable, .u_C = i_C / node.C};
  dq.charge = i;
  dq.source = R * i * i;
  dq.cable = node.R_cable * i * i + node.R_C * i_C * i_C;
  dq.ripple = i_C * i_C;
}

}  // namespace

struct ElectricTruth::Impl {
  int n_units;
  Erk erk;

  Impl(int n, double rtol)
      : n_units(n), erk(Erk::Scheme::fehlberg_8, rtol, scales(n), "the electric drive") {}

  static std::vector<double> scales(int n) {
    State<double> x{};
    Rows<double> q{};
    std::vector<double> out;
    each(n, x, q, [&](double&, double scale) { out.push_back(scale); });
    return out;
  }
  void unpack(const double* from, State<double>& x, Rows<double>& q) const {
    each(n_units, x, q, [&](double& value, double) { value = *from++; });
  }
  void pack(State<double>& x, Rows<double>& q, double* to) const {
    each(n_units, x, q, [&](double& value, double) { *to++ = value; });
  }

  void advance(const Setting& now, double h, State<double>& x, Rows<double>& q) {
    pack(x, q, erk.y());
    erk.advance(h, [&](double, const double* y, double* dy) { derivatives(now, y, dy); });
    unpack(erk.y(), x, q);
  }
  void derivatives(const Setting& now, const double* y, double* dy) const {
    State<double> x{}, dx{};
    Rows<double> q{}, dq{};
    unpack(y, x, q);
    std::visit(
        [&](const auto* held, const auto* behind) {
          switch (n_units) {
            case 1: rates<1>(now, *held, *behind, x, dx, dq); break;
            case 2: rates<2>(now, *held, *behind, x, dx, dq); break;
            case 3: rates<3>(now, *held, *behind, x, dx, dq); break;
            default: rates<4>(now, *held, *behind, x, dx, dq); break;
          }
        },
        now.held, now.behind);
    pack(dx, dq, dy);
  }
};

ElectricTruth::ElectricTruth(int n_units, double rtol)
    : impl_(std::make_unique<Impl>(n_units, rtol)) {}
ElectricTruth::~ElectricTruth() = default;
ElectricTruth::ElectricTruth(ElectricTruth&&) noexcept = default;
ElectricTruth& ElectricTruth::operator=(ElectricTruth&&) noexcept = default;

void ElectricTruth::advance(const electric_drive::Model<double>& m, Held held, Behind behind,
                            double R_source, double h, State<double>& y, Rows<double>& q) {
  impl_->advance({m, held, behind, R_source}, h, y, q);
}

}  // namespace evsim
