// The window apart from the car: layout, look, panels that are closed, questions to the user, wishes to the shell.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gui/model/layout.h"

namespace evsim::gui {

class App;

// Asked before something is lost; nothing else can be done until it is answered.
struct Question {
  struct Answer {
    std::string text;
    std::function<void(App&)> then;  // none: nothing happens
  };
  std::string text;
  std::vector<Answer> answers;
};

struct Desk {
  std::string version;              // of the program, for results
  std::string settings;             // folder of the user's layouts and keys; "": none
  std::vector<std::string> panels;  // all that there are
  std::set<std::string> closed;     // of them
  std::vector<Layout> layouts;      // shipped, then the user's
  std::optional<Layout> wanted;     // to be taken on at the next frame
  bool save_layout = false;         // as it stands, under the name below, at the next frame
  std::string layout_name = "tuning";
  std::string front;  // panel that comes to the front at the next frame
  bool light = false;
  float zoom = 1.0f;  // of all text and widgets, beside the screen's own scale
  std::optional<Question> question;

  bool palette = false;  // is open
  std::string palette_text;
  int palette_at = 0;  // which hit is marked
  int palettes = 0;    // so far

  std::map<std::string, std::string, std::less<>> keys;  // of actions, where they aren't the usual
  std::string key_for;                                   // action whose key is being chosen

  // For the shell:
  std::string screenshot;  // file to write after the next frame; "": none
  bool quit = false;
};

}  // namespace evsim::gui
