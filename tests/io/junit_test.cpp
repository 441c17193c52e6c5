#include "sim/io/junit.h"

#include <gtest/gtest.h>

#include "tests/io/markup_check.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

TEST(JUnit, has_a_case_for_each_limit_and_says_what_failed) {
  EXPECT_EQ(junit_xml(run_sample::tiny()), R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0">
  <testsuite name="car / drive" tests="2" failures="1" errors="0">
    <testcase classname="car.drive" name="ENERGY-1: energy_Wh_per_km &lt;= 160">
      <properties>
        <property name="requirement" value="ENERGY-1"/>
      </properties>
      <failure type="limit" message="energy_Wh_per_km: got 165.25 Wh/km, must hold energy_Wh_per_km &lt;= 160 (requirement ENERGY-1)"/>
    </testcase>
    <testcase classname="car.drive" name="TRACE-1: 0 &lt;= trace_error_km_per_h &lt;= 2">
      <properties>
        <property name="requirement" value="TRACE-1"/>
      </properties>
    </testcase>
  </testsuite>
</testsuites>
)xml");
}

TEST(JUnit, two_limits_on_one_kpi_are_judged_each_by_itself) {
  RunResult r = run_sample::tiny();
  r.kpis = {run_sample::kpi("x", "1", 5,
                            {run_sample::limit("x", 1, kInfinity, "LOW"),
                             run_sample::limit("x", -kInfinity, 4, "HIGH")})};
  const std::string xml = junit_xml(r);
  EXPECT_NE(xml.find("tests=\"2\" failures=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("x: got 5 1, must hold x &lt;= 4 (requirement HIGH)"), std::string::npos);
}

TEST(JUnit, a_figure_that_does_not_exist_holds_no_limit) {
  RunResult r = run_sample::tiny();
  r.kpis = {run_sample::kpi("range_km", "km", std::nan(""),
                            {run_sample::limit("range_km", 100, kInfinity, "R")})};
  EXPECT_NE(junit_xml(r).find("got no value in this run"), std::string::npos);
}

TEST(JUnit, an_interrupted_run_is_an_error) {
  RunResult r = run_sample::tiny();
  r.interrupted = true;
  const std::string xml = junit_xml(r);
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\" errors=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("<error type=\"interrupted\" message=\"interrupted at t = 2 s\"/>"),
            std::string::npos);
  EXPECT_EQ(markup_check::problem(xml), "");
}

TEST(JUnit, names_of_any_kind_leave_it_well_formed) {
  RunResult r = run_sample::tiny();
  const std::string hostile = "<script>\"'&]]>\x01\xff</testcase>";
  r.vehicle = r.scenario = hostile;
  r.kpis = {
      run_sample::kpi(hostile, hostile, 5, {run_sample::limit(hostile, -kInfinity, 4, hostile)})};
  const std::string xml = junit_xml(r);
  EXPECT_EQ(markup_check::problem(xml), "");
  EXPECT_EQ(xml.find("<script"), std::string::npos);
}

}  // namespace
}  // namespace evsim::io
