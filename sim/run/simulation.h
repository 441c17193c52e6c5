// A running simulation: one car in one scenario. It advances from instant to instant of its schedule
// (knots of the trace, commands, control ticks, recording), in fixed steps between them.
// All that changes while it runs is one Snapshot, plain data: copy it to save, restore it to go on with
// the same bits. Commands are the only way in; each is logged with its time.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/control/closed_loop.h"
#include "sim/run/controller.h"
#include "sim/run/drive.h"
#include "sim/run/mesh.h"
#include "sim/run/milestones.h"
#include "sim/run/scenario.h"
#include "sim/run/schedule.h"
#include "sim/run/task.h"
#include "sim/run/trace.h"
#include "sim/solve/fixed_step.h"
#include "sim/solve/truth.h"

namespace evsim {

// A car, a scenario and what they are called: all that a run needs.
struct Case {
  std::string vehicle_name, scenario_name;
  car::Params<double> vehicle;
  scenario::Params scenario;
  scenario::Trace trace;
  std::vector<scenario::Trace> traces =
      {};                  // of a sequence, one a phase; empty for a constant speed
  double test_mass = 0.0;  // resolved [kg]
  controller::Controllers controllers = {};  // of the user's own
  // For the chassis multi_body: of the vehicle's axles, the road's path, what it tows.
  body::Tyres tyres = {};
  std::vector<road::Point> path = {};
  std::optional<multibody::Trailer> trailer = {};
};

// Of the battery as the run starts.
double start_SOC(const Case& c);

// The test mass that a scenario names for a car [kg]. Throws InputError where a rule lacks a figure.
double test_mass(const scenario::TestMass& rule, const car::Params<double>& vehicle);

enum class End : int {
  running,
  trace_done,
  speed_reached,
  top_speed,  // full throttle accelerates no further
  coasted_down,
  trace_lost,  // slower than the trace for too long
  battery_empty
};
std::string_view name(End end);

struct Snapshot {
  struct ControlIn {  // what the sampled control sees
    fixed_step::States<double> y;
    TimeNs t;
  };
  struct NoState {};
  struct Extremes {                       // seen at every step
    double trace_error;                   // [m/s]
    double p_battery_max, p_battery_min;  // [W]
    double u_min, u_max;                  // [V]
    double i_max, i_min;                  // [A]
    double v_max;                         // [m/s]
    double time_limited;                  // the drive gave less than asked for [s]
    std::array<double, torque_limits::kReasons> limited_by;  // the same by vcu::Reason
    double lost;   // slower than the trace by more than break_off, until now [s]
    double grade;  // steepest that was climbed without losing speed [-]
    double x_min;  // [m]
    milestones::Passed passed;
    milestones::CoastDown coasting;
  };
  struct PhaseMark {               // as a phase began or ended
    double x, E_battery, E_wheel;  // [m], [J], net work at the road [J]
  };
  Schedule::Position position;
  TimeNs piece_start, piece_end;
  Mesh mesh;
  int step;  // inside the piece
  closed_loop::Piece<double> piece;
  fixed_step::States<double> y;
  fixed_step::Rows<double> q;
  Task<ControlIn, closed_loop::Decision<double>, NoState> control;
  closed_loop::Hooks<double> hooks;
  std::array<double, closed_loop::kHooks> noise;  // standard deviation on each hook
  ledger::Stores<double> stores_start;            // [J]
  double intervention;                            // energy of booked jumps [J]
  Extremes extremes;
  Drive::State drive;                      // at the levels drive and waveform
  std::array<PhaseMark, kMaxMarks> marks;  // start and end of each phase that was met
  int scheduled, commands;                 // of the timeline met, and of all applied
  End end;
  // Of controllers of the user's own: number of the next tick, state.
  std::int64_t vcu_tick, bms_tick, brake_tick;
  controller::Block vcu{}, bms{}, brake{};
  battery::PowerLimits<double> limits;  // by a battery management of the user's own
};
static_assert(std::is_trivially_copyable_v<Snapshot>);

// Applies one parameter by dotted path with unit (io's reader does it); needed only for set_parameter
// commands.
using SetParameter =
    std::function<void(car::Params<double>&, const std::string& path, double value)>;

// How time is integrated: the fixed-step scheme, or CVODE.
struct Scheme {
  bool truth = false;
  Truth::Method method = Truth::Method::bdf;
  double rtol = 1e-9;
};

class Simulation {
 public:
  // Throws InputError where figures contradict each other.
  explicit Simulation(Case c, SetParameter set = {}, Scheme scheme = {});

  // One integration step; visits the schedule's instant when it is reached. False when the run has
  // ended. Throws SimulationError naming time and states that are no longer finite.
  bool step();
  // To the end, or until `stop` says so at an instant.
  void run(const std::function<bool()>& stop = {});

