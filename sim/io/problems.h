// Collects what is wrong in a user's files, to be told all at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"

namespace evsim::io {

class Problems {
 public:
  // Files are reported in the order in which they are opened; of each at most `most` problems are
  // kept, the rest is counted.
  void open(const std::string& file, int most);

  void add(Problem problem);
  // False when a further problem of this file would only be counted: then spare its message.
  bool has_room(const std::string& file);
  void count(const std::string& file);

  bool any() const { return !found_.empty(); }
  int total() const { return total_; }
  // Throws InputError when there are any: by file, then line, each once.
  void raise() const;

 private:
  struct File {
    std::string name;
    int most = 100;
    int kept = 0;
    int dropped = 0;
  };
  struct Found {
    std::size_t file;
    Problem problem;
  };
  File& file(std::string_view name);

  std::vector<File> files_;
  std::vector<Found> found_;
  int total_ = 0;
};

}  // namespace evsim::io
