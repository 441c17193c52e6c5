// Places of panels in ImGui's terms.
#pragma once

#include "gui/model/layout.h"

namespace evsim::gui {

// The space for all panels, of this window's id; made anew from a layout where one is given.
void dock_space(const Layout* wanted, float below);
// As the user has arranged it.
Dock dock_now();

}  // namespace evsim::gui
