// The energy flow as shapes on a plane, for reports and for windows; widths are proportional to energy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/io/sankey.h"
#include "sim/io/svg.h"

namespace evsim::io {

struct SankeyPicture {
  struct Shape {
    enum class Form {
      polygon,    // of points
      rectangle,  // corner and corner
      band,       // from point to point, an S of a thickness downward
      text        // its base line begins, or has its middle, at the point
    };
    Form form;
    std::string_view kind;  // forward, back, loss, useful, source, store, rest, station; of texts:
                            // name, amount, inside, title
    std::vector<svg::At> points;
    double thick = 0.0;
    std::string_view anchor = {};  // start, middle
    std::string text = {};
  };
  double width = 0.0, height = 0.0;  // [px]
  std::vector<Shape> shapes;
};

// Whether a Sankey holds energies [J] or powers [W].
enum class FlowUnit { energy, power };

// Empty when nothing flowed.
SankeyPicture sankey_picture(const Sankey& s, FlowUnit unit = FlowUnit::energy);

}  // namespace evsim::io
