#include "sim/io/case.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "sim/io/parameters.h"
#include "sim/io/text.h"
#include "sim/io/tir.h"
#include "sim/run/result.h"

namespace evsim::io {
namespace {

constexpr std::string_view kScenarioPrefix = "scenario.";
constexpr double kFarOutside = 20.0;  // [K]: a table held further than that means nothing

struct Setting {
  std::string path, value;
};

std::string unknown(const std::string& kind, const std::string& name,
                    const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  return "no " + kind + " " + name + "; " +
         (near.empty() ? "known: " + one_of(known) : "did you mean " + near + "?");
}

class CaseLoader {
 public:
  CaseLoader(const CaseRequest& request, const ReadFile& read) : read_(read) {
    out_.request = request;
  }

  // The scenario alone, where it names no vehicle.
  bool load_scenario() {
    read_scenario();
    attempt([&] { read_driver(); });
    attempt([&] { read_road(); });
    load_controllers();
    check_limits_alone();
    problems_.raise();
    return !out_.request.vehicle.empty();
  }

  LoadedCase load() {
    attempt([&] { split_settings(); });
    const bool scenario_read = attempt([&] { read_scenario(); });
    if (scenario_read && out_.request.vehicle.empty())
      in_scenario("vehicle", "names no vehicle file, and --vehicle names none either");
    attempt([&] { read_vehicle(); });
    if (scenario_read) attempt([&] { read_driver(); });
    if (scenario_read) attempt([&] { read_road(); });
    if (scenario_read) load_controllers();
    problems_.raise();
    for (const std::string& level : out_.request.levels)
      attempt([&] {
        const AskedLevel asked = check_level(level, vehicle_.value, vehicle_.origins);
        if (asked.drive) scenario_.value.level = std::max(scenario_.value.level, *asked.drive);
        if (asked.chassis) scenario_.value.chassis = *asked.chassis;
      });
    check_vehicle(vehicle_.value, vehicle_.origins, problems_);
    check_scenario();
    check_chassis();
    problems_.raise();
    fill_case();
    check_together();
    problems_.raise();
    return std::move(out_);
  }

 private:
  // ---- Problems
  template <class Step> bool attempt(Step step) {
    try {
      step();
      return true;
    } catch (const InputError& e) {
      for (const Problem& p : e.problems()) {
        problems_.open(p.file,
                       std::numeric_limits<int>::max());  // the reader has cut its list already
        problems_.add(p);
      }
      return false;
    }
  }
  void in_scenario(const std::string& path, std::string what) {
    problems_.add(scenario_.problem(path, std::move(what)));
  }
  // An error that knows no file: it belongs to this place of the scenario.
  void in_scenario(const std::string& path, const InputError& e) {
    for (const Problem& p : e.problems())
      in_scenario(path, (p.path.empty() ? "" : p.path + ": ") + p.what);
  }

