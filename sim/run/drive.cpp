#include "sim/run/drive.h"

#include <algorithm>
#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/components/operating_points.h"
#include "sim/control/believed_machine.h"

namespace evsim {
namespace {

constexpr double kTwoPi = 6.28318530717958647693;

dc_node::Params<double> node(const car::Params<double>& p) {
  dc_node::Params<double> out{
      .C = 0.0, .R_C = 0.0, .R_cable = p.dc_cable.R, .L_cable = p.dc_cable.L};
  double G = 0.0;
  for (int k = 0; k < p.drive_units.size(); ++k) {
    const auto& inverter = p.drive_units[k].inverter;
    out.C += inverter.C_link;
    G += 1.0 / max(inverter.R_C_link, 1e-9);
  }
  out.R_C = 1.0 / G;
  return out;
}

using operating_points::Point;
electric_drive::UnitState<double> state_at(const dq_machine::Synchronous<double>&,
                                           const dq_machine::Temperatures<double>&, const Point& p,
                                           double&) {
  return {.psi = {p.psi.d, p.psi.q}, .rotor = {0.0, 0.0}, .theta_e = 0.0};
}
electric_drive::UnitState<double> state_at(const dq_machine::Excited<double>& c,
                                           const dq_machine::Temperatures<double>& t,
                                           const Point& p, double& u_f) {
  u_f = dq_machine::copper(c.R_f, t.rotor) * p.i_f;
  return {.psi = {p.psi.d, p.psi.q},
          .rotor = {c.L_f * p.i_f + 1.5 * c.L_m * p.i.d, 0.0},
          .theta_e = 0.0};
}
// The point has its d axis on the rotor flux; so has the rotor then.
electric_drive::UnitState<double> state_at(const dq_machine::Induction<double>& c,
                                           const dq_machine::Temperatures<double>&, const Point& p,
                                           double&) {
  const double psi_r = p.psi.d;  // no d current in the cage
  static_cast<void>(c);
  return {.psi = {p.psi.d, p.psi.q}, .rotor = {psi_r, 0.0}, .theta_e = 0.0};
}

}  // namespace

// What is held over a step, and what of it the slow states need.
struct Drive::Slow {
  car::Surroundings<double> around;
  battery::Source<double> source;
  RigidDriveline<double> behind;
  std::array<double, 2> slip;
  double F_fluid, F_grade, F_roll, F_brake;  // [N]
  double v_ref;                              // at the step's middle [m/s]
};

Drive::Drive(const car::Params<double>& vehicle, scenario::Level level, std::uint64_t seed,
             double R_source, double T_machine)
    : waveform_(level == scenario::Level::waveform), seed_(seed), R_source_(R_source) {
  model_.n_units = vehicle.drive_units.size();
  model_.node = node(vehicle);
  for (int k = 0; k < model_.n_units; ++k) {
    const auto& unit = vehicle.drive_units[k];
    const auto n = static_cast<std::size_t>(k);
    if (!machine_dq::given(unit.machine.dq))
      throw InputError(Problem{.path = "drive_units." + vehicle.drive_units.name(k) + ".machine.dq",
                               .what = "has no model: the levels drive and waveform need one"});
    const auto machine = machine_dq::prepare(unit.machine.dq, unit.machine.envelope);
    model_.units[n] = {.machine = machine.model,
                       .inverter = inverter::sized(unit.inverter, machine.I_max),
                       .I_ripple = unit.inverter.ripple * machine.I_max};
    const auto params = motor_control::params(unit, machine, {T_machine, T_machine});
    units_[n] = {.control = motor_control::prepare(
                     params, motor_control::references(machine, params, unit.machine.envelope,
                                                       {T_machine, T_machine})),
                 .rounded = {},
                 .sensors = unit.sensors,
                 .pwm = {},
                 .twice = unit.control.update == motor_control::Update::twice,
                 .f_sw = unit.inverter.f_sw,
                 .tau_max = unit.machine.envelope.tau_peak,
                 .I_f_max = machine.I_f_max,
                 .psi_base = motor_control::base_flux(machine, unit.machine.envelope),
                 .rate = {}};
    if (params.arithmetic == motor_control::Arithmetic::float32)
      units_[n].rounded =
          motor_control::prepare(motor_control::rounded(params), units_[n].control.references);
    units_[n].rate = rate_hz(1.0 / units_[n].control.gains.T_s);
  }
}

TimeNs Drive::tick_at(std::size_t unit, std::int64_t tick) const {
  return tick_time(units_[unit].rate, 0, tick);
}

Drive::State Drive::start(const closed_loop::System<double>& s,
                          const fixed_step::States<double>& y) const {
  State d{};
  const battery::State<double> x = car::load_battery(y.data());
  d.y.node = {.i = 0.0, .u_C = battery::source(s.car.battery, x, s.T_battery).U_0};
  d.u_min = d.u_max = d.y.node.u_C;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    auto& held = d.held.units[n];
    held.temperatures = {s.T_machine, s.T_machine};
    const auto& unit = s.car.drive_units[static_cast<int>(n)];
    const double omega = drive_unit::machine_speed(unit, y[car::kV]);
    const double tau = y[car::kTorque + n];
    d.y.units[n] = steady(n, held.temperatures, d.y.node.u_C, omega, tau, held.u_f);
    d.units[n].next.u_f = held.u_f;
    d.units[n].asked = {tau, tau, tau, tau, 0};
    d.units[n].control.psi_R = {d.y.units[n].rotor.x, d.y.units[n].rotor.y};
  }
  return d;
}

