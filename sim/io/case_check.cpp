// Contradictions inside a vehicle file.
#include <algorithm>
#include <stdexcept>
#include <variant>

#include "sim/components/operating_points.h"
#include "sim/io/case.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

// A few last digits are lost where a figure is written in other units than its table's axis.
constexpr double kRounding = 1e-9;

std::string shown(double si, Dim dim) {
  const Unit& unit = display_unit(dim);
  std::string text = format_rounded(from_si(unit, si));
  if (!unit.text.empty() && dim != Dim::none) text += " " + std::string(unit.text);
  return text;
}

class VehicleCheck {
 public:
  VehicleCheck(const car::Params<double>& vehicle, const Origins& origins, Problems& problems)
      : car_(vehicle), origins_(origins), problems_(problems) {}

  void all() {
    body();
    drive_units();
    for (int k = 0; k < car_.drive_units.size(); ++k) unit(k);
    std::visit([this](const auto& b) { battery(b); }, car_.battery);
  }

 private:
  void report(const std::string& path, std::string what) {
    problems_.add(problem_at(origins_, path, std::move(what)));
  }

  void body() {
    const auto& c = car_.chassis;
    if (c.gross_mass < c.mass)
      report("chassis.gross_mass", shown(c.gross_mass, Dim::mass) + " is below the kerb mass, " +
                                       shown(c.mass, Dim::mass));
    const auto& r = car_.regeneration;
    if (r.v_zero >= r.v_full)
      report("regeneration.v_full",
             shown(r.v_full, Dim::speed) + " must be above v_zero, " + shown(r.v_zero, Dim::speed));
  }

  // ---- Drive units
  void drive_units() {
    if (car_.drive_units.size() == 0)
      return report("drive_units", "none; a car needs at least one");
    double shares = 0.0;
    for (int k = 0; k < car_.drive_units.size(); ++k) shares += car_.drive_units[k].torque_share;
    if (shares == 0.0)
      report("drive_units", "the torque_share of each is 0; at least one must be above");
  }
  static bool has_magnets(const drive_unit::Machine<double>& m) {
    if (const auto* own = std::get_if<machine_dq::Synchronous<double>>(&m.dq)) {
      const auto* linear = std::get_if<magnetics::Linear<double>>(&own->magnetics);
      return linear == nullptr || linear->psi_f > 0.0;
    }
    return std::holds_alternative<machine_dq::SynchronousFamily<double>>(m.dq);
  }
  void unit(int k) {
    const auto& u = car_.drive_units[k];
    const std::string path = "drive_units." + car_.drive_units.name(k);
    const bool front = u.axle == drive_unit::Axle::front;
    const double load = front ? car_.chassis.front_load : 1.0 - car_.chassis.front_load;
    if (load == 0.0)
      report(path + ".axle", "the " + std::string(front ? "front" : "rear") +
                                 " axle carries no load: chassis.front_load is " +
                                 format(car_.chassis.front_load));
    const auto& e = u.machine.envelope;
    if (e.P_peak / e.tau_peak > e.omega_max)
      report(path + ".machine.P_peak",
             "at tau_peak it is reached at " + shown(e.P_peak / e.tau_peak, Dim::angular_speed) +
                 ", above omega_max, " + shown(e.omega_max, Dim::angular_speed));
    std::visit([&](const auto& l) { machine_loss(path + ".machine", u.machine, l); },
               u.machine.losses);
    if (inverter::from_data_sheet(u.inverter))
      data_sheet(path + ".inverter", u);
    else if (u.control.derating.T_junction_start < kInfinity)
      report(path + ".control.derating.T_junction_start",
             "needs junctions: inverter.devices of the type igbt or mosfet");
    if (u.control.position == motor_control::Position::observer && !has_magnets(u.machine))
      report(path + ".control.position",
             "observer needs a machine.dq with magnets; allowed: sensor");
    for (int i = 0; i < u.gears.size(); ++i) {
      const auto& g = u.gears[i];
      if ((g.second_ratio > 0.0) != (g.shift_speed < kInfinity))
        report(path + ".gears." + u.gears.name(i) + ".second_ratio",
               "second_ratio and shift_speed must be given together");
    }
  }
  // Figures of alike devices have no part beside those of a data sheet; junctions must settle.
  void data_sheet(const std::string& path, const drive_unit::Params<double>& u) {
    const auto& p = u.inverter;
    const std::pair<const char*, double> alike[] = {{"U_on", p.U_on},
                                                    {"R_on", p.R_on},
                                                    {"U_slope", p.U_slope},
                                                    {"switching_loss", p.switching_loss}};
    for (const auto& [name, value] : alike)
      if (value != 0.0)
        report(path + "." + name,
               "has no part beside inverter.devices, which have their own: leave it out, or 0");
    if (!machine_dq::given(u.machine.dq)) return;
    try {
      const double I_max = machine_dq::prepare(u.machine.dq, u.machine.envelope).I_max;
      inverter::steady_bridge(inverter::sized(p, I_max), u.machine.envelope.U_ref, I_max);
    } catch (const std::invalid_argument& e) {
      report(path + ".cooling", e.what());
    }
  }
  using Machine = drive_unit::Machine<double>;
  void machine_loss(const std::string& path, const Machine& m, const machine_map::FromDq<double>&) {
    if (!machine_dq::given(m.dq))
      return report(path + ".losses", "the type dq needs a model of the machine in dq, beside it");
    try {
      const auto dq = machine_dq::prepare(m.dq, m.envelope);
      const auto points = operating_points::prepare(
          dq.model, {machine_dq::kWarm, machine_dq::kWarm}, {dq.I_max, dq.I_f_max});
      const double omega_b = m.envelope.P_peak / m.envelope.tau_peak;
      for (const double omega : {0.0, omega_b, m.envelope.omega_max})
        if (!reached(path + ".dq", m.envelope, points, omega)) return;
    } catch (const std::invalid_argument& e) {
      report(path + ".dq", e.what());
    }
  }
  // The torque of the envelope at a speed, with all of U_ref; a few per cent are rounding of catalogue figures.
  bool reached(const std::string& path, const machine::Envelope<double>& e,
               const operating_points::Machine& m, double omega) {
    constexpr double kCatalogue = 0.97;
    const double wanted = min(e.tau_peak, e.P_peak / max(omega, 1e-9));
    const auto most = operating_points::max_torque(m, omega, e.U_ref / sqrt(3.0));
    const double tau = most ? most->tau_shaft : 0.0;
    if (tau >= kCatalogue * wanted) return true;
    report(path, "makes at most " + shown(tau, Dim::torque) + " at " +
                     shown(omega, Dim::angular_speed) + " and U_ref, less than the " +
                     shown(wanted, Dim::torque) + " of tau_peak, P_peak and omega_max");
    return false;
  }
  void machine_loss(const std::string& path, const Machine& machine,
                    const machine::Map<double>& m) {
    const machine::Envelope<double>& e = machine.envelope;
    const std::string losses = path + ".losses";
    const Table2Data &loss = *m.p_loss.data(), &current = *m.I_peak.data();
    if (loss.x().knots() != current.x().knots() || loss.y().knots() != current.y().knots())
      report(losses + ".I_peak", "its axes must be those of p_loss");
    covered(losses + ".p_loss", "omega", Dim::angular_speed, loss.x(), loss, 0.0, e.omega_max);
    covered(losses + ".p_loss", "tau", Dim::torque, loss.y(), loss, -e.tau_peak, e.tau_peak);
  }
  void machine_loss(const std::string&, const Machine&, const machine::PowerEfficiency<double>&) {}
  void covered(const std::string& path, const std::string& axis, Dim dim, const TableAxis& knots,
               const Table2Data& table, double from, double to) {
    if (std::ranges::min(table.values()) == std::ranges::max(table.values())) return;
    const double slack = kRounding * (to - from);
    if (knots.front() <= from + slack && knots.back() >= to - slack) return;
    report(path, axis + " goes from " + shown(knots.front(), dim) + " to " +
                     shown(knots.back(), dim) + ", must cover " + shown(from, dim) + " to " +
                     shown(to, dim));
  }