  // ---- Reading
  void split_settings() {
    for (const std::string& set : out_.request.sets) {
      const std::size_t equals = set.find('=');
      if (equals == std::string::npos || equals == 0)
        throw InputError(Problem{.file = "--set", .path = set, .what = "must be PATH=VALUE"});
      const Setting s{set.substr(0, equals), set.substr(equals + 1)};
      if (s.path.starts_with(kScenarioPrefix))
        for_scenario_.push_back({s.path.substr(kScenarioPrefix.size()), s.value});
      else
        for_vehicle_.push_back(s);
    }
  }
  void read_scenario() {
    scenario_ = io::read<scenario::Params>(out_.request.scenario, read_);
    for (const Setting& s : for_scenario_)
      attempt([&] { io::set(scenario_, s.path, std::string_view(s.value), "--set"); });
    if (out_.request.vehicle.empty()) out_.request.vehicle = scenario_.value.vehicle.path;
    if (!out_.request.record.empty()) scenario_.value.record.signals = out_.request.record;
    for (const std::string& c : out_.request.controllers) attempt([&] { set_controller(c); });
  }
  // "motor_control=foc.so,rear"
  void set_controller(const std::string& text) {
    constexpr const char* kOption = "--controller";
    const std::size_t equals = text.find('='), comma = text.find(',');
    const std::string role = text.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == std::min(comma, text.size()))
      throw InputError(
          Problem{.file = kOption, .path = text, .what = "must be ROLE=LIBRARY[,DRIVE_UNIT]"});
    const auto& names = controller::kRoleNames;
    if (std::ranges::find(names, role) == names.end())
      throw InputError(Problem{.file = kOption,
                               .path = text,
                               .what = unknown("role", role, {names.begin(), names.end()})});
    const std::string path = "controllers." + role + ".";
    const std::string library = text.substr(equals + 1, comma - equals - 1);
    io::set(scenario_, path + "library", std::string_view(library), kOption);
    if (comma != std::string::npos)
      io::set(scenario_, path + "drive_units", std::string_view(text).substr(comma + 1), kOption);
  }
  void load_controllers() {
    const scenario::Controllers& c = scenario_.value.controllers;
    try {
      out_.c.controllers = loaded_controllers(c, out_.request.load_controllers, controller_input_);
    } catch (const InputError& e) {
      for (const Problem& p : e.problems()) in_scenario(p.path, p.what);
    }
  }
  void read_vehicle() {
    if (out_.request.vehicle.empty()) return;
    vehicle_ = io::read<car::Params<double>>(out_.request.vehicle, read_);
    for (const Setting& s : for_vehicle_)
      attempt([&] { io::set(vehicle_, s.path, std::string_view(s.value), "--set"); });
    attempt([&] { out_.c.tyres = read_tyres(vehicle_.value, noting()); });
  }
  void read_driver() {
    const auto& driver = scenario_.value.driver;
    if (const auto* d = std::get_if<scenario::Follow>(&driver))
      read_csv("driver.cycle", d->cycle.path, TraceKind::speed);
    if (const auto* d = std::get_if<scenario::Exact>(&driver))
      read_csv("driver.cycle", d->cycle.path, TraceKind::speed);
    if (const auto* d = std::get_if<scenario::Pedals>(&driver))
      read_csv("driver.pedals", d->pedals.path, TraceKind::pedals);
    if (const auto* d = std::get_if<scenario::Sequence>(&driver))
      for (const scenario::Phase& p : d->phases)
        out_.c.traces.push_back(p.cycle.path.empty() ? scenario::Trace{}
                                                     : traced(p.cycle.path, TraceKind::speed));
  }
  // Files that only the chassis multi_body reads.
  void read_road() {
    const std::string& path = scenario_.value.road.path.path;
    if (!path.empty()) out_.c.path = read_path(path, noting());
    if (const auto* t = std::get_if<scenario::OneAxle>(&scenario_.value.trailer)) read_trailer(*t);
  }
  void read_trailer(const scenario::OneAxle& t) {
    if (scenario_.value.chassis == scenario::Chassis::longitudinal)
      in_scenario("trailer", "needs the chassis multi_body (--level chassis=multi_body)");
    if (t.params.nose_mass >= t.params.mass)
      in_scenario("trailer.nose_mass", "must be below trailer.mass");
    if (t.tyre.path.empty())
      return in_scenario("trailer.tyre", "missing; must be the name of a .tir file");
    out_.c.trailer =
        multibody::Trailer{.params = t.params, .tyre = read_tyre(t.tyre.path, noting()).params};
  }
  ReadFile noting() {
    return [this](const std::string& name) {
      FileText text = read_(name);
      const bool known =
          std::ranges::find(trace_input_, name, &InputFile::name) != trace_input_.end();
      if (text.error.empty() && !known) trace_input_.push_back({name, text.text});
      return text;
    };
  }
  void read_csv(const std::string& path, const std::string& file, TraceKind kind) {
    if (file.empty()) return in_scenario(path, "missing; must be the name of a CSV file");
    out_.c.trace = traced(file, kind);
  }
  scenario::Trace traced(const std::string& file, TraceKind kind) {
    return read_trace(file, kind, noting());
  }

