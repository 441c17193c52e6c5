// The driver's trace of a scenario.
#include <array>

#include "sim/io/case.h"
#include "sim/io/csv.h"

namespace evsim::io {
namespace {

constexpr double kShortestInterval = 1e-6;  // [s]: knots closer than that would share an instant

std::vector<Column> columns_of(TraceKind kind) {
  const Column time{.name = "t", .dim = Dim::time, .increasing = true};
  if (kind == TraceKind::speed)
    return {time,
            {.name = "v", .dim = Dim::speed, .range = not_negative},
            {.name = "grade", .range = between(-1, 1), .required = false}};
  return {time, {.name = "accelerator", .range = fraction}, {.name = "brake", .range = fraction}};
}

void check_times(const std::string& file, const Columns& rows) {
  const std::vector<double>& t = rows.values[0];
  Problems problems;
  const auto report = [&](std::size_t row, std::string what) {
    problems.add({.file = file, .line = rows.lines[row], .path = {}, .what = std::move(what)});
  };
  if (t.front() != 0.0) report(0, "t starts at " + format(t.front()) + " s, must start at 0");
  if (t.size() < 2) report(0, "one row only; a trace needs at least two");
  for (std::size_t i = 1; i < t.size(); ++i)
    if (t[i] - t[i - 1] < kShortestInterval)
      report(i, "t " + format(t[i]) + " s follows " + format(t[i - 1]) +
                    " s by less than a microsecond");
  problems.raise();
}

}  // namespace

scenario::Trace read_trace(const std::string& file, TraceKind kind, const ReadFile& read) {
  Columns rows = read_columns(file, columns_of(kind), read);
  check_times(file, rows);
  scenario::Trace trace;
  trace.t = std::move(rows.values[0]);
  if (kind == TraceKind::speed) {
    trace.v = std::move(rows.values[1]);
    trace.grade = std::move(rows.values[2]);
  } else {
    trace.accelerator = std::move(rows.values[1]);
    trace.brake = std::move(rows.values[2]);
  }
  return trace;
}

}  // namespace evsim::io
