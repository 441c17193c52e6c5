// Driving, faults, the timeline and the time bar's fields, by mouse and keys.
#include <implot.h>
#include <implot_internal.h>

#include <cmath>

#include "sim/base/floating_point.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

const Snapshot& state(Screen& s) { return s.app().session().simulation().snapshot(); }
bool holds(Screen& s, int hook) { return state(s).hooks.holds(hook); }
double held(Screen& s, int hook) { return state(s).hooks.offset[static_cast<std::size_t>(hook)]; }
void hold_key(Screen& s, ImGuiKey key, int frames) {
  ImGui::GetIO().AddKeyEvent(key, true);
  s.frames(frames);
  ImGui::GetIO().AddKeyEvent(key, false);
  s.frames(1);
}
io::LoadedCase on_wheels() { return test::load("drive_by_hand"); }

// ---- Driving --------------------------------------------------------------------------------------

TEST(DrivingWindow, takes_over_and_hands_back) {
  Screen s(test::throttle(), false);
  s.click_tab("Driving");
  s.click("###take_over");
  s.frames(1);
  EXPECT_TRUE(holds(s, closed_loop::kAccelerator));
  EXPECT_TRUE(holds(s, closed_loop::kBrakePedal));
  EXPECT_EQ(held(s, closed_loop::kAccelerator), 0.0);
  s.click("###take_over");
  s.frames(1);
  EXPECT_FALSE(state(s).hooks.hold_a_pedal());
  s.key(ImGuiKey_H);
  s.frames(1);
  EXPECT_TRUE(state(s).hooks.hold_a_pedal());
}

TEST(DrivingWindow, keys_drive_and_are_shown_even_when_another_tab_is_in_front) {
  Screen s(test::load("wltc", {"drive"}), false);
  s.key(ImGuiKey_H);
  hold_key(s, ImGuiKey_W, 60);
  EXPECT_GT(s.app().value(s.app().find("body.v").value()), 5.0);  // km/h
  EXPECT_NEAR(held(s, closed_loop::kAccelerator), 1.0, 0.1);      // on its way back
  s.frames(30);
  EXPECT_EQ(held(s, closed_loop::kAccelerator), 0.0);
  hold_key(s, ImGuiKey_S, 40);
  EXPECT_GT(held(s, closed_loop::kBrakePedal), 0.9);
}

TEST(DrivingWindow, typed_letters_drive_nothing) {
  Screen s(test::throttle());
  s.click("###search");
  s.key(ImGuiKey_H);
  s.frames(2);
  EXPECT_FALSE(s.app().driving.by_hand);
}

TEST(DrivingWindow, pedals_are_dragged_and_stay) {
  Screen s(test::throttle(), false);
  s.click_tab("Driving");
  const ImVec2 from = Screen::middle("###pedal:accelerator");
  s.drag(from, {from.x, from.y - 10.0f});
  s.frames(5);
  const double share = held(s, closed_loop::kAccelerator);
  EXPECT_GT(share, 0.5);
  EXPECT_LT(share, 0.9);
  EXPECT_TRUE(s.app().driving.by_hand);
  const Item* brake = Screen::find("###pedal:brake");
  ASSERT_NE(brake, nullptr);
  s.click(ImVec2{0.5f * (brake->x0 + brake->x1), brake->y0 + 1.0f});
  s.frames(1);
  EXPECT_GT(held(s, closed_loop::kBrakePedal), 0.95);
  EXPECT_EQ(held(s, closed_loop::kAccelerator), share);
}

TEST(DrivingWindow, the_hand_wheel_is_dragged_and_keys_turn_it) {
  Screen s(on_wheels(), false);
  s.click_tab("Driving");
  s.drag("###hand_wheel", -50.0f);
  s.frames(20);
  const double left = state(s).drive.car.theta_H;
  EXPECT_NEAR(left, 1.0, 0.05);  // 0.02 rad a pixel
  hold_key(s, ImGuiKey_D, 20);
  EXPECT_LT(state(s).drive.car.theta_H, left - 0.5);
  s.frames(60);
  EXPECT_NEAR(state(s).drive.car.theta_H, 0.0, 0.01);
  hold_key(s, ImGuiKey_A, 20);
  EXPECT_GT(state(s).drive.car.theta_H, 0.5);
}

