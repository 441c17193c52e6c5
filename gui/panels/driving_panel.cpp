// Driving by hand: who drives, gauges, pedals and hand wheel for the mouse, keys, stop watches, the drive as a file.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/chords.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

ImU32 ink(const ImVec4& c, float alpha = 1.0f) {
  return ImGui::GetColorU32(ImVec4(c.x, c.y, c.z, alpha));
}
void centred(const char* text, const ImVec2& at, float size, ImU32 colour) {
  ImFont* font = ImGui::GetFont();
  const ImVec2 extent = font->CalcTextSizeA(size, FLT_MAX, 0.0f, text);
  ImGui::GetWindowDrawList()->AddText(font, size, {at.x - 0.5f * extent.x, at.y - 0.5f * extent.y},
                                      colour, text);
}

// ---- Who drives ---------------------------------------------------------------------------------

// Of a car of two speeds: blue is in mesh, orange is held.
void gear(App& app) {
  if (app.shifting().empty()) return;
  const auto in_mesh = app.value(app.find("drive_units." + app.shifting().front() + ".gear"));
  ImGui::SameLine(0.0f, 20.0f);
  ImGui::TextDisabled("gear");
  ImGui::BeginDisabled(!app.driving.by_hand);
  for (const int k : {1, 2}) {
    ImGui::SameLine(0.0f, 4.0f);
    const bool held = app.driving.gear == k, there = in_mesh == k;
    if (held) ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(0.45f, 0.3f, 0.05f, 1.0f));
    if (!held && there) ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(0.22f, 0.53f, 0.75f, 0.8f));
    if (ImGui::Button(fmt::format("{}###gear:{}", k, k).c_str())) app.shift(k);
    if (held || there) ImGui::PopStyleColor();
    tip("Blue: in mesh. A click holds a gear, once more lets the control unit shift; the first is "
        "left before the machine is too fast");
  }
  ImGui::EndDisabled();
}

void who(App& app) {
  const bool by_hand = app.driving.by_hand;
  ImGui::PushStyleColor(ImGuiCol_Button, by_hand ? ImVec4(0.45f, 0.3f, 0.05f, 1.0f)
                                                 : ImVec4(0.05f, 0.4f, 0.3f, 1.0f));
  if (ImGui::Button(by_hand ? "Hand back###take_over" : "Take over###take_over",
                    {7.0f * ImGui::GetFontSize(), 0.0f}))
    by_hand ? app.hand_back() : app.take_over();
  ImGui::PopStyleColor();
  tip(fmt::format("Pedals{} from the scenario's driver, or back to it ({})",
                  app.steering().there ? " and hand wheel" : "",
                  app.drive_keys.of(DriveAction::take_over).key));
  ImGui::SameLine();
  if (by_hand)
    ImGui::TextColored(colour::kOrange, "driven by hand");
  else
    ImGui::TextDisabled("the scenario's driver drives");
  const auto one_pedal = app.one_pedal();
  ImGui::SameLine(0.0f, 20.0f);
  ImGui::BeginDisabled(!one_pedal);
  bool on = one_pedal.value_or(false);
  if (ImGui::Checkbox("one pedal###one_pedal", &on)) app.toggle_one_pedal();
  ImGui::EndDisabled();
  tip("The released accelerator brakes to rest: regeneration.one_pedal_deceleration");
  gear(app);
  ImGui::SameLine(0.0f, 20.0f);
  ImGui::TextDisabled("%s",
                      app.driving.pad.there ? "game pad: triggers, left stick" : "no game pad");
}

// ---- Gauges -------------------------------------------------------------------------------------

struct Gauge {
  const char* name;
  const char* unit;
  double value, least, most;
  ImVec4 colour;
};

