// evsim hil
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <fstream>

#include "sim/io/markup.h"
#include "sim/link/real_time.h"
#include "sim/link/remote.h"
#include "tools/evsim/batch.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/link_file.h"
#include "tools/evsim/print.h"
#include "tools/evsim/run_output.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

// All frames of all buses, as they pass, in a file of its own.
class CanLogFile {
 public:
  CanLogFile(const std::string& file, const link::Links& links) : is_asc_(file.ends_with(".asc")) {
    if (file.empty()) return;
    out_.open(file, std::ios::binary);
    out_ << (is_asc_ ? can::asc_head("Thu Jan 01 00:00:00.000 1970") : "");
    if (!out_.flush()) throw EnvironmentError(file + " can't be written");
    int channel = 0;
    for (const auto& r : links.roles()) {
      if (!r.bus) continue;
      const std::string name =
          is_asc_ ? std::to_string(channel + 1) : fmt::format("can{}", channel);
      ++channel;
      r.bus->trace([this, name](can::LogEntry e) {
        e.channel = name;
        out_ << (is_asc_ ? can::asc_line(e) : can::candump_line(e));
      });
    }
  }
  ~CanLogFile() {
    if (out_.is_open() && is_asc_) out_ << can::asc_tail();
  }
  CanLogFile(const CanLogFile&) = delete;
  CanLogFile& operator=(const CanLogFile&) = delete;

 private:
  std::ofstream out_;
  bool is_asc_;
};

// ---- While it runs --------------------------------------------------------------------------------

std::int64_t total(const std::vector<LinkFigures>& links, std::string_view count) {
  std::int64_t sum = 0;
  for (const LinkFigures& l : links) {
    const auto it = std::ranges::find(l.counts, count, &LinkFigures::Count::name);
    if (it != l.counts.end()) sum += it->n;
  }
  return sum;
}

// "t 12.35 s   1.00x (worst 0.98x)   1000 exchanges/s   lost 0   late 2"
class LiveLine {
 public:
  explicit LiveLine(controller::Controllers c) : controllers_(std::move(c)) {}

  std::string operator()(double) {
    const auto links = controllers_.links();
    Sample now{.wall = link::wall_clock(), .t = 0.0, .exchanges = total(links, "exchanges")};
    for (const LinkFigures& l : links) now.t = std::max(now.t, l.t);
    samples_.push_back(now);
    while (samples_.size() > 2 && now.wall - samples_[1].wall >= kWindow) samples_.pop_front();
    const Sample& before = samples_.front();
    const double span = now.wall - before.wall;
    const double factor = span > 0.0 ? (now.t - before.t) / span : 0.0;
    if (span >= kWindow) worst_ = std::min(worst_, factor);
    const double rate =
        span > 0.0 ? static_cast<double>(now.exchanges - before.exchanges) / span : 0.0;
    std::string out = fmt::format("t {:.2f} s   {:.2f}x", now.t, factor);
    if (std::isfinite(worst_)) out += fmt::format(" (worst {:.2f}x)", worst_);
    out += fmt::format("   {:.0f} exchanges/s   lost {}   late {}", rate,
                       total(links, "unanswered"), total(links, "late"));
    if (!links.empty() && links.front().pace.pace > 0.0)
      out += fmt::format("   overruns {}", links.front().pace.overruns);
    return out.substr(0, static_cast<std::size_t>(std::max(terminal::width() - 1, 20)));
  }

 private:
  static constexpr double kWindow = 1.0;  // of the factor [s]
  struct Sample {
    double wall, t;
    std::int64_t exchanges;
  };
  controller::Controllers controllers_;
  std::deque<Sample> samples_;
  double worst_ = kInfinity;
};

// ---- When it is over --------------------------------------------------------------------------------

