// The car on its road from above, and what its tyres do; of a car as one mass, the forces that move it.
#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

constexpr double kDegrees = 57.29577951308232;
constexpr ImVec4 kRoad{1.0f, 1.0f, 1.0f, 0.05f}, kEdge{1.0f, 1.0f, 1.0f, 0.25f};

ImPlotSpec line(const ImVec4& colour, float weight) {
  ImPlotSpec spec;
  spec.LineColor = colour;
  spec.LineWeight = weight;
  return spec;
}
void draw(const char* name, const PlaneLine& p, const ImPlotSpec& spec) {
  ImPlot::PlotLine(name, p.x.data(), p.y.data(), static_cast<int>(p.x.size()), spec);
}
// A shape without dents, in the plot's units.
void fill(const PlaneLine& p, const ImVec4& colour) {
  std::vector<ImVec2> points;
  for (std::size_t i = 0; i < p.x.size(); ++i)
    points.push_back(ImPlot::PlotToPixels(p.x[i], p.y[i]));
  ImPlot::GetPlotDrawList()->AddConvexPolyFilled(points.data(), static_cast<int>(points.size()),
                                                 ImGui::ColorConvertFloat4ToU32(colour));
}
// Between two lines of as many points.
void fill_strip(const PlaneLine& a, const PlaneLine& b, const ImVec4& colour) {
  const ImU32 c = ImGui::ColorConvertFloat4ToU32(colour);
  ImDrawList& list = *ImPlot::GetPlotDrawList();
  const auto flags = list.Flags;
  list.Flags &= ~ImDrawFlags_AAFill;  // its soft edges would show between the pieces
  for (std::size_t i = 1; i < std::min(a.x.size(), b.x.size()); ++i)
    list.AddQuadFilled(ImPlot::PlotToPixels(a.x[i - 1], a.y[i - 1]),
                       ImPlot::PlotToPixels(a.x[i], a.y[i]), ImPlot::PlotToPixels(b.x[i], b.y[i]),
                       ImPlot::PlotToPixels(b.x[i - 1], b.y[i - 1]), c);
  list.Flags = flags;
}

// Of a friction over that of a dry road: ice blue, snow white, wet darker.
ImVec4 surface_colour(double friction) {
  if (friction >= 0.9) return {1.0f, 1.0f, 1.0f, 0.04f};
  if (friction >= 0.55) return {0.0f, 0.45f, 0.70f, 0.30f};
  if (friction >= 0.22) return {0.85f, 0.90f, 0.95f, 0.30f};
  return {0.34f, 0.71f, 0.91f, 0.40f};
}

void draw_patch(const RoadPatch& p) {
  // Both long sides of the outline, as a strip.
  const std::size_t half = p.outline.x.size() / 2;
  PlaneLine near, far;
  for (std::size_t i = 0; i < half; ++i) {
    near.add(p.outline.x[i], p.outline.y[i]);
    const std::size_t k = p.outline.x.size() - 1 - i;
    far.add(p.outline.x[k], p.outline.y[k]);
  }
  fill_strip(near, far, surface_colour(p.friction));
  const std::size_t middle = half / 2;
  ImPlot::PlotText(fmt::format("\u00b5 {:.3g}", p.friction).c_str(),
                   0.5 * (near.x[middle] + far.x[middle]), 0.5 * (near.y[middle] + far.y[middle]));
}

void draw_cones(const course::Lanes& lanes) {
  if (!lanes.marked) return;
  PlaneLine cones;
  for (const course::Lane& l : lanes.lane)
    for (const double y : {l.left, l.right})
      for (const double x : {l.from, 0.5 * (l.from + l.to), l.to}) cones.add(x, y);
  ImPlotSpec spec;
  spec.Marker = ImPlotMarker_Circle;
  spec.MarkerSize = 3.0f;
  spec.MarkerFillColor = colour::kOrange;
  spec.MarkerLineColor = colour::kOrange;
  spec.Flags = ImPlotItemFlags_NoLegend;
  ImPlot::PlotScatter("###cones", cones.x.data(), cones.y.data(), static_cast<int>(cones.x.size()),
                      spec);
}

void draw_road(const VehicleView& view, const CarNow& car, double reach) {
  const Surroundings road = view.around(car, 1.2 * reach);
  ImPlot::PushPlotClipRect();
  fill_strip(road.left, road.right,
             view.friction() < 0.9 ? surface_colour(view.friction()) : kRoad);
  for (const RoadPatch& p : road.patches) draw_patch(p);
  ImPlot::PopPlotClipRect();
  draw("###left", road.left, line(kEdge, 1.0f));
  draw("###right", road.right, line(kEdge, 1.0f));
  ImPlotSpec middle = line({1.0f, 1.0f, 1.0f, 0.35f}, 1.0f);
  draw("road's path###middle", road.middle, middle);
  draw_cones(view.lanes());
}

