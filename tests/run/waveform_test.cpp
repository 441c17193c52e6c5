#include <gtest/gtest.h>

#include <cmath>

#include "sim/io/case.h"
#include "sim/run/result.h"
#include "sim/run/spectrum.h"
#include "sim/run/waveform_finder.h"

namespace evsim {
namespace {

// Four seconds under power from 60 km/h on.
Case driving(const std::string& level, std::vector<std::string> sets = {}) {
  io::CaseRequest request;
  request.scenario = std::string(EVSIM_SOURCE_DIR) + "/scenarios/fault_current_sensor.json";
  request.vehicle = std::string(EVSIM_SOURCE_DIR) + "/vehicles/xiaomi_su7.json";
  request.levels = {level};
  request.sets = std::move(sets);
  Case c = io::load_case(request).c;
  c.scenario.timeline.clear();
  c.scenario.initial.v = 60.0 / 3.6;
  return c;
}
RunResult ran(const Case& c, bool record = true) {
  Simulation s(c, io::parameter_setter());
  RunOptions options;
  options.record = record;
  return run(s, options);
}

TEST(Waveform, a_window_is_the_run_itself_and_changes_nothing_in_it) {
  const Case c = driving("waveform");
  const RunResult with = ran(c), without = ran(c, false);
  ASSERT_EQ(with.kpis.size(), without.kpis.size());
  for (std::size_t k = 0; k < with.kpis.size(); ++k)
    EXPECT_TRUE(with.kpis[k].value == without.kpis[k].value || std::isnan(with.kpis[k].value))
        << with.kpis[k].name;
  EXPECT_GT(with.waveforms.instants.size(), 1000u);
  EXPECT_TRUE(without.waveforms.instants.empty());
  EXPECT_TRUE(ran(driving("drive")).waveforms.instants.empty());

  // Recorded samples inside the window meet its instants to the bit.
  const auto& w = with.waveforms.instants;
  const auto i_a =
      std::ranges::find(with.recording.signals, "drive_units.rear.i_a", &signals::Info::path);
  ASSERT_NE(i_a, with.recording.signals.end());
  const auto& column =
      with.recording.columns[static_cast<std::size_t>(i_a - with.recording.signals.begin())];
  int met = 0;
  for (std::size_t k = 0; k < with.recording.t.size(); ++k)
    for (const auto& x : w)
      if (std::abs(x.t - with.recording.t[k]) < 1e-12 && x.t > w.front().t) {
        EXPECT_NEAR(x.units[0].i.a, column[k], 1e-9);  // 1e-12 s of a slope below 1e3 A/s
        ++met;
        break;
      }
  EXPECT_GT(met, 5);
}

TEST(Waveform, currents_are_continuous_and_voltages_jump_at_edges) {
  const RunResult r = ran(driving("waveform"));
  const auto& w = r.waveforms.instants;
  int edges = 0;
  for (std::size_t k = 1; k < w.size(); ++k) {
    ASSERT_GE(w[k].t, w[k - 1].t);
    const auto &a = w[k - 1].units[0], &b = w[k].units[0];
    EXPECT_NEAR(a.i.a + a.i.b + a.i.c, 0.0, 1e-9);
    if (w[k].t > w[k - 1].t) continue;
    EXPECT_EQ(a.i.a, b.i.a);
    if (std::abs(a.u.a - b.u.a) > 50.0) ++edges;  // a third of the DC voltage and more
  }
  // Each leg's edges move u_a: six of a carrier period, of which there are some hundred.
  const double periods = (w.back().t - w.front().t) * r.waveforms.units[0].f_sw;
  EXPECT_GT(edges, 4.0 * periods);
  EXPECT_LT(edges, 7.0 * periods);
}

TEST(Waveform, a_scenario_may_choose_the_window) {
  const RunResult r = ran(driving("waveform", {"scenario.record.waveform_start_s=0.2",
                                               "scenario.record.waveform_length_ms=3"}));
  ASSERT_FALSE(r.waveforms.instants.empty());
  EXPECT_GE(r.waveforms.instants.front().t, 0.2);
  EXPECT_LT(r.waveforms.instants.front().t, 0.2001);
  EXPECT_LE(r.waveforms.instants.back().t, 0.203);
  EXPECT_GT(r.waveforms.instants.back().t, 0.2029);
}

}  // namespace
}  // namespace evsim
