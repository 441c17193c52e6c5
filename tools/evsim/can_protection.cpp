#include "tools/evsim/can_protection.h"

#include <algorithm>

#include "sim/link/link_check.h"
#include "tools/evsim/link_file.h"

namespace evsim::cli {

std::vector<LinkedBus> read_buses(const std::string& link_file) {
  std::vector<LinkedBus> out;
  if (link_file.empty()) return out;
  const auto file = io::read<link::LinkParams>(link_file);
  io::with_origins(file, [&] {
    link::check(file.value, files_beside(file));
    link::each_role(file.value, [&](auto, const std::string& name, const link::RemoteParams& p) {
      if (p.can.at.empty()) return;
      auto files = link::read_can_files(p.can, name + ".can", files_beside(file));
      out.push_back({.database = std::move(files.database), .messages = p.can.messages});
    });
  });
  if (out.empty()) throw InputError(Problem{.file = link_file, .what = "has no role on a CAN bus"});
  return out;
}

std::optional<e2e::Config> protection_in(const LinkedBus& bus, const can::Message& m) {
  const auto it = std::ranges::find(bus.messages, m.name, &link::CanMessageParams::message);
  if (it == bus.messages.end() || it->e2e == link::Protection::none) return {};
  return link::protection_of(*it, m.length);
}

std::optional<e2e::Config> protection_of(const CanArguments& a, int length) {
  const auto& names = link::kProtectionNames;
  const auto it = std::ranges::find(names, a.e2e);
  if (a.e2e.empty() || it == names.begin()) return {};
  link::CanMessageParams p;
  p.message = "--e2e " + a.e2e;
  p.e2e = static_cast<link::Protection>(it - names.begin());
  p.data_id = a.data_id;
  p.data_ids = a.data_ids;
  return link::protection_of(p, length);
}

Checks::Checks(const std::vector<LinkedBus>& buses) {
  for (const LinkedBus& bus : buses)
    for (const can::Message& m : bus.database.messages)
      if (const auto c = protection_in(bus, m))
        all_.try_emplace({m.id, m.extended}, Check{.config = *c, .receiver = e2e::Receiver(*c)});
}

std::string Checks::text(const can::Frame& f) {
  const auto it = all_.find({f.id, f.extended});
  if (it == all_.end() || f.error || f.remote) return {};
  auto& [config, receiver] = it->second;
  const auto status = e2e::check(config, receiver, std::span(f.data).first(f.length));
  return "E2E " + std::string(e2e::name_of(status));
}

}  // namespace evsim::cli
