// The electric drives of a running simulation at the levels `drive` and `waveform`: machines, inverters and
// the DC node inside the ticks of their motor controls, and the car that they move.
// Between two instants of the simulation's schedule it goes from tick to tick: the controls that are due sample
// and compute, what they computed in the tick before begins to act, then everything is integrated to the
// next tick (or the next instant). What is slow beside a tick follows from the tick's integrals.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "sim/base/time.h"
#include "sim/components/pwm.h"
#include "sim/control/closed_loop.h"
#include "sim/control/flux_observer.h"
#include "sim/control/motor_control.h"
#include "sim/run/controller.h"
#include "sim/run/mechanics.h"
#include "sim/run/scenario.h"
#include "sim/run/schedule.h"
#include "sim/run/waveform.h"
#include "sim/solve/electric_tick.h"
#include "sim/solve/electric_truth.h"
#include "sim/solve/fixed_step.h"
#include "sim/solve/switched_step.h"
#include "sim/vehicle/rigid_driveline.h"

namespace evsim {

class Drive {
 public:
  // What a control gave, on its way to the inverter.
  struct Output {
    pwm::Duties<double> duties;
    double u_f;  // [V]
    // That a controller of its own asks for; a trip or a fault goes before.
    switched_legs::Gates gates = switched_legs::Gates::modulating;
  };
  // What was seen since the run began, of one unit.
  struct Extremes {
    double i;           // largest amplitude of the phase current [A]
    double tau_error;   // largest distance of the torque from what was asked for lately [Nm]
    double T_junction;  // highest of both devices; 0: has none [K]
  };
  // What was asked of a unit over the last 20 ms or more: least and most in windows one after another [Nm].
  static constexpr double kSettling = 0.02;  // [s]
  struct Asked {
    double now_min, now_max, before_min, before_max;
    TimeNs window_end;
  };
  // The mean transistor and the mean diode of an inverter's six switches.
  struct Junctions {
    power_devices::FosterState<double> transistor, diode;
  };
  struct UnitState {
    motor_control::State<double> control;
    sensors::Tracked<double> tracked;  // rotor angle and speed by the sensor
    flux_observer::State<double> observer;
    double angle_error;                  // of the electrical angle that the control has [rad]
    motor_control::Output<double> seen;  // of its last tick: currents, references, reason
    Output next;                         // begins to act with the next tick
    std::int64_t tick;                   // number of the next one
    TimeNs began, at;                    // of the tick that runs, of the next one
    pwm::Edges edges;                    // of the tick that runs, with switched legs
    electric_drive::TickDevices<double> devices;  // of the tick that runs
    Junctions junctions;
    switched_legs::Gates gates;  // by trips and faults
    switched_legs::Gates asked_gates =
        switched_legs::Gates::modulating;    // that act, by the control
    std::array<switched_legs::Leg, 3> legs;  // faults
    std::array<bool, 3> current_lost;        // sensors
    bool position_lost;
    std::array<double, 3> current_offset, current_gain;  // on top of the sensors' own [A], [-]
    double position_offset;                              // [rad]
    Asked asked;
    Extremes extremes;

    switched_legs::Gates acting_gates() const {
      return gates == switched_legs::Gates::modulating ? asked_gates : gates;
    }
  };
  // All that changes: part of the snapshot.
  struct State {
    electric_drive::State<double> y;
    electric_drive::Held<double> held;
    electric_drive::Rows<double> last;  // integrals of the last step of h
    double h;                           // [s]
    double a;                           // mean acceleration in it [m/s2]
    std::array<UnitState, kMaxDriveUnits> units;
    switched_step::Legs legs;
    double u_min, u_max;                       // at the inverters [V]
    std::array<double, kMaxDriveUnits> omega;  // as the controls ran last [rad/s]
    TimeNs t;
    std::array<controller::Block, kMaxDriveUnits> controllers;
    Mechanics::State car;  // of the chassis multi_body
  };

  // rtol > 0: the truth that a run is verified against. Averaging inverters go by ElectricTruth, and what is slow
  // beside a tick is held over a quarter of it; switching legs, whose torque ripples within a tick, take steps a
  // quarter as long.
  // like: another one, of a vehicle with the parameters like_params, all else alike; units that are the same are taken
  // from it.
  // Throws InputError where a drive unit has no model in dq.
  Drive(const car::Params<double>& vehicle, scenario::Level level, std::uint64_t seed,
        double R_source, double T_machine, controller::Controllers controllers = {},
        double rtol = 0.0, std::unique_ptr<const Mechanics> mechanics = nullptr,
        const Drive* like = nullptr, const car::Params<double>* like_params = nullptr);

