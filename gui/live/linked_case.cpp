#include "gui/live/linked_case.h"

#include "sim/io/origins.h"
#include "sim/link/link_params.h"

namespace evsim::live {

LinkedCase::LinkedCase(Case& c, const std::string& link_file, std::function<bool()> stop) {
  const auto file = io::read<link::LinkParams>(link_file);
  const auto read = [&file](const std::string& path, const std::string& name) {
    io::InputFile got = io::read_beside(file, path, name);
    return link::TextFile{.name = std::move(got.name), .text = std::move(got.text)};
  };
  io::with_origins(file, [&] {
    links_ = std::make_unique<link::Links>(
        file.value, link::TimeParams{},
        [over = is_over_, stop = std::move(stop)] { return over->load() || (stop && stop()); },
        read);
    c.controllers = links_->over(c.controllers);
  });
  for (const auto& r : links_->roles()) {
    if (!r.bus) continue;
    link::each_role(file.value, [&](auto, const std::string& name, const link::RemoteParams& p) {
      if (name != r.name) return;
      link::TextFile dbc = read(name + ".can.dbc", p.can.dbc);
      buses_.push_back({.file = {.role = name,
                                 .node = p.can.node,
                                 .name = std::move(dbc.name),
                                 .text = std::move(dbc.text)},
                        .session = r.bus});
    });
  }
}

std::vector<std::string> LinkedCase::places() const {
  std::vector<std::string> out;
  for (const auto& r : links_->roles())
    out.push_back(r.name + (r.session ? " listens at " : " is on the bus at ") +
                  r.exchange->address());
  return out;
}

}  // namespace evsim::live
