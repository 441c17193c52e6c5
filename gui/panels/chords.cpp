#include "gui/panels/chords.h"

#include <array>
#include <utility>

namespace evsim::gui {
namespace {

constexpr std::array<std::pair<std::string_view, ImGuiKeyChord>, 4> kModifiers{
    {{"Ctrl", ImGuiMod_Ctrl},
     {"Shift", ImGuiMod_Shift},
     {"Alt", ImGuiMod_Alt},
     {"Super", ImGuiMod_Super}}};

}  // namespace

ImGuiKeyChord chord_of(std::string_view text) {
  ImGuiKeyChord out = ImGuiKey_None;
  for (std::size_t plus = text.find('+'); plus != std::string_view::npos; plus = text.find('+')) {
    ImGuiKeyChord modifier = ImGuiKey_None;
    for (const auto& [name, key] : kModifiers)
      if (name == text.substr(0, plus)) modifier = key;
    if (modifier == ImGuiKey_None) return ImGuiKey_None;
    out |= modifier;
    text.remove_prefix(plus + 1);
  }
  for (int k = ImGuiKey_NamedKey_BEGIN; k < ImGuiKey_NamedKey_END; ++k)
    if (text == ImGui::GetKeyName(static_cast<ImGuiKey>(k))) return out | k;
  return ImGuiKey_None;
}

std::string chord_text(ImGuiKeyChord chord) {
  std::string out;
  for (const auto& [name, key] : kModifiers)
    if ((chord & key) != 0) out += std::string(name) + "+";
  return out + ImGui::GetKeyName(static_cast<ImGuiKey>(chord & ~ImGuiMod_Mask_));
}

}  // namespace evsim::gui
