// A folder that appears whole or not at all: files are written into a temporary sibling, which takes
// the folder's name at the end. All failures are EnvironmentError with path and cause.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::io {

// True for a folder that may be replaced.
using MayReplace = std::function<bool(const std::string& folder)>;

class OutputFolder {
 public:
  // Refuses a path that exists, unless it is an empty folder or one that may be replaced.
  OutputFolder(const std::string& folder, const MayReplace& may_replace);
  // Removes all that was written, unless finish() was reached.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  void write(std::string_view name, std::string_view text);
  void finish();

 private:
  void make_parents();

  std::string folder_;                // final
  std::string partial_;               // while it is being written
  std::vector<std::string> parents_;  // made for it
  bool done_ = false;
};

// Throws EnvironmentError where OutputFolder would refuse the path as it is now.
void check_replaceable(const std::string& folder, const MayReplace& may_replace);

// A whole file; name: how errors call it.
void write_file(const std::string& path, std::string_view text, const std::string& name);
// The same, through a file beside it (.part) that takes its name at the end: what stood there stays whole until then.
void replace_file(const std::string& path, std::string_view text);

}  // namespace evsim::io
