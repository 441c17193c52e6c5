// Any signal, parameter, panel, layout or action by a few letters of its name.
#pragma once

#include <string>
#include <vector>

#include "gui/model/app.h"

namespace evsim::gui {

struct Hit {
  enum class Kind { action, panel, layout, signal, parameter, set_parameter };
  Kind kind;
  std::string text, note;  // note: keys, unit and value
  std::size_t index = 0;   // among those of its kind
  double value = 0.0;      // of set_parameter, in the parameter's unit
  int score = 0;
};

// How well `text` fits what was typed: all its letters in their order; higher is better, below 0: not at all.
// Letters that follow each other, or begin a word, count more; so does a short text.
int fit(std::string_view typed, std::string_view text);

// The best first; "name = value" offers to set parameters that fit the name.
std::vector<Hit> palette_hits(const App& app, const std::string& typed, std::size_t most);
// Does it: a signal goes into the first scope, a parameter is shown in its panel.
void choose(App& app, const Hit& hit);

}  // namespace evsim::gui
