#include "sim/io/csv.h"

#include <algorithm>
#include <stdexcept>

#include "sim/io/csv_lines.h"
#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

// Which column of the file each expected one is.
struct Found {
  std::size_t cell;
  std::size_t expected;
  CsvColumn column;
};

std::string names_of(std::span<const Column> expected) {
  std::vector<std::string> names;
  for (const Column& c : expected) names.emplace_back(c.name);
  return one_of(names);
}

void report_unknown(std::string_view name, int line, std::span<const Column> expected,
                    CsvReport& report) {
  std::vector<std::string> names;
  for (const Column& c : expected) names.emplace_back(c.name);
  const std::string near = nearest(name, names);
  report.add(line,
             "unknown column \"" + std::string(name.substr(0, 40)) + "\"; " +
                 (near.empty() ? "allowed: " + names_of(expected) : "did you mean " + near + "?"));
}

void report_absent(std::span<const Column> expected, const std::vector<int>& seen, int line,
                   CsvReport& report) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (seen[i] == 0 && expected[i].required)
      report.add(line, "column " + std::string(expected[i].name) + " [" +
                           std::string(display_unit(expected[i].dim).text) + "] is missing");
}

std::vector<Found> match_header(const CsvLine& header, std::span<const Column> expected,
                                OtherColumns others, CsvReport& report) {
  std::vector<std::string_view> cells;
  cut_cells(header.text, cells);
  std::vector<Found> found;
  std::vector<int> seen(expected.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Heading h = heading(cells[i]);
    const auto it = std::ranges::find(expected, h.name, &Column::name);
    if (it == expected.end()) {
      if (others == OtherColumns::refuse && report.has_room())
        report_unknown(h.name, header.number, expected, report);
      continue;
    }
    const auto k = static_cast<std::size_t>(it - expected.begin());
    if (++seen[k] > 1) {
      report.add(header.number, "column " + std::string(h.name) + " stands twice");
      continue;
    }
    if (const Unit* unit = unit_of(h, it->dim, header.number, report))
      found.push_back({i, k, CsvColumn(it->name, *unit, it->range, it->increasing)});
  }
  report_absent(expected, seen, header.number, report);
  return found;
}

// A column of percents under a heading that says 1: nobody means a table that far beyond its range.
bool looks_like_percent(const Axis& axis, double last) {
  constexpr double kFar = 10.0;
  return axis.dim == Dim::none && last > kFar * axis.must_cover.max;
}

std::string cell_count(std::size_t got, std::size_t expected) {
  return std::to_string(got) + (got == 1 ? " cell, must be " : " cells, must be ") +
         std::to_string(expected);
}

}  // namespace

std::optional<Columns> parse_columns(const CsvText& csv, std::span<const Column> expected,
                                     OtherColumns others, Problems& problems) {
  CsvReport report(csv.file, problems);
  const CsvLines lines = cut_lines(csv.text);
  const auto header = header_of(lines, report);
  if (!header) return {};
  std::vector<Found> found = match_header(*header, expected, others, report);
  if (found.empty() && report.added() > 0)
    return {};  // another kind of file: its rows would be noise
  if (lines.rows.empty()) report.add(header->number, "no rows follow the header");

  std::vector<std::string_view> cells;
  cut_cells(header->text, cells);
  const std::size_t width = cells.size();
  Columns out;
  out.values.resize(expected.size());
  for (const CsvLine& row : lines.rows) {
    cut_cells(row.text, cells);
    out.lines.push_back(row.number);
    if (cells.size() != width) {
      if (report.has_room()) report.add(row.number, cell_count(cells.size(), width));
      continue;
    }
    for (Found& f : found) f.column.read(cells[f.cell], row.number, report);
  }
  if (report.added() > 0) return {};
  for (Found& f : found) out.values[f.expected] = std::move(f.column.values());
  return out;
}

Columns read_columns(const std::string& file, std::span<const Column> expected,
                     const ReadFile& read) {
  Problems problems;
  const FileText text = read(file);
  if (!text.error.empty()) {
    problems.add({.file = file, .line = text.line, .path = {}, .what = text.error});
    problems.raise();
  }
  std::optional<Columns> columns =
      parse_columns({file, text.text}, expected, OtherColumns::refuse, problems);
  problems.raise();
  if (!columns) throw std::logic_error("neither columns nor a problem with them");
  return *std::move(columns);
}

std::string uncovered(const Axis& axis, double first, double last, const Unit& unit) {
  const Range& need = axis.must_cover;
  const bool covers = first <= need.min && last >= need.max;
  if (!(need.min < need.max) || (covers && !looks_like_percent(axis, last))) return {};
  if (covers)
    return "goes to " + format_rounded(from_si(unit, last)) + ", far above " + allowed(need, unit) +
           "; the unit of percent is %";
  return "goes from " + format_rounded(from_si(unit, first)) + " to " +
         format_rounded(from_si(unit, last)) + ", must cover " + allowed(need, unit);
}

}  // namespace evsim::io
