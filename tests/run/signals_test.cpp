#include "sim/run/signals.h"

#include <algorithm>

#include "sim/run/simulation.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

double value(const Simulation& s, const std::string& path) {
  const auto all = signals::list(s);
  double out = std::nan("");
  std::size_t i = 0;
  signals::visit(s.system(), s.instant(), s.snapshot().y.data(),
                 [&](std::string_view, std::string_view, std::string_view, Dim, double x) {
                   if (all[i++].path == path) out = x;
                 });
  EXPECT_EQ(i, all.size());
  return out;
}

TEST(Signals, paths_are_unique_and_name_the_unit_they_belong_to) {
  const Simulation s(test::case_of(test::four_units(), test::short_trip()));
  const auto all = signals::list(s);
  for (const auto& each : all)
    EXPECT_EQ(std::ranges::count(all, each.path, &signals::Info::path), 1) << each.path;
  const auto found = std::ranges::find(all, "drive_units.rear_left.tau", &signals::Info::path);
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->dim, Dim::torque);
  EXPECT_EQ(std::ranges::count_if(
                all, [](const auto& i) { return signals::matches("drive_units.*.omega", i.path); }),
            4);
}

TEST(Signals, values_are_those_of_the_instant) {
  Simulation s(test::short_case());
  while (s.t() < 14.0) s.step();
  const auto now = s.instant();
  const auto& y = s.snapshot().y;
  EXPECT_EQ(value(s, "driver.v_ref"), 11.0);
  EXPECT_EQ(value(s, "driver.F_request"), now.F_request);
  EXPECT_EQ(value(s, "body.v"), y[car::kV]);
  EXPECT_EQ(value(s, "body.x"), y[car::kX]);
  EXPECT_EQ(value(s, "body.a"), now.flows.a);
  EXPECT_EQ(value(s, "battery.SOC"), y[car::kSOC]);
  EXPECT_EQ(value(s, "battery.p"), now.flows.battery.p);
  EXPECT_EQ(value(s, "drive_units.rear.tau"), y[car::kTorque]);
  EXPECT_EQ(value(s, "auxiliaries.p"), 400.0);
  EXPECT_ROUNDED(value(s, "battery.u") * value(s, "battery.i"), value(s, "battery.p"));
}

TEST(Signals, patterns_know_any_text_and_any_character) {
  using signals::matches;
  EXPECT_TRUE(matches("*", "body.v"));
  EXPECT_TRUE(matches("body.v", "body.v"));
  EXPECT_FALSE(matches("body.v", "body.v_ref"));
  EXPECT_TRUE(matches("body.?", "body.v"));
  EXPECT_FALSE(matches("body.?", "body."));
  EXPECT_TRUE(matches("*.p_*", "drive_units.rear.p_loss_gear"));
  EXPECT_FALSE(matches("*.p_*", "battery.p"));
  EXPECT_TRUE(matches("b*y.*", "battery.p"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("***", ""));
  EXPECT_FALSE(matches("", "x"));
}

}  // namespace
}  // namespace evsim
