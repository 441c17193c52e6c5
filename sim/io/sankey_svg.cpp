#include "sim/io/sankey_svg.h"

#include <initializer_list>

#include "sim/io/sankey_picture.h"

namespace evsim::io {
namespace {

using svg::At;
using Form = SankeyPicture::Shape::Form;

std::string band(const At& from, const At& to, double h, std::string_view kind) {
  const double middle = 0.5 * (from.x + to.x);
  std::string d = "M";
  const auto add = [&](std::initializer_list<double> numbers) {
    for (const double x : numbers) {
      svg::append(d, x);
      d += ' ';
    }
  };
  add({from.x, from.y});
  d += 'C';
  add({middle, from.y, middle, to.y, to.x, to.y});
  d += 'V';
  add({to.y + h});
  d += 'C';
  add({middle, to.y + h, middle, from.y + h, from.x, from.y + h});
  return "<path class=\"" + std::string(kind) + "\" d=\"" + d + "Z\"/>\n";
}

std::string drawn(const SankeyPicture::Shape& s) {
  const At& first = s.points.front();
  const At& last = s.points.back();
  switch (s.form) {
    case Form::polygon: return svg::polygon(s.points, s.kind);
    case Form::rectangle: return svg::rectangle(first, last.x - first.x, last.y - first.y, s.kind);
    case Form::band: return band(first, last, s.thick, s.kind);
    case Form::text: return svg::text(first, s.kind, s.anchor, s.text);
  }
  return "";
}

}  // namespace

std::string sankey_svg(const Sankey& s) {
  const SankeyPicture picture = sankey_picture(s);
  if (picture.shapes.empty()) return "";
  std::string out = svg::begin(picture.width, picture.height, "Energy flow");
  for (const auto& shape : picture.shapes) out += drawn(shape);
  return out + "</svg>\n";
}

}  // namespace evsim::io