  // At rest or in motion, without torque, at t = 0.
  State start(const closed_loop::System<double>& s, const closed_loop::Piece<double>& piece,
              const fixed_step::States<double>& y) const;

  // One step: to the next tick, at the latest to `until`. Legs that switch are shown to `watch`; `brakes` changes what the
  // chassis' control unit gives.
  void step(State& d, const closed_loop::System<double>& s, const closed_loop::Piece<double>& piece,
            TimeNs piece_start, TimeNs until, fixed_step::States<double>& y,
            fixed_step::Rows<double>& q, const waveform::Watch& watch = {},
            const chassis_control::Brakes& brakes = {});

  // A fault, or none any more, from now on.
  void set(State& d, std::size_t unit, const scenario::Fault& fault) const;

  // What flowed over the last step, as means.
  closed_loop::Instant<double> instant(const State& d, const closed_loop::System<double>& s,
                                       const closed_loop::Piece<double>& piece, TimeNs piece_start,
                                       const fixed_step::States<double>& y) const;

  // Electrical signals of a unit now; d axis of an induction machine on its rotor's flux.
  struct UnitSignals {
    Dq<double> i, i_ref, u, psi;                  // [A], [A], [V], [Vs]
    Abc<double> i_phase;                          // [A]
    double i_f;                                   // [A]
    double tau_em, tau_ref;                       // [Nm]
    double theta_e;                               // [rad]
    double reason;                                // motor_control::Reason, as a number
    double T_winding;                             // [K]
    power_devices::Junctions<double> T_junction;  // 0: has none [K]
    double angle_error;                           // electrical, of the control's last tick [rad]
    double psi_f_lost;  // share of the magnets' flux that is gone for good
  };
  UnitSignals signals(const State& d, std::size_t unit) const;
  // Whether a unit's inverter has junctions with a temperature.
  bool has_junctions(std::size_t unit) const;
  struct NodeSignals {
    double u, i_cable, i_ripple;  // [V], [A], rms in the capacitors over the last step [A]
  };
  NodeSignals signals(const State& d) const;

  // Over all units since the run began, of their largest current and torque [-].
  double current_share(const State& d) const;
  double tau_error_share(const State& d) const;
  // Largest share of its magnets' flux that a unit has lost for good [-].
  double flux_lost_share(const State& d) const;
  // Highest of all junctions [K]; 0 where no unit has one.
  double T_junction_max(const State& d) const;

  // Nothing where the car is one mass.
  const Mechanics* mechanics() const { return mechanics_.get(); }
  Mechanics::Signals car_signals(const State& d, const closed_loop::System<double>& s,
                                 const closed_loop::Piece<double>& piece, TimeNs piece_start,
                                 const fixed_step::States<double>& y) const;

  // What was seen of a manoeuvre until now.
  manoeuvre::State car_seen(const State& d, const closed_loop::System<double>& s,
                            const closed_loop::Piece<double>& piece, TimeNs piece_start,
                            const fixed_step::States<double>& y) const;

  // In magnetic fields, capacitors and cable [J].
  double stored_energy(const State& d) const;

  const controller::Controllers& controllers() const { return controllers_; }
  // Names of the signals that the controller of a unit gives; none where it is built in.
  const std::vector<std::string>& controller_signals(std::size_t unit) const;

 private:
  struct Unit {
    motor_control::Model<double> control;
    operating_points::Machine points;
    motor_control::Model<Float32> rounded;  // of a control in single precision
    sensors::Params<double> sensors;
    std::optional<flux_observer::Params<double>> observer;
    pwm::Params<double> pwm;
    bool twice;      // ticks in a carrier period
    double f_sw;     // [Hz]
    double tau_max;  // [Nm]
    Rational rate;   // of its ticks
    bool external;   // by a controller of its own
    std::string name;
    evsim_motor_control_config config;  // that it is told
  };
  // What is held over a step, and what of it the slow states need.
  struct Slow {
    car::Surroundings<double> around;
    battery::Source<double> source;
    car::Command<double> command;  // as it passes to the plant
    double v_ref;                  // at the step's middle [m/s]
    double direction;              // of motion
  };
  // The same of the car as one mass.
  struct OneMass {
    RigidDriveline<double> behind;
    std::array<double, 2> slip;
    double F_fluid, F_grade, F_roll;  // [N]
  };

