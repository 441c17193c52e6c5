// Results as if a small car had run: worked out by hand, so that files can be compared word by word.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/io/case.h"
#include "sim/io/results.h"
#include "tests/tools/small_files.h"

namespace evsim::run_sample {

inline io::LoadedCase small_case() {
  const std::map<std::string, std::string> files{{"car.json", small::kVehicle},
                                                 {"drive.json", small::kScenario},
                                                 {"cycle.csv", small::kCycle}};
  return io::load_case({.scenario = "drive.json"}, [files](const std::string& name) {
    return io::FileText{.text = files.at(name), .error = {}, .line = 0};
  });
}

inline io::Provenance provenance(const io::LoadedCase& l) {
  return {"0.1.0", l.inputs, l.vehicle_origins, l.scenario_origins, {}};
}

// 1000 J leave the battery; 300 J stay in the car, 700 J are lost. Residual 0.
inline ledger::Books books() {
  using ledger::Kind;
  return {.entries = {{"power the battery could not give", Kind::intervention, 0.0},
                      {"auxiliaries", Kind::out, 100.0},
                      {"air drag", Kind::out, 150.0},
                      {"rolling resistance", Kind::loss, 120.0},
                      {"tyre slip", Kind::loss, 10.0},
                      {"friction brakes", Kind::loss, 40.0},
                      {"battery resistance", Kind::loss, 60.0},
                      {"battery polarisation", Kind::loss, 20.0},
                      {"rear gear", Kind::loss, 50.0},
                      {"rear machine", Kind::loss, 100.0},
                      {"rear inverter", Kind::loss, 50.0},
                      {"jumps by command", Kind::intervention, 0.0},
                      {"kinetic energy", Kind::store_change, 300.0},
                      {"height", Kind::store_change, 0.0},
                      {"battery charge", Kind::store_change, -1000.0}},
          .residual = 0.0,
          .throughput = 4000.0};
}

// A control unit that was asked a thousand times; once the simulator was late.
inline LinkFigures link() {
  LinkFigures out;
  out.role = "vcu";
  out.at = "tcp://127.0.0.1:4815";
  out.peer = "my <unit>";
  out.counts = {{"exchanges", "with the controller", 1000}};
  Histogram lateness;
  for (int k = 1; k < 1000; ++k) lateness.add(1e-7 * k);
  lateness.add(3e-3);
  out.times = {{"lateness", "from when an exchange was due until it began", lateness}};
  out.pace = {.pace = 1.0,
              .overruns = 1,
              .slipped = 0.0,
              .first = LinkFigures::Late{.t = 0.5, .by = 3e-3},
              .worst = {{.t = 0.5, .by = 3e-3}}};
  return out;
}

inline Kpi kpi(std::string name, std::string unit, double value,
               std::vector<scenario::Limit> limits = {}) {
  Kpi k{std::move(name), std::move(unit), value, "what it says", std::move(limits)};
  k.verdict = Verdict::none;
  for (const scenario::Limit& l : k.limits)
    k.verdict = value >= l.min && value <= l.max && k.verdict != Verdict::fail ? Verdict::pass
                                                                               : Verdict::fail;
  return k;
}
inline scenario::Limit limit(std::string kpi, double min, double max, std::string id) {
  return {.kpi = std::move(kpi), .min = min, .max = max, .id = std::move(id)};
}

// Two seconds, three samples: one Ws goes out and half a Ws comes back.
inline RunResult tiny() {
  RunResult r;
  r.vehicle = "car";
  r.scenario = "drive";
  r.kpis = {
      kpi("energy_Wh_per_km", "Wh/km", 165.25,
          {limit("energy_Wh_per_km", -kInfinity, 160, "ENERGY-1")}),
      kpi("trace_error_km_per_h", "km/h", 0.5, {limit("trace_error_km_per_h", 0, 2, "TRACE-1")}),
      kpi("range_km", "km", std::numeric_limits<double>::quiet_NaN())};
  r.verdict = Verdict::fail;
  r.end = End::trace_done;
  r.t_end = 2.0;
  r.steps = 8;
  r.books = books();
  r.recording.signals = {{"driver.v_ref", Dim::speed},
                         {"body.v", Dim::speed},
                         {"battery.p", Dim::power},
                         {"battery.SOC", Dim::none}};
  r.recording.t = {0, 1, 2};
  r.recording.columns = {{0, 10, 5}, {0, 9, 5.5}, {0, 1, -1}, {0.8, 0.75, 0.75}};
  r.command_log = {
      {.t = 0.5, .command = scenario::SetParameter{"auxiliaries.power_kW", 0.1}},
      {.t = 1.0 / 3.0,
       .command = scenario::Override{"driver.F_request_N", scenario::Mode::scale, 0.5}},
      {.t = 1, .command = scenario::SetState{"SOC", 0.5}}};
  r.cpu_seconds = 0.001;
  r.wall_seconds = 0.002;
  return r;
}

// As a driven cycle records: rows of `columns` signals that look like noise, so that no digit is spared.
inline RunResult large(std::size_t rows, std::size_t columns) {
  RunResult r = tiny();
  r.recording = {};
  const std::vector<signals::Info> usual{{"driver.v_ref", Dim::speed},
                                         {"body.v", Dim::speed},
                                         {"body.p_wheel", Dim::power},
                                         {"drive_units.rear.tau", Dim::torque},
                                         {"drive_units.rear.omega", Dim::angular_speed},
                                         {"drive_units.rear.p_electrical", Dim::power},
                                         {"battery.SOC", Dim::none},
                                         {"battery.u", Dim::voltage},
                                         {"battery.i", Dim::current},
                                         {"battery.p", Dim::power}};
  for (std::size_t i = 0; i < columns; ++i)
    r.recording.signals.push_back(
        i < usual.size() ? usual[i] : signals::Info{"more.s" + std::to_string(i), Dim::power});
  r.recording.columns.resize(columns);
  for (std::size_t k = 0; k < rows; ++k) {
    r.recording.t.push_back(static_cast<double>(k));
    for (std::size_t i = 0; i < columns; ++i)
      r.recording.columns[i].push_back(
          100.0 * std::sin(1e-2 * static_cast<double>(k) + static_cast<double>(i)) +
          std::sin(static_cast<double>(37 * k + i)));
  }
  return r;
}

}  // namespace evsim::run_sample
