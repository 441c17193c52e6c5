// Protection of messages on the command line, as link files or options say.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/link/can_session.h"
#include "tools/evsim/commands.h"

namespace evsim::cli {

// What a role on a CAN bus has of its link file.
struct LinkedBus {
  can::Database database;
  std::vector<link::CanMessageParams> messages;
};
// "": none. Throws InputError.
std::vector<LinkedBus> read_buses(const std::string& link_file);

// Of this message, or nothing.
std::optional<e2e::Config> protection_in(const LinkedBus& bus, const can::Message& m);
// By --e2e, --data_id, --data_ids, for a message of so many bytes.
std::optional<e2e::Config> protection_of(const CanArguments& a, int length);

// Whether the protection of frames holds, one after the other.
class Checks {
 public:
  explicit Checks(const std::vector<LinkedBus>& buses);
  // "E2E ok", "E2E repeated"; "" for frames without protection.
  std::string text(const can::Frame& f);

 private:
  struct Check {
    e2e::Config config;
    e2e::Receiver receiver;
  };
  std::map<std::pair<std::uint32_t, bool>, Check> all_;  // by id and whether it is extended
};

}  // namespace evsim::cli
