// The panels of car, energy, results, another run and tables, and what comes of their widgets.
#include <cmath>

#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

const ImGuiWindow& window(const char* name) { return *ImGui::FindWindowByName(name); }
bool has_text(const char* panel) {  // something is drawn inside
  return window(panel).DrawList->VtxBuffer.Size > 100;
}

TEST(Views, the_car_is_drawn_on_its_road_and_the_picture_reaches_as_far_as_asked) {
  Screen s(test::load("launch_split", {"drive"}), false);
  s.click_tab("Vehicle");
  s.frames(10);
  EXPECT_TRUE(has_text("Vehicle"));
  const double before = s.app().vehicle().reach;
  s.drag("###reach", 60.0f);
  EXPECT_GT(s.app().vehicle().reach, before);
  EXPECT_EQ(s.app().now().failure, "");
}

TEST(Views, the_car_of_one_mass_has_its_forces) {
  Screen s(test::wltc(), false);
  s.click_tab("Vehicle");
  s.frames(5);
  EXPECT_TRUE(has_text("Vehicle"));
}

TEST(Views, energy_counts_from_the_start_from_a_mark_or_shows_power) {
  Screen s(test::throttle(), false);
  s.click_tab("Energy");
  s.frames(30);
  s.click("###energy_set_mark");
  const double marked = s.app().energy().mark().value();
  EXPECT_GT(marked, 0.2);
  EXPECT_EQ(s.app().energy().span, Energy::Span::mark);
  s.click("###energy_power");
  EXPECT_EQ(s.app().energy().flow().unit, io::FlowUnit::power);
  s.click("###energy_start");
  EXPECT_EQ(s.app().energy().flow().from, 0.0);
  s.click("###energy_mark");
  EXPECT_EQ(s.app().energy().flow().from, marked);
  EXPECT_TRUE(has_text("Energy"));
}

TEST(Views, results_stand_there_and_are_searched) {
  Screen s(test::throttle(), false);
  s.click_tab("Results");
  s.frames(20);
  s.click("###pause");
  s.frames(3);
  const double distance = kpis(s.app().session().simulation())[8].value;
  EXPECT_EQ(s.app().figures().kpis.at(8).name, "distance_km");
  EXPECT_EQ(s.app().figures().kpis[8].value, distance);
  EXPECT_GT(distance, 0.0);
  s.type("###results_search", "SOC");
  EXPECT_EQ(s.app().results.search, "SOC");
}

TEST(Views, a_run_is_kept_compared_and_dropped) {
  Screen s(test::throttle(), false);
  s.frames(80);
  s.app().set_parameter(s.app().parameters().find("chassis.mass_kg").value(), 2400.0);
  s.app().commit();
  s.click("###restart");
  s.frames(60);
  s.click("###pause");
  s.click_tab("Compare");
  s.frames(40);
  ASSERT_NE(s.app().comparison.reference(), nullptr);
  EXPECT_GT(s.app().comparison.outside(), 0);
  s.type("###compare_search", "body.v");
  s.frames(3);
  s.app().follow = true;
  s.click("###compare:body.v");
  const auto& all = s.app().comparison.signals();
  const auto v = std::ranges::find(all, "body.v", &io::JudgedSignal::path);
  ASSERT_NE(v, all.end());
  EXPECT_FALSE(s.app().follow);
  EXPECT_NEAR(0.5 * (s.app().x_min + s.app().x_max), v->apart.at, 1e-6);
  EXPECT_EQ(s.app().comparison.selected, "body.v");
  s.frames(3);
  s.type("###allowed:body.v", "999");  // km/h
  s.key(ImGuiKey_Enter);
  s.frames(40);
  const auto& again = s.app().comparison.signals();
  EXPECT_TRUE(std::ranges::find(again, "body.v", &io::JudgedSignal::path)->fits);
  s.type("###compare_share", "100000");
  s.type("###compare_kpi_share", "1000");
  s.frames(40);
  EXPECT_EQ(s.app().comparison.outside(), 0);
  s.type("###compare_shift", "0.25");
  s.key(ImGuiKey_Enter);
  s.frames(2);
  EXPECT_EQ(s.app().comparison.shift, 0.25);
  s.click("###compare_keep");
  s.frames(2);
  EXPECT_NE(s.app().comparison.reference()->name.find("0.6"), std::string::npos)
      << s.app().comparison.reference()->name;
  s.click("###compare_drop");
  EXPECT_EQ(s.app().comparison.reference(), nullptr);
}

TEST(Views, a_folder_that_holds_no_run_is_refused_in_words) {
  Screen s(test::throttle());
  s.click_tab("Compare");
  s.type("###compare_folder", "/no/such/folder");
  s.click("###compare_open");
  ASSERT_FALSE(s.app().messages().empty());
  EXPECT_TRUE(s.app().messages().back().error);
  EXPECT_EQ(s.app().comparison.reference(), nullptr);
}

double OCV(Screen& s, std::size_t i) {
  return std::get<battery_pack::Params<double>>(s.car().battery).OCV.data()->values()[i];
}

TEST(Views, values_of_a_table_are_set_scaled_interpolated_and_come_back) {
  Screen s(test::throttle());
  s.click_tab("Tables");
  s.frames(2);
  s.click("###table");
  s.click("###table:battery.OCV");
  s.frames(2);
  const double first = OCV(s, 0), second = OCV(s, 1), third = OCV(s, 2);
  s.click("###cell:1:0");
  s.type("###cell_value", "2.7");
  s.click("###cell_set");
  s.frames(2);
  EXPECT_EQ(OCV(s, 1), 2.7);
  s.click("###page");
  EXPECT_TRUE(s.app().table_view.reference);
  s.key(ImGuiKey_F6);
  EXPECT_FALSE(s.app().table_view.reference);
  s.click("###cell:0:0");
  ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, true);
  s.click("###cell:2:0");
  ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, false);
  s.frames(1);
  s.click("###cell_interpolate");
  s.frames(2);
  EXPECT_GT(OCV(s, 1), first);
  EXPECT_LT(OCV(s, 1), third);
  s.type("###cell_factor", "1.01");
  s.type("###cell_offset", "0.05");
  s.click("###cell_scale");
  s.frames(2);
  EXPECT_NEAR(OCV(s, 2), 1.01 * third + 0.05, 1e-12);
  s.click("###cell_loaded");
  s.frames(2);
  EXPECT_EQ(OCV(s, 1), second);
  EXPECT_TRUE(s.app().parameters().unsaved().empty());
  s.click("###undo");
  s.frames(2);
  EXPECT_NEAR(OCV(s, 2), 1.01 * third + 0.05, 1e-12);
}

TEST(Views, a_choice_loads_the_car_anew) {
  Screen s(test::throttle());
  s.type("###search", "control.position");
  const auto& all = s.app().parameters().all();
  const auto at = std::ranges::find_if(
      all, [](const Parameter& p) { return p.path.ends_with("control.position"); });
  ASSERT_NE(at, all.end());
  const std::string path = at->path,
                    other = at->choices[0] == at->text ? at->choices[1] : at->choices[0];
  s.click("###choice:" + path);
  s.click("###" + path + "=" + other);
  s.frames(3);
  const auto now = std::ranges::find(s.app().parameters().all(), path, &Parameter::path);
  EXPECT_EQ(now->text, other);
  EXPECT_TRUE(now->changed());
}

}  // namespace
}  // namespace evsim::gui
