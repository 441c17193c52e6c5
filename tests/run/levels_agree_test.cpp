// The same car as one mass and as a multi-body system does the same work.
#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;

// The first 88 s of driving in the WLTC, up to 44 km/h and back to rest.
double consumption(const std::string& car, const std::string& chassis) {
  io::CaseRequest request;
  request.scenario = test::at("scenarios/wltc.json");
  request.vehicle = test::at("vehicles/" + car + ".json");
  request.levels = {"drive", "chassis=" + chassis};
  request.sets = {"scenario.driver.cycle=" + test::at("tests/run/data/wltc_part.csv")};
  Simulation s = test::simulation(io::load_case(request).c);
  s.run();
  EXPECT_LE(kpi(s, "ledger_residual"), 1e-6);
  return kpi(s, "energy_consumption_battery_Wh_per_km");
}
// A rear machine; one in front that drives alone, an idle one behind.
TEST(LevelsAgree, one_mass_and_many_bodies_need_the_same_in_a_part_of_the_wltc) {
  for (const std::string car : {"xiaomi_su7", "nio_et7_100"}) {
    const double one = consumption(car, "longitudinal"), many = consumption(car, "multi_body");
    EXPECT_NE(one, many) << car;
    EXPECT_NEAR(many, one, 0.005 * one) << car;
  }
}

}  // namespace
}  // namespace evsim
