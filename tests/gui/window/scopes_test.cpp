// Scopes by mouse and keys: zoom, cursors, measurements, spectra, trigger, records, export.
#include <imgui.h>
#include <implot.h>
#include <implot_internal.h>

#include <cmath>

#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

// A scope as it was drawn last.
ImPlotPlot& plot(std::size_t i, const char* kind = "###scope:") {
  const std::string name = kind + std::to_string(i);
  ImPlotPlot* p = GImPlot->Plots.GetByKey(ImGui::FindWindowByName("Scopes")->GetID(name.c_str()));
  if (p == nullptr) throw std::runtime_error("no plot " + name);
  return *p;
}
// Where a time lies in it, at a share of its height from above.
ImVec2 at(std::size_t i, double t, float height = 0.6f) {
  ImPlotPlot& p = plot(i);
  return {p.Axes[ImAxis_X1].PlotToPixels(t), p.PlotRect.Min.y + height * p.PlotRect.GetHeight()};
}
// The middle of a legend's entry, as ImPlot sets a horizontal legend.
ImVec2 legend(std::size_t i, const std::string& path) {
  ImPlotItemGroup& items = plot(i).Items;
  const ImPlotStyle& style = GImPlot->Style;
  const float icon = ImGui::GetTextLineHeight();
  float x = items.Legend.Rect.Min.x + style.LegendInnerPadding.x;
  const float y = items.Legend.Rect.GetCenter().y;
  for (int k = 0; k < items.GetLegendCount(); ++k) {
    const std::string label = items.GetLegendLabel(k);
    const float width = icon + ImGui::CalcTextSize(label.c_str(), nullptr, true).x;
    if (label.find(path) != std::string::npos) return {x + 0.5f * width, y};
    x += width + style.LegendSpacing.x;
  }
  ADD_FAILURE() << "no entry " << path;
  return {};
}
// ImGui names no combo for tests: by its place in the panel.
void open_combo(Screen& s, const char* label) {
  const ImGuiID id = ImGui::FindWindowByName("Scopes")->GetID(label);
  for (const Item& i : recorded_items())
    if (i.id == id) return s.click(ImVec2{0.5f * (i.x0 + i.x1), 0.5f * (i.y0 + i.y1)});
  ADD_FAILURE() << "no combo " << label;
}
void choose(Screen& s, const char* combo, const std::string& entry) {
  open_combo(s, combo);
  for (const Item& i : recorded_items())
    if (i.label == entry && i.window.starts_with("##Combo"))
      return s.click(ImVec2{0.5f * (i.x0 + i.x1), 0.5f * (i.y0 + i.y1)});
  ADD_FAILURE() << "no entry " << entry << " of " << combo;
}
void wheel(Screen& s, const ImVec2& where, int turns) {
  s.move(where);
  for (int i = 0; i < turns; ++i) {
    ImGui::GetIO().AddMouseWheelEvent(0.0f, 1.0f);
    s.frames(2);
  }
}
void alt(Screen& s, ImGuiKey k) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Alt, true);
  io.AddKeyEvent(k, true);
  s.frames(1);
  io.AddKeyEvent(k, false);
  io.AddKeyEvent(ImGuiMod_Alt, false);
  s.frames(2);
}
void double_click(Screen& s, const ImVec2& where) {
  s.move(where);
  for (const bool down : {true, false, true, false}) s.button(down);
  s.frames(2);
}
// At rest after half a second of full throttle.
void half_a_second(Screen& s) {
  s.frames(50);
  s.key(ImGuiKey_Space);
  s.frames(2);
}

