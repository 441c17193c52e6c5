// Where panels stand and what the scopes show, as a text file:
//
//   {"name": "tuning", "span_s": 10, "scopes": [["driver.v_ref", "body.v"], ["drive_units.rear.tau"]],
//    "dock": {"columns": [{"share": 0.3, "tabs": ["Parameters", "Signals"]},
//                         {"share": 0.7, "rows": [{"share": 0.6, "tabs": ["Scopes"]},
//                                                 {"share": 0.4, "tabs": ["Machine map"]}]}]}}
//
// Tabs lie in one place, the first of them in front. Shares need not add up to 1.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::gui {

struct Dock {
  enum class Kind { tabs, columns, rows };
  Kind kind = Kind::tabs;
  double share = 1.0;
  std::vector<std::string> tabs;  // names of panels
  std::vector<Dock> parts;        // of columns from the left, of rows from above
};

struct Layout {
  std::string name;
  double span = 10.0;                            // of the scopes [s]
  std::vector<std::vector<std::string>> scopes;  // signals of each; none: those of the car
  Dock dock;
};

// Throws InputError with line and path; a panel that doesn't exist is left out with a problem of its own.
// panels: all names that there are.
Layout read_layout(const std::string& file, std::string_view text,
                   std::span<const std::string> panels);
std::string layout_text(const Layout& layout);

// Names of all panels that stand somewhere.
std::vector<std::string> shown_in(const Dock& dock);

// That come with the program: name and text.
struct Shipped {
  std::string_view name, text;
};
std::span<const Shipped> shipped_layouts();

// Folder of the user's own layouts and keys; "" where there is none.
std::string settings_folder();

}  // namespace evsim::gui
