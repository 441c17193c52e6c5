#include "sim/vehicle/unit_map.h"

namespace evsim::unit_map {
namespace {

namespace points = operating_points;

struct Unit {
  points::Machine machine;
  inverter::Params<double> inverter;           // sized
  power_devices::SteadyBridge<double> bridge;  // of devices from a data sheet
  Conditions conditions;
  double u_max;
};

Unit unit_of(const drive_unit::Params<double>& p, const Conditions& c) {
  const auto machine = machine_dq::prepare(p.machine.dq, p.machine.envelope);
  const auto inverter = inverter::sized(p.inverter, machine.I_max);
  const bool sheet = inverter::from_data_sheet(inverter);
  return {.machine = drive_unit::operating_points_of(p, machine, c.T_machine),
          .inverter = inverter,
          .bridge = sheet ? inverter::steady_bridge(inverter, c.u_dc, machine.I_max)
                          : power_devices::SteadyBridge<double>{},
          .conditions = c,
          .u_max = drive_unit::largest_voltage(p, c.u_dc)};
}

double amplitude(const Dq<double>& i) { return sqrt(i.d * i.d + i.q * i.q); }

// Devices from a data sheet with the junctions settled.
InverterLosses inverter_losses(const Unit& u, const points::Point& machine) {
  const double I = amplitude(machine.i), P_fixed = u.inverter.P_fixed;
  if (inverter::from_data_sheet(u.inverter)) {
    const double p_AC = 1.5 * (machine.u.d * machine.i.d + machine.u.q * machine.i.q);
    const auto l = power_devices::steady(u.bridge, I, p_AC).losses;
    return {.conduction = l.p_transistor + l.p_diode,
            .switching = l.p_sw_transistor + l.p_sw_diode,
            .fixed = P_fixed};
  }
  const auto l = inverter::losses(u.inverter, I);
  return {.conduction = l.p - P_fixed, .switching = l.i * u.conditions.u_dc, .fixed = P_fixed};
}
Point finished(const Unit& u, double omega, const points::Point& machine) {
  return {.omega = omega, .machine = machine, .inverter = inverter_losses(u, machine)};
}

// From one end to 0, both left out of what is appended: the ends are there already.
void between(const Unit& u, double omega, double tau_end, int n, bool outwards,
             std::vector<Point>& to) {
  for (int k = 1; k < n; ++k) {
    const double share = static_cast<double>(outwards ? k : n - k) / n;
    const auto found = points::shaft_point(u.machine, omega, u.u_max, share * tau_end);
    if (const auto* p = std::get_if<points::Point>(&found)) to.push_back(finished(u, omega, *p));
  }
}

// Nothing where the machine can't stand without torque.
std::optional<Row> row(const Unit& u, double omega, int n) {
  const auto least = points::min_torque(u.machine, omega, u.u_max);
  const auto most = points::max_torque(u.machine, omega, u.u_max);
  const auto none = points::shaft_point(u.machine, omega, u.u_max, 0.0);
  const auto* idle = std::get_if<points::Point>(&none);
  if (!least || !most || idle == nullptr || !(least->tau_shaft < 0.0 && most->tau_shaft > 0.0))
    return std::nullopt;
  Row out{.omega = omega, .points = {finished(u, omega, *least)}};
  between(u, omega, least->tau_shaft, n, false, out.points);
  out.points.push_back(finished(u, omega, *idle));
  between(u, omega, most->tau_shaft, n, true, out.points);
  out.points.push_back(finished(u, omega, *most));
  return out;
}

std::vector<Dq<double>> inside(const std::vector<points::Point>& line, double I_max) {
  std::vector<Dq<double>> out;
  for (const points::Point& p : line)
    if (amplitude(p.i) <= I_max) out.push_back(p.i);
  return out;
}

// An excited machine at its full field.
points::Machine at_full_field(const points::Machine& m) {
  const bool excited = std::holds_alternative<dq_machine::Excited<double>>(m.model.circuit);
  return excited ? points::at_field_current(m, m.limits.I_f_max) : m;
}

std::vector<Locus> ellipses(const points::Machine& m, double u_max,
                            const std::vector<double>& speeds) {
  constexpr int kPoints = 120;
  std::vector<Locus> out;
  for (const double omega : speeds) {
    auto i = points::voltage_ellipse(m, omega, u_max, kPoints);
    if (!i.empty()) out.push_back({omega, std::move(i)});
  }
  return out;
}

// Fifths of the most torque, motoring and generating.
std::vector<Loci::Torque> torques(const points::Machine& m, double I_reach) {
  constexpr int kLines = 5;
  std::vector<Loci::Torque> out;
  for (int k = -kLines; k <= kLines; ++k) {
    const auto& line = k < 0 ? m.generating : m.motoring;
    const double tau = line.tau.back() * abs(static_cast<double>(k)) / kLines;
    auto i = points::torque_line(m, tau, I_reach);
    if (!i.empty()) out.push_back({tau, std::move(i)});
  }
  return out;
}

Loci loci_of(const Unit& u, const std::vector<double>& speeds) {
  constexpr int kPoints = 60;
  constexpr double kReach = 1.6;  // of the torques' lines over I_max
  const double I_max = u.machine.limits.I_max;
  const points::Machine m = at_full_field(u.machine);
  Loci out{.mtpa = {0.0, inside(points::mtpa_line(u.machine, kPoints), kInfinity)},
           .mtpv = {},
           .envelope = {},
           .circle = {0.0, points::current_circle(u.machine, 2 * kPoints)},
           .ellipses = ellipses(m, u.u_max, speeds),
           .torques = torques(m, kReach * I_max)};
  if (!speeds.empty())
    out.mtpv = {speeds.back(),
                inside(points::mtpv_line(u.machine, speeds.back(), u.u_max, kPoints), I_max)};
  return out;
}

// From the base speed on.
std::vector<double> weakening_speeds(const machine::Envelope<double>& e) {
  std::vector<double> out;
  for (const double times : {1.0, 1.5, 2.5, 4.0}) {
    const double omega = min(times * e.P_peak / e.tau_peak, e.omega_max);
    if (out.empty() || omega > out.back()) out.push_back(omega);
  }
  if (out.back() < e.omega_max) out.push_back(e.omega_max);
  return out;
}

}  // namespace

double efficiency(double p_mechanical, double loss) {
  if (p_mechanical > 0.0) return p_mechanical / (p_mechanical + loss);
  return p_mechanical < 0.0 ? max((-p_mechanical - loss) / -p_mechanical, 0.0) : 0.0;
}

Efficiencies efficiencies(const Point& p) {
  const double machine = efficiency(p.p_mechanical(), p.machine_loss());
  const double both = efficiency(p.p_mechanical(), p.machine_loss() + p.inverter.all());
  return {.machine = machine, .inverter = machine > 0.0 ? both / machine : 0.0, .both = both};
}

Map compute(const drive_unit::Params<double>& unit, const Conditions& conditions,
            const Grid& grid) {
  const Unit u = unit_of(unit, conditions);
  Map out{.conditions = conditions, .u_max = u.u_max, .rows = {}, .loci = {}};
  for (int k = 1 - grid.speeds; k < grid.speeds; ++k) {
    const double omega = unit.machine.envelope.omega_max * k / (grid.speeds - 1);
    if (auto r = row(u, omega, grid.torques - 1)) out.rows.push_back(std::move(*r));
  }
  out.loci = loci_of(u, weakening_speeds(unit.machine.envelope));
  for (const Row& r : out.rows)
    if (r.omega >= 0.0) out.loci.envelope.i.push_back(r.points.back().machine.i);
  return out;
}

Loci loci(const drive_unit::Params<double>& unit, const Conditions& conditions,
          const std::vector<double>& speeds) {
  return loci_of(unit_of(unit, conditions), speeds);
}

std::variant<Point, operating_points::Refusal> point(const drive_unit::Params<double>& unit,
                                                     const Conditions& conditions, double omega,
                                                     double tau) {
  const Unit u = unit_of(unit, conditions);
  const auto found = points::shaft_point(u.machine, omega, u.u_max, tau);
  if (const auto* why = std::get_if<points::Refusal>(&found)) return *why;
  return finished(u, omega, std::get<points::Point>(found));
}

}  // namespace evsim::unit_map
