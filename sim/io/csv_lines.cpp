#include "sim/io/csv_lines.h"

#include <cmath>

#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 40)) + "\""; }

}  // namespace

CsvLines cut_lines(std::string_view text) {
  CsvLines out;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty()) continue;
    if (line.front() == '#') {
      out.comments.push_back({number, line});
    } else if (!out.header) {
      out.header = CsvLine{number, line};
    } else {
      out.rows.push_back({number, line});
    }
  }
  return out;
}

void cut_cells(std::string_view line, std::vector<std::string_view>& out) {
  out.clear();
  while (true) {
    const std::size_t comma = line.find(',');
    out.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

Heading heading(std::string_view cell) {
  const std::size_t bracket = cell.rfind('[');
  if (bracket == std::string_view::npos || !cell.ends_with(']')) return {.name = cell, .unit = {}};
  return {.name = trim(cell.substr(0, bracket)),
          .unit = trim(cell.substr(bracket + 1, cell.size() - bracket - 2))};
}

const Unit* unit_of(const Heading& h, Dim dim, int line, CsvReport& report) {
  const std::string name(h.name.substr(0, 40));
  if (!h.unit) {
    report.add(line, name + " needs a unit in brackets: " + name + " [" +
                         std::string(display_unit(dim).text) + "]; allowed: " + unit_texts(dim));
    return nullptr;
  }
  const Unit* unit = find_unit(dim, *h.unit);
  if (unit == nullptr)
    report.add(line, name + " [" + std::string(h.unit->substr(0, 40)) + "]: not a unit of " +
                         (dim == Dim::none ? "a plain number" : std::string(evsim::name(dim))) +
                         "; allowed: " + unit_texts(dim));
  return unit;
}

std::optional<CsvLine> header_of(const CsvLines& lines, CsvReport& report) {
  if (!lines.header) {
    report.add(0, "is empty; needs a header line and rows");
    return {};
  }
  const std::string_view text = lines.header->text;
  if (text.find(',') == std::string_view::npos &&
      text.find_first_of(";\t") != std::string_view::npos) {
    report.add(lines.header->number, "cells must be separated by commas");
    return {};
  }
  if (text.find('"') != std::string_view::npos) {
    report.add(lines.header->number, "quotes around cells are not understood; leave them out");
    return {};
  }
  return lines.header;
}

void CsvColumn::read(std::string_view cell, int line, CsvReport& report) {
  const std::optional<double> written = parse_number(cell);
  const double si = written ? reduced(unit_, *written, range_) : 0.0;
  const bool good = written && std::isfinite(si) && range_.contains(si) &&
                    (!increasing_ || values_.empty() || si > values_.back());
  if (!good) {
    if (report.has_room()) report.add(line, problem(cell, si));
    if (!written) return;
  }
  values_.push_back(si);
  last_cell_ = cell;
}

std::string CsvColumn::problem(std::string_view cell, double si) const {
  const std::string name(name_);
  if (cell.empty()) return name + ": the cell is empty, must be a number";
  const std::optional<double> written = parse_number(cell);
  if (!written) return name + ": got " + quoted(cell) + ", must be a number";
  if (const std::string why = refusal(unit_, *written, si, range_); !why.empty())
    return name + ": " + why;
  return name + " " + std::string(cell) + " after " + std::string(last_cell_) + ": must increase";
}

}  // namespace evsim::io
