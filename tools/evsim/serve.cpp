// evsim serve
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>

#include "gui/live/linked_case.h"
#include "gui/live/rerun.h"
#include "gui/live/server.h"
#include "gui/live/thread.h"
#include "sim/io/text.h"
#include "sim/link/problems.h"
#include "tools/evsim/batch.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"
#include "tools/evsim/terminal.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

link::Endpoint endpoint_of(const std::string& listen) {
  try {
    return link::endpoint("tcp://" + listen);
  } catch (const std::invalid_argument& e) {
    throw InputError(Problem{
        .file = "evsim serve", .path = "--listen", .what = "got " + listen + ": " + e.what()});
  }
}

// The files' texts, without libraries of controllers: those stay here.
live::CaseFiles files_of(const io::LoadedCase& l) {
  live::CaseFiles out{.vehicle = l.request.vehicle,
                      .scenario = l.request.scenario,
                      .sets = l.request.sets,
                      .levels = l.request.levels,
                      .files = {},
                      .signals = {},
                      .buses = {}};
  const scenario::Controllers& c = l.c.scenario.controllers;
  for (const io::InputFile& f : l.inputs)
    if (f.name != c.motor_control.library.path && f.name != c.vcu.library.path &&
        f.name != c.bms.library.path && f.name != c.brake.library.path)
      out.files.push_back(f);
  return out;
}

// Until Ctrl-C, or the time-out.
void serve(live::Session& session, live::Server& server, double timeout) {
  const live::Thread steps(session);
  constexpr double kLongest = 0.002;  // [s]
  const double end = timeout > 0.0 ? link::wall_clock() + timeout : kInfinity;
  while (!terminal::interrupted() && link::wall_clock() < end) server.look(kLongest);
}

// The same run again by its commands, as far as it came: the same bits, with all that is recorded.
Outcome run_again(const Planned& planned, const live::Session& session, const std::string& format) {
  Outcome out;
  live::Rerun again =
      live::rerun(planned.loaded.c, session.simulation().command_log(), session.t());
  out.report = write_run(again.result, planned.loaded, again.scheme, planned.folder, format);
  out.result = std::move(again.result);
  return out;
}

}  // namespace

ExitCode serve_command(const ServeArguments& a) {
  terminal::catch_interrupts();
  std::vector<Planned> cases = plan(a.run);
  Planned& planned = cases.front();
  const live::CaseFiles files = files_of(planned.loaded);
  const link::Endpoint at = endpoint_of(a.listen);
  std::string secret;
  if (!a.secret.empty()) secret = live::secret_of_file(a.secret);
  if (secret.empty() && !live::is_loopback(at))
    throw InputError(Problem{.file = "evsim serve",
                             .path = "--listen",
                             .what = a.listen + " can be reached from other machines: needs a "
                                                "secret (--secret FILE)"});

  std::optional<live::LinkedCase> linked;
  if (!a.link.empty()) {
    linked.emplace(planned.loaded.c, a.link, [] { return terminal::interrupted(); });
    for (const std::string& place : linked->places()) print_error(place + "\n");
  }
  live::Session session(planned.loaded.c, {.paused = a.paused, .pace = a.pace},
                        linked ? linked->buses() : live::Buses{});
  live::Server server(
      {.at = at,
       .secret = secret,
       .say = [](const std::string& text) { print_error("window: " + text + "\n"); }},
      session.port(), files);
  print_error(fmt::format("{} in {} listens at {}\n", planned.loaded.c.vehicle_name,
                          planned.loaded.c.scenario_name, link::to_string(server.endpoint())));
  serve(session, server, a.run.timeout);
  if (linked) return ExitCode::held;  // nobody can run it again without the controllers
  const Outcome o = run_again(planned, session, a.run.format);
  print(run_text(planned, o));
  return ExitCode::held;
}

}  // namespace evsim::cli
