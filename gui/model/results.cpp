#include "gui/model/results.h"

#include <algorithm>
#include <cmath>

#include "sim/io/text.h"

namespace evsim::gui {
namespace {

int rank(const Kpi& k) {
  return k.verdict == Verdict::fail ? 0 : k.verdict == Verdict::pass ? 1 : 2;
}

}  // namespace

std::vector<const Kpi*> to_show(const std::vector<Kpi>& all, const std::string& search) {
  const std::string wanted = io::lower_case(search);
  std::vector<const Kpi*> out;
  for (const Kpi& k : all) {
    if (k.of_manoeuvre && k.limits.empty() && std::isnan(k.value)) continue;
    if (io::lower_case(k.name + " " + k.doc).find(wanted) != std::string::npos) out.push_back(&k);
  }
  std::ranges::stable_sort(out, {}, [](const Kpi* k) { return rank(*k); });
  return out;
}

std::string short_name(const Kpi& kpi) {
  std::string_view name = kpi.name;
  std::size_t longest = 0;
  for (const Unit& u : units())
    if (!u.key.empty() && name.ends_with("_" + std::string(u.key)))
      longest = std::max(longest, u.key.size() + 1);
  return std::string(name.substr(0, name.size() - longest));
}

}  // namespace evsim::gui
