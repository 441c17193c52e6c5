// How fast a simulation that runs in its thread answers, and how well it keeps real time while a window looks on
// three times a second. No test depends on these figures.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "gui/panels/panels.h"
#include "gui/shell/no_screen.h"

namespace {

using namespace evsim;
using Clock = std::chrono::steady_clock;

double now() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }
void sleep(double s) { std::this_thread::sleep_for(std::chrono::duration<double>(s)); }

// ---- From ask() to the notice that it was done ---------------------------------------------------

// Of 200 requests into a simulation that runs in real time. What is asked for by ask(i).
template <class Ask> void answer_time(const io::LoadedCase& loaded, const char* what, Ask ask) {
  constexpr int kAsked = 200;
  live::Session session(loaded.c, {.paused = false, .pace = 1.0});
  const live::Thread thread(session);
  live::Port& port = session.port();
  std::vector<double> all;
  int refused = 0;
  for (int i = 0; i < kAsked; ++i) {
    sleep(0.002 + 0.0005 * (i % 23));  // at any instant between two boundaries
    const double from = now();
    const std::uint64_t id = port.ask(ask(i));
    for (bool met = false; !met;) {
      // Who spins here may keep the thread that is woken from its core for milliseconds
      sleep(2e-5);
      if (const auto n = port.notices.pop()) {
        met = n->id == id;
        refused += n->refused.empty() ? 0 : 1;
      }
    }
    all.push_back(1e3 * (now() - from));
  }
  port.pictures.fetch();
  std::ranges::sort(all);
  fmt::print("{}, {} times: median {:.3f} ms, 99 % {:.3f} ms, longest {:.3f} ms{}{}\n", what,
             kAsked, all[kAsked / 2], all[kAsked * 99 / 100], all.back(),
             refused > 0 ? fmt::format("; {} REFUSED", refused) : "",
             port.pictures.front().end == End::running ? "" : "; THE RUN ENDED");
}

// The first costs the simulation nothing once it is met: all of it is the queue. The second also has the car
// prepared anew, maps and all.
void answers(const io::LoadedCase& loaded) {
  answer_time(loaded, "in the queue (bar 2 ms)", [](int) { return live::Ask(live::Pace{1.0}); });
  answer_time(loaded, "an edit of the mass until it is done", [](int i) {
    return live::Ask(live::Command{
        {.t = 0.0,
         .command = scenario::SetParameter{.path = "chassis.mass_kg", .value = 1900.0 + i}}});
  });
}

// ---- Real time -----------------------------------------------------------------------------------

void frame(gui::App& app) {
  app.update();
  gui::NoScreen::begin_frame(0.333f);
  ImGui::NewFrame();
  gui::draw(app);
  ImGui::Render();
  gui::NoScreen::end_frame();
}

struct Instant {
  double t, wall;  // [s]
};
// When a picture arrived, and of which simulated time.
Instant newest(gui::App& app) {
  live::Port& port = app.session().port();
  while (port.pictures.fetch()) {
  }
  while (!port.pictures.fetch()) {
  }
  return {.t = port.pictures.front().t, .wall = now()};
}

void real_time(const io::LoadedCase& loaded) {
  constexpr double kSeconds = 20.0, kFrame = 1.0 / 3.0;  // [s]
  gui::App app(loaded, false, {.paused = false, .pace = 1.0});
  frame(app);
  sleep(0.5);
  const Instant from = newest(app);
  int frames = 0;
  for (double next = now(); now() - from.wall < kSeconds; ++frames) {
    frame(app);
    next += kFrame;
    sleep(std::max(next - now(), 0.0));
  }
  const Instant to = newest(app);
  const double wall = to.wall - from.wall;
  fmt::print(
      "real time kept over {:.1f} s at {:.1f} frames/s: {:+.4f} % off, bar 0.1 %; {} samples not "
      "drawn\n",
      wall, frames / wall, 100.0 * ((to.t - from.t) / wall - 1.0), app.now().samples_lost);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "bench_live VEHICLE SHORT_SCENARIO LONG_SCENARIO\n");
    return 2;
  }
  const auto load = [&](const char* scenario) {
    return io::load_case({.scenario = scenario, .vehicle = argv[1], .levels = {"drive"}});
  };
  answers(load(argv[2]));
  const gui::NoScreen screen;
  real_time(load(argv[3]));
  return 0;
}
