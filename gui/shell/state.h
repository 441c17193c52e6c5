// What stands on the screen and how the simulation stands, as JSON: for scripts that move a real mouse.
#pragma once

#include <string>

#include "gui/model/app.h"

namespace evsim::gui {

// {"frame": 12, "t_s": 1.2, "paused": false, ..., "items": {"###pause": [x0, y0, x1, y1], ...}} in pixels; while it
// is paused also all signals' values with all digits; the file appears whole.
void write_state(const App& app, int frame, const std::string& file);

}  // namespace evsim::gui