// Its name above an arc of 240 degrees, filled from zero to the value; the figure in the middle.
void gauge(const Gauge& g, float size) {
  constexpr float kBegin = 2.618f, kSweep = 4.189f;  // [rad]
  const float em = ImGui::GetFontSize();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy({size, 0.8f * size + 1.2f * em});
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s: %.4g %s, gauge from %g to %g", g.name, g.value, g.unit, g.least, g.most);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 middle{at.x + 0.5f * size, at.y + 1.2f * em + 0.48f * size};
  const float r = 0.42f * size, width = 0.085f * size;
  const auto angle = [&](double x) {
    const double share = std::clamp((x - g.least) / (g.most - g.least), 0.0, 1.0);
    return kBegin + kSweep * static_cast<float>(share);
  };
  draw->PathArcTo(middle, r, kBegin, kBegin + kSweep, 48);
  draw->PathStroke(ImGui::GetColorU32(ImGuiCol_FrameBg), width);
  const double value = std::isfinite(g.value) ? g.value : 0.0;
  const float zero = angle(0.0), now = angle(value);
  if (std::abs(now - zero) > 0.01f) {
    draw->PathArcTo(middle, r, std::min(zero, now), std::max(zero, now), 48);
    draw->PathStroke(ink(value < 0.0 ? colour::kGreen : g.colour), width);
  }
  const auto tick = [&](float a, float beyond) {
    const ImVec2 out{std::cos(a), std::sin(a)};
    const float from = r - 0.5f * width, to = r + 0.5f * width + beyond;
    draw->AddLine({middle.x + from * out.x, middle.y + from * out.y},
                  {middle.x + to * out.x, middle.y + to * out.y}, ink(colour::kGrey), 1.5f);
  };
  for (int k = 0; k <= 4; ++k) tick(kBegin + kSweep * static_cast<float>(k) / 4.0f, 0.0f);
  tick(zero, 0.03f * size);
  const double shown = std::abs(value) < 0.05 ? 0.0 : value;
  const std::string digits = fmt::format("{:.{}f}", shown, std::abs(shown) < 99.95 ? 1 : 0);
  centred(digits.c_str(), middle, std::max(0.2f * size, em), ImGui::GetColorU32(ImGuiCol_Text));
  centred(g.unit, {middle.x, middle.y + 0.2f * size}, 0.9f * em,
          ImGui::GetColorU32(ImGuiCol_TextDisabled));
  centred(g.name, {middle.x, at.y + 0.5f * em}, 0.9f * em, ink(colour::kGrey));
}

double sum_of_torques(const App& app) {
  double out = 0.0;
  for (const UnitSignals& u : app.units()) out += app.value(u.tau).value_or(0.0);
  return out;
}

void gauges(const App& app) {
  const GaugeRanges& r = app.gauge_ranges();
  const auto value = [&](const char* path) { return app.value(app.find(path)).value_or(0.0); };
  const Gauge all[] = {
      {"speed", "km/h", value("body.v"), 0.0, r.v, colour::kSky},
      {"power", "kW", value("battery.p"), -0.5 * r.p, r.p, colour::kOrange},
      {"torque", "Nm", sum_of_torques(app), -r.tau, r.tau, colour::kYellow},
      {"current", "A", value("battery.i"), -0.5 * r.i, r.i, colour::kOrange},
      {"charge", "%", 100.0 * value("battery.SOC"), 0.0, 100.0, colour::kSky},
  };
  const float gap = 6.0f;
  const float size =
      std::clamp((ImGui::GetContentRegionAvail().x - 4.0f * gap) / 5.0f, 70.0f, 170.0f);
  for (const Gauge& g : all) {
    if (&g != all) ImGui::SameLine(0.0f, gap);
    gauge(g, size);
  }
}

// ---- Pedals and hand wheel, for the mouse -------------------------------------------------------

void pedal(App& app, const char* id, const char* name, const char* text, Pedal& p,
           const ImVec4& colour, const ImVec2& size) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::InvisibleButton(id, size);
  if (ImGui::IsItemActive()) {
    if (!app.driving.by_hand) app.take_over();
    const float share = 1.0f - (ImGui::GetIO().MousePos.y - at.y) / size.y;
    put(p, ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ? 0.0 : static_cast<double>(share));
  }
  tip(fmt::format("{}: drag it, it stays; a click on the foot of it releases", name));
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 end{at.x + size.x, at.y + size.y};
  draw->AddRectFilled(at, end, ImGui::GetColorU32(ImGuiCol_FrameBg), 3.0f);
  const float top = end.y - static_cast<float>(p.x) * size.y;
  draw->AddRectFilled({at.x, top}, end, ink(colour, 0.85f), 3.0f);
  const float rest = end.y - static_cast<float>(p.rest) * size.y;
  if (p.rest > 0.0)
    draw->AddLine({at.x, rest}, {end.x, rest}, ImGui::GetColorU32(ImGuiCol_Text), 2.0f);
  const ImVec2 middle{at.x + 0.5f * size.x, end.y - 1.2f * ImGui::GetFontSize()};
  centred(fmt::format("{:.0f} %", 100.0 * p.x).c_str(), {middle.x, at.y + ImGui::GetFontSize()},
          ImGui::GetFontSize(), ImGui::GetColorU32(ImGuiCol_Text));
  centred(text, middle, 0.9f * ImGui::GetFontSize(), ImGui::GetColorU32(ImGuiCol_Text));
}

