// Driving by hand, its stop watches, faults and the timeline, without any window.
#include <cmath>

#include "gui/model/app.h"
#include "sim/base/floating_point.h"
#include "tests/gui/bits.h"
#include "tests/gui/loaded.h"

namespace evsim::gui {
namespace {

using scenario::Fault;
using scenario::FaultKind;
using scenario::Mode;
using scenario::PhaseName;
using test::bits;

// ---- From keys to pedals --------------------------------------------------------------------------

Driving seated() {
  Driving d;
  take_over(d, 0.0);
  return d;
}
const Steering kSteered{.there = true, .ratio = 16.0, .wheelbase = 3.0};

TEST(Driving, a_key_presses_a_pedal_to_the_floor_and_lets_it_come_back) {
  Driving d = seated();
  d.keys.accelerate = true;
  advance(d, kSteered, 0.15, 0.0);
  EXPECT_NEAR(d.accelerator.x, 0.5, 1e-12);  // of 0.3 s
  advance(d, kSteered, 0.40, 0.0);
  EXPECT_EQ(d.accelerator.x, 1.0);
  d.keys.accelerate = false;
  advance(d, kSteered, 0.475, 0.0);
  EXPECT_NEAR(d.accelerator.x, 0.5, 1e-12);  // of 0.15 s
  advance(d, kSteered, 0.7, 0.0);
  EXPECT_EQ(d.accelerator.x, 0.0);
  EXPECT_EQ(d.brake.x, 0.0);
}

TEST(Driving, nothing_moves_while_the_scenario_drives) {
  Driving d;
  d.keys = {.accelerate = true, .brake = false, .left = true, .right = false};
  advance(d, kSteered, 1.0, 0.0);
  EXPECT_EQ(d.accelerator.x, 0.0);
  EXPECT_EQ(d.theta, 0.0);
  EXPECT_TRUE(due(d, kSteered).empty());
}

TEST(Driving, the_brake_lets_go_of_an_accelerator_that_was_put) {
  Driving d = seated();
  put(d.accelerator, 0.4);
  advance(d, kSteered, 1.0, 0.0);
  EXPECT_EQ(d.accelerator.x, 0.4);
  d.keys.brake = true;
  advance(d, kSteered, 1.4, 0.0);
  EXPECT_EQ(d.accelerator.x, 0.0);
  EXPECT_EQ(d.brake.x, 1.0);
}

TEST(Driving, steering_grows_slower_and_ends_earlier_at_speed) {
  EXPECT_EQ(theta_rate(0.0), 8.0);
  EXPECT_EQ(theta_rate(15.0), 4.0);
  EXPECT_EQ(most_theta(kSteered, 0.5), 7.5);
  // 16 (3 + 0.003 400) 8 / 400.
  EXPECT_NEAR(most_theta(kSteered, 20.0), 1.344, 1e-12);
  Driving d = seated();
  d.keys.left = true;
  advance(d, kSteered, 0.25, 15.0);
  EXPECT_NEAR(d.theta, 1.0, 1e-12);
  d.keys = {.accelerate = false, .brake = false, .left = false, .right = true};
  for (double t = 0.5; t < 5.0; t += 0.25) advance(d, kSteered, t, 20.0);
  EXPECT_NEAR(d.theta, -1.344, 1e-12);
  d.keys.right = false;
  for (double t = 5.0; t < 8.0; t += 0.25) advance(d, kSteered, t, 20.0);
  EXPECT_EQ(d.theta, 0.0);
}

TEST(Driving, a_game_pad_is_followed_at_once) {
  Driving d = seated();
  d.pad = {.there = true, .accelerator = 0.3, .brake = 0.0, .steer = -0.5};
  advance(d, kSteered, 0.01, 20.0);
  EXPECT_EQ(d.accelerator.x, 0.3);
  EXPECT_NEAR(d.theta, -0.25 * 1.344, 1e-12);
}

TEST(Driving, commands_come_when_a_step_has_changed_and_end_with_the_hand_over) {
  Driving d = seated();
  ASSERT_EQ(due(d, kSteered).size(), 3U);  // all of them are held
  put(d.accelerator, 0.001);               // less than half a step
  EXPECT_TRUE(due(d, kSteered).empty());
  put(d.accelerator, 0.5);
  const auto pressed = due(d, kSteered);
  ASSERT_EQ(pressed.size(), 1U);
  EXPECT_EQ(pressed[0].signal, "driver.accelerator");
  EXPECT_EQ(pressed[0].mode, Mode::hold);
  EXPECT_EQ(pressed[0].value, 0.5);
  hand_back(d);
  const auto released = due(d, kSteered);
  ASSERT_EQ(released.size(), 3U);
  for (const auto& o : released) EXPECT_EQ(o.mode, Mode::release);
  EXPECT_TRUE(due(d, kSteered).empty());
  // A car as one mass has no hand wheel.
  Driving other = seated();
  EXPECT_EQ(due(other, {}).size(), 2U);
}

TEST(Driving, a_gear_is_held_until_the_same_is_asked_for_once_more) {
  const std::vector<std::string> shifting{"rear"};
  Driving d = seated();
  due(d, {}, shifting);
  shift(d, 2);
  const auto up = due(d, {}, shifting);
  ASSERT_EQ(up.size(), 1U);
  EXPECT_EQ(up[0].signal, "vcu.gear.rear");
  EXPECT_EQ(up[0].mode, Mode::hold);
  EXPECT_EQ(up[0].value, 2.0);
  EXPECT_TRUE(is_driving(up[0].signal));
  EXPECT_TRUE(due(d, {}, shifting).empty());
  shift(d, 1);
  EXPECT_EQ(due(d, {}, shifting)[0].value, 1.0);
  shift(d, 1);
  EXPECT_EQ(due(d, {}, shifting)[0].mode, Mode::release);
  // Buttons of a game pad: once until they are let go.
  d.pad = {.there = true, .up = true};
  advance(d, {}, 1.0, 0.0);
  advance(d, {}, 1.1, 0.0);
  EXPECT_EQ(d.gear, 2);
  d.pad.up = false;
  advance(d, {}, 1.2, 0.0);
  d.pad.down = true;
  advance(d, {}, 1.3, 0.0);
  EXPECT_EQ(d.gear, 1);
  EXPECT_EQ(due(d, {}, shifting).size(), 1U);
  hand_back(d);
  EXPECT_EQ(due(d, {}, shifting).size(), 3U);  // both pedals too
}

live::Logged logged(Order order) {
  return {.at = 0, .event = {.t = 1.0, .command = std::move(order)}, .by_hand = true};
}
scenario::Override hold(std::string_view signal, double value) {
  return {.signal = std::string(signal), .mode = Mode::hold, .value = value};
}

TEST(Driving, the_log_says_who_drives_after_the_way_back) {
  const std::vector<live::Logged> log{
      logged(hold(kAcceleratorSignal, 0.25)), logged(hold(kBrakeSignal, 0.0)),
      logged(hold(kWheelSignal, 90.0)), logged(hold(kAcceleratorSignal, 0.75)),
      logged(hold("vcu.gear.rear", 1.0))};
  Driving d;
  resume(d, log);
  EXPECT_TRUE(d.by_hand);
  EXPECT_EQ(d.accelerator.x, 0.75);
  EXPECT_NEAR(d.theta, 1.5707963267948966, 1e-12);
  EXPECT_EQ(d.gear, 1);
  EXPECT_TRUE(due(d, kSteered).empty());
  resume(d, {});
  EXPECT_EQ(d.gear, std::nullopt);
  EXPECT_FALSE(d.by_hand);
  // A scenario that holds the pedals itself goes on by itself.
  std::vector<live::Logged> own{logged(hold(kAcceleratorSignal, 0.123))};
  own[0].by_hand = false;
  resume(d, own);
  EXPECT_FALSE(d.by_hand);
  EXPECT_TRUE(due(d, kSteered).empty());
}

// ---- Keys -----------------------------------------------------------------------------------------

TEST(DriveKeys, are_read_as_they_were_written) {
  DriveKeys keys;
  bind(keys, 0, "UpArrow");
  bind(keys, 1, "A");  // was of another action
  EXPECT_EQ(keys.of(DriveAction::left).key, "");
  DriveKeys again;
  read_keys(again, "keys.json", keys_text(keys));
  for (std::size_t i = 0; i < kDriveActions; ++i) EXPECT_EQ(again.all[i].key, keys.all[i].key);
  EXPECT_THROW(read_keys(again, "keys.json", "{\"fly\": \"F\"}"), InputError);
  EXPECT_EQ(again.of(DriveAction::accelerate).key, "UpArrow");
}

// ---- Stop watches ---------------------------------------------------------------------------------

// a = 5 m/s2 from 2 s on: v = a tau, x = a tau^2 / 2.
TEST(DriveTimers, time_a_uniform_launch_and_a_stop_to_the_last_digits) {
  DriveTimers t;
  double now = 0.0;
  for (; now < 2.0; now += 0.01) t.observe({now, 0.0, 0.0, 7.0});
  t.observe({2.0, 0.0, 5.0, 7.0});
  EXPECT_FALSE(t.launched());
  for (double tau = 0.013; tau < 20.0; tau += 0.013)
    t.observe({2.0 + tau, 5.0 * tau, 5.0, 7.0 + 2.5 * tau * tau});
  EXPECT_TRUE(t.launched());
  using milestones::Distance, milestones::Speed;
  EXPECT_NEAR(t.to(Speed::k100).value(), 100.0 / 3.6 / 5.0, 1e-9);
  EXPECT_NEAR(t.to(Speed::k60Mph).value(), 60.0 * 0.44704 / 5.0, 1e-9);
  EXPECT_NEAR(t.between(Speed::k80, Speed::k120).value(), 40.0 / 3.6 / 5.0, 1e-9);
  EXPECT_NEAR(t.to(Distance::kQuarter).value(), std::sqrt(2.0 * 402.336 / 5.0), 1e-9);
  EXPECT_FALSE(t.stopping_distance());
  // 8 m/s2 from 40 m/s down: from 100 km/h on (100/3.6)^2 / 16.
  const double begin = 100.0, x = 500.0;
  for (double tau = 0.0; tau < 5.0; tau += 0.013)
    t.observe({begin + tau, 40.0 - 8.0 * tau, -8.0, x + 40.0 * tau - 4.0 * tau * tau});
  t.observe({begin + 5.0, 0.0, 0.0, x + 100.0});
  ASSERT_TRUE(t.stopping_distance());
  EXPECT_NEAR(*t.stopping_distance(), 100.0 / 3.6 * 100.0 / 3.6 / 16.0, 1e-9);
  // On the way back all is forgotten.
  t.observe({50.0, 10.0, 0.0, 0.0});
  EXPECT_FALSE(t.to(Speed::k100));
}

TEST(Gauges, reach_the_car_s_figures_in_round_steps) {
  EXPECT_EQ(nice_above(1.0), 1.0);
  EXPECT_EQ(nice_above(210.0), 250.0);
  EXPECT_EQ(nice_above(265.0), 300.0);
  EXPECT_EQ(nice_above(99.0), 100.0);
  App app(test::throttle(), true);
  EXPECT_EQ(app.gauge_ranges().tau, 400.0);  // of one machine of 400 Nm
}

// ---- By hand in a simulation ----------------------------------------------------------------------

void frame(App& app, double t) {
  app.session().advance(t);
  app.session().publish();
  app.update();
}
live::Options moving() { return {.paused = false, .pace = kInfinity, .mark_period = 0.1}; }

// Frames of 1/60 s, keys as somebody presses them.
void drive_around(App& app, double until) {
  for (int k = 1; k / 60.0 < until; ++k) {
    const double t = k / 60.0;
    if (k == 3) app.take_over();
    app.driving.keys = {
        .accelerate = t > 0.2 && t<0.9, .brake = t> 1.1 && t<1.3, .left = t> 0.4 && t < 0.7,
        .right = false};
    frame(app, t);
  }
}

TEST(ByHand, a_drive_is_saved_as_a_scenario_that_replays_to_the_same_bits) {
  for (const char* name : {"wltc", "full_throttle", "drive_by_hand"}) {
    SCOPED_TRACE(name);
    const test::Folder folder;
    App app(test::load(name), true, moving());
    drive_around(app, 1.4);
    app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2222.0);
    frame(app, 1.41);
    EXPECT_GT(app.value(app.find("body.v").value()), 5.0);  // km/h
    EXPECT_GT(app.log().size(), 30U);
    const std::string file = folder.file("drive.json");
    app.save_drive(file);
    ASSERT_FALSE(app.messages().back().error) << app.messages().back().text;
    const io::LoadedCase again = io::load_case({.scenario = file});
    const double end = again.c.scenario.until;
    EXPECT_GT(end, app.now().t);
    EXPECT_LE(end, app.now().t + 1.0);
    Simulation headless(again.c, io::parameter_setter());
    guarded([&] { headless.run(); });
    EXPECT_EQ(headless.t(), end);
    EXPECT_EQ(headless.vehicle().chassis.mass, 2222.0);
    app.session().advance(end);  // no frame: nothing more is commanded
    ASSERT_EQ(app.session().t(), end);
    EXPECT_EQ(bits(headless), bits(app.session().simulation()));
    EXPECT_LT(headless.books().relative(), 1e-6);
  }
}

TEST(ByHand, a_drive_is_not_written_over_what_was_loaded) {
  App app(test::wltc(), true);
  const std::string file = test::project_file("scenarios/wltc.json"), before = test::text_of(file);
  app.save_drive(file);
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_EQ(test::text_of(file), before);
}

TEST(ByHand, what_only_the_command_line_said_can_t_be_saved) {
  const test::Folder folder;
  App app(test::load("wltc", {}, {"scenario.environment.grade=0.02"}), true);
  app.save_drive(folder.file("drive.json"));
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_NE(app.messages().back().text.find("environment.grade"), std::string::npos);
}

TEST(ByHand, the_way_back_gives_the_pedals_as_they_were) {
  App app(test::throttle(), true, moving());
  frame(app, 0.2);
  app.take_over();
  put(app.driving.accelerator, 0.5);
  frame(app, 0.3);
  frame(app, 0.5);
  put(app.driving.accelerator, 0.25);
  frame(app, 0.6);
  frame(app, 0.8);
  app.go_back(0.45);
  frame(app, 0.0);
  frame(app, 0.0);
  EXPECT_TRUE(app.driving.by_hand);
  EXPECT_EQ(app.driving.accelerator.x, 0.5);
  app.go_back(0.1);
  frame(app, 0.0);
  frame(app, 0.0);
  EXPECT_FALSE(app.driving.by_hand);
  EXPECT_TRUE(app.log().empty());
}

// A ring that is full makes nobody wait: the rest is told later, in order.
TEST(CommandLog, a_window_that_looks_seldom_still_gets_all_of_it) {
  App app(test::wltc(), true, moving());
  constexpr int kAll = 5000;
  for (int k = 0; k < kAll; ++k) {
    app.session().port().ask(live::Command{
        {.t = 0.0, .command = scenario::SetState{.state = "SOC", .value = 0.5 + 1e-5 * k}}});
    if (k % 500 == 0) app.session().advance(0.0);
  }
  for (int k = 0; k < 3; ++k) frame(app, 0.0);
  ASSERT_EQ(app.log().size(), static_cast<std::size_t>(kAll));
  for (std::size_t i = 0; i < app.log().size(); ++i)
    ASSERT_EQ(std::get<scenario::SetState>(app.log()[i].event.command).value,
              0.5 + 1e-5 * static_cast<double>(i));
}

TEST(CommandLog, says_what_came_by_hand_and_what_from_the_scenario) {
  App app(test::load("fault_cleared"), true, moving());
  ASSERT_FALSE(app.scenario().timeline.empty());
  const double own = app.scenario().timeline.front().t;
  app.command(scenario::Override{.signal = "vcu.F_brake_N", .mode = Mode::hold, .value = 10.0});
  frame(app, own + 0.01);
  ASSERT_EQ(app.log().size(), 2U);
  EXPECT_TRUE(app.log()[0].by_hand);
  EXPECT_FALSE(app.log()[1].by_hand);
  const auto marks = timeline_marks(app.log(), app.scenario().timeline, app.now().t, {});
  ASSERT_EQ(marks.size(), 1U + app.scenario().timeline.size());
  EXPECT_EQ(marks[0].kind, TimelineMark::Kind::applied);
  EXPECT_EQ(marks[1].kind, TimelineMark::Kind::own);
  EXPECT_EQ(marks[1].subject, Subject::fault);
  EXPECT_EQ(marks.back().kind, TimelineMark::Kind::ahead);
}

TEST(CommandLog, is_told_in_words) {
  EXPECT_EQ(order_text(hold("driver.accelerator", 0.5)), "driver.accelerator held at 0.5");
  EXPECT_EQ(
      order_text(Fault{.unit = "rear", .fault = FaultKind::open_upper, .phase = PhaseName::b}),
      "rear: open_upper of phase b");
  EXPECT_EQ(order_text(Fault{
                .unit = "rear", .fault = FaultKind::machine_temperature, .temperature = 423.15}),
            "rear: machine_temperature 150 degC");
  EXPECT_EQ(subject(hold("steering.theta_H_deg", 1.0)), Subject::driving);
  EXPECT_EQ(subject(hold("vcu.F_brake_N", 1.0)), Subject::signal);
}

// ---- Plans ----------------------------------------------------------------------------------------

TEST(Plans, act_at_the_first_boundary_at_their_time_and_can_be_cancelled) {
  App app(test::throttle(), true, moving());
  const Fault off{.unit = "rear", .fault = FaultKind::gates_off};
  app.plan(0.2, off);
  app.plan(0.1, scenario::SetState{.state = "SOC", .value = 0.5});
  app.plan(0.3, scenario::SetState{.state = "SOC", .value = 0.4});
  frame(app, 0.05);
  ASSERT_EQ(app.plans().size(), 3U);
  EXPECT_TRUE(app.log().empty());
  app.unplan(app.plans().back().id);
  frame(app, 0.4);
  EXPECT_TRUE(app.plans().empty());
  ASSERT_EQ(app.log().size(), 2U);
  EXPECT_GE(app.log()[0].event.t, 0.1);
  EXPECT_LT(app.log()[0].event.t, 0.1 + 1e-3);
  EXPECT_GE(app.log()[1].event.t, 0.2);
  EXPECT_LT(app.log()[1].event.t, 0.2 + 1e-3);
  EXPECT_TRUE(std::holds_alternative<Fault>(app.log()[1].event.command));
}

TEST(Plans, one_that_does_not_exist_is_refused_when_it_is_due) {
  App app(test::throttle(), true, moving());
  app.plan(0.1, scenario::SetState{.state = "nonsense", .value = 0.5});
  frame(app, 0.05);
  EXPECT_TRUE(app.messages().empty());
  frame(app, 0.2);
  ASSERT_FALSE(app.messages().empty());
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_TRUE(app.plans().empty());
}

// ---- Faults ---------------------------------------------------------------------------------------

TEST(Faults, all_kinds_of_the_scenario_are_known_but_that_of_none) {
  ASSERT_EQ(known_faults().size(), scenario::kFaultNames.size() - 1);
  for (std::size_t k = 1; k < scenario::kFaultNames.size(); ++k)
    EXPECT_TRUE(std::ranges::any_of(known_faults(), [&](const FaultKnown& f) {
      return f.kind == static_cast<FaultKind>(k);
    })) << scenario::kFaultNames[k];
}

std::vector<Fault> active(const App& app) {
  return active_faults(app.log(), "rear", app.scenario().initial.T_machine);
}

// What the drive has after the commands is what the list says.
void expect_as_the_drive_has(App& app) {
  frame(app, 0.0);
  const auto& u = app.session().simulation().snapshot().drive.units[0];
  const auto all = active(app);
  const auto has = [&](FaultKind kind, std::size_t phase) {
    return std::ranges::any_of(all, [&](const Fault& f) {
      return f.fault == kind && static_cast<std::size_t>(f.phase) == phase;
    });
  };
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_EQ(static_cast<int>(u.legs[p]) != 0,
              has(FaultKind::open_upper, p) || has(FaultKind::open_lower, p) ||
                  has(FaultKind::shorted_upper, p) || has(FaultKind::shorted_lower, p) ||
                  has(FaultKind::phase_open, p));
    EXPECT_EQ(u.current_lost[p], has(FaultKind::current_sensor_lost, p));
    EXPECT_EQ(u.current_offset[p] != 0.0, has(FaultKind::current_sensor_offset, p));
    EXPECT_EQ(u.current_gain[p] != 0.0, has(FaultKind::current_sensor_gain, p));
  }
  EXPECT_EQ(u.position_lost, has(FaultKind::position_sensor_lost, 0));
  EXPECT_EQ(u.position_offset != 0.0, has(FaultKind::position_sensor_offset, 0));
  EXPECT_EQ(static_cast<int>(u.gates) != 0,
            has(FaultKind::gates_off, 0) || has(FaultKind::short_circuit, 0));
}

