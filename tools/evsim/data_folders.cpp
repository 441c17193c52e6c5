#include "tools/evsim/data_folders.h"

#include <filesystem>

#include "tools/evsim/terminal.h"

namespace evsim::cli {

namespace fs = std::filesystem;

std::vector<std::string> data_folders() {
  std::vector<std::string> out{"."};
  const std::string program = terminal::program_folder();
  std::error_code ec;
  const fs::path share = (fs::path(program) / "../share/evsim").lexically_normal();
  if (!program.empty() && fs::is_directory(share, ec)) out.push_back(share.string());
  return out;
}

}  // namespace evsim::cli
