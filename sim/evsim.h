// The public face of evsim: one car in one scenario, a trip, read from files, in the caller's hands.
//
//   evsim::Trip trip = evsim::load({.scenario = "scenarios/wltc.json", .settings = {"chassis.mass_kg=2100"}});
//   trip.run_until(60.0);
//   const double v = trip.read("body.v_km_per_h");
//   const auto here = trip.snapshot();
//   trip.set("auxiliaries.power_kW", 3.0);
//   trip.run();
//   const double consumption = trip.kpi("energy_consumption_battery_Wh_per_km");
//   trip.restore(here);                         // back at 60 s, with the old auxiliaries
//
// Units: a name carries its unit at its end, and any unit of the right kind will do: body.v_km_per_h or
// body.v_m_per_s. A plain number has none: battery.SOC, or battery.SOC_percent. `evsim describe` lists
// all signals, parameters and units. Times are seconds.
// Threads: a trip is used by one thread at a time, its const functions included; any number of
// trips may be used at once. Snapshots never change and may be shared by threads.
// The same input and the same commands at the same times give the same bits.
// Every function may throw Error; a trip that threw is as it was before the call, save for
// Error::Cause::simulation_failed, after which only restore() leads on.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evsim {

// The version of the library, such as "0.1.0".
const char* version();

// what() holds all that is wrong, a line each: file:line: path: what, got, allowed, hint.
class Error : public std::runtime_error {
 public:
  enum class Cause : int {  // the number is the exit code of the command `evsim`
    bad_input = 2,          // a file, a name, a unit or a value is wrong
    simulation_failed = 3,  // the integration diverged
    environment = 4,        // disk or missing part
  };
  Error(Cause cause, const std::string& what) : std::runtime_error(what), cause_(cause) {}
  Cause cause() const { return cause_; }

 private:
  Cause cause_;
};

struct LoadRequest {
  std::string scenario = {};  // file
  std::string vehicle = {};   // file; "": the one that the scenario names
  // "path=value" with unit, in this order. A path that begins with "scenario." changes the scenario,
  // any other the car.
  std::vector<std::string> settings = {};
};

class Trip {
 public:
  // All that changes while a trip runs. A copy costs no more than a pointer.
  class Snapshot {
   public:
    double time() const;  // [s]

   private:
    friend class Trip;
    struct Data;
    explicit Snapshot(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> data_;
  };

  // A trip of its own that goes on from a snapshot of another one.
  explicit Trip(const Snapshot& from);
  Trip(Trip&&) noexcept;
  Trip& operator=(Trip&&) noexcept;
  ~Trip();

  // ---- Time

  // One integration step. Its length depends on the scenario alone; it never crosses an instant of the
  // schedule: a knot of the driving cycle, a command of the timeline, a recording tick. False once the
  // run has ended.
  bool step();
  // Steps until time() >= t or the run has ended. It stops at t exactly where t is such an instant:
  // recording ticks are 1 s apart, "scenario.record.rate_Hz=100" sets them every 10 ms.
  // False once the run has ended.
  bool run_until(double t);
  void run();  // to the end

  double time() const;      // [s]
  double duration() const;  // of the scenario, at most [s]
  bool ended() const;
  std::string_view end_reason() const;  // "running", "done", "speed reached", "battery empty"

  // ---- What flows

  struct Signal {
    std::string name;  // in the unit that people expect: body.v_km_per_h
    std::string unit;  // as people write it: km/h
  };
  std::vector<Signal> signals() const;
  double read(std::string_view signal) const;    // now, in the unit of the name
  double get(std::string_view parameter) const;  // of the car; a number or a count

  // ---- Commands: applied at once, between two steps, and logged

  void set(std::string_view parameter, double value);    // of the car: auxiliaries.power_kW ...
  void set_state(std::string_view state, double value);  // a jump: v_km_per_h, SOC, u_1_V ...
  // What passes between driver, control unit and car: driver.v_seen, driver.F_request, vcu.F_brake,
  // vcu.tau.NAME, vcu.gear.NAME (1, 2; 0: open). One of these holds at a time; until release().
  void hold(std::string_view signal, double value);
  void scale(std::string_view signal, double factor);
  void offset(std::string_view signal, double value);
  void noise(std::string_view signal, double standard_deviation);
  void release(std::string_view signal);

  struct Command {
    double t;          // [s]
    std::string name;  // of the function above: set, set_state, hold ...
    std::string path;  // with unit
    double value;      // in that unit
  };
  // Of the scenario's timeline and of the functions above, in order.
  std::vector<Command> command_log() const;

  // ---- Judgement, at any time

  enum class Verdict { none, pass, fail };  // none: the scenario sets no limit
  struct Kpi {
    std::string name;  // carries its unit: range_km
    std::string unit;  // as people write it
    double value;      // in that unit; NaN where it does not exist
    Verdict verdict;
    std::string doc;  // one line
  };
  std::vector<Kpi> kpis() const;
  double kpi(std::string_view name) const;
  double ledger_residual()
      const;  // energy not accounted for over energy moved; above 1e-6 is an error

  // ---- Save and restore

  Snapshot snapshot() const;
  // Goes on from there with the same bits, also from a snapshot of another trip. Commands given since
  // then are forgotten.
  void restore(const Snapshot& s);

 private:
  struct Impl;
  explicit Trip(std::unique_ptr<Impl> impl);
  friend Trip load(const LoadRequest& request);
  template <class Change> void apply(const Change& change, std::string_view path);
  std::unique_ptr<Impl> impl_;
};

// Reads and checks all files; the trip stands at t = 0.
Trip load(const LoadRequest& request);

}  // namespace evsim
