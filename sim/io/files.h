// The files that one reading opens: each is read once, and known afterwards for the record of a run.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sim/io/text.h"

namespace evsim::io {

struct InputFile {
  std::string name;  // as resolved from where it was named
  std::string text;
};

class Files {
 public:
  explicit Files(ReadFile read) : read_(std::move(read)) {}

  struct Opened {
    std::string name;
    FileText content;
  };
  // The reference stays valid.
  const Opened& open(const std::string& name);
  // All that could be read, in the order of opening.
  std::vector<InputFile> take();

 private:
  ReadFile read_;
  std::deque<Opened> opened_;
};

}  // namespace evsim::io
