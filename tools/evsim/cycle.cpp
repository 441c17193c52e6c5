#include "tools/evsim/cycle.h"

#include <algorithm>

#include "tools/evsim/print.h"

namespace evsim::cli {

double distance(const scenario::Trace& trace) {
  double x = 0.0;
  for (std::size_t i = 1; i < trace.v.size(); ++i)
    x += 0.5 * (trace.v[i] + trace.v[i - 1]) * (trace.t[i] - trace.t[i - 1]);
  return x;
}

std::string cycle_text(const scenario::Trace& trace) {
  std::string text = figure(trace.t.back()) + " s";
  if (trace.v.empty()) return text + ", pedals";
  text += ", " + figure(distance(trace) / 1000.0) + " km, up to " +
          figure(3.6 * std::ranges::max(trace.v)) + " km/h";
  return text + (trace.grade.empty() ? "" : ", with grade");
}

}  // namespace evsim::cli
