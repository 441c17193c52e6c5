// Reading back what write_results() has written.
#include <filesystem>
#include <limits>
#include <stdexcept>

#include "sim/io/command_log.h"
#include "sim/io/summary.h"

namespace evsim::io {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& of, std::string_view name) {
  std::error_code ec;
  return fs::is_directory(of, ec) ? (fs::path(of) / name).string() : of;
}

// Members of one object by name and kind; what is missing is reported and stands for an empty value.
class Members {
 public:
  Members(const Json& object, std::string file, std::string path, Problems& problems)
      : object_(object), file_(std::move(file)), path_(std::move(path)), problems_(problems) {}

  const Json& get(std::string_view key, Json::Kind kind) const {
    static const Json nothing;
    const Json* found = object_.find(key);
    if (found != nullptr && found->kind == kind) return *found;
    problems_.add({.file = file_,
                   .line = found != nullptr ? found->line : object_.line,
                   .path = path_.empty() ? std::string(key) : path_ + "." + std::string(key),
                   .what = found == nullptr ? "missing" : "got " + kind_name(*found)});
    return nothing;
  }
  std::string text(std::string_view key) const { return get(key, Json::Kind::string).text; }
  double number(std::string_view key) const { return get(key, Json::Kind::number).number; }
  bool flag(std::string_view key) const { return get(key, Json::Kind::boolean).boolean; }
  double number_or(std::string_view key, double otherwise) const {
    return object_.find(key) == nullptr ? otherwise : number(key);
  }
  Verdict verdict(std::string_view key) const {
    const std::string word = text(key);
    for (const Verdict v : {Verdict::pass, Verdict::fail})
      if (name(v) == word) return v;
    return Verdict::none;
  }
  Members inside(std::string_view key) const {
    return {get(key, Json::Kind::object), file_, std::string(key), problems_};
  }
  Members of(const Json& item) const { return {item, file_, path_ + "." + item.key, problems_}; }
  const std::vector<Json>& items() const { return object_.items; }

 private:
  const Json& object_;
  std::string file_, path_;
  Problems& problems_;
};

scenario::Limit read_limit(const Members& m, const std::string& kpi) {
  scenario::Limit limit;
  limit.kpi = kpi;
  limit.min = m.number_or("min", -kInfinity);
  limit.max = m.number_or("max", kInfinity);
  limit.id = m.text("requirement");
  return limit;
}

Kpi read_kpi(const Members& m, const std::string& name) {
  Kpi kpi{name, m.text("unit"), m.number_or("value", std::numeric_limits<double>::quiet_NaN()),
          m.text("description")};
  for (const Json& limit : m.get("limits", Json::Kind::array).items)
    kpi.limits.push_back(read_limit(m.of(limit), name));
  kpi.verdict = m.verdict("verdict");
  return kpi;
}

Json parse(const std::string& file, Problems& problems) {
  const FileText content = read_file(file);
  if (!content.error.empty())
    throw InputError(Problem{.file = file, .line = content.line, .what = content.error});
  std::optional<Json> json = parse_json(file, content.text, problems);
  problems.raise();
  if (!json) throw std::logic_error("neither JSON nor a problem with it");
  return *std::move(json);
}

void check_format(const std::string& file, const Json& json) {
  const Json* format = json.find("format");
  const Json* version = json.find("format_version");
  if (format == nullptr || format->text != kSummaryFormat || version == nullptr)
    throw InputError(Problem{.file = file, .what = "is no summary of an evsim run"});
  if (version->number != kSummaryVersion)
    throw InputError(Problem{.file = file,
                             .line = version->line,
                             .path = "format_version",
                             .what = "got " + format_rounded(version->number) +
                                     ", this evsim reads " + std::to_string(kSummaryVersion)});
}

}  // namespace

Summary read_summary(const std::string& of) {
  const std::string file = file_of(of, kSummaryFile);
  Problems problems;
  Summary s;
  s.json = parse(file, problems);
  check_format(file, s.json);
  const Members m(s.json, file, "", problems);
  s.vehicle = m.text("vehicle");
  s.scenario = m.text("scenario");
  s.verdict = m.verdict("verdict");
  s.end = m.text("end");
  s.interrupted = m.flag("interrupted");
  s.t_end = m.number("t_end_s");
  const Members kpis = m.inside("kpis");
  for (const Json& item : kpis.items()) s.kpis.push_back(read_kpi(kpis.of(item), item.key));
  s.residual_over_throughput = m.inside("ledger").number("residual_over_throughput");
  s.version = m.inside("provenance").text("evsim");
  problems.raise();
  return s;
}

std::vector<scenario::Event> read_command_log(const std::string& of) {
  return read<CommandLog>(file_of(of, "command_log.json")).value.commands;
}

}  // namespace evsim::io
