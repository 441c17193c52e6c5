#include "sim/run/sequence.h"

#include "sim/base/errors.h"
#include "tests/components/scalars.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using test::finish;
using test::kpi;

scenario::Trace trip() {
  return {.t = {0, 10, 20}, .v = {0, 10, 0}, .grade = {}, .accelerator = {}, .brake = {}};
}
Case sequence_of(std::vector<scenario::Phase> phases, std::vector<scenario::Trace> traces) {
  scenario::Sequence s;
  s.phases = std::move(phases);
  s.acceleration = 2.0;
  Case c = test::case_of(test::small_car(), {}, s);
  c.traces = std::move(traces);
  return c;
}
const scenario::Sequence& sequence(const Case& c) {
  return std::get<scenario::Sequence>(c.scenario.driver);
}
scenario::Phase cycle(const char* name) { return {.name = name, .cycle = {"trip.csv"}}; }
scenario::Phase steady(const char* name, double v, double duration) {
  return {.name = name, .cycle = {}, .v = v, .duration = duration};
}

TEST(Sequence, a_trace_is_repeated_end_to_start) {
  const auto twice = repeated(trip(), 2);
  EXPECT_EQ(twice.t, (std::vector<double>{0, 10, 20, 30, 40}));
  EXPECT_EQ(twice.v, (std::vector<double>{0, 10, 0, 10, 0}));
  auto open = trip();
  open.v.back() = 3.0;
  EXPECT_THROW(repeated(open, 2), InputError);
  EXPECT_EQ(repeated(open, 1).t.size(), 3u);
}

TEST(Sequence, phases_are_joined_by_ramps_that_belong_to_none) {
  const Case c =
      sequence_of({cycle("trip"), steady("fast", 20, 100), cycle("again")}, {trip(), {}, trip()});
  const auto all = assemble(c, sequence(c));
  EXPECT_EQ(all.trace.t, (std::vector<double>{0, 10, 20, 30, 130, 140, 150, 160}));
  EXPECT_EQ(all.trace.v, (std::vector<double>{0, 10, 0, 20, 20, 0, 10, 0}));
  ASSERT_EQ(all.phases.size(), 3u);
  EXPECT_EQ(all.phases[1].name, "fast");
  EXPECT_EQ(all.phases[1].start, 30.0);
  EXPECT_EQ(all.phases[1].end, 130.0);
  EXPECT_EQ(all.phases[2].start, 140.0);
}

TEST(Sequence, grades_of_one_cycle_leave_the_others_flat) {
  auto hilly = trip();
  hilly.grade = {0.0, 0.05, 0.0};
  const Case c = sequence_of({cycle("flat"), cycle("hill")}, {trip(), hilly});
  EXPECT_EQ(assemble(c, sequence(c)).trace.grade, (std::vector<double>{0, 0, 0, 0.05, 0}));
}

TEST(Sequence, figures_of_the_phases_are_those_of_their_parts) {
  const Case c = sequence_of({cycle("trip"), steady("fast", 20, 100)}, {trip(), {}});
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_NEAR(kpi(k, "trip.distance_km"), 0.1, 1e-4);  // the driver's own error
  EXPECT_NEAR(kpi(k, "fast.distance_km"), 2.0, 1e-3);
  // The whole is the phases and the ramp between them, 100 m.
  EXPECT_NEAR(kpi(k, "distance_km"), 2.2, 1e-3);
  Simulation alone(test::case_of(test::small_car(), trip()));
  const auto a = kpis(finish(alone));
  EXPECT_NEAR(kpi(k, "trip.energy_consumption_battery_Wh_per_km"),
              kpi(a, "energy_consumption_battery_Wh_per_km"), 1e-9);
  EXPECT_NEAR(kpi(k, "trip.wheel_energy_Wh_per_km"),
              kpi(a, "wheel_energy_positive_Wh_per_km") + kpi(a, "wheel_energy_negative_Wh_per_km"),
              1e-9);
}

