#include "gui/model/actions.h"

#include <algorithm>
#include <array>

#include "sim/io/json_tree.h"
#include "sim/io/problems.h"

namespace evsim::gui {
namespace {

bool can_undo(const App& app) { return app.parameters().done() > 0; }
bool can_redo(const App& app) {
  return app.parameters().done() < app.parameters().changes().size();
}
template <std::size_t K> void layout(App& app) {
  if (K < app.desk.layouts.size()) app.take_layout(app.desk.layouts[K].name);
}
template <std::size_t K> bool has_layout(const App& app) { return K < app.desk.layouts.size(); }
void zoom(App& app, float factor) {
  app.desk.zoom = std::clamp(app.desk.zoom * factor, 0.5f, 3.0f);
}

const std::array kActions{
    Action{"open", "File", "Open car or scenario", "Ctrl+O",
           [](App& app) { app.show_panel("Car and scenario"); }},
    Action{"reload", "File", "Load the files again", "Ctrl+R", [](App& app) { app.reload(); }},
    Action{"save_vehicle", "File", "Save vehicle", "Ctrl+S",
           [](App& app) { app.save_vehicle(app.file_name); }},
    Action{"save_patch", "File", "Save edits as a patch", "Ctrl+Shift+S",
           [](App& app) { app.save_patch(app.file_name); }},
    Action{"screenshot", "File", "Picture of the window (PNG)", "F12",
           [](App& app) { app.take_screenshot(); }},
    Action{"record", "File", "Results of the run until now (folder with report)", "Ctrl+E",
           [](App& app) { app.write_results(); }},
    Action{"quit", "File", "Quit", "Ctrl+Q", [](App& app) { app.close(); }},

    Action{"undo", "Edit", "Undo", "Ctrl+Z", [](App& app) { app.undo(); }, can_undo},
    Action{"redo", "Edit", "Redo", "Ctrl+Y", [](App& app) { app.redo(); }, can_redo},
    Action{"palette", "Edit", "Find signal, parameter, action", "Ctrl+P",
           [](App& app) { app.desk.palette = true; }},
    Action{"keys", "Edit", "Keys", "", [](App& app) { app.show_panel("Keys"); }},

    Action{"run_pause", "Run", "Run or pause", "Space",
           [](App& app) { app.now().paused ? app.resume() : app.pause(); }},
    Action{"step", "Run", "One step", "Period", [](App& app) { app.step(1); }},
    Action{"restart", "Run", "Back to the start", "Home", [](App& app) { app.go_back(-1.0); }},
    Action{"real_time", "Run", "In real time", "", [](App& app) { app.set_pace(1.0); }},
    Action{"unlimited", "Run", "As fast as it can", "", [](App& app) { app.set_pace(kInfinity); }},

    Action{"layout_1", "View", "Layout 1", "Ctrl+1", layout<0>, has_layout<0>},
    Action{"layout_2", "View", "Layout 2", "Ctrl+2", layout<1>, has_layout<1>},
    Action{"layout_3", "View", "Layout 3", "Ctrl+3", layout<2>, has_layout<2>},
    Action{"layout_4", "View", "Layout 4", "Ctrl+4", layout<3>, has_layout<3>},
    Action{"save_layout", "Layouts", "Save as it stands", "Ctrl+L",
           [](App& app) { app.desk.save_layout = true; }},
    Action{"light", "View", "Light colours", "F9",
           [](App& app) { app.desk.light = !app.desk.light; }, nullptr,
           [](const App& app) { return app.desk.light; }},
    Action{"larger", "View", "Larger", "Ctrl+Equal", [](App& app) { zoom(app, 1.1f); }},
    Action{"smaller", "View", "Smaller", "Ctrl+Minus", [](App& app) { zoom(app, 1.0f / 1.1f); }},
    Action{"natural_size", "View", "Natural size", "Ctrl+0",
           [](App& app) { app.desk.zoom = 1.0f; }},
};

}  // namespace

std::span<const Action> actions() { return kActions; }

const Action* find_action(std::string_view id) {
  const auto it = std::ranges::find_if(kActions, [&](const Action& a) { return a.id == id; });
  return it == kActions.end() ? nullptr : &*it;
}

std::string keys_of(const Desk& desk, const Action& action) {
  const auto it = desk.keys.find(std::string_view(action.id));
  return it == desk.keys.end() ? action.keys : it->second;
}

void read_keys(Desk& desk, const std::string& file, std::string_view text) {
  io::Problems problems;
  const auto parsed = io::parse_json(file, text, problems);
  problems.raise();
  const io::Json json = parsed ? *parsed : io::Json::object();
  std::map<std::string, std::string, std::less<>> out;
  for (const io::Json& item : json.items) {
    const auto wrong = [&](std::string what) {
      problems.add(
          Problem{.file = file, .line = item.line, .path = item.key, .what = std::move(what)});
    };
    if (find_action(item.key) == nullptr)
      wrong("no such action");
    else if (!item.is_string())
      wrong("must be keys such as \"Ctrl+Z\", not " + io::kind_name(item));
    else
      out[item.key] = item.text;
  }
  problems.raise();
  desk.keys = std::move(out);
}

std::string keys_text(const Desk& desk) {
  io::Json out = io::Json::object();
  for (const auto& [id, keys] : desk.keys) out.set(id, keys);
  return io::to_text(out);
}

}  // namespace evsim::gui
