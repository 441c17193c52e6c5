#include "gui/model/drive_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/model/beside.h"
#include "sim/io/summary.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

io::Json timeline(std::span<const live::Logged> log) {
  std::vector<scenario::Event> events;
  for (const live::Logged& l : log) events.push_back(l.event);
  const io::Json json = io::command_log_json(events);
  const io::Json* commands = json.find("commands");
  return commands == nullptr ? io::Json::array() : *commands;
}

}  // namespace

double drive_end(const Drive& d) {
  const double rate = d.scenario->record.rate;
  return std::min(d.duration, (std::floor(d.t * rate * (1.0 + 1e-12)) + 1.0) / rate);
}

std::string drive_text(const Drive& d, const std::string& beside) {
  for (const std::string& set : d.request->sets)
    if (set.starts_with("scenario."))
      throw InputError(
          Problem{.file = "--set",
                  .path = set,
                  .what = "was not in a file: put it into a scenario, load that and drive again"});
  if (!d.request->controllers.empty())
    throw InputError(
        Problem{.file = "--controller",
                .path = d.request->controllers.front(),
                .what = "was not in a file: put it into a scenario, load that and drive again"});
  // Of a file that can be read again: eight values a command.
  constexpr std::size_t kMost = io::kMostJsonValues / 10;
  if (d.log.size() > kMost)
    throw InputError(Problem{.file = beside,
                             .what = fmt::format("the drive has {} commands, more than the {} that "
                                                 "a scenario can hold",
                                                 d.log.size(), kMost)});
  const auto name = [](auto names, auto value) { return names[static_cast<std::size_t>(value)]; };
  io::Json out = io::Json::object();
  out.set("from", std::string_view(seen_from(beside, d.request->scenario)));
  out.set("description", "A drive by hand, as it was commanded.");
  out.set("vehicle", std::string_view(seen_from(beside, d.request->vehicle)));
  out.set("level", name(scenario::kLevelNames, d.scenario->level));
  out.set("chassis", name(scenario::kChassisNames, d.scenario->chassis));
  const double end = drive_end(d);
  if (end > 0.0 && end < d.duration) out.set("until_s", end);
  out.set("timeline", timeline(d.log));
  return io::to_text(out);
}

}  // namespace evsim::gui
