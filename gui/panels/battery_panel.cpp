// The battery: charge, voltage, current, power between its limits, and what limits the drive, in words.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "sim/io/reason_text.h"

namespace evsim::gui {
namespace {

void figure(const App& app, const char* text, const char* path) {
  const auto at = app.find(path);
  if (!at) return;
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", text);
  ImGui::TableNextColumn();
  const Unit& unit = *app.signals()[*at].unit;
  ImGui::Text("%.4g %s", app.value(*at), std::string(unit.text).c_str());
}

void bar(double share, const ImVec4& colour, const std::string& text) {
  const ImVec4 below_text{colour.x, colour.y, colour.z, 0.5f};
  ImGui::PushStyleColor(ImGuiCol_PlotHistogram, below_text);
  ImGui::ProgressBar(static_cast<float>(std::clamp(share, 0.0, 1.0)), {-FLT_MIN, 0.0f},
                     text.c_str());
  ImGui::PopStyleColor();
}

// Power over what the battery gives or takes at most.
void power(const App& app) {
  const auto p = app.value(app.find("battery.p")),
             most = app.value(app.find("battery.p_discharge_max")),
             least = app.value(app.find("battery.p_charge_max"));
  if (!p || !most || !least) return;
  const bool gives = *p >= 0.0;
  const double limit = gives ? *most : *least;
  bar(limit == 0.0 ? 0.0 : std::abs(*p / limit), gives ? colour::kOrange : colour::kGreen,
      fmt::format("{} {:.1f} of {:.1f} kW", gives ? "gives" : "takes", std::abs(*p),
                  std::abs(limit)));
}

}  // namespace

void battery_panel(App& app) {
  if (const auto SOC = app.value(app.find("battery.SOC")))
    bar(*SOC, colour::kSky, fmt::format("state of charge {:.2f} %", 100.0 * *SOC));
  power(app);
  if (ImGui::BeginTable("figures", 4, ImGuiTableFlags_SizingStretchProp)) {
    figure(app, "voltage", "battery.u");
    figure(app, "current", "battery.i");
    figure(app, "DC link", "dc_link.u");
    figure(app, "loss", "battery.p_loss");
    figure(app, "auxiliaries", "auxiliaries.p");
    figure(app, "at the wheels", "body.p_wheel");
    ImGui::EndTable();
  }
  if (const auto reason = app.value(app.find("vcu.limit_reason"))) {
    const std::string text(io::limit_reason_text(*reason));
    ImGui::TextColored(*reason == 0.0 ? colour::kGrey : colour::kOrange, "%s", text.c_str());
  }
}

}  // namespace evsim::gui