  double t() const;                                       // [s]
  double duration() const { return seconds(duration_); }  // at most [s]
  End end() const { return now_.end; }
  // The state of everything; restore() goes on from it with the same bits, backwards or forwards.
  const Snapshot& snapshot() const { return now_; }
  // Of this simulation, or of another of the same case that met no commands but its timeline's; throws
  // std::invalid_argument for one that did. Throws InputError where a controller keeps a state of its own
  // (state_size 0) that has gone on since.
  void restore(const Snapshot& s);
  // Of any simulation of the same case: log is its command_log() when the snapshot was taken.
  void restore(const Snapshot& s, std::vector<scenario::Event> log);

  // Applied at once, between two steps, and logged: the log as a timeline gives the same bits. Throws
  // InputError for what doesn't exist; nothing has changed then.
  void command(const scenario::Event& e);
  std::vector<scenario::Event> command_log() const;    // all that were applied until now
  std::span<const scenario::Event> commands() const {  // the same, where they lie
    return std::span(log_).first(static_cast<std::size_t>(now_.commands));
  }

  // What flows now.
  closed_loop::Instant<double> instant() const;
  const closed_loop::System<double>& system() const { return system_; }
  const Case& input() const { return case_; }
  const car::Params<double>& vehicle() const { return vehicle_; }  // with commands applied
  const DriverTrace& trace() const { return trace_; }
  const Scheme& scheme() const { return scheme_; }
  ledger::Books books() const;
  const Drive* drive() const { return drive_.get(); }  // at the levels drive and waveform
  std::int64_t clipped_outputs() const;  // of all controllers of the user's own, until now
  // All pieces from the start on, for runs in lanes. Throws std::invalid_argument where a run is not
  // all pieces: with a timeline, sampled control, CVODE or a steady start, which differs by car.
  std::vector<struct PlannedPiece> plan() const;

  // Called at each recording instant, in order.
  std::function<void(const Simulation&)> on_record;
  // Called with the currents and voltages of legs that switch, at each step between their edges and at each edge.
  waveform::Watch on_waveform;

 private:
  std::vector<ScheduleEntry> entries() const;
  void rebuild();
  double mass_now() const;  // test mass, as commands have changed the car's masses [kg]
  std::unique_ptr<const Mechanics> mechanics() const;
  void start();
  Mesh mesh_of(TimeNs from, TimeNs to, double jump) const;
  double jump_at(const Schedule::Instant& at) const;
  closed_loop::Piece<double> piece_at(TimeNs t, double v) const;
  void begin_piece(TimeNs t);
  void visit_instant(const Schedule::Instant& at);
  void cut_piece();
  void go_to(const Snapshot& s);
  void check_controllers(const Snapshot& s) const;
  void go_on();
  std::span<const std::size_t> events_at(TimeNs t) const;
  void apply_due(TimeNs t);
  void apply_late(TimeNs t);
  void apply(const scenario::Event& e);
  void set(const scenario::SetParameter& c);
  void set(const scenario::Override& c);
  void set(const scenario::SetState& c);
  void set(const scenario::Fault& c);
  void set(const scenario::LinkFault& c);
  void check_link_faults() const;
  void run_control();
  // Controllers of the user's own (vcu_controller.cpp, bms_controller.cpp, brake_controller.cpp).
  void init_vcu();
  void init_bms();
  void init_brake();
  double bms_rate() const;
  double brake_rate() const;
  void run_bms(TimeNs t);
  battery::PowerLimits<double> limits(const battery::Source<double>& s) const;
  evsim_brake_outputs run_brake(evsim_brake_inputs in, evsim_brake_outputs built_in);
  double run_brake(const Snapshot::ControlIn& sampled, const vcu::Inputs<double>& in,
                   const vcu::Outputs<double>& asked);
  chassis_control::Brakes own_brakes();
  vcu::Outputs<double> run_vcu(const Snapshot::ControlIn& sampled, const vcu::Inputs<double>& in,
                               const driver::Reference<double>& pedals);
  void observe(const closed_loop::Instant<double>& at, double h);
  ledger::Stores<double> stores() const;
  void book_jump(const ledger::Stores<double>& before);
  void step_drive();
  void check_end();
  void mark_phases(TimeNs t);
  double grade(const closed_loop::Instant<double>& at) const;
  void check_finite() const;

  Case case_;
  SetParameter set_;
  Scheme scheme_;
  car::Params<double> vehicle_;
  closed_loop::System<double> system_;
  std::optional<car::Params<double>> built_;  // that derived data were made of
  DriverTrace trace_;
  TimeNs duration_ = 0;
  Schedule schedule_;
  std::vector<std::size_t> in_time_;  // the timeline's events in order of time
  std::vector<scenario::Event>
      log_;  // those applied; behind them, after going back, those that were
  fixed_step::WeightCache<double> weights_;
  std::unique_ptr<Truth> truth_;
  std::unique_ptr<Drive> drive_;
  Snapshot now_{};
};

}  // namespace evsim