TEST(Faults, the_list_of_active_ones_is_what_the_drive_has_and_each_has_its_opposite) {
  App app(test::throttle(), true, {.paused = true});
  const FaultForm form;
  std::vector<Fault> given;
  for (const FaultKnown& known : known_faults())
    for (const PhaseName phase : {PhaseName::a, PhaseName::b}) {
      if (!known.phase && phase == PhaseName::b) continue;
      const Fault f = fault_of(form, known.kind, "rear", phase);
      app.toggle_fault(f, false);
      expect_as_the_drive_has(app);
      EXPECT_TRUE(std::ranges::any_of(active(app), [&](const Fault& x) {
        return x.fault == f.fault && x.phase == f.phase;
      })) << known.text;
    }
  // All that is left is taken back, one by one; the others stay.
  for (auto all = active(app); !all.empty(); all = active(app)) {
    const std::size_t before = all.size();
    app.toggle_fault(all.front(), true);
    expect_as_the_drive_has(app);
    ASSERT_EQ(active(app).size(), before - 1);
  }
  EXPECT_EQ(app.session().simulation().snapshot().drive.held.units[0].temperatures.winding,
            app.scenario().initial.T_machine);
}

TEST(Faults, say_why_they_can_t_be_had) {
  EXPECT_NE(faults_unavailable(scenario::Level::energy), "");
  EXPECT_EQ(faults_unavailable(scenario::Level::drive), "");
  EXPECT_NE(link_faults_unavailable({}), "");
}

