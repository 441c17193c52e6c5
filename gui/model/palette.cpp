#include "gui/model/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "gui/model/actions.h"
#include "gui/model/scopes.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

int fit(std::string_view typed, std::string_view text) {
  int score = 0;
  std::size_t at = 0;
  bool follows = false;
  for (const char c : typed) {
    if (c == ' ') {
      follows = false;
      continue;
    }
    const std::size_t before = at;
    while (at < text.size() && text[at] != c) ++at;
    if (at == text.size()) return -1;
    const bool begins_word = at == 0 || !is_letter(text[at - 1]);
    score += 1 + (follows && at == before ? 4 : 0) + (begins_word ? 3 : 0);
    follows = true;
    ++at;
  }
  return 100 * score - static_cast<int>(std::min<std::size_t>(text.size(), 99));
}

std::vector<Hit> palette_hits(const App& app, const std::string& typed, std::size_t most) {
  std::vector<Hit> out;
  const std::size_t equal = typed.find('=');
  const std::string name = io::lower_case(typed.substr(0, equal));
  const std::string_view behind =
      equal == std::string::npos ? "" : std::string_view(typed).substr(equal + 1);
  const std::optional<double> value = number_in(behind);
  const auto add = [&](Hit hit, std::string_view also = {}) {
    hit.score = fit(name, io::lower_case(hit.text + (also.empty() ? "" : " ") + std::string(also)));
    if (hit.score >= 0) out.push_back(std::move(hit));
  };
  if (equal == std::string::npos) {
    for (std::size_t i = 0; i < actions().size(); ++i) {
      const Action& a = actions()[i];
      if (a.can == nullptr || a.can(app))
        add({.kind = Hit::Kind::action, .text = a.title, .note = keys_of(app.desk, a), .index = i});
    }
    for (std::size_t i = 0; i < app.desk.panels.size(); ++i)
      add({.kind = Hit::Kind::panel, .text = app.desk.panels[i], .note = "panel", .index = i});
    for (std::size_t i = 0; i < app.desk.layouts.size(); ++i)
      add({.kind = Hit::Kind::layout,
           .text = app.desk.layouts[i].name,
           .note = "layout",
           .index = i});
    for (std::size_t i = 0; i < app.signals().size(); ++i)
      add({.kind = Hit::Kind::signal,
           .text = app.signals()[i].path,
           .note = fmt::format("signal  {:.5g} {}", app.value(i), app.signals()[i].unit->text),
           .index = i});
  }
  const auto& parameters = app.parameters().all();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    if (equal != std::string::npos && (!p.editable || !value)) continue;
    const auto kind = value ? Hit::Kind::set_parameter : Hit::Kind::parameter;
    const std::string note =
        value ? fmt::format("set to {} {}", io::format(*value), p.unit_text)
              : "parameter  " +
                    (p.editable ? io::format_rounded(p.value) + " " + p.unit_text : p.text);
    add({.kind = kind, .text = p.keyed, .note = note, .index = i, .value = value.value_or(0.0)});
  }
  std::ranges::stable_sort(out, [](const Hit& a, const Hit& b) { return a.score > b.score; });
  if (out.size() > most) out.resize(most);
  return out;
}

void choose(App& app, const Hit& hit) {
  switch (hit.kind) {
    case Hit::Kind::action: actions()[hit.index].run(app); break;
    case Hit::Kind::panel: app.show_panel(app.desk.panels[hit.index]); break;
    case Hit::Kind::layout: app.take_layout(app.desk.layouts[hit.index].name); break;
    case Hit::Kind::signal:
      add_to_focus(app, app.signals()[hit.index].path);
      app.show_panel("Scopes");
      break;
    case Hit::Kind::parameter:
      app.search = app.parameters().all()[hit.index].keyed;
      app.show_panel("Parameters");
      break;
    case Hit::Kind::set_parameter:
      app.set_parameter(hit.index, hit.value);
      app.commit();
      break;
  }
}

}  // namespace evsim::gui
