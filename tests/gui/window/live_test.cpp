// The window beside a simulation in its own thread: an hour of work in a few seconds, for the thread sanitizer.
// EVSIM_SESSION_SECONDS makes it longer.
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

TEST(LiveWindow, parameters_ways_back_cars_and_layouts_change_while_it_runs) {
  const char* seconds = std::getenv("EVSIM_SESSION_SECONDS");
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration<double>(seconds == nullptr ? 1.0 : std::atof(seconds));
  Screen s(test::throttle(), false, true);
  App& app = s.app();
  const std::size_t mass = app.parameters().find("chassis.mass_kg").value();
  app.set_pace(kInfinity);
  int rounds = 0;
  for (; std::chrono::steady_clock::now() < end || rounds < 8; ++rounds) {
    app.set_parameter(mass, 1900.0 + rounds % 50);
    app.commit();
    s.frames(2);
    switch (rounds % 8) {
      case 0: app.undo(); break;
      case 1: app.go_back(0.5 * app.now().t); break;
      case 2: app.pause(); break;
      case 3: app.step(10); break;
      case 4: app.resume(); break;
      case 5:
        app.take_layout(app.desk.layouts[static_cast<std::size_t>(rounds / 8) % 4].name);
        break;
      case 6: app.set_pace(rounds % 16 == 6 ? 1.0 : kInfinity); break;
      default:
        app.parameters().mark_saved();
        app.reload();
        break;
    }
    for (int i = 0; i < 3; ++i) {
      s.frames(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  while (app.busy()) s.frames(1);
  EXPECT_EQ(app.now().failure, "");
  EXPECT_LT(app.now().ledger_residual, 1e-6);
  std::printf("%d rounds\n", rounds);
}

}  // namespace
}  // namespace evsim::gui
