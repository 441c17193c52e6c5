// A run again, from its results.
#include <variant>

#include "sim/base/sha256.h"
#include "sim/io/case.h"
#include "sim/io/results.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

template <class P> P parameters(const Summary& summary, const char* part) {
  const Json* all = summary.json.find("parameters");
  const Json* json = all == nullptr ? nullptr : all->find(part);
  if (json == nullptr)
    throw InputError(Problem{.file = "summary.json", .path = "parameters", .what = "missing"});
  const std::string text = to_text(*json);
  // No folder stands before this name, so that files keep the names under which they were read.
  const std::string here = std::string("parameters.") + part;
  return read<P>(here,
                 [&](const std::string& name) {
                   return name == here ? FileText{.text = text, .error = {}, .line = 0}
                                       : read_file(name);
                 })
      .value;
}

// The digest of an input as it was, or "".
std::string recorded_digest(const Summary& summary, const std::string& file) {
  const Json* provenance = summary.json.find("provenance");
  const Json* inputs = provenance == nullptr ? nullptr : provenance->find("inputs");
  if (inputs == nullptr) return {};
  for (const Json& input : inputs->items) {
    const Json *name = input.find("file"), *digest = input.find("sha256");
    if (name != nullptr && digest != nullptr && name->text == file) return digest->text;
  }
  return {};
}

InputError changed(const std::string& file) {
  return InputError(Problem{.file = file, .what = "is not the file that the run has read"});
}

// What programs behind sockets gave is not in the results.
void check_replayable(const Summary& summary) {
  const Json* provenance = summary.json.find("provenance");
  const Json* all = provenance == nullptr ? nullptr : provenance->find("controllers");
  if (all == nullptr) return;
  for (const Json& one : all->items) {
    const Json *role = one.find("role"), *at = one.find("library");
    if (role != nullptr && at != nullptr && recorded_digest(summary, at->text).empty())
      throw InputError(Problem{.file = "summary.json",
                               .path = "provenance.controllers",
                               .what = "the run's " + role->text + " was a program at " + at->text +
                                       "; such a run can't be replayed, run evsim hil again"});
  }
}

ReadFile unchanged(const Summary& summary) {
  return [&summary](const std::string& name) {
    FileText content = read_file(name);
    if (content.error.empty() && sha256(content.text) != recorded_digest(summary, name))
      throw changed(name);
    return content;
  };
}
scenario::Trace unchanged_trace(const Summary& summary, const std::string& file, TraceKind kind) {
  return read_trace(file, kind, unchanged(summary));
}

struct TraceOf {
  const Summary& summary;
  scenario::Trace operator()(const scenario::Follow& d) const {
    return unchanged_trace(summary, d.cycle.path, TraceKind::speed);
  }
  scenario::Trace operator()(const scenario::Exact& d) const {
    return unchanged_trace(summary, d.cycle.path, TraceKind::speed);
  }
  scenario::Trace operator()(const scenario::Pedals& d) const {
    return unchanged_trace(summary, d.pedals.path, TraceKind::pedals);
  }
  template <class Driver> scenario::Trace operator()(const Driver&) const { return {}; }
};

}  // namespace

Case case_of_results(const std::string& folder, const controller::Load& load_controllers) {
  const Summary summary = read_summary(folder);
  check_replayable(summary);
  Case c;
  c.vehicle_name = summary.vehicle;
  c.scenario_name = summary.scenario;
  c.vehicle = parameters<car::Params<double>>(summary, "vehicle");
  c.scenario = parameters<scenario::Params>(summary, "scenario");
  c.scenario.timeline = read_command_log(folder);
  c.trace = std::visit(TraceOf{summary}, c.scenario.driver);
  if (const auto* s = std::get_if<scenario::Sequence>(&c.scenario.driver))
    for (const scenario::Phase& p : s->phases)
      c.traces.push_back(p.cycle.path.empty()
                             ? scenario::Trace{}
                             : unchanged_trace(summary, p.cycle.path, TraceKind::speed));
  c.tyres = read_tyres(c.vehicle, unchanged(summary));
  if (!c.scenario.road.path.path.empty())
    c.path = read_path(c.scenario.road.path.path, unchanged(summary));
  c.test_mass = test_mass(c.scenario.test_mass, c.vehicle);
  std::vector<InputFile> libraries;
  c.controllers = loaded_controllers(c.scenario.controllers, load_controllers, libraries);
  for (const InputFile& f : libraries)
    if (sha256(f.text) != recorded_digest(summary, f.name)) throw changed(f.name);
  return c;
}

}  // namespace evsim::io
