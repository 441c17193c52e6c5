// Menus, palette, layouts, keys, questions, the picker: used by mouse and keys.
#include <filesystem>

#include "gui/model/actions.h"
#include "gui/panels/chords.h"
#include "sim/io/results.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

TEST(Desk, every_panel_is_opened_from_the_menu_docked_and_closed) {
  Screen s(test::throttle());
  const ImGuiWindow* scopes = ImGui::FindWindowByName("Scopes");
  for (const Panel& p : panels()) {
    if (!s.app().desk.closed.contains(p.name)) s.menu("Panels", std::string("###panel:") + p.name);
    EXPECT_TRUE(s.app().desk.closed.contains(p.name)) << p.name;
    s.menu("Panels", std::string("###panel:") + p.name);
    s.frames(2);
    const ImGuiWindow* w = ImGui::FindWindowByName(p.name);
    ASSERT_NE(w, nullptr) << p.name;
    EXPECT_TRUE(w->Active) << p.name;
    ImGui::DockBuilderDockWindow(p.name, scopes->DockId);
    s.frames(2);
    EXPECT_EQ(w->DockId, scopes->DockId) << p.name;
  }
}

TEST(Desk, a_panel_is_closed_by_its_cross) {
  Screen s(test::throttle());
  s.click_tab("Battery");
  s.menu("Panels", "###panel:Battery");
  EXPECT_TRUE(s.app().desk.closed.contains("Battery"));
}

TEST(Desk, all_shipped_layouts_are_taken_on_and_have_all_their_panels) {
  Screen s(test::throttle());
  for (const Shipped& shipped : shipped_layouts()) {
    s.menu("Layouts", "###layout:" + std::string(shipped.name));
    s.frames(2);
    EXPECT_EQ(s.app().desk.layout_name, shipped.name);
    const Layout l = read_layout("", shipped.text, s.app().desk.panels);
    for (const std::string& name : shown_in(l.dock)) {
      const ImGuiWindow* w = ImGui::FindWindowByName(name.c_str());
      ASSERT_NE(w, nullptr) << name;
      EXPECT_NE(w->DockNode, nullptr) << name;
      EXPECT_FALSE(s.app().desk.closed.contains(name));
    }
  }
}

// Whatever panel went with the layout before, and had the focus.
TEST(Desk, layouts_follow_one_another_by_their_keys) {
  Screen s(test::throttle());
  for (const std::size_t k : {2U, 1U, 3U, 0U, 1U, 2U, 0U}) {
    s.type("###search", "mass");
    s.key(ImGuiKey_Enter);
    s.key(static_cast<ImGuiKey>(ImGuiKey_1 + static_cast<int>(k)), true);
    s.frames(1);
    EXPECT_EQ(s.app().desk.layout_name, shipped_layouts()[k].name);
    s.key(ImGuiKey_1, true);
  }
}

TEST(Desk, a_layout_is_saved_as_it_stands_and_taken_on_again) {
  const test::Folder folder;
  Screen s(test::throttle());
  s.app().desk.settings = folder.file("settings");
  s.app().scopes = {{.signals = {"body.a"}}};
  s.app().desk.layout_name = "mine";
  s.key(ImGuiKey_L, true);
  s.frames(1);
  const std::string file = folder.file("settings/layouts/mine.json");
  ASSERT_TRUE(std::filesystem::exists(file));
  const Layout saved = read_layout(file, test::text_of(file), s.app().desk.panels);
  EXPECT_EQ(saved.scopes, (std::vector<std::vector<std::string>>{{"body.a"}}));
  const Layout& shipped = s.app().desk.layouts.front();
  ASSERT_EQ(saved.dock.parts.size(), shipped.dock.parts.size());
  for (std::size_t k = 0; k < saved.dock.parts.size(); ++k)
    EXPECT_NEAR(saved.dock.parts[k].share, shipped.dock.parts[k].share, 0.01) << k;
  EXPECT_EQ(shown_in(saved.dock), shown_in(shipped.dock));
  s.app().scopes.clear();
  s.menu("Layouts", "###layout:mine");
  ASSERT_EQ(s.app().scopes.size(), 1U);
  EXPECT_EQ(s.app().scopes.front().signals, (std::vector<std::string>{"body.a"}));
}