TEST(Sequence, a_phase_that_was_not_met_has_no_figures) {
  Case c = sequence_of({steady("first", 30, 4000), steady("second", 20, 100)}, {{}, {}});
  c.scenario.initial.SOC = 0.01;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_EQ(s.end(), End::battery_empty);
  EXPECT_GT(kpi(k, "first.distance_km"), 1.0);
  EXPECT_EQ(kpi(k, "second.distance_km"), 0.0);
  EXPECT_TRUE(std::isnan(kpi(k, "second.energy_consumption_battery_Wh_per_km")));
}

TEST(Sequence, a_phase_takes_what_the_others_leave) {
  scenario::Phase most{.name = "most", .cycle = {}, .v = 25.0};
  most.leave = 0.2;
  Case c = sequence_of({most, steady("rest", 25, 40000)}, {{}, {}});
  c.scenario.initial.full = true;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_EQ(s.end(), End::battery_empty);
  // The estimate holds the consumption of a full battery; it rises as the voltage falls.
  EXPECT_NEAR(kpi(k, "most.distance_km") / kpi(k, "distance_km"), 0.8, 0.02);
}

TEST(Sequence, what_can_t_be_driven_is_refused) {
  for (const Case& c : {sequence_of({}, {}), sequence_of({steady("", 20, 0)}, {{}}),
                        sequence_of(std::vector<scenario::Phase>(41, steady("", 1, 1)),
                                    std::vector<scenario::Trace>(41))})
    EXPECT_THROW(assemble(c, sequence(c)), InputError);
  auto both = steady("", 20, 10);
  both.leave = 0.1;
  const Case c = sequence_of({both}, {{}});
  EXPECT_THROW(assemble(c, sequence(c)), InputError);
}

// ---- Range tests ----------------------------------------------------------------------------------

TEST(Sequence, a_range_test_ends_with_the_battery_and_states_the_distance) {
  scenario::Follow driver;
  driver.repeat = 200;
  Case c = test::case_of(test::small_car(), test::short_trip(), driver);
  std::get<battery_pack::Params<double>>(c.vehicle.battery).capacity = 2.0 * 3600.0;
  c.scenario.initial.full = true;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_EQ(s.end(), End::battery_empty);
  EXPECT_EQ(kpi(k, "range_km"), kpi(k, "distance_km"));
  EXPECT_LE(kpi(k, "SOC_end_percent"), 0.0);
}

TEST(Sequence, a_car_that_falls_behind_its_trace_is_taken_out) {
  scenario::Follow driver;
  driver.break_off = {.error = 2.0 / 3.6, .after = 4.0};
  car::Params<double> weak = test::small_car();
  weak.drive_units[0].machine.envelope.P_peak = 6e3;
  Simulation s(test::case_of(weak, test::short_trip(), driver));
  finish(s);
  EXPECT_EQ(s.end(), End::trace_lost);
  EXPECT_LT(s.t(), 30.0);
}

TEST(Sequence, the_label_weighs_city_and_highway) {
  Case c = sequence_of({cycle("UDDS_1"), cycle("HWFET_1"), cycle("UDDS_2"), cycle("HWFET_2"),
                        steady("end", 25, 40000)},
                       {trip(), trip(), trip(), trip(), {}});
  std::get<battery_pack::Params<double>>(c.vehicle.battery).capacity = 3.0 * 3600.0;
  c.scenario.initial.full = true;
  Simulation s(c);
  const auto k = kpis(finish(s));
  EXPECT_NEAR(kpi(k, "label_range_km"),
              0.55 * kpi(k, "label_range_city_km") + 0.45 * kpi(k, "label_range_highway_km"),
              1e-12);
  // All cycles are one: range = 0.7 UBE / consumption, whatever the weights.
  const double consumption = kpi(k, "HWFET_2.energy_consumption_battery_Wh_per_km");
  EXPECT_NEAR(kpi(k, "label_range_highway_km"),
              0.7 * 1000.0 * kpi(k, "energy_battery_kWh") / consumption,
              0.01 * kpi(k, "label_range_highway_km"));
}

}  // namespace
}  // namespace evsim
