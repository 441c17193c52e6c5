#include "sim/run/drive.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "sim/base/constants.h"
#include "sim/base/errors.h"
#include "sim/control/believed_machine.h"
#include "sim/run/drive_controller.h"
#include "sim/vehicle/same_parameters.h"

namespace evsim {
namespace {

constexpr int kFiner = 4;  // steps of a truth

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

// A smooth sign has the slope 3/2 over half of the ripple's width.
double R_sign(const electric_drive::Unit<double>& m, double U_ref) {
  const auto& d = m.inverter;
  const auto drops = inverter::drops(d, {dq_machine::kT20, dq_machine::kT20});
  const double steps = max(drops.U_T, drops.U_D) + d.dead_time * d.f_sw * U_ref;
  return 1.5 * steps / m.I_ripple;
}

// Nothing where the sensor alone says where the rotor is. Files are checked for magnets.
std::optional<flux_observer::Params<double>> observer(const motor_control::Params<double>& p) {
  if (p.position == motor_control::Position::sensor) return std::nullopt;
  const auto& c = std::get<motor_control::Synchronous<double>>(p.machine.circuit);
  return flux_observer::Params<double>{.n_p = p.machine.n_p,
                                       .R_s = p.machine.R_s,
                                       .L_d = c.L_d,
                                       .L_q = c.L_q,
                                       .psi_f = c.psi_f,
                                       .bandwidth = p.observer_bandwidth};
}

// The vehicle control unit limits torques by the speed of the car. A rotor whose wheels spin is faster: above its largest
// speed nothing drives it.
double within_speed(const machine::Envelope<double>& e, double omega, double tau) {
  return tau * omega > 0.0 ? machine::speed_fade(e, omega) * tau : tau;
}

// A car whose mass centre stands outside of its wheels falls, onto a body that knows no road.
void check_upright(const manoeuvre::Motion& m, double tips_at, double t) {
  constexpr double kDegrees = 360.0 / kTwoPi;
  if (abs(m.roll) <= tips_at) return;
  throw SimulationError(fmt::format(
      "the car rolled over: at t = {:.4g} s its roll angle is {:.3g} deg, beyond {:.3g} "
      "deg its mass centre stands outside of its wheels; v = {:.3g} km/h, hand wheel "
      "{:.3g} deg",
      t, kDegrees * m.roll, kDegrees * tips_at, 3.6 * m.v, kDegrees * m.theta_H));
}

// Machines and consumers that ask for a power ask for more current as the voltage falls: beyond what the battery can give
// there is no voltage at which they get it, and the equations end.
constexpr double kCollapsed = 0.2;  // of the open-circuit voltage
void check_link(double u, double U_0, double p_auxiliaries, double t) {
  if (u >= kCollapsed * U_0) return;
  throw SimulationError(
      fmt::format("the DC link collapsed: at t = {:.4g} s it is at {:.3g} V, the battery's "
                  "open-circuit voltage "
                  "is {:.4g} V; the consumers' {:.3g} kW and the machines ask for more than the "
                  "battery can give",
                  t, u, U_0, 1e-3 * p_auxiliaries));
}

}  // namespace

Drive::Drive(const car::Params<double>& vehicle, scenario::Level level, std::uint64_t seed,
             double R_source, double T_machine, controller::Controllers controllers, double rtol,
             std::unique_ptr<const Mechanics> mechanics, const Drive* like,
             const car::Params<double>* like_params)
    : controllers_(std::move(controllers)),
      waveform_(level == scenario::Level::waveform),
      seed_(seed),
      R_source_(R_source),
      mechanics_(std::move(mechanics)) {
  model_.n_units = vehicle.drive_units.size();
  model_.node = node(vehicle);
  if (rtol > 0.0) truth_.emplace(model_.n_units, rtol);
  for (int k = 0; k < model_.n_units; ++k) {
    drive_unit::Params<double> unit = vehicle.drive_units[k];
    const auto n = static_cast<std::size_t>(k);
    if (like != nullptr && same(collect(unit), collect(like_params->drive_units[k]))) {
      model_.units[n] = like->model_.units[n];
      units_[n] = like->units_[n];
      has_junctions_ = has_junctions_ || has_junctions(n);
      continue;
    }
    const bool external = controllers_.drives(vehicle.drive_units.name(k));
    if (external) unit.control.update = update_of(controllers_.motor_control->about(), unit);
    if (!machine_dq::given(unit.machine.dq))
      throw InputError(Problem{.path = "drive_units." + vehicle.drive_units.name(k) + ".machine.dq",
                               .what = "has no model: the levels drive and waveform need one"});
    const auto machine = machine_dq::prepare(unit.machine.dq, unit.machine.envelope);
    model_.units[n] = {.machine = machine.model,
                       .inverter = inverter::sized(unit.inverter, machine.I_max),
                       .I_ripple = unit.inverter.ripple * machine.I_max,
                       .quickness = dq_machine::quickness(machine.model, machine.I_max)};
    model_.units[n].R_sign = R_sign(model_.units[n], unit.machine.envelope.U_ref);
    const auto params = motor_control::params(unit, machine, {T_machine, T_machine});
    const auto points = drive_unit::operating_points_of(unit, machine, T_machine);
    units_[n] = {.control = motor_control::prepare(params, motor_control::references(unit, points)),
                 .points = points,
                 .rounded = {},
                 .sensors = unit.sensors,
                 .observer = observer(params),
                 .pwm = unit.modulation,
                 .twice = unit.control.update == motor_control::Update::twice,
                 .f_sw = unit.inverter.f_sw,
                 .tau_max = unit.machine.envelope.tau_peak,
                 .rate = {},
                 .external = external,
                 .name = vehicle.drive_units.name(k),
                 .config = controller_config(unit, params)};
    if (params.arithmetic == motor_control::Arithmetic::float32)
      units_[n].rounded =
          motor_control::prepare(motor_control::rounded(params), units_[n].control.references);
    units_[n].rate = rate_hz(1.0 / units_[n].control.gains.T_s);
    has_junctions_ = has_junctions_ || has_junctions(n);
  }
  check_controllers(vehicle.drive_units, controllers_);
}

const dc_node::Weights& Drive::weights(TimeNs h, int n) {
  const auto key = static_cast<std::uint64_t>(h) * 256 + static_cast<std::uint64_t>(n);
  if (latest_ != nullptr && latest_->first == key) return latest_->second;
  auto known = weights_.find(key);
  if (known == weights_.end()) {
    if (weights_.size() > 1000) weights_.clear();
    known = weights_.emplace(key, dc_node::weights(model_.node, R_source_, seconds(h) / n)).first;
  }
  latest_ = &*known;
  return latest_->second;
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
      d.held.units[n].temperatures.knee = kInfinity;
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
      d.held.units[n].temperatures.winding = fault.temperature;
      d.held.units[n].temperatures.rotor = fault.temperature;
      break;
    case FaultKind::magnet_knee: d.held.units[n].temperatures.knee = fault.temperature; break;
  }
}