TEST(Desk, light_and_larger) {
  Screen s(test::throttle());
  const float dark = ImGui::GetStyle().Colors[ImGuiCol_WindowBg].x;
  s.key(ImGuiKey_F9);
  EXPECT_GT(ImGui::GetStyle().Colors[ImGuiCol_WindowBg].x, dark + 0.5f);
  s.key(ImGuiKey_F9);
  EXPECT_EQ(ImGui::GetStyle().Colors[ImGuiCol_WindowBg].x, dark);
  s.key(ImGuiKey_Equal, true);
  EXPECT_FLOAT_EQ(ImGui::GetStyle().FontScaleMain, 1.1f);
  s.key(ImGuiKey_Minus, true);
  s.key(ImGuiKey_Minus, true);
  EXPECT_LT(ImGui::GetStyle().FontScaleMain, 1.0f);
  s.key(ImGuiKey_0, true);
  EXPECT_EQ(ImGui::GetStyle().FontScaleMain, 1.0f);
}

TEST(Desk, the_palette_shows_a_signal_in_a_scope_by_a_few_keys) {
  Screen s(test::throttle());
  s.key(ImGuiKey_P, true);
  s.frames(2);
  ASSERT_TRUE(s.app().desk.palette);
  ImGui::GetIO().AddInputCharactersUTF8("yody.a");  // nothing
  s.frames(2);
  s.key(ImGuiKey_Escape);
  EXPECT_FALSE(s.app().desk.palette);
  s.key(ImGuiKey_P, true);
  s.frames(2);
  ImGui::GetIO().AddInputCharactersUTF8("body.F_grade");
  s.frames(2);
  EXPECT_EQ(s.app().desk.palette_text, "body.F_grade");
  s.key(ImGuiKey_Enter);
  s.frames(1);
  EXPECT_FALSE(s.app().desk.palette);
  EXPECT_EQ(s.app().scopes.front().signals.back(), "body.F_grade");
}

TEST(Desk, the_palette_sets_a_parameter_and_is_undone) {
  Screen s(test::throttle());
  s.key(ImGuiKey_P, true);
  s.frames(2);
  ImGui::GetIO().AddInputCharactersUTF8("chassis.mass=2100");
  s.frames(2);
  s.key(ImGuiKey_Enter);
  s.frames(2);
  EXPECT_EQ(s.car().chassis.mass, 2100.0);
  s.menu("Edit", "###do:undo");
  s.frames(2);
  EXPECT_EQ(s.car().chassis.mass, 1980.0);
  s.menu("Edit", "###do:redo");
  s.frames(2);
  EXPECT_EQ(s.car().chassis.mass, 2100.0);
}

TEST(Desk, the_palette_goes_by_arrows_and_mouse_to_panels) {
  Screen s(test::throttle());
  s.menu("Edit", "###do:palette");
  s.frames(2);
  ImGui::GetIO().AddInputCharactersUTF8("keys");
  s.frames(2);
  s.key(ImGuiKey_DownArrow);
  EXPECT_EQ(s.app().desk.palette_at, 1);
  s.key(ImGuiKey_UpArrow);
  s.click("###hit:0");
  s.frames(2);
  EXPECT_FALSE(s.app().desk.closed.contains("Keys"));
  EXPECT_TRUE(ImGui::FindWindowByName("Keys")->Active);
}

TEST(Desk, keys_are_chosen_anew_and_kept) {
  const test::Folder folder;
  Screen s(test::throttle());
  s.app().desk.settings = folder.file("settings");
  s.menu("Edit", "###do:keys");
  s.frames(2);
  s.click("###key:step");
  s.key(ImGuiKey_F2);
  EXPECT_EQ(keys_of(s.app().desk, *find_action("step")), "F2");
  const auto steps = s.app().now().steps;
  s.key(ImGuiKey_F2);
  s.frames(1);
  EXPECT_EQ(s.app().now().steps, steps + 1);
  EXPECT_NE(test::text_of(folder.file("settings/keys.json")).find("\"F2\""), std::string::npos);
  s.click("###key:step");
  s.key(ImGuiKey_Escape);
  EXPECT_EQ(keys_of(s.app().desk, *find_action("step")), "F2");
  s.click("###usual:step");
  EXPECT_EQ(keys_of(s.app().desk, *find_action("step")), "Period");
}

