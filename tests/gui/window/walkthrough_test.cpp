// The walk-through of docs/window.md, step by step, by mouse and keys; the figures of its text.
#include <imgui.h>
#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <optional>

#include "tests/gui/linked.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

// Simulated time goes by while somebody looks, a frame each 0.1 s.
void watch(Screen& s, double seconds) {
  live::Session& session = s.app().session();
  const double until = session.t() + seconds;
  while (session.t() < until) {
    const double before = session.t();
    session.advance(std::min(before + 0.1, until));
    session.publish();
    s.frames(1);
    if (session.t() == before) return;  // it stands
  }
}
// By name, as one that knows the window does it.
void by_palette(Screen& s, const std::string& text) {
  s.key(ImGuiKey_P, true);
  ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
  s.frames(2);
  s.key(ImGuiKey_Enter);
  s.frames(2);
}
void restart_and_watch(Screen& s, double seconds) {
  s.key(ImGuiKey_Home);
  s.frames(1);
  if (s.app().now().paused) s.key(ImGuiKey_Space);
  watch(s, seconds);
}
// As the panel Results shows it.
const Kpi& figure(Screen& s, const std::string& name) {
  s.click_tab("Results");
  s.frames(3);
  const auto& all = s.app().figures().kpis;
  const auto it = std::ranges::find(all, name, &Kpi::name);
  if (it == all.end()) throw std::runtime_error("no figure " + name);
  return *it;
}
// An entry of a combo in the panel Scopes: by its end.
void choose(Screen& s, const char* combo, const std::string& entry) {
  const ImGuiID id = ImGui::FindWindowByName("Scopes")->GetID(combo);
  const auto click = [&s](const auto& is) {
    const auto it = std::ranges::find_if(recorded_items(), is);
    if (it == recorded_items().end()) throw std::runtime_error("nothing to be chosen");
    s.click(ImVec2{0.5f * (it->x0 + it->x1), 0.5f * (it->y0 + it->y1)});
  };
  click([id](const Item& i) { return i.id == id; });
  click([&](const Item& i) { return i.window.starts_with("##Combo") && i.label.ends_with(entry); });
}
// Its middle.
ImVec2 in_scope(int i) {
  const std::string name = "###scope:" + std::to_string(i);
  const ImPlotPlot* p =
      GImPlot->Plots.GetByKey(ImGui::FindWindowByName("Scopes")->GetID(name.c_str()));
  if (p == nullptr) throw std::runtime_error("no scope");
  return p->PlotRect.GetCenter();
}
// In the record that is shown, so long behind its event.
double recorded(Screen& s, const std::string& path, double t) {
  const std::size_t signal = *s.app().find(path);
  return *value_at(s.app().record()->series(signal).value(), t, *s.app().signals()[signal].unit);
}
// As docs/can.md has it, and an answer is waited for 1 s at most.
std::string patient_link(const test::Folder& folder) {
  std::string file = test::can_link(folder);
  std::string text = test::text_of(file);
  const std::string vcu = "{\"vcu\": {";
  text.replace(0, vcu.size(),
               vcu + R"("patience_s": 1, "timeout_ms": 100, "on_timeout": "zero", )");
  test::write_text(file, text);
  return file;
}
double value(Screen& s, const std::string& path) { return s.app().value(*s.app().find(path)); }

// ---- Traction control on ice ----------------------------------------------------------------------

