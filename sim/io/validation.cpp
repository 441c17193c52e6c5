#include "sim/io/validation.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/io/json_tree.h"
#include "sim/io/output_folder.h"
#include "sim/io/summary.h"

namespace evsim::io {
namespace {

constexpr std::string_view kFormat = "evsim validation";
constexpr int kVersion = 1;
constexpr std::string_view kJsonFile = "validation.json";

Verdict within(double value, double most) { return value <= most ? Verdict::pass : Verdict::fail; }

Verdict worse(Verdict a, Verdict b) { return std::max(a, b); }  // none, pass, fail

Mark mark_of(const Comparison& c, const published::Kind& kind) {
  if (std::isnan(c.error())) return Mark::missing;
  if (!c.counts) return Mark::none;
  const double size = std::abs(c.error());
  if (size > kind.error_max) return Mark::broken;
  if (size > kind.error_note)
    return c.figure.explained.empty() ? Mark::unexplained : Mark::explained;
  return kind.has_bounds() ? Mark::ok : Mark::none;
}

void add_figures(std::vector<KindResult>& kinds, const published::Params& published, int number) {
  const std::string& key = published.cars.name(number);
  const published::Car& car = published.cars[number];
  for (std::size_t i = 0; i < car.figures.size(); ++i) {
    const published::Figure& f = car.figures[i];
    auto& of_kind = std::ranges::find(kinds, f.kind, &KindResult::key)->comparisons;
    const bool taken =
        std::ranges::any_of(of_kind, [&](const Comparison& c) { return c.car == key && c.counts; });
    of_kind.push_back({.car = key,
                       .number = number,
                       .label = car.name.empty() ? key : car.name,
                       .vehicle = car.vehicle.path,
                       .figure = f,
                       .path = "cars." + key + ".figures." + std::to_string(i),
                       .counts = f.scored && !taken});
  }
}

// ---- JSON ---------------------------------------------------------------------------------------

Json number(double x) { return std::isfinite(x) ? Json::from(x) : Json::of(Json::Kind::null); }
Json percent(double x) { return number(100.0 * x); }

Json parts_json(const std::vector<Amount>& parts) {
  Json out = Json::array();
  for (const Amount& p : parts) {
    Json one = Json::object();
    one.set("name", std::string_view(p.name));
    one.set("value", number(p.value));
    one.set("unit", std::string_view(p.unit));
    out.items.push_back(std::move(one));
  }
  return out;
}

Json comparison_json(const Comparison& c) {
  Json out = Json::object();
  out.set("car", std::string_view(c.car));
  out.set("vehicle", std::string_view(c.vehicle));
  out.set("ours", number(c.ours));
  out.set("published", number(c.figure.value));
  out.set("error_percent", percent(c.error()));
  out.set("counts", c.counts);
  out.set("mark", name(c.mark));
  out.set("source", std::string_view(c.figure.source));
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) out.set(key, std::string_view(text));
  };
  add("note", c.figure.note);
  add("explained", c.figure.explained);
  add("remark", c.remark);
  if (!c.figure.set.empty()) {
    Json& set = out.set("set", Json::array());
    for (const std::string& s : c.figure.set) set.items.push_back(Json::from(s));
  }
  add("consists_of", c.consists_of.text);
  out.set("parts", parts_json(c.consists_of.parts));
  return out;
}

Json bound_json(double value, double bound, Verdict verdict) {
  Json out = Json::object();
  out.set("percent", percent(value));
  out.set("max_percent", percent(bound));
  out.set("verdict", name(verdict));
  return out;
}

Json kind_json(const KindResult& k) {
  Json out = Json::object();
  out.set("name", std::string_view(k.kind.name));
  out.set("scenario", std::string_view(k.kind.scenario.path));
  out.set("kpi", std::string_view(k.kind.kpi));
  out.set("unit", std::string_view(k.unit));
  out.set("verdict", name(k.verdict()));
  out.set("cars", static_cast<double>(k.cars));
  out.set("mean_error", bound_json(k.mean_error, k.kind.mean_error_max, k.mean_verdict));
  out.set("largest_error", bound_json(k.largest_error, k.kind.error_max, k.largest_verdict));
  if (!k.kind.note.empty()) out.set("note", std::string_view(k.kind.note));
  Json& figures = out.set("figures", Json::array());
  for (const Comparison& c : k.comparisons) figures.items.push_back(comparison_json(c));
  return out;
}

