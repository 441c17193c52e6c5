// What was done in the window, given to a run without one: the same bits. And when an edit acts.
#include <thread>

#include "tests/gui/bits.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::expect_same_headless;
using test::Screen;

TEST(
    SameBits,
    an_edit_acts_at_the_boundary_where_it_finds_the_simulation_and_is_confirmed_in_the_next_frame) {
  Screen s(test::throttle(), false);
  App& app = s.app();
  s.frames(5);
  const std::size_t mass = app.parameters().find("chassis.mass_kg").value();
  const double asked_at = app.session().t();
  app.set_parameter(mass, 2100.0);
  app.commit();
  EXPECT_EQ(s.parameter("chassis.mass_kg").taken, Taken::edited);
  s.frames(1);
  EXPECT_EQ(s.parameter("chassis.mass_kg").taken, Taken::applied);
  EXPECT_GT(app.session().t(), asked_at);
  ASSERT_EQ(app.log().size(), 1U);
  EXPECT_EQ(app.log()[0].event.t, asked_at);  // no step in between
}

TEST(SameBits, sliders_undo_keys_and_faults_of_a_session_give_a_headless_run_s) {
  const io::LoadedCase loaded = test::throttle();
  Screen s(loaded, false);
  App& app = s.app();
  s.frames(3);
  s.type("###search", "chassis.mass");
  s.drag("###slider:chassis.mass_kg", 30.0f);
  s.key(ImGuiKey_Z, true);
  s.key(ImGuiKey_Y, true);
  app.command(scenario::Fault{
      .unit = "rear", .fault = scenario::FaultKind::current_sensor_offset, .current = 5.0});
  s.click(ImVec2{800.0f, 450.0f});  // out of the field
  s.key(ImGuiKey_H);
  ImGui::GetIO().AddKeyEvent(ImGuiKey_W, true);
  s.frames(12);
  ImGui::GetIO().AddKeyEvent(ImGuiKey_W, false);
  s.frames(12);
  const auto log = app.session().simulation().command_log();
  EXPECT_GT(log.size(), 15U);
  EXPECT_GT(app.now().t, 0.4);
  expect_same_headless(loaded, app.session().simulation(), log.size());
}

// The thread steps as the clock has it; the commands come when the window's frames do.
TEST(SameBits, of_a_session_whose_simulation_has_its_own_thread) {
  const io::LoadedCase loaded = test::throttle();
  Screen s(loaded, false, true);
  App& app = s.app();
  const std::size_t mass = app.parameters().find("chassis.mass_kg").value();
  constexpr std::size_t kEdits = 8;
  for (std::size_t i = 0; i < kEdits; ++i) {
    app.set_parameter(mass, 1900.0 + 10.0 * static_cast<double>(i));
    app.commit();
    s.frames(1);
    const double t = app.now().t;
    for (int wait = 0; wait < 30000 && app.now().t < t + 0.005; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      app.update();
    }
  }
  app.pause();
  for (int wait = 0; wait < 30000 && !app.now().paused; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    app.update();
  }
  ASSERT_TRUE(app.now().paused);  // the thread rests: its simulation can be looked at
  expect_same_headless(loaded, app.session().simulation(), kEdits);
}

}  // namespace
}  // namespace evsim::gui