TEST(WalkThrough, traction_control_is_tuned_on_ice) {
  const test::Folder folder;
  Screen s(test::load("launch_ice", {}, {"body.traction_control.slip_by_friction=0.3"}));
  constexpr char kSlip[] = "body.traction_control.slip_by_friction";
  s.menu("Layouts", "###layout:driving");
  s.frames(2);
  for (const char* wheel : {"wheels.rear_left.omega", "wheels.front_left.omega"}) {
    by_palette(s, wheel);
    EXPECT_EQ(s.app().scopes.front().signals.back(), wheel);
  }

  s.key(ImGuiKey_Space);
  watch(s, 2.0);
  s.click_tab("Vehicle");
  EXPECT_TRUE(s.app().vehicle().assists(s.app().now().values).front().acts);
  watch(s, 4.0);
  EXPECT_NE(s.app().now().end, End::running);
  EXPECT_GT(value(s, "wheels.rear_left.omega"), 1.05 * value(s, "wheels.front_left.omega"));
  const Kpi& distance = figure(s, "distance_in_5_s_m");
  EXPECT_EQ(distance.verdict, Verdict::fail);
  EXPECT_NEAR(distance.value, 5.708, 5e-4);
  EXPECT_NEAR(figure(s, "wheel_slip_max_percent").value, 20.6, 0.05);

  s.click_tab("Parameters");
  s.type("###search", "traction slip_by");
  s.type(std::string("###value:") + kSlip, "0.05");
  s.key(ImGuiKey_Enter);
  restart_and_watch(s, 6.0);
  EXPECT_NEAR(figure(s, "distance_in_5_s_m").value, 5.853, 5e-4);
  EXPECT_EQ(figure(s, "distance_in_5_s_m").verdict, Verdict::fail);

  by_palette(s, std::string(kSlip) + " = 0.105");
  EXPECT_EQ(s.parameter(kSlip).value, 0.105);
  restart_and_watch(s, 6.0);
  EXPECT_NEAR(figure(s, "distance_in_5_s_m").value, 6.579, 5e-4);
  EXPECT_EQ(figure(s, "distance_in_5_s_m").verdict, Verdict::pass);
  EXPECT_NEAR(figure(s, "wheel_slip_max_percent").value, 1.44, 0.005);
}

// ---- Mistuned field weakening ---------------------------------------------------------------------

TEST(WalkThrough, mistuned_field_weakening_is_found) {
  Screen s(test::load("lift_off_180_mistuned"));
  const std::string unit = "drive_units.rear.";
  s.key(ImGuiKey_2, true);
  s.frames(2);
  s.click(in_scope(1));
  by_palette(s, unit + "tau_em_ref");
  by_palette(s, unit + "tau_em");
  EXPECT_EQ(s.app().scopes[1].signals,
            (std::vector<std::string>{unit + "tau", unit + "tau_em_ref", unit + "tau_em"}));
  s.key(ImGuiKey_Space);
  watch(s, 5.0);
  EXPECT_NEAR(value(s, unit + "tau_em_ref"), 1.0, 0.05);
  EXPECT_NEAR(value(s, unit + "tau_em"), -46.2, 0.05);
  EXPECT_EQ(figure(s, "torque_error_max_percent").verdict, Verdict::fail);
  EXPECT_NEAR(figure(s, "torque_error_max_percent").value, 16.89, 0.005);

  // Its beginning, at every step of the integration.
  s.click("###trigger");
  choose(s, "###trigger_on", "falling edge");
  choose(s, "###trigger_signal", "###trigger_on:" + unit + "tau_em");
  s.type("###trigger_level", "-20");
  s.type("###trigger_length", "40");
  s.click_tab("Scopes");
  s.click("###arm");
  restart_and_watch(s, 5.0);
  ASSERT_NE(s.app().record(), nullptr);
  EXPECT_TRUE(s.app().scope_tools.record);
  EXPECT_NEAR(s.app().record()->data().t, 1.50069, 5e-6);
  EXPECT_NEAR(recorded(s, unit + "i_d", -0.002), -561.2, 0.05);
  EXPECT_NEAR(recorded(s, unit + "i_d", 0.029), -498.2, 0.05);
}