TEST(DrivingWindow, a_car_as_one_mass_has_a_hand_wheel_that_can_t_be_turned) {
  Screen s(test::throttle(), false);
  s.click_tab("Driving");
  s.drag("###hand_wheel", -50.0f);
  s.frames(1);
  EXPECT_FALSE(s.app().driving.by_hand);
  EXPECT_TRUE(s.app().messages().empty());
}

TEST(DrivingWindow, one_pedal_is_a_parameter_of_the_car) {
  Screen s(test::throttle());
  s.click_tab("Driving");
  EXPECT_EQ(s.car().regeneration.one_pedal, 0.0);
  s.click("###one_pedal");
  s.frames(1);
  EXPECT_EQ(s.car().regeneration.one_pedal, 2.0);
  s.key(ImGuiKey_P);
  s.frames(1);
  EXPECT_EQ(s.car().regeneration.one_pedal, 0.0);
}

TEST(DrivingWindow, gears_are_held_by_buttons_and_keys_in_a_car_of_two_speeds) {
  Screen s(test::load("drive_by_hand", {}, {}, "porsche_taycan_turbo_s"), false);
  s.click_tab("Driving");
  const auto in_mesh = [&] { return s.app().value(s.app().find("drive_units.rear.gear").value()); };
  s.click("###gear:2");  // somebody must drive
  s.frames(60);
  EXPECT_EQ(in_mesh(), 1.0);
  s.key(ImGuiKey_H);
  s.click("###gear:2");
  s.frames(60);
  EXPECT_EQ(held(s, closed_loop::kGear), 2.0);
  EXPECT_EQ(in_mesh(), 2.0);
  s.key(ImGuiKey_E);
  s.frames(60);
  EXPECT_FALSE(holds(s, closed_loop::kGear));
  EXPECT_EQ(in_mesh(), 1.0);
  s.key(ImGuiKey_Q);
  s.frames(1);
  EXPECT_EQ(held(s, closed_loop::kGear), 1.0);
  s.key(ImGuiKey_H);
  s.frames(1);
  EXPECT_FALSE(holds(s, closed_loop::kGear));
}

TEST(DrivingWindow, a_car_of_one_speed_has_no_gears_to_choose) {
  Screen s(on_wheels(), false);
  s.click_tab("Driving");
  EXPECT_EQ(Screen::find("###gear:1"), nullptr);
  s.key(ImGuiKey_H);
  s.key(ImGuiKey_E);
  s.frames(2);
  EXPECT_TRUE(s.app().messages().empty());
}

TEST(DrivingWindow, each_key_is_another_one_after_a_click_and_is_kept_in_a_file) {
  const test::Folder folder;
  Screen s(test::load("wltc", {"drive"}), false);
  s.app().drive_keys.file = folder.file("keys.json");
  s.click_tab("Driving");
  for (const DriveKey& k : s.app().drive_keys.all) {
    s.click(std::string("###key:") + k.id);
    EXPECT_GE(s.app().drive_keys.asked, 0);
    s.key(ImGuiKey_Escape);
    EXPECT_EQ(s.app().drive_keys.asked, -1);
  }
  s.click("###key:accelerate");
  s.key(ImGuiKey_UpArrow);
  EXPECT_EQ(s.app().drive_keys.of(DriveAction::accelerate).key, "UpArrow");
  DriveKeys read;
  read_keys(read, "keys.json", test::text_of(folder.file("keys.json")));
  EXPECT_EQ(read.of(DriveAction::accelerate).key, "UpArrow");
  s.key(ImGuiKey_H);
  hold_key(s, ImGuiKey_W, 20);
  EXPECT_EQ(held(s, closed_loop::kAccelerator), 0.0);
  hold_key(s, ImGuiKey_UpArrow, 20);
  EXPECT_GT(held(s, closed_loop::kAccelerator), 0.5);
}

TEST(DrivingWindow, a_drive_is_saved_and_replays_to_the_same_bits) {
  const test::Folder folder;
  Screen s(on_wheels(), false);
  s.click_tab("Driving");
  s.click("###take_over");
  hold_key(s, ImGuiKey_W, 30);
  s.key(ImGuiKey_Space);  // paused
  s.type("###drive_file", folder.file("drive.json"));
  s.click("###save_drive");
  ASSERT_FALSE(s.app().messages().empty());
  ASSERT_FALSE(s.app().messages().back().error) << s.app().messages().back().text;
  const io::LoadedCase again = io::load_case({.scenario = folder.file("drive.json")});
  Simulation headless(again.c, io::parameter_setter());
  guarded([&] { headless.run(); });
  s.app().resume();
  s.app().session().advance(headless.t());
  ASSERT_EQ(s.app().session().t(), headless.t());
  EXPECT_EQ(state(s).y, headless.snapshot().y);
  EXPECT_EQ(state(s).q, headless.snapshot().q);
  EXPECT_GT(state(s).y[car::kV], 0.5);
}

