// What a user's program outside the tree looks like: one header, one target.
#include <sim/evsim.h>

#include <cstdio>
#include <exception>
#include <filesystem>

int main() try {
  std::printf("evsim %s\n", evsim::version());
  const auto here = std::filesystem::path(__FILE__).parent_path();
  evsim::Trip car = evsim::load(
      {.scenario = (here / "scenario.json").string(), .settings = {"auxiliaries.power_W=300"}});

  while (car.time() < 30.0) car.step();
  std::printf("t = %g s: %.1f km/h, battery %.2f kW\n", car.time(), car.read("body.v_km_per_h"),
              car.read("battery.p_kW"));

  const auto halfway = car.snapshot();
  car.run();
  const double unheated = car.kpi("energy_consumption_battery_Wh_per_km");
  car.restore(halfway);
  car.set("auxiliaries.power_kW", 3.0);  // the heater
  car.run();
  const double heated = car.kpi("energy_consumption_battery_Wh_per_km");
  std::printf("%.1f Wh/km, with the heater from halfway on %.1f Wh/km\n", unheated, heated);

  const bool closed = car.ledger_residual() < 1e-6;
  return car.ended() && heated > unheated && closed ? 0 : 1;
} catch (const evsim::Error& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return static_cast<int>(e.cause());
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 3;
}
