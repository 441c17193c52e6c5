// The walk-through of docs/window.md, step by step, by mouse and keys; the figures of its text.
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
double value(Screen& s, const std::string& path) { return s.app().value(*s.app().find(path)); }

// ---- Traction control on ice ----------------------------------------------------------------------

TEST(WalkThrough, traction_control_is_tuned_on_ice) {
  const test::Folder folder;
  Screen s(test::load("launch_ice", {}, {"body.traction_control.slip_by_friction=0.3"}));
  constexpr char kSlip[] = "body.traction_control.slip_by_friction";
  s.menu("Layouts", "###layout:driving");
  s.frames(2);
  by_palette(s, "wheels.rear_left.kappa");
  EXPECT_TRUE(std::ranges::any_of(s.app().scopes, [](const Scope& scope) {
    return std::ranges::count(scope.signals, "wheels.rear_left.kappa") == 1;
  }));

  s.key(ImGuiKey_Space);
  watch(s, 2.0);
  s.click_tab("Vehicle");
  EXPECT_TRUE(s.app().vehicle().assists(s.app().now().values).front().acts);
  watch(s, 4.0);
  EXPECT_NE(s.app().now().end, End::running);
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

TEST(WalkThrough, mistuned_field_weakening_is_found_and_corrected) {
  Screen s(test::load("lift_off_180_mistuned"));
  const std::string unit = "drive_units.rear.";
  s.key(ImGuiKey_2, true);
  s.frames(2);
  by_palette(s, unit + "tau_em_ref");
  by_palette(s, unit + "tau_em");
  s.key(ImGuiKey_Space);
  watch(s, 5.0);
  const Kpi error = figure(s, "torque_error_max_percent");
  std::printf("error %.4f %d tau %.4f ref %.4f\n", error.value, int(error.verdict),
              value(s, unit + "tau_em"), value(s, unit + "tau_em_ref"));

  // The event in full.
  s.click("###trigger");
  s.app().trigger.on = live::TriggerOn::falling;
  s.app().trigger.signal = unit + "tau_em";
  s.type("###trigger_level", "-20");
  s.type("###trigger_length", "40");
  s.click_tab("Scopes");
  s.click("###arm");
  restart_and_watch(s, 5.0);
  if (s.app().record() != nullptr) std::printf("record at %.6f\n", s.app().record()->data().t);

  s.key(ImGuiKey_Home);
  s.frames(1);
  s.type("###run_to", "1.5");
  s.click_tab("Scopes");
  s.click("###run_until");
  watch(s, 3.0);
  std::printf("stands at %.9f paused %d\n", s.app().now().t, s.app().now().paused);
  by_palette(s, unit + "control.I_weakening_max_A_peak = 700");
  std::printf("now %.1f\n", s.car().drive_units[0].machine.envelope.tau_peak);
  s.key(ImGuiKey_Space);
  watch(s, 5.0);
  const Kpi after = figure(s, "torque_error_max_percent");
  std::printf("error %.4f %d tau %.4f ref %.4f id %.2f t %.3f\n", after.value, int(after.verdict),
              value(s, unit + "tau_em"), value(s, unit + "tau_em_ref"), value(s, unit + "i_d"),
              s.app().now().t);
}

// ---- A control unit on the link monitor -----------------------------------------------------------

TEST(WalkThrough, a_control_unit_is_followed_until_it_falls_silent) {
  const test::Folder folder;
  io::LoadedCase loaded = test::load("full_throttle");
  live::LinkedCase linked(loaded.c, test::can_link(folder));
  const link::CanController unit(
      test::adapter_of(linked),
      [](const link::CanController::Seen& seen, can::Frame&, bool& send) { send = seen.n <= 200; });
  Screen s(loaded, std::make_unique<live::Session>(loaded.c, live::Options{.paused = false},
                                                   linked.buses()));
  s.key(ImGuiKey_4, true);
  s.frames(2);
  by_palette(s, "vcu.controller");
  watch(s, 1.5);
  const auto& link = s.app().link_view().links().at(0);
  std::printf("state %d ex/s %.1f tau %.3f\n", int(link.state), link.exchanges_per_s,
              value(s, "drive_units.rear.tau"));
  s.click("###can:0:200<");
  s.frames(2);
  watch(s, 1.5);
  std::printf("state %d ex/s %.1f unans %lld tau %.3f v %.3f t %.3f\n",
              int(s.app().link_view().links().at(0).state), link.exchanges_per_s,
              (long long)link.figures.unanswered, value(s, "drive_units.rear.tau"),
              value(s, "body.v"), s.app().now().t);
  std::printf("missed %lld\n", (long long)s.app().can().rows("Torque").at(0)->missed);
}

}  // namespace
}  // namespace evsim::gui
