// Tables of the car: their values are edited while it runs, one by one or many at once.
#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/items.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/markup.h"

namespace evsim::gui {
namespace {

struct Shown {
  const TableInfo& table;
  const std::vector<double>& values;  // of the page
  double least, most;
  std::optional<double> x, y;  // where the car is
};

Shown shown(const App& app, const TableInfo& t) {
  const auto signal = [&app](const std::string& path) -> std::optional<double> {
    const auto at = app.find(path);
    if (!at) return {};
    return app.now().values[*at];
  };
  const auto& values = app.table_view.reference ? t.loaded : t.values;
  const auto [least, most] = std::ranges::minmax(values);
  return {t,
          values,
          least,
          most,
          live_on(t, t.x, signal),
          t.two ? live_on(t, t.y, signal) : std::optional<double>{}};
}

std::string axis_text(const TableAxisInfo& a) { return with_unit(a.name, *a.unit); }

void choose_table(App& app) {
  const auto& all = app.parameters().tables();
  const TableInfo& now = all[static_cast<std::size_t>(app.table_view.shown)];
  ImGui::SetNextItemWidth(20.0f * ImGui::GetFontSize());
  if (begin_combo("###table", with_unit(now.path, *now.unit))) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string label = with_unit(all[i].path, *all[i].unit) +
                                (all[i].changed() ? "  (edited)" : "") + "###table:" + all[i].path;
      if (!ImGui::Selectable(label.c_str(), static_cast<int>(i) == app.table_view.shown)) continue;
      app.table_view.shown = static_cast<int>(i);
      app.table_view.cells = {};
    }
    ImGui::EndCombo();
  }
  tip(now.doc + "\nfrom: " + now.origin);
  ImGui::SameLine();
  if (ImGui::Button(app.table_view.reference ? "as loaded###page" : "working page###page"))
    app.table_view.reference = !app.table_view.reference;
  tip("The other page (F6)");
  if (ImGui::IsKeyPressed(ImGuiKey_F6, false)) app.table_view.reference = !app.table_view.reference;
}

void number(const char* label, double& x) {
  ImGui::SetNextItemWidth(5.0f * ImGui::GetFontSize());
  ImGui::InputDouble(label, &x, 0.0, 0.0, "%.6g");
}

void tools(App& app, const TableInfo& t) {
  TableView& v = app.table_view;
  const auto edit = [&](const std::vector<CellValue>& values) { app.set_cells(v.shown, values); };
  ImGui::BeginDisabled(v.reference);
  number("###cell_value", v.value);
  tip("In " + std::string(t.unit->text));
  ImGui::SameLine();
  if (ImGui::Button("Set###cell_set")) edit(set_to(t, v.cells, v.value));
  tip("All selected values; click selects one, shift-click up to there");
  ImGui::SameLine(0.0f, 14.0f);
  number("###cell_factor", v.factor);
  ImGui::SameLine(0.0f, 2.0f);
  ImGui::TextDisabled("x +");
  ImGui::SameLine(0.0f, 2.0f);
  number("###cell_offset", v.offset);
  ImGui::SameLine();
  if (ImGui::Button("Scale###cell_scale")) edit(scaled(t, v.cells, v.factor, v.offset));
  tip("Factor times value plus offset, of all selected");
  if (ImGui::Button("Interpolate###cell_interpolate")) edit(interpolated(t, v.cells));
  tip("Straight between the corners of the selection");
  ImGui::SameLine();
  if (ImGui::Button("As loaded###cell_loaded")) edit(as_loaded(t, v.cells));
  ImGui::EndDisabled();
}

ImVec4 heat(double share) {
  return ImPlot::SampleColormap(static_cast<float>(std::clamp(share, 0.0, 1.0)),
                                ImPlotColormap_Viridis);
}

void cell(App& app, const Shown& s, std::size_t r, std::size_t c, bool live) {
  TableView& v = app.table_view;
  const std::size_t place = r * s.table.columns() + c;
  const double x = s.values[place];
  const ImVec4 back = heat(s.most > s.least ? (x - s.least) / (s.most - s.least) : 0.5);
  ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ImGui::ColorConvertFloat4ToU32(back));
  const bool bright = 0.299f * back.x + 0.587f * back.y + 0.114f * back.z > 0.5f;
  ImGui::PushStyleColor(ImGuiCol_Text,
                        bright ? ImVec4(0.0f, 0.0f, 0.0f, 1.0f) : ImVec4(1.0f, 1.0f, 1.0f, 1.0f));
  const bool edited = s.table.values[place] != s.table.loaded[place];
  const std::string label = io::readable(x, 4) + (edited ? " *" : "") +
                            "###cell:" + std::to_string(r) + ":" + std::to_string(c);
  if (ImGui::Selectable(label.c_str(), false)) {
    v.cells =
        ImGui::GetIO().KeyShift ? between(v.cells.row, v.cells.column, r, c) : between(r, c, r, c);
    v.value = x;
  }
  ImGui::PopStyleColor();
  const ImVec2 a = ImGui::GetItemRectMin(), b = ImGui::GetItemRectMax();
  if (v.cells.holds(r, c))
    ImGui::GetWindowDrawList()->AddRect(a, b, IM_COL32(255, 255, 255, 255), 0.0f, 2.0f);
  if (live)
    ImGui::GetWindowDrawList()->AddCircleFilled({b.x - 7.0f, 0.5f * (a.y + b.y)}, 5.0f,
                                                ImGui::ColorConvertFloat4ToU32(colour::kVermilion));
  if (edited) tip(fmt::format("loaded: {}", io::readable(s.table.loaded[place], 7)));
}

