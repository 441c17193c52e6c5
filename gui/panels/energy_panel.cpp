// Where the energy goes, from battery to road: the flow of a run's report, as it stands.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/markup.h"

namespace evsim::gui {
namespace {

using Shape = io::SankeyPicture::Shape;

// The report's, on dark.
ImU32 fill_of(std::string_view kind) {
  if (kind == "forward") return IM_COL32(63, 127, 179, 255);
  if (kind == "back") return IM_COL32(47, 143, 112, 255);
  if (kind == "loss") return IM_COL32(191, 106, 53, 255);
  if (kind == "useful") return IM_COL32(122, 102, 171, 255);
  if (kind == "source" || kind == "store") return IM_COL32(133, 151, 169, 255);
  if (kind == "station") return IM_COL32(40, 48, 58, 255);
  return IM_COL32(136, 136, 136, 255);
}
ImU32 text_of(std::string_view kind) {
  if (kind == "name" || kind == "title" || kind == "inside") return IM_COL32(227, 232, 237, 255);
  return IM_COL32(152, 164, 176, 255);
}

// Shapes of a picture whose corner lies there, so many times as large.
class Painter {
 public:
  Painter(const ImVec2& corner, float scale) : corner_(corner), scale_(scale) {}

  void draw(const Shape& s) const {
    using enum Shape::Form;
    switch (s.form) {
      case polygon: return fill(s);
      case rectangle:
        return list_.AddRectFilled(at(s.points[0]), at(s.points[1]), fill_of(s.kind), 3.0f);
      case band: return draw_band(s);
      case text: return draw_text(s);
    }
  }

 private:
  ImVec2 at(const io::svg::At& p) const {
    return {corner_.x + scale_ * static_cast<float>(p.x),
            corner_.y + scale_ * static_cast<float>(p.y)};
  }
  void fill(const Shape& s) const {
    std::vector<ImVec2> points;
    for (const auto& p : s.points) points.push_back(at(p));
    list_.AddConcavePolyFilled(points.data(), static_cast<int>(points.size()), fill_of(s.kind));
  }
  // The S of the report: a cubic from end to end with level ends.
  void draw_band(const Shape& s) const {
    constexpr int kPieces = 24;
    const ImVec2 a = at(s.points[0]), b = at(s.points[1]);
    const float thick = std::max(scale_ * static_cast<float>(s.thick), 1.0f);
    const auto point = [&](int i) {
      const float u = static_cast<float>(i) / kPieces, w = 1.0f - u;
      const float middle = 0.5f * (a.x + b.x);
      return ImVec2{w * w * w * a.x + 3.0f * w * u * (w + u) * middle + u * u * u * b.x,
                    (w * w * w + 3.0f * w * w * u) * a.y + (3.0f * w * u * u + u * u * u) * b.y};
    };
    for (int i = 0; i < kPieces; ++i) {
      const ImVec2 p = point(i), q = point(i + 1);
      list_.AddQuadFilled(p, q, {q.x, q.y + thick}, {p.x, p.y + thick}, fill_of(s.kind));
    }
  }
  void draw_text(const Shape& s) const {
    const float size = std::max(scale_ * 13.0f, 10.0f);
    ImVec2 p = at(s.points[0]);
    const ImVec2 extent = ImGui::GetFont()->CalcTextSizeA(size, FLT_MAX, 0.0f, s.text.c_str());
    if (s.anchor == "middle") p.x -= 0.5f * extent.x;
    p.y -= 0.8f * size;  // from the base line
    list_.AddText(ImGui::GetFont(), size, p, text_of(s.kind), s.text.c_str());
  }

