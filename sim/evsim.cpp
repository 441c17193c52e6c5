#include "sim/evsim.h"

#include <cmath>
#include <map>
#include <system_error>
#include <variant>

#include "evsim_build_info.h"
#include "sim/base/floating_point.h"
#include "sim/io/case.h"
#include "sim/io/parameters.h"
#include "sim/io/quantity.h"
#include "sim/link/controller_library.h"
#include "sim/run/result.h"

namespace evsim {
namespace {

// The library's own errors as the public one.
std::string as_settings(const InputError& e) {
  std::string all;
  for (Problem p : e.problems()) {
    if (p.file == "--set") p.file = "settings";
    all += (all.empty() ? "" : "\n") + to_string(p);
  }
  return all;
}
template <class F> auto translated(F f) {
  using Cause = Error::Cause;
  try {
    return f();
  } catch (const InputError& e) {
    throw Error(Cause::bad_input, as_settings(e));
  } catch (const SimulationError& e) {
    throw Error(Cause::simulation_failed, e.what());
  } catch (const EnvironmentError& e) {
    throw Error(Cause::environment, e.what());
  } catch (const std::system_error& e) {
    throw Error(Cause::environment, e.what());
  }
}
// Whatever evaluates equations: in the processor's mode of a whole run.
template <class F> auto computed(F f) {
  return translated([&] { return guarded(f); });
}

[[noreturn]] void refuse(std::string_view path, std::string what) {
  throw InputError(Problem{.path = std::string(path), .what = std::move(what)});
}

// ---- Signals by name with unit --------------------------------------------------------------------

struct Place {
  std::size_t index;
  const Unit* unit;
};
using Places = std::map<std::string, Place, std::less<>>;

Places places(const std::vector<signals::Info>& all) {
  Places out;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const Unit& u : units())
      if (u.dim == all[i].dim) out.emplace(key_in(all[i].path, u), Place{i, &u});
  return out;
}

[[noreturn]] void refuse_signal(std::string_view name, const std::vector<signals::Info>& all) {
  std::vector<std::string> names;
  const signals::Info* meant = nullptr;  // the longest path that the name begins with
  for (const signals::Info& s : all) {
    const bool begins = name == s.path || name.starts_with(s.path + "_");
    if (begins && (meant == nullptr || s.path.size() > meant->path.size())) meant = &s;
    names.push_back(key_in(s.path, display_unit(s.dim)));
  }
  if (meant != nullptr)
    refuse(name,
           "no such signal; with its unit it is " + io::keys_in_units(meant->path, meant->dim));
  const std::string near = io::nearest(name, names);
  refuse(name, "no such signal" + (near.empty() ? "" : "; did you mean " + near + "?"));
}

scenario::Override overriding(std::string_view signal, scenario::Mode mode, double value) {
  return {.signal = std::string(signal), .mode = mode, .value = value};
}

// ---- The log --------------------------------------------------------------------------------------

struct ToCommand {
  double t;
  Trip::Command operator()(const scenario::SetParameter& c) const {
    return {t, "set", c.path, c.value};
  }
  Trip::Command operator()(const scenario::SetState& c) const {
    return {t, "set_state", c.state, c.value};
  }
  // The path is the drive unit's name, with the phase; the value is the temperature [degC].
  Trip::Command operator()(const scenario::Fault& c) const {
    const std::string phase(scenario::kPhaseNames[static_cast<std::size_t>(c.phase)]);
    return {t, std::string(scenario::kFaultNames[static_cast<std::size_t>(c.fault)]),
            c.unit + "." + phase, c.temperature - 273.15};
  }
  // The path is the role.
  Trip::Command operator()(const scenario::LinkFault& c) const {
    return {t, std::string(scenario::kLinkFaultNames[static_cast<std::size_t>(c.fault)]), c.role,
            c.duration};
  }
  Trip::Command operator()(const scenario::Override& c) const {
    return {t, std::string(scenario::kModeNames[static_cast<std::size_t>(c.mode)]), c.signal,
            c.value};
  }
};

Trip::Verdict public_verdict(Verdict v) {
  switch (v) {
    case Verdict::none: return Trip::Verdict::none;
    case Verdict::pass: return Trip::Verdict::pass;
    case Verdict::fail: return Trip::Verdict::fail;
  }
  return Trip::Verdict::none;
}

}  // namespace

const char* version() { return build_info::kVersion; }

