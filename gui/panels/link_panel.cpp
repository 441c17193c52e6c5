// Controllers outside of the program: who is there, how the exchange goes, how long answers take.
#include <fmt/format.h>
#include <imgui.h>
#include <implot.h>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

ImVec4 colour_of(LinkState s) {
  switch (s) {
    case LinkState::answering: return colour::kGreen;
    case LinkState::stands: return colour::kGrey;
    case LinkState::awaited:
    case LinkState::losing: return colour::kOrange;
    case LinkState::silent:
    case LinkState::away: return colour::kVermilion;
  }
  return colour::kGrey;
}

std::string time_text(double s) {
  return s < 1e-3  ? fmt::format("{:.3g} us", 1e6 * s)
         : s < 1.0 ? fmt::format("{:.3g} ms", 1e3 * s)
                   : fmt::format("{:.3g} s", s);
}

void cell(const std::string& text) {
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(text.c_str());
}
void count_cell(std::int64_t n, bool is_bad) {
  ImGui::TableNextColumn();
  ImGui::TextColored(is_bad && n > 0 ? colour::kOrange : colour::kGrey, "%lld",
                     static_cast<long long>(n));
}

std::string role_of(const LinkFigures& f) {
  return f.unit.empty() ? f.role : f.role + " of " + f.unit;
}

void table(const std::vector<LinkView::Link>& all) {
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_RowBg |
                                     ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_ScrollX |
                                     ImGuiTableFlags_Resizable;
  const float height =
      (static_cast<float>(all.size()) + 1.7f) * ImGui::GetTextLineHeightWithSpacing();
  if (!ImGui::BeginTable("links", 12, kFlags, {0.0f, height})) return;
  ImGui::TableSetupScrollFreeze(1, 1);
  for (const char* name : {"role", "state", "controller", "at", "exchanges/s", "lost", "late",
                           "median", "99 %", "99.9 %", "longest", "dropped"})
    ImGui::TableSetupColumn(name);
  ImGui::TableHeadersRow();
  for (const LinkView::Link& l : all) {
    const LinkFigures& f = l.figures;
    ImGui::TableNextRow();
    cell(role_of(f));
    ImGui::TableNextColumn();
    ImGui::TextColored(colour_of(l.state), "%s", std::string(text_of(l.state)).c_str());
    cell(f.peer);
    cell(f.at);
    cell(fmt::format("{:.0f}", l.exchanges_per_s));
    count_cell(f.unanswered, true);
    count_cell(count_of(f, "late"), true);
    const Histogram* h = round_trips_of(f);
    for (const double share : {0.5, 0.99, 0.999})
      cell(h == nullptr || h->count() == 0 ? "" : time_text(h->quantile(share)));
    cell(h == nullptr || h->count() == 0 ? "" : time_text(h->max()));
    count_cell(count_of(f, "dropped"), true);
  }
  ImGui::EndTable();
}

// Both axes logarithmic: what is rare and slow is what matters.
void round_trips(const std::vector<LinkView::Link>& all) {
  const ImVec4 colours[] = {colour::kSky, colour::kOrange, colour::kGreen, colour::kPurple,
                            colour::kYellow};
  if (!begin_plot("###round_trips", {-1.0f, -1.0f}, ImPlotFlags_NoMouseText)) return;
  ImPlot::SetupAxes("round trip [ms]", "exchanges", ImPlotAxisFlags_AutoFit,
                    ImPlotAxisFlags_AutoFit);
  set_logarithmic(ImAxis_X1);
  set_logarithmic(ImAxis_Y1);
  std::size_t k = 0;
  for (const LinkView::Link& l : all) {
    const ImVec4 colour = colours[k++ % std::size(colours)];
    const Histogram* h = round_trips_of(l.figures);
    if (h == nullptr) continue;
    std::vector<double> x, y;
    for (const Bar& b : bars_of(*h)) {
      const double from = b.from > 0.0 ? b.from : 0.84 * b.to;
      const auto n = static_cast<double>(b.n);
      x.insert(x.end(), {1e3 * from, 1e3 * b.to});
      y.insert(y.end(), {n > 0.0 ? n : 0.5, n > 0.0 ? n : 0.5});
    }
    const std::string label = role_of(l.figures);
    const int points = static_cast<int>(x.size());
    ImPlotSpec spec;
    spec.LineColor = spec.FillColor = colour;
    spec.FillAlpha = 0.3f;
    ImPlot::PlotShaded(label.c_str(), x.data(), y.data(), points, 0.5, spec);
    ImPlot::PlotLine(label.c_str(), x.data(), y.data(), points, spec);
  }
  ImPlot::EndPlot();
}

}  // namespace

void link_panel(App& app) {
  const auto& all = app.link_view().links();
  if (all.empty()) {
    ImGui::TextDisabled("All controllers are part of the simulation.");
    ImGui::TextDisabled("With --link FILE roles are controlled from outside.");
    return;
  }
  table(all);
  round_trips(all);
}

}  // namespace evsim::gui