TEST(Scopes, the_wheel_zooms_leaves_following_and_the_zoom_goes_back_and_forward) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.frames(12);
  ASSERT_TRUE(s.app().follow);
  const double span = s.app().x_max - s.app().x_min;
  wheel(s, at(0, 5.0), 3);
  EXPECT_FALSE(s.app().follow);
  const double closer = s.app().x_max - s.app().x_min;
  EXPECT_LT(closer, 0.9 * span);
  s.frames(12);
  s.click("###zoom_back");
  EXPECT_TRUE(s.app().follow);
  EXPECT_NEAR(s.app().x_max - s.app().x_min, span, 1e-6);
  s.click("###zoom_forward");
  EXPECT_FALSE(s.app().follow);
  EXPECT_NEAR(s.app().x_max - s.app().x_min, closer, 1e-6);
  alt(s, ImGuiKey_LeftArrow);
  EXPECT_TRUE(s.app().follow);
  alt(s, ImGuiKey_RightArrow);
  EXPECT_FALSE(s.app().follow);
  s.key(ImGuiKey_End);
  EXPECT_TRUE(s.app().follow);
}

TEST(Scopes, a_drag_moves_the_time_axis_and_a_double_click_fits_it) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  const double before = s.app().x_min;
  s.drag(at(1, 5.0), at(1, 7.0));
  EXPECT_FALSE(s.app().follow);
  EXPECT_NEAR(s.app().x_min, before - 2.0, 0.1);
  double_click(s, at(1, s.app().x_min + 1.0));
  EXPECT_NEAR(s.app().x_min, 0.0, 1e-9);
  EXPECT_NEAR(s.app().x_max, s.app().history().newest(), 1e-9);
  s.click("###follow");
  EXPECT_TRUE(s.app().follow);
  s.drag("###span", 20.0f);
  EXPECT_GT(s.app().span, 1.0);
  s.click("###fit");
  EXPECT_FALSE(s.app().follow);
  EXPECT_NEAR(s.app().x_max, s.app().history().newest(), 1e-9);
}

TEST(Scopes, cursors_are_dragged_and_values_lie_under_them) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###fit");
  s.click("###cursors");
  s.click("###measure");
  s.frames(2);
  s.drag(at(0, s.app().scope_tools.a), at(0, 0.1));
  s.drag(at(2, s.app().scope_tools.b), at(2, 0.4));
  EXPECT_NEAR(s.app().scope_tools.a, 0.1, 2e-3);  // a pixel is 1 ms
  EXPECT_NEAR(s.app().scope_tools.b, 0.4, 2e-3);
  s.frames(10);
  const std::size_t v = *s.app().find("body.v");
  const Unit& unit = *s.app().signals()[v].unit;
  const Measurement& m = s.app().scope_tools.measurements.at("body.v");
  EXPECT_EQ(m.at_a, value_at(s.app().history().series(v), s.app().scope_tools.a, unit));
  EXPECT_EQ(m.at_b, value_at(s.app().history().series(v), s.app().scope_tools.b, unit));
  ASSERT_TRUE(m.of.has_value());
  EXPECT_EQ(m.of->most, *m.at_b);
  EXPECT_GT(m.of->mean, *m.at_a);
  s.click("###cursors");
  s.frames(10);
  EXPECT_FALSE(s.app().scope_tools.measurements.at("body.v").at_a.has_value());
}

TEST(Scopes, show_the_spectrum_of_what_is_seen) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###fit");
  s.click("###spectrum:1");
  s.frames(12);
  const Lines& l = s.app().scope_tools.measurements.at("drive_units.rear.tau").lines;
  ASSERT_GT(l.f.size(), 100U);
  EXPECT_NEAR(l.resolution, 1.0 / (s.app().x_max - s.app().x_min), 1e-3);
  EXPECT_GT(plot(1, "###spectrum_of:").Items.GetItemCount(), 0);
  EXPECT_TRUE(s.app().scope_tools.logarithmic);
  s.click("###logarithmic");
  EXPECT_FALSE(s.app().scope_tools.logarithmic);
  s.click("###spectrum:1");
  EXPECT_EQ(Screen::find("###logarithmic"), nullptr);
}

