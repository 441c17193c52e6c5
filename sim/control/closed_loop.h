// Plant and continuous control as one right-hand side: what the integrators and the truth both see.
#pragma once

#include "sim/control/driver.h"
#include "sim/control/vcu.h"
#include "sim/vehicle/ledger.h"

namespace evsim::closed_loop {

// Places where commands may change what passes between driver, control unit and plant:
// x -> gain x + offset, also noise and faults of sensors. Who holds a pedal drives: what a trace asks for counts
// no more.
enum Hook : int {
  kSeenSpeed,
  kRequest,
  kBrakeCommand,
  kTorqueCommand,
  kAccelerator = kTorqueCommand + kMaxDriveUnits,
  kBrakePedal,
  kHandWheel,
  kGear,
  kHooks = kGear + kMaxDriveUnits
};
template <Scalar T> struct Hooks {
  std::array<T, kHooks> gain, offset;
  Hooks() {
    gain.fill(T(1.0));
    offset.fill(T(0.0));
  }
  T operator()(int hook, const T& x) const {
    const auto i = static_cast<std::size_t>(hook);
    return gain[i] * x + offset[i];
  }
  bool holds(int hook) const { return all(gain[static_cast<std::size_t>(hook)] == 0.0); }
  bool hold_a_pedal() const { return holds(kAccelerator) || holds(kBrakePedal); }
};

// Held over one step or one piece between two schedule points.
template <Scalar T> struct Piece {
  double t_start;                  // [s]; the reference and the grade are linear from here
  T v_ref, a_ref;                  // at the trace itself, for the trace error
  driver::Reference<T> reference;  // as the driver sees it at t_start
  T sin_alpha, sin_alpha_rate;     // grade and its change per second
  T direction;                     // of motion, as the step begins
};

// What driver and control unit decide on what they see.
template <Scalar T> struct Decision {
  vcu::Outputs<T> control{};
  T F_request{};      // [N]
  T integral_rate{};  // of the driver's state
};

template <Scalar T> struct System {
  car::Model<T> car;
  driver::Gains<T> gains;
  driver::Kind driver = driver::Kind::follow;
  bool sampled = false;  // decisions come from a sampled task and are held
  Decision<T> held{};
  Hooks<T> hooks;
  T rho_air{}, v_wind{}, T_battery{};
  double T_machine = 0.0;  // at the levels drive and waveform [K]

  int units() const { return car.drive_units.size(); }
  int states() const { return car::states(units()); }
  int rows() const { return ledger::rows(units()); }
  driver::Kind who_drives() const { return hooks.hold_a_pedal() ? driver::Kind::pedals : driver; }
  // The exact driver inverts the car: the machines' lag is taken out.
  bool lag_free() const { return who_drives() == driver::Kind::exact && !sampled; }
};

template <Scalar T>
car::Surroundings<T> surroundings(const System<T>& s, const Piece<T>& p, double t) {
  const T sin_alpha = p.sin_alpha + p.sin_alpha_rate * (t - p.t_start);
  return {.rho_air = s.rho_air,
          .v_wind = s.v_wind,
          .sin_alpha = sin_alpha,
          .cos_alpha = sqrt(1.0 - sin_alpha * sin_alpha),
          .T_battery = s.T_battery};
}

template <Scalar T> driver::Reference<T> reference_at(const Piece<T>& p, double t) {
  driver::Reference<T> r = p.reference;
  const double since = t - p.t_start;
  r.v = r.v + r.a * since;
  r.accelerator = r.accelerator + r.accelerator_rate * since;
  r.brake = r.brake + r.brake_rate * since;
  return r;
}

// unit(car, vcu::Inputs, driver::Reference): the vehicle control unit.
template <Scalar T, class Unit>
Decision<T> decide(const System<T>& s, const Piece<T>& p, double t, const T* y,
                   const chassis::Motion<T>& motion, const car::Supply<T>& supply,
                   const car::Surroundings<T>& around, Unit&& unit) {
  const T v = s.hooks(kSeenSpeed, motion.v);
  const driver::Kind who = s.who_drives();
  driver::Inputs<T> sees{reference_at(p, t), v, y[car::kDriver], around};
  if (who == driver::Kind::pedals) {
    auto& pedals = sees.reference;
    pedals.accelerator = clamp(s.hooks(kAccelerator, pedals.accelerator), 0.0, 1.0);
    pedals.brake = clamp(s.hooks(kBrakePedal, pedals.brake), 0.0, 1.0);
  }
  Decision<T> d;
  d.F_request = s.hooks(kRequest, driver::force(s.car, s.gains, who, sees));
  d.control = unit(
      s.car, vcu::Inputs<T>{.F_request = d.F_request, .v = v, .supply = supply, .around = around},
      sees.reference);
  d.integral_rate = who == driver::Kind::follow
                        ? driver::integral_rate(s.gains, sees, d.control.limited)
                        : T(0.0);
  return d;
}
// The built-in one.
struct BuiltInUnit {
  template <Scalar T> vcu::Outputs<T> operator()(const car::Model<T>& m, const vcu::Inputs<T>& in,
                                                 const driver::Reference<T>&) const {
    return vcu::step(m, in);
  }
};
// The same of a sampled state.
template <Scalar T, class Unit = BuiltInUnit>
Decision<T> decide(const System<T>& s, const Piece<T>& p, double t, const T* y, Unit&& unit = {}) {
  const car::Surroundings<T> around = surroundings(s, p, t);
  return decide(s, p, t, y, chassis::motion(y[car::kV], p.direction), car::supply(s.car, y, around),
                around, unit);
}

// Commands as they reach the plant, through the hooks.
template <Scalar T> car::Command<T> passed_on(const System<T>& s, car::Command<T> command) {
  for (int k = 0; k < s.units(); ++k) {
    T& tau = command.tau[static_cast<std::size_t>(k)];
    tau = s.hooks(kTorqueCommand + k, tau);
  }
  command.F_brake = max(s.hooks(kBrakeCommand, command.F_brake), 0.0);
  return command;
}

template <Scalar T> struct Instant {
  car::Flows<T> flows;
  vcu::Outputs<T> control;
  T F_request;  // [N]
  T v_ref;      // of the trace [m/s]
  T x;          // driven [m]
  double t;     // since the piece began [s]
};

// Rates of all states and ledger rows at an instant t of a piece. The control reads no torque, so it comes
// first; torque(k, tau_cmd) then says what machine k gives: the integrator knows the lag exactly, the
// truth has the torque as a state. The torques' own rates are left to them.
template <Scalar T, class Torque> Instant<T> evaluate(const System<T>& s, const Piece<T>& p,
                                                      double t, const T* y, Torque&& torque, T* dy,
                                                      T* dq) {
  Instant<T> now;
  now.t = t;
  now.x = y[car::kX];
  now.v_ref = p.v_ref + p.a_ref * (t - p.t_start);
  const car::Surroundings<T> around = surroundings(s, p, t);
  const chassis::Motion<T> motion = chassis::motion(y[car::kV], p.direction);
  const car::Supply<T> supply = car::supply(s.car, y, around);
  if (s.sampled) {
    now.control = s.held.control;
    now.F_request = s.held.F_request;
    dy[car::kDriver] = T(0.0);
  } else {
    const Decision<T> d = decide(s, p, t, y, motion, supply, around, BuiltInUnit{});
    now.control = d.control;
    now.F_request = d.F_request;
    dy[car::kDriver] = d.integral_rate;
  }
  now.control.command = passed_on(s, now.control.command);
  const car::Command<T>& command = now.control.command;

  std::array<T, kMaxDriveUnits> tau{};
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    tau[n] = s.lag_free() ? command.tau[n] : torque(k, command.tau[n]);
  }
  now.flows = car::flows(s.car, y, motion, supply, tau, command.F_brake, around);
  car::store_rates(now.flows, around, dy);
  ledger::rates(s.car, now.flows, dq);
  const T trace_error = now.v_ref - motion.v;
  dq[ledger::kTraceError] = trace_error * trace_error;
  return now;
}

// The same with the torques that the state holds.
template <Scalar T>
Instant<T> evaluate(const System<T>& s, const Piece<T>& p, double t, const T* y, T* dy, T* dq) {
  return evaluate(
      s, p, t, y, [&](int k, const T&) { return y[car::kTorque + k]; }, dy, dq);
}

}  // namespace evsim::closed_loop
