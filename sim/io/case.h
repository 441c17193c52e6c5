// Everything that a run needs, read and checked at once: scenario, vehicle, the driver's trace, and what
// the command line changed.
//
//   const io::LoadedCase loaded = io::load_case({.scenario = "scenarios/wltc.json"});  // throws InputError
//   Simulation simulation(loaded.c, io::parameter_setter());
//
// Each figure of a file was checked by the reader; here they are checked against each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/io/reader.h"
#include "sim/run/simulation.h"

namespace evsim::io {

struct CaseRequest {
  std::string scenario = {};             // file
  std::string vehicle = {};              // file; "": the one that the scenario names
  std::vector<std::string> sets = {};    // PATH=VALUE in this order; a path that begins with
                                         // "scenario." changes the scenario, any other the vehicle
  std::vector<std::string> levels = {};  // a preset, or COMPONENT=LEVEL
  std::vector<std::string> record = {};  // patterns of signals; none: the scenario's
  std::vector<std::string> controllers = {};  // ROLE=LIBRARY[,DRIVE_UNIT]
  controller::Load load_controllers = {};     // without it none can be loaded
};

struct LoadedCase {
  CaseRequest request;  // with the vehicle's file, whoever named it
  Case c;               // named after the files, without folder and extension
  Origins vehicle_origins, scenario_origins;
  std::vector<InputFile> inputs;  // the scenario's files, the vehicle's, the trace
};

// Throws InputError with all that is wrong.
LoadedCase load_case(const CaseRequest& request, const ReadFile& read = read_file);

// A scenario, its trace and its controllers by themselves; true when it names a vehicle, with which it can be
// loaded. Throws InputError.
bool check_scenario(const std::string& file, const controller::Load& load_controllers = {},
                    const ReadFile& read = read_file);

// The case of a run from its results: parameters in effect and applied commands from the folder, the
// trace and the controllers from the files that were read then. Throws InputError where one has changed.
Case case_of_results(const std::string& folder, const controller::Load& load_controllers = {});

// The controllers that a scenario names, and their files, for the record of a run. Throws InputError with the path
// in the scenario.
controller::Controllers loaded_controllers(const scenario::Controllers& c,
                                           const controller::Load& load,
                                           std::vector<InputFile>& inputs);

// For set_parameter commands of a simulation.
SetParameter parameter_setter();

// A speed trace (t, v and perhaps grade), or a pedal trace (t, accelerator, brake), from t = 0.
enum class TraceKind { speed, pedals };
scenario::Trace read_trace(const std::string& file, TraceKind kind,
                           const ReadFile& read = read_file);

// A file's name without folder and extension.
std::string stem(std::string_view file);

// What is wrong with a car by itself, though each figure is allowed.
void check_vehicle(const car::Params<double>& vehicle, const Origins& origins, Problems& problems);

// What a --level asks for of the electric drive or the chassis, nothing for that of another component. Throws
// InputError for levels that don't exist and for those that the vehicle file does not give.
struct AskedLevel {
  std::optional<scenario::Level> drive;
  std::optional<scenario::Chassis> chassis;
};
AskedLevel check_level(const std::string& level, const car::Params<double>& vehicle,
                       const Origins& origins);

// The tyres that a vehicle's body names; none where it is one mass. Throws InputError.
body::Tyres read_tyres(const car::Params<double>& vehicle, const ReadFile& read = read_file);
// A road's path: columns x and y. Throws InputError.
std::vector<road::Point> read_path(const std::string& file, const ReadFile& read = read_file);

}  // namespace evsim::io
