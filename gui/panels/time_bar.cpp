// Pause, steps, pace, the way back; how fast it really goes.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

void buttons(App& app) {
  const live::Picture& now = app.now();
  const bool runs = !now.paused && now.failure.empty() && now.end == End::running;
  ImGui::PushStyleColor(ImGuiCol_Button,
                        runs ? ImVec4(0.9f, 0.6f, 0.0f, 0.45f) : ImVec4(0.0f, 0.65f, 0.45f, 0.5f));
  if (ImGui::Button(runs ? "Pause###pause" : "Run###pause", {72.0f, 0.0f}))
    runs ? app.pause() : app.resume();
  ImGui::PopStyleColor();
  tip("Space");
  ImGui::SameLine();
  if (ImGui::Button("Step###step")) app.step(1);
  tip("One step of the integration (.)");
  ImGui::SameLine();
  const float em = ImGui::GetFontSize();
  ImGui::SetNextItemWidth(3.2f * em);
  if (ImGui::InputInt("###n_steps", &app.steps_at_once, 0))
    app.steps_at_once = std::clamp(app.steps_at_once, 1, 1000000);
  ImGui::SameLine(0.0f, 3.0f);
  if (ImGui::Button("steps###steps")) app.step(app.steps_at_once);
  tip("So many steps of the integration, then a pause");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(4.0f * em);
  ImGui::InputDouble("###run_to", &app.run_to, 0.0, 0.0, "%.6g s");
  ImGui::SameLine(0.0f, 3.0f);
  ImGui::BeginDisabled(!(app.run_to > app.now().t));
  if (ImGui::Button("run to###run_until")) app.run_until(app.run_to);
  ImGui::EndDisabled();
  tip("To the first step that ends at this time or later, then a pause");
  ImGui::SameLine();
  if (ImGui::Button("Restart###restart")) app.go_back(-1.0);
  tip("Back to the start, with the parameters as they are edited (Home)");
}

void pace(App& app) {
  constexpr double kSlowest = 0.01, kFastest = 100.0;
  const bool unlimited = std::isinf(app.now().pace);
  double factor = unlimited ? kFastest : app.now().pace;
  ImGui::SetNextItemWidth(130.0f);
  ImGui::BeginDisabled(unlimited);
  if (ImGui::SliderScalar("###pace", ImGuiDataType_Double, &factor, &kSlowest, &kFastest,
                          unlimited ? "as fast as it can" : "pace %.3g x",
                          ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp))
    app.set_pace(factor);
  ImGui::EndDisabled();
  tip("Simulated over wall-clock time");
  ImGui::SameLine();
  if (ImGui::Button("1 x###real_time")) app.set_pace(1.0);
  ImGui::SameLine();
  bool all = unlimited;
  if (ImGui::Checkbox("as fast as it can###unlimited", &all)) app.set_pace(all ? kInfinity : 1.0);
}

void strip(const App& app) {
  const std::vector<float>& all = app.real_time_factors();
  const float most = all.empty() ? 1.0f : *std::max_element(all.begin(), all.end());
  const std::string text = fmt::format("{:.3g} x real time", app.now().real_time_factor);
  ImGui::PlotLines("###factor", all.data(), static_cast<int>(all.size()), 0, text.c_str(), 0.0f,
                   std::max(1.2f * most, 0.1f), {150.0f, ImGui::GetFrameHeight()});
  tip("Real-time factor: simulated over wall-clock time of the last quarter of a second");
}

void back(App& app) {
  const live::Picture& now = app.now();
  double t = app.back_to.value_or(now.t);
  ImGui::SetNextItemWidth(-FLT_MIN);
  ImGui::BeginDisabled(!(now.t > now.earliest));
  const std::string text = app.back_to ? fmt::format("back to {:.3f} s", t)
                                       : fmt::format("{:.3f} s of {:.6g} s", now.t, now.duration);
  if (ImGui::SliderScalar("###back", ImGuiDataType_Double, &t, &now.earliest, &now.t, text.c_str()))
    app.back_to = t;
  if (ImGui::IsItemDeactivated() && app.back_to) {
    app.go_back(*app.back_to);
    app.back_to.reset();
  }
  ImGui::EndDisabled();
  tip("Drag to go back, to the mark before: one a second, of the last minute");
}

void state(const App& app) {
  const live::Picture& now = app.now();
  ImGui::TextColored(colour::kSky, "%s", app.vehicle_name().c_str());
  ImGui::SameLine(0.0f, 4.0f);
  ImGui::TextDisabled("in");
  ImGui::SameLine(0.0f, 4.0f);
  ImGui::TextColored(colour::kSky, "%s", app.scenario_name().c_str());
  if (app.is_remote()) {
    ImGui::SameLine(0.0f, 24.0f);
    const live::Connection& c = app.connection();
    ImGui::TextColored(c.is_open ? colour::kGrey : colour::kVermilion, "%s%s",
                       c.is_open ? "" : "cut off, connecting again: ", c.text.c_str());
    tip("The simulation runs there, whether or not it can be seen from here");
  }
  ImGui::SameLine(0.0f, 24.0f);
  if (!now.failure.empty())
    ImGui::TextColored(colour::kVermilion, "%s", now.failure.c_str());
  else
    ImGui::TextDisabled("%s", now.end != End::running ? std::string(name(now.end)).c_str()
                              : now.paused            ? "paused"
                                                      : "running");
  ImGui::SameLine(0.0f, 24.0f);
  const bool closed = now.ledger_residual <= 1e-6;
  ImGui::TextColored(closed ? colour::kGrey : colour::kVermilion, "ledger %.1e",
                     now.ledger_residual);
  tip("Energy not accounted for over energy moved; at most 1e-6");
  ImGui::SameLine(0.0f, 24.0f);
  ImGui::TextDisabled("%lld steps, %d commands", static_cast<long long>(now.steps), now.commands);
  if (now.samples_lost == 0) return;
  ImGui::SameLine(0.0f, 24.0f);
  ImGui::TextColored(colour::kOrange, "%lld samples not drawn",
                     static_cast<long long>(now.samples_lost));
}

}  // namespace

void time_bar(App& app) {
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings;
  if (ImGui::Begin("###time", nullptr, kFlags)) {
    buttons(app);
    ImGui::SameLine(0.0f, 20.0f);
    pace(app);
    ImGui::SameLine(0.0f, 20.0f);
    strip(app);
    ImGui::SameLine(0.0f, 20.0f);
    back(app);
    state(app);
  }
  ImGui::End();
}

}  // namespace evsim::gui
