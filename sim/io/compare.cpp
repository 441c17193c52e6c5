#include "sim/io/compare.h"

#include <charconv>
#include <filesystem>
#include <limits>

#include "sim/base/errors.h"
#include "sim/io/csv_lines.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

// A column of a recording.
struct Column1 {
  const std::vector<double>&t, &y;
  std::size_t count = t.size();
  double time(std::size_t i) const { return t[i]; }
  double value(std::size_t i) const { return y[i]; }
};

// The unit of a heading, whatever its dimension; the one that people expect of it where there are several.
const Unit* unit_of(std::string_view text) {
  const Unit* found = nullptr;
  for (const Unit& u : units()) {
    if (u.text != text && !(u.text.empty() && text == "1")) continue;
    if (found == nullptr || &display_unit(u.dim) == &u) found = &u;
    if (&display_unit(u.dim) == &u) break;
  }
  return found;
}

class SignalsFile {
 public:
  SignalsFile(std::string file, std::string_view text)
      : file_(std::move(file)), lines_(cut_lines(text)) {}

  Recording read() {
    if (!lines_.header) refuse(0, "no header");
    const CsvLine header = *lines_.header;
    cut_cells(header.text, cells_);
    for (const std::string_view cell : cells_) add_column(cell, header.number);
    if (cells_.empty() || heading(cells_.front()).name != "t")
      refuse(header.number, "the first column must be t [s]");
    for (const CsvLine& line : lines_.rows) add_row(line);
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(int line, std::string what) const {
    throw InputError(Problem{.file = file_, .line = line, .what = std::move(what)});
  }
  void add_column(std::string_view cell, int line) {
    const Heading h = heading(cell);
    const Unit* unit = unit_of(h.unit.value_or("1"));
    if (unit == nullptr) refuse(line, "unknown unit in " + std::string(cell));
    units_.push_back(unit);
    if (units_.size() == 1) return;  // the time
    out_.signals.push_back({std::string(h.name), unit->dim});
    out_.columns.emplace_back();
  }
  void add_row(const CsvLine& line) {
    cut_cells(line.text, cells_);
    if (cells_.size() != units_.size())
      refuse(line.number,
             std::to_string(cells_.size()) + " cells, must be " + std::to_string(units_.size()));
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const double x = to_si(*units_[i], number(cells_[i], line.number));
      (i == 0 ? out_.t : out_.columns[i - 1]).push_back(x);
    }
    if (out_.t.size() > 1 && !(out_.t.back() >= out_.t[out_.t.size() - 2]))
      refuse(line.number, "t must not fall");
  }
  // nan stands where a signal had no value.
  double number(std::string_view cell, int line) const {
    if (cell == "nan") return std::numeric_limits<double>::quiet_NaN();
    double x = 0.0;
    const auto end = std::from_chars(cell.data(), cell.data() + cell.size(), x);
    if (end.ec != std::errc() || end.ptr != cell.data() + cell.size())
      refuse(line, "\"" + std::string(cell.substr(0, 40)) + "\" is no number");
    return x;
  }

  std::string file_;
  CsvLines lines_;
  std::vector<std::string_view> cells_;
  std::vector<const Unit*> units_;
  Recording out_;
};

}  // namespace

std::vector<JudgedKpi> compare(const std::vector<Kpi>& a, const std::vector<Kpi>& b,
                               const Tolerances& tolerances) {
  std::vector<JudgedKpi> out;
  for (const KpiDifference& d : differences(a, b)) {
    const double allowed = tolerances.of(d.name);
    out.push_back({d, allowed, d.relative <= allowed});
  }
  return out;
}

JudgedSignal judged(const std::string& path, Dim dim, const Apart& d,
                    const SignalTolerances& tolerances) {
  const double allowed = tolerances.allowed(path, d);
  return {path, dim, d, allowed, d.instants > 0 && d.largest <= allowed};
}

std::vector<JudgedSignal> compare(const Recording& a, const Recording& b,
                                  const SignalTolerances& tolerances) {
  std::vector<JudgedSignal> out;
  for (std::size_t i = 0; i < a.signals.size(); ++i) {
    const auto other = std::ranges::find(b.signals, a.signals[i].path, &signals::Info::path);
    if (other == b.signals.end()) continue;
    const auto k = static_cast<std::size_t>(other - b.signals.begin());
    out.push_back(judged(a.signals[i].path, a.signals[i].dim,
                         apart(Column1{a.t, a.columns[i]}, Column1{b.t, b.columns[k]}),
                         tolerances));
  }
  std::ranges::stable_sort(out, std::greater{}, &JudgedSignal::severity);
  return out;
}

Recording read_signals(const std::string& of) {
  namespace fs = std::filesystem;
  std::error_code ec;
  const std::string file = fs::is_directory(of, ec) ? (fs::path(of) / "signals.csv").string() : of;
  const FileText content = read_file(file);
  if (!content.error.empty())
    throw InputError(Problem{.file = file, .line = content.line, .what = content.error});
  return SignalsFile(file, content.text).read();
}

}  // namespace evsim::io
