// What others find wrong with values that were read from a file, at their lines; and the files that values name.
#pragma once

#include <string>
#include <string_view>

#include "sim/io/reader.h"

namespace evsim::io {

// Throws them anew, by file and line.
[[noreturn]] void raise_with_origins(const Reading& r, const InputError& problems);

// Problems that f throws without a file get file and line of the value that their path names.
template <class F> auto with_origins(const Reading& r, F&& f) {
  try {
    return f();
  } catch (const InputError& e) {
    raise_with_origins(r, e);
  }
}

// A file that the value at `path` names, beside the file that the value stands in; its bytes as they are.
// Throws InputError where it can't be read.
InputFile read_beside(const Reading& r, std::string_view path, const std::string& name);

}  // namespace evsim::io