  struct Steady {
    electric_drive::UnitState<double> state;
    Output next;
    Junctions junctions;
  };
  Junctions settled(std::size_t unit, double u_dc, double I, double p_AC) const;
  Steady steady(std::size_t unit, const dq_machine::Temperatures<double>& t, double u_dc,
                double omega, double tau) const;
  double drag(const State& d, std::size_t unit, double omega) const;
  void run_control(State& d, std::size_t unit, const closed_loop::System<double>& s, double v,
                   double tau_ref) const;
  struct Measured {
    Abc<double> i;    // phase currents [A]
    double tau_drag;  // [Nm]
    motor_control::Input<double> in;
  };
  Measured measured(State& d, std::size_t unit, double omega) const;
  void locate(State& d, std::size_t unit, motor_control::Input<double>& in) const;
  void demagnetise(State& d) const;
  // Duties of a voltage vector [V], before the timer.
  pwm::Duties<double> modulated(std::size_t unit, const Complex<double>& u_s, double u_dc) const;
  void run_built_in(State& d, std::size_t unit, const motor_control::Input<double>& in) const;
  // The parts of a controller of its own (drive_controller.cpp).
  void init_controllers(State& d) const;
  void run_controller(State& d, std::size_t unit, const Measured& seen, double tau_ref,
                      const pwm::Duties<double>& acting) const;
  void trip(State& d, std::size_t unit, double u_dc) const;
  power_devices::Junctions<double> junctions(const State& d, std::size_t unit) const;
  double hottest_junction(const State& d, std::size_t unit) const;
  void begin_devices(State& d, std::size_t unit, const pwm::Duties<double>& acting) const;
  void heat(State& d) const;
  electric_drive::DeviceHeld<double> device_held(const State& d) const;
  // behind: the mechanics behind the shafts, a RigidDriveline or ForeseenShafts.
  template <class Behind>
  void integrate(State& d, const Behind& behind, double h, const waveform::Watch& watch);
  template <class Behind> void integrate_averaged(State& d, const Behind& behind, double h);
  template <std::size_t N, class Behind>
  void integrate_switched(State& d, const Behind& behind, double h,
                          const waveform::Watch& watch) const;
  double machine_speed(const State& d, std::size_t unit, const closed_loop::System<double>& s,
                       double v) const;
  Mechanics::Asked asked(const closed_loop::System<double>& s, const Slow& slow) const;
  void step_one_mass(State& d, const closed_loop::System<double>& s, const Slow& slow,
                     fixed_step::States<double>& y, fixed_step::Rows<double>& q,
                     const waveform::Watch& watch);
  void step_mechanics(State& d, const closed_loop::System<double>& s, const Slow& slow,
                      fixed_step::States<double>& y, fixed_step::Rows<double>& q, bool at_latest,
                      const waveform::Watch& watch);
  // Time [s], way [m] and what is asked for.
  static void complete(manoeuvre::Motion& moved, const closed_loop::System<double>& s, double t,
                       double way);
  bool switches(const State& d) const;
  void watch(State& d, std::size_t unit, double tau_asked) const;
  Slow slow(const closed_loop::System<double>& s, const closed_loop::Piece<double>& piece, double t,
            double h, const fixed_step::States<double>& y) const;
  OneMass one_mass(const State& d, const closed_loop::System<double>& s, const Slow& slow, double h,
                   const fixed_step::States<double>& y) const;
  // Slow states and rows of the books, by the integrals of a step: of the source, of the car.
  void settle_source(State& d, const closed_loop::System<double>& s, const Slow& slow,
                     fixed_step::States<double>& y, fixed_step::Rows<double>& q) const;
  void settle_one_mass(State& d, const closed_loop::System<double>& s, const Slow& slow,
                       const OneMass& car, fixed_step::States<double>& y,
                       fixed_step::Rows<double>& q) const;
  void settle_mechanics(State& d, const closed_loop::System<double>& s, const Slow& slow,
                        fixed_step::States<double>& y, fixed_step::Rows<double>& q) const;
  void show_one_mass(const State& d, const closed_loop::System<double>& s, const Slow& slow,
                     const fixed_step::States<double>& y, car::Flows<double>& f) const;
  void show_mechanics(const State& d, const closed_loop::System<double>& s, const Slow& slow,
                      car::Flows<double>& f) const;
  const dc_node::Weights& weights(TimeNs h, int n);

  electric_drive::Model<double> model_;
  std::array<Unit, kMaxDriveUnits> units_;
  controller::Controllers controllers_;
  bool waveform_, has_junctions_ = false;
  std::uint64_t seed_;
  // That the weights were made for; what the battery has beside it is part of U_0 [Ohm].
  double R_source_;
  std::unordered_map<std::uint64_t, dc_node::Weights> weights_;
  const std::pair<const std::uint64_t, dc_node::Weights>* latest_ = nullptr;  // of them
  electric_tick::Ticks ticks_ = electric_tick::ticks_here();
  std::optional<ElectricTruth> truth_;
  std::unique_ptr<const Mechanics> mechanics_;
};

}  // namespace evsim