// What the sensors of a unit say at its tick.
Drive::Measured Drive::measured(State& d, std::size_t n, double omega) const {
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
  Measured out{.i = sensors::measure(sensor.current, to_phases(to_stator(i.s, theta)), lost, draw),
               .tau_drag = drag(d, n, omega),
               .in = {}};
  motor_control::Input<double>& in = out.in;
  in.i_s = vector(to_stator(out.i));
  in.theta_m = tracked.theta;
  in.omega_m = tracked.omega;
  in.u_dc = sensors::measure(sensor.u_dc, d.y.node.u_C, 0.0, draw);
  in.i_f = i.r.x;
  in.T_winding = temperatures.winding;
  in.T_junction = hottest_junction(d, n);
  return out;
}

// Angle and speed for the control: by the sensor, or by an observer, which the sensor leads without gates, as the
// control starts and at low speeds.
void Drive::locate(State& d, std::size_t n, motor_control::Input<double>& in) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  const double n_p = unit.control.p.machine.n_p;
  if (unit.observer) {
    const auto& p = *unit.observer;
    const double T_s = unit.control.gains.T_s;
    const bool starts = in.enable < 0.5 || u.control.current.running < 0.5;
    const bool slow = abs(in.omega_m) < unit.control.p.observer_from && !u.position_lost;
    const auto now =
        starts || slow
            ? flux_observer::lead(p, u.observer, sensors::wrapped(n_p * in.theta_m),
                                  n_p * in.omega_m, in.i_s, T_s)
            : flux_observer::step(p, u.observer, {in.i_s, u.control.current.u_last}, T_s);
    in.theta_m = now.theta_m;
    in.omega_m = now.omega_m;
  }
  u.angle_error = sensors::wrapped(n_p * in.theta_m - d.y.units[n].theta_e);
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

