// What others find wrong with values that were read from a file, at their lines; and the files that values name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/io/reader.h"

namespace evsim::io {

// Problems that f throws without a file get file and line of the value that their path names.
template <class F> auto with_origins(const Reading& r, F&& f) {
  try {
    return f();
  } catch (const InputError& e) {
    std::vector<Problem> all = e.problems();
    for (Problem& p : all) {
      if (!p.file.empty()) continue;
      p = problem_at(r.origins, p.path, std::move(p.what));
      if (p.file.empty()) p.file = r.inputs.front().name;
    }
    throw InputError(std::move(all));
  }
}

// A file that the value at `path` names, beside the file that the value stands in; its bytes as they are.
// Throws InputError where it can't be read.
InputFile read_beside(const Reading& r, std::string_view path, const std::string& name);

}  // namespace evsim::io