// ---- Faults ---------------------------------------------------------------------------------------

TEST(FaultsWindow, every_button_of_a_unit_injects_its_fault_and_takes_it_back) {
  Screen s(test::throttle());
  s.click_tab("Faults");
  const auto active = [&] {
    return active_faults(s.app().log(), "rear", s.app().scenario().initial.T_machine);
  };
  int pressed = 0;
  for (const FaultKnown& known : known_faults())
    for (const std::string_view phase : scenario::kPhaseNames) {
      std::string id = "###fault:rear:" +
                       std::string(scenario::kFaultNames[static_cast<std::size_t>(known.kind)]);
      if (known.phase) id += ":" + std::string(phase);
      if (!known.phase && phase != "a") continue;
      s.click(id);
      ASSERT_EQ(active().size(), 1U) << id;
      EXPECT_EQ(active()[0].fault, known.kind);
      s.click(id);
      EXPECT_TRUE(active().empty()) << id;
      ++pressed;
    }
  EXPECT_EQ(pressed, 6 + 3 * 8);
}

TEST(FaultsWindow, a_fault_has_the_figure_that_was_typed_and_reaches_the_drive) {
  Screen s(test::throttle());
  s.click_tab("Faults");
  s.type("###figure:current_sensor_offset", "35");
  s.key(ImGuiKey_Enter);
  s.click("###fault:rear:current_sensor_offset:b");
  s.click("###fault:rear:open_upper:c");
  const auto& u = state(s).drive.units[0];
  EXPECT_EQ(u.current_offset[1], 35.0);
  EXPECT_EQ(u.legs[2], switched_legs::Leg::open_upper);
  s.click("###fault:rear:open_upper:c");
  EXPECT_EQ(u.legs[2], switched_legs::Leg{});
  EXPECT_EQ(u.current_offset[1], 35.0);
  s.click("###clear:rear");
  EXPECT_EQ(u.current_offset[1], 0.0);
}

TEST(FaultsWindow, a_fault_is_planned_and_cancelled) {
  Screen s(test::throttle());
  s.click_tab("Faults");
  s.click("###later");
  s.type("###at", "0.05");
  s.key(ImGuiKey_Enter);
  s.click("###fault:rear:gates_off");
  s.click("###fault:rear:short_circuit");
  ASSERT_EQ(s.app().plans().size(), 2U);
  s.click("###unplan:" + std::to_string(s.app().plans().back().id));
  ASSERT_EQ(s.app().plans().size(), 1U);
  EXPECT_TRUE(s.app().log().empty());
  s.click("###now");
  EXPECT_FALSE(s.app().fault_form.later);
  s.app().resume();
  s.frames(10);
  EXPECT_TRUE(s.app().plans().empty());
  EXPECT_EQ(state(s).drive.units[0].gates, switched_legs::Gates::all_off);
}

TEST(FaultsWindow, at_the_level_energy_no_button_acts) {
  Screen s(test::wltc());
  s.click_tab("Faults");
  s.click("###fault:rear:gates_off");
  EXPECT_TRUE(s.app().log().empty());
}

// A list that opens, which ImGui tells of without its label.
const Item* list_of(const char* panel, const char* label) {
  const ImGuiID id = ImGui::FindWindowByName(panel)->GetID(label);
  for (const Item& i : recorded_items())
    if (i.id == id) return &i;
  return nullptr;
}
void choose(Screen& s, const char* label, const char* entry) {
  const Item* list = list_of("Faults", label);
  ASSERT_NE(list, nullptr) << label;
  s.click(ImVec2{0.5f * (list->x0 + list->x1), 0.5f * (list->y0 + list->y1)});
  s.click(entry);
}

TEST(FaultsWindow, a_signal_is_overridden_and_released) {
  Screen s(test::throttle());
  s.click_tab("Faults");
  s.click("###unit:rear");  // room
  s.click("###signals");
  s.frames(2);
  choose(s, "###signal", "###vcu.tau.rear_Nm");
  choose(s, "###mode", "###offset");
  s.type("###override_value", "12.5");
  s.key(ImGuiKey_Enter);
  s.click("###override");
  EXPECT_EQ(held(s, closed_loop::kTorqueCommand), 12.5);
  s.click("###release:vcu.tau.rear_Nm");
  EXPECT_EQ(held(s, closed_loop::kTorqueCommand), 0.0);
}

