#include "sim/io/origins.h"

namespace evsim::io {

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
