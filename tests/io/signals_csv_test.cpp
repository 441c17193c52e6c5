#include "sim/io/signals_csv.h"

#include <gtest/gtest.h>

#include <clocale>

#include "sim/io/text.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

TEST(SignalsCsv, holds_display_units_in_its_header_and_shortest_numbers) {
  EXPECT_EQ(signals_csv(signal_columns(run_sample::tiny().recording)),
            "t [s],driver.v_ref [km/h],body.v [km/h],battery.p [kW],battery.SOC [1]\n"
            "0,0,0,0,0.8\n"
            "1,36,32.4,0.001,0.75\n"
            "2,18,19.8,-0.001,0.75\n");
}

TEST(SignalsCsv, numbers_read_back_bit_by_bit) {
  Recording r;
  r.signals = {{"x", Dim::voltage}};
  double x = 1e-300;
  for (int i = 0; i < 156; ++i) {  // to -1e297
    r.t.push_back(static_cast<double>(r.t.size()) / 3.0);
    r.columns.resize(1);
    r.columns[0].push_back(x);
    x *= -7.123456789e3;
  }
  std::string_view csv;
  const std::string text = signals_csv(signal_columns(r));
  csv = text;
  csv.remove_prefix(csv.find('\n') + 1);
  for (std::size_t i = 0; i < r.t.size(); ++i) {
    const std::string_view line = csv.substr(0, csv.find('\n'));
    const std::size_t comma = line.find(',');
    EXPECT_EQ(parse_number(line.substr(0, comma)), r.t[i]);
    EXPECT_EQ(parse_number(line.substr(comma + 1)), r.columns[0][i]);
    csv.remove_prefix(line.size() + 1);
  }
  EXPECT_TRUE(csv.empty());
}

TEST(SignalsCsv, no_locale_changes_it) {
  const std::string before = signals_csv(signal_columns(run_sample::tiny().recording));
  const char* old =
      std::setlocale(LC_ALL, "de_DE.UTF-8");  // has no effect where it isn't installed
  EXPECT_EQ(signals_csv(signal_columns(run_sample::tiny().recording)), before);
  if (old != nullptr) std::setlocale(LC_ALL, "C");
}

TEST(SignalsCsv, writes_what_is_no_number_in_one_way) {
  Recording r;
  r.signals = {{"x", Dim::power}};
  r.t = {0, 1, 2};
  r.columns = {{std::nan(""), -std::nan(""), kInfinity}};
  EXPECT_EQ(signals_csv(signal_columns(r)), "t [s],x [kW]\n0,nan\n1,nan\n2,inf\n");
}

TEST(SignalsCsv, has_a_header_when_nothing_was_recorded) {
  EXPECT_EQ(signals_csv(signal_columns({})), "t [s]\n");
}

}  // namespace
}  // namespace evsim::io