// Flux linkages that have been at a shaft torque and a speed for long, d axis at angle 0; without torque where the
// machine can't give it. u_f: of its field winding [V].
electric_drive::UnitState<double> Drive::steady(std::size_t n,
                                                const dq_machine::Temperatures<double>& t,
                                                double u_dc, double omega, double tau,
                                                double& u_f) const {
  const auto& p = units_[n].control.p;
  const auto& model = model_.units[n].machine;
  const auto machine = operating_points::prepare(
      model, t, motor_control::limits(model, p.I_max, units_[n].I_f_max, units_[n].psi_base));
  const double u_max = p.k_u * u_dc * 0.57735026918962576;
  auto found = operating_points::shaft_point(machine, omega, u_max, tau);
  if (std::holds_alternative<operating_points::Refusal>(found))
    found = operating_points::point(machine, omega, u_max, 0.0);
  const auto* point = std::get_if<operating_points::Point>(&found);
  if (point == nullptr) {
    const auto rest =
        std::visit([&](const auto& c) { return dq_machine::at_rest(c, t); }, model.circuit);
    return {.psi = {rest.psi.d, rest.psi.q}, .rotor = rest.rotor, .theta_e = 0.0};
  }
  return std::visit([&](const auto& c) { return state_at(c, t, *point, u_f); }, model.circuit);
}

const dc_node::Weights& Drive::weights(TimeNs h, int n) {
  const auto key = static_cast<std::uint64_t>(h) * 256 + static_cast<std::uint64_t>(n);
  const auto known = weights_.find(key);
  if (known != weights_.end()) return known->second;
  if (weights_.size() > 1000) weights_.clear();
  return weights_.emplace(key, dc_node::weights(model_.node, R_source_, seconds(h) / n))
      .first->second;
}

void Drive::set(State& d, std::size_t n, const scenario::Fault& fault) const {
  using scenario::FaultKind;
  using switched_legs::Gates, switched_legs::Leg;
  UnitState& u = d.units[n];
  const auto phase = static_cast<std::size_t>(fault.phase);
  switch (fault.fault) {
    case FaultKind::none:
      u.gates = Gates::modulating;
      u.legs = {};
      u.current_lost = {};
      u.position_lost = false;
      u.current_offset = u.current_gain = {};
      u.position_offset = 0.0;
      break;
    case FaultKind::short_circuit: u.gates = Gates::short_low; break;
    case FaultKind::gates_off: u.gates = Gates::all_off; break;
    case FaultKind::open_upper: u.legs[phase] = Leg::open_upper; break;
    case FaultKind::open_lower: u.legs[phase] = Leg::open_lower; break;
    case FaultKind::shorted_upper: u.legs[phase] = Leg::shorted_upper; break;
    case FaultKind::shorted_lower: u.legs[phase] = Leg::shorted_lower; break;
    case FaultKind::phase_open: u.legs[phase] = Leg::phase_open; break;
    case FaultKind::current_sensor_lost: u.current_lost[phase] = true; break;
    case FaultKind::current_sensor_offset: u.current_offset[phase] = fault.current; break;
    case FaultKind::current_sensor_gain: u.current_gain[phase] = fault.gain; break;
    case FaultKind::position_sensor_lost: u.position_lost = true; break;
    case FaultKind::position_sensor_offset: u.position_offset = fault.angle; break;
    case FaultKind::machine_temperature:
      d.held.units[n].temperatures = {fault.temperature, fault.temperature};
      break;
  }
}

