// What drawings with two axes share: frame, axes, curves, names beside the frame.
#pragma once

#include <string>
#include <vector>

#include "sim/io/svg.h"

namespace evsim::io::charts {

struct Frame {
  svg::Scale x, y;
};

struct Axis {
  std::string title;
  double per_unit = 1.0;  // of what is shown over what is drawn
  int ticks = 8;          // about so many
};
// Grid, numbers and titles.
std::string axes(const Frame& f, const Axis& x, const Axis& y);

// Open, broken where it leaves the frame; "" where nothing of it lies inside.
std::string curve(const std::vector<svg::At>& points, const Frame& f, const std::string& kind);

// Names of curves, from top to bottom.
class Names {
 public:
  explicit Names(svg::At corner) : x_(corner.x), y_(corner.y) {}
  std::string add(const std::string& kind, const std::string& name) {
    y_ += kRow;
    return svg::line({x_, y_ - 4.0}, {x_ + 16.0, y_ - 4.0}, kind) +
           svg::text({x_ + 20.0, y_}, "tick", "start", name);
  }

 private:
  static constexpr double kRow = 18.0;
  double x_, y_;
};

}  // namespace evsim::io::charts
