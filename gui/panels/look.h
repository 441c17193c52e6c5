// Colours, font and small pieces that panels share.
#pragma once

#include <imgui.h>

#include <initializer_list>
#include <string>

#include "sim/base/units.h"

namespace evsim::gui {

// Style and font of a context that was just made; scale: of the screen.
void set_look(float scale);

// Once a frame: colours and size as the user wants them.
void follow_look(bool light, float zoom);

// Okabe and Ito, "Color Universal Design", 2008: told apart by the colour-blind too.
namespace colour {
inline constexpr ImVec4 kOrange{0.902f, 0.624f, 0.0f, 1.0f}, kSky{0.337f, 0.706f, 0.914f, 1.0f},
    kGreen{0.0f, 0.62f, 0.451f, 1.0f}, kYellow{0.941f, 0.894f, 0.259f, 1.0f},
    kVermilion{0.835f, 0.369f, 0.0f, 1.0f}, kPurple{0.8f, 0.475f, 0.655f, 1.0f},
    kGrey{0.55f, 0.57f, 0.6f, 1.0f}, kDim{0.45f, 0.47f, 0.52f, 1.0f};
// Of text and of lines in plots: nearly white or nearly black.
ImVec4 ink(float alpha = 1.0f);
}  // namespace colour

// "drive_units.rear.tau [Nm]"; the name alone without a unit.
std::string with_unit(std::string_view name, const Unit& unit);

// A tooltip of wrapped text on the last item.
void tip(const std::string& text);

// ImPlot::BeginPlot(), with its first two axes bounded.
bool begin_plot(const char* id, const ImVec2& size, int flags);
// Zoomed neither beyond all figures (ImPlot keeps the ends of each axis as times of whole seconds, too) nor until
// its ends are the same number.
void bound_axis(int axis);
// A logarithmic one, bounded.
void set_logarithmic(int axis);
// It shows so many decades below the largest value, and an octave above; nothing changes where there is none.
void show_decades(int axis, double decades, double most);

// Inside the present limits of the plot, or beside them by its width at most: what is further away is not drawn, as
// ImPlot counts pixels by whole numbers.
bool near_view(double from, double to, double x);

// A table whose columns have these shares of the width, whatever stands in them. (Where none are given, ImGui's
// SizingStretchProp divides 0 by 0 in a table's first frame.)
bool begin_table(const char* id, std::initializer_list<float> shares,
                 ImGuiTableFlags more = ImGuiTableFlags_None);

}  // namespace evsim::gui
