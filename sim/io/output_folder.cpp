#include "sim/io/output_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ranges>
#include <system_error>

#include "sim/base/errors.h"

namespace evsim::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw EnvironmentError(path + ": " + why);
}

std::string cause(int error) { return std::generic_category().message(error); }

// Absolute, links followed, without a slash at the end.
std::string resolved(const std::string& folder) {
  std::error_code ec;
  fs::path path = fs::weakly_canonical(fs::absolute(folder.empty() ? "." : folder), ec);
  if (ec) refuse(folder, "can't be written: " + ec.message());
  if (path.filename().empty()) path = path.parent_path();
  if (path == path.root_path()) refuse(folder, "can't hold results");
  return path.string();
}

// Hidden, beside the folder, so that renaming stays on one file system.
std::string sibling(const std::string& folder, const std::string& suffix) {
  const fs::path path(folder);
  const std::string name =
      "." + path.filename().string() + "." + suffix + "-" + std::to_string(::getpid());
  return (path.parent_path() / name).string();
}

void rename(const std::string& from, const std::string& to) {
  std::error_code ec;
  fs::rename(from, to, ec);
  if (ec) refuse(to, "can't be written: " + ec.message());
}

}  // namespace

void check_replaceable(const std::string& folder, const MayReplace& may_replace) {
  std::error_code ec;
  const fs::file_status status = fs::status(folder, ec);
  if (status.type() == fs::file_type::not_found) return;
  if (ec) refuse(folder, "can't be written: " + ec.message());
  if (!fs::is_directory(status)) refuse(folder, "exists and is no folder");
  const bool empty = fs::is_empty(folder, ec);
  if (ec) refuse(folder, "can't be read: " + ec.message());
  if (!empty && !may_replace(folder))
    refuse(folder, "exists and holds no results of evsim; it is left as it is");
}

void write_file(const std::string& path, std::string_view text, const std::string& name) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) refuse(name, "can't be written: " + cause(errno));
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t n = ::write(file, text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      error = errno;
  }
  if (::close(file) != 0 && error == 0) error = errno;
  if (error != 0) refuse(name, "can't be written: " + cause(error));
}

void replace_file(const std::string& path, std::string_view text) {
  const std::string partial = path + ".part";
  try {
    write_file(partial, text, path);
    rename(partial, path);
  } catch (const EnvironmentError&) {
    std::error_code ec;
    fs::remove(partial, ec);
    throw;
  }
}

OutputFolder::OutputFolder(const std::string& folder, const MayReplace& may_replace)
    : folder_(resolved(folder)), partial_(sibling(folder_, "partial")) {
  check_replaceable(folder_, may_replace);
  try {
    make_parents();
    fs::remove_all(partial_);  // of a process that died under the same number
    fs::create_directory(partial_);
  } catch (const fs::filesystem_error& e) {
    for (const std::string& p : std::views::reverse(parents_)) ::rmdir(p.c_str());
    refuse(folder, "can't be written: " + e.code().message());
  }
}

void OutputFolder::make_parents() {
  std::vector<fs::path> missing;
  for (fs::path p = fs::path(folder_).parent_path(); !fs::exists(p); p = p.parent_path())
    missing.push_back(p);
  for (const fs::path& p : std::views::reverse(missing)) {
    fs::create_directory(p);
    parents_.push_back(p.string());
  }
}

OutputFolder::~OutputFolder() {
  if (done_) return;
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
  for (const std::string& p : std::views::reverse(parents_)) ::rmdir(p.c_str());
}

void OutputFolder::write(std::string_view name, std::string_view text) {
  write_file((fs::path(partial_) / name).string(), text, (fs::path(folder_) / name).string());
}

void OutputFolder::finish() {
  std::error_code ec;
  const bool replaces = fs::exists(folder_, ec);
  const std::string old = sibling(folder_, "old");
  if (replaces) rename(folder_, old);
  try {
    rename(partial_, folder_);
  } catch (const EnvironmentError&) {
    if (replaces) fs::rename(old, folder_, ec);
    throw;
  }
  done_ = true;
  if (replaces) fs::remove_all(old, ec);
}

}  // namespace evsim::io
