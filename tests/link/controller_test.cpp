// Controllers of the user's own in a car: the examples, the built-in control through the interface, and those that
// go wrong.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "sim/control/believed_machine.h"
#include "sim/evsim.h"
#include "sim/io/case.h"
#include "sim/link/controller_library.h"
#include "sim/run/result.h"

namespace evsim {
namespace {

std::string at(const std::string& file) { return std::string(EVSIM_SOURCE_DIR) + "/" + file; }
std::string library(const std::string& name) {
  return std::string(EVSIM_CONTROLLERS) + "/" + name + ".so";
}

struct Asked {
  std::string scenario = "full_throttle", level = "drive", car = "xiaomi_su7";
  std::vector<std::string> controllers, sets = {};
};
Case loaded(const Asked& a) {
  io::CaseRequest request;
  request.scenario = at("scenarios/" + a.scenario + ".json");
  request.vehicle = at("vehicles/" + a.car + ".json");
  request.levels = {a.level};
  request.sets = a.sets;
  request.controllers = a.controllers;
  request.load_controllers = link::load_controllers;
  return io::load_case(request).c;
}
Simulation simulation(const Asked& a) { return Simulation(loaded(a), io::parameter_setter()); }
std::string motor(const std::string& name, const std::string& unit = "") {
  return "motor_control=" + library(name) + (unit.empty() ? "" : "," + unit);
}
std::string unit(const std::string& name) { return "vcu=" + library(name); }

double kpi(const Simulation& s, const std::string& name) {
  for (const Kpi& k : kpis(s))
    if (k.name == name) return k.value;
  ADD_FAILURE() << name;
  return 0.0;
}
double last(const RunResult& r, const std::string& signal) {
  for (std::size_t i = 0; i < r.recording.signals.size(); ++i)
    if (r.recording.signals[i].path == signal) return r.recording.columns[i].back();
  ADD_FAILURE() << signal;
  return 0.0;
}
// What is wrong with a request.
std::string refusal(const Asked& a) {
  try {
    loaded(a);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// ---- The examples ---------------------------------------------------------------------------------

void drives_off_and_stops(const std::vector<std::string>& controllers, const std::string& level) {
  Simulation s = simulation({"drive_off_and_brake", level, "xiaomi_su7", controllers, {}});
  const RunResult r = run(s);
  EXPECT_EQ(r.failure, "");
  EXPECT_LE(kpi(s, "speed_end_km_per_h"), 0.1);
  EXPECT_GE(kpi(s, "speed_max_km_per_h"), 200.0);
  EXPECT_LE(kpi(s, "phase_current_max_percent"), 105.0);
  EXPECT_LE(kpi(s, "torque_error_max_percent"), 5.0);
  EXPECT_GE(kpi(s, "dc_link_voltage_margin_percent"), 0.0);
  EXPECT_EQ(kpi(s, "controller_outputs_clipped"), 0.0);
  EXPECT_LE(s.books().relative(), 1e-6);  // the bar of every ledger
}

TEST(Controller, the_example_drives_a_car_to_its_top_speed_and_to_rest) {
  drives_off_and_stops({motor("foc")}, "drive");
}
TEST(Controller, the_example_does_so_with_switching_legs) {
  drives_off_and_stops({motor("foc")}, "waveform");
}
TEST(Controller, the_example_does_so_under_the_example_of_a_control_unit) {
  drives_off_and_stops({motor("foc"), unit("vcu")}, "drive");
}

// That of docs/firmware.md, compiled for this machine.
TEST(Controller, firmware_drives_a_car_to_its_top_speed_and_to_rest) {
  drives_off_and_stops({motor("motor_duties"), unit("vcu_firmware")}, "drive");
  drives_off_and_stops({motor("motor_torque"), unit("vcu_firmware")}, "drive");
}

TEST(Controller, an_example_accelerates_like_the_built_in_control) {
  double time[2] = {};
  for (const bool own : {false, true}) {
    Asked a;
    if (own) a.controllers = {motor("foc")};
    Simulation s = simulation(a);
    s.run();
    time[own] = kpi(s, "time_0_100_km_per_h_s");
  }
  EXPECT_NEAR(time[true], time[false],
              0.04 * time[false]);  // formulas, not tables
}

TEST(Controller, the_example_of_a_control_unit_drives_a_cycle_at_the_level_energy) {
  Simulation s = simulation({"udds", "energy", "xiaomi_su7", {unit("vcu")}, {}});
  const RunResult r = run(s);
  EXPECT_EQ(r.failure, "");
  EXPECT_LE(kpi(s, "trace_error_max_km_per_h"),
            5.0);  // it lifts off where the driver expects to coast
  EXPECT_GE(kpi(s, "recovered_share_percent"), 70.0);
  EXPECT_LE(s.books().relative(), 1e-6);
  last(r, "vcu.controller.F_asked_N");
}

TEST(Controller, at_lift_off_the_example_of_a_control_unit_regenerates) {
  Simulation s = simulation({"lift_off_180", "drive", "xiaomi_su7", {unit("vcu")}, {}});
  s.run();
  EXPECT_LT(s.instant().flows.battery.i, -20.0);
}

TEST(Controller, one_unit_may_have_its_own_and_the_other_be_built_in) {
  Simulation s = simulation({"full_throttle", "drive", "nio_et7_100", {motor("foc", "front")}, {}});
  const RunResult r = run(s);
  EXPECT_EQ(r.failure, "");
  EXPECT_GT(last(r, "drive_units.front.controller.voltage_use"), 0.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Controller, a_trip_takes_the_gates_from_it) {
  Simulation s = simulation({"full_throttle",
                             "drive",
                             "xiaomi_su7",
                             {motor("foc")},
                             {"drive_units.rear.control.u_dc_trip_V=300"}});
  while (s.t() < 0.5) s.step();
  EXPECT_EQ(s.snapshot().y[car::kV], 0.0);  // tripped before it moved
}

TEST(Controller, gates_that_it_takes_off_leave_no_current_below_the_rectified_voltage) {
  Simulation s = simulation({"full_throttle",
                             "drive",
                             "xiaomi_su7",
                             {motor("gates_off")},
                             {"scenario.initial.v_km_per_h=60"}});
  while (s.t() < 0.2) s.step();
  const auto now = s.drive()->signals(s.snapshot().drive, 0);
  EXPECT_NEAR(now.i.d, 0.0, 1e-6);  // kept at zero to rounding
  EXPECT_NEAR(now.i.q, 0.0, 1e-6);
  EXPECT_EQ(s.snapshot().drive.units[0].gates, switched_legs::Gates::modulating);  // no trip
}

TEST(Controller, a_short_circuit_that_it_asks_for_is_that_of_the_fault) {
  Dq<double> i[2] = {};
  for (const bool own : {false, true}) {
    Asked a{.scenario = own ? "full_throttle" : "fault_short_circuit",
            .controllers = {},
            .sets = {"scenario.initial.v_km_per_h=100"}};
    if (own) {
      a.controllers = {motor("short_circuit")};
      a.sets.emplace_back("scenario.driver.until_v_km_per_h=300");
    }
    Simulation s = simulation(a);
    while (s.t() < 1.9) s.step();
    i[own] = s.drive()->signals(s.snapshot().drive, 0).i;
  }
  EXPECT_LT(i[true].d, -100.0);
  EXPECT_NEAR(i[true].d, i[false].d, 0.02 * -i[false].d);  // the cars have slowed down differently
}

// ---- Torque, followed by the built-in control ----------------------------------------------------

TEST(Controller, a_torque_that_is_passed_on_gives_the_bits_of_the_built_in_control) {
  const std::pair<const char*, const char*> cases[] = {
      {"xiaomi_su7", "drive"}, {"xiaomi_su7", "waveform"}, {"bmw_i4_edrive40", "drive"}};
  for (const auto& [car, level] : cases) {
    Asked a;
    a.car = car;
    a.level = level;
    Simulation plain = simulation(a);
    a.controllers = {motor("torque")};
    Simulation own = simulation(a);
    plain.run();
    own.run();
    EXPECT_EQ(own.snapshot().y, plain.snapshot().y) << car;
    EXPECT_EQ(own.snapshot().q, plain.snapshot().q) << car;
    EXPECT_EQ(kpi(own, "torque_error_max_percent"), kpi(plain, "torque_error_max_percent"));
  }
}

TEST(Controller, a_torque_that_it_limits_is_kept_to_and_its_reason_recorded) {
  Simulation s =
      simulation({"full_throttle", "drive", "xiaomi_su7", {motor("torque_limited")}, {}});
  while (s.t() < 1.0) s.step();
  const auto now = s.drive()->signals(s.snapshot().drive, 0);
  EXPECT_NEAR(now.tau_em, 100.0, 1.0);  // the current control's ripple
  EXPECT_EQ(now.tau_ref, 100.0);
  EXPECT_EQ(now.reason, 1.0);
}

TEST(Controller, gates_that_it_takes_off_at_the_level_of_torque_leave_no_current) {
  Simulation s = simulation({"full_throttle",
                             "drive",
                             "xiaomi_su7",
                             {motor("torque_off")},
                             {"scenario.initial.v_km_per_h=60"}});
  while (s.t() < 0.2) s.step();
  const auto now = s.drive()->signals(s.snapshot().drive, 0);
  EXPECT_NEAR(now.i.d, 0.0, 1e-6);  // kept at zero to rounding
  EXPECT_NEAR(now.i.q, 0.0, 1e-6);
  EXPECT_EQ(now.reason, 8.0);
}

// ---- The same bits --------------------------------------------------------------------------------

TEST(Controller, the_built_in_control_as_a_library_gives_the_same_bits) {
  const std::pair<const char*, const char*> cases[] = {
      {"xiaomi_su7", "drive"}, {"xiaomi_su7", "waveform"}, {"bmw_i4_edrive40", "drive"}};
  for (const auto& [car, level] : cases) {
    Asked a;
    a.car = car;
    a.level = level;
    Simulation plain = simulation(a);
    const auto& vehicle = plain.vehicle().drive_units[0];
    const double T = plain.system().T_machine;
    const auto machine = machine_dq::prepare(vehicle.machine.dq, vehicle.machine.envelope);
    const auto model = motor_control::prepare(
        motor_control::params(vehicle, machine, {T, T}),
        motor_control::references(vehicle, drive_unit::operating_points_of(vehicle, machine, T)));

    void* handle = ::dlopen(library("built_in").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(handle, nullptr) << ::dlerror();
    using Use = void(const motor_control::Model<double>*);
    reinterpret_cast<Use*>(::dlsym(handle, "use_model"))(&model);
    a.controllers = {motor("built_in")};
    Simulation own = simulation(a);
    plain.run();
    own.run();
    EXPECT_EQ(own.snapshot().y, plain.snapshot().y) << car;
    EXPECT_EQ(own.snapshot().q, plain.snapshot().q) << car;
    ::dlclose(handle);
  }
}

TEST(Controller, a_restored_run_gives_the_same_bits) {
  Simulation s =
      simulation({"full_throttle", "drive", "xiaomi_su7", {motor("foc"), unit("vcu")}, {}});
  while (s.t() < 2.0) s.step();
  const Snapshot early = s.snapshot();
  s.run();
  const auto y = s.snapshot().y;
  const auto q = s.snapshot().q;
  s.restore(early);
  s.run();
  EXPECT_EQ(s.snapshot().y, y);
  EXPECT_EQ(s.snapshot().q, q);
  Simulation fork =
      simulation({"full_throttle", "drive", "xiaomi_su7", {motor("foc"), unit("vcu")}, {}});
  fork.restore(early);
  fork.run();
  EXPECT_EQ(fork.snapshot().y, y);
}

TEST(Controller, a_trip_of_the_public_face_goes_back_with_it) {
  Trip trip = load({.scenario = at("scenarios/full_throttle.json"),
                    .vehicle = at("vehicles/xiaomi_su7.json"),
                    .settings = {"scenario.level=drive",
                                 "scenario.controllers.motor_control.library=" + library("foc")}});
  trip.run_until(1.0);
  const Trip::Snapshot here = trip.snapshot();
  trip.run_until(2.0);
  const double v = trip.read("body.v_km_per_h");
  const double use = trip.read("drive_units.rear.controller.voltage_use");
  EXPECT_GT(use, 0.0);
  trip.restore(here);
  trip.run_until(2.0);
  EXPECT_EQ(trip.read("body.v_km_per_h"), v);
  Trip fork(here);
  fork.run_until(2.0);
  EXPECT_EQ(fork.read("drive_units.rear.controller.voltage_use"), use);
}

TEST(Controller, a_state_of_its_own_can_not_go_back) {
  Simulation s = simulation({"full_throttle", "drive", "xiaomi_su7", {motor("own_state")}, {}});
  while (s.t() < 0.1) s.step();
  const Snapshot here = s.snapshot();
  s.restore(here);  // nothing has happened since
  while (s.t() < 0.2) s.step();
  EXPECT_THROW(s.restore(here), InputError);
  EXPECT_THROW(simulation({"full_throttle", "drive", "nio_et7_100", {motor("own_state")}, {}}),
               InputError);
}

TEST(Controller, a_state_of_its_own_runs_one_simulation_at_a_time) {
  const Asked a{"full_throttle", "drive", "xiaomi_su7", {motor("own_state")}, {}};
  Simulation first = simulation(a);
  while (first.t() < 0.1) first.step();
  Simulation second = simulation(a);
  EXPECT_THROW(first.run(), controller::Failure);
  while (second.t() < 0.1) second.step();
  // Its count began afresh.
  EXPECT_EQ(second.snapshot().drive.controllers[0].signals[0],
            static_cast<double>(second.snapshot().drive.units[0].tick));
}

// ---- What goes wrong on the way -------------------------------------------------------------------

RunResult failing(const std::string& name, const std::string& patience = "10") {
  Simulation s = simulation({"full_throttle",
                             "drive",
                             "xiaomi_su7",
                             {motor(name)},
                             {"scenario.controllers.motor_control.patience_s=" + patience}});
  return run(s);
}

TEST(Controller, a_crash_ends_the_run_with_its_cause_and_what_was_computed) {
  const std::pair<const char*, const char*> cases[] = {{"segv", "SIGSEGV at address 0x0, at 0x"},
                                                       {"fpe", "SIGFPE"},
                                                       {"bus", "SIGBUS, raised"},
                                                       {"ill", "SIGILL"},
                                                       {"abort", "SIGABRT"},
                                                       {"stack", "SIGSEGV"}};
  for (const auto& [name, signal] : cases) {
    const RunResult r = failing(name);
    EXPECT_TRUE(has(r.failure, signal)) << r.failure;
    EXPECT_TRUE(has(r.failure, "motor_control of drive unit rear (faulty, ")) << r.failure;
    EXPECT_TRUE(has(r.failure, "tick 100")) << r.failure;
    EXPECT_EQ(r.verdict, Verdict::fail);
    EXPECT_GT(r.t_end, 0.0);
    EXPECT_FALSE(r.kpis.empty());
    EXPECT_FALSE(r.recording.t.empty());
  }
}

TEST(Controller, one_that_never_answers_is_cut_off) {
  const RunResult r = failing("hang", "0.1");
  EXPECT_TRUE(has(r.failure, "no answer for 0.1 s")) << r.failure;
}

TEST(Controller, what_is_no_number_ends_the_run_with_its_name) {
  EXPECT_TRUE(has(failing("not_a_number").failure, "output d_b is NaN"));
  EXPECT_TRUE(has(failing("infinite").failure, "output u_f is infinite"));
}

TEST(Controller, one_that_writes_beyond_its_state_is_found) {
  EXPECT_TRUE(has(failing("overrun").failure, "beyond its state of 8 bytes"));
}

TEST(Controller, duties_beyond_their_range_saturate_and_are_counted) {
  Simulation s = simulation({"full_throttle", "drive", "xiaomi_su7", {motor("beyond")}, {}});
  while (s.snapshot().drive.units[0].tick < 110) s.step();
  EXPECT_EQ(kpi(s, "controller_outputs_clipped"), 20.0);  // two in each of ten ticks
  EXPECT_EQ(s.snapshot().drive.units[0].next.duties.a, 1.0);
  EXPECT_EQ(s.snapshot().drive.units[0].next.duties.c, 0.0);
}

TEST(Controller, a_control_unit_that_aborts_ends_the_run_at_every_level) {
  for (const char* level : {"energy", "drive"}) {
    Simulation s = simulation({"full_throttle", level, "xiaomi_su7", {unit("vcu_crash")}, {}});
    const RunResult r = run(s);
    EXPECT_TRUE(has(r.failure, "SIGABRT")) << r.failure;
    EXPECT_TRUE(has(r.failure, "t = 1.000000 s, tick 50")) << r.failure;
  }
}

TEST(Controller, simulations_in_two_threads_fail_each_for_itself) {
  std::string failures[2];
  std::thread other([&] { failures[0] = failing("segv").failure; });
  failures[1] = failing("abort").failure;
  other.join();
  EXPECT_TRUE(has(failures[0], "SIGSEGV")) << failures[0];
  EXPECT_TRUE(has(failures[1], "SIGABRT")) << failures[1];
}

TEST(Controller, handlers_are_as_they_were_when_no_library_is_left) {
  struct sigaction before {
  }, during{}, after{};
  sigaction(SIGSEGV, nullptr, &before);
  {
    const Simulation s = simulation({"full_throttle", "drive", "xiaomi_su7", {motor("foc")}, {}});
    sigaction(SIGSEGV, nullptr, &during);
  }
  sigaction(SIGSEGV, nullptr, &after);
  EXPECT_NE(during.sa_sigaction, before.sa_sigaction);
  EXPECT_EQ(after.sa_sigaction, before.sa_sigaction);
}

// ---- What is refused ------------------------------------------------------------------------------

TEST(Controller, a_library_that_can_not_serve_is_refused_with_path_and_reason) {
  const std::pair<const char*, const char*> cases[] = {
      {"missing", "no such file"},          {"no_symbol", "exports no evsim_controller_get"},
      {"wrong_abi", "built for version 3"}, {"wrong_role", "gives a controller of role 2"},
      {"wrong_size", "other sizes"},        {"wrong_rate", "asks for ticks at 1234 Hz"},
      {"wrong_name", "\"with space\""},     {"huge_state", "asks for a state of 8193 bytes"},
      {"refuses", "it likes no cars"},      {"vcu", "no controller for the role motor_control"}};
  for (const auto& [name, why] : cases) {
    Asked a;
    a.controllers = {motor(name)};
    const std::string what = refusal(a);
    EXPECT_TRUE(has(what, why)) << name << ": " << what;
    EXPECT_TRUE(has(what, "controllers.motor_control.library")) << what;
  }
  Asked text;
  text.controllers = {"motor_control=" + at("README.md")};
  EXPECT_TRUE(has(refusal(text), "can't be loaded")) << refusal(text);
}

TEST(Controller, an_option_that_names_no_role_library_or_unit_is_refused) {
  const auto what = [](const std::string& option) {
    Asked a;
    a.controllers = {option};
    return refusal(a);
  };
  EXPECT_TRUE(has(what("vcu"), "must be ROLE=LIBRARY[,DRIVE_UNIT]"));
  EXPECT_TRUE(has(what("vcu="), "must be ROLE=LIBRARY[,DRIVE_UNIT]"));
  EXPECT_TRUE(has(what("motr_control=x.so"), "did you mean motor_control?"));
  EXPECT_TRUE(has(what(motor("foc", "middle")), "no drive unit middle; known: rear"));
  EXPECT_TRUE(has(what("vcu=" + library("vcu") + ",rear"), "drive_units"));
}

TEST(Controller, a_motor_control_at_the_level_energy_is_refused) {
  EXPECT_TRUE(has(refusal({"full_throttle", "energy", "xiaomi_su7", {motor("foc")}, {}}),
                  "needs the level drive or waveform"));
}

TEST(Controller, it_may_ask_for_two_ticks_in_a_period_of_the_carrier) {
  Simulation s = simulation({"full_throttle",
                             "drive",
                             "xiaomi_su7",
                             {motor("foc")},
                             {"drive_units.rear.control.update=twice"}});
  s.run();
  EXPECT_LE(kpi(s, "phase_current_max_percent"), 105.0);
}

}  // namespace
}  // namespace evsim
