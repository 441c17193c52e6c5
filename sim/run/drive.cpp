#include "sim/run/drive.h"

#include <algorithm>
#include <stdexcept>

#include "sim/base/errors.h"
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

}  // namespace

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
    const auto points = drive_unit::operating_points_of(unit, machine, T_machine);
    units_[n] = {.control = motor_control::prepare(params, motor_control::references(unit, points)),
                 .points = points,
                 .rounded = {},
                 .sensors = unit.sensors,
                 .pwm = unit.modulation,
                 .twice = unit.control.update == motor_control::Update::twice,
                 .f_sw = unit.inverter.f_sw,
                 .tau_max = unit.machine.envelope.tau_peak,
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
  const auto i = electric_drive::currents(machine, temperatures, x, to_rotor(x.psi, theta));
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
void Drive::integrate_switched(State& d, const RigidDriveline<double>& behind, double h,
                               const waveform::Watch& watch) const {
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
  const auto seen = [&](double t, const auto& scene) {
    if (watch) watch(waveform::instant<N>(seconds(d.t) + t, scene));
  };
  switched_step::sample<N>(model_, c, behind, h, d.y, d.legs, d.last, seen);
}

void Drive::integrate(State& d, const RigidDriveline<double>& behind, double h,
                      const waveform::Watch& watch) {
  d.last = {};
  const bool legs = switches(d);
  const auto take = [&]<std::size_t N>() {
    legs ? integrate_switched<N>(d, behind, h, watch) : integrate_averaged<N>(d, behind, h);
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

void Drive::step(State& d, const closed_loop::System<double>& s,
                 const closed_loop::Piece<double>& piece, TimeNs piece_start, TimeNs until,
                 fixed_step::States<double>& y, fixed_step::Rows<double>& q,
                 const waveform::Watch& watch) {
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
  integrate(d, now.behind, d.h, watch);
  d.t = next;
  settle(d, s, now, y, q);
  d.u_min = min(d.y.node.u_C, d.u_min);
  d.u_max = max(d.y.node.u_C, d.u_max);
}

}  // namespace evsim
