// Which car and scenario run, which could, and what became of their files on the disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/io/case.h"

namespace evsim::gui {

// A change of files that a run was made of, seen by their times and sizes.
class Watch {
 public:
  void begin(const std::vector<io::InputFile>& files);
  // True once after each change.
  bool changed();

 private:
  struct File {
    std::string name;
    std::filesystem::file_time_type time;
    std::uintmax_t size;
    bool operator==(const File&) const = default;
  };
  static File look(const std::string& name);
  std::vector<File> files_;
};

struct Picker {
  std::vector<std::string> vehicles, scenarios;  // beside those that run
  std::string vehicle, scenario;                 // chosen
  int drive = 0, chassis = 0;    // levels: 0: as the scenario says, else one of their names
  bool reload_by_itself = true;  // when a file changed and nothing is unsaved
  bool loading = false, changed = false;  // files differ from those that run
  std::string failure;                    // why the last try to load failed

  // The files beside those of a request, and its levels.
  void choose(const io::CaseRequest& request);
  // What is chosen, otherwise as `like`.
  io::CaseRequest request(io::CaseRequest like) const;
};

}  // namespace evsim::gui