TEST(Desk, all_usual_keys_are_keys) {
  Screen s(test::throttle());
  for (const Action& a : actions()) {
    if (*a.keys == '\0') continue;
    EXPECT_NE(chord_of(a.keys), ImGuiKey_None) << a.keys;
    EXPECT_EQ(chord_text(chord_of(a.keys)), a.keys);
  }
  EXPECT_EQ(chord_of("Ctrl+Nothing"), ImGuiKey_None);
  EXPECT_EQ(chord_of("Strg+Z"), ImGuiKey_None);
}

TEST(Desk, the_actions_of_menus_run_the_simulation) {
  Screen s(test::throttle());
  s.menu("Run", "###do:run_pause");
  s.frames(3);
  EXPECT_FALSE(s.app().now().paused);
  s.menu("Run", "###do:unlimited");
  s.frames(1);
  EXPECT_TRUE(std::isinf(s.app().now().pace));
  s.menu("Run", "###do:real_time");
  s.frames(1);
  EXPECT_EQ(s.app().now().pace, 1.0);
  s.menu("Run", "###do:run_pause");
  s.frames(1);
  const auto steps = s.app().now().steps;
  s.menu("Run", "###do:step");
  s.frames(1);
  EXPECT_EQ(s.app().now().steps, steps + 1);
  s.menu("Run", "###do:restart");
  s.frames(1);
  EXPECT_EQ(s.app().now().t, 0.0);
  s.menu("File", "###do:screenshot");
  EXPECT_NE(s.app().desk.screenshot, "");
}

TEST(Desk, results_of_the_run_until_now_are_written_by_one_key) {
  const test::Folder folder;
  const test::WorkingFolder here(folder.file("."));
  Screen s(test::throttle(), false);
  s.frames(5);
  s.app().set_parameter(s.app().parameters().find("chassis.mass_kg").value(), 2300.0);
  s.app().commit();
  s.frames(20);
  s.key(ImGuiKey_Space);
  s.frames(2);
  s.key(ImGuiKey_E, true);
  s.frames(2);
  const std::string results = "results/full_throttle/xiaomi_su7_001";
  ASSERT_FALSE(s.app().messages().empty());
  EXPECT_EQ(s.app().messages().back().text, "results written: " + results + "/report.html");
  const io::Summary summary = io::read_summary(results);
  EXPECT_GE(summary.t_end, s.app().now().t);
  EXPECT_LE(summary.t_end, s.app().now().t + 0.1);  // the next instant of recording
  EXPECT_LT(summary.residual_over_throughput, 1e-6);
  EXPECT_NE(test::text_of(results + "/command_log.json").find("2300"), std::string::npos);
}

TEST(Desk, another_car_and_scenario_are_picked) {
  Screen s(test::throttle());
  s.key(ImGuiKey_O, true);
  s.frames(2);
  ASSERT_TRUE(ImGui::FindWindowByName("Car and scenario")->Active);
  s.type("###path:vehicles", test::project_file("vehicles/tesla_model3_rwd.json"));
  s.type("###path:scenarios", test::project_file("scenarios/tip_in.json"));
  s.click("###load");
  s.frames(2);
  EXPECT_EQ(s.app().vehicle_name(), "tesla_model3_rwd");
  EXPECT_EQ(s.app().scenario_name(), "tip_in");
  s.click("###reload_by_itself");
  EXPECT_FALSE(s.app().picker.reload_by_itself);
  s.key(ImGuiKey_R, true);
  s.frames(2);
  EXPECT_EQ(s.app().now().t, 0.0);
}

TEST(Desk, closing_with_edits_asks_and_waits_for_the_answer) {
  const test::Folder folder;
  Screen s(test::throttle());
  s.app().set_parameter(s.app().parameters().find("chassis.mass_kg").value(), 2050.0);
  s.app().commit();
  s.app().file_name = folder.file("kept.json");
  s.frames(1);
  s.key(ImGuiKey_Q, true);
  s.frames(2);
  EXPECT_FALSE(s.app().desk.quit);
  s.click("###answer:2");  // stay
  s.frames(2);
  EXPECT_FALSE(s.app().desk.quit);
  EXPECT_FALSE(s.app().desk.question.has_value());
  s.key(ImGuiKey_Q, true);
  s.frames(2);
  s.click("###answer:0");  // save
  s.frames(1);
  EXPECT_TRUE(s.app().desk.quit);
  EXPECT_TRUE(std::filesystem::exists(folder.file("kept.json")));
}

}  // namespace
}  // namespace evsim::gui