TEST(Faults, overrides_are_active_until_they_are_released) {
  std::vector<live::Logged> log{logged(hold("vcu.F_brake_N", 10.0)),
                                logged(hold("driver.accelerator", 0.5)),
                                logged(hold("vcu.F_brake_N", 20.0))};
  ASSERT_EQ(active_overrides(log).size(), 1U);
  EXPECT_EQ(active_overrides(log)[0].value, 20.0);
  log.push_back(logged(opposite(active_overrides(log)[0])));
  EXPECT_TRUE(active_overrides(log).empty());
}

// ---- Timeline -------------------------------------------------------------------------------------

TEST(Timeline, a_mark_is_found_in_its_row_and_the_way_back_ends_before_it) {
  const std::vector<live::Logged> log{logged(hold("vcu.F_brake_N", 10.0))};
  const std::vector<scenario::Event> own{
      {.t = 5.0, .command = Fault{.unit = {}, .fault = FaultKind::gates_off}}};
  const std::vector<Planned> plans{{.id = 1, .t = 7.0, .order = hold("vcu.F_brake_N", 1.0)}};
  const auto marks = timeline_marks(log, own, 2.0, plans);
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_EQ(nearest(marks, Subject::signal, 1.2, 0.5), 0U);
  EXPECT_EQ(nearest(marks, Subject::fault, 5.1, 0.5), 1U);
  EXPECT_EQ(nearest(marks, Subject::signal, 7.0, 0.5), 2U);
  EXPECT_EQ(nearest(marks, Subject::signal, 3.0, 0.5), std::nullopt);
  EXPECT_EQ(just_before(marks[0]), 1.0);
  EXPECT_LT(just_before(marks[1]), 5.0);
}

}  // namespace
}  // namespace evsim::gui
