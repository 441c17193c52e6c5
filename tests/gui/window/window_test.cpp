// What the user does in the window, and what comes of it in the simulation.
#include <cmath>

#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

constexpr char kMass[] = "chassis.mass_kg";
constexpr double kMassOfFile = 1980.0;

TEST(Window, draws_the_panels_of_its_layout_in_their_places) {
  Screen s(test::throttle());
  for (const std::string& name : shown_in(s.app().desk.layouts.front().dock)) {
    const ImGuiWindow* w = ImGui::FindWindowByName(name.c_str());
    ASSERT_NE(w, nullptr) << name;
    EXPECT_NE(w->DockNode, nullptr) << name;
  }
  EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 1000);
}

TEST(Window, panels_come_to_the_front_by_their_tabs) {
  Screen s(test::throttle());
  for (const std::string& name : shown_in(s.app().desk.layouts.front().dock)) {
    s.click_tab(name.c_str());
    EXPECT_TRUE(ImGui::FindWindowByName(name.c_str())->DockTabIsVisible) << name;
  }
}

TEST(Window, buttons_run_pause_step_and_restart) {
  Screen s(test::throttle());
  EXPECT_EQ(s.app().now().t, 0.0);
  s.click("###pause");
  s.frames(5);
  EXPECT_FALSE(s.app().now().paused);
  EXPECT_GT(s.app().now().t, 0.04);
  s.click("###pause");
  const double stands = s.app().now().t;
  const auto steps = s.app().now().steps;
  s.frames(5);
  EXPECT_EQ(s.app().now().t, stands);
  s.click("###step");
  s.frames(1);
  EXPECT_EQ(s.app().now().steps, steps + 1);
  s.click("###steps");
  s.frames(3);
  EXPECT_EQ(s.app().now().steps, steps + 101);
  s.click("###restart");
  s.frames(1);
  EXPECT_EQ(s.app().now().t, 0.0);
}

TEST(Window, keys_do_what_the_buttons_do) {
  Screen s(test::throttle());
  s.key(ImGuiKey_Space);
  s.frames(3);
  EXPECT_FALSE(s.app().now().paused);
  s.key(ImGuiKey_Space);
  s.frames(1);
  EXPECT_TRUE(s.app().now().paused);
  const auto steps = s.app().now().steps;
  s.key(ImGuiKey_Period);
  s.frames(1);
  EXPECT_EQ(s.app().now().steps, steps + 1);
  s.key(ImGuiKey_Home);
  s.frames(1);
  EXPECT_EQ(s.app().now().t, 0.0);
}

TEST(Window, the_pace_is_set_by_its_widgets) {
  Screen s(test::throttle());
  s.click("###unlimited");
  s.frames(1);
  EXPECT_TRUE(std::isinf(s.app().now().pace));
  s.click("###real_time");
  s.frames(1);
  EXPECT_EQ(s.app().now().pace, 1.0);
  s.drag("###pace", 60.0f);
  s.frames(1);
  EXPECT_GT(s.app().now().pace, 1.0);
}

TEST(Window, the_way_back_is_dragged) {
  Screen s(test::throttle(), false);
  s.frames(50);
  s.key(ImGuiKey_Space);
  s.frames(1);
  const double far = s.app().now().t;
  const Item* bar = Screen::find("###back");
  ASSERT_NE(bar, nullptr);
  const float y = 0.5f * (bar->y0 + bar->y1);
  s.drag({bar->x1 - 6.0f, y}, {0.5f * (bar->x0 + bar->x1), y});
  s.frames(1);
  EXPECT_LT(s.app().now().t, 0.7 * far);
  EXPECT_GT(s.app().now().t, 0.0);
}

TEST(Window, a_slider_changes_the_car_that_runs_and_is_one_change) {
  Screen s(test::throttle(), false);
  s.type("###search", "kerb mass");
  s.drag("###slider:chassis.mass_kg", 20.0f);
  s.frames(2);
  const double to = s.parameter(kMass).value;
  EXPECT_GT(to, kMassOfFile);
  EXPECT_EQ(s.parameter(kMass).taken, Taken::applied);
  EXPECT_EQ(s.car().chassis.mass, to);
  EXPECT_EQ(s.app().parameters().changes().size(), 1U);
  s.click("###undo");
  s.frames(1);
  EXPECT_EQ(s.car().chassis.mass, kMassOfFile);
  s.click("###redo");
  s.frames(1);
  EXPECT_EQ(s.car().chassis.mass, to);
  s.click("###loaded:chassis.mass_kg");
  s.frames(1);
  EXPECT_EQ(s.car().chassis.mass, kMassOfFile);
}