void hand_wheel(App& app, float size) {
  constexpr float kPerPixel = 0.02f;  // [rad]
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::BeginDisabled(!app.steering().there);
  ImGui::InvisibleButton("###hand_wheel", {size, size});
  if (ImGui::IsItemActive()) {
    if (!app.driving.by_hand) app.take_over();
    const double by = static_cast<double>(-kPerPixel * ImGui::GetIO().MouseDelta.x);
    put_wheel(app.driving,
              ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) ? 0.0 : app.driving.theta + by);
  }
  ImGui::EndDisabled();
  if (app.steering().there)
    tip("Hand wheel: drag to the side, it stays; a double click: straight ahead");
  else if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
    ImGui::SetTooltip(
        "The car as one mass goes straight ahead: load it with the chassis multi_body");
  const auto theta = app.find("steering.theta_H");
  const double real = theta ? app.now().values[*theta] : 0.0;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 middle{at.x + 0.5f * size, at.y + 0.5f * size};
  const float r = 0.43f * size;
  const ImU32 rim = ink(app.steering().there ? colour::kGrey : colour::kDim);
  draw->AddCircle(middle, r, rim, 48, 0.07f * size);
  for (const float spoke : {0.0f, 1.5708f, 3.1416f}) {
    const float a = spoke - static_cast<float>(real);
    draw->AddLine(middle, {middle.x + r * std::cos(a), middle.y + r * std::sin(a)}, rim,
                  0.05f * size);
  }
  const auto mark = [&](double x, const ImVec4& colour) {
    const float a = -1.5708f - static_cast<float>(x);
    draw->AddLine({middle.x + 0.88f * r * std::cos(a), middle.y + 0.88f * r * std::sin(a)},
                  {middle.x + 1.14f * r * std::cos(a), middle.y + 1.14f * r * std::sin(a)},
                  ink(colour), 4.0f);
  };
  mark(real, colour::kSky);
  if (app.driving.by_hand) mark(app.driving.theta, colour::kOrange);
  draw->AddCircleFilled(middle, 0.2f * size, ImGui::GetColorU32(ImGuiCol_WindowBg));
  centred(fmt::format("{:.0f} deg", 180.0 / 3.14159265358979323846 * real).c_str(), middle,
          ImGui::GetFontSize(), ImGui::GetColorU32(ImGuiCol_Text));
}

void controls(App& app, float height) {
  const ImVec2 size{3.6f * ImGui::GetFontSize(), height};
  pedal(app, "###pedal:brake", "Brake", "brake", app.driving.brake, colour::kVermilion, size);
  ImGui::SameLine();
  pedal(app, "###pedal:accelerator", "Accelerator", "accel.", app.driving.accelerator, colour::kSky,
        size);
  ImGui::SameLine();
  hand_wheel(app, height);
}

void keys(App& app) {
  DriveKeys& keys = app.drive_keys;
  if (!ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) return;
  for (std::size_t i = 0; i < keys.all.size(); ++i) {
    const DriveKey& k = keys.all[i];
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", k.text);
    ImGui::TableNextColumn();
    const bool asked = keys.asked == static_cast<int>(i);
    const std::string text = (asked           ? "press a key"
                              : k.key.empty() ? "none"
                                              : k.key) +
                             "###key:" + k.id;
    if (ImGui::SmallButton(text.c_str())) keys.asked = asked ? -1 : static_cast<int>(i);
    tip("Click, then press another key; Esc leaves it");
  }
  ImGui::EndTable();
}

// ---- Stop watches -------------------------------------------------------------------------------

void figure(const char* name, const std::optional<double>& x, const char* unit, int digits,
            const char* what) {
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  tip(what);
  ImGui::TableNextColumn();
  if (x)
    ImGui::Text("%s %s", fmt::format("{:.{}f}", *x, digits).c_str(), unit);
  else
    ImGui::TextDisabled("-");
}

