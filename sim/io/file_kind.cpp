#include "sim/io/file_kind.h"

#include <algorithm>
#include <stdexcept>

#include "sim/io/json_tree.h"
#include "sim/io/published.h"
#include "sim/io/reader.h"
#include "sim/io/text.h"
#include "sim/run/scenario.h"
#include "sim/vehicle/car.h"

namespace evsim::io {
namespace {

[[noreturn]] void refuse(const std::string& file, int line, std::string what) {
  throw InputError(Problem{.file = file, .line = line, .path = {}, .what = std::move(what)});
}

std::string content_of(const std::string& file) {
  FileText content = read_file(file);
  if (!content.error.empty()) refuse(file, content.line, content.error);
  return std::move(content.text);
}

// How many keys of the file are values of this kind of file.
int matches(const Json& json, const Node& root) {
  return static_cast<int>(std::ranges::count_if(
      json.items, [&](const Json& item) { return root.find_member(item.key) != nullptr; }));
}

FileKind json_kind(const std::string& file, const std::string& text, const Node& link, int depth) {
  Problems problems;
  const auto json = parse_json(file, text, problems);
  if (!json) {
    problems.raise();
    throw std::logic_error("neither JSON nor a problem with it");
  }
  if (!json->is_object()) refuse(file, json->line, "must be an object");
  const int vehicle = matches(*json, description<car::Params<double>>());
  const int scenario = matches(*json, description<scenario::Params>());
  if (matches(*json, link) > std::max(vehicle, scenario)) return FileKind::link;
  if (vehicle > scenario) return FileKind::vehicle;
  if (matches(*json, description<published::Params>()) > scenario) return FileKind::published;
  if (scenario > 0) return FileKind::scenario;
  const Json* from = json->find("from");
  if (from == nullptr || !from->is_string() || depth == kLongestChain)
    refuse(file, 0,
           "is neither a vehicle, a scenario nor a link: none of its keys is one of theirs");
  const std::string parent = resolve(file, from->text);
  return json_kind(parent, content_of(parent), link, depth + 1);
}

// The first line that is no comment.
std::string_view header(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = trim(text.substr(0, text.find('\n')));
    if (!line.empty() && line.front() != '#') return line;
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

bool has_column(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view cell = trim(header.substr(0, comma));
    if (trim(cell.substr(0, cell.find('['))) == name) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

FileKind csv_kind(const std::string& file, std::string_view text) {
  const std::string_view line = header(text);
  if (has_column(line, "accelerator") || has_column(line, "brake")) return FileKind::pedal_trace;
  if (has_column(line, "t") && has_column(line, "v")) return FileKind::speed_trace;
  refuse(file, 0,
         "is no cycle: its header has neither t and v nor t, accelerator and brake; "
         "a table is checked with the vehicle that names it");
}

}  // namespace

std::string_view name(FileKind kind) {
  switch (kind) {
    case FileKind::vehicle: return "vehicle";
    case FileKind::scenario: return "scenario";
    case FileKind::speed_trace: return "cycle";
    case FileKind::pedal_trace: return "pedal trace";
    case FileKind::published: return "published figures";
    case FileKind::link: return "link";
  }
  return "";
}

FileKind kind_of(const std::string& file, const Node& link) {
  const std::string text = content_of(file);
  const std::string_view start = trim(std::string_view(text));
  const bool json = file.ends_with(".json") || start.starts_with('{');
  return json ? json_kind(file, text, link, 0) : csv_kind(file, text);
}

}  // namespace evsim::io