TEST(Window, a_typed_value_is_taken_a_wrong_one_refused_and_both_by_name) {
  Screen s(test::throttle());
  s.type("###search", "kerb mass");
  s.type("###value:chassis.mass_kg", "2150.5");
  s.key(ImGuiKey_Enter);
  EXPECT_EQ(s.car().chassis.mass, 2150.5);
  s.type("###value:chassis.mass_kg", "-3");
  s.key(ImGuiKey_Enter);
  EXPECT_EQ(s.car().chassis.mass, 2150.5);
  ASSERT_FALSE(s.app().messages().empty());
  EXPECT_TRUE(s.app().messages().back().error);
  s.click_tab("Messages");  // away from the field, so that keys are the window's
  s.key(ImGuiKey_Z, true);
  s.frames(1);
  EXPECT_EQ(s.car().chassis.mass, kMassOfFile);
}

TEST(Window, every_number_of_the_car_is_found_by_its_name) {
  Screen s(test::throttle());
  int reached = 0;
  for (const Parameter& p : s.app().parameters().all()) {
    if (!p.editable) continue;
    s.app().search = p.keyed;
    s.frames(1);
    EXPECT_NE(Screen::find("###value:" + p.keyed), nullptr) << p.keyed;
    ++reached;
  }
  EXPECT_GT(reached, 100);
}

TEST(Window, the_tree_opens_by_its_groups) {
  Screen s(test::throttle());
  EXPECT_NE(Screen::find("###value:chassis.mass_kg"), nullptr);
  s.click("###group:chassis.");
  s.frames(1);
  EXPECT_EQ(Screen::find("###value:chassis.mass_kg"), nullptr);
  s.click("###group:auxiliaries.");
  s.frames(1);
  EXPECT_NE(Screen::find("###value:auxiliaries.power_W"), nullptr);
}

TEST(Window, a_signal_is_dragged_into_a_scope) {
  Screen s(test::throttle());
  const auto before = s.app().scopes.front().signals;
  s.click_tab("Signals");
  s.type("###signal_search", "body.a");
  const ImGuiWindow* scopes = ImGui::FindWindowByName("Scopes");
  const ImVec2 first{scopes->Pos.x + 0.6f * scopes->Size.x, scopes->Pos.y + 0.15f * scopes->Size.y};
  s.drag(Screen::middle("###signal:body.a"), first);
  const auto after = s.app().scopes.front().signals;
  ASSERT_EQ(after.size(), before.size() + 1);
  EXPECT_EQ(after.back(), "body.a");
}

TEST(Window, scopes_are_added_and_removed) {
  Screen s(test::throttle());
  const std::size_t n = s.app().scopes.size();
  s.click("###add_scope");
  EXPECT_EQ(s.app().scopes.size(), n + 1);
  for (std::size_t i = 0; i <= n; ++i) s.click("###remove_scope:0");
  EXPECT_TRUE(s.app().scopes.empty());
}

TEST(Window, edits_are_saved_by_the_button_and_read_again) {
  const test::Folder folder;
  Screen s(test::throttle());
  s.type("###search", "kerb mass");
  s.drag("###slider:chassis.mass_kg", 4.0f);
  s.type("###file", folder.file("tuned.json"));
  s.click("###save_vehicle");
  const io::LoadedCase again =
      io::load_case({.scenario = test::project_file("scenarios/full_throttle.json"),
                     .vehicle = folder.file("tuned.json"),
                     .levels = {"drive"}});
  EXPECT_EQ(again.c.vehicle.chassis.mass, s.parameter(kMass).value);
  EXPECT_GT(again.c.vehicle.chassis.mass, kMassOfFile);
  s.type("###file", folder.file("patch.json"));
  s.click("###save_patch");
  EXPECT_EQ(test::text_of(folder.file("patch.json")), s.app().parameters().patch_text());
}

TEST(Window, draws_cars_of_all_kinds_at_all_levels) {
  for (const char* vehicle : {"xiaomi_su7", "ninebot_gokart_pro", "hyundai_ioniq5_awd"})
    for (const char* level : {"energy", "drive"}) {
      SCOPED_TRACE(std::string(vehicle) + " at " + level);
      Screen s(test::load("drive_off_and_brake", {level}, {}, vehicle), false);
      s.frames(20);
      EXPECT_EQ(s.app().now().failure, "");
      EXPECT_GT(s.app().now().t, 0.1);
    }
}

TEST(Window, draws_the_multi_body_car) {
  Screen s(test::load("launch_dry", {"drive", "chassis=multi_body"}), false);
  s.frames(20);
  EXPECT_EQ(s.app().now().failure, "");
  EXPECT_GT(s.app().now().t, 0.1);
}

TEST(Window, a_run_that_is_over_is_shown_and_starts_again) {
  Screen s(test::wltc(), false);
  s.app().session().advance(kInfinity);
  s.frames(2);
  EXPECT_EQ(s.app().now().end, End::trace_done);
  s.click("###restart");
  s.frames(1);
  EXPECT_LT(s.app().now().t, 10.0);
  EXPECT_EQ(s.app().now().end, End::running);
}

}  // namespace
}  // namespace evsim::gui
