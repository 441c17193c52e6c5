// Faults of drive units, links and signals: what can fail, what has, now or at a time. All go as commands.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

using scenario::Fault;
using scenario::FaultKind;
using scenario::PhaseName;

// A button that shows whether its fault is there.
bool toggle(const std::string& label, bool active, float width) {
  if (active) ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(colour::kVermilion));
  const bool pressed = ImGui::Button(label.c_str(), {width, 0.0f});
  if (active) ImGui::PopStyleColor();
  return pressed;
}

void when(App& app) {
  FaultForm& form = app.fault_form;
  int later = form.later ? 1 : 0;
  ImGui::RadioButton("now###now", &later, 0);
  ImGui::SameLine();
  ImGui::RadioButton("at###later", &later, 1);
  form.later = later == 1;
  ImGui::SameLine();
  ImGui::BeginDisabled(!form.later);
  ImGui::SetNextItemWidth(6.0f * ImGui::GetFontSize());
  ImGui::InputDouble("###at", &form.at, 0.0, 0.0, "%.6g s");
  ImGui::EndDisabled();
  tip("Each button acts at the first boundary of a step then, and stands in the timeline until it "
      "has");
}

void plans(App& app) {
  if (app.plans().empty()) return;
  std::uint64_t cancelled = 0;
  for (const Planned& p : app.plans()) {
    if (ImGui::SmallButton(fmt::format("x###unplan:{}", p.id).c_str())) cancelled = p.id;
    tip("Cancel");
    ImGui::SameLine();
    ImGui::TextColored(colour::kOrange, "at %s s: %s", io::format_rounded(p.t).c_str(),
                       order_text(p.order).c_str());
  }
  if (cancelled != 0) app.unplan(cancelled);
}

// The figure that a fault needs, behind its name.
void figure(FaultForm& form, FaultKnown::Value value, FaultKind kind) {
  const std::string id =
      "###figure:" + std::string(scenario::kFaultNames[static_cast<std::size_t>(kind)]);
  ImGui::SetNextItemWidth(5.5f * ImGui::GetFontSize());
  const auto field = [&](double& x, const char* format) {
    ImGui::InputDouble(id.c_str(), &x, 0.0, 0.0, format);
  };
  switch (value) {
    case FaultKnown::Value::none: ImGui::Dummy({1.0f, 1.0f}); break;
    case FaultKnown::Value::current: field(form.current, "%.4g A"); break;
    case FaultKnown::Value::gain: field(form.gain, "%.4g %%"); break;
    case FaultKnown::Value::angle: field(form.angle, "%.4g deg"); break;
    case FaultKnown::Value::temperature: field(form.temperature, "%.4g degC"); break;
  }
}

const Fault* find(const std::vector<Fault>& all, FaultKind kind, bool phase, PhaseName name) {
  const auto it = std::ranges::find_if(
      all, [&](const Fault& f) { return f.fault == kind && (!phase || f.phase == name); });
  return it == all.end() ? nullptr : &*it;
}

void button(App& app, const FaultKnown& known, const std::string& unit,
            const std::vector<Fault>& active, PhaseName phase, const std::string& text,
            float width) {
  const Fault* there = find(active, known.kind, known.phase, phase);
  std::string id = "###fault:" + unit + ":" +
                   std::string(scenario::kFaultNames[static_cast<std::size_t>(known.kind)]);
  if (known.phase) id += ":" + std::string(scenario::kPhaseNames[static_cast<std::size_t>(phase)]);
  if (toggle(text + id, there != nullptr, width))
    app.toggle_fault(there != nullptr && !app.fault_form.later
                         ? *there
                         : fault_of(app.fault_form, known.kind, unit, phase),
                     there != nullptr);
  tip(there != nullptr ? order_text(*there) + ". Click: it is gone" : known.tip);
}

void rows(App& app, const std::string& unit, const std::vector<Fault>& active) {
  const float em = ImGui::GetFontSize();
  if (!ImGui::BeginTable(("faults:" + unit).c_str(), 3, ImGuiTableFlags_SizingFixedFit)) return;
  for (const FaultKnown& known : known_faults()) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    ImGui::TextUnformatted(known.text);
    tip(known.tip);
    ImGui::TableNextColumn();
    if (known.phase) {
      for (std::size_t i = 0; i < scenario::kPhaseNames.size(); ++i) {
        if (i > 0) ImGui::SameLine(0.0f, 3.0f);
        button(app, known, unit, active, static_cast<PhaseName>(i),
               std::string(scenario::kPhaseNames[i]), 1.9f * em);
      }
    } else {
      const bool there = find(active, known.kind, false, PhaseName::a) != nullptr;
      button(app, known, unit, active, PhaseName::a, there ? "active" : "inject", 5.7f * em + 6.0f);
    }
    ImGui::TableNextColumn();
    figure(app.fault_form, known.value, known.kind);
  }
  ImGui::EndTable();
}

void unit(App& app, const std::string& name) {
  const std::vector<Fault> active =
      active_faults(app.log(), name, app.scenario().initial.T_machine);
  const std::string title =
      active.empty() ? fmt::format("drive unit {}###unit:{}", name, name)
                     : fmt::format("drive unit {}: {} active###unit:{}", name, active.size(), name);
  if (!ImGui::CollapsingHeader(title.c_str(), ImGuiTreeNodeFlags_DefaultOpen)) return;
  rows(app, name, active);
  if (ImGui::Button(("All is well###clear:" + name).c_str())) {
    const Fault none{.unit = name, .fault = FaultKind::none};
    app.fault_form.later ? app.plan(app.fault_form.at, none) : app.command(none);
  }
  tip("Takes back all but temperatures");
}

