// The results of a run: a folder with
//   summary.json      KPIs with verdicts, ledger, provenance, parameters in effect
//   command_log.json  every command that was applied: with vehicle, scenario and seed the run again
//   signals.csv or .h5, report.html, junit.xml
//   waveform.csv      at the level waveform: the window with every edge
//   timing.json       date and time taken; all else is the same bytes for the same run
#pragma once

#include <string>
#include <vector>

#include "sim/io/json_tree.h"
#include "sim/io/reader.h"
#include "sim/run/result.h"

namespace evsim::io {

// Where a run comes from.
struct Provenance {
  std::string version = {};            // of evsim, with the commit where there is one
  std::vector<InputFile> inputs = {};  // all files read, named as the user named them
  Origins vehicle_origins = {};        // units and places of the values in `input.vehicle`
  Origins scenario_origins = {};
  Scheme scheme = {};  // as the simulation says: simulation.scheme()
};

enum class SignalFormat { csv, hdf5, none };

struct ResultOptions {
  SignalFormat signals = SignalFormat::csv;
  bool report = true;
};

// Writes the folder, whole or not at all; missing parents are made. A folder that exists is replaced
// when it is empty or holds results, else EnvironmentError, as for every failure to write.
void write_results(const std::string& folder, const RunResult& result, const Case& input,
                   const Provenance& provenance, const ResultOptions& options = {});

// Before the run: throws EnvironmentError where write_results() would refuse the folder as it is now.
void check_results_folder(const std::string& folder);

// What a summary.json says.
struct Summary {
  std::string vehicle, scenario;  // names
  Verdict verdict = Verdict::none;
  std::string end;  // "done", "battery empty" ...
  bool interrupted = false;
  double t_end = 0.0;  // [s]
  std::vector<Kpi> kpis;
  double residual_over_throughput = 0.0;
  std::string version;  // of the evsim that wrote it
  Json json;            // all of it
};

// of: the folder, or its summary.json. Throws InputError.
Summary read_summary(const std::string& of);

// of: the folder, or its command_log.json. Throws InputError.
std::vector<scenario::Event> read_command_log(const std::string& of);

}  // namespace evsim::io
