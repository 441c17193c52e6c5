#include "tools/evsim/validate_text.h"

#include <fmt/format.h>

#include <cmath>

#include "sim/io/text.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"

namespace evsim::cli {
namespace {

using enum Align;

Colour colour_of(io::Mark mark) {
  switch (mark) {
    case io::Mark::broken:
    case io::Mark::missing: return Colour::red;
    case io::Mark::unexplained: return Colour::yellow;
    default: return Colour::none;
  }
}
Colour colour_of(Verdict v) {
  return v == Verdict::pass ? Colour::green : v == Verdict::fail ? Colour::red : Colour::none;
}

std::string percent(double x) { return std::isnan(x) ? "-" : fmt::format("{:.1f}", 100.0 * x); }
std::string signed_percent(double x) {
  const double tenths = std::round(1000.0 * x) + 0.0;  // no -0
  return std::isnan(x) ? "-" : fmt::format("{:+.1f}", 0.1 * tenths);
}
// As the file says it.
std::string bound(double most) {
  return most == kInfinity ? "" : "<= " + io::format_rounded(100.0 * most);
}

std::string said_of(const io::Comparison& c, const published::Kind& kind) {
  return c.counts || !kind.has_bounds() ? std::string(name(c.mark)) : "not scored";
}
std::string joined(const std::vector<std::string>& texts, const char* between) {
  std::string out;
  for (const std::string& text : texts)
    if (!text.empty()) out += (out.empty() ? "" : between) + text;
  return out;
}
// Of another source for the same run: who says it.
std::string about(const io::Comparison& c, bool again) {
  if (again) return joined({c.figure.source, c.remark}, "; ");
  const std::string sets = joined(c.figure.set, ", ");
  return joined({sets.empty() ? "" : "with " + sets, c.consists_of.text, c.remark}, "; ");
}

std::string kind_table(const io::KindResult& k) {
  Table t({left, right, right, right, left, left});
  t.row({"car", "ours", "published", "error %", "", "consists of"}, Colour::dim);
  const io::Comparison* last = nullptr;
  for (const io::Comparison& c : k.comparisons) {
    const bool again = last != nullptr && last->car == c.car && last->figure.set == c.figure.set;
    last = &c;
    t.row({again ? "" : c.car, figure(c.ours), figure(c.figure.value), signed_percent(c.error()),
           said_of(c, k.kind), about(c, again)},
          colour_of(c.mark));
  }
  return coloured(k.kind.name + " [" + k.unit + "]", Colour::bold) + "\n" + t.text();
}

std::string summary_table(const io::Validation& v) {
  Table t({left, right, right, right, right, right, left, left});
  t.row({"kind", "cars", "mean |error| %", "bound", "largest %", "bound", "of", "verdict"},
        Colour::dim);
  for (const io::KindResult& k : v.kinds) {
    const Verdict verdict = k.verdict();
    t.row({k.key, std::to_string(k.cars), percent(k.mean_error), bound(k.kind.mean_error_max),
           percent(k.largest_error), bound(k.kind.error_max), k.largest_car,
           verdict == Verdict::none ? "no bounds" : verdict_word(verdict)},
          colour_of(verdict));
  }
  return t.text();
}

}  // namespace

std::string validation_text(const io::Validation& v) {
  std::string text;
  for (const io::KindResult& k : v.kinds) text += kind_table(k) + "\n";
  const Verdict verdict = v.verdict();
  const std::string word = v.interrupted              ? "interrupted"
                           : verdict == Verdict::none ? "no bounds"
                                                      : verdict_word(verdict);
  return text + coloured("All kinds: " + word, Colour::bold) + "\n" + summary_table(v);
}

}  // namespace evsim::cli
