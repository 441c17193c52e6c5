#include "sim/io/signals_csv.h"

#include <charconv>
#include <cmath>

namespace evsim::io {
namespace {

constexpr std::size_t kLongestNumber = 32;  // of a double with a comma

SignalColumn column(const std::string& name, Dim dim, const std::vector<double>& si) {
  const Unit& unit = display_unit(dim);
  SignalColumn out{name, std::string(unit.text), si};
  if (unit.factor != 1.0 || unit.offset != 0.0)
    for (double& x : out.values) x = from_si(unit, x);
  return out;
}

void append(std::string& out, double x) {
  const std::size_t size = out.size();
  if (std::isnan(x)) {
    out += "nan";  // to_chars would tell one NaN from another
    return;
  }
  out.resize(size + kLongestNumber);
  out.resize(static_cast<std::size_t>(
      std::to_chars(out.data() + size, out.data() + out.size(), x).ptr - out.data()));
}

}  // namespace

std::vector<SignalColumn> signal_columns(const Recording& recording) {
  std::vector<SignalColumn> out{column("t", Dim::time, recording.t)};
  for (std::size_t i = 0; i < recording.signals.size(); ++i)
    out.push_back(
        column(recording.signals[i].path, recording.signals[i].dim, recording.columns[i]));
  return out;
}

std::string signals_csv(const std::vector<SignalColumn>& columns) {
  constexpr std::size_t kUsualNumber = 20;
  const std::size_t rows = columns.empty() ? 0 : columns.front().values.size();
  std::string out;
  out.reserve((rows + 2) * columns.size() * kUsualNumber);
  for (const SignalColumn& c : columns) {
    if (&c != columns.data()) out += ',';
    out.append(c.name).append(" [").append(c.unit).append("]");
  }
  out += '\n';
  for (std::size_t row = 0; row < rows; ++row) {
    for (const SignalColumn& c : columns) {
      if (&c != columns.data()) out += ',';
      append(out, c.values[row]);
    }
    out += '\n';
  }
  return out;
}

}  // namespace evsim::io
