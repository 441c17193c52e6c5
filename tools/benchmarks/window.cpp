// What a frame of the window costs: CPU time of the thread to build it, without a screen, which is all but what the
// graphics card does. Least and median of many frames; no test depends on them.
#include <fmt/format.h>
#include <imgui.h>
#include <implot.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "gui/panels/panels.h"
#include "gui/shell/no_screen.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;

constexpr int kFrames = 120;

// The window's time of one frame [ms].
template <class Draw> double frame(Draw&& draw) {
  gui::NoScreen::begin_frame(1.0f / 60.0f);
  const double from = thread_seconds();
  ImGui::NewFrame();
  draw();
  ImGui::Render();
  const double ms = 1e3 * (thread_seconds() - from);
  gui::NoScreen::end_frame();
  return ms;
}
template <class Draw> void report(const char* what, double bar, Draw&& draw) {
  std::vector<double> all;
  for (int i = 0; i < kFrames + 10; ++i) {
    const double ms = frame([&] { draw(i); });
    if (i >= 10) all.push_back(ms);
  }
  std::ranges::sort(all);
  fmt::print("{:64} {:5.2f} ms, median {:5.2f} ms, bar {:.0f} ms; {} vertices\n", what, all.front(),
             all[all.size() / 2], bar, ImGui::GetDrawData()->TotalVtxCount);
}

constexpr std::size_t kPoints = 10000;  // of each of eight scopes
constexpr double kPeriod = 5e-4;        // between them [s]

void eight_scopes(gui::App& app) {
  const std::string unit = "drive_units." + app.units().front().name + ".";
  app.scopes.clear();
  for (const std::string& path :
       {std::string("body.v"), unit + "tau", unit + "i_d", unit + "i_q", unit + "u_d", unit + "u_q",
        std::string("battery.u"), std::string("battery.p")})
    app.scopes.push_back({.signals = {path}});
  while (app.history().size() < kPoints && app.session().moving()) {
    app.session().advance(app.now().t + 0.5);
    app.session().publish();
    app.update();
  }
  gui::fit(app);
  if (app.history().size() < kPoints) fmt::print("only {} points\n", app.history().size());
}

// As much as a record holds: 1 million numbers.
live::Record largest(const gui::App& app) {
  live::Record r;
  r.signals = gui::shown_signals(app);
  const std::size_t rows = live::Capturer::kNumbers / r.width();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < r.width(); ++k)
      r.numbers.push_back(1e-6 * static_cast<double>(i) +
                          (k == 0 ? 0.0 : std::sin(0.1 * static_cast<double>(i * k))));
  return r;
}

void a_million_points() {
  constexpr int kMillion = 1'000'000;
  gui::History h(1, kMillion);
  for (int i = 0; i < kMillion; ++i) {
    const double row[] = {1e-3 * i, std::sin(0.7 * i) + std::sin(1e-4 * i)};
    h.append(row);
  }
  gui::Curve curve;
  const auto scope = [&](double from, double to) {
    ImGui::SetNextWindowPos({0.0f, 0.0f});
    ImGui::SetNextWindowSize({1600.0f, 900.0f});
    ImGui::Begin("scope");
    if (ImPlot::BeginPlot("scope", {-1.0f, -1.0f})) {
      ImPlot::SetupAxesLimits(from, to, -2.0, 2.0, ImPlotCond_Always);
      gui::envelope(h, 0, from, to, static_cast<int>(ImPlot::GetPlotSize().x),
                    si_unit(Dim::voltage), curve);
      ImPlot::PlotLine("u", curve.t.data(), curve.y.data(), static_cast<int>(curve.t.size()));
      ImPlot::EndPlot();
    }
    ImGui::End();
  };
  report("1 million points in a scope, all of them", 8.0,
         [&](int i) { scope(0.01 * i, 1000.0 + 0.01 * i); });
  report("a hundredth of them", 8.0, [&](int i) { scope(500.0 + 0.01 * i, 510.0 + 0.01 * i); });
  report("45,000 of them, about the most that are drawn from samples", 8.0,
         [&](int i) { scope(500.0 + 0.01 * i, 545.0 + 0.01 * i); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "bench_window SCENARIO VEHICLE\n");
    return 2;
  }
  const gui::NoScreen screen;
  gui::App app(io::load_case({.scenario = argv[1], .vehicle = argv[2], .levels = {"drive"}}), true,
               {.paused = false, .pace = kInfinity, .sample_period = kPeriod});
  eight_scopes(app);
  app.pause();
  app.session().drain();
  app.session().publish();
  const auto window = [&](int) {
    app.update();
    gui::draw(app);
  };
  report("whole window: 8 scopes of 10,000 points, map, current plane", 4.0, window);
  app.scope_tools.measure = true;
  report("the same with measurements", 4.0, window);
  app.scopes.front().spectrum = true;
  report("the same with a spectrum", 4.0, window);
  app.scopes.front().spectrum = app.scope_tools.measure = false;
  app.trigger.keep(largest(app));
  gui::show_record(app, true);
  report("whole window: a record of 1 million numbers in 8 scopes", 8.0, window);
  a_million_points();
  fmt::print("history of {} signals: {:.1f} MB\n", app.signals().size(),
             1e-6 * static_cast<double>(app.history().bytes()));
  return 0;
}