// What the sensors of a unit say at its tick.
motor_control::Input<double> Drive::measured(State& d, std::size_t n, double omega) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  const auto& machine = model_.units[n].machine;
  const auto& x = d.y.units[n];
  const auto& temperatures = d.held.units[n].temperatures;
  const Angle<double> theta = angle(x.theta_e);
  const Dq<double> psi = to_rotor(x.psi, theta);
  const auto i = std::visit(
      [&](const auto& circuit) {
        return dq_machine::currents(circuit, psi, x.rotor, temperatures);
      },
      machine.circuit);
  u.extremes.i = max(u.extremes.i, sqrt(i.s.d * i.s.d + i.s.q * i.s.q));

  const sensors::Draw draw{seed_, 1000 + sensors::kSignals * static_cast<std::uint32_t>(n), u.tick};
  const auto flag = [](bool lost) { return lost ? 1.0 : 0.0; };
  const Abc<double> lost{flag(u.current_lost[0]), flag(u.current_lost[1]), flag(u.current_lost[2])};
  sensors::Params<double> sensor = unit.sensors;
  sensor.current.offset_a += u.current_offset[0];
  sensor.current.offset_b += u.current_offset[1];
  sensor.current.offset_c += u.current_offset[2];
  sensor.current.gain_a += u.current_gain[0];
  sensor.current.gain_b += u.current_gain[1];
  sensor.current.gain_c += u.current_gain[2];
  sensor.position.offset += u.position_offset;
  const double theta_m = sensors::wrapped(x.theta_e / machine.common.n_p);
  if (u.tick == 0) u.tracked = {theta_m, omega};
  const double seen = sensors::measure(sensor.position, theta_m, flag(u.position_lost), draw);
  const auto tracked = sensors::track(sensor.position, u.tracked, seen, unit.control.gains.T_s);
  motor_control::Input<double> in;
  in.i_s = vector(
      to_stator(sensors::measure(sensor.current, to_phases(to_stator(i.s, theta)), lost, draw)));
  in.theta_m = tracked.theta;
  in.omega_m = tracked.omega;
  in.u_dc = sensors::measure(sensor.u_dc, d.y.node.u_C, 0.0, draw);
  in.i_f = i.r.x;
  in.T_winding = temperatures.winding;
  in.T_junction = temperatures.winding;
  return in;
}

// What is asked for at the shaft the air gap gives, iron loss and friction on top: as on a test bench,
// where the control was calibrated.
double Drive::drag(const State& d, std::size_t n, double omega) const {
  const auto& x = d.y.units[n].psi;
  const auto lost = dq_machine::drag(model_.units[n].machine.common, omega, Dq<double>{x.a, x.b});
  return lost.iron + lost.friction;
}

// The torque of the last step against what was asked for lately, and what the control aimed at within its limits.
void Drive::watch(State& d, std::size_t n, double asked) const {
  UnitState& u = d.units[n];
  Asked& a = u.asked;
  if (d.t >= a.window_end) {
    a.before_min = a.now_min;
    a.before_max = a.now_max;
    a.now_min = a.now_max = asked;
    a.window_end = d.t + to_ns(kSettling);
  }
  const double aimed = u.seen.tau_ref - drag(d, n, d.omega[n]);
  a.now_min = min(a.now_min, min(asked, aimed));
  a.now_max = max(a.now_max, max(asked, aimed));
  if (d.h <= 0.0) return;
  const double tau = d.last.units[n].tau / d.h;
  const double above = tau - max(a.now_max, a.before_max),
               below = min(a.now_min, a.before_min) - tau;
  u.extremes.tau_error = max(u.extremes.tau_error, max(above, below));
}

