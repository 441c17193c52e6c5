#include "sim/io/published.h"

#include <algorithm>

#include "sim/io/text.h"

namespace evsim::io {
namespace {

class Checker {
 public:
  explicit Checker(const Loaded<published::Params>& loaded) : loaded_(loaded) {
    for (int i = 0; i < loaded.value.kinds.size(); ++i)
      kinds_.push_back(loaded.value.kinds.name(i));
  }

  void check() {
    const published::Params& p = loaded_.value;
    for (int i = 0; i < p.kinds.size(); ++i) kind("kinds." + p.kinds.name(i), p.kinds[i]);
    for (int i = 0; i < p.cars.size(); ++i) car("cars." + p.cars.name(i), p.cars[i]);
    problems_.raise();
  }

 private:
  void report(const std::string& path, std::string what) {
    problems_.add(loaded_.problem(path, std::move(what)));
  }
  void needed(const std::string& path, const std::string& text, const char* what) {
    if (text.empty()) report(path, std::string("missing; must be ") + what);
  }
  void kind(const std::string& path, const published::Kind& k) {
    needed(path + ".scenario", k.scenario.path, "the name of a scenario file");
    needed(path + ".kpi", k.kpi, "the name of a KPI");
    const auto* time = std::get_if<published::Time>(&k.consists_of);
    if (time != nullptr && !time->until.empty() && time->until_v < kInfinity)
      report(path + ".consists_of.until", "the part ends at until_v already");
  }
  void car(const std::string& path, const published::Car& c) {
    needed(path + ".vehicle", c.vehicle.path, "the name of a vehicle file");
    for (std::size_t i = 0; i < c.figures.size(); ++i)
      figure(path + ".figures." + std::to_string(i), c.figures[i]);
  }
  void figure(const std::string& path, const published::Figure& f) {
    needed(path + ".source", f.source, "who published it, where and when");
    needed(path + ".kind", f.kind, "the name of a kind");
    if (f.kind.empty() || std::ranges::find(kinds_, f.kind) != kinds_.end()) return;
    const std::string near = nearest(f.kind, kinds_);
    report(path + ".kind",
           "no kind " + f.kind + "; " +
               (near.empty() ? "known: " + one_of(kinds_) : "did you mean " + near + "?"));
  }

  const Loaded<published::Params>& loaded_;
  std::vector<std::string> kinds_;
  Problems problems_;
};

}  // namespace

Loaded<published::Params> read_published(const std::string& file, const ReadFile& read) {
  auto loaded = io::read<published::Params>(file, read);
  Checker(loaded).check();
  return loaded;
}

}  // namespace evsim::io