struct Trip::Snapshot::Data {
  std::shared_ptr<const Case> input;
  evsim::Snapshot state;
  std::vector<scenario::Event> log;  // all commands until then
  double t;
};
Trip::Snapshot::Snapshot(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
double Trip::Snapshot::time() const { return data_->t; }

struct Trip::Impl {
  std::shared_ptr<const Case> input;
  Simulation simulation;
  std::vector<signals::Info> infos = signals::list(simulation);
  Places by_name = places(infos);
  std::vector<double> values =
      {};  // of all signals now; empty: not asked for since the last change

  explicit Impl(std::shared_ptr<const Case> c)
      : input(std::move(c)), simulation(*input, io::parameter_setter()) {}
  explicit Impl(const Snapshot::Data& s) : Impl(s.input) { go_to(s); }

  void go_to(const Snapshot::Data& s) {
    simulation.restore(s.state, s.log);
    values.clear();
  }
  double value(std::size_t index) {
    if (values.empty()) {
      values.reserve(infos.size());
      const auto keep = [this](std::string_view, std::string_view, std::string_view, Dim,
                               double x) { values.push_back(x); };
      signals::visit(simulation, keep);
    }
    return values[index];
  }
  bool step() {
    values.clear();
    return simulation.step();
  }
};

Trip::Trip(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trip::Trip(const Snapshot& from)
    : impl_(computed([&] { return std::make_unique<Impl>(*from.data_); })) {}
Trip::Trip(Trip&&) noexcept = default;
Trip& Trip::operator=(Trip&&) noexcept = default;
Trip::~Trip() = default;

Trip load(const LoadRequest& request) {
  return translated([&] {
    const io::LoadedCase loaded = io::load_case({.scenario = request.scenario,
                                                 .vehicle = request.vehicle,
                                                 .sets = request.settings,
                                                 .load_controllers = link::load_controllers});
    return Trip(std::make_unique<Trip::Impl>(std::make_shared<const Case>(loaded.c)));
  });
}

// ---- Time -----------------------------------------------------------------------------------------

bool Trip::step() {
  return computed([this] { return impl_->step(); });
}

bool Trip::run_until(double t) {
  return computed([&] {
    while (impl_->simulation.t() < t && impl_->step()) {
    }
    return !ended();
  });
}

void Trip::run() { run_until(kInfinity); }

double Trip::time() const { return impl_->simulation.t(); }
double Trip::duration() const { return impl_->simulation.duration(); }
bool Trip::ended() const { return impl_->simulation.end() != End::running; }
std::string_view Trip::end_reason() const { return evsim::name(impl_->simulation.end()); }

// ---- What flows -----------------------------------------------------------------------------------

std::vector<Trip::Signal> Trip::signals() const {
  std::vector<Signal> out;
  for (const signals::Info& s : impl_->infos) {
    const Unit& unit = display_unit(s.dim);
    out.push_back({key_in(s.path, unit), std::string(unit.text)});
  }
  return out;
}

double Trip::read(std::string_view signal) const {
  return computed([&] {
    const auto it = impl_->by_name.find(signal);
    if (it == impl_->by_name.end()) refuse_signal(signal, impl_->infos);
    return from_si(*it->second.unit, impl_->value(it->second.index));
  });
}

double Trip::get(std::string_view parameter) const {
  return translated([&] {
    car::Params<double> car = impl_->simulation.vehicle();
    const io::Target target = io::find(io::description<car::Params<double>>(), &car, parameter);
    if (target.leaf->kind == io::Kind::integer) return static_cast<double>(io::as<int>(target.at));
    if (target.leaf->kind != io::Kind::number) refuse(parameter, "is no number");
    return from_si(*target.unit, io::as<double>(target.at));
  });
}

// ---- Commands -------------------------------------------------------------------------------------

template <class Change> void Trip::apply(const Change& change, std::string_view path) {
  computed([&] {
    if (!std::isfinite(change.value)) refuse(path, "must be a finite number");
    impl_->values.clear();
    impl_->simulation.command({.t = 0.0, .command = change});
  });
}

void Trip::set(std::string_view parameter, double value) {
  apply(scenario::SetParameter{.path = std::string(parameter), .value = value}, parameter);
}
void Trip::set_state(std::string_view state, double value) {
  apply(scenario::SetState{.state = std::string(state), .value = value}, state);
}
void Trip::hold(std::string_view signal, double value) {
  apply(overriding(signal, scenario::Mode::hold, value), signal);
}
void Trip::scale(std::string_view signal, double factor) {
  apply(overriding(signal, scenario::Mode::scale, factor), signal);
}
void Trip::offset(std::string_view signal, double value) {
  apply(overriding(signal, scenario::Mode::offset, value), signal);
}
void Trip::noise(std::string_view signal, double standard_deviation) {
  apply(overriding(signal, scenario::Mode::noise, standard_deviation), signal);
}
void Trip::release(std::string_view signal) {
  apply(overriding(signal, scenario::Mode::release, 0.0), signal);
}

std::vector<Trip::Command> Trip::command_log() const {
  std::vector<Command> out;
  for (const scenario::Event& e : impl_->simulation.command_log())
    out.push_back(std::visit(ToCommand{e.t}, e.command));
  return out;
}

// ---- Judgement ------------------------------------------------------------------------------------

std::vector<Trip::Kpi> Trip::kpis() const {
  return computed([this] {
    std::vector<Kpi> out;
    for (const evsim::Kpi& k : evsim::kpis(impl_->simulation))
      out.push_back({k.name, k.unit, k.value, public_verdict(k.verdict), k.doc});
    return out;
  });
}

double Trip::kpi(std::string_view name) const {
  return computed([&] {
    std::vector<std::string> names;
    for (const evsim::Kpi& k : evsim::kpis(impl_->simulation)) {
      if (k.name == name) return k.value;
      names.push_back(k.name);
    }
    const std::string near = io::nearest(name, names);
    refuse(name, "no such KPI" + (near.empty() ? "" : "; did you mean " + near + "?"));
  });
}

double Trip::ledger_residual() const { return impl_->simulation.books().relative(); }

// ---- Save and restore -----------------------------------------------------------------------------

Trip::Snapshot Trip::snapshot() const {
  return Snapshot(std::make_shared<const Snapshot::Data>(Snapshot::Data{
      impl_->input, impl_->simulation.snapshot(), impl_->simulation.command_log(), time()}));
}

void Trip::restore(const Snapshot& s) {
  computed([&] {
    if (s.data_->input == impl_->input)
      impl_->go_to(*s.data_);
    else
      impl_ = std::make_unique<Impl>(*s.data_);
  });
}

}  // namespace evsim