void stop_watches(const App& app) {
  using milestones::Distance, milestones::Speed;
  const DriveTimers& t = app.timers();
  if (!begin_table("timers", {1.2f, 0.8f, 1.2f, 0.8f}, ImGuiTableFlags_RowBg)) return;
  const char* from_rest = "Since the car stood last, without rollout";
  figure("0-60 mph", t.to(Speed::k60Mph), "s", 2, from_rest);
  figure("80-120 km/h", t.between(Speed::k80, Speed::k120), "s", 2, from_rest);
  figure("0-100 km/h", t.to(Speed::k100), "s", 2, from_rest);
  figure("quarter mile", t.to(Distance::kQuarter), "s", 2, from_rest);
  figure("0-200 km/h", t.to(Speed::k200), "s", 2, from_rest);
  figure("100-0 km/h", t.stopping_distance(), "m", 1, "Way of the last stop from 100 km/h on");
  const live::Picture& now = app.now();
  std::optional<double> consumption;
  if (now.distance > 1.0) consumption = now.E_battery / now.distance / 3.6;
  figure("consumption", consumption, "Wh/km", 1,
         "At the battery, net of regeneration, since the start");
  figure("driven", 1e-3 * now.distance, "km", 3, "Since the start");
  ImGui::EndTable();
}

void file(App& app) {
  ImGui::SetNextItemWidth(-6.5f * ImGui::GetFontSize());
  ImGui::InputText("###drive_file", &app.drive_file_name);
  ImGui::SameLine();
  if (ImGui::Button("Save drive###save_drive")) app.save_drive(app.drive_file_name);
  tip("A scenario that inherits from the one that was loaded, with all commands until now: it "
      "replays to the same bits "
      "(evsim run)");
}

// Of a key that can be held: none of several at once.
ImGuiKey key_of(const std::string& name) {
  const ImGuiKeyChord chord = chord_of(name);
  return (chord & ImGuiMod_Mask_) != 0 ? ImGuiKey_None : static_cast<ImGuiKey>(chord);
}

// The key that becomes an action's.
void take_key(App& app) {
  DriveKeys& keys = app.drive_keys;
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    keys.asked = -1;
    return;
  }
  for (int k = ImGuiKey_Tab; k <= ImGuiKey_KeypadEqual; ++k) {
    const auto key = static_cast<ImGuiKey>(k);
    if (!ImGui::IsKeyPressed(key, false)) continue;
    bind(keys, static_cast<std::size_t>(keys.asked), ImGui::GetKeyName(key));
    keys.asked = -1;
    app.save_drive_keys();
    return;
  }
}

}  // namespace

void driving_keys(App& app) {
  app.driving.keys = {};
  const ImGuiIO& io = ImGui::GetIO();
  if (io.WantTextInput || io.KeyCtrl || io.KeyAlt || io.KeySuper) return;
  if (app.drive_keys.asked >= 0) return take_key(app);
  const auto key = [&](DriveAction a) { return key_of(app.drive_keys.of(a).key); };
  const auto down = [&](DriveAction a) {
    return key(a) != ImGuiKey_None && ImGui::IsKeyDown(key(a));
  };
  const auto pressed = [&](DriveAction a) {
    return key(a) != ImGuiKey_None && ImGui::IsKeyPressed(key(a), false);
  };
  if (pressed(DriveAction::take_over)) app.driving.by_hand ? app.hand_back() : app.take_over();
  if (pressed(DriveAction::one_pedal)) app.toggle_one_pedal();
  if (pressed(DriveAction::gear_up)) app.shift(2);
  if (pressed(DriveAction::gear_down)) app.shift(1);
  app.driving.keys = {.accelerate = down(DriveAction::accelerate),
                      .brake = down(DriveAction::brake),
                      .left = down(DriveAction::left),
                      .right = down(DriveAction::right)};
}

void driving_panel(App& app) {
  who(app);
  gauges(app);
  const float height = std::clamp(ImGui::GetContentRegionAvail().y - 7.5f * ImGui::GetFontSize(),
                                  6.5f * ImGui::GetFontSize(), 10.0f * ImGui::GetFontSize());
  controls(app, height);
  ImGui::SameLine(0.0f, 16.0f);
  ImGui::BeginGroup();
  keys(app);
  ImGui::EndGroup();
  stop_watches(app);
  file(app);
}

}  // namespace evsim::gui
