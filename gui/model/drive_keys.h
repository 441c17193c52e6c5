// Which key does what while somebody drives: names of keys as ImGui spells them, kept in a text file.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace evsim::gui {

enum class DriveAction : std::size_t {
  accelerate,
  brake,
  left,
  right,
  take_over,
  one_pedal,
  gear_up,
  gear_down
};
inline constexpr std::size_t kDriveActions = 8;

struct DriveKey {
  const char* id;    // in the file and of its button
  const char* text;  // for people
  std::string key;   // "W"; "": none
};

struct DriveKeys {
  std::array<DriveKey, kDriveActions> all{{{"accelerate", "accelerator", "W"},
                                           {"brake", "brake", "S"},
                                           {"left", "left", "A"},
                                           {"right", "right", "D"},
                                           {"take_over", "take over, hand back", "H"},
                                           {"one_pedal", "one pedal", "P"},
                                           {"gear_up", "gear up", "E"},
                                           {"gear_down", "gear down", "Q"}}};
  std::string file = {};  // where they are kept; "": nowhere
  int asked = -1;         // of all: the next key that is pressed becomes its own

  const DriveKey& of(DriveAction a) const { return all[static_cast<std::size_t>(a)]; }
};

// A key of its own for an action; an action that had it has none then.
void bind(DriveKeys& keys, std::size_t action, std::string_view key);

// As a JSON object, action to key. Reading throws InputError; actions that are not named keep theirs.
std::string keys_text(const DriveKeys& keys);
void read_keys(DriveKeys& keys, const std::string& file, std::string_view text);

}  // namespace evsim::gui
