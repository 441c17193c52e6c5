#include "sim/io/problems.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace evsim::io {

Problems::File& Problems::file(std::string_view name) {
  const auto it = std::ranges::find(files_, name, &File::name);
  if (it != files_.end()) return *it;
  files_.push_back({.name = std::string(name)});
  return files_.back();
}

void Problems::open(const std::string& name, int most) { file(name).most = most; }

bool Problems::has_room(const std::string& name) {
  const File& f = file(name);
  return f.kept < f.most;
}

void Problems::count(const std::string& name) {
  ++total_;
  ++file(name).dropped;
}

void Problems::add(Problem problem) {
  File& f = file(problem.file);
  // A file used in two places has its faults once.
  for (const Found& other : found_)
    if (other.problem.line == problem.line && other.problem.what == problem.what &&
        other.problem.file == problem.file && problem.line > 0)
      return;
  if (f.kept >= f.most) return count(problem.file);
  ++total_;
  ++f.kept;
  found_.push_back({static_cast<std::size_t>(&f - files_.data()), std::move(problem)});
}

void Problems::raise() const {
  if (found_.empty()) return;
  std::vector<Found> sorted = found_;
  // What has no line, such as "and 20 more", comes last of its file.
  const auto place = [](const Found& f) {
    const int line = f.problem.line;
    return std::pair(f.file, line > 0 ? line : std::numeric_limits<int>::max());
  };
  std::ranges::stable_sort(sorted,
                           [&](const Found& a, const Found& b) { return place(a) < place(b); });
  std::vector<Problem> all;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    all.push_back(sorted[i].problem);
    const bool last_of_file = i + 1 == sorted.size() || sorted[i + 1].file != sorted[i].file;
    const File& f = files_[sorted[i].file];
    if (last_of_file && f.dropped > 0)
      all.push_back({.file = f.name,
                     .line = 0,
                     .path = {},
                     .what = "and " + std::to_string(f.dropped) + " more"});
  }
  throw InputError(std::move(all));
}

}  // namespace evsim::io