std::string pace_text(const LinkFigures::Pace& p) {
  Table table({Align::left, Align::right});
  table.row({"overruns", std::to_string(p.overruns)});
  if (p.slipped > 0.0) table.row({"wall-clock time given up", io::readable_time(p.slipped)});
  const auto late = [&](const std::string& what, const LinkFigures::Late& x) {
    table.row(
        {what, fmt::format("t = {} s, {} late", io::readable(x.t, 9), io::readable_time(x.by))});
  };
  if (p.first) late("first overrun", *p.first);
  for (const auto& x : p.worst) late("worst", x);
  return fmt::format("\nPace {} times real time\n", io::readable(p.pace)) + table.text();
}
std::string frames_text(const std::vector<LinkFigures::Frames>& all) {
  if (all.empty()) return {};
  constexpr Align kRight = Align::right;
  Table table({Align::left, Align::left, kRight, kRight, kRight, kRight, kRight, kRight});
  table.row({"message", "from", "frames", "wrong", "cycle ms", "shortest", "mean", "longest"});
  const auto ms = [](double s) { return io::readable(1e3 * s, 6); };
  for (const auto& f : all)
    table.row({f.name, f.sent ? "simulator" : "controller", std::to_string(f.n),
               std::to_string(f.wrong), ms(f.cycle), ms(f.least), ms(f.mean), ms(f.most)});
  return table.text();
}
std::string link_text(const LinkFigures& l) {
  std::string out = fmt::format("\nLink of {}{} at {}, {}\n", l.role,
                                l.unit.empty() ? "" : " of " + l.unit, l.at, l.peer);
  Table counts({Align::left, Align::right, Align::left});
  for (const auto& c : l.counts)
    if (c.n > 0 || c.name == "unanswered") counts.row({c.name, std::to_string(c.n), c.doc});
  out += counts.text() + frames_text(l.frames);
  Table times({Align::left, Align::right, Align::right, Align::right, Align::right, Align::left});
  times.row({"", "50 %", "99 %", "99.9 %", "longest", ""});
  for (const auto& t : l.times)
    if (t.of.count() > 0)
      times.row({t.name, io::readable_time(t.of.quantile(0.5)),
                 io::readable_time(t.of.quantile(0.99)), io::readable_time(t.of.quantile(0.999)),
                 io::readable_time(t.of.max()), t.doc});
  return out + times.text();
}

link::TimeParams time_of(const HilArguments& a) {
  link::TimeParams out{.pace = a.pace};
  const auto& names = link::kOverrunNames;
  const auto it = std::ranges::find(names, a.on_overrun);
  if (it != names.end()) out.on_overrun = static_cast<link::OnOverrun>(it - names.begin());
  return out;
}

}  // namespace

ExitCode hil_command(const HilArguments& a) {
  terminal::catch_interrupts();
  std::vector<Planned> cases = plan(a.run);
  const auto file = io::read<link::LinkParams>(a.link);
  const link::Links links = io::with_origins(file, [&] {
    return link::Links(
        file.value, time_of(a), [] { return terminal::interrupted(); }, files_beside(file));
  });
  Case& c = cases.front().loaded.c;
  io::with_origins(file, [&] { c.controllers = links.over(c.controllers); });
  for (const auto& r : links.roles())
    print_error(fmt::format("{} {} {}\n", r.name, r.session ? "listens at" : "is on the bus at",
                            r.exchange->address()));
  for (const std::string& refused :
       link::go_real_time({.priority = a.priority, .core = a.core, .lock_memory = a.lock_memory}))
    print_error("evsim: warning: the system refuses " + refused + "\n");
  const CanLogFile log(a.can_log, links);
  const std::vector<Outcome> outcomes = run_all(cases, a.run, LiveLine(c.controllers));
  const Outcome& o = outcomes.front();
  if (a.run.json) {
    print(runs_json(cases, outcomes));
  } else {
    print(run_text(cases.front(), o));
    for (const LinkFigures& l : o.result.links) print(link_text(l));
    if (!o.result.links.empty() && a.pace > 0.0) print(pace_text(o.result.links.front().pace));
  }
  flush_output();
  if (!o.error.empty()) print_error(c.scenario_name + ": " + o.error + "\n");
  // As the first controller was waited for.
  if (o.code == ExitCode::environment && terminal::interrupted()) return ExitCode::interrupted;
  return o.code;
}

}  // namespace evsim::cli