void give(App& app, Order order) {
  app.fault_form.later ? app.plan(app.fault_form.at, std::move(order))
                       : app.command(std::move(order));
}

template <std::size_t N>
void combo(const char* id, int& chosen, const std::array<std::string_view, N>& names, float width) {
  ImGui::SetNextItemWidth(width);
  const auto at = static_cast<std::size_t>(std::clamp(chosen, 0, static_cast<int>(N) - 1));
  if (!ImGui::BeginCombo(id, std::string(names[at]).c_str())) return;
  for (std::size_t i = 0; i < N; ++i)
    if (ImGui::Selectable((std::string(names[i]) + "###" + std::string(names[i])).c_str(), i == at))
      chosen = static_cast<int>(i);
  ImGui::EndCombo();
}

// Sensors and requests on their way through the control.
void signals(App& app) {
  if (!ImGui::CollapsingHeader("signals###signals")) return;
  FaultForm& form = app.fault_form;
  std::vector<std::string> units;
  for (const UnitSignals& u : app.units()) units.push_back(u.name);
  const auto all = override_signals(units);
  form.signal = std::clamp(form.signal, 0, static_cast<int>(all.size()) - 1);
  const std::string& signal = all[static_cast<std::size_t>(form.signal)];
  const float em = ImGui::GetFontSize();
  ImGui::SetNextItemWidth(12.0f * em);
  if (ImGui::BeginCombo("###signal", signal.c_str())) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (ImGui::Selectable((all[i] + "###" + all[i]).c_str(), static_cast<int>(i) == form.signal))
        form.signal = static_cast<int>(i);
    ImGui::EndCombo();
  }
  ImGui::SameLine();
  combo("###mode", form.mode, scenario::kModeNames, 5.0f * em);
  ImGui::SameLine();
  ImGui::SetNextItemWidth(5.0f * em);
  ImGui::InputDouble("###override_value", &form.value, 0.0, 0.0, "%.6g");
  tip("In the unit of the signal; of scale a factor, of noise the standard deviation");
  ImGui::SameLine();
  if (ImGui::Button("apply###override"))
    give(app, scenario::Override{.signal = signal,
                                 .mode = static_cast<scenario::Mode>(form.mode),
                                 .value = form.value});
  for (const scenario::Override& o : active_overrides(app.log())) {
    if (ImGui::SmallButton(("release###release:" + o.signal).c_str())) app.command(opposite(o));
    ImGui::SameLine();
    ImGui::TextColored(colour::kOrange, "%s", order_text(o).c_str());
  }
}

void links(App& app) {
  if (!ImGui::CollapsingHeader("links###links")) return;
  FaultForm& form = app.fault_form;
  const auto& roles = app.linked_roles();
  const std::string why = link_faults_unavailable(roles);
  if (!why.empty()) ImGui::TextDisabled("%s", why.c_str());
  const float em = ImGui::GetFontSize();
  ImGui::BeginDisabled(!why.empty());
  form.role = std::clamp(form.role, 0, std::max(static_cast<int>(roles.size()) - 1, 0));
  const std::string role = roles.empty() ? "" : roles[static_cast<std::size_t>(form.role)];
  ImGui::SetNextItemWidth(8.0f * em);
  if (ImGui::BeginCombo("###role", role.empty() ? "no role" : role.c_str())) {
    for (std::size_t i = 0; i < roles.size(); ++i)
      if (ImGui::Selectable(roles[i].c_str(), static_cast<int>(i) == form.role))
        form.role = static_cast<int>(i);
    ImGui::EndCombo();
  }
  ImGui::SameLine();
  combo("###link_fault", form.link_fault, scenario::kLinkFaultNames, 8.0f * em);
  ImGui::SameLine();
  combo("###direction", form.direction, scenario::kDirectionNames, 8.0f * em);
  const auto field = [&](const char* id, double& x, const char* format, const char* what) {
    ImGui::SetNextItemWidth(6.0f * em);
    ImGui::InputDouble(id, &x, 0.0, 0.0, format);
    tip(what);
    ImGui::SameLine();
  };
  field("###link_duration", form.duration, "for %.4g s",
        "How long it lasts; 0: until it is taken back");
  field("###link_delay", form.delay, "%.4g ms", "Of delay; of jitter the longest");
  field("###link_share", form.share, "%.4g %%", "Of the messages that it hits");
  if (ImGui::Button("inject###link_inject"))
    give(app, scenario::LinkFault{.role = role,
                                  .fault = static_cast<scenario::LinkFaultKind>(form.link_fault),
                                  .direction = static_cast<scenario::LinkDirection>(form.direction),
                                  .message = form.message,
                                  .duration = std::max(form.duration, 0.0),
                                  .delay = 1e-3 * std::max(form.delay, 0.0),
                                  .share = std::clamp(0.01 * form.share, 0.0, 1.0)});
  ImGui::SameLine();
  if (ImGui::Button("All is well###link_clear"))
    give(app, opposite(scenario::LinkFault{.role = role, .message = {}}));
  ImGui::EndDisabled();
}

}  // namespace

void faults_panel(App& app) {
  when(app);
  plans(app);
  const std::string why = faults_unavailable(app.scenario().level);
  if (!why.empty()) {
    ImGui::PushTextWrapPos();
    ImGui::TextDisabled("%s", why.c_str());
    ImGui::PopTextWrapPos();
  }
  ImGui::BeginDisabled(!why.empty());
  for (const UnitSignals& u : app.units()) unit(app, u.name);
  ImGui::EndDisabled();
  signals(app);
  links(app);
}

}  // namespace evsim::gui
