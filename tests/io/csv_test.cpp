#include "sim/io/csv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/io/sample.h"

namespace evsim::io {
namespace {

const std::vector<Column> kCycle{
    {.name = "t", .dim = Dim::time, .increasing = true},
    {.name = "v", .dim = Dim::speed, .range = not_negative},
    {.name = "grade", .dim = Dim::none, .range = any_value, .required = false}};

Columns cycle(const std::string& text) {
  return read_columns("a.csv", kCycle, sample::reader({{"a.csv", text}}));
}
std::string complaint(const std::string& text) {
  return sample::complaint([&] { cycle(text); });
}

const Field1 kOCV{"OCV", Dim::voltage, positive, "", {"SOC", Dim::none, {0, 1}}};
const Field2 kR{"R_0", Dim::resistance, positive, "", {"SOC", Dim::none}, {"T", Dim::temperature}};

template <class Field> std::string table_complaint(const std::string& text, const Field& field) {
  return sample::complaint([&] {
    Problems problems;
    parse_grid({"a.csv", text}, field, problems);
    problems.raise();
  });
}

TEST(Csv, columns_come_back_in_SI) {
  const Columns c = cycle("# a cycle\nt [s],v [km/h]\n0,0\n# rest\n1,36\n1.5,72\n");
  EXPECT_EQ(c.values[0], (std::vector<double>{0, 1, 1.5}));
  EXPECT_DOUBLE_EQ(c.values[1][1], 10);  // 36 km/h
  EXPECT_DOUBLE_EQ(c.values[1][2], 20);
  EXPECT_FALSE(c.has(2));
  EXPECT_EQ(c.lines, (std::vector<int>{3, 5, 6}));
}

TEST(Csv, columns_may_stand_in_any_order_with_blanks_and_windows_line_ends) {
  const Columns c = cycle("v [m/s] , grade [%], t [ms]\r\n1, 5 ,0\r\n2,-5,100");
  EXPECT_EQ(c.values[0], (std::vector<double>{0, 0.1}));
  EXPECT_EQ(c.values[1], (std::vector<double>{1, 2}));
  EXPECT_DOUBLE_EQ(c.values[2][0], 0.05);
}

TEST(Csv, a_header_that_does_not_fit_is_told_in_full) {
  EXPECT_EQ(complaint("t [s],v,grad [%]\n0,0,0\n"),
            "a.csv:1: v needs a unit in brackets: v [km/h]; allowed: m/s, km/h or mph\n"
            "a.csv:1: unknown column \"grad\"; did you mean grade?");
  EXPECT_EQ(complaint("t [s],v [kmh]\n0,0\n"),
            "a.csv:1: v [kmh]: not a unit of speed; allowed: m/s, km/h or mph");
  EXPECT_EQ(complaint("t [s],power [W]\n0,0\n"),
            "a.csv:1: unknown column \"power\"; allowed: t, v or grade\na.csv:1: column v [km/h] "
            "is missing");
  EXPECT_EQ(complaint("t [s],v [m/s],t [s]\n0,0,0\n"), "a.csv:1: column t stands twice");
  EXPECT_EQ(complaint("t [s];v [m/s]\n0;0\n"), "a.csv:1: cells must be separated by commas");
  EXPECT_EQ(complaint("\"t [s]\",\"v [m/s]\"\n0,0\n"),
            "a.csv:1: quotes around cells are not understood; leave them out");
}

TEST(Csv, an_empty_file_says_so) {
  EXPECT_EQ(complaint(""), "a.csv: is empty; needs a header line and rows");
  EXPECT_EQ(complaint("# only this\n"), "a.csv: is empty; needs a header line and rows");
  EXPECT_EQ(complaint("t [s],v [m/s]\n"), "a.csv:1: no rows follow the header");
}

TEST(Csv, bad_cells_are_told_with_their_line_all_at_once) {
  EXPECT_EQ(complaint("t [s],v [m/s]\n0,nan\n1,\n2,1,5\n3,0x1\n4\n5,-1\n"),
            "a.csv:2: v: got \"nan\", must be a number\n"
            "a.csv:3: v: the cell is empty, must be a number\n"
            "a.csv:4: 3 cells, must be 2\n"
            "a.csv:5: v: got \"0x1\", must be a number\n"
            "a.csv:6: 1 cell, must be 2\n"
            "a.csv:7: v: got -1, must be >= 0");
}

TEST(Csv, an_axis_must_increase) {
  EXPECT_EQ(complaint("t [s],v [m/s]\n0,0\n0.40,0\n0.20,0\n0.5,0\n0.5,0\n"),
            "a.csv:4: t 0.20 after 0.40: must increase\n"
            "a.csv:6: t 0.5 after 0.5: must increase");
}

TEST(Csv, after_20_problems_the_rest_is_counted) {
  std::string text = "t [s],v [m/s]\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",-1\n";
  const std::string all = complaint(text);
  EXPECT_EQ(std::ranges::count(all, '\n'), 20);
  EXPECT_TRUE(all.ends_with("a.csv:21: v: got -1, must be >= 0\na.csv: and 980 more"));
}

TEST(Csv, a_file_that_is_not_there_is_a_problem) {
  EXPECT_EQ(sample::complaint([] { read_columns("b.csv", kCycle, sample::reader({})); }),
            "b.csv: no such file");
}

TEST(CsvTable, one_axis_takes_its_two_columns_from_any_file) {
  Problems problems;
  const auto g =
      parse_grid({"a.csv", "SOC [%],R_0 [mOhm],OCV [V]\n0,1,3\n100,2,4\n"}, kOCV, problems);
  if (!g) FAIL() << "no grid";
  EXPECT_EQ(g->x, (std::vector<double>{0, 1}));
  EXPECT_EQ(g->y, (std::vector<double>{3, 4}));
}

TEST(CsvTable, one_axis_says_what_does_not_fit) {
  EXPECT_EQ(table_complaint("SOC [1],OCV [mV]\n0,3000\n0.9,4000\n", kOCV),
            "a.csv:3: SOC: goes from 0 to 0.9, must cover 0 to 1");
  EXPECT_EQ(table_complaint("SOC [1],OCV [Ohm]\n0,3\n1,4\n", kOCV),
            "a.csv:1: OCV [Ohm]: not a unit of voltage; allowed: V, mV or kV");
  EXPECT_EQ(table_complaint("SOC [1],OCV [V]\n0,3\n", kOCV),
            "a.csv:2: a table needs at least 2 rows");
}

TEST(CsvTable, two_axes_have_both_names_in_the_first_cell) {
  Problems problems;
  const auto g = parse_grid(
      {"a.csv", "# value: R_0 [mOhm]\nSOC [1] \\ T [degC],-20,25\n0,4,2\n1,3,1.5\n"}, kR, problems);
  if (!g) FAIL() << "no grid";
  EXPECT_EQ(g->x, (std::vector<double>{0, 1}));
  EXPECT_EQ(g->y, (std::vector<double>{253.14999999999998, 298.15}));
  EXPECT_EQ(g->z, (std::vector<double>{0.004, 0.002, 0.003, 0.0015}));
}

TEST(CsvTable, two_axes_say_what_does_not_fit) {
  const std::string rows = "0,4,2\n1,3,1.5\n", header = "SOC [1] \\ T [degC],-20,25\n";
  EXPECT_EQ(table_complaint(header + rows, kR),
            "a.csv:1: a comment must say what the cells hold: # value: R_0 [mOhm]");
  EXPECT_EQ(table_complaint("# value: OCV [V]\n" + header + rows, kR),
            "a.csv:1: the table holds \"OCV\", must hold R_0");
  EXPECT_EQ(table_complaint("# value: R_0 [mOhm]\nT [degC],-20,25\n" + rows, kR),
            "a.csv:2: the first cell is \"T [degC]\", must name both axes: SOC [1] \\ T [degC]");
  EXPECT_EQ(table_complaint("# value: R_0 [mOhm]\nSOC [1] \\ T [degC],25,-20\n" + rows, kR),
            "a.csv:2: T -20 after 25: must increase");
  EXPECT_EQ(table_complaint("# value: R_0 [mOhm]\n" + header + "0.40,4,2\n0.20,3,x\n0.5,1\n", kR),
            "a.csv:4: SOC 0.20 after 0.40: must increase\n"
            "a.csv:4: R_0: got \"x\", must be a number\n"
            "a.csv:5: 2 cells, must be 3");
  EXPECT_EQ(table_complaint("# value: R_0 [mOhm]\n" + header, kR),
            "a.csv:2: a table needs at least 2 rows");
}

}  // namespace
}  // namespace evsim::io