Drive::UnitSignals Drive::signals(const State& d, std::size_t n) const {
  const auto& x = d.y.units[n];
  const auto& held = d.held.units[n];
  const auto& machine = model_.units[n].machine;
  const Angle<double> theta = angle(x.theta_e);
  UnitSignals out{};
  out.psi = to_rotor(x.psi, theta);
  const auto i = std::visit(
      [&](const auto& c) { return dq_machine::currents(c, out.psi, x.rotor, held.temperatures); },
      machine.circuit);
  out.i = i.s;
  out.i_f = i.r.x;
  const auto& seen = d.units[n].seen;
  out.i_ref = {seen.i_ref.re, seen.i_ref.im};
  const double u = d.y.node.u_C;
  out.u = to_rotor(Ab<double>{u * held.s.a, u * held.s.b}, theta);
  out.i_phase = to_phases(to_stator(i.s, theta));
  out.tau_em = dq_machine::air_gap_torque(machine.common, out.psi, i.s);
  out.tau_ref = seen.tau_ref;
  out.theta_e = sensors::wrapped(x.theta_e);
  out.reason = seen.reason;
  out.T_winding = held.temperatures.winding;
  return out;
}
Drive::NodeSignals Drive::signals(const State& d) const {
  const double i_node = d.h > 0.0 ? d.last.charge / d.h : 0.0;
  return {.u = d.y.node.u_C, .i_cable = d.y.node.i, .i_capacitor = d.y.node.i - i_node};
}

double Drive::current_share(const State& d) const {
  double out = 0.0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
    out = max(out, d.units[n].extremes.i / units_[n].control.p.I_max);
  return out;
}
double Drive::tau_error_share(const State& d) const {
  double out = 0.0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
    out = max(out, d.units[n].extremes.tau_error / units_[n].tau_max);
  return out;
}

// An inverter that has tripped stays so.
void Drive::trip(State& d, std::size_t n, double u_dc) const {
  using switched_legs::Gates;
  const auto& p = units_[n].control.p;
  if (u_dc <= p.u_dc_trip) return;
  const bool off = p.trip == motor_control::Trip::gates_off;
  d.units[n].gates = off ? Gates::all_off : Gates::short_low;
}

// Lets act what the tick before computed, samples and computes.
void Drive::run_control(State& d, std::size_t n, const closed_loop::System<double>& s, double v,
                        double tau_ref) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  electric_drive::UnitHeld<double>& held = d.held.units[n];
  const auto acting = pwm::stator_voltage(u.next.duties, 1.0);
  held.s = {acting.alpha, acting.beta};
  held.u_f = u.next.u_f;
  const double T_s = unit.control.gains.T_s;
  if (switches(d))
    u.edges = unit.twice
                  ? pwm::half_period(u.next.duties, pwm::half_of(u.tick), T_s, d.legs[n].commanded)
                  : pwm::full_period(u.next.duties, T_s, d.legs[n].commanded);

  const double omega = drive_unit::machine_speed(s.car.drive_units[static_cast<int>(n)], v);
  motor_control::Input<double> in = measured(d, n, omega);
  trip(d, n, in.u_dc);
  in.enable = u.gates == switched_legs::Gates::modulating ? 1.0 : 0.0;
  in.tau_ref = tau_ref + drag(d, n, omega);
  in.u_realised = vector(Ab<double>{held.s.a * in.u_dc, held.s.b * in.u_dc});
  u.seen = unit.control.p.arithmetic == motor_control::Arithmetic::float32
               ? motor_control::step_rounded(unit.rounded, u.control, in)
               : motor_control::step(unit.control, u.control, in);
  u.next = {.duties = pwm::timer(
                unit.pwm,
                pwm::duties(unit.pwm.modulation, unit.pwm.overmodulation,
                            pwm::Vector<double>{u.seen.u_s.re, u.seen.u_s.im}, max(in.u_dc, 1.0)),
                unit.f_sw),
            .u_f = u.seen.u_f};
  ++u.tick;
  d.omega[n] = omega;
  watch(d, n, tau_ref);
}

// ---- Inside a tick ------------------------------------------------------------------------------

// True where legs must be followed: by the level, or by a fault.
bool Drive::switches(const State& d) const {
  bool out = waveform_;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
    out = out || d.units[n].gates != switched_legs::Gates::modulating ||
          d.units[n].legs != std::array<switched_legs::Leg, 3>{};
  return out;
}