  // ---- Battery
  template <class Battery> bool window(const Battery& b) {
    if (b.SOC_empty < b.SOC_full) return true;
    report("battery.SOC_full",
           format(b.SOC_full) + " must be above SOC_empty, " + format(b.SOC_empty));
    return false;
  }
  void battery(const battery_constant_efficiency::Params<double>& b) { window(b); }
  void battery(const battery_pack::Params<double>& b) {
    const bool window_ok = window(b);
    const bool voltages_ok = b.U_cell_min < b.U_cell_max;
    if (!voltages_ok)
      report("battery.U_cell_max", shown(b.U_cell_max, Dim::voltage) +
                                       " must be above U_cell_min, " +
                                       shown(b.U_cell_min, Dim::voltage));
    if (rises(*b.OCV.data()) && window_ok && voltages_ok) inside(b);
  }
  bool rises(const Table1Data& OCV) {
    const std::vector<double>&x = OCV.axis().knots(), &y = OCV.values();
    for (std::size_t i = 1; i < y.size(); ++i) {
      if (y[i] >= y[i - 1]) continue;
      report("battery.OCV", "falls from " + shown(y[i - 1], Dim::voltage) + " at SOC " +
                                format(x[i - 1]) + " to " + shown(y[i], Dim::voltage) + " at " +
                                format(x[i]));
      return false;
    }
    return true;
  }
  // A rising OCV has its extremes at the ends of the window.
  void inside(const battery_pack::Params<double>& b) {
    const double low = b.OCV(b.SOC_empty), high = b.OCV(b.SOC_full);
    if (low < b.U_cell_min * (1.0 - kRounding))
      report("battery.OCV", shown(low, Dim::voltage) + " at SOC_empty is below U_cell_min, " +
                                shown(b.U_cell_min, Dim::voltage));
    if (high > b.U_cell_max * (1.0 + kRounding))
      report("battery.OCV", shown(high, Dim::voltage) + " at SOC_full is above U_cell_max, " +
                                shown(b.U_cell_max, Dim::voltage));
  }

  const car::Params<double>& car_;
  const Origins& origins_;
  Problems& problems_;
};

}  // namespace

void check_vehicle(const car::Params<double>& vehicle, const Origins& origins, Problems& problems) {
  VehicleCheck(vehicle, origins, problems).all();
}

}  // namespace evsim::io
