#include "sim/io/junit.h"

#include <cmath>

#include "sim/io/markup.h"
#include "sim/io/summary.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

// "kpi <= 2", "80 <= kpi <= 250"
std::string condition(const scenario::Limit& l) {
  std::string text;
  if (std::isfinite(l.min)) text += format(l.min) + " <= ";
  text += l.kpi;
  if (std::isfinite(l.max)) text += " <= " + format(l.max);
  return text;
}

std::string attribute(std::string_view key, std::string_view value) {
  return " " + std::string(key) + "=\"" + escape(value) + "\"";
}

std::string failure(const Kpi& kpi, const scenario::Limit& l) {
  const std::string value =
      std::isfinite(kpi.value) ? format(kpi.value) + " " + kpi.unit : "no value in this run";
  std::string message = kpi.name + ": got " + value + ", must hold " + condition(l);
  if (!l.id.empty()) message += " (requirement " + l.id + ")";
  return "      <failure type=\"limit\"" + attribute("message", message) + "/>\n";
}

std::string test_case(const RunResult& r, const Kpi& kpi, const scenario::Limit& l) {
  const std::string title = (l.id.empty() ? "" : l.id + ": ") + condition(l);
  std::string out = "    <testcase" + attribute("classname", r.vehicle + "." + r.scenario) +
                    attribute("name", title) + ">\n";
  out += "      <properties>\n        <property" + attribute("name", "requirement") +
         attribute("value", l.id) + "/>\n      </properties>\n";
  if (judged(l, kpi.value) == Verdict::fail) out += failure(kpi, l);
  return out + "    </testcase>\n";
}

std::string broken_off(const RunResult& r) {
  const bool failed = !r.failure.empty();
  const std::string message = failed ? r.failure : "interrupted at t = " + format(r.t_end) + " s";
  return "    <testcase" + attribute("classname", r.vehicle + "." + r.scenario) +
         attribute("name", "runs to its end") + ">\n      <error" +
         attribute("type", failed ? "simulation failed" : "interrupted") +
         attribute("message", message) + "/>\n    </testcase>\n";
}

}  // namespace

std::string junit_xml(const RunResult& r) {
  int tests = 0, failures = 0;
  std::string cases;
  for (const Kpi& kpi : r.kpis)
    for (const scenario::Limit& l : kpi.limits) {
      ++tests;
      if (judged(l, kpi.value) == Verdict::fail) ++failures;
      cases += test_case(r, kpi, l);
    }
  const int errors = r.interrupted || !r.failure.empty() ? 1 : 0;
  if (errors > 0) cases += broken_off(r);
  const std::string counts = attribute("tests", std::to_string(tests + errors)) +
                             attribute("failures", std::to_string(failures)) +
                             attribute("errors", std::to_string(errors));
  const std::string title = attribute("name", r.vehicle + " / " + r.scenario);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n  <testsuite" +
         title + counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace evsim::io
