// Any bytes as a CSV file, read as a cycle and as tables over one and two axes: values or InputError.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/base/table.h"
#include "sim/io/csv.h"
#include "tests/io/sample.h"

namespace {

using namespace evsim;

void read_cycle(const sample::Disk& disk) {
  const io::Column columns[] = {
      {.name = "t", .dim = Dim::time, .increasing = true},
      {.name = "v", .dim = Dim::speed, .range = not_negative},
      {.name = "grade", .dim = Dim::none, .range = any_value, .required = false}};
  try {
    const io::Columns c = io::read_columns("a.csv", columns, sample::reader(disk));
    for (std::size_t i = 0; i < c.lines.size(); ++i)
      if (!(c.values[1].at(i) >= 0) || !std::isfinite(c.values[0].at(i))) std::abort();
  } catch (const InputError& e) {
    if (e.problems().empty() || e.problems().size() > 21) std::abort();
  }
}

// What passes the reader must make a table.
void read_tables(const std::string& text) {
  const Field1 OCV{"OCV", Dim::voltage, positive, "", {"SOC", Dim::none, {0, 1}}};
  const Field2 R_0{"R_0", Dim::resistance,    positive,
                   "",    {"SOC", Dim::none}, {"T", Dim::temperature}};
  io::Problems problems;
  const io::CsvText csv{"a.csv", text};
  if (const auto g = io::parse_grid(csv, OCV, problems)) Table1Data(g->x, g->y);
  if (const auto g = io::parse_grid(csv, R_0, problems)) Table2Data(g->x, g->y, g->z);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_cycle({{"a.csv", text}});
  const io::FileText checked = io::checked_text(text);
  if (checked.error.empty()) read_tables(checked.text);
  return 0;
}
