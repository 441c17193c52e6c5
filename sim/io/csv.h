// CSV as the project writes and reads it: comment lines start with #, one header with the unit of each
// column in brackets, cells separated by commas, numbers with a decimal point whatever the locale.
//
//   # where it comes from                     # value: R_0 [mOhm]
//   t [s],v [km/h]                            SOC [1] \ T [degC],-20,25
//   0,0.0                                     0.1,2.9,1.6
//   1,3.6                                     0.9,2.2,1.1
//
// Values come back in SI. Errors name file and line, all at once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/fields.h"
#include "sim/io/problems.h"
#include "sim/io/text.h"

namespace evsim::io {

struct Column {
  std::string_view name;
  Dim dim = Dim::none;
  Range range = any_value;
  bool required = true;
  bool increasing = false;  // strictly
};

struct Columns {
  std::vector<std::vector<double>>
      values;              // [SI], one for each column asked for; empty when absent
  std::vector<int> lines;  // of each row in the file

  bool has(std::size_t column) const { return !values[column].empty(); }
};

// The columns asked for, in any order in the file; others are refused. At least one row.
// Throws InputError.
Columns read_columns(const std::string& file, std::span<const Column> expected,
                     const ReadFile& read = read_file);

// ---- For the reader of JSON files, which collects problems over many files ----------------------

struct CsvText {
  const std::string& file;
  std::string_view text;
};
struct Grid1 {
  std::vector<double> x, y;  // [SI]
};
struct Grid2 {
  std::vector<double> x, y, z;  // [SI], z row by row
};

enum class OtherColumns { refuse, ignore };

// Nothing when there was a problem.
std::optional<Columns> parse_columns(const CsvText& csv, std::span<const Column> expected,
                                     OtherColumns others, Problems& problems);
// The table's axis and value columns; others may serve other tables.
std::optional<Grid1> parse_grid(const CsvText& csv, const Field1& table, Problems& problems);
// Rows over the first axis, columns over the second, "# value: NAME [unit]" says what the cells are.
std::optional<Grid2> parse_grid(const CsvText& csv, const Field2& table, Problems& problems);

// What is wrong with where an axis begins and ends, or "".
std::string uncovered(const Axis& axis, double first, double last, const Unit& unit);

// Of one CSV file so many problems are told, the rest is counted.
inline constexpr int kMostCsvProblems = 20;

}  // namespace evsim::io