void grid(App& app, const Shown& s) {
  const TableInfo& t = s.table;
  const std::size_t rows = t.x.knots.size(), columns = t.columns();
  constexpr std::size_t kMost = 500;  // columns that ImGui can show
  if (columns + 1 > kMost) return ImGui::TextDisabled("too wide to be shown");
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_Borders | ImGuiTableFlags_SizingFixedFit;
  if (!ImGui::BeginTable("values", static_cast<int>(columns) + 1, kFlags)) return;
  ImGui::TableSetupScrollFreeze(1, 1);
  const float em = ImGui::GetFontSize();
  ImGui::TableSetupColumn((axis_text(t.x) + (t.two ? " \\ " + axis_text(t.y) : "")).c_str());
  for (std::size_t c = 0; c < columns; ++c)
    ImGui::TableSetupColumn(
        t.two ? io::readable(t.y.knots[c], 5).c_str() : with_unit("value", *t.unit).c_str(),
        ImGuiTableColumnFlags_WidthFixed, (t.two ? 4.2f : 7.0f) * em);
  ImGui::TableHeadersRow();
  constexpr std::size_t kNowhere = ~std::size_t{0};
  const std::size_t live_row = s.x ? nearest_knot(t.x.knots, *s.x) : kNowhere;
  const std::size_t live_column = s.y ? nearest_knot(t.y.knots, *s.y) : kNowhere;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto r = static_cast<std::size_t>(i);
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      ImGui::TextDisabled("%s", io::readable(t.x.knots[r], 5).c_str());
      for (std::size_t c = 0; c < columns; ++c) {
        ImGui::TableNextColumn();
        const bool along_y = live_column == kNowhere || live_column == c;
        cell(app, s, r, c, live_row == r && along_y);
      }
    }
  ImGui::EndTable();
}

// Over the first axis: both pages; of two axes, along the selected column.
void plot(const App& app, const Shown& s, float height) {
  const TableInfo& t = s.table;
  if (!begin_plot("###table_plot", {-1.0f, height}, ImPlotFlags_NoTitle)) return;
  ImPlot::SetupAxes(axis_text(t.x).c_str(),
                    with_unit(t.path.substr(t.path.rfind('.') + 1), *t.unit).c_str(),
                    ImPlotAxisFlags_AutoFit, ImPlotAxisFlags_AutoFit);
  const std::size_t column = std::min(app.table_view.cells.column, t.columns() - 1);
  std::vector<double> loaded, working;
  for (std::size_t r = 0; r < t.x.knots.size(); ++r) {
    loaded.push_back(t.loaded[r * t.columns() + column]);
    working.push_back(t.values[r * t.columns() + column]);
  }
  const std::string at =
      t.two ? fmt::format(", {} {}", io::readable(t.y.knots[column], 4), t.y.unit->text) : "";
  ImPlotSpec spec;
  spec.Marker = ImPlotMarker_Circle;
  spec.MarkerSize = 2.5f;
  spec.LineWeight = 1.5f;
  spec.LineColor = spec.MarkerFillColor = spec.MarkerLineColor = colour::kOrange;
  const int n = static_cast<int>(working.size());
  ImPlot::PlotLine(("as loaded" + at + "###loaded").c_str(), t.x.knots.data(), loaded.data(), n,
                   spec);
  spec.LineColor = spec.MarkerFillColor = spec.MarkerLineColor = colour::kSky;
  ImPlot::PlotLine(("working" + at + "###working").c_str(), t.x.knots.data(), working.data(), n,
                   spec);
  if (s.x) {
    ImPlotSpec now;
    now.LineColor = colour::kVermilion;
    now.LineWeight = 1.5f;
    ImPlot::PlotInfLines("now###now", &*s.x, 1, now);
  }
  ImPlot::EndPlot();
}

}  // namespace

void tables_panel(App& app) {
  const auto& all = app.parameters().tables();
  if (all.empty()) return ImGui::TextDisabled("this car has no tables");
  app.table_view.shown = std::clamp(app.table_view.shown, 0, static_cast<int>(all.size()) - 1);
  choose_table(app);
  const TableInfo& t = all[static_cast<std::size_t>(app.table_view.shown)];
  app.table_view.cells.last_row = std::min(app.table_view.cells.last_row, t.x.knots.size() - 1);
  app.table_view.cells.last_column = std::min(app.table_view.cells.last_column, t.columns() - 1);
  tools(app, t);
  const Shown s = shown(app, t);
  plot(app, s, 0.38f * ImGui::GetContentRegionAvail().y);
  grid(app, s);
}

}  // namespace evsim::gui
