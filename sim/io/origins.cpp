#include "sim/io/origins.h"

#include <stdexcept>

namespace evsim::io {

void raise_with_origins(const Reading& r, const InputError& problems) {
  Problems all;
  for (const Problem& p : problems.problems()) {
    Problem there = p.file.empty() ? problem_at(r.origins, p.path, p.what) : p;
    if (there.file.empty()) there.file = r.inputs.front().name;
    all.add(std::move(there));
  }
  all.raise();
  throw std::logic_error("an InputError without a problem");
}

InputFile read_beside(const Reading& r, std::string_view path, const std::string& name) {
  Problem wrong = problem_at(r.origins, path, {});
  if (wrong.file.empty()) wrong.file = r.inputs.front().name;
  InputFile out{.name = resolve(wrong.file, name), .text = {}};
  FileText read = read_bytes(out.name);
  if (!read.error.empty()) {
    wrong.what = out.name + ": " + read.error;
    throw InputError(std::move(wrong));
  }
  out.text = std::move(read.text);
  return out;
}

}  // namespace evsim::io
