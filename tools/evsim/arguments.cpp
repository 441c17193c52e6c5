#include "tools/evsim/arguments.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "sim/io/data_sheet.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/help.h"
#include "tools/evsim/print.h"

namespace evsim::cli {
namespace {

// The parser and what it fills.
struct CommandLine {
  CLI::App app{help::kAbout, "evsim"};
  RunArguments run;
  HilArguments hil;
  GuiArguments gui;
  ServeArguments serve;
  CanArguments can;
  CheckArguments check;
  DescribeArguments describe;
  ListArguments list;
  SchemaArguments schema;
  CompareArguments compare;
  ReplayArguments replay;
  ValidateArguments validate;
  MapArguments map;
  ResponseArguments response;
  ConvertArguments convert;
  NewVehicleArguments new_vehicle;
  CompletionArguments completion;
  bool version = false;
  std::function<ExitCode()> action;

  CommandLine() {
    app.footer(help::kMain);
    app.require_subcommand(0, 1);
    app.add_flag("--version", version, "version, compiler and what this program was built with");
    app.get_formatter()->column_width(34);
    add_run();
    add_hil();
    add_gui();
    add_serve();
    add_can();
    add_check();
    add_describe();
    add_list();
    add_schema();
    add_compare();
    add_replay();
    add_validate();
    add_map();
    add_response();
    add_convert();
    add_new_vehicle();
    add_completion();
  }

  template <class Arguments> CLI::App& command(const char* name, const char* about,
                                               const char* footer, Arguments& arguments,
                                               ExitCode (*call)(const Arguments&)) {
    CLI::App* c = app.add_subcommand(name, about);
    c->footer(footer);
    c->callback(
        [this, &arguments, call] { action = [&arguments, call] { return call(arguments); }; });
    return *c;
  }
  // One value an option, so that what follows it is no further value of it.
  static CLI::Option* many(CLI::App& c, const char* name, std::vector<std::string>& values,
                           const char* about) {
    return c.add_option(name, values, about)->allow_extra_args(false);
  }

