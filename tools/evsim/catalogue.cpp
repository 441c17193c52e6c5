#include "tools/evsim/catalogue.h"

namespace evsim::cli {
namespace {

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

void collect(const io::Node& node, const std::string& path, std::vector<io::Parameter>& out) {
  switch (node.kind) {
    case io::Kind::object:
      for (const io::Node& m : node.members) collect(m, below(path, m.name), out);
      return;
    case io::Kind::variant:
      for (const io::Node& alternative : node.members)
        collect(alternative, path + "(" + std::string(alternative.name) + ")", out);
      return;
    case io::Kind::list: return collect(node.members[0], below(path, "NAME"), out);
    case io::Kind::array: return collect(node.members[0], below(path, "N"), out);
    default: break;
  }
  io::Parameter leaf = io::list_parameters(node, node.defaults, {}).front();
  leaf.path = path;
  out.push_back(std::move(leaf));
}

}  // namespace

std::vector<io::Parameter> catalogue(const io::Node& root, const std::string& prefix) {
  std::vector<io::Parameter> out;
  collect(root, "", out);
  for (io::Parameter& p : out) p.path = prefix + p.path;
  return out;
}

}  // namespace evsim::cli