template <std::size_t N>
void Drive::integrate_averaged(State& d, const RigidDriveline<double>& behind, double h) {
  double omega_e = 0.0;
  for (std::size_t n = 0; n < N; ++n)
    omega_e = max(omega_e, abs(model_.units[n].machine.common.n_p * behind.omega(n, d.y.v)));
  const int steps = electric_step::steps(h, omega_e);
  const auto& w = weights(to_ns(h), steps);
  auto theta = electric_step::angles(d.y, static_cast<int>(N));
  for (int i = 0; i < steps; ++i)
    electric_step::step<N>(model_, d.held, behind, w, R_source_, d.y, theta, d.last);
}

template <std::size_t N>
void Drive::integrate_switched(State& d, const RigidDriveline<double>& behind, double h) const {
  switched_step::Command c{.units = {},
                           .U_0 = d.held.U_0,
                           .R_source = R_source_ + d.held.R_beside,
                           .p_auxiliaries = d.held.p_auxiliaries};
  for (std::size_t n = 0; n < N; ++n) {
    const UnitState& u = d.units[n];
    const double since = seconds(d.t - tick_at(n, u.tick - 1));
    c.units[n] = {.averaged = !waveform_,
                  .s = d.held.units[n].s,
                  .edges = pwm::between(u.edges, since, since + h, d.legs[n].commanded),
                  .gates = u.gates,
                  .faults = u.legs,
                  .u_f = d.held.units[n].u_f,
                  .temperatures = d.held.units[n].temperatures};
  }
  switched_step::sample<N>(model_, c, behind, h, d.y, d.legs, d.last);
}

void Drive::integrate(State& d, const RigidDriveline<double>& behind, double h) {
  d.last = {};
  const bool legs = switches(d);
  const auto take = [&]<std::size_t N>() {
    legs ? integrate_switched<N>(d, behind, h) : integrate_averaged<N>(d, behind, h);
  };
  switch (model_.n_units) {
    case 1: take.operator()<1>(); break;
    case 2: take.operator()<2>(); break;
    case 3: take.operator()<3>(); break;
    default: take.operator()<4>(); break;
  }
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    // A whole turn of the rotor is n_p turns of the angle.
    const double turn = kTwoPi * model_.units[n].machine.common.n_p;
    double& theta = d.y.units[n].theta_e;
    if (abs(theta) > 0.5 * turn) theta -= theta > 0.0 ? turn : -turn;
  }
}

// ---- Slow beside a tick -------------------------------------------------------------------------

// Everything held over a step of h [s] from t [s] of a piece.
Drive::Slow Drive::slow(const State& d, const closed_loop::System<double>& s,
                        const closed_loop::Piece<double>& piece, double t, double h,
                        const fixed_step::States<double>& y) const {
  const double middle = t + 0.5 * h, v = y[car::kV];
  Slow out{.around = closed_loop::surroundings(s, piece, middle),
           .source = {},
           .behind = {s.car, piece.direction, {}, 0.0, 0.0},
           .slip = {},
           .F_fluid = 0.0,
           .F_grade = 0.0,
           .F_roll = 0.0,
           .F_brake = 0.0,
           .v_ref = piece.v_ref + piece.a_ref * middle};
  const auto x = car::load_battery(y.data());
  out.source = battery::source(s.car.battery, x, s.T_battery);
  const road_load::Surroundings<double> road{out.around.rho_air, out.around.v_wind,
                                             out.around.cos_alpha};
  const double v_middle = v + 0.5 * h * d.a;
  const auto load =
      std::visit([&](const auto& r) { return road_load::forces(r, s.car.mass, road, v_middle); },
                 s.car.road_load);
  car::Command<double> command = s.held.control.command;
  closed_loop::apply_hooks(s, command);
  out.F_fluid = load.fluid;
  out.F_grade = s.car.mass * road_load::kGravity * out.around.sin_alpha;
  out.F_roll = load.dry;
  out.F_brake = command.F_brake;

  // The slip of each axle by the force that its units gave in the step before.
  const double sense = piece.direction;
  const auto shares = car::brake_shares(s.car);
  std::array<double, 2> F_axle{};
  for (int k = 0; k < s.units(); ++k)
    F_axle[static_cast<std::size_t>(s.car.drive_units[k].axle)] +=
        drive_unit::wheel_torque(s.car.drive_units[k],
                                 y[static_cast<std::size_t>(car::kTorque + k)], v) /
        s.car.chassis.wheel_radius;
  for (std::size_t a = 0; a < 2; ++a) {
    out.slip[a] = s.car.slip_compliance[a] * (F_axle[a] - sense * shares[a] * out.F_brake);
    out.behind.stretch[a] = 1.0 + sense * out.slip[a];
  }
  out.behind.F_against = out.F_fluid + out.F_grade;
  out.behind.F_dry = out.F_roll + out.F_brake;
  return out;
}