TEST(WalkThrough, field_weakening_is_corrected_until_the_torque_follows) {
  constexpr char kLimit[] = "drive_units.rear.control.I_weakening_max_A_peak";
  const test::Folder folder;
  Screen s(test::load("lift_off_180", {}, {std::string(kLimit) + "=300"}));
  s.key(ImGuiKey_Space);
  watch(s, 5.0);
  EXPECT_NEAR(figure(s, "torque_error_max_percent").value, 19.68, 0.005);
  EXPECT_EQ(figure(s, "torque_error_max_percent").verdict, Verdict::fail);

  by_palette(s, std::string(kLimit));
  s.drag(std::string("###slider:") + kLimit, 1000.0f);
  EXPECT_EQ(s.parameter(kLimit).value, 600.0);  // the slider's end
  restart_and_watch(s, 5.0);
  EXPECT_NEAR(figure(s, "torque_error_max_percent").value, 1.085, 5e-4);
  EXPECT_EQ(figure(s, "torque_error_max_percent").verdict, Verdict::pass);

  // How much is enough.
  s.click_tab("Parameters");
  s.type(std::string("###value:") + kLimit, "500");
  s.key(ImGuiKey_Enter);
  restart_and_watch(s, 5.0);
  EXPECT_NEAR(figure(s, "torque_error_max_percent").value, 6.64, 0.005);
  s.click_tab("Edits");
  s.click("###undo");
  EXPECT_EQ(s.parameter(kLimit).value, 600.0);
  const std::string file = folder.file("tuned.json");
  s.type("###file", file);
  s.click("###save_patch");
  EXPECT_NE(test::text_of(file).find("\"I_weakening_max_A_peak\": 600"), std::string::npos)
      << test::text_of(file);
}

// ---- A control unit on the link monitor -----------------------------------------------------------

TEST(WalkThrough, a_control_unit_is_followed_until_it_falls_silent) {
  const test::Folder folder;
  io::LoadedCase loaded = test::load("full_throttle");
  live::LinkedCase linked(loaded.c, patient_link(folder));
  // Silent for half a second.
  const auto talks = [](const link::CanController::Seen& seen, can::Frame&, bool& send) {
    send = seen.n <= 100 || seen.n > 150;
  };
  const link::CanController unit(test::adapter_of(linked), talks);
  Screen s(loaded, std::make_unique<live::Session>(loaded.c, live::Options{.paused = false},
                                                   linked.buses()));
  const auto state = [&s] { return s.app().link_view().links().at(0).state; };
  s.key(ImGuiKey_4, true);
  s.frames(2);
  by_palette(s, "vcu.controller.connected");
  watch(s, 0.8);
  EXPECT_EQ(state(), LinkState::answering);
  EXPECT_EQ(s.app().can().rows("").size(), 3U);
  EXPECT_NEAR(s.app().can().rows("Torque").at(0)->mean, 0.010, 1e-9);
  EXPECT_EQ(value(s, "vcu.controller.connected"), 1.0);
  EXPECT_NEAR(value(s, "drive_units.rear.tau"), 200.0, 0.1);
  s.click("###can:0:200<");  // its signals below it
  s.frames(2);
  EXPECT_NEAR(s.app().can().values(*s.app().can().rows("Torque").at(0)).at(2).value, 200.0, 0.1);

  watch(s, 0.4);  // silent since 1 s; what it said last counts for 0.1 s more
  EXPECT_GT(s.app().link_view().links()[0].figures.unanswered, 0);
  EXPECT_NE(state(), LinkState::answering);
  EXPECT_EQ(value(s, "vcu.controller.connected"), 0.0);
  EXPECT_NEAR(value(s, "drive_units.rear.tau"), 0.0, 0.1);
  EXPECT_EQ(s.app().now().failure, "");

  // It speaks again. Time went on without it, so that the instant is not always the same.
  for (int i = 0; i < 100 && value(s, "drive_units.rear.tau") < 199.9; ++i) watch(s, 0.1);
  EXPECT_EQ(value(s, "vcu.controller.connected"), 1.0);
  EXPECT_NEAR(value(s, "drive_units.rear.tau"), 200.0, 0.1);
  EXPECT_GT(s.app().can().rows("Torque").at(0)->missed, 0);
  EXPECT_GT(s.app().can().rows("Torque").at(0)->most, 0.1);
}

}  // namespace
}  // namespace evsim::gui
