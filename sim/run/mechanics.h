// The car as a multi-body system in a running simulation: on its road, under the machines' torques.
// It moves in steps of a millisecond, machines in the ticks of their controls. In between a machine's shaft goes on by
// its own torque and the load that is foreseen from the steps before:
//   domega/dt = g tau + b(t),   g = 1 / (J_in + J_out / i^2)                                             (1)
//   b: on the parabola through the means of the last three steps                                        (2)
// Where a shaft is foreseen badly, as while flanks hammer, steps are shorter for a while.
// The step then takes the torques as a straight line of the same integral and first moment over it.
// The machines have worked at speeds that were foreseen, the car takes the torques at its own. What it took less it is owed:
//   E' = E + sum tau omega_foreseen h - work taken,   delta tau_k = E omega_k / (h sum omega^2)          (3)
// and gets as a torque beside the next step's, the least that gives the energy back; foreseen like the load.
// Source of the idea: corrections of energy between coupled simulators, B. Rodriguez et al., Multibody System Dynamics 55
// (2022) 103-136.
#pragma once

#include <memory>
#include <optional>

#include "sim/base/time.h"
#include "sim/control/chassis_control.h"
#include "sim/control/closed_loop.h"
#include "sim/control/gear_control.h"
#include "sim/control/hand_wheel.h"
#include "sim/run/manoeuvre.h"
#include "sim/run/scenario.h"
#include "sim/run/schedule.h"
#include "sim/solve/multibody_truth.h"
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
    // (2): means of the last step, of the one before it and of that before [rad/s2]
    std::array<double, kMaxDriveUnits> b, b_before, b_earlier;
    double h_before, h_earlier;                 // of the latter two [s]
    double worked, owed;                        // by the machines since the last step; E of (3) [J]
    std::array<double, kMaxDriveUnits> repaid;  // delta tau of (3), until the next step ends [Nm]
    int halved;                                 // steps to come that are shorter
    // Of the chassis' control unit and the driver's hands.
    std::int64_t control_tick;  // number of the next one
    TimeNs control_at;          // when it is due
    chassis_control::State control;
    chassis_control::Outputs commands;
    std::array<gear_control::State, kMaxDriveUnits> gears;
    std::array<double, kMaxDriveUnits> clutch;        // capacities where gears slip [Nm]
    std::array<double, kMaxDriveUnits> taken;         // by clutches in shifts under load [Nm]
    std::array<double, kMaxDriveUnits> torque_share;  // that shifts leave [-]
    std::array<double, kMaxDriveUnits> knock;         // lost as teeth shut, 1/2 J slip^2 [J]
    std::array<double, kMaxDriveUnits> given;         // impulses since its last tick [Nm s]
    double given_for;                                 // [s]
    brake_system::State<double> brakes;
    path_driver::State<double> driver;
    road::Foot ahead;             // that the driver looks at
    double theta_H;               // [rad]
    hand_wheel::State hands;      // that command it
    Vec3<double> specific_force;  // along the body's axes, mean of the last step [m/s2]
    manoeuvre::State seen;        // from the start on
  };
  // What control and surroundings ask for over a step.
  struct Asked {
    std::array<double, kMaxDriveUnits> tau;  // of the machines [Nm]
    double F_brake;                          // capacity of all brakes [N]
    bool braking;                            // the driver wants to brake
    car::Surroundings<double> around;
    hand_wheel::Inputs hands = {};
    std::array<gear_control::Hands, kMaxDriveUnits> gears = {};
  };
  // Of a wheel, and of the body, as they are.
  struct WheelSignals {
    double omega, F_x, F_y, F_z, kappa, alpha, friction_use, delta, travel, mu, p_brake;
  };
  struct BodySignals {
    double x, y, z, yaw, pitch, roll;            // [m], [rad]
    double v_y, yaw_rate, a_x, a_y, slip_angle;  // in body axes
    double theta_H, tau_H, station, offset;      // hand wheel; along the path
    double articulation, F_hitch;  // of a trailer: its yaw less the car's; pull, > 0 backward
  };
  struct Signals {
    BodySignals body;
    std::array<WheelSignals, kWheels> wheels;
    bool traction_control, anti_lock, yaw_control;  // act
    double F_brake;                                 // asked of friction, after the blending [N]
    double v;                                       // that they believe [m/s]
    std::array<double, kMaxDriveUnits> gear;        // in mesh: 1, 2; 0: none
  };

  // rtol > 0: the truth that a run is verified against, in steps of a quarter (multibody_truth.h).
  // Throws std::invalid_argument.
  Mechanics(const car::Params<double>& vehicle, const body::Tyres& tyres, double mass,
            const road::Params& road, double friction, const scenario::Steer& steer,
            const chassis_control::Switches& assist, const course::Params& course = {},
            const std::optional<multibody::Trailer>& towed = {}, double T_air = car::kT_air,
            double rtol = 0.0);

  State start(const Asked& asked, double v, const std::array<double, kMaxDriveUnits>& tau) const;

  // The control unit's ticks.
  void control(State& s, const Asked& asked, const chassis_control::Brakes& brakes = {}) const;
  const chassis_control::Model& control_unit() const { return control_; }

  double machine_speed(const State& s, std::size_t unit) const { return s.omega[unit]; }
  // Whether a unit shifts or disconnects.
  bool has_gearbox(std::size_t unit) const { return gearboxes_[unit].has_value(); }
  ForeseenShafts<double> foreseen(const State& s) const;
  // The torques' integrals over a tick [Nm s], whose length is h [s], and their work at the speeds foreseen [J].
  void push(State& s, const std::array<double, kMaxDriveUnits>& impulse, double work,
            double h) const;
  // Whether a step is due, where the next tick is to be h [s] long.
  bool is_due(const State& s, double h) const;
  // To where the torques have been pushed, t [s]; what flowed is s.last. Returns how the car moved as it began.
  manoeuvre::Motion step(State& s, const Asked& asked, double t) const;

  // Kinetic, of springs and twist, without height [J].
  double energy(const State& s) const;
  double mass() const { return car_.mass; }
  double towed_mass() const {
    return car_.model.towed ? car_.model.towed->trailer.p.mass : 0.0;  // [kg]
  }
  Signals signals(const State& s, const Asked& asked) const;
  // How it moves now; time, way and what is asked for are left to who asks.
  manoeuvre::Motion motion(const State& s, const Asked& asked) const;
  const manoeuvre::Setting& setting() const { return setting_; }

 private:
  multibody::Held held(const State& s, const Asked& asked) const;
  void show_trailer(const State& s, const multibody::Held& now, BodySignals& out) const;
  double steered(const State& s, double t) const;
  double shaft_speed(const State& s, std::size_t unit) const;
  double g(const State& s, std::size_t unit) const;
  // Gears of two speeds and disconnected units (mechanics_gears.cpp).
  void init_gears(const car::Params<double>& vehicle);
  bool slips(const State& s, std::size_t unit) const;
  double gear(const State& s, std::size_t unit) const;
  double missing(const State& s, std::size_t unit) const;
  multibody::Mesh mesh(const State& s, std::size_t unit) const;
  double ratio(const State& s, std::size_t unit) const;
  std::array<double, kMaxDriveUnits> at_gears(const State& s,
                                              const std::array<double, kMaxDriveUnits>& tau,
                                              double v) const;
  chassis_control::Model control_at_gears(const State& s, chassis_control::Inputs& in) const;
  void control_gears(State& s, const std::array<double, kMaxDriveUnits>& asked,
                     const std::array<gear_control::Hands, kMaxDriveUnits>& hands) const;
  double load(const State& s, std::size_t unit, double t) const;
  std::array<double, kMaxDriveUnits> repayment(const State& s) const;

  multibody::Car car_;
  chassis_control::Model control_;
  scenario::Steer steer_;
  std::optional<path_driver::Params<double>> driver_;
  road::Road road_;
  manoeuvre::Setting setting_;
  Vec3<double> seat_;  // of the driver, from the body's centre of mass [m]
  double friction_;
  bool flat_, one_friction_;
  Rational control_rate_;
  multibody::Step* step_;
  std::unique_ptr<MultibodyTruth> truth_;
  double longest_;  // step [s]
  struct Gearbox {
    gear_control::Params control;
    NamedList<gear::Params<double>, drive_unit::kMaxGears> stages;
  };
  std::array<std::optional<Gearbox>, kMaxDriveUnits> gearboxes_;  // of units that shift or open
};

}  // namespace evsim
