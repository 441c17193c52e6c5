#include "gui/shell/state.h"

#include <imgui_internal.h>

#include "gui/panels/items.h"
#include "sim/io/json_tree.h"
#include "sim/io/output_folder.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

// Named, and in the units, of signals.csv, with all digits: "body.v [km/h]": "12.3".
io::Json signals_now(const App& app) {
  io::Json out = io::Json::object();
  for (std::size_t i = 0; i < app.signals().size(); ++i) {
    const Signal& s = app.signals()[i];
    out.set(s.path + " [" + std::string(s.unit->text) + "]", io::format(app.value(i)));
  }
  return out;
}

}  // namespace

void write_state(const App& app, int frame, const std::string& file) {
  io::Json out = io::Json::object();
  const live::Picture& now = app.now();
  out.set("frame", static_cast<double>(frame));
  out.set("input_waiting", static_cast<double>(ImGui::GetCurrentContext()->InputEventsQueue.Size));
  out.set("t_s", now.t);
  out.set("steps", static_cast<double>(now.steps));
  out.set("end", std::string(name(now.end)));
  out.set("paused", now.paused);
  out.set("commands", static_cast<double>(now.commands));
  out.set("real_time_factor", now.real_time_factor);
  out.set("ledger_residual", now.ledger_residual);
  out.set("vehicle", app.vehicle_name());
  out.set("scenario", app.scenario_name());
  out.set("layout", app.desk.layout_name);
  out.set("message", app.messages().empty() ? "" : app.messages().back().text);
  io::Json values = io::Json::object();
  for (const std::size_t i : app.parameters().unsaved())
    values.set(app.parameters().all()[i].keyed, app.parameters().all()[i].value);
  out.set("edits", std::move(values));
  io::Json items = io::Json::object();
  for (const Item& i : recorded_items()) {
    if (i.label.empty()) continue;
    const std::size_t id = i.label.find("###");
    io::Json place = io::Json::array();
    for (const float x : {i.x0, i.y0, i.x1, i.y1})
      place.items.push_back(io::Json::from(static_cast<double>(x)));
    items.set(id == std::string::npos ? i.label : i.label.substr(id), std::move(place));
  }
  out.set("items", std::move(items));
  if (now.paused) out.set("signals", signals_now(app));
  io::replace_file(file, io::to_text(out));
}

}  // namespace evsim::gui