  // ---- Checking
  void check_scenario() {
    std::visit([this](const auto& b) { check_start(b.SOC_empty, b.SOC_full); },
               vehicle_.value.battery);
    if (const auto* pack = std::get_if<battery_pack::Params<double>>(&vehicle_.value.battery))
      check_temperature(*pack->R_0.data());
    try {
      out_.c.test_mass = test_mass(scenario_.value.test_mass, vehicle_.value);
    } catch (const InputError& e) {
      for (const Problem& p : e.problems()) problems_.add(vehicle_.problem(p.path, p.what));
    }
    if (out_.c.controllers.motor_control && scenario_.value.level == scenario::Level::energy)
      in_scenario("controllers.motor_control.library",
                  "needs the level drive or waveform (--level drive); at energy nothing calls it");
    check_limits_alone();
  }
  void check_chassis() {
    if (scenario_.value.chassis == scenario::Chassis::longitudinal) return;
    if (scenario_.value.level == scenario::Level::energy)
      in_scenario("chassis", "multi_body needs the level drive or waveform (--level drive)");
    if (!multibody::given(vehicle_.value))
      return problems_.add(vehicle_.problem(
          "body",
          "is of the type longitudinal; the chassis multi_body needs one of the type "
          "multi_body"));
    const auto& units = vehicle_.value.drive_units;
    std::vector<std::pair<drive_unit::Axle, body::Side>> turned;
    for (int k = 0; k < units.size(); ++k) {
      const std::string path = "drive_units." + units.name(k) + ".shafts";
      if (body::train(units[k].shafts) == nullptr)
        problems_.add(vehicle_.problem(
            path,
            "is of the type rigid; the chassis multi_body needs one of the type torsional or "
            "one_wheel"));
      const auto* one = std::get_if<body::OneWheel<double>>(&units[k].shafts);
      if (one == nullptr) continue;
      const std::pair wheel{units[k].axle, one->side};
      if (std::ranges::find(turned, wheel) != turned.end())
        problems_.add(vehicle_.problem(path + ".side", "another unit turns this wheel"));
      turned.push_back(wheel);
    }
  }
  void check_limits_alone() {
    for (std::size_t i = 0; i < scenario_.value.expect.size(); ++i) {
      const scenario::Limit& limit = scenario_.value.expect[i];
      const std::string path = "expect." + std::to_string(i);
      if (limit.kpi.empty()) in_scenario(path, "names no kpi");
      if (!std::isfinite(limit.min) && !std::isfinite(limit.max))
        in_scenario(path, "needs min, max or both");
      if (limit.min > limit.max)
        in_scenario(path + ".min", format(limit.min) + " is above max, " + format(limit.max));
    }
  }
  void check_start(double SOC_empty, double SOC_full) {
    if (scenario_.value.initial.full) return;
    const double SOC = scenario_.value.initial.SOC;
    if (SOC < SOC_empty || SOC > SOC_full)
      in_scenario("initial.SOC", format(SOC) + " is outside the battery's usable window, " +
                                     format(SOC_empty) + " to " + format(SOC_full));
  }
  void check_temperature(const Table2Data& R_0) {
    if (std::ranges::min(R_0.values()) == std::ranges::max(R_0.values())) return;
    const double T = scenario_.value.initial.T_battery, low = R_0.y().front(),
                 high = R_0.y().back();
    if (T >= low - kFarOutside && T <= high + kFarOutside) return;
    const Unit& unit = display_unit(Dim::temperature);
    const auto shown = [&](double si) { return format_rounded(from_si(unit, si)); };
    in_scenario("initial.T_battery", shown(T) + " degC is far outside the battery's R_0 table, " +
                                         shown(low) + " to " + shown(high) + " degC");
  }

  void fill_case() {
    Case& c = out_.c;
    c.vehicle_name = stem(out_.request.vehicle);
    c.scenario_name = stem(out_.request.scenario);
    c.vehicle = vehicle_.value;
    c.scenario = scenario_.value;
    out_.vehicle_origins = std::move(vehicle_.origins);
    out_.scenario_origins = scenario_.origins;
    out_.inputs = std::move(scenario_.inputs);
    for (auto* more : {&vehicle_.inputs, &trace_input_, &controller_input_})
      for (InputFile& f : *more) out_.inputs.push_back(std::move(f));
  }

