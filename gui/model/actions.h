// All that can be done without a value: by menu, key and palette.
#pragma once

#include <span>
#include <string>

#include "gui/model/app.h"

namespace evsim::gui {

struct Action {
  const char* id;
  const char* menu;  // where it stands
  const char* title;
  const char* keys;  // usually: "Ctrl+Z"; "": none
  void (*run)(App&);
  bool (*can)(const App&) = nullptr;  // none: always
  bool (*on)(const App&) = nullptr;   // of a switch
};
std::span<const Action> actions();
const Action* find_action(std::string_view id);

// "Ctrl+Z": as the user chose, else the usual.
std::string keys_of(const Desk& desk, const Action& action);

// The user's choices: {"undo": "Ctrl+Z"}. Throws InputError.
void read_keys(Desk& desk, const std::string& file, std::string_view text);
std::string keys_text(const Desk& desk);

}  // namespace evsim::gui