void draw_car(const VehicleView& view, const CarNow& car) {
  ImPlot::PushPlotClipRect();
  for (const PlaneLine& w : view.wheels(car)) fill(w, {0.75f, 0.78f, 0.82f, 1.0f});
  const PlaneLine body = view.outline(car);
  fill(body, {colour::kSky.x, colour::kSky.y, colour::kSky.z, 0.35f});
  ImPlot::PopPlotClipRect();
  draw("###body", body, line(colour::kSky, 1.5f));
  // Where it goes: as far as in half a second.
  constexpr double kAhead = 0.5;
  const double course = car.yaw + std::atan2(car.v_y, std::max(car.v, 0.1));
  const double way = kAhead * std::hypot(car.v, car.v_y);
  PlaneLine ahead;
  ahead.add(car.x, car.y);
  ahead.add(car.x + way * std::cos(course), car.y + way * std::sin(course));
  draw("velocity, 0.5 s###velocity", ahead, line(colour::kGreen, 2.0f));
}

void birds_eye(App& app, const CarNow& car, float height) {
  VehicleView& view = app.vehicle();
  const ImVec2 size{ImGui::GetContentRegionAvail().x, height};
  if (!begin_plot("###birds_eye", size, ImPlotFlags_NoTitle | ImPlotFlags_NoInputs)) return;
  ImPlot::SetupAxes("x [m]", "y [m]");
  const double rise =
      view.reach * std::max(size.y - 45.0f, 10.0f) / std::max(size.x - 55.0f, 10.0f);
  ImPlot::SetupAxesLimits(car.x - view.reach, car.x + view.reach, car.y - rise, car.y + rise,
                          ImPlotCond_Always);
  ImPlot::SetupLegend(ImPlotLocation_NorthEast);
  draw_road(view, car, view.reach + rise);
  draw("way of the car###trail", view.trail(app.history(), app.history().newest() - 60.0),
       line(colour::kOrange, 1.5f));
  draw_car(view, car);
  ImPlot::EndPlot();
}

// ---- Wheels -------------------------------------------------------------------------------------

ImVec4 use_colour(double use) {
  return use > 0.95 ? colour::kVermilion : use > 0.7 ? colour::kOrange : colour::kGreen;
}

void arrow(ImDrawList& list, const ImVec2& from, const ImVec2& to, ImU32 c) {
  list.AddLine(from, to, c, 2.5f);
  const float dx = to.x - from.x, dy = to.y - from.y, l = std::hypot(dx, dy);
  if (l < 6.0f) return;
  const ImVec2 d{7.0f * dx / l, 7.0f * dy / l};
  list.AddTriangleFilled({to.x + 0.3f * d.x, to.y + 0.3f * d.y},
                         {to.x - d.x - 0.5f * d.y, to.y - d.y + 0.5f * d.x},
                         {to.x - d.x + 0.5f * d.y, to.y - d.y - 0.5f * d.x}, c);
}

// Seen from above, ahead is up: a force to the left points left.
void friction_circle(const WheelNow& w, const ImVec2& at, double px_per_N) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto px = [&](double F) { return static_cast<float>(F * px_per_N); };
  const ImU32 grey = ImGui::ColorConvertFloat4ToU32(colour::kDim);
  const float r = px(std::max(w.circle(), 0.0));
  list.AddCircleFilled(at, r, ImGui::ColorConvertFloat4ToU32({1.0f, 1.0f, 1.0f, 0.04f}), 48);
  list.AddCircle(at, r, grey, 48, 1.5f);
  const float c = static_cast<float>(std::cos(w.delta)), s = static_cast<float>(std::sin(w.delta));
  const auto turned = [&](float ahead, float left) {
    return ImVec2{at.x - (s * ahead + c * left), at.y - (c * ahead - s * left)};
  };
  constexpr float kLength = 17.0f, kWidth = 5.5f;  // halves, of the tyre [px]
  list.AddQuadFilled(turned(kLength, kWidth), turned(kLength, -kWidth), turned(-kLength, -kWidth),
                     turned(-kLength, kWidth),
                     ImGui::ColorConvertFloat4ToU32({0.3f, 0.32f, 0.36f, 1.0f}));
  const ImVec2 force = turned(px(w.F_x), px(w.F_y));
  arrow(list, at, force, ImGui::ColorConvertFloat4ToU32(use_colour(w.use)));
}