  void add_run() {
    CLI::App& c = command("run", "run scenarios with vehicles, judge them, write the results",
                          help::kRun, run, run_command);
    c.add_option("SCENARIO", run.scenarios, "scenario files")->required()->type_name("FILE");
    many(c, "--vehicle", run.vehicles, "vehicle file; several: each scenario with each")
        ->type_name("FILE");
    add_choices(c, run);
    many(c, "--controller", run.controllers,
         "shared library as motor_control (of all units, or of one), vcu, bms or brake")
        ->type_name("ROLE=LIBRARY[,UNIT]");
    c.add_flag("--verify", run.verify,
               "run again with SUNDIALS, error-controlled, and show the difference of each KPI");
    c.add_option("--jobs", run.jobs, "threads [one a core]")->type_name("N");
  }
  // Of all commands that run scenarios.
  static void add_choices(CLI::App& c, RunArguments& run) {
    many(c, "--set", run.sets, "change a value; PATH with its unit; scenario.PATH for the scenario")
        ->type_name("PATH=VALUE");
    many(c, "--level", run.levels,
         "energy, drive, waveform, or COMPONENT=LEVEL such as machine=dq, inverter=switched")
        ->type_name("LEVEL");
    c.add_option("--out", run.out, "folder for the results [results]")->type_name("DIR");
    c.add_option("--format", run.format, "of the signals: csv or hdf5 [csv]")->type_name("FORMAT");
    many(c, "--record", run.record, "signals to keep, with * and ?, instead of the scenario's")
        ->type_name("GLOB");
    c.add_flag("--json", run.json, "results as JSON on stdout");
    c.add_option("--timeout", run.timeout, "wall-clock limit of all runs in seconds [none]")
        ->type_name("S");
  }
  void add_hil() {
    CLI::App& c = command("hil", "run a scenario with controllers behind sockets", help::kHil, hil,
                          hil_command);
    hil.run.jobs = 1;
    c.add_option("SCENARIO", hil.run.scenarios, "scenario file")
        ->required()
        ->expected(1)
        ->type_name("FILE");
    c.add_option("--link", hil.link, "link file: which roles, and where they listen")
        ->required()
        ->type_name("FILE");
    c.add_option("--vehicle", hil.run.vehicles, "vehicle file")->expected(1)->type_name("FILE");
    CLI::Option* lockstep =
        c.add_flag("--lockstep", hil.lockstep, "simulated time as fast as all can [as it is]");
    CLI::Option* pace =
        c.add_option("--pace", hil.pace, "simulated time over wall-clock time; 1: real time")
            ->excludes(lockstep)
            ->check(CLI::Range(1e-6, 1e6))
            ->type_name("FACTOR");
    c.add_option("--on-overrun", hil.on_overrun,
                 "where the pace can't be held: warn and catch up, slip the wall clock, or abort "
                 "[warn]")
        ->needs(pace)
        ->check(CLI::IsMember({"warn", "slip", "abort"}))
        ->type_name("POLICY");
    c.add_option("--fifo", hil.priority, "real-time priority, SCHED_FIFO")
        ->check(CLI::Range(1, 99))
        ->type_name("PRIORITY");
    c.add_option("--core", hil.core, "processor core to stay on")
        ->check(CLI::Range(0, 1023))
        ->type_name("N");
    c.add_flag("--lock-memory", hil.lock_memory, "keep all memory from being paged out");
    c.add_option("--can-log", hil.can_log,
                 "keep all frames of buses: candump, or ASC by its ending")
        ->type_name("FILE");
    add_choices(c, hil.run);
  }
  void add_gui() {
    CLI::App& c = command("gui", "drive and tune a car in a window", help::kGui, gui, gui_command);
    CLI::Option* connect =
        c.add_option("--connect", gui.connect, "show and tune what evsim serve runs there")
            ->type_name("HOST:PORT");
    c.add_option("--secret", gui.secret, "file of the secret that it asks for")
        ->needs(connect)
        ->type_name("FILE");
    c.add_option("VEHICLE", gui.vehicle, "vehicle file")->excludes(connect)->type_name("FILE");
    c.add_option("SCENARIO", gui.scenario, "scenario file")->excludes(connect)->type_name("FILE");
    c.add_option("--link", gui.link, "link file: roles whose controllers are outside, as of hil")
        ->excludes(connect)
        ->type_name("FILE");
    many(c, "--set", gui.sets, "change a value; PATH with its unit; scenario.PATH for the scenario")
        ->type_name("PATH=VALUE");
    many(c, "--level", gui.levels,
         "energy, drive, waveform, or COMPONENT=LEVEL such as machine=dq, inverter=switched")
        ->type_name("LEVEL");
    c.add_option("--pace", gui.pace, "simulated time over wall-clock time [1]")
        ->check(CLI::PositiveNumber)
        ->type_name("FACTOR");
    c.add_flag("--paused", gui.paused, "begin in a pause");
    c.add_option("--layout", gui.layout, "tuning, drive, driving, hil, or one of your own")
        ->type_name("NAME");
    c.add_flag("--light", gui.light, "light colours");
    c.add_option("--frames", gui.frames,
                 "so many frames of 1/60 s each, in step with the simulation, then end [none]")
        ->check(CLI::Range(1, 1000000))
        ->type_name("N");
    c.add_option("--screenshot", gui.screenshot, "keep the last frame as PNG [none]")
        ->type_name("FILE");
  }
  void add_serve() {
    CLI::App& c = command("serve", "run a scenario for a window on another machine", help::kServe,
                          serve, serve_command);
    serve.run.jobs = 1;
    c.add_option("SCENARIO", serve.run.scenarios, "scenario file")
        ->required()
        ->expected(1)
        ->type_name("FILE");
    c.add_option("--vehicle", serve.run.vehicles, "vehicle file")->expected(1)->type_name("FILE");
    c.add_option("--listen", serve.listen,
                 "where; a host that other machines reach needs a secret [127.0.0.1:4817]")
        ->type_name("HOST:PORT");
    c.add_option("--secret", serve.secret, "file of 16 bytes or more that the window must know")
        ->type_name("FILE");
    c.add_option("--link", serve.link, "link file: roles whose controllers are outside, as of hil")
        ->type_name("FILE");
    c.add_option("--pace", serve.pace, "simulated time over wall-clock time, at first [1]")
        ->check(CLI::PositiveNumber)
        ->type_name("FACTOR");
    c.add_flag("--paused", serve.paused, "begin in a pause");
    add_choices(c, serve.run);
  }
  void add_can() {
    CLI::App& c = command("can", "show, send and describe the frames of a CAN bus", help::kCan, can,
                          can_command);
    c.add_option("WHAT", can.what, "dump, send or dbc")->required()->type_name("");
    c.add_option("WHERE", can.where, "the adapter's address; of dbc: the file")
        ->required()
        ->type_name("");
    c.add_option("WORDS", can.words,
                 "of send: the frame, or a message and its signals; of dbc: a message")
        ->type_name("");
    c.add_option("--dbc", can.dbc, "database that describes messages and signals")
        ->type_name("FILE");
    c.add_option("--link", can.link,
                 "link file: databases and protection of its roles on CAN buses, in place of --dbc")
        ->type_name("FILE");
    CLI::Option* e2e =
        c.add_option("--e2e", can.e2e, "of send: AUTOSAR E2E profile, CRC and counter in front")
            ->check(CLI::IsMember({"1A", "1B", "1C", "2", "5", "11A", "11C"}))
            ->type_name("PROFILE");
    c.add_option("--data_id", can.data_id, "its identity [0]")
        ->needs(e2e)
        ->check(CLI::Range(0, 65535))
        ->type_name("N");
    c.add_option("--data_ids", can.data_ids, "of profile 2: 32 hexadecimal digits")
        ->needs(e2e)
        ->type_name("HEX");
    c.add_option("--log", can.log, "write frames to FILE.log (candump) or FILE.asc")
        ->type_name("FILE");
    c.add_option("--count", can.count, "end after so many frames [none]")->type_name("N");
    c.add_option("--seconds", can.seconds, "end after so long [none]")->type_name("S");
    c.add_flag("--cycle", can.cycle, "send again and again, with the cycle time of the database");
    c.add_option("--cycle_ms", can.cycle_ms, "the same with this cycle time")->type_name("MS");
    c.add_flag("--json", can.json, "of dbc: as JSON on stdout");
  }
  void add_check() {
    CLI::App& c =
        command("check", "check vehicle, scenario, cycle and link files without running them",
                help::kCheck, check, check_command);
    c.add_option("FILE", check.files, "files of any of these kinds")->required()->type_name("");
  }
  void add_describe() {
    CLI::App& c = command("describe", "explain the values of a vehicle, or all there are",
                          help::kDescribe, describe, describe_command);
    c.add_option("WHAT", describe.what, "a vehicle's file, parameters, signals, units, interface")
        ->required()
        ->type_name("");
    c.add_option("FILTER", describe.filter,
                 "part of a path, or a pattern with * and ?; of interface: the role")
        ->type_name("");
  }
  void add_list() {
    CLI::App& c = command("list", "list the vehicles, scenarios and cycles at hand", help::kList,
                          list, list_command);
    c.add_option("WHAT", list.what, "vehicles, scenarios or cycles [all]")->type_name("");
  }
  void add_schema() {
    CLI::App& c = command("schema", "JSON Schema of vehicle, scenario and link files, for editors",
                          help::kSchema, schema, schema_command);
    c.add_option("KIND", schema.kind, "vehicle, scenario or link [all]")->type_name("");
    c.add_option("--write", schema.folder, "write KIND.schema.json there")->type_name("DIR");
  }
  void add_compare() {
    CLI::App& c = command("compare", "compare the KPIs of two runs, and their signals",
                          help::kCompare, compare, compare_command);
    c.add_option("RUN_A", compare.a, "folder of a run")->required()->type_name("");
    c.add_option("RUN_B", compare.b, "folder of another")->required()->type_name("");
    many(c, "--tolerance", compare.tolerances,
         "allowed relative difference, of all KPIs or of one [0]")
        ->type_name("REL|KPI=REL");
    c.add_option("--signals", compare.signals,
                 "signals too: how far they may be apart, as a share of their range")
        ->check(CLI::NonNegativeNumber)
        ->type_name("SHARE");
  }
  void add_replay() {
    CLI::App& c = command("replay", "run again from a run's results and compare bit by bit",
                          help::kReplay, replay, replay_command);
    c.add_option("RUN", replay.folder, "folder of a run")->required()->type_name("");
  }
  void add_validate() {
    CLI::App& c = command("validate", "run cars against published figures and judge the errors",
                          help::kValidate, validate, validate_command);
    c.add_option("VEHICLE", validate.vehicles, "cars by name or vehicle file [all]")->type_name("");
    c.add_option("--published", validate.published, "the figures [vehicles/published.json]")
        ->type_name("FILE");
    c.add_option("--out", validate.out, "folder for the report [results/validation]")
        ->type_name("DIR");
    c.add_option("--jobs", validate.jobs, "threads [one a core]")->type_name("N");
    c.add_flag("--json", validate.json, "the result as JSON on stdout");
  }
  void add_map() {
    CLI::App& c =
        command("map", "a drive unit's efficiency, losses and limits over speed and torque",
                help::kMap, map, map_command);
    c.add_option("VEHICLE", map.vehicle, "vehicle file")->required()->type_name("FILE");
    c.add_option("UNIT", map.unit, "drive_units.NAME [the only one]")->type_name("");
    many(c, "--u-dc", map.u_dc, "DC voltage in V; several: a map at each [U_ref]")->type_name("V");
    c.add_option("--temperature", map.temperature, "of the machine in degC [80]")
        ->type_name("DEGC");
    many(c, "--set", map.sets, "change a value; PATH with its unit")->type_name("PATH=VALUE");
    c.add_option("--out", map.out, "folder for the result [results/map]")->type_name("DIR");
    c.add_flag("--json", map.json, "envelope, loci and best efficiencies as JSON on stdout");
  }
  void add_response() {
    CLI::App& c = command("response", "frequency response and margins of a drive unit's control",
                          help::kResponse, response, response_command);
    c.add_option("VEHICLE", response.vehicle, "vehicle file")->required()->type_name("");
    c.add_option("UNIT", response.unit, "drive_units.NAME [the only one]")->type_name("");
    c.add_option("--speed", response.speed, "of the machine in rpm [half its base speed]")
        ->type_name("RPM");
    c.add_option("--torque", response.torque,
                 "of the air gap in Nm [a quarter of the most at that speed]")
        ->type_name("NM");
    c.add_option("--u-dc", response.u_dc, "DC voltage in V [the machine's U_ref]")->type_name("V");
    c.add_option("--inertia", response.inertia, "that the speed loop turns in kg m2 [the rotor's]")
        ->type_name("J");
    c.add_option("--speed-bandwidth", response.speed_bandwidth, "of the speed loop in Hz [4]")
        ->type_name("HZ");
    c.add_option("--points", response.points,
                 "frequencies of the sine sweep of each loop; 0: none [30]")
        ->type_name("N");
    many(c, "--set", response.sets, "change a value of the vehicle; PATH with its unit")
        ->type_name("PATH=VALUE");
    c.add_option("--out", response.out, "folder for the report [results/response]")
        ->type_name("DIR");
    c.add_flag("--json", response.json, "the result as JSON on stdout");
  }
  void add_convert() {
    CLI::App& c = command("convert", "parameters from a machine's data sheet or a tyre's size",
                          help::kConvert, convert, convert_command);
    c.add_option("WHAT", convert.what, "machine or tyre")->required()->type_name("");
    c.add_option("--connection", convert.connection,
                 "star or delta: of the windings, for figures of one winding [star]")
        ->group("Machine")
        ->type_name("");
    c.add_flag("--json", convert.json, "the object machine.dq of a vehicle file on stdout")
        ->group("Machine");
    for (const io::SheetEntry& e : io::sheet_entries())
      c.add_option_function<std::string>(
           std::string("--") + e.name,
           [this, &e](const std::string& value) {
             convert.figures.push_back({e.name, value});
           },
           e.doc)
          ->group("Machine")
          ->type_name("");
    add_convert_tyre(c, convert.tyre);
  }
  void add_convert_tyre(CLI::App& c, ConvertArguments::Tyre& t) {
    const auto option = [&](const char* name, auto& value, const char* doc) {
      c.add_option(name, value, doc)->group("Tyre")->type_name("");
    };
    option("--like", t.like, "property file (.tir) of a tyre that was measured");
    option("--like_size", t.like_size, "its size, as 205/60R15");
    option("--like_load_index", t.like_load_index, "its load index, of standard load");
    option("--size", t.size, "of the tyre that is wanted, as 245/45R19");
    option("--load_index", t.load_index, "its load index");
    c.add_flag("--extra_load", t.extra_load, "it is of extra load (XL)")->group("Tyre");
    option("--pressure_bar", t.pressure_bar, "as filled [that of the measurement]");
    option("--mu", t.mu, "largest F_x over load at the nominal load [as measured]");
    option("--rolling_resistance", t.rolling_resistance, "by ISO 28580 [as measured]");
    option("-o,--out", t.out, "file to write [stdout]");
  }
  void add_new_vehicle() {
    CLI::App& c = command("new-vehicle", "write a vehicle file from the figures of a catalogue",
                          help::kNewVehicle, new_vehicle, new_vehicle_command);
    c.add_option("FILE", new_vehicle.file, "vehicle file to write")->required()->type_name("");
    c.add_flag("--force", new_vehicle.force, "overwrite FILE");
    for (const io::Need need : {io::Need::always, io::Need::road_load, io::Need::optional}) {
      for (const io::WordEntry& word : io::catalogue_words())
        if (word.need == need) add_word(c, word);
      for (const io::FigureEntry& entry : io::catalogue_figures())
        if (entry.need == need) add_figure(c, entry);
    }
  }
  void add_word(CLI::App& c, const io::WordEntry& word) {
    const std::string doc(word.doc);
    catalogue_option(c, std::string(word.name), word.need)
        ->description(word.choices.empty() ? doc : io::one_of(word.choices) + ": " + doc)
        ->type_name("");
  }
  CLI::Option* catalogue_option(CLI::App& c, const std::string& key, io::Need need) {
    const auto add = [this, key](const std::string& value) {
      new_vehicle.figures.push_back({key, value});
    };
    const char* group = need == io::Need::always      ? "Required"
                        : need == io::Need::road_load ? "Required: Cd and area, or a coast-down"
                                                      : "Optional";
    return c.add_option_function<std::string>("--" + key, add)->group(group);
  }
  // In any unit; the help shows the usual one.
  void add_figure(CLI::App& c, const io::FigureEntry& entry) {
    for (const Unit* unit : io::units_of(entry.dim)) {
      if (entry.dim == Dim::none && !unit->key.empty()) continue;
      CLI::Option* o = catalogue_option(c, key_in(entry.name, *unit), entry.need)
                           ->description(std::string(entry.doc))
                           ->type_name("");
      if (unit != &display_unit(entry.dim)) o->group("");
    }
  }
  void add_completion() {
    CLI::App& c = command("completion", "print a script that completes commands in a shell",
                          help::kCompletion, completion, completion_command);
    c.add_option("SHELL", completion.shell, "bash")->required()->type_name("");
  }
};

// ---- Errors -------------------------------------------------------------------------------------

const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

std::vector<std::string> long_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* o : app.get_options())
    for (const std::string& name : o->get_lnames()) names.push_back("--" + name);
  return names;
}
std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* c : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(c->get_name());
  return names;
}

