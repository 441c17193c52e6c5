// The electric drives of a running simulation at the levels `drive` and `waveform`: machines, inverters and
// the DC node inside the ticks of their motor controls, and the car that they move.
// Between two instants of the simulation's schedule it goes from tick to tick: the controls that are due sample
// and compute, what they computed in the tick before begins to act, then everything is integrated to the
// next tick (or the next instant). What is slow beside a tick follows from the tick's integrals.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "sim/base/time.h"
#include "sim/components/pwm.h"
#include "sim/control/closed_loop.h"
#include "sim/control/motor_control.h"
#include "sim/solve/electric_step.h"
#include "sim/solve/fixed_step.h"
#include "sim/vehicle/rigid_driveline.h"

namespace evsim {

class Drive {
 public:
  // What a control gave, on its way to the inverter.
  struct Output {
    Ab<double> s;  // over the DC voltage [-]
    double u_f;    // [V]
  };
  // What was seen since the run began, of one unit.
  struct Extremes {
    double i;          // largest amplitude of the phase current [A]
    double tau_error;  // largest distance of the torque from the band of what was asked for lately [Nm]
  };
  struct UnitState {
    motor_control::State<double> control;
    motor_control::Output<double> seen;  // of its last tick: currents, references, reason
    Output next;                         // begins to act with the next tick
    std::int64_t tick;                   // number of the next one
    Extremes extremes;
  };
  // All that changes: part of the snapshot.
  struct State {
    electric_drive::State<double> y;
    electric_drive::Held<double> held;
    electric_drive::Rows<double> last;  // integrals of the last step of h
    double h;                           // [s]
    double a;                           // mean acceleration in it [m/s2]
    std::array<UnitState, kMaxDriveUnits> units;
    double u_min, u_max;  // at the inverters [V]
    TimeNs t;
  };

  // Throws InputError where a drive unit has no model in dq.
  Drive(const car::Params<double>& vehicle, double R_source, double T_machine);

  // At rest or in motion, without torque, at t = 0.
  State start(const closed_loop::System<double>& s, const fixed_step::States<double>& y) const;

  // One step: to the next tick, at the latest to `until`.
  void step(State& d, const closed_loop::System<double>& s, const closed_loop::Piece<double>& piece,
            TimeNs piece_start, TimeNs until, fixed_step::States<double>& y,
            fixed_step::Rows<double>& q);

  // What flowed over the last step, as means.
  closed_loop::Instant<double> instant(const State& d, const closed_loop::System<double>& s,
                                       const closed_loop::Piece<double>& piece, TimeNs piece_start,
                                       const fixed_step::States<double>& y) const;

  // In magnetic fields, capacitors and cable [J].
  double stored_energy(const State& d) const;

 private:
  struct Unit {
    motor_control::Model<double> control;
    pwm::Params<double> pwm;
    double f_sw;  // [Hz]
    Rational rate;  // of its ticks
  };
  struct Slow;  // what is held over a step

  TimeNs tick_at(std::size_t unit, std::int64_t tick) const;
  void run_control(State& d, std::size_t unit, const closed_loop::System<double>& s, double v,
                   double tau_ref) const;
  void integrate(State& d, const RigidDriveline<double>& behind, double h);
  Slow slow(const State& d, const closed_loop::System<double>& s,
            const closed_loop::Piece<double>& piece, double t, double h,
            const fixed_step::States<double>& y) const;
  void settle(State& d, const closed_loop::System<double>& s, const Slow& slow,
              fixed_step::States<double>& y, fixed_step::Rows<double>& q) const;
  const dc_node::Weights<double>& weights(TimeNs h, int n);

  electric_drive::Model<double> model_;
  std::array<Unit, kMaxDriveUnits> units_;
  double R_source_;  // that the weights were made for; what the battery has beside it is part of U_0 [Ohm]
  std::unordered_map<std::uint64_t, dc_node::Weights<double>> weights_;
};

}  // namespace evsim
