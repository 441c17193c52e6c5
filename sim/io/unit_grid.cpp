#include "sim/io/unit_grid.h"

#include <algorithm>
#include <cmath>

#include "sim/vehicle/unit_map.h"

namespace evsim::io {
namespace {

using Rows = std::vector<unit_map::Row>;
struct Values {
  double loss, p_mechanical;  // [W]
};
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

Values values(const unit_map::Point& p) {
  return {.loss = p.machine_loss() + p.inverter.all(), .p_mechanical = p.p_mechanical()};
}

// Between the torques of one speed; NaN beyond them.
double loss_in(const unit_map::Row& row, double tau) {
  if (tau < row.tau_min() || tau > row.tau_max()) return kNothing;
  const auto above =
      std::ranges::find_if(row.points, [&](const auto& p) { return p.tau() >= tau; });
  if (above == row.points.begin()) return values(*above).loss;
  const unit_map::Point &a = *(above - 1), &b = *above;
  const double share = b.tau() > a.tau() ? (tau - a.tau()) / (b.tau() - a.tau()) : 0.0;
  return std::lerp(values(a).loss, values(b).loss, share);
}

// The rows on both sides of a speed, and how far it is from the first [0..1].
struct Between {
  const unit_map::Row *a, *b;
  double share;
};
Between between(const Rows& rows, double omega) {
  const auto above = std::ranges::find_if(rows, [&](const auto& r) { return r.omega >= omega; });
  if (above == rows.end()) return {&rows.back(), &rows.back(), 0.0};
  if (above == rows.begin()) return {&*above, &*above, 0.0};
  const auto below = above - 1;
  return {&*below, &*above, (omega - below->omega) / (above->omega - below->omega)};
}

std::vector<double> even(double from, double to, int n) {
  std::vector<double> out;
  for (int i = 0; i < n; ++i) out.push_back(from + (to - from) * i / (n - 1));
  return out;
}

// At one speed the torque's range shrinks with the voltage: loss where both rows have it, else of the one that does.
double loss_at(const Between& at, double tau) {
  const double a = loss_in(*at.a, tau), b = loss_in(*at.b, tau);
  if (std::isnan(a)) return b;
  return std::isnan(b) ? a : std::lerp(a, b, at.share);
}

CurrentLoci::Line line(const unit_map::Locus& locus) {
  CurrentLoci::Line out;
  for (const Dq<double>& i : locus.i) {
    out.i_d.push_back(i.d);
    out.i_q.push_back(i.q);
  }
  return out;
}

}  // namespace

bool has_dq_model(const car::Params<double>& vehicle, int unit) {
  return machine_dq::given(vehicle.drive_units[unit].machine.dq);
}

UnitGrid unit_grid(const car::Params<double>& vehicle, int unit, const OperatingConditions& at,
                   const GridSize& size) {
  const drive_unit::Params<double>& u = vehicle.drive_units[unit];
  const unit_map::Map map =
      unit_map::compute(u, {at.u_dc, at.T_machine}, {.speeds = 25, .torques = 20});
  Rows rows;
  for (const unit_map::Row& r : map.rows)
    if (r.omega >= 0.0) rows.push_back(r);
  UnitGrid out{};
  out.at = at;
  if (rows.size() < 2) return out;
  double most = 0.0, least = 0.0;
  for (const unit_map::Row& r : rows) {
    most = std::max(most, r.tau_max());
    least = std::min(least, r.tau_min());
  }
  out.omega = even(rows.front().omega, rows.back().omega, size.speeds);
  out.tau = even(least, most, size.torques);
  for (const double omega : out.omega) {
    const Between b = between(rows, omega);
    out.tau_max.push_back(std::lerp(b.a->tau_max(), b.b->tau_max(), b.share));
    out.tau_min.push_back(std::lerp(b.a->tau_min(), b.b->tau_min(), b.share));
    out.tau_limit.push_back(machine::torque_limit(u.machine.envelope, omega, at.u_dc));
  }
  for (const double tau : out.tau)
    for (std::size_t i = 0; i < out.omega.size(); ++i) {
      const bool inside = tau >= out.tau_min[i] && tau <= out.tau_max[i];
      const double loss = inside ? loss_at(between(rows, out.omega[i]), tau) : kNothing;
      out.loss.push_back(loss);
      out.efficiency.push_back(inside ? unit_map::efficiency(tau * out.omega[i], loss) : kNothing);
    }
  return out;
}

CurrentLoci current_loci(const car::Params<double>& vehicle, int unit,
                         const OperatingConditions& at, double omega) {
  const unit_map::Loci loci =
      unit_map::loci(vehicle.drive_units[unit], {at.u_dc, at.T_machine}, {std::abs(omega)});
  CurrentLoci out{.at = at,
                  .omega = omega,
                  .I_max = 0.0,
                  .circle = line(loci.circle),
                  .mtpa = line(loci.mtpa),
                  .mtpv = line(loci.mtpv),
                  .ellipse = {}};
  for (const double i_d : out.circle.i_d) out.I_max = std::max(out.I_max, std::abs(i_d));
  if (!loci.ellipses.empty()) out.ellipse = line(loci.ellipses.front());
  return out;
}

}  // namespace evsim::io
