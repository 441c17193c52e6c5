#include "sim/link/link_params.h"

#include <string_view>

#include "sim/link/problems.h"
#include "sim/link/secret.h"

namespace evsim::link {

namespace {

constexpr std::string_view kLog = "log://";

}  // namespace

bool is_log(const CanParams& p) { return p.at.starts_with(kLog); }

CanFiles read_can_files(const CanParams& p, const std::string& path, const ReadText& read) {
  CanFiles out;
  if (p.dbc.empty())
    throw InputError(
        Problem{.path = "dbc", .what = "is missing; must be a database of the frames"});
  const TextFile database = read(path + ".dbc", p.dbc);
  out.database = can::read_database(database.name, database.text);
  if (is_log(p)) {
    const TextFile log = read(path + ".at", p.at.substr(kLog.size()));
    out.log = log.name.ends_with(".asc") ? can::read_asc(log.text, log.name)
                                         : can::read_candump(log.text, log.name);
  }
  return out;
}

std::string secret_of(const RemoteParams& p, const std::string& role, const ReadText& read) {
  if (p.secret_file.empty()) return {};
  const std::string path = role + ".secret_file";
  return below(path, [&] { return secret_in(read(path, p.secret_file).text); });
}

}  // namespace evsim::link