// Slow states and the rows of the books, by the integrals of a step.
void Drive::settle(State& d, const closed_loop::System<double>& s, const Slow& slow,
                   fixed_step::States<double>& y, fixed_step::Rows<double>& q) const {
  const auto& r = d.last;
  const double h = d.h, sense = slow.behind.direction;
  const double v_0 = y[car::kV], v = chassis::speed_after_step(d.y.v, sense);
  const double way = abs(r.x), m_v2 = 0.5 * s.car.mass_equivalent * (v - v_0) * (v + v_0);
  d.a = (v - v_0) / h;
  d.y.v = y[car::kV] = v;
  y[car::kX] += r.x;
  y[car::kAltitude] += r.x * slow.around.sin_alpha;

  // Battery: its current and power are means over the step.
  battery::Terminals<double> t{.i = r.charge / h, .u = 0.0, .p = 0.0, .p_missing = 0.0};
  t.p = (slow.source.U_0 * r.charge - r.source) / h;
  battery::State<double> x = car::load_battery(y.data());
  const auto first = battery::rates(s.car.battery, x, slow.source, t);
  const battery::State<double> middle{.SOC = x.SOC, .u_1 = x.u_1 + 0.5 * h * first.state.u_1};
  const auto b = battery::rates(s.car.battery, middle, slow.source, t);
  x = {.SOC = x.SOC + h * b.state.SOC, .u_1 = x.u_1 + h * b.state.u_1};
  car::store_battery(x, y.data());

  const double consumed = h * s.car.auxiliaries.power;
  const double grade = slow.F_grade * r.x, air = slow.F_fluid * r.x, roll = slow.F_roll * way;
  q[ledger::kAir] += air;
  q[ledger::kRolling] += roll;
  const auto shares = car::brake_shares(s.car);
  for (std::size_t a = 0; a < 2; ++a) {
    const double braked = shares[a] * slow.F_brake;
    double given = 0.0;
    for (int k = 0; k < s.units(); ++k)
      if (static_cast<std::size_t>(s.car.drive_units[k].axle) == a)
        given += r.units[static_cast<std::size_t>(k)].wheel;
    q[ledger::kBrake] += braked * way * (1.0 + sense * slow.slip[a]);
    q[ledger::kSlip] += (given - sense * braked * r.x) * slow.slip[a] * sense;
  }
  q[ledger::kR0] += h * b.p_loss_R_0 + r.source - h * slow.source.R * t.i * t.i;
  q[ledger::kR1] += h * b.p_loss_R_1;
  q[ledger::kNode] += r.cable;
  q[ledger::kAuxiliaries] += consumed;
  q[ledger::kThroughput] += abs(h * b.p_chemical) + abs(air) + consumed + abs(m_v2) + abs(grade);
  q[ledger::kBattery] += h * t.p;
  (t.p > 0.0 ? q[ledger::kBatteryOut] : q[ledger::kBatteryIn]) += abs(h * t.p);
  const double m_share = s.car.mass / s.car.mass_equivalent;
  const double contact = m_share * m_v2 + air + sense * slow.F_roll * r.x + grade;
  (contact > 0.0 ? q[ledger::kWheelOut] : q[ledger::kWheelIn]) += contact;
  const double error = slow.v_ref - 0.5 * (v_0 + v);
  q[ledger::kTraceError] += h * error * error;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& u = r.units[n];
    double* row = q.data() + ledger::kUnits + ledger::kRowsPerUnit * k;
    const auto axle = static_cast<std::size_t>(s.car.drive_units[k].axle);
    row[ledger::kGear] += u.shaft - u.wheel * slow.behind.stretch[axle];
    row[ledger::kMachine] += u.stator + u.rotor + u.iron + u.friction;
    row[ledger::kInverter] += u.conduction + u.switching + u.fixed + u.arc;
    y[static_cast<std::size_t>(car::kTorque + k)] = u.tau / h;
  }
}