// Amplitudes that are rounding alone, or none, and an axis that was linear and below 0.
TEST(Scopes, a_logarithmic_axis_has_two_ends_whatever_it_shows) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###fit");
  s.click("###spectrum:1");
  s.frames(12);
  ASSERT_TRUE(s.app().scope_tools.logarithmic);
  auto& amplitude = s.app().scope_tools.measurements.at("drive_units.rear.tau").lines.amplitude;
  for (const double most : {1e-40, 0.0, 1e-14, 1e40}) {
    std::ranges::fill(amplitude, most);
    if (most == 0.0) plot(1, "###spectrum_of:").Axes[ImAxis_Y1].SetRange(-5.0, -3.0);
    s.frames(1);
    ASSERT_EQ(amplitude[0], most);
    const ImPlotAxis& axis = plot(1, "###spectrum_of:").Axes[ImAxis_Y1];
    EXPECT_GT(axis.Range.Min, 0.0) << most;
    EXPECT_GT(axis.ScaleMax, axis.ScaleMin + 1e-4) << most;
  }
}

TEST(Scopes, an_axis_that_is_not_fitted_is_zoomed_by_the_wheel) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###fit_y:1");
  s.frames(2);
  const double before = plot(1).Axes[ImAxis_Y1].Range.Size();
  const ImRect axis = plot(1).Axes[ImAxis_Y1].HoverRect;
  wheel(s, axis.GetCenter(), 3);
  EXPECT_LT(plot(1).Axes[ImAxis_Y1].Range.Size(), 0.9 * before);
  s.click("###fit_y:1");
  s.frames(2);
  EXPECT_NEAR(plot(1).Axes[ImAxis_Y1].Range.Size(), before, 0.01 * before);
}

TEST(Scopes, signals_go_from_one_to_another_and_out) {
  Screen s(test::throttle());
  const std::string path = "drive_units.rear.i_d";
  s.drag(legend(2, path), at(1, 5.0));
  EXPECT_EQ(s.app().scopes[1].signals, (std::vector<std::string>{"drive_units.rear.tau", path}));
  EXPECT_EQ(s.app().scopes[2].signals, (std::vector<std::string>{"drive_units.rear.i_q"}));
  s.move(legend(1, path));
  ImGuiIO& io = ImGui::GetIO();
  for (const bool down : {true, false}) {
    io.AddMouseButtonEvent(1, down);
    s.frames(2);
  }
  s.click("###take_out");
  EXPECT_EQ(s.app().scopes[1].signals, (std::vector<std::string>{"drive_units.rear.tau"}));
}

TEST(Scopes, a_double_click_on_a_signal_brings_it_to_the_scope_in_focus) {
  Screen s(test::throttle());
  s.click(at(3, 5.0));
  EXPECT_EQ(s.app().scope_tools.focus, 3U);
  s.click_tab("Signals");
  s.type("###signal_search", "battery.soc");
  double_click(s, Screen::middle("###signal:battery.SOC"));
  EXPECT_EQ(s.app().scopes[3].signals, (std::vector<std::string>{"battery.u", "battery.SOC"}));
  s.click("###add_scope");
  EXPECT_EQ(s.app().scope_tools.focus, 4U);
  s.click("###remove_scope:0");
  ASSERT_EQ(s.app().scopes.size(), 4U);
  EXPECT_EQ(s.app().scopes.front().signals.front(), "drive_units.rear.tau");
}

