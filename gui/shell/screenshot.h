#pragma once

#include <string>
#include <vector>

namespace evsim::gui {

// Pixels by rows from the bottom, as OpenGL has them: red, green, blue. Throws EnvironmentError.
void write_png(const std::string& file, int width, int height,
               const std::vector<unsigned char>& rgb);

}  // namespace evsim::gui