  // What shows only when both are put together: a simulation is built and left unused.
  void check_together() {
    try {
      const double end = driver_trace(out_.c).duration;
      for (std::size_t i = 0; i < scenario_.value.timeline.size(); ++i)
        if (scenario_.value.timeline[i].t > end)
          in_scenario(
              "timeline." + std::to_string(i) + ".t",
              format(scenario_.value.timeline[i].t) + " s is after the end, " + format(end) + " s");
      Case without_limits = out_.c;
      without_limits.scenario.expect.clear();
      Simulation simulation(std::move(without_limits), parameter_setter());
      check_patterns(simulation);
      check_limits(simulation);
      check_commands(simulation);
    } catch (const InputError& e) {
      in_scenario("", e);
    } catch (const std::invalid_argument& e) {
      in_scenario("", e.what());
    }
  }
  void check_patterns(const Simulation& simulation) {
    const auto all = signals::list(simulation);
    for (const std::string& pattern : scenario_.value.record.signals) {
      const auto fits = [&](const signals::Info& s) { return signals::matches(pattern, s.path); };
      if (std::ranges::any_of(all, fits)) continue;
      std::vector<std::string> paths;
      for (const signals::Info& s : all) paths.push_back(s.path);
      const std::string what = unknown("signal", pattern, paths);
      if (out_.request.record.empty())
        in_scenario("record.signals", what);
      else
        problems_.add({.file = "--record", .line = 0, .path = {}, .what = what});
    }
  }
  void check_limits(const Simulation& simulation) {
    if (scenario_.value.expect.empty()) return;
    std::vector<std::string> names;
    for (const Kpi& k : kpis(simulation)) names.push_back(k.name);
    for (std::size_t i = 0; i < scenario_.value.expect.size(); ++i) {
      const std::string& name = scenario_.value.expect[i].kpi;
      if (std::ranges::find(names, name) == names.end())
        in_scenario("expect." + std::to_string(i) + ".kpi", unknown("KPI", name, names));
    }
  }
  void check_commands(Simulation& simulation) {
    for (std::size_t i = 0; i < scenario_.value.timeline.size(); ++i) {
      try {
        simulation.command(scenario_.value.timeline[i]);
      } catch (const InputError& e) {
        in_scenario("timeline." + std::to_string(i), e);
      }
    }
  }

  const ReadFile& read_;
  Problems problems_;
  std::vector<Setting> for_scenario_, for_vehicle_;
  Loaded<scenario::Params> scenario_;
  Loaded<car::Params<double>> vehicle_;
  std::vector<InputFile> trace_input_, controller_input_;
  LoadedCase out_;
};

}  // namespace

controller::Controllers loaded_controllers(const scenario::Controllers& c,
                                           const controller::Load& load,
                                           std::vector<InputFile>& inputs) {
  const std::array<const std::string*, 4> files{&c.motor_control.library.path, &c.vcu.library.path,
                                                &c.bms.library.path, &c.brake.library.path};
  std::size_t first = 0;
  while (first < files.size() && files[first]->empty()) ++first;
  if (first == files.size()) return {};
  if (!load)
    throw InputError(
        Problem{.path = "controllers." + std::string(controller::kRoleNames[first]) + ".library",
                .what = "this program can't load controllers"});
  controller::Controllers out = load(c);
  for (const std::string* each : files) {
    const std::string& file = *each;
    if (file.empty() || std::ranges::find(inputs, file, &InputFile::name) != inputs.end()) continue;
    std::ifstream in(file, std::ios::binary);
    inputs.push_back({file, std::string(std::istreambuf_iterator<char>(in), {})});
  }
  return out;
}

LoadedCase load_case(const CaseRequest& request, const ReadFile& read) {
  return CaseLoader(request, read).load();
}

bool check_scenario(const std::string& file, const controller::Load& load_controllers,
                    const ReadFile& read) {
  return CaseLoader({.scenario = file, .load_controllers = load_controllers}, read).load_scenario();
}

SetParameter parameter_setter() {
  return [](car::Params<double>& p, const std::string& path, double value) {
    io::set(p, path, value);
  };
}

std::string stem(std::string_view file) { return std::filesystem::path(file).stem().string(); }

}  // namespace evsim::io
