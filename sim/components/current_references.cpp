#include "sim/components/current_references.h"

#include <memory>
#include <stdexcept>

namespace evsim::current_references {
namespace {

using operating_points::Machine;
using operating_points::Outcome;
using operating_points::Point;

constexpr double kOnEnvelope = 1.0 - 1e-9;

struct Row {  // at one psi_max, shares from -1 to 1
  double psi_max, tau_max;
  std::vector<Dq<double>> i;
  std::vector<double> i_f, psi_R;
};

// -1..1, dense at -1, 0 and 1.
std::vector<double> shares(int cells) {
  std::vector<double> out;
  for (int k = -cells; k <= cells; ++k) {
    const double x = abs(static_cast<double>(k) / cells);
    const double s = x * x * x * (10.0 + x * (6.0 * x - 15.0));
    out.push_back(k < 0 ? -s : s);
  }
  return out;
}

// Whether i_q and torque change sign together, so that one side tells the other.
bool symmetric(const Machine& m) {
  const auto& a = m.motoring;
  const auto& b = m.generating;
  for (std::size_t k = 0; k < a.psi.size(); ++k)
    if (abs(a.psi[k].d - b.psi[k].d) + abs(a.psi[k].q + b.psi[k].q) >
        1e-9 * abs(a.psi[k].q) + 1e-15)
      return false;
  return true;
}

// Less of the two sides; < 0 where one side can't reach 0, or nothing can be had.
double torque_range(const Machine& m, double psi_max) {
  const auto most = operating_points::max_torque(m, flux_speed(m), psi_max);
  if (!most || symmetric(m)) return most ? most->tau : -1.0;
  const auto least = operating_points::min_torque(m, flux_speed(m), psi_max);
  return least ? min(most->tau, -least->tau) : -1.0;
}

void put(Row& row, std::size_t at, const Point& p, double side) {
  row.i[at] = {p.i.d, side * p.i.q};
  row.i_f[at] = p.i_f;
  row.psi_R[at] = p.psi_R;
}

// On the envelope's edge, and next to no torque at all, rounding may refuse a torque: then the nearest one.
Point inside(const Machine& m, double psi_max, double tau_max, double tau, const Outcome& found) {
  if (const Point* p = std::get_if<Point>(&found)) return *p;
  constexpr double kNothing = 1e-3;  // of the most torque
  double off = 1e-8;
  for (int round = 0; round < 10; ++round, off *= 4.0) {
    const double other =
        abs(tau) < kNothing * tau_max ? (tau < 0.0 ? -off : off) * tau_max : tau * (1.0 - off);
    const Outcome near = operating_points::point(m, flux_speed(m), psi_max, other);
    if (const Point* p = std::get_if<Point>(&near)) return *p;
  }
  throw std::invalid_argument("a torque inside the machine's envelope has no current");
}

// From the ends towards 0, where field weakening comes first.
Row row_at(const Machine& m, const std::vector<double>& share, double psi_max) {
  const std::size_t n = share.size();
  Row row{.psi_max = psi_max, .tau_max = torque_range(m, psi_max), .i = {}, .i_f = {}, .psi_R = {}};
  row.i.resize(n);
  row.i_f.resize(n);
  row.psi_R.resize(n);
  const bool mirror = symmetric(m);
  for (const bool motoring : {true, false}) {
    if (!motoring && mirror) break;
    std::vector<double> tau;
    for (std::size_t k = 0; k <= n / 2; ++k)
      tau.push_back(row.tau_max * kOnEnvelope * (motoring ? share[n - 1 - k] : share[k]));
    const auto found = operating_points::points(m, flux_speed(m), psi_max, tau);
    for (std::size_t k = 0; k <= n / 2; ++k) {
      const Point p = inside(m, psi_max, row.tau_max, tau[k], found[k]);
      if (motoring) put(row, n - 1 - k, p, 1.0);
      if (!motoring || mirror) put(row, k, p, mirror ? -1.0 : 1.0);
    }
  }
  return row;
}

// How far the middle of two rows lies from their mean: currents over I_max, and the torque's range.
double bend(const Row& a, const Row& middle, const Row& b, double I_max) {
  double most = 0.0;
  for (std::size_t k = 0; k < a.i.size(); ++k) {
    most = max(most, abs(0.5 * (a.i[k].d + b.i[k].d) - middle.i[k].d));
    most = max(most, abs(0.5 * (a.i[k].q + b.i[k].q) - middle.i[k].q));
  }
  const double range = abs(0.5 * (a.tau_max + b.tau_max) - middle.tau_max);
  return max(most / I_max, range / max(b.tau_max, 1e-300));
}

// The least psi_max with torque, from psi_min up.
double lowest(const Machine& m, double psi_min, double psi_top) {
  if (torque_range(m, psi_min) > 0.0) return psi_min;
  double none = psi_min, some = psi_top;
  for (int round = 0; round < 60; ++round) {
    const double psi = 0.5 * (none + some);
    (torque_range(m, psi) > 0.0 ? some : none) = psi;
  }
  return some;
}

// Flux above which nothing changes: of the largest current.
double highest(const Machine& m) {
  double psi2 = 0.0;
  for (const auto* line : {&m.motoring, &m.generating})
    for (const Dq<double>& psi : line->psi) psi2 = max(psi2, psi.d * psi.d + psi.q * psi.q);
  if (psi2 > 0.0) return sqrt(psi2);
  const Point p = operating_points::mtpa(m, m.limits.I_max);  // excited
  return sqrt(p.psi.d * p.psi.d + p.psi.q * p.psi.q);
}

struct Rows {
  const Machine& m;
  const std::vector<double>& share;
  double bend;  // allowed
  std::size_t most;
  std::vector<Row> rows;

