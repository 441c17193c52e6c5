// A whole run: from a case to KPIs with verdicts, closed books and recorded signals.
#pragma once

#include <string>
#include <vector>

#include "sim/run/signals.h"
#include "sim/run/simulation.h"
#include "sim/run/waveform.h"

namespace evsim {

enum class Verdict { none, pass, fail };  // none: no limit was set

struct Kpi {
  std::string name;  // carries its unit: energy_consumption_battery_Wh_per_km
  std::string unit;  // as people write it: Wh/km
  double value;      // in that unit; NaN where it does not exist in this run
  std::string doc;   // one line
  std::vector<scenario::Limit> limits = {};
  Verdict verdict = Verdict::none;
  bool of_manoeuvre =
      false;  // a run that shows no such thing has no such figure, unless a limit asks for it
};

struct Recording {
  std::vector<signals::Info> signals;        // without the time
  std::vector<double> t;                     // [s]
  std::vector<std::vector<double>> columns;  // one a signal [SI]
};

struct RunResult {
  std::string vehicle, scenario;
  std::vector<Kpi> kpis;
  Verdict verdict = Verdict::pass;  // fail when any limit failed; none when there is none
  End end = End::running;
  double t_end = 0.0;  // [s]
  ledger::Books books;
  Recording recording;
  waveform::Window waveforms;  // at the level waveform
  std::vector<scenario::Event> command_log;
  std::vector<LinkFigures> links;  // to controllers outside of this program
  long steps = 0;
  double cpu_seconds = 0.0, wall_seconds = 0.0;  // of the integration alone
  bool interrupted = false;
  std::string failure = {};  // of a controller of the user's own, that ended the run; else ""
};

struct RunOptions {
  std::function<bool()> stop;            // asked at each instant: interrupt or time-out
  std::function<void(double)> progress;  // share of the duration, 0..1, at instants
  bool record = true;
};

// Runs a simulation to its end, or until a controller of the user's own fails: what it computed then stands, and
// its verdict is fail.
RunResult run(Simulation& simulation, const RunOptions& options = {});

// The KPIs of a simulation as it stands, with the scenario's limits. Throws InputError for a limit on a
// KPI that does not exist.
std::vector<Kpi> kpis(const Simulation& simulation);

// fail where one has failed, pass where one has passed and none failed.
Verdict worst(const std::vector<Kpi>& kpis);

// Adds limits and their verdicts. Throws InputError for a KPI that does not exist.
void judge(std::vector<Kpi>& kpis, const std::vector<scenario::Limit>& limits);

// Energy from the outlet to bring the battery back from one state of charge to another, at the charger's
// power [J].
double recharge_energy(const car::Params<double>& vehicle, double T_battery, double SOC_from,
                       double SOC_to);

// A KPI of two runs side by side.
struct KpiDifference {
  std::string name, unit;
  double a, b;      // NaN where a run lacks it
  double relative;  // |b - a| / max(|a|, |b|), 0 where both are 0
};
std::vector<KpiDifference> differences(const std::vector<Kpi>& a, const std::vector<Kpi>& b);

}  // namespace evsim