pwm::Duties<double> Drive::modulated(std::size_t n, const Complex<double>& u_s, double u_dc) const {
  const auto& p = units_[n].pwm;
  return pwm::duties(p.modulation, p.overmodulation, Ab<double>{u_s.re, u_s.im}, max(u_dc, 1.0));
}

void Drive::run_built_in(State& d, std::size_t n, const motor_control::Input<double>& in) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  u.seen = unit.control.p.arithmetic == motor_control::Arithmetic::float32
               ? motor_control::step_rounded(unit.rounded, u.control, in)
               : motor_control::step(unit.control, u.control, in);
  u.next = {.duties = modulated(n, u.seen.u_s, in.u_dc), .u_f = u.seen.u_f};
}

// Lets act what the tick before computed, samples and computes.
void Drive::run_control(State& d, std::size_t n, const closed_loop::System<double>& s, double v,
                        double tau_ref) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  electric_drive::UnitHeld<double>& held = d.held.units[n];
  const pwm::Duties<double> duties = u.next.duties;
  held.s = pwm::stator_voltage(duties, 1.0);
  held.u_f = u.next.u_f;
  u.asked_gates = u.next.gates;
  begin_devices(d, n, duties);
  const double T_s = unit.control.gains.T_s;
  if (switches(d))
    u.edges = unit.twice
                  ? pwm::half_period(u.next.duties, pwm::half_of(u.tick), T_s, d.legs[n].commanded)
                  : pwm::full_period(u.next.duties, T_s, d.legs[n].commanded);

  const double omega = machine_speed(d, n, s, v);
  if (mechanics_)
    tau_ref = within_speed(s.car.drive_units[static_cast<int>(n)].envelope, omega, tau_ref);
  Measured seen = measured(d, n, omega);
  motor_control::Input<double>& in = seen.in;
  trip(d, n, in.u_dc);
  in.enable = u.gates == switched_legs::Gates::modulating ? 1.0 : 0.0;
  locate(d, n, in);
  in.tau_ref = tau_ref + seen.tau_drag;
  in.u_realised = vector(Ab<double>{held.s.a * in.u_dc, held.s.b * in.u_dc});
  if (unit.external)
    run_controller(d, n, seen, tau_ref, duties);
  else
    run_built_in(d, n, in);
  u.next.duties = pwm::timer(unit.pwm, u.next.duties, unit.f_sw);
  u.began = u.at;
  u.at = tick_time(unit.rate, 0, ++u.tick);
  d.omega[n] = omega;
  watch(d, n, tau_ref);
}

// ---- Inside a tick ------------------------------------------------------------------------------

// True where legs must be followed: by the level, or by a fault.
bool Drive::switches(const State& d) const {
  bool out = waveform_;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
    out = out || d.units[n].acting_gates() != switched_legs::Gates::modulating ||
          d.units[n].legs != std::array<switched_legs::Leg, 3>{};
  return out;
}

template <class Behind> void Drive::integrate_averaged(State& d, const Behind& behind, double h) {
  std::array<double, kMaxDriveUnits> omega_e{};
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n)
    omega_e[n] = model_.units[n].machine.common.n_p * behind.omega(n, d.y.v);
  const double u = d.y.node.u_C;
  const auto steps = electric_step::steps(model_, omega_e, h, d.held.p_auxiliaries / (u * u));
  const auto& w = weights(to_ns(h), steps.n);
  const auto take = [&]<class H>(const H& held) {
    auto* const tick = std::get<electric_tick::Tick<Behind, H>*>(ticks_);
    tick(model_, held, behind, w, steps, R_source_, d.y, d.last);
  };
  has_junctions_ ? take(device_held(d)) : take(d.held);
}

