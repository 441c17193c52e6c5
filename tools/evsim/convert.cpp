// evsim convert
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/io/data_sheet.h"
#include "sim/io/text.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using enum Align;

constexpr char kWho[] = "evsim convert machine";

[[noreturn]] void refuse(const std::string& path, std::string what) {
  throw InputError(Problem{.file = kWho, .path = path, .what = std::move(what)});
}

// The same quantity twice, in two units, is an error.
io::DataSheet read_sheet(const ConvertArguments& a) {
  io::DataSheet sheet;
  if (a.connection != "star" && a.connection != "delta")
    refuse("--connection", "got " + a.connection + ", must be star or delta");
  sheet.delta = a.connection == "delta";
  std::vector<double io::DataSheet::*> known;
  for (const auto& [name, text] : a.figures)
    for (const io::SheetEntry& e : io::sheet_entries()) {
      if (e.name != name) continue;
      const auto x = io::parse_number(text);
      const bool temperature = e.member == &io::DataSheet::T_R;
      if (!x || !(temperature ? *x > -100.0 && *x < 300.0 : *x > 0.0 && std::isfinite(*x)))
        refuse("--" + name, "got " + text + ", must be " + (temperature ? "-100 to 300" : "> 0"));
      if (std::ranges::find(known, e.member) != known.end())
        refuse("--" + name, "is given twice, maybe in another unit");
      known.push_back(e.member);
      sheet.*e.member = *x * e.scale + e.offset;
    }
  return sheet;
}

std::string text(const io::Converted& c) {
  Table t({left, right, left, left});
  t.row({"parameter", "value", "unit", "formula"}, Colour::dim);
  for (const io::Converted::Line& l : c.lines)
    t.row({l.name, fmt::format("{:.6g}", l.value), l.unit, l.formula});
  std::string out = t.text();
  for (const std::string& check : c.checks) out += "\n" + check;
  return out + (c.checks.empty() ? "" : "\n");
}

}  // namespace

ExitCode convert_command(const ConvertArguments& a) {
  if (a.what != "machine")
    throw InputError(
        Problem{.file = "evsim convert", .what = "unknown " + a.what + "; there is machine"});
  const io::Converted c = io::convert(read_sheet(a), kWho);
  print(a.json ? io::to_text(io::dq_json(c)) : text(c));
  flush_output();
  for (const std::string& warning : c.warnings)
    print_error("the sheet disagrees with itself by more than 5 %: " + warning + "\n");
  return ExitCode::held;
}

}  // namespace evsim::cli
