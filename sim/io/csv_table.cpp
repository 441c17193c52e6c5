// Tables over one and two axes from CSV.
#include <string>

#include "sim/io/csv.h"
#include "sim/io/csv_lines.h"
#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

constexpr std::size_t kFewestKnots = 2;

// The unit behind "# value:", or nullptr and a problem.
const Unit* value_unit(const CsvLines& lines, const Field2& table, int header, CsvReport& report) {
  for (const CsvLine& comment : lines.comments) {
    const std::string_view text = trim(comment.text.substr(1));
    constexpr std::string_view kValue = "value:";
    if (!text.starts_with(kValue)) continue;
    const Heading h = heading(trim(text.substr(kValue.size())));
    if (h.name == table.name) return unit_of(h, table.dim, comment.number, report);
    report.add(comment.number, "the table holds \"" + std::string(h.name.substr(0, 40)) +
                                   "\", must hold " + std::string(table.name));
    return nullptr;
  }
  report.add(header, "a comment must say what the cells hold: # value: " + std::string(table.name) +
                         " [" + std::string(display_unit(table.dim).text) + "]");
  return nullptr;
}

// "SOC [1] \ T [degC]": the units of both axes, or a problem.
struct Corner {
  const Unit* x;
  const Unit* y;
};
std::optional<Corner> corner(std::string_view cell, const Field2& table, int line,
                             CsvReport& report) {
  const std::size_t split = cell.find('\\');
  const Heading x = heading(trim(cell.substr(0, split)));
  const Heading y =
      split == std::string_view::npos ? Heading{} : heading(trim(cell.substr(split + 1)));
  if (x.name != table.x.name || y.name != table.y.name) {
    const auto axis = [](const Axis& a) {
      return std::string(a.name) + " [" + std::string(display_unit(a.dim).text) + "]";
    };
    report.add(line, "the first cell is \"" + std::string(cell.substr(0, 60)) +
                         "\", must name both axes: " + axis(table.x) + " \\ " + axis(table.y));
    return {};
  }
  const Unit* ux = unit_of(x, table.x.dim, line, report);
  const Unit* uy = unit_of(y, table.y.dim, line, report);
  if (ux == nullptr || uy == nullptr) return {};
  return Corner{ux, uy};
}

void check_knots(const Axis& axis, const std::vector<double>& knots, const Unit& unit,
                 std::string_view what, int line, CsvReport& report) {
  if (knots.size() < kFewestKnots)
    return report.add(line, "a table needs at least 2 " + std::string(what));
  const std::string gap = uncovered(axis, knots.front(), knots.back(), unit);
  if (!gap.empty()) report.add(line, std::string(axis.name) + ": " + gap);
}

}  // namespace

std::optional<Grid1> parse_grid(const CsvText& csv, const Field1& table, Problems& problems) {
  const Column columns[] = {{.name = table.x.name, .dim = table.x.dim, .increasing = true},
                            {.name = table.name, .dim = table.dim, .range = table.range}};
  std::optional<Columns> read = parse_columns(csv, columns, OtherColumns::ignore, problems);
  if (!read) return {};
  CsvReport report(csv.file, problems);
  // The unit of the message is the one that people expect: the file's own is known to the columns only.
  check_knots(table.x, read->values[0], display_unit(table.x.dim), "rows", read->lines.back(),
              report);
  if (report.added() > 0) return {};
  return Grid1{.x = std::move(read->values[0]), .y = std::move(read->values[1])};
}

std::optional<Grid2> parse_grid(const CsvText& csv, const Field2& table, Problems& problems) {
  CsvReport report(csv.file, problems);
  const CsvLines lines = cut_lines(csv.text);
  const auto header = header_of(lines, report);
  if (!header) return {};
  std::vector<std::string_view> cells;
  cut_cells(header->text, cells);
  const Unit* unit = value_unit(lines, table, header->number, report);
  const auto axes = corner(cells[0], table, header->number, report);
  if (!axes || unit == nullptr) return {};

  const std::size_t width = cells.size();
  CsvColumn y(table.y.name, *axes->y, any_value, true);
  for (std::size_t j = 1; j < width; ++j) y.read(cells[j], header->number, report);
  check_knots(table.y, y.values(), *axes->y, "columns", header->number, report);

  CsvColumn x(table.x.name, *axes->x, any_value, true);
  CsvColumn z(table.name, *unit, table.range, false);
  for (const CsvLine& row : lines.rows) {
    cut_cells(row.text, cells);
    if (cells.size() != width) {
      if (report.has_room())
        report.add(row.number,
                   std::to_string(cells.size()) + " cells, must be " + std::to_string(width));
      continue;
    }
    x.read(cells[0], row.number, report);
    for (std::size_t j = 1; j < width; ++j) z.read(cells[j], row.number, report);
  }
  if (report.added() == 0)
    check_knots(table.x, x.values(), *axes->x, "rows",
                lines.rows.empty() ? header->number : lines.rows.back().number, report);
  if (report.added() > 0) return {};
  return Grid2{.x = std::move(x.values()), .y = std::move(y.values()), .z = std::move(z.values())};
}

}  // namespace evsim::io
