// Problems of a user's files that a function throws: told below a path of the link file, or gathered with others.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/base/errors.h"

namespace evsim::link {

// Problems that f throws without a file lie below a path of the link file.
template <class F> auto below(const std::string& path, F&& f) {
  try {
    return f();
  } catch (const InputError& e) {
    std::vector<Problem> all = e.problems();
    for (Problem& p : all)
      if (p.file.empty()) p.path = path + (p.path.empty() ? "" : "." + p.path);
    throw InputError(std::move(all));
  }
}

// Adds to `found` what f throws.
template <class F> void collect(std::vector<Problem>& found, F&& f) {
  try {
    f();
  } catch (const InputError& e) {
    found.insert(found.end(), e.problems().begin(), e.problems().end());
  }
}

}  // namespace evsim::link
