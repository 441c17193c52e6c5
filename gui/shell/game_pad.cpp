#include "gui/shell/game_pad.h"

#include <GLFW/glfw3.h>

#include <algorithm>

namespace evsim::gui {

GamePad game_pad() {
  for (int id = GLFW_JOYSTICK_1; id <= GLFW_JOYSTICK_LAST; ++id) {
    GLFWgamepadstate s;
    if (glfwJoystickIsGamepad(id) == 0 || glfwGetGamepadState(id, &s) == 0) continue;
    const auto trigger = [&](int axis) {  // -1 released, 1 pressed
      return std::clamp(0.5 * (1.0 + static_cast<double>(s.axes[axis])), 0.0, 1.0);
    };
    return {.there = true,
            .accelerator = trigger(GLFW_GAMEPAD_AXIS_RIGHT_TRIGGER),
            .brake = trigger(GLFW_GAMEPAD_AXIS_LEFT_TRIGGER),
            .steer = -static_cast<double>(s.axes[GLFW_GAMEPAD_AXIS_LEFT_X]),
            .up = s.buttons[GLFW_GAMEPAD_BUTTON_RIGHT_BUMPER] == GLFW_PRESS,
            .down = s.buttons[GLFW_GAMEPAD_BUTTON_LEFT_BUMPER] == GLFW_PRESS};
  }
  return {};
}

}  // namespace evsim::gui
