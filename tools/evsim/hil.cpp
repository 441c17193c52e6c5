// evsim hil
#include <fmt/format.h>

#include "sim/io/reader.h"
#include "sim/link/remote.h"
#include "tools/evsim/batch.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

// Problems of a link file name it.
template <class F> auto in_file(const std::string& file, F&& f) {
  try {
    return f();
  } catch (const InputError& e) {
    std::vector<Problem> all = e.problems();
    for (Problem& p : all)
      if (p.file.empty()) p.file = file;
    throw InputError(std::move(all));
  }
}

std::string microseconds(double seconds) { return fmt::format("{:.1f} us", 1e6 * seconds); }

std::string link_text(const link::Links::Role& r) {
  const link::Stats& s = r.session->stats();
  std::string out = fmt::format("\nLink of {} at {}, {}\n", r.name,
                                link::to_string(r.session->endpoint()), r.session->peer());
  Table table({Align::left, Align::right});
  const auto line = [&](const char* what, const std::string& value) { table.row({what, value}); };
  line("exchanges", std::to_string(s.exchanges));
  line("without an answer", std::to_string(s.exchanges - s.answered));
  line("joined, dropped", fmt::format("{}, {}", s.joined, s.dropped));
  if (s.answered > 0) {
    line("round trip, mean", microseconds(s.round_trip_sum / static_cast<double>(s.answered)));
    line("round trip, half / 99 % below", microseconds(link::round_trip_quantile(s, 0.5)) + " / " +
                                              microseconds(link::round_trip_quantile(s, 0.99)));
    line("round trip, longest", microseconds(s.round_trip_max));
  }
  const std::pair<const char*, std::int64_t> counts[] = {
      {"patience at an end", s.silences}, {"answers after it", s.late},
      {"steps sent again", s.resent},     {"answers twice", s.duplicates},
      {"controllers refused", s.refused}, {"messages rejected", s.rejected}};
  for (const auto& [what, n] : counts)
    if (n > 0) line(what, std::to_string(n));
  return out + table.text();
}

}  // namespace

ExitCode hil_command(const HilArguments& a) {
  terminal::catch_interrupts();
  std::vector<Planned> cases = plan(a.run);
  const auto file = io::read<link::LinkParams>(a.link);
  const link::Links links = in_file(
      a.link, [&] { return link::Links(file.value, [] { return terminal::interrupted(); }); });
  Case& c = cases.front().loaded.c;
  in_file(a.link, [&] { c.controllers = links.over(c.controllers); });
  for (const auto& r : links.roles())
    print_error(fmt::format("{} listens at {}\n", r.name, link::to_string(r.session->endpoint())));
  const std::vector<Outcome> outcomes = run_all(cases, a.run);
  const Outcome& o = outcomes.front();
  if (a.run.json) {
    print(runs_json(cases, outcomes));
  } else {
    print(run_text(cases.front(), o));
    for (const auto& r : links.roles()) print(link_text(r));
  }
  flush_output();
  if (!o.error.empty()) print_error(c.scenario_name + ": " + o.error + "\n");
  // As the first controller was waited for.
  if (o.code == ExitCode::environment && terminal::interrupted()) return ExitCode::interrupted;
  return o.code;
}

}  // namespace evsim::cli