template <std::size_t N, class Behind>
void Drive::integrate_switched(State& d, const Behind& behind, double h,
                               const waveform::Watch& watch) const {
  switched_step::Command c{.units = {},
                           .finer = truth_ ? kFiner : 1.0,
                           .U_0 = d.held.U_0,
                           .R_source = R_source_ + d.held.R_beside,
                           .p_auxiliaries = d.held.p_auxiliaries};
  for (std::size_t n = 0; n < N; ++n) {
    const UnitState& u = d.units[n];
    const double since = seconds(d.t - u.began);
    c.units[n] = {.averaged = !waveform_,
                  .s = d.held.units[n].s,
                  .edges = pwm::between(u.edges, since, since + h, d.legs[n].commanded),
                  .gates = u.acting_gates(),
                  .faults = u.legs,
                  .u_f = d.held.units[n].u_f,
                  .devices = has_junctions(n) ? &u.devices : nullptr,
                  .temperatures = d.held.units[n].temperatures};
  }
  const auto seen = [&](double t, const auto& scene) {
    if (watch) watch(waveform::instant<N>(seconds(d.t) + t, scene));
  };
  switched_step::sample<N>(model_, c, behind, h, d.y, d.legs, d.last, seen);
}

template <class Behind>
void Drive::integrate(State& d, const Behind& behind, double h, const waveform::Watch& watch) {
  d.last = {};
  const bool legs = switches(d);
  const auto switched = [&]<std::size_t N>() { integrate_switched<N>(d, behind, h, watch); };
  if (truth_ && !legs) {
    const auto devices = has_junctions_ ? device_held(d) : electric_drive::DeviceHeld<double>{};
    const ElectricTruth::Held held =
        has_junctions_ ? ElectricTruth::Held(&devices) : ElectricTruth::Held(&d.held);
    truth_->advance(model_, held, &behind, R_source_, h, d.y, d.last);
  } else if (!legs) {
    integrate_averaged(d, behind, h);
  } else {
    switch (model_.n_units) {
      case 1: switched.template operator()<1>(); break;
      case 2: switched.template operator()<2>(); break;
      case 3: switched.template operator()<3>(); break;
      default: switched.template operator()<4>(); break;
    }
  }
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    // A whole turn of the rotor is n_p turns of the angle.
    const double turn = kTwoPi * model_.units[n].machine.common.n_p;
    double& theta = d.y.units[n].theta_e;
    if (abs(theta) > 0.5 * turn) theta -= theta > 0.0 ? turn : -turn;
  }
  if (has_junctions_) heat(d);
}

// Magnets that are past their knee after a step: what their field holds less is lost in them.
void Drive::demagnetise(State& d) const {
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    const auto* c = std::get_if<dq_machine::Synchronous<double>>(&model_.units[n].machine.circuit);
    auto& t = d.held.units[n].temperatures;
    if (c == nullptr || c->psi_f <= 0.0 || min(c->T_knee, t.knee) == kInfinity) continue;
    const auto& x = d.y.units[n];
    const Dq<double> psi = to_rotor(x.psi, angle(x.theta_e));
    const double i_d = dq_machine::currents(*c, psi, x.rotor, t).s.d;
    const double lost = dq_machine::demagnetised(*c, t, i_d);
    if (lost <= t.lost) continue;
    const double before = dq_machine::field_energy(*c, psi, x.rotor, t);
    t.lost = lost;
    d.last.units[n].iron += before - dq_machine::field_energy(*c, psi, x.rotor, t);
  }
}

// The car as one mass moves with its machines.
void Drive::step_one_mass(State& d, const closed_loop::System<double>& s, const Slow& now,
                          fixed_step::States<double>& y, fixed_step::Rows<double>& q,
                          const waveform::Watch& watch) {
  const OneMass car = one_mass(d, s, now, d.h, y);
  d.y.v = y[car::kV];
  integrate(d, car.behind, d.h, watch);
  demagnetise(d);
  settle_one_mass(d, s, now, car, y, q);
  settle_source(d, s, now, y, q);
}