void wheel_text(const WheelNow& w, const ImVec2& at) {
  ImGui::SetCursorScreenPos(at);
  ImGui::BeginGroup();
  ImGui::TextColored(use_colour(w.use), "use %.0f %%", 100.0 * w.use);
  ImGui::TextDisabled("slip %.1f %%", 100.0 * w.kappa);
  ImGui::TextDisabled("\u03b1 %.2f deg", kDegrees * w.alpha);
  ImGui::TextDisabled("F_x %.2f kN", 1e-3 * w.F_x);
  ImGui::TextDisabled("F_y %.2f kN", 1e-3 * w.F_y);
  ImGui::TextDisabled("\u03b4 %.2f deg", kDegrees * w.delta);
  ImGui::EndGroup();
}

// Load as a bar that stands, of so much at most.
void load_bar(const WheelNow& w, const ImVec2& foot, float height, double most) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  constexpr float kWide = 9.0f;
  const float h = height * static_cast<float>(std::clamp(w.F_z / most, 0.0, 1.0));
  list.AddRectFilled({foot.x, foot.y - height}, {foot.x + kWide, foot.y},
                     ImGui::GetColorU32(ImGuiCol_FrameBg));
  list.AddRectFilled({foot.x, foot.y - h}, {foot.x + kWide, foot.y},
                     ImGui::ColorConvertFloat4ToU32(colour::kPurple));
}

void wheels(const CarNow& car, float height) {
  const float em = ImGui::GetFontSize();
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, cell = 0.5f * height;
  double largest = 1.0, load = 1.0;
  for (const WheelNow& w : car.wheels) {
    largest = std::max({largest, w.circle(), std::hypot(w.F_x, w.F_y)});
    load = std::max(load, w.F_z);
  }
  const float text = 6.6f * em;
  const float radius =
      std::max(std::min(0.5f * cell - 0.9f * em, 0.25f * width - 0.5f * text), 8.0f);
  for (std::size_t i = 0; i < 4; ++i) {
    const bool left = i % 2 == 0;
    const float top = corner.y + (i < 2 ? 0.0f : cell);
    const float middle = corner.x + 0.5f * width + (left ? -1.0f : 1.0f) * (radius + 0.6f * em);
    friction_circle(car.wheels[i], {middle, top + 0.5f * cell}, radius / largest);
    const float outer = middle + (left ? -1.0f : 1.0f) * (radius + 0.6f * em);
    const float bar = left ? outer - 9.0f : outer;
    load_bar(car.wheels[i], {bar, top + cell - 1.2f * em}, cell - 2.0f * em, load);
    // Towards the middle, where no text is.
    const std::string F_z = fmt::format("{:.2f} kN", 1e-3 * car.wheels[i].F_z);
    const float at = left ? bar - 1.5f * em : bar + 9.0f - ImGui::CalcTextSize(F_z.c_str()).x;
    ImGui::GetWindowDrawList()->AddText({at, top + cell - 1.15f * em},
                                        ImGui::GetColorU32(ImGuiCol_TextDisabled), F_z.c_str());
    wheel_text(car.wheels[i], {left ? bar - text : bar + 9.0f + 0.6f * em, top + 0.3f * em});
  }
  ImGui::SetCursorScreenPos(corner);
  ImGui::Dummy({width, height});
  tip(fmt::format(
      "From above, ahead is up. Circles: \u00b5 F_z, \u00b5 over that of a dry road; the largest "
      "is "
      "{:.2f} kN. Arrows: force of the tyre on the car. Use: share of what the tyre can give. "
      "Purple: wheel load F_z, bar of {:.2f} kN.",
      1e-3 * largest, 1e-3 * load));
}

// ---- Figures ------------------------------------------------------------------------------------

void badge(const Assist& a) {
  const ImVec4 c = a.acts ? colour::kOrange : colour::kDim;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float em = ImGui::GetFontSize(), r = 0.32f * em;
  const ImVec2 middle{at.x + r, at.y + 0.5f * ImGui::GetFrameHeight()};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 colour = ImGui::ColorConvertFloat4ToU32(c);
  a.acts ? list.AddCircleFilled(middle, r, colour) : list.AddCircle(middle, r, colour, 0, 1.5f);
  ImGui::Dummy({2.0f * r, em});
  ImGui::SameLine(0.0f, 5.0f);
  ImGui::TextColored(c, "%s", a.name);
}

