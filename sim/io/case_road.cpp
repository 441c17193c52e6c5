// Files that the chassis multi_body reads: tyres and the road's path.
#include <array>

#include "sim/io/case.h"
#include "sim/io/csv.h"
#include "sim/io/tir.h"

namespace evsim::io {

body::Tyres read_tyres(const car::Params<double>& vehicle, const ReadFile& read) {
  const auto* b = std::get_if<body::MultiBody<double>>(&vehicle.body);
  if (b == nullptr) return {};
  body::Tyres out;
  Problems problems;
  for (std::size_t a = 0; a < out.size(); ++a) {
    const std::string& file = (a == 0 ? b->front : b->rear).tyre.path;
    const std::string path = a == 0 ? "body.front.tyre" : "body.rear.tyre";
    if (file.empty())
      problems.add({.path = path, .what = "missing; must be the name of a .tir file"});
    else
      out[a] = read_tyre(file, read).params;
  }
  problems.raise();
  return out;
}

std::vector<road::Point> read_path(const std::string& file, const ReadFile& read) {
  const std::array columns{Column{.name = "x", .dim = Dim::length},
                           Column{.name = "y", .dim = Dim::length}};
  const Columns rows = read_columns(file, columns, read);
  std::vector<road::Point> out;
  for (std::size_t i = 0; i < rows.values[0].size(); ++i)
    out.push_back({rows.values[0][i], rows.values[1][i]});
  if (out.size() < 2)
    throw InputError({.file = file, .what = "one row only; a path needs at least two points"});
  return out;
}

}  // namespace evsim::io
