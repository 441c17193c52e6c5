#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "sim/run/lanes.h"
#include "sim/run/simulation.h"
#include "tests/run/small_case.h"

namespace evsim {
namespace {

using test::finish;

Case eventful() {
  Case c = test::case_of(test::four_units(), test::hilly_trip());
  c.scenario.environment.wind = 3.0;
  c.scenario.timeline = {test::at(
      12.3, scenario::Override{
                .signal = "driver.v_seen_km_per_h", .mode = scenario::Mode::noise, .value = 0.3})};
  return c;
}

TEST(SameBits, of_a_run_again) {
  Simulation a(eventful()), b(eventful());
  EXPECT_TRUE(test::same_state(finish(a).snapshot(), finish(b).snapshot()));
}

TEST(SameBits, of_a_run_on_two_threads) {
  std::vector<Snapshot> ends(2);
  std::vector<std::thread> threads;
  for (Snapshot& end : ends)
    threads.emplace_back([&end] {
      Simulation s(eventful());
      end = finish(s).snapshot();
    });
  for (std::thread& t : threads) t.join();
  Simulation alone(eventful());
  finish(alone);
  for (const Snapshot& end : ends) EXPECT_TRUE(test::same_state(end, alone.snapshot()));
}

TEST(SameBits, whatever_is_recorded) {
  // The recording rate cuts pieces, so it is part of the run; what is kept is not.
  Case some = eventful();
  some.scenario.record.signals = {"body.v"};
  Simulation a(eventful()), b(some);
  run(a);
  run(b, {.stop = {}, .progress = {}, .record = false});
  EXPECT_TRUE(test::same_state(a.snapshot(), b.snapshot()));
}

// ---- Lanes ----------------------------------------------------------------------------------------

// Seven variants of a car: a group and a part of one; strong and weak drives, a weak battery.
std::vector<car::Params<double>> variants(const car::Params<double>& base) {
  std::vector<car::Params<double>> out(7, base);
  out[1].drive_units[0].machine.envelope.P_peak = 9e3;
  out[2].auxiliaries.power = 2000.0;
  std::get<battery_pack::Params<double>>(out[3].battery).P_discharge_max = 9e3;
  out[4].chassis.mu = 0.15;
  out[5].chassis.front_load = 0.6;
  out[6].regeneration.deceleration_max = 0.5;
  return out;
}

void expect_each_lane_as_alone(const Case& c, const std::vector<car::Params<double>>& cars) {
  const auto lanes = run_variants(c, cars);
  ASSERT_EQ(lanes.size(), cars.size());
  for (std::size_t i = 0; i < cars.size(); ++i) {
    Case each = c;
    each.vehicle = cars[i];
    each.test_mass = test_mass(c.scenario.test_mass, cars[i]);
    Simulation s(each);
    finish(s);
    const Snapshot& alone = s.snapshot();
    for (std::size_t k = 0; k < alone.y.size(); ++k)
      EXPECT_TRUE(test::same_bits(lanes[i].y[k], alone.y[k])) << "variant " << i << " state " << k;
    for (std::size_t k = 0; k < alone.q.size(); ++k)
      EXPECT_TRUE(test::same_bits(lanes[i].q[k], alone.q[k])) << "variant " << i << " row " << k;
    EXPECT_TRUE(test::same_bits(lanes[i].trace_error, alone.extremes.trace_error)) << i;
    EXPECT_EQ(lanes[i].t_end, s.t()) << i;
    EXPECT_EQ(lanes[i].end, s.end()) << i;
  }
}

TEST(SameBits, of_a_lane_and_a_run_alone) {
  expect_each_lane_as_alone(test::short_case(), variants(test::small_car()));
  expect_each_lane_as_alone(test::case_of(test::four_units(), test::hilly_trip()),
                            variants(test::four_units()));
}

TEST(SameBits, of_lanes_whose_test_masses_differ) {
  Case c = test::short_case();
  c.scenario.test_mass = scenario::Wltp{};
  auto cars = variants(test::small_car());
  for (std::size_t i = 0; i < cars.size(); ++i)
    cars[i].chassis.mass = 1100.0 + 50.0 * static_cast<double>(i);
  expect_each_lane_as_alone(c, cars);
}

TEST(SameBits, of_lanes_that_end_at_different_times) {
  Case empty = test::short_case();
  empty.scenario.initial.SOC = 0.002;
  auto cars = variants(test::small_car());
  for (std::size_t i = 0; i < cars.size(); ++i)
    std::get<battery_pack::Params<double>>(cars[i].battery).SOC_empty =
        0.0003 * static_cast<double>(i);
  expect_each_lane_as_alone(empty, cars);

  expect_each_lane_as_alone(test::case_of(test::small_car(), {},
                                          scenario::FullThrottle{.until_v = 15.0, .duration = 8.0}),
                            variants(test::small_car()));
}

TEST(SameBits, of_the_coarse_models_in_lanes) {
  auto cars = std::vector<car::Params<double>>(4, test::coarse_car());
  cars[1].auxiliaries.power = 900.0;
  cars[2].chassis.wheel_inertia = 1.3;
  std::get<road_load::CoastDown<double>>(cars[3].road_load).C = 0.5;
  expect_each_lane_as_alone(
      test::case_of(test::coarse_car(), test::hilly_trip(), scenario::Exact{}), cars);
}

TEST(SameBits, of_lanes_on_one_thread_or_several) {
  const auto cars = variants(test::small_car());
  const auto one = run_variants(test::short_case(), cars, 1),
             three = run_variants(test::short_case(), cars, 3);
  for (std::size_t i = 0; i < cars.size(); ++i)
    for (std::size_t k = 0; k < one[i].q.size(); ++k)
      EXPECT_TRUE(test::same_bits(one[i].q[k], three[i].q[k]));
}

TEST(SameBits, of_lanes_compiled_for_any_processor_and_for_a_newer_one) {
  const auto cars = variants(test::four_units());
  const Case c = test::case_of(test::four_units(), test::hilly_trip());
  const auto newest = run_variants(c, cars, 1, Instructions::newest),
             baseline = run_variants(c, cars, 1, Instructions::baseline);
  for (std::size_t i = 0; i < cars.size(); ++i) {
    for (std::size_t k = 0; k < newest[i].y.size(); ++k)
      EXPECT_TRUE(test::same_bits(newest[i].y[k], baseline[i].y[k]));
    for (std::size_t k = 0; k < newest[i].q.size(); ++k)
      EXPECT_TRUE(test::same_bits(newest[i].q[k], baseline[i].q[k]));
  }
}

TEST(SameBits, lanes_refuse_what_runs_alone) {
  const std::vector<car::Params<double>> cars(4, test::small_car());
  const auto refuses = [&](const Case& c) {
    EXPECT_THROW(run_variants(c, cars), std::invalid_argument);
  };
  Case commands = test::short_case();
  commands.scenario.timeline = {test::at(1.0, scenario::SetState{.state = "SOC", .value = 0.5})};
  refuses(commands);
  Case sampled = test::short_case();
  sampled.scenario.driver =
      scenario::Follow{.cycle = {}, .gains = {}, .preview = 0, .rate = 100, .delay = 0};
  refuses(sampled);
  refuses(test::case_of(test::small_car(), {}, scenario::Parked{.duration = 10.0}));
}

TEST(SameBits, lanes_refuse_cars_of_different_make) {
  EXPECT_THROW(run_variants(test::short_case(), std::vector{test::small_car(), test::four_units()}),
               std::invalid_argument);
}

}  // namespace
}  // namespace evsim