// As a multi-body system it follows them.
void Drive::step_mechanics(State& d, const closed_loop::System<double>& s, const Slow& now,
                           fixed_step::States<double>& y, fixed_step::Rows<double>& q,
                           bool at_latest, const waveform::Watch& watch) {
  d.y.v = 0.0;
  integrate(d, mechanics_->foreseen(d.car), d.h, watch);
  demagnetise(d);
  std::array<double, kMaxDriveUnits> impulse{};
  double work = 0.0;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    impulse[n] = d.last.units[n].tau;
    work += d.last.units[n].shaft;
  }
  mechanics_->push(d.car, impulse, work, d.h);
  settle_source(d, s, now, y, q);
  if (!at_latest && !mechanics_->is_due(d.car, d.h)) return;
  manoeuvre::Motion moved = mechanics_->step(d.car, asked(s, now), seconds(d.t) + d.h);
  check_upright(moved, mechanics_->setting().tips_at, seconds(d.t));
  // A sum of ticks may round above the time.
  complete(moved, s, max(seconds(d.t) + d.h - d.car.h, 0.0), y[car::kX]);
  manoeuvre::observe(d.car.seen, mechanics_->setting(), moved);
  settle_mechanics(d, s, now, y, q);
}

Mechanics::Asked Drive::asked(const closed_loop::System<double>& s, const Slow& now) const {
  std::array<gear_control::Hands, kMaxDriveUnits> gears;
  for (std::size_t n = 0; n < gears.size(); ++n)
    gears[n] = {.gain = s.hooks.gain[closed_loop::kGear + n],
                .offset = s.hooks.offset[closed_loop::kGear + n]};
  return {.tau = now.command.tau,
          .F_brake = now.command.F_brake,
          .braking = s.held.F_request < 0.0,
          .around = now.around,
          .hands = {.gain = s.hooks.gain[closed_loop::kHandWheel],
                    .offset = s.hooks.offset[closed_loop::kHandWheel]},
          .gears = gears};
}

double Drive::machine_speed(const State& d, std::size_t n, const closed_loop::System<double>& s,
                            double v) const {
  return mechanics_ ? mechanics_->machine_speed(d.car, n)
                    : drive_unit::machine_speed(s.car.drive_units[static_cast<int>(n)], v);
}

void Drive::step(State& d, const closed_loop::System<double>& s,
                 const closed_loop::Piece<double>& piece, TimeNs piece_start, TimeNs until,
                 fixed_step::States<double>& y, fixed_step::Rows<double>& q,
                 const waveform::Watch& watch, const chassis_control::Brakes& brakes) {
  auto command = closed_loop::passed_on(s, s.held.control.command);
  TimeNs next = until;
  if (mechanics_) {
    if (d.car.control_at <= d.t)
      mechanics_->control(d.car, asked(s, slow(s, piece, seconds(d.t - piece_start), 0.0, y)),
                          brakes);
    command.tau = d.car.commands.tau;
    next = std::min(next, d.car.control_at);
  }
  const TimeNs steps_at_latest = next;
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    if (d.units[n].at <= d.t) run_control(d, n, s, y[car::kV], command.tau[n]);
    next = std::min(next, d.units[n].at);
    if (truth_ && !switches(d))
      next = std::min(next, d.t + to_ns(units_[n].control.gains.T_s) / kFiner);
  }
  d.h = seconds(next - d.t);
  const Slow now = slow(s, piece, seconds(d.t - piece_start), d.h, y);
  d.held.U_0 = now.source.U_0;
  d.held.R_beside = now.source.R - R_source_;
  d.held.p_auxiliaries = s.car.auxiliaries.power;
  if (mechanics_)
    step_mechanics(d, s, now, y, q, next == steps_at_latest, watch);
  else
    step_one_mass(d, s, now, y, q, watch);
  d.t = next;
  check_link(d.y.node.u_C, d.held.U_0, d.held.p_auxiliaries, seconds(d.t));
  d.u_min = min(d.y.node.u_C, d.u_min);
  d.u_max = max(d.y.node.u_C, d.u_max);
}

}  // namespace evsim