// The level that is set by the widgets, and dragged, is that at which the record's event lies.
TEST(Scopes, an_edge_is_recorded_at_every_step_and_shown_about_its_event) {
  Screen s(test::throttle());
  s.click("###trigger");
  open_combo(s, "###trigger_signal");
  s.click("###trigger_on:body.v");
  s.type("###trigger_level", "10");
  s.type("###trigger_hysteresis", "0.5");
  s.type("###trigger_length", "40");
  s.type("###trigger_before", "50");
  s.click_tab("Scopes");
  EXPECT_EQ(s.app().trigger.level, 10.0);
  EXPECT_EQ(s.app().trigger.hysteresis, 0.5);
  EXPECT_NEAR(s.app().trigger.length, 0.04, 1e-12);
  EXPECT_NEAR(s.app().trigger.before, 0.5, 1e-12);
  s.click("###arm");
  EXPECT_EQ(s.app().now().capture.state, live::Capturing::armed);
  s.click("###pause");
  s.frames(60);
  EXPECT_EQ(s.app().now().capture.state, live::Capturing::done);
  ASSERT_NE(s.app().record(), nullptr);
  EXPECT_TRUE(s.app().scope_tools.record);
  const std::size_t v = *s.app().find("body.v");
  const Series line = s.app().record()->series(v).value();
  EXPECT_GT(line.count, 390U);  // 40 ms at ticks of 0.1 ms
  EXPECT_NEAR(*value_at(line, 0.0, *s.app().signals()[v].unit), 10.0, 1e-5);
  EXPECT_NEAR(plot(0).Axes[ImAxis_X1].Range.Min, line.time(0), 1e-9);
  wheel(s, at(0, 0.0), 3);
  const double closer = s.app().scope_tools.record_view.span();
  EXPECT_LT(closer, 0.035);
  EXPECT_TRUE(s.app().follow);  // what runs stays as it was looked at
  s.click("###fit");
  EXPECT_NEAR(s.app().scope_tools.record_view.span(), 0.04, 1e-3);
  s.click("###zoom_back");
  EXPECT_NEAR(s.app().scope_tools.record_view.span(), closer, 1e-9);
  s.click("###live");
  EXPECT_FALSE(s.app().scope_tools.record);
  s.click("###record");
  EXPECT_TRUE(s.app().scope_tools.record);
}

TEST(Scopes, the_trigger_level_is_dragged_in_the_scope) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.app().trigger.signal = "body.v";
  s.app().trigger.level = 5.0;
  s.click("###trigger");
  s.frames(2);
  ImPlotPlot& p = plot(0);
  const float x = p.PlotRect.Min.x + 0.8f * p.PlotRect.GetWidth();
  const float from = p.Axes[ImAxis_Y1].PlotToPixels(5.0), to = p.Axes[ImAxis_Y1].PlotToPixels(8.0);
  s.drag({x, from}, {x, to});
  EXPECT_NEAR(s.app().trigger.level, 8.0, 0.3);  // a pixel is 0.1 km/h
}

TEST(Scopes, a_fault_is_recorded_again_and_again_until_it_is_stopped) {
  Screen s(test::throttle(), false);
  s.click("###trigger");
  choose(s, "###trigger_on", "fault");
  EXPECT_EQ(s.app().trigger.on, live::TriggerOn::fault);
  choose(s, "###trigger_again", "normal");
  EXPECT_EQ(s.app().trigger.again, live::Rearm::normal);
  s.click("###arm");
  for (const auto kind : {scenario::FaultKind::gates_off, scenario::FaultKind::short_circuit}) {
    s.app().command(scenario::Fault{.unit = {}, .fault = kind});
    s.frames(10);
  }
  ASSERT_GE(s.app().trigger.records.size(), 2U);
  s.click("###record_before");
  s.click("###record_before");
  EXPECT_EQ(s.app().record()->data().cause, "gates_off");
  s.click("###record_after");
  EXPECT_NE(s.app().trigger.shown, 0U);
  s.click("###arm");  // stops
  EXPECT_EQ(s.app().now().capture.state, live::Capturing::off);
}

TEST(Scopes, what_is_seen_is_exported) {
  const test::Folder folder;
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###fit");
  s.click("###export");
  s.type("###export_file", folder.file("seen.csv"));
  s.click("###export_save");
  const std::string text = test::text_of(folder.file("seen.csv"));
  EXPECT_TRUE(text.starts_with("t [s],driver.v_ref [km/h],body.v [km/h],")) << text;
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')),
            1U + s.app().history().size());
}

TEST(Scopes, the_run_before_is_drawn_behind_this_one) {
  Screen s(test::throttle(), false);
  half_a_second(s);
  s.click("###restart");
  s.frames(2);
  const int alone = plot(0).Items.GetItemCount();
  s.click("###reference");
  s.frames(2);
  EXPECT_TRUE(s.app().scope_tools.reference);
  EXPECT_EQ(plot(0).Items.GetItemCount(), 2 * alone);
}

}  // namespace
}  // namespace evsim::gui