void Drive::step(State& d, const closed_loop::System<double>& s,
                 const closed_loop::Piece<double>& piece, TimeNs piece_start, TimeNs until,
                 fixed_step::States<double>& y, fixed_step::Rows<double>& q) {
  car::Command<double> command = s.held.control.command;
  closed_loop::apply_hooks(s, command);
  TimeNs next = until;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    if (tick_at(n, d.units[n].tick) <= d.t) run_control(d, n, s, y[car::kV], command.tau[n]);
    next = std::min(next, tick_at(n, d.units[n].tick));
  }
  d.h = seconds(next - d.t);
  const Slow now = slow(d, s, piece, seconds(d.t - piece_start), d.h, y);
  d.y.v = y[car::kV];
  d.held.U_0 = now.source.U_0;
  d.held.R_beside = now.source.R - R_source_;
  d.held.p_auxiliaries = s.car.auxiliaries.power;
  integrate(d, now.behind, d.h);
  d.t = next;
  settle(d, s, now, y, q);
  d.u_min = min(d.y.node.u_C, d.u_min);
  d.u_max = max(d.y.node.u_C, d.u_max);
}

double Drive::stored_energy(const State& d) const {
  return electric_drive::stored_energy(model_, d.held, d.y);
}

closed_loop::Instant<double> Drive::instant(const State& d, const closed_loop::System<double>& s,
                                            const closed_loop::Piece<double>& piece,
                                            TimeNs piece_start,
                                            const fixed_step::States<double>& y) const {
  const double t = seconds(d.t - piece_start), h = max(d.h, 1e-9);
  const Slow now = slow(d, s, piece, t, 0.0, y);
  closed_loop::Instant<double> out{};
  out.t = t;
  out.x = y[car::kX];
  out.v_ref = now.v_ref;
  out.control = s.held.control;
  out.F_request = s.held.F_request;
  closed_loop::apply_hooks(s, out.control.command);
  auto& f = out.flows;
  f.v = y[car::kV];
  f.a = d.a;
  const double sense = piece.direction;
  double p_slip = 0.0, F_drive = 0.0;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& r = d.last.units[n];
    const auto axle = static_cast<std::size_t>(s.car.drive_units[k].axle);
    auto& u = f.units[n];
    u.tau = y[static_cast<std::size_t>(car::kTorque + k)];
    u.omega = now.behind.omega(n, f.v);
    u.F_wheel =
        drive_unit::wheel_torque(s.car.drive_units[k], u.tau, f.v) / s.car.chassis.wheel_radius;
    F_drive += u.F_wheel;
    u.p_mechanical = r.shaft / h;
    u.p_machine = (r.stator + r.rotor + r.iron + r.friction) / h;
    u.p_inverter = (r.conduction + r.switching + r.fixed + r.arc) / h;
    u.p_electrical = u.p_mechanical + u.p_machine + u.p_inverter;
    u.p_gear = (r.shaft - r.wheel * now.behind.stretch[axle]) / h;
    const auto& i = d.units[n].seen.i;
    u.I_peak = sqrt(i.re * i.re + i.im * i.im);
    p_slip += r.wheel * now.slip[axle] * sense / h;
  }
  f.F_drive = F_drive;
  f.battery_limits = car::supply(s.car, y.data(), now.around).limits;
  f.battery.i = d.last.charge / h;
  f.battery.p = (now.source.U_0 * d.last.charge - d.last.source) / h;
  f.battery.u = now.source.U_0 - now.source.R * f.battery.i;
  f.battery.p_missing = 0.0;
  f.battery_rates =
      battery::rates(s.car.battery, car::load_battery(y.data()), now.source, f.battery);
  f.p_auxiliaries = s.car.auxiliaries.power;
  f.F_air = now.F_fluid;
  f.F_grade = now.F_grade;
  f.F_roll = sense * now.F_roll;
  f.F_brake = sense * now.F_brake;
  f.F_contact = s.car.mass * f.a + f.F_air + f.F_roll + f.F_grade;
  f.p_air = f.F_air * f.v;
  f.p_roll = now.F_roll * abs(f.v);
  f.p_grade = f.F_grade * f.v;
  f.p_brake = now.F_brake * abs(f.v);
  f.p_slip = p_slip;
  return out;
}

}  // namespace evsim
