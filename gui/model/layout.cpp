#include "gui/model/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "sim/io/embed.h"
#include "sim/io/json_tree.h"
#include "sim/io/text.h"

EVSIM_EMBED(evsim_layout_tuning, "gui/layouts/tuning.json");
EVSIM_EMBED(evsim_layout_drive, "gui/layouts/drive.json");
EVSIM_EMBED(evsim_layout_driving, "gui/layouts/driving.json");
EVSIM_EMBED(evsim_layout_hil, "gui/layouts/hil.json");

namespace evsim::gui {
namespace {

// A file that is being read, with all that is wrong in it.
struct Reading {
  const std::string& file;
  std::span<const std::string> panels;
  io::Problems problems;

  void wrong(const io::Json& at, const std::string& path, std::string what) {
    problems.add(Problem{.file = file, .line = at.line, .path = path, .what = std::move(what)});
  }

  double number(const io::Json& at, const std::string& path, double least, double most) {
    if (at.kind == io::Json::Kind::number && at.number >= least && at.number <= most)
      return at.number;
    wrong(at, path,
          "must be a number from " + io::format(least) + " to " + io::format(most) +
              (at.kind == io::Json::Kind::number ? ", not " + io::format(at.number)
                                                 : ", not " + io::kind_name(at)));
    return most;
  }
  std::vector<std::string> texts(const io::Json& at, const std::string& path) {
    std::vector<std::string> out;
    if (at.kind != io::Json::Kind::array) wrong(at, path, "must be a list of names");
    for (const io::Json& item : at.items)
      if (item.is_string())
        out.push_back(item.text);
      else
        wrong(item, path, "must be a list of names, not of " + io::kind_name(item));
    return out;
  }

  Dock dock(const io::Json& at, const std::string& path) {
    Dock out;
    const io::Json* content = nullptr;
    for (const io::Json& item : at.items) {
      const std::string inner = path + "." + item.key;
      if (item.key == "share") {
        out.share = number(item, inner, 0.01, 100.0);
      } else if (item.key == "tabs" || item.key == "columns" || item.key == "rows") {
        if (content != nullptr)
          wrong(item, inner,
                "one of tabs, columns, rows; \"" + content->key + "\" stands there too");
        content = &item;
      } else {
        wrong(item, inner, "unknown key; known: share, tabs, columns, rows");
      }
    }
    if (content == nullptr) {
      wrong(at, path, "must be an object with tabs, columns or rows");
      return out;
    }
    if (content->key == "tabs") {
      for (const std::string& name : texts(*content, path + ".tabs"))
        if (std::ranges::find(panels, name) != panels.end())
          out.tabs.push_back(name);
        else
          wrong(*content, path + ".tabs", unknown_panel(name));
      return out;
    }
    out.kind = content->key == "columns" ? Dock::Kind::columns : Dock::Kind::rows;
    if (content->kind != io::Json::Kind::array || content->items.empty())
      wrong(*content, path + "." + content->key, "must be a list of places");
    for (std::size_t i = 0; i < content->items.size(); ++i)
      out.parts.push_back(
          dock(content->items[i], path + "." + content->key + "." + std::to_string(i)));
    return out;
  }

  std::string unknown_panel(const std::string& name) const {
    std::string known;
    for (const std::string& p : panels) known += (known.empty() ? "" : ", ") + p;
    return "no panel \"" + name + "\"; there are: " + known;
  }
};

io::Json list_of(const std::vector<std::string>& texts) {
  io::Json out = io::Json::array();
  for (const std::string& t : texts) out.items.push_back(io::Json::from(t));
  return out;
}

io::Json json_of(const Dock& dock, bool with_share) {
  io::Json out = io::Json::object();
  if (with_share) out.set("share", std::round(1e4 * dock.share) / 1e4);
  if (dock.kind == Dock::Kind::tabs) {
    out.set("tabs", list_of(dock.tabs));
    return out;
  }
  io::Json parts = io::Json::array();
  for (const Dock& d : dock.parts) parts.items.push_back(json_of(d, true));
  out.set(dock.kind == Dock::Kind::columns ? "columns" : "rows", std::move(parts));
  return out;
}

void add_shown(const Dock& dock, std::vector<std::string>& out) {
  out.insert(out.end(), dock.tabs.begin(), dock.tabs.end());
  for (const Dock& d : dock.parts) add_shown(d, out);
}

}  // namespace

Layout read_layout(const std::string& file, std::string_view text,
                   std::span<const std::string> panels) {
  Reading r{.file = file, .panels = panels, .problems = {}};
  Layout out;
  const auto parsed = io::parse_json(file, text, r.problems);
  r.problems.raise();
  const io::Json json = parsed ? *parsed : io::Json::object();
  if (!json.is_object()) r.wrong(json, "", "must be an object");
  for (const io::Json& item : json.items) {
    if (item.key == "name") {
      out.name = item.text;
    } else if (item.key == "span_s") {
      out.span = r.number(item, item.key, 0.01, 600.0);
    } else if (item.key == "scopes") {
      for (const io::Json& scope : item.items) out.scopes.push_back(r.texts(scope, item.key));
    } else if (item.key == "dock") {
      out.dock = r.dock(item, item.key);
    } else {
      r.wrong(item, item.key, "unknown key; known: name, span_s, scopes, dock");
    }
  }
  if (json.find("dock") == nullptr) r.wrong(json, "dock", "missing: where the panels stand");
  r.problems.raise();
  return out;
}

std::string layout_text(const Layout& layout) {
  io::Json out = io::Json::object();
  out.set("name", layout.name);
  out.set("span_s", layout.span);
  io::Json scopes = io::Json::array();
  for (const auto& s : layout.scopes) scopes.items.push_back(list_of(s));
  out.set("scopes", std::move(scopes));
  out.set("dock", json_of(layout.dock, false));
  return io::to_text(out);
}

std::vector<std::string> shown_in(const Dock& dock) {
  std::vector<std::string> out;
  add_shown(dock, out);
  return out;
}

std::span<const Shipped> shipped_layouts() {
  static const std::array all{Shipped{"tuning", EVSIM_EMBEDDED(evsim_layout_tuning)},
                              Shipped{"drive", EVSIM_EMBEDDED(evsim_layout_drive)},
                              Shipped{"driving", EVSIM_EMBEDDED(evsim_layout_driving)},
                              Shipped{"hil", EVSIM_EMBEDDED(evsim_layout_hil)}};
  return all;
}

std::string settings_folder() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config != '\0') return std::string(config) + "/evsim";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::string(home) + "/.config/evsim";
}

}  // namespace evsim::gui
