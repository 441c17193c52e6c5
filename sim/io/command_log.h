// The file command_log.json.
#pragma once

#include <string>
#include <vector>

#include "sim/run/scenario.h"

namespace evsim::io {

struct CommandLog {
  std::string format = "evsim command log";
  int format_version = 1;
  std::vector<scenario::Event> commands;  // in the order in which they were applied
};
template <class P, class V>
  requires scenario::described_as<P, CommandLog>
constexpr void describe(P& p, V&& field) {
  field(p.format, Field{"format", Dim::none, any_value, "evsim command log"});
  field(p.format_version, Field{"format_version", Dim::none, between(1, 1), "of this file"});
  field(p.commands, Group{"commands", "what was applied, in order"});
}

}  // namespace evsim::io