// "evsim run: unknown option --vehicel; did you mean --vehicle?"
[[noreturn]] void refuse(const CLI::App& app, std::string what) {
  const CLI::App& c = deepest(app);
  throw InputError(
      Problem{.file = &c == &app ? "evsim" : "evsim " + c.get_name(), .what = std::move(what)});
}
[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& extra) {
  const CLI::App& c = deepest(app);
  const bool option = extra.starts_with('-');
  const std::string word = extra.substr(0, extra.find('='));
  const bool no_command = !option && &c == &app;
  const auto known = option       ? long_options(c)
                     : no_command ? command_names(app)
                                  : std::vector<std::string>{};
  const std::string near = io::nearest(word, known);
  std::string what = option ? "unknown option " : no_command ? "unknown command " : "unexpected ";
  what += word;
  if (!near.empty())
    what += "; did you mean " + near + "?";
  else
    what += "; see " + std::string(&c == &app ? "evsim" : "evsim " + c.get_name()) + " --help";
  refuse(app, what);
}

}  // namespace

std::function<ExitCode()> parse_arguments(int argc, char** argv) {
  const auto line = std::make_shared<CommandLine>();
  try {
    line->app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return [line] {
      print(line->app.help());
      return ExitCode::held;
    };
  } catch (const CLI::ParseError& e) {
    const std::vector<std::string> extras = line->app.remaining(true);
    if (!extras.empty()) refuse_extra(line->app, extras.front());
    refuse(line->app, e.what());
  }
  if (line->version) return version_command;
  if (line->action) return [line] { return line->action(); };
  return [line] {
    print_error(line->app.help());
    return ExitCode::bad_input;
  };
}

std::vector<CommandOutline> outline() {
  const CommandLine line;
  std::vector<CommandOutline> out{{"", long_options(line.app)}};
  for (const CLI::App* c : line.app.get_subcommands([](const CLI::App*) { return true; }))
    out.push_back({c->get_name(), long_options(*c)});
  return out;
}

}  // namespace evsim::cli