void figure(const char* name, double value, const char* unit) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::Text("%.4g %s", std::abs(value) < 5e-5 ? 0.0 : value, unit);
}
void figures(const App& app, const CarNow& car) {
  if (!begin_table("car", {0.9f, 1.1f, 0.9f, 1.1f, 0.9f, 1.1f})) return;
  figure("speed", 3.6 * car.v, "km/h");
  figure("yaw rate", kDegrees * car.yaw_rate, "deg/s");
  figure("slip angle", kDegrees * car.slip_angle, "deg");
  figure("a_x", car.a_x, "m/s\u00b2");
  figure("a_y", car.a_y, "m/s\u00b2");
  figure("hand wheel", kDegrees * car.theta_H, "deg");
  figure("pitch", kDegrees * car.pitch, "deg");
  figure("roll", kDegrees * car.roll, "deg");
  for (const UnitSignals& u : app.units())
    if (u.tau) figure(("torque " + u.name).c_str(), app.value(*u.tau), "Nm");
  ImGui::EndTable();
}

void draw_multi_body(App& app) {
  VehicleView& view = app.vehicle();
  const CarNow car = view.now(app.now().values);
  constexpr double kNearest = 4.0, kFurthest = 300.0;
  ImGui::SetNextItemWidth(9.0f * ImGui::GetFontSize());
  ImGui::SliderScalar("###reach", ImGuiDataType_Double, &view.reach, &kNearest, &kFurthest,
                      "\u00b1%.3g m", ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp);
  tip("How far the picture reaches to both sides of the car, which it follows");
  for (const Assist& a : view.assists(app.now().values)) {
    ImGui::SameLine(0.0f, 14.0f);
    badge(a);
  }
  const float em = ImGui::GetFontSize();
  const float below = 4.0f * ImGui::GetTextLineHeightWithSpacing() + 1.0f * em;
  const float room = std::max(ImGui::GetContentRegionAvail().y - below, 22.0f * em);
  const float tyres = std::clamp(0.5f * room, 17.0f * em, 30.0f * em);
  birds_eye(app, car, std::max(room - tyres, 6.0f * em));
  wheels(car, tyres);
  figures(app, car);
}

// ---- One mass -----------------------------------------------------------------------------------

void force_bars(const std::vector<ForceBar>& forces, float height) {
  double most = 500.0;
  for (const ForceBar& f : forces) most = std::max(most, 1.1 * std::abs(f.F));
  if (!begin_plot("###forces", {-1.0f, height},
                  ImPlotFlags_NoTitle | ImPlotFlags_NoInputs | ImPlotFlags_NoLegend))
    return;
  std::vector<double> places;
  std::vector<const char*> names;
  for (std::size_t i = 0; i < forces.size(); ++i) {
    places.push_back(-static_cast<double>(i));
    names.push_back(forces[i].name);
  }
  ImPlot::SetupAxes("force on the car, > 0 forward [N]", nullptr, 0, ImPlotAxisFlags_NoGridLines);
  ImPlot::SetupAxesLimits(-most, most, -static_cast<double>(forces.size()) + 0.4, 0.6,
                          ImPlotCond_Always);
  ImPlot::SetupAxisTicks(ImAxis_Y1, places.data(), static_cast<int>(places.size()), names.data());
  for (std::size_t i = 0; i < forces.size(); ++i) {
    ImPlotSpec spec;
    spec.FillColor = forces[i].F >= 0.0 ? colour::kGreen : colour::kOrange;
    spec.LineColor = spec.FillColor;
    spec.Flags = static_cast<ImPlotItemFlags>(ImPlotBarsFlags_Horizontal);
    ImPlot::PlotBars(("###force:" + std::to_string(i)).c_str(), &forces[i].F, &places[i], 1, 0.6,
                     spec);
    const std::string text = fmt::format("{:.0f} N", forces[i].F);
    ImPlot::PlotText(text.c_str(), forces[i].F >= 0.0 ? -0.12 * most : 0.12 * most, places[i]);
  }
  ImPlot::EndPlot();
}

void draw_one_mass(App& app) {
  ImGui::TextDisabled("The chassis is one mass at this level: it has no wheels of their own.");
  tip("--level chassis=multi_body, or \"chassis\": \"multi_body\" in the scenario, where the "
      "vehicle "
      "file has a body of that kind");
  const float room = ImGui::GetContentRegionAvail().y;
  force_bars(app.vehicle().forces(app.now().values), 0.55f * room);
  const PlaneLine way = app.vehicle().profile(app.history(), app.history().newest() - 120.0);
  if (!begin_plot("###profile", {-1.0f, -1.0f}, ImPlotFlags_NoTitle | ImPlotFlags_NoInputs)) return;
  ImPlot::SetupAxes("way [m]", "altitude [m]", ImPlotAxisFlags_AutoFit, ImPlotAxisFlags_AutoFit);
  draw("the last 120 s###way", way, line(colour::kSky, 2.0f));
  ImPlot::EndPlot();
}

}  // namespace

void vehicle_panel(App& app) {
  app.vehicle().has_wheels() ? draw_multi_body(app) : draw_one_mass(app);
}

}  // namespace evsim::gui