  void halve(const Row& a, const Row& b, int depth) {
    if (rows.size() >= most) return;
    const Row middle = row_at(m, share, 0.5 * (a.psi_max + b.psi_max));
    const bool again = depth < 8 && current_references::bend(a, middle, b, m.limits.I_max) > bend;
    if (again) halve(a, middle, depth + 1);
    rows.push_back(middle);
    if (again) halve(middle, b, depth + 1);
  }
};

std::vector<Row> rows(const Machine& m, const Grid& grid, const std::vector<double>& share) {
  constexpr int kCoarse = 16;
  const double top = highest(m), bottom = lowest(m, grid.psi_min, top);
  Rows all{.m = m,
           .share = share,
           .bend = 2.0 * grid.precision,
           .most = static_cast<std::size_t>(grid.most_rows),
           .rows = {}};
  all.rows.push_back(row_at(m, share, bottom));
  for (int k = 1; k <= kCoarse; ++k) {
    const Row from = all.rows.back(), to = row_at(m, share, bottom + (top - bottom) * k / kCoarse);
    all.halve(from, to, 0);
    all.rows.push_back(to);
  }
  return all.rows;
}

template <class Of>
Table2<double> table(const std::vector<Row>& rows, const std::vector<double>& share, Of of) {
  std::vector<double> psi, z;
  for (const Row& row : rows) {
    psi.push_back(row.psi_max);
    for (std::size_t k = 0; k < share.size(); ++k) z.push_back(of(row, k));
  }
  return Table2<double>(std::make_shared<Table2Data>(psi, share, z));
}

}  // namespace

double flux_speed(const Machine& m) { return 1.0 / m.model.common.n_p; }  // omega_e = 1 rad/s

Machine source(const dq_machine::Model<double>& model,
               const dq_machine::Temperatures<double>& temperatures,
               const operating_points::Limits& limits) {
  operating_points::Limits of_flux = limits;
  of_flux.voltage = operating_points::Voltage::of_flux;
  return operating_points::prepare(model, temperatures, of_flux);
}

CurrentReferences<double> prepare(const dq_machine::Model<double>& model,
                                  const dq_machine::Temperatures<double>& temperatures,
                                  const operating_points::Limits& limits, const Grid& grid) {
  if (!(grid.psi_min > 0.0)) throw std::invalid_argument("psi_min must be above 0");
  const Machine m = source(model, temperatures, limits);
  const std::vector<double> share = shares(grid.shares);
  const std::vector<Row> all = rows(m, grid, share);
  CurrentReferences<double> out;
  out.i_d = table(all, share, [](const Row& row, std::size_t k) { return row.i[k].d; });
  out.i_q = table(all, share, [](const Row& row, std::size_t k) { return row.i[k].q; });
  if (std::holds_alternative<dq_machine::Excited<double>>(model.circuit))
    out.i_f = table(all, share, [](const Row& row, std::size_t k) { return row.i_f[k]; });
  if (std::holds_alternative<dq_machine::Induction<double>>(model.circuit))
    out.psi_R = table(all, share, [](const Row& row, std::size_t k) { return row.psi_R[k]; });
  std::vector<double> psi, tau;
  for (const Row& row : all) {
    psi.push_back(row.psi_max);
    tau.push_back(row.tau_max);
  }
  out.tau_max = Table1<double>(std::make_shared<Table1Data>(psi, tau));
  return out;
}

}  // namespace evsim::current_references
