// Keys in words: "Ctrl+Shift+Z".
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

namespace evsim::gui {

ImGuiKeyChord chord_of(std::string_view text);  // ImGuiKey_None where it is no key
std::string chord_text(ImGuiKeyChord chord);

}  // namespace evsim::gui
