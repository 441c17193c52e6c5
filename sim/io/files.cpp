#include "sim/io/files.h"

#include <algorithm>

namespace evsim::io {

const Files::Opened& Files::open(const std::string& name) {
  const auto it = std::ranges::find(opened_, name, &Opened::name);
  if (it != opened_.end()) return *it;
  return opened_.emplace_back(Opened{.name = name, .content = read_(name)});
}

std::vector<InputFile> Files::take() {
  std::vector<InputFile> all;
  for (Opened& o : opened_)
    if (o.content.error.empty()) all.push_back({std::move(o.name), std::move(o.content.text)});
  opened_.clear();
  return all;
}

}  // namespace evsim::io