// A folder whose validation.json is ours, of whatever version.
bool holds_validation(const std::string& folder) {
  const FileText content = read_file((std::filesystem::path(folder) / kJsonFile).string());
  Problems ignored;
  const auto json = parse_json("", content.text, ignored);
  const Json* format = json ? json->find("format") : nullptr;
  return format != nullptr && format->text == kFormat;
}

}  // namespace

std::string_view name(Mark mark) {
  switch (mark) {
    case Mark::none: return "";
    case Mark::ok: return "ok";
    case Mark::explained: return "explained";
    case Mark::unexplained: return "unexplained";
    case Mark::broken: return "broken";
    case Mark::missing: return "missing";
  }
  return "";
}

Verdict KindResult::verdict() const { return worse(mean_verdict, largest_verdict); }

Verdict Validation::verdict() const {
  Verdict out = Verdict::none;
  for (const KindResult& k : kinds) out = worse(out, k.verdict());
  return out;
}

std::vector<KindResult> comparisons(const published::Params& published,
                                    const std::vector<std::string>& cars) {
  std::vector<KindResult> out;
  for (int i = 0; i < published.kinds.size(); ++i)
    out.push_back({.key = published.kinds.name(i), .kind = published.kinds[i]});
  for (int i = 0; i < published.cars.size(); ++i)
    if (cars.empty() || std::ranges::count(cars, published.cars.name(i)) > 0)
      add_figures(out, published, i);
  std::erase_if(out, [](const KindResult& k) { return k.comparisons.empty(); });
  for (KindResult& k : out)
    if (k.kind.name.empty()) k.kind.name = k.key;
  return out;
}

void judge(KindResult& k) {
  double sum = 0.0;
  bool missing = false;
  k.cars = 0;
  k.largest_error = kNoFigure;
  for (Comparison& c : k.comparisons) {
    c.mark = mark_of(c, k.kind);
    if (!c.counts) continue;
    missing = missing || c.mark == Mark::missing;
    if (c.mark == Mark::missing) continue;
    const double size = std::abs(c.error());
    sum += size;
    ++k.cars;
    if (!(size <= k.largest_error)) {  // the first beats NaN
      k.largest_error = size;
      k.largest_car = c.label;
    }
  }
  k.mean_error = k.cars > 0 ? sum / k.cars : kNoFigure;
  const bool none = k.cars == 0 && !missing;  // nothing counts
  const auto judged = [&](double value, double most) {
    if (none || most == kInfinity) return Verdict::none;
    return missing ? Verdict::fail : within(value, most);
  };
  k.mean_verdict = judged(k.mean_error, k.kind.mean_error_max);
  k.largest_verdict = judged(k.largest_error, k.kind.error_max);
}

std::string validation_json(const Validation& v) {
  Json out = Json::object();
  out.set("format", kFormat);
  out.set("format_version", static_cast<double>(kVersion));
  out.set("evsim", std::string_view(v.version));
  out.set("published", std::string_view(v.file));
  out.set("verdict", name(v.verdict()));
  out.set("interrupted", v.interrupted);
  Json& kinds = out.set("kinds", Json::object());
  for (const KindResult& k : v.kinds) kinds.set(k.key, kind_json(k));
  return to_text(out);
}

void check_validation_folder(const std::string& folder) {
  check_replaceable(folder, holds_validation);
}

void write_validation(const std::string& folder, const Validation& v) {
  OutputFolder out(folder, holds_validation);
  out.write(kJsonFile, validation_json(v));
  out.write("validation.html", validation_html(v));
  out.finish();
}

}  // namespace evsim::io
