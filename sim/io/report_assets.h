// The files of sim/io/report and, where the build found it, dygraphs: embedded into the program.
#pragma once

#include <string_view>

namespace evsim::io::assets {

std::string_view style();             // report.css
std::string_view validation_style();  // validation.css: on top of style()
std::string_view unit_map_style();    // unit_map.css: the same
std::string_view response_style();    // response.css: the same
std::string_view script();            // report.js
// "" where evsim was built without dygraphs: the report then has drawings instead of live plots.
std::string_view dygraphs_script();
std::string_view dygraphs_style();

}  // namespace evsim::io::assets
