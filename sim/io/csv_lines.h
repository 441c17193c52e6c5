// A CSV file cut into its lines and cells; private to the CSV reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/io/csv.h"

namespace evsim::io {

struct CsvLine {
  int number = 0;  // 1-based
  std::string_view text;
};

// Lines that count: no comments, no blank ones. The text must outlive it.
struct CsvLines {
  std::vector<CsvLine> comments;
  std::optional<CsvLine> header;
  std::vector<CsvLine> rows;
};
CsvLines cut_lines(std::string_view text);

// Replaces `out` by the cells of a line, without blanks around them.
void cut_cells(std::string_view line, std::vector<std::string_view>& out);

// "OCV [V]": name and unit text; no unit text without brackets.
struct Heading {
  std::string_view name;
  std::optional<std::string_view> unit;
};
Heading heading(std::string_view cell);

// Adds problems of one file.
class CsvReport {
 public:
  CsvReport(const std::string& file, Problems& problems) : file_(file), problems_(problems) {
    problems.open(file, kMostCsvProblems);
  }
  void add(int line, const std::string& what) {
    ++added_;
    problems_.add({.file = file_, .line = line, .path = {}, .what = what});
  }
  // False, and counted, when the file has told enough: then spare the message.
  bool has_room() {
    if (problems_.has_room(file_)) return true;
    ++added_;
    problems_.count(file_);
    return false;
  }
  int added() const { return added_; }

 private:
  const std::string& file_;
  Problems& problems_;
  int added_ = 0;
};

// The unit that a heading names, or nullptr and a problem.
const Unit* unit_of(const Heading& h, Dim dim, int line, CsvReport& report);

// Header line of the file, or a problem.
std::optional<CsvLine> header_of(const CsvLines& lines, CsvReport& report);

// Cells of one column, top to bottom: numbers in SI, in range, increasing where they must.
class CsvColumn {
 public:
  CsvColumn(std::string_view name, const Unit& unit, const Range& range, bool increasing)
      : name_(name), unit_(unit), range_(range), increasing_(increasing) {}

  void read(std::string_view cell, int line, CsvReport& report);
  std::vector<double>& values() { return values_; }

 private:
  std::string problem(std::string_view cell, double si) const;

  std::string_view name_;
  const Unit& unit_;
  Range range_;
  bool increasing_;
  std::string_view last_cell_;
  std::vector<double> values_;
};

}  // namespace evsim::io
