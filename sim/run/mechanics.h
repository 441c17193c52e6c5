// The car as a multi-body system in a running simulation: on its road, under the machines' torques.
// It moves in steps of half a millisecond, machines in the ticks of their controls. In between a machine's shaft goes on by
// its own torque and the load that is foreseen from the steps before:
//   domega/dt = g tau + b(t),   g = 1 / (J_in + J_out / i^2)                                             (1)
//   b: of the last step, and its change from the one before it on                                      (2)
// The step then takes the torques as a straight line of the same integral and first moment over it.
#pragma once

#include <optional>

#include "sim/base/time.h"
#include "sim/control/chassis_control.h"
#include "sim/control/closed_loop.h"
#include "sim/run/manoeuvre.h"
#include "sim/run/scenario.h"
#include "sim/vehicle/foreseen_shafts.h"
#include "sim/vehicle/multibody_car.h"
#include "sim/vehicle/multibody_step.h"

namespace evsim {

class Mechanics {
 public:
  // Part of the snapshot.
  struct State {
    multibody::State x;
    multibody::Rows last;  // over the last step
    double h;              // of it [s]
    road::Foot foot;       // of the car
    std::array<road::Foot, kWheels> feet;
    double a;  // forward, mean of the last step [m/s2]
    // Since the last step.
    double since;                                        // [s]
    std::array<double, kMaxDriveUnits> impulse, moment;  // of the torques [Nm s], [Nm s2]
    std::array<double, kMaxDriveUnits> omega;            // of the shafts, (1) [rad/s]
    std::array<double, kMaxDriveUnits> tau;              // of the last tick [Nm]
    std::array<double, kMaxDriveUnits> b, b_before;      // (2): mean of the last steps [rad/s2]
    double h_before;                                     // of the one before the last [s]
    // Of the chassis' control unit and the driver's hands.
    std::int64_t control_tick;  // number of the next one
    chassis_control::State control;
    chassis_control::Outputs commands;
    std::array<double, kMaxDriveUnits> given;  // impulses since its last tick [Nm s]
    double given_for;                          // [s]
    brake_system::State<double> brakes;
    path_driver::State<double> driver;
    road::Foot ahead;             // that the driver looks at
    double theta_H;               // [rad]
    Vec3<double> specific_force;  // along the body's axes, mean of the last step [m/s2]
    manoeuvre::State seen;        // from the start on
  };
  // What control and surroundings ask for over a step.
  struct Asked {
    std::array<double, kMaxDriveUnits> tau;  // of the machines [Nm]
    double F_brake;                          // capacity of all brakes [N]
    bool braking;                            // the driver wants to brake
    car::Surroundings<double> around;
  };
  // Of a wheel, and of the body, as they are.
  struct WheelSignals {
    double omega, F_x, F_y, F_z, kappa, alpha, friction_use, delta, travel, mu, p_brake;
  };
  struct BodySignals {
    double x, y, z, yaw, pitch, roll;            // [m], [rad]
    double v_y, yaw_rate, a_x, a_y, slip_angle;  // in body axes
    double theta_H, tau_H, station, offset;      // hand wheel; along the path
  };
  struct Signals {
    BodySignals body;
    std::array<WheelSignals, kWheels> wheels;
    bool traction_control, anti_lock, yaw_control;  // act
    double v;                                       // that they believe [m/s]
  };

  // Throws std::invalid_argument.
  Mechanics(const car::Params<double>& vehicle, const body::Tyres& tyres, double mass,
            const road::Params& road, double friction, const scenario::Steer& steer,
            const chassis_control::Switches& assist, const course::Params& course = {});

  State start(const Asked& asked, double v, const std::array<double, kMaxDriveUnits>& tau) const;

  // The control unit's ticks.
  TimeNs control_at(const State& s) const;
  void control(State& s, const Asked& asked) const;

  double machine_speed(const State& s, std::size_t unit) const { return s.omega[unit]; }
  ForeseenShafts<double> foreseen(const State& s) const;
  // The torques' integrals over a tick [Nm s], whose length is h [s].
  void push(State& s, const std::array<double, kMaxDriveUnits>& impulse, double h) const;
  // Whether a step is due, where the next tick is to be h [s] long.
  bool is_due(const State& s, double h) const;
  // To where the torques have been pushed, t [s]; what flowed is s.last. Returns how the car moved as it began.
  manoeuvre::Motion step(State& s, const Asked& asked, double t) const;

  // Kinetic, of springs and twist, without height [J].
  double energy(const State& s) const;
  double mass() const { return car_.mass; }
  Signals signals(const State& s, const Asked& asked) const;
  // How it moves now; time, way and what is asked for are left to who asks.
  manoeuvre::Motion motion(const State& s, const Asked& asked) const;
  const manoeuvre::Setting& setting() const { return setting_; }

 private:
  multibody::Held held(const State& s, const Asked& asked) const;
  double hand_wheel(const State& s, double t) const;
  double shaft_speed(const State& s, std::size_t unit) const;
  double load(const State& s, std::size_t unit, double t) const;

  multibody::Car car_;
  chassis_control::Model control_;
  scenario::Steer steer_;
  std::optional<path_driver::Params<double>> driver_;
  road::Road road_;
  manoeuvre::Setting setting_;
  double friction_;
  bool flat_;
  multibody::Step* step_;
  std::array<double, kMaxDriveUnits> g_;  // of (1) [1/(kg m2)]
};

}  // namespace evsim
