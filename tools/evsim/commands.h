// The commands and what they are given. Each returns its exit code and throws what is wrong
// (exit_codes.h says what comes of it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/io/new_vehicle.h"

namespace evsim::cli {

struct RunArguments {
  std::vector<std::string> scenarios, vehicles, sets, levels, record, controllers;
  std::string out = "results";
  std::string format = "csv";  // or hdf5
  bool verify = false;
  bool json = false;
  int jobs = 0;          // threads; 0: one a core
  double timeout = 0.0;  // [s]; 0: none
};
ExitCode run_command(const RunArguments& a);

struct HilArguments {
  RunArguments run;
  std::string link;        // file
  bool lockstep = false;   // what is the case without a pace too
  double pace = 0.0;       // simulated over wall-clock time; 0: lockstep
  std::string on_overrun;  // warn, slip or abort; "": warn
  int priority = 0;        // of SCHED_FIFO; 0: as it is
  int core = -1;           // to stay on; -1: any
  bool lock_memory = false;
  std::string can_log;  // file; "": none
};
ExitCode hil_command(const HilArguments& a);

struct ServeArguments {
  RunArguments run;
  std::string listen = "127.0.0.1:4817";  // HOST:PORT
  std::string secret;                     // file; "": none is asked for
  std::string link;                       // file; "": all controllers are built in
  double pace = 1.0;                      // simulated over wall-clock time, at first
  bool paused = false;                    // at first
};
ExitCode serve_command(const ServeArguments& a);

struct GuiArguments {
  std::string vehicle, scenario;          // files
  std::string connect, secret;            // HOST:PORT of evsim serve in their place; file
  std::string link;                       // file; "": all controllers are built in
  std::vector<std::string> sets, levels;  // PATH=VALUE, and as of run
  std::optional<int> frames;              // then it ends; none: when it is closed
  std::string screenshot;                 // file of the last frame; "": none
  std::optional<double> pace;             // simulated over wall-clock time
  bool paused = false;                    // at first
  std::string layout;                     // "": tuning
  bool light = false;                     // colours
};
ExitCode gui_command(const GuiArguments& a);

struct CanArguments {
  std::string what;   // dump, send, dbc
  std::string where;  // address of an adapter; of dbc: the file
  std::vector<std::string>
      words;                   // of send: the frame, or message and signal=value; of dbc: message
  std::string dbc, log, link;  // files
  std::string e2e;             // profile; "": none
  int data_id = 0;
  std::string data_ids;
  std::optional<std::int64_t> count;
  std::optional<double> seconds;
  bool cycle = false;
  std::optional<double> cycle_ms;
  bool json = false;
};
ExitCode can_command(const CanArguments& a);

struct CheckArguments {
  std::vector<std::string> files;
};
ExitCode check_command(const CheckArguments& a);

struct DescribeArguments {
  std::string what;    // a vehicle's file, parameters, signals or units
  std::string filter;  // part of a path, or a pattern with * and ?
};
ExitCode describe_command(const DescribeArguments& a);

struct ListArguments {
  std::string what;  // vehicles, scenarios or cycles; "": all
};
ExitCode list_command(const ListArguments& a);

struct SchemaArguments {
  std::string kind;    // vehicle or scenario; "": both
  std::string folder;  // "": to stdout
};
ExitCode schema_command(const SchemaArguments& a);

struct CompareArguments {
  std::string a, b;                     // folders of runs
  std::vector<std::string> tolerances;  // REL or KPI=REL
  std::optional<double> signals;        // of signals: share of the range that they may be apart
};
ExitCode compare_command(const CompareArguments& a);

struct ReplayArguments {
  std::string folder;  // of a run
};
ExitCode replay_command(const ReplayArguments& a);

struct ValidateArguments {
  std::vector<std::string> vehicles;  // cars by name or vehicle file; none: all
  std::string published = "vehicles/published.json";
  std::string out = "results/validation";
  int jobs = 0;  // threads; 0: one a core
  bool json = false;
};
ExitCode validate_command(const ValidateArguments& a);

struct ConvertArguments {
  std::string what;  // machine, tyre
  std::string connection = "star";
  std::vector<io::KeyValue> figures;  // of io::sheet_entries()
  bool json = false;
  struct Tyre {
    std::string like, like_size, size;
    std::optional<int> like_load_index, load_index;
    bool extra_load = false;
    std::optional<double> pressure_bar, mu, rolling_resistance;
    std::string out;
    bool operator==(const Tyre&) const = default;
  } tyre;
};
ExitCode convert_command(const ConvertArguments& a);

struct MapArguments {
  std::string vehicle, unit;      // file, and drive_units.NAME; "": the only one
  std::vector<std::string> u_dc;  // [V]; none: U_ref
  double temperature = 80.0;      // of the machine [degC]
  std::vector<std::string> sets;  // PATH=VALUE
  std::string out = "results/map";
  bool json = false;
};
ExitCode map_command(const MapArguments& a);

struct ResponseArguments {
  std::string vehicle, unit;      // file, and drive_units.NAME; "": the only one
  std::vector<std::string> sets;  // PATH=VALUE
  // In the unit of the option; none: a default.
  std::optional<double> speed, torque, u_dc, inertia;  // [rpm], [Nm], [V], [kg m2]
  double speed_bandwidth = 4.0;                        // [Hz]
  int points = 30;                                     // of the sweep
  std::string out = "results/response";
  bool json = false;
};
ExitCode response_command(const ResponseArguments& a);

struct NewVehicleArguments {
  std::string file;
  std::vector<io::KeyValue> figures;  // of the catalogue
  bool force = false;                 // overwrite
};
ExitCode new_vehicle_command(const NewVehicleArguments& a);

struct CompletionArguments {
  std::string shell;
};
ExitCode completion_command(const CompletionArguments& a);

ExitCode version_command();

}  // namespace evsim::cli