  ImDrawList& list_ = *ImGui::GetWindowDrawList();
  ImVec2 corner_;
  float scale_;
};

void tools(Energy& energy) {
  using enum Energy::Span;
  const auto choice = [&](const char* label, Energy::Span span, const char* about) {
    if (ImGui::RadioButton(label, energy.span == span)) energy.span = span;
    tip(about);
    ImGui::SameLine();
  };
  choice("since the start###energy_start", start, "Energy since the run began");
  ImGui::BeginDisabled(!energy.mark());
  choice("since the mark###energy_mark", mark, "Energy since the mark was set");
  ImGui::EndDisabled();
  choice("power###energy_power", power, "Mean power of the last half second of simulated time");
  if (ImGui::Button("Mark###energy_set_mark")) energy.set_mark();
  tip("Counts from now on");
}

std::string amount(double x, io::FlowUnit unit) {
  if (unit == io::FlowUnit::power) return io::readable(x / 1000.0, 4) + " kW";
  const double Wh = x / 3600.0;
  return std::abs(Wh) >= 1e4 ? io::readable(Wh / 1000.0, 4) + " kWh" : io::readable(Wh, 4) + " Wh";
}

void figures(const Energy::Flow& f) {
  const bool power = f.unit == io::FlowUnit::power;
  ImGui::TextDisabled(
      "%s",
      fmt::format("{:.4g} to {:.4g} s, {} in", f.from, f.to, amount(f.sankey.in, f.unit)).c_str());
  ImGui::SameLine(0.0f, 20.0f);
  const bool closed = f.relative <= 1e-6;
  const std::string residual =
      power ? fmt::format("residual {:.2g} W", f.residual)
            : fmt::format("residual {:.2g} J, {:.1e} of what moved", f.residual, f.relative);
  ImGui::TextColored(closed ? colour::kGrey : colour::kVermilion, "%s", residual.c_str());
  tip("What the books do not account for: in and interventions less out, losses and change of "
      "stores");
}

// Largest first, as a bar each.
void table(const Energy::Flow& f) {
  if (!begin_table("ports", {1.6f, 0.8f, 0.8f}, ImGuiTableFlags_RowBg)) return;
  std::vector<const io::Sankey::Port*> all;
  for (const io::Sankey::Port& p : f.sankey.ports) all.push_back(&p);
  std::ranges::stable_sort(all, std::greater{}, [](const io::Sankey::Port* p) {
    return std::pair{p->energy < 0.0, std::abs(p->energy)};
  });
  for (const io::Sankey::Port* p : all) {
    const double share = f.sankey.in > 0.0 ? std::abs(p->energy) / f.sankey.in : 0.0;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextColored(p->energy < 0.0 ? colour::kSky : colour::kGrey, "%s %s",
                       p->energy < 0.0 ? "from" : "to", p->name.c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(amount(std::abs(p->energy), f.unit).c_str());
    ImGui::TableNextColumn();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, h = ImGui::GetTextLineHeight();
    ImGui::GetWindowDrawList()->AddRectFilled(
        {at.x, at.y + 2.0f},
        {at.x + width * static_cast<float>(std::clamp(share, 0.0, 1.0)), at.y + h - 2.0f},
        p->energy < 0.0 ? fill_of("source") : fill_of("loss"));
    ImGui::Text("%.2f %%", 100.0 * share);
  }
  ImGui::EndTable();
}

}  // namespace

void energy_panel(App& app) {
  tools(app.energy());
  const Energy::Flow flow = app.energy().flow();
  figures(flow);
  const io::SankeyPicture picture = io::sankey_picture(flow.sankey, flow.unit);
  if (picture.shapes.empty()) return ImGui::TextDisabled("no energy has flowed");
  constexpr float kSmallest = 0.8f, kLargest = 1.4f;
  const float scale = std::clamp(
      ImGui::GetContentRegionAvail().x / static_cast<float>(picture.width), kSmallest, kLargest);
  const ImVec2 size{scale * static_cast<float>(picture.width),
                    scale * static_cast<float>(picture.height)};
  if (ImGui::BeginChild("flow", {0.0f, size.y + ImGui::GetStyle().ScrollbarSize},
                        ImGuiChildFlags_None, ImGuiWindowFlags_HorizontalScrollbar)) {
    const Painter painter(ImGui::GetCursorScreenPos(), scale);
    for (const Shape& s : picture.shapes) painter.draw(s);
    ImGui::Dummy(size);
  }
  ImGui::EndChild();
  table(flow);
}

}  // namespace evsim::gui
