// The timeline: what was commanded, by the scenario and by hand, what is to come, and now. A click goes back to just before.
#include <fmt/format.h>
#include <imgui.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

using Kind = TimelineMark::Kind;

const ImVec4& colour_of(Kind kind) {
  switch (kind) {
    case Kind::applied: return colour::kSky;
    case Kind::own: return colour::kGrey;
    case Kind::ahead: return colour::kDim;
    case Kind::planned: return colour::kOrange;
  }
  return colour::kGrey;
}
double row_of(Subject s) {
  return static_cast<double>(kSubjectNames.size()) - static_cast<double>(s);
}

std::string text_of(const App& app, const TimelineMark& m) {
  const auto order = [&]() -> const Order& {
    switch (m.kind) {
      case Kind::ahead: return app.scenario().timeline[m.at].command;
      case Kind::planned: return app.plans()[m.at].order;
      default: return app.log()[m.at].event.command;
    }
  };
  const char* by = m.kind == Kind::applied   ? ""
                   : m.kind == Kind::planned ? " (planned)"
                                             : " (of the scenario)";
  return fmt::format("{:.4f} s: {}{}", m.t, order_text(order()), by);
}

// A mark each; of those on one pixel the last.
void draw(const std::vector<TimelineMark>& marks) {
  ImDrawList* list = ImPlot::GetPlotDrawList();
  ImPlot::PushPlotClipRect();
  const float half = 0.28f * ImPlot::GetPlotSize().y / static_cast<float>(kSubjectNames.size());
  std::array<float, kSubjectNames.size()> last;
  last.fill(-1e9f);
  const ImPlotRange shown = ImPlot::GetPlotLimits().X;
  for (const TimelineMark& m : marks) {
    if (m.t < shown.Min || m.t > shown.Max) continue;
    const ImVec2 at = ImPlot::PlotToPixels(m.t, row_of(m.subject));
    float& before = last[static_cast<std::size_t>(m.subject)];
    if (std::abs(at.x - before) < 1.0f) continue;
    before = at.x;
    const ImU32 ink = ImGui::GetColorU32(colour_of(m.kind));
    if (m.subject == Subject::driving)
      list->AddLine({at.x, at.y - half}, {at.x, at.y + half}, ink, 1.5f);
    else if (m.kind == Kind::ahead || m.kind == Kind::planned)
      list->AddCircle(at, 4.5f, ink, 0, 1.5f);
    else
      list->AddCircleFilled(at, 4.5f, ink);
  }
  ImPlot::PopPlotClipRect();
}

void hover(App& app, const std::vector<TimelineMark>& marks) {
  if (!ImPlot::IsPlotHovered()) return;
  const ImPlotPoint mouse = ImPlot::GetPlotMousePos();
  const ImPlotRect limits = ImPlot::GetPlotLimits();
  const double within = 6.0 * limits.X.Size() / static_cast<double>(ImPlot::GetPlotSize().x);
  const auto row = static_cast<double>(kSubjectNames.size()) - std::round(mouse.y);
  if (row < 0.0 || row >= static_cast<double>(kSubjectNames.size())) return;
  const auto at = nearest(marks, static_cast<Subject>(row), mouse.x, within);
  if (!at) return;
  const TimelineMark& m = marks[*at];
  const bool past = m.kind == Kind::applied || m.kind == Kind::own;
  ImGui::SetTooltip("%s%s", text_of(app, m).c_str(), past ? "\nclick: back to just before" : "");
  if (past && ImGui::IsMouseClicked(ImGuiMouseButton_Left)) app.go_back(just_before(m));
}

}  // namespace

void timeline_panel(App& app) {
  const double now = app.now().t;
  const auto marks = timeline_marks(app.log(), app.scenario().timeline, now, app.plans());
  TimelineView& view = app.timeline;
  ImGui::Checkbox("all###timeline_all", &view.all);
  tip("From the start to the last command or now; else zoom by the wheel, move by dragging");
  const auto legend = [](Kind kind, const char* text) {
    ImGui::SameLine(0.0f, 14.0f);
    ImGui::TextColored(colour_of(kind), "%s", text);
  };
  legend(Kind::applied, "by hand");
  legend(Kind::own, "of the scenario");
  legend(Kind::planned, "planned");
  double last = now;
  for (const TimelineMark& m : marks) last = std::max(last, m.t);
  if (view.all) {
    view.from = 0.0;
    view.to = std::max(1.02 * last, 1.0);
  }
  ImGui::PushID("timeline");
  ImPlot::PushStyleVar(ImPlotStyleVar_PlotMinSize,
                       ImVec2(100.0f, 60.0f));  // lower than other plots
  if (begin_plot("###timeline", {-1.0f, -1.0f},
                 ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText |
                     ImPlotFlags_NoMenus | ImPlotFlags_NoBoxSelect)) {
    constexpr auto kRows = static_cast<double>(kSubjectNames.size());
    double ticks[kSubjectNames.size()];
    for (std::size_t i = 0; i < kSubjectNames.size(); ++i)
      ticks[i] = kRows - static_cast<double>(i);
    ImPlot::SetupAxis(ImAxis_X1, "t [s]", view.all ? ImPlotAxisFlags_Lock : ImPlotAxisFlags_None);
    ImPlot::SetupAxisLinks(ImAxis_X1, &view.from, &view.to);
    if (view.all) ImPlot::SetupAxisLimits(ImAxis_X1, view.from, view.to, ImPlotCond_Always);
    ImPlot::SetupAxis(ImAxis_Y1, nullptr, ImPlotAxisFlags_Lock | ImPlotAxisFlags_NoGridLines);
    ImPlot::SetupAxisLimits(ImAxis_Y1, 0.5, kRows + 0.5, ImPlotCond_Always);
    ImPlot::SetupAxisTicks(ImAxis_Y1, ticks, static_cast<int>(kSubjectNames.size()),
                           kSubjectNames.data());
    ImPlotSpec line;
    line.LineColor = colour::kYellow;
    line.LineWeight = 1.5f;
    ImPlot::PlotInfLines("now", &now, 1, line);
    draw(marks);
    hover(app, marks);
    ImPlot::EndPlot();
  }
  ImPlot::PopStyleVar();
  ImGui::PopID();
}

}  // namespace evsim::gui
