// The window without a screen: ImGui draws into nothing, mouse and keys come from the test. A widget is named
// by the end of its label, as in the code: ###pause.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>
#include <implot.h>

#include <memory>
#include <string>

#include "gui/panels/items.h"
#include "gui/panels/panels.h"
#include "gui/shell/no_screen.h"
#include "tests/gui/loaded.h"

namespace evsim::test {

class Screen {
 public:
  // live: the simulation has a thread of its own, and frames don't step it.
  explicit Screen(const io::LoadedCase& loaded, bool paused = true, bool live = false)
      : app_(loaded, !live, {.paused = paused, .pace = 1.0, .mark_period = 0.05}), live_(live) {
    open();
  }
  Screen(const io::LoadedCase& loaded, std::unique_ptr<live::Session> session)
      : app_(loaded, std::move(session), true), live_(false) {
    open();
  }
  gui::App& app() { return app_; }
  const car::Params<double>& car() { return app_.session().simulation().vehicle(); }

  // Frames of 10 ms; the simulation keeps in step.
  void frames(int n) {
    for (int i = 0; i < n; ++i) {
      if (!live_) {
        live::Session& s = app_.session();
        s.drain();
        s.advance(s.t() + 0.01);
        s.publish();
      }
      app_.update();
      gui::NoScreen::begin_frame(0.01f);
      ImGui::NewFrame();
      gui::draw(app_);
      ImGui::Render();
      gui::NoScreen::end_frame();
    }
  }

  // Of the last frame.
  static const gui::Item* find(const std::string& label) {
    for (const gui::Item& i : gui::recorded_items())
      if (i.label.ends_with(label)) return &i;
    return nullptr;
  }
  static ImVec2 middle(const std::string& label) {
    const gui::Item* i = find(label);
    if (i == nullptr) {
      ADD_FAILURE() << "no widget " << label;
      return {};
    }
    return {0.5f * (i->x0 + i->x1), 0.5f * (i->y0 + i->y1)};
  }
  void move(const ImVec2& to) {
    ImGui::GetIO().AddMousePosEvent(to.x, to.y);
    frames(1);
  }
  void button(bool down) {
    ImGui::GetIO().AddMouseButtonEvent(0, down);
    frames(1);
  }
  void click(const std::string& label) { click(middle(label)); }
  void click(const ImVec2& at) {
    move(at);
    button(true);
    button(false);
    frames(1);
  }
  void right_click(const ImVec2& at) {
    move(at);
    ImGui::GetIO().AddMouseButtonEvent(1, true);
    frames(1);
    ImGui::GetIO().AddMouseButtonEvent(1, false);
    frames(2);
  }
  // The tab of a panel.
  void click_tab(const char* panel) {
    if (app_.desk.closed.contains(panel)) {
      app_.show_panel(panel);
      frames(3);
    }
    const ImGuiWindow* window = ImGui::FindWindowByName(panel);
    if (window == nullptr) {
      ADD_FAILURE() << "no panel " << panel;
      return;
    }
    if (window->DockNode == nullptr) return;  // it floats, and is in front
    const ImGuiID id = window->TabId;
    for (const gui::Item& i : gui::recorded_items())
      if (i.id == id) return click(ImVec2{0.5f * (i.x0 + i.x1), 0.5f * (i.y0 + i.y1)});
    ADD_FAILURE() << "no tab of " << panel;
  }
  void drag(const ImVec2& from, const ImVec2& to) {
    constexpr int kMoves = 8;
    move(from);
    button(true);
    for (int k = 1; k <= kMoves; ++k) {
      const float share = static_cast<float>(k) / kMoves;
      move({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
    button(false);
    frames(1);
  }
  // From the middle of a widget along x [px].
  void drag(const std::string& label, float dx) {
    const ImVec2 from = middle(label);
    drag(from, {from.x + dx, from.y});
  }
  void key(ImGuiKey k, bool ctrl = false, bool shift = false) {
    ImGuiIO& io = ImGui::GetIO();
    const auto modifiers = [&](bool down) {
      if (ctrl) io.AddKeyEvent(ImGuiMod_Ctrl, down);
      if (shift) io.AddKeyEvent(ImGuiMod_Shift, down);
    };
    modifiers(true);
    io.AddKeyEvent(k, true);
    frames(1);
    io.AddKeyEvent(k, false);
    modifiers(false);
    frames(1);
  }
  void menu(const std::string& menu, const std::string& item) {
    click("###menu:" + menu);
    click(item);
  }
  // Over what stands in a field.
  void type(const std::string& field, const std::string& text) {
    click(field);
    key(ImGuiKey_A, true);
    ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
    frames(2);
  }

  const gui::Parameter& parameter(const std::string& keyed) {
    return app_.parameters().all()[app_.parameters().find(keyed).value()];
  }

 private:
  void open() {
    gui::record_items(true);
    frames(3);
  }

  gui::App app_;
  bool live_;
  gui::NoScreen screen_;  // behind the app: it goes first
};

}  // namespace evsim::test
