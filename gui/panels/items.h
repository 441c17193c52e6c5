// Where each widget lies on the screen: for tests, and for scripts that move a mouse.
#pragma once

#include <string>
#include <vector>

namespace evsim::gui {

struct Item {
  unsigned id;
  std::string window, label;  // label: with what follows ## or ###
  float x0, y0, x1, y1;       // [px]
};

// From the next frame on; the items of the frame that was drawn last. Costs time in each frame.
void record_items(bool on);
const std::vector<Item>& recorded_items();
// A list to choose from, as ImGui::BeginCombo(), which by itself leaves its item without a name.
bool begin_combo(const std::string& label, const std::string& preview);
// Empties the list: at the beginning of a frame.
void forget_items();

}  // namespace evsim::gui
