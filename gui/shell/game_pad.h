// The first game pad, by GLFW's table of them: triggers are pedals, the left stick steers.
#pragma once

#include "gui/model/driving.h"

namespace evsim::gui {

GamePad game_pad();

}  // namespace evsim::gui
