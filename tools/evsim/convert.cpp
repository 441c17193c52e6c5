// evsim convert
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "sim/io/data_sheet.h"
#include "sim/io/output_folder.h"
#include "sim/io/problems.h"
#include "sim/io/text.h"
#include "sim/io/tyre_scaling.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

using enum Align;

constexpr char kMachine[] = "evsim convert machine", kTyre[] = "evsim convert tyre";

[[noreturn]] void refuse(const std::string& path, std::string what) {
  throw InputError(Problem{.file = kMachine, .path = path, .what = std::move(what)});
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

ExitCode convert_machine(const ConvertArguments& a) {
  if (a.tyre != ConvertArguments::Tyre{})
    throw InputError(
        Problem{.file = kMachine, .what = "was given an option of evsim convert tyre"});
  const io::Converted c = io::convert(read_sheet(a), kMachine);
  print(a.json ? io::to_text(io::dq_json(c)) : text(c));
  flush_output();
  for (const std::string& warning : c.warnings)
    print_error("the sheet disagrees with itself by more than 5 %: " + warning + "\n");
  return ExitCode::held;
}

// ---- Tyre ---------------------------------------------------------------------------------------

class TyreOptions {
 public:
  explicit TyreOptions(const ConvertArguments& a) : a_(a) {}

  io::TyreMarks measured() {
    if (a_.tyre.like.empty()) missing("--like");
    return marks("--like", a_.tyre.like_size, a_.tyre.like_load_index, false);
  }
  io::TyreWish wish() {
    const ConvertArguments::Tyre& t = a_.tyre;
    io::TyreWish w;
    w.marks = marks("-", t.size, t.load_index, t.extra_load);
    if (const auto bar = within("--pressure_bar", t.pressure_bar, 0.5, 6.0)) w.p_i = *bar * 1e5;
    w.mu = within("--mu", t.mu, 0.1, 3.0);
    w.rolling_resistance = within("--rolling_resistance", t.rolling_resistance, 0.001, 0.05);
    return w;
  }
  void raise() {
    if (!a_.figures.empty() || a_.json || a_.connection != "star")
      problems_.add({.file = kTyre, .what = "was given an option of evsim convert machine"});
    problems_.raise();
  }

 private:
  void report(const std::string& path, std::string what) {
    problems_.add({.file = kTyre, .path = path, .what = std::move(what)});
  }
  void missing(const std::string& option) { report(option, "is missing"); }
  // before: "--like" or "-", of the options' names.
  io::TyreMarks marks(const std::string& before, const std::string& size,
                      const std::optional<int>& load_index, bool extra_load) {
    const std::string of_size = before == "-" ? "--size" : before + "_size";
    const std::string of_index = before == "-" ? "--load_index" : before + "_load_index";
    const auto read = io::parse_tyre_size(size);
    if (size.empty())
      missing(of_size);
    else if (!read)
      report(of_size, "got " + size + ", must be a size as 245/45R19");
    if (!load_index)
      missing(of_index);
    else if (*load_index < 0 || *load_index > 140)
      report(of_index, fmt::format("got {}, must be 0 to 140", *load_index));
    return {.size = read.value_or(io::TyreSize{}),
            .load_index = load_index.value_or(0),
            .extra_load = extra_load};
  }
  std::optional<double> within(const std::string& option, const std::optional<double>& x,
                               double least, double most) {
    if (x && !(*x >= least && *x <= most))
      report(option, fmt::format("got {}, must be {} to {}", *x, least, most));
    return x;
  }

  const ConvertArguments& a_;
  io::Problems problems_;
};

// What the file says of itself.
std::string tyre_head(const ConvertArguments::Tyre& t, const io::TyreMarks& measured,
                      const io::TyreWish& wish) {
  std::string how = fmt::format("size {}, load index {}", t.size, wish.marks.load_index);
  if (wish.marks.extra_load) how += ", extra load";
  if (wish.mu) how += fmt::format(", mu {}", *wish.mu);
  if (wish.rolling_resistance)
    how += fmt::format(", rolling resistance {}", *wish.rolling_resistance);
  return fmt::format(
      "Estimate: tyre {0}, scaled by similarity from {1} ({2}, load index {3}); no tyre of this "
      "size was measured.\n"
      "Wanted: {4}. By `evsim convert tyre`, whose rules stand in docs/multi_body.md.\n"
      "Coefficients without a dimension are those of {1}, with the sources that it names.",
      t.size, std::filesystem::path(t.like).filename().string(), t.like_size, measured.load_index,
      how);
}

ExitCode convert_tyre(const ConvertArguments& a) {
  TyreOptions options(a);
  const io::TyreMarks measured = options.measured();
  const io::TyreWish wish = options.wish();
  options.raise();
  const std::string out = io::tir_text(io::scale_tyre(io::read_tyre(a.tyre.like), measured, wish),
                                       tyre_head(a.tyre, measured, wish));
  if (a.tyre.out.empty()) {
    print(out);
    flush_output();
  } else {
    io::write_file(a.tyre.out, out, a.tyre.out);
  }
  return ExitCode::held;
}

}  // namespace

ExitCode convert_command(const ConvertArguments& a) {
  if (a.what == "machine") return convert_machine(a);
  if (a.what == "tyre") return convert_tyre(a);
  throw InputError(Problem{.file = "evsim convert",
                           .what = "unknown " + a.what + "; there are machine and tyre"});
}

}  // namespace evsim::cli