TEST(FaultsWindow, link_faults_need_a_link) {
  Screen s(test::throttle());
  s.click_tab("Faults");
  s.click("###unit:rear");
  s.click("###links");
  s.frames(2);
  for (const char* id : {"###role", "###link_fault", "###direction"})
    EXPECT_NE(list_of("Faults", id), nullptr) << id;
  for (const char* id : {"###link_duration", "###link_delay", "###link_share"})
    EXPECT_NE(Screen::find(id), nullptr) << id;
  s.click("###link_inject");
  s.click("###link_clear");
  EXPECT_TRUE(s.app().log().empty());
  EXPECT_TRUE(s.app().messages().empty());
}

// ---- Timeline -------------------------------------------------------------------------------------

// Where a time of a row lies on the screen, now that the timeline was drawn.
ImVec2 in_timeline(double t, Subject row) {
  const ImGuiWindow* window = ImGui::FindWindowByName("Timeline");
  ImPlotContext& context = *ImPlot::GetCurrentContext();
  for (int i = 0; i < context.Plots.GetBufSize(); ++i) {
    ImPlotPlot& p = *context.Plots.GetByIndex(i);
    if (!window->Rect().Contains(p.PlotRect)) continue;
    const double y = 4.0 - static_cast<double>(row);
    return {p.Axes[ImAxis_X1].PlotToPixels(t), p.Axes[ImAxis_Y1].PlotToPixels(y)};
  }
  ADD_FAILURE() << "no timeline";
  return {};
}

TEST(TimelineWindow, a_click_on_a_mark_goes_back_to_just_before_it) {
  Screen s(test::throttle(), false);
  s.app().take_layout("drive");  // where it lies beside no other plot
  s.frames(3);
  s.click_tab("Timeline");
  s.frames(20);
  s.app().command(scenario::Fault{.unit = "rear", .fault = scenario::FaultKind::gates_off});
  s.frames(20);
  s.key(ImGuiKey_Space);
  s.frames(1);
  ASSERT_EQ(s.app().log().size(), 1U);
  const double t = s.app().log()[0].event.t;
  s.click(in_timeline(t, Subject::parameter));  // nothing stands there
  EXPECT_GT(s.app().now().t, t);
  s.click(in_timeline(t, Subject::fault));
  s.frames(2);
  EXPECT_EQ(s.app().now().t, t);
  EXPECT_TRUE(s.app().log().empty());
  EXPECT_EQ(state(s).drive.units[0].gates, switched_legs::Gates::modulating);
}

TEST(TimelineWindow, shows_all_or_what_was_zoomed_to) {
  Screen s(test::throttle());
  s.app().take_layout("drive");  // where it lies beside no other plot
  s.frames(3);
  s.click_tab("Timeline");
  EXPECT_TRUE(s.app().timeline.all);
  s.click("###timeline_all");
  EXPECT_FALSE(s.app().timeline.all);
  const double before = s.app().timeline.to - s.app().timeline.from;
  s.move(in_timeline(0.5 * s.app().timeline.to, Subject::signal));
  ImGui::GetIO().AddMouseWheelEvent(0.0f, 2.0f);
  s.frames(3);
  EXPECT_LT(s.app().timeline.to - s.app().timeline.from, before);
}

// ---- Time bar -------------------------------------------------------------------------------------

TEST(TimeBarWindow, makes_as_many_steps_as_were_typed) {
  Screen s(test::throttle());
  s.type("###n_steps", "7");
  s.key(ImGuiKey_Enter);
  s.click("###steps");
  s.frames(2);
  EXPECT_EQ(s.app().now().steps, 7);
  EXPECT_TRUE(s.app().now().paused);
}

TEST(TimeBarWindow, runs_to_a_time_that_was_typed_and_stands) {
  Screen s(test::throttle());
  s.type("###run_to", "0.1");
  s.key(ImGuiKey_Enter);
  s.click("###run_until");
  s.frames(20);
  EXPECT_GE(s.app().now().t, 0.1);
  EXPECT_LT(s.app().now().t, 0.101);
  EXPECT_TRUE(s.app().now().paused);
  s.click("###run_until");  // it lies behind
  s.frames(3);
  EXPECT_TRUE(s.app().now().paused);
}

}  // namespace
}  // namespace evsim::gui
