#include "sim/io/response_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/io/markup_check.h"
#include "tests/response/response_cases.h"

namespace evsim::io {
namespace {

const ResponseReport& report(bool stable = true) {
  static const auto make = [](double believed) {
    auto unit = test::linear_unit();
    unit.control.believed.L_q = believed;
    response::Request r;
    r.points = 5;
    r.speed_bandwidth = 20.0;
    return ResponseReport{.vehicle = "a & b.json",
                          .unit = "rear",
                          .version = "1",
                          .response = response::analyse(unit, "rear", r)};
  };
  static const ResponseReport good = make(1.0), bad = make(8.0);
  return stable ? good : bad;
}

TEST(ResponseReport, html_is_well_formed_and_escaped) {
  for (const bool stable : {true, false}) {
    std::string html = response_html(report(stable));
    EXPECT_NE(html.find("a &amp; b.json"), std::string::npos);
    EXPECT_EQ(html.find("unstable") == std::string::npos, stable);
    for (const char* no : {"nan", "inf"})
      EXPECT_EQ(html.find(std::string("\"") + no), std::string::npos);
    html = html.substr(html.find("<header>"));
    html = html.substr(0, html.find("</body>"));
    EXPECT_EQ(markup_check::Checker(html).problem(), "");
  }
}

TEST(ResponseReport, json_has_figures_with_units_and_leaves_out_what_does_not_exist) {
  const auto json = nlohmann::json::parse(response_json(report()));
  EXPECT_EQ(json.at("format"), "evsim_response");
  const auto& d = json.at("current").at("current_d");
  EXPECT_NEAR(d.at("bandwidth_Hz").get<double>(), 300.0, 10.0);  // R_s: response_test.cpp
  EXPECT_TRUE(d.contains("phase_margin_deg"));
  EXPECT_TRUE(d.contains("difference"));
  EXPECT_FALSE(d.contains("gain_reduction_dB"));  // nothing makes it unstable there
  EXPECT_FALSE(nlohmann::json::parse(response_json(report(false))).at("current").at("stable"));
}

TEST(ResponseReport, csv_has_a_row_a_frequency_and_both_ways) {
  const std::string csv = response_csv(report().response.current);
  EXPECT_EQ(std::ranges::count(csv, '\n'), 6);
  const std::string head = csv.substr(0, csv.find('\n'));
  EXPECT_EQ(std::ranges::count(head, ','), 32);  // T and L, 2 x 2, two ways, magnitude and phase
  EXPECT_NE(head.find("L_dq by sweep [deg]"), std::string::npos) << head;
  EXPECT_EQ(response_csv(report().response.speed).rfind("f [Hz],T by slopes [dB],", 0), 0u);
  const std::string bad = response_csv(report(false).response.current);
  EXPECT_GT(std::ranges::count(bad, '\n'), 100);  // the fine curve, by slopes alone
  EXPECT_EQ(std::ranges::count(bad.substr(0, bad.find('\n')), ','), 32);
}

}  // namespace
}  // namespace evsim::io
