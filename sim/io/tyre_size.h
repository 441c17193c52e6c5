// What stands on a tyre: 235/45R18.
#pragma once

#include <optional>
#include <string_view>

namespace evsim::io {

struct TyreSize {
  int width_mm = 0;
  int aspect_percent = 0;
  int rim_inch = 0;
};

// "245/45R19", also "245/45 ZR 19"; also a kart's "114/55R5"; nothing where it isn't a size.
std::optional<TyreSize> parse_tyre_size(std::string_view text);

// [m]
inline double rim_diameter(const TyreSize& t) {
  constexpr double kInch = 0.0254;
  return t.rim_inch * kInch;
}
inline double tyre_diameter(const TyreSize& t) {
  return rim_diameter(t) + 2.0 * t.width_mm * 1e-3 * t.aspect_percent * 1e-2;
}

}  // namespace evsim::io
