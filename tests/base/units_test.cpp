#include "sim/base/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace evsim {
namespace {

const Unit& unit(Dim dim, std::string_view spelling) {
  const Unit* u = find_unit(dim, spelling);
  if (u == nullptr) throw std::invalid_argument(std::string(spelling));
  return *u;
}
double si(Dim dim, std::string_view spelling, double value) {
  return to_si(unit(dim, spelling), value);
}

// Factors are doubles, so a value known by hand is met to a few roundings.
void expect_close(double got, double expected) {
  EXPECT_NEAR(got, expected, 4e-16 * std::abs(expected));
}

TEST(Units, values_known_by_hand) {
  expect_close(si(Dim::speed, "km_per_h", 36.0), 10.0);
  expect_close(si(Dim::speed, "mph", 1.0), 0.44704);
  expect_close(si(Dim::energy, "kWh", 1.0), 3.6e6);
  expect_close(si(Dim::energy_per_distance, "kWh_per_100_km", 15.0), 540.0);  // 54 MJ over 100 km
  expect_close(si(Dim::energy_per_distance, "Wh_per_km", 150.0), 540.0);
  expect_close(si(Dim::angular_speed, "rpm", 60.0), 2 * 3.14159265358979323846);
  expect_close(si(Dim::angle, "deg", 180.0), 3.14159265358979323846);
  expect_close(si(Dim::stiffness, "N_per_mm", 30.0), 30e3);
  expect_close(si(Dim::angle_per_force, "deg_per_kN", 180e3), 3.14159265358979323846);
  expect_close(si(Dim::angle_per_torque, "deg_per_kNm", 180e3), 3.14159265358979323846);
  expect_close(si(Dim::torsional_stiffness, "Nm_per_deg", 3.14159265358979323846), 180.0);
  expect_close(si(Dim::charge, "Ah", 2.0), 7200.0);
  expect_close(si(Dim::inductance, "uH", 95.0), 95e-6);
  expect_close(si(Dim::none, "percent", 35.0), 0.35);
  expect_close(si(Dim::pressure, "bar", 2.5), 2.5e5);
}

TEST(Units, coast_down_coefficients_of_the_epa_convert_by_their_definition) {
  // F = A + B v + C v^2 in lbf and mph, the same force in N from v in m/s.
  const double v_mph = 55.0, v = si(Dim::speed, "mph", v_mph);
  const double force = si(Dim::force, "lbf", 30.0 + 0.2 * v_mph + 0.015 * v_mph * v_mph);
  expect_close(si(Dim::force, "lbf", 30.0) + si(Dim::force_per_speed, "lbf_per_mph", 0.2) * v +
                   si(Dim::force_per_speed_squared, "lbf_per_mph2", 0.015) * v * v,
               force);
  const double v_kmh = si(Dim::speed, "km/h", 90.0);
  expect_close(si(Dim::force_per_speed, "N_per_km_per_h", 0.5) * v_kmh, 45.0);
  expect_close(si(Dim::force_per_speed_squared, "N_per_km2_per_h2", 0.03) * v_kmh * v_kmh, 243.0);
}

TEST(Units, a_temperature_has_an_offset_and_a_difference_has_none) {
  EXPECT_EQ(si(Dim::temperature, "degC", 0.0), 273.15);
  expect_close(si(Dim::temperature, "degF", 212.0), 373.15);
  expect_close(si(Dim::temperature, "degF", -40.0), si(Dim::temperature, "degC", -40.0));
  EXPECT_EQ(find_unit(Dim::temperature_difference, "degC"), nullptr);
  EXPECT_EQ(si(Dim::temperature_difference, "K", 10.0), 10.0);
}

TEST(Units, every_unit_converts_there_and_back) {
  for (const Unit& u : units())
    for (const double x : {-40.0, 0.0, 1.0, 123.456}) {
      // Of temperatures the offset is the largest number involved.
      const double tolerance = 4e-16 * (std::abs(x) + std::abs(u.offset / u.factor));
      EXPECT_NEAR(from_si(u, to_si(u, x)), x, tolerance) << name(u.dim) << " " << u.text;
    }
}

TEST(Units, no_spelling_stands_for_two_units_of_a_dimension) {
  std::set<std::pair<Dim, std::string_view>> seen;
  for (const Unit& u : units()) {
    EXPECT_TRUE(seen.insert({u.dim, u.key}).second) << name(u.dim) << " " << u.key;
    if (u.text == u.key) continue;
    EXPECT_TRUE(seen.insert({u.dim, u.text}).second) << name(u.dim) << " " << u.text;
  }
}

TEST(Units, both_spellings_lead_to_their_unit) {
  for (const Unit& u : units()) {
    EXPECT_EQ(find_unit(u.dim, u.key), &u);
    EXPECT_EQ(find_unit(u.dim, u.text), &u);
  }
  EXPECT_EQ(find_unit(Dim::mass, "m"), nullptr);
}

TEST(Units, every_dimension_has_a_name_an_si_unit_and_a_display_unit) {
  std::set<std::string_view> names;
  for (int d = 0; d <= static_cast<int>(Dim::thermal_conductance); ++d) {
    const Dim dim = static_cast<Dim>(d);
    EXPECT_TRUE(names.insert(name(dim)).second) << name(dim);
    EXPECT_EQ(si_unit(dim).factor, 1.0) << name(dim);
    EXPECT_EQ(si_unit(dim).offset, 0.0) << name(dim);
    EXPECT_EQ(display_unit(dim).dim, dim) << name(dim);
  }
}

TEST(Units, the_key_of_a_field_is_its_name_and_its_unit) {
  EXPECT_EQ(key_in("L_d", unit(Dim::inductance, "uH")), "L_d_uH");
  EXPECT_EQ(key_in("n_p", si_unit(Dim::none)), "n_p");
  EXPECT_EQ(key_in("SOC", unit(Dim::none, "%")), "SOC_percent");
}

}  // namespace
}  // namespace evsim
