// The multi-body car on its road and in the wind, in whole runs.
#include "sim/run/mechanics.h"

#include <gtest/gtest.h>

#include "tests/components/multibody_cars.h"
#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;

Case rolling(const std::string& scenario, std::vector<std::string> sets = {}) {
  io::CaseRequest request;
  request.scenario = test::at("scenarios/" + scenario + ".json");
  request.sets = std::move(sets);
  return io::load_case(request).c;
}

TEST(Mechanics, wind_from_behind_pushes_as_one_from_ahead_brakes) {
  const Case c = rolling("tip_in");
  const auto car = multibody::prepare(c.vehicle, c.tyres, c.test_mass);
  const auto F = [&](double x, double y) {
    return body_aerodynamics::load(car.model.air, car.model.air_at, {{x, y, 0.0}, 1.2}).F;
  };
  EXPECT_LT(F(10.0, 0.0).x, -10.0);
  EXPECT_NEAR(F(-10.0, 0.0).x, -F(10.0, 0.0).x, 1e-9);
  EXPECT_NEAR(F(0.0, 10.0).x, 0.0, 1e-9);  // from the side
  // Where its angle jumps from half a turn to minus half a turn no force jumps.
  EXPECT_NEAR(F(-10.0, 1e-9).y, F(-10.0, -1e-9).y, 1e-6);
  EXPECT_NEAR(F(-10.0, 2.0).y, F(10.0, 2.0).y, 1e-9);
}

TEST(Mechanics, a_car_starts_on_the_road_that_lies_below_it) {
  Case c = rolling("tip_in", {"scenario.initial.v_km_per_h=0"});
  c.scenario.driver = scenario::Parked{.duration = 0.5};
  c.scenario.road.grade = test::table({0.0, 100.0}, {0.12, 0.12}, Edge::hold);
  c.scenario.road.crossfall = test::table({0.0, 100.0}, {-0.03, -0.03}, Edge::hold);
  Simulation s = test::simulation(c);
  const auto start = s.snapshot().drive.car.x.chassis;
  s.run();
  const auto end = s.snapshot().drive.car.x.chassis;
  // Brakes and tyres take up some millimetres as it comes to stand.
  EXPECT_NEAR(end.r.z, start.r.z, 2e-3);
  for (std::size_t i = 0; i < kWheels; ++i) EXPECT_NEAR(end.s[i], start.s[i], 5e-3) << i;
  const auto R = rotation(start.q);
  EXPECT_NEAR(R.z.x, 0.12, 0.02);   // nose up
  EXPECT_NEAR(R.z.y, -0.03, 0.02);  // left side down
}

TEST(Mechanics, books_close_on_a_rough_road_and_over_a_bump_at_any_speed) {
  // The bar of all runs. On the rough road a slope that is not the height's own shows first.
  struct Drive {
    const char* scenario;
    const char* v;  // [km/h]
  };
  for (const auto& [scenario, v] : {Drive{"rough_road", "60"},
                                    {"rough_road", "80"},
                                    {"speed_bump", "15"},
                                    {"speed_bump", "50"}}) {
    Simulation s =
        test::simulation(rolling(scenario, {"scenario.driver.v_km_per_h=" + std::string(v),
                                            "scenario.initial.v_km_per_h=" + std::string(v),
                                            "scenario.driver.duration_s=4"}));
    s.run();
    EXPECT_LE(s.books().relative(), 1e-6) << scenario << " at " << v << " km/h";
  }
}

}  // namespace
}  // namespace evsim
