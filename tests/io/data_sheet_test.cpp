#include "sim/io/data_sheet.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"
#include "sim/base/errors.h"

namespace evsim::io {
namespace {

// A machine of 4 pole pairs, psi_f 0.1 Vs, R_s 10 mOhm, L_d 200 uH, L_q 500 uH, in the words of a sheet.
constexpr double kPsi = 0.1, kR = 0.01, kLd = 200e-6, kLq = 500e-6;
DataSheet sheet() {
  DataSheet s;
  s.pole_pairs = 4;
  s.R_line = 2.0 * kR;
  s.L_line_min = 2.0 * kLd;
  s.L_line_max = 2.0 * kLq;
  s.I_max = 300.0;
  return s;
}
Converted converted(const DataSheet& s) { return convert(s, "sheet"); }

TEST(DataSheet, each_constant_gives_the_flux_it_was_made_of) {
  const double U_phase = 4.0 * kPsi;  // peak over mechanical speed [Vs/rad]
  const double rpm = 30.0 / kPi;
  const double U_line = std::sqrt(3.0) * U_phase, tau = 1.5 * 4.0 * kPsi;  // of 1 A peak
  const std::vector<std::pair<double DataSheet::*, double>> ways{
      {&DataSheet::Ke_peak, U_line},       {&DataSheet::Ke_rms, U_line / std::sqrt(2.0)},
      {&DataSheet::Kv_peak, rpm / U_line}, {&DataSheet::Kv_rms, rpm / (U_line / std::sqrt(2.0))},
      {&DataSheet::Kt_peak, tau},          {&DataSheet::Kt_rms, tau * std::sqrt(2.0)}};
  for (const auto& [member, value] : ways) {
    DataSheet s = sheet();
    s.*member = value;
    const Converted c = converted(s);
    EXPECT_NEAR(c.psi_f, kPsi, 1e-15);
    EXPECT_DOUBLE_EQ(c.R_s, kR);
    EXPECT_DOUBLE_EQ(c.L_d, kLd);
    EXPECT_DOUBLE_EQ(c.L_q, kLq);
    EXPECT_EQ(c.n_p, 4);
    EXPECT_TRUE(c.warnings.empty());
  }
}

// 30 rpm/V: 1000 V peak between lines at 30000 rpm = 3141.59 rad/s; 577.35 V of a phase over 4 * 3141.59 rad/s.
TEST(DataSheet, a_sheet_of_kv_by_hand) {
  DataSheet s = sheet();
  s.Kv_peak = 30.0;
  EXPECT_NEAR(converted(s).psi_f, 0.0459441, 5e-8);
}

// 98 V rms between lines at 1000 rpm: 98 sqrt(2/3) = 80.017 V of a phase over 5 * 104.7198 rad/s.
TEST(DataSheet, a_servo_sheet_by_hand) {
  DataSheet s = sheet();
  s.pole_pairs = 5;
  for (const SheetEntry& e : sheet_entries())
    if (std::string(e.name) == "Ke_V_rms_per_krpm") s.*e.member = 98.0 * e.scale;
  EXPECT_NEAR(converted(s).psi_f, 0.1528206, 5e-8);
}

TEST(DataSheet, windings_in_delta_are_a_star_of_a_third) {
  DataSheet s = sheet();
  s.Kt_peak = 0.6;
  s.R_line = s.L_line_min = s.L_line_max = DataSheet::kNone;
  s.R_winding = 0.03;
  s.L_winding = 900e-6;
  EXPECT_DOUBLE_EQ(converted(s).R_s, 0.03);
  s.delta = true;
  EXPECT_DOUBLE_EQ(converted(s).R_s, 0.01);
  EXPECT_DOUBLE_EQ(converted(s).L_q, 300e-6);
}

TEST(DataSheet, a_resistance_at_another_temperature_comes_to_20_degC) {
  DataSheet s = sheet();
  s.Kt_peak = 0.6;
  s.T_R = 373.15;
  EXPECT_NEAR(converted(s).R_s, kR / 1.3144, 1e-15);  // 1 + 0.00393 * 80
}

TEST(DataSheet, stall_torque_and_current_give_flux_and_largest_current) {
  DataSheet s = sheet();
  s.I_max = DataSheet::kNone;
  s.stall_torque = 60.0;
  s.stall_current = 100.0;
  const Converted c = converted(s);
  EXPECT_NEAR(c.psi_f, kPsi, 1e-15);  // 2 * 60 / (3 * 4 * 100)
  EXPECT_EQ(c.I_max, 100.0);
}

TEST(DataSheet, what_disagrees_by_more_than_5_percent_is_said) {
  DataSheet s = sheet();
  s.Ke_peak = std::sqrt(3.0) * 4.0 * kPsi;
  s.Kt_peak = 0.6 * 1.049;
  EXPECT_TRUE(converted(s).warnings.empty());
  EXPECT_EQ(converted(s).checks.size(), 1u);
  s.Kt_peak = 0.6 * 1.06;
  ASSERT_EQ(converted(s).warnings.size(), 1u);
  EXPECT_EQ(converted(s).warnings[0],
            "psi_f from Kt (peak) against that from Ke (line-line peak): +6.0 %");
}

// u_d = -w L_q I, u_q = R I + w psi_f; w = 4 * 100 rad/s: (-20, 41) V at 100 A.
TEST(DataSheet, the_rated_point_needs_its_voltage) {
  DataSheet s = sheet();
  s.Kt_peak = 0.6;
  s.rated_current = 100.0;
  s.rated_speed = 100.0;
  s.rated_voltage = std::sqrt(1.5 * (20.0 * 20.0 + 41.0 * 41.0)) / 1.02;
  EXPECT_EQ(converted(s).checks.back(),
            "line-line voltage at the rated point (i_d = 0) against the sheet's: +2.0 %");
  s.rated_voltage *= 0.9;
  EXPECT_EQ(converted(s).warnings.size(), 1u);
}

TEST(DataSheet, all_that_is_missing_is_said_at_once) {
  try {
    converted(DataSheet{});
    FAIL();
  } catch (const InputError& e) {
    const std::string what = e.what();
    for (const char* part : {"--pole_pairs", "R_s", "L_d, L_q", "I_max"})
      EXPECT_NE(what.find(part), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace evsim::io
