// Reads a described struct (sim/base/fields.h) from a JSON file, its ancestors and its tables.
//
//   const auto car = io::read<car::Params<double>>("vehicles/su7.json");   // throws InputError
//   car.value.battery ...                                                  // in SI
//
// Keys are a field's name and a unit of its dimension: mass_kg, L_d_uH or L_d_H.
// "from": "other.json" in any object takes that file's values first; the object's own keys are laid over
// them. Names of files are relative to the file that holds them. An object of another "type" than the
// inherited one starts anew, and so does one inside with a "from" of its own.
// A table is a CSV file ("OCV": "ocv.csv"), an object with its axes and values ({"SOC": [0, 1],
// "OCV_V": [3, 4]}; rows over the first axis where there are two), or one number for all places
// ("R_0_mOhm": 2). In an object, {"csv": "r.csv"} too, with "edge": "hold" or "extrapolate" and "scale",
// a factor on the values.
// Each file is checked by itself: what is overridden must be right too. All problems of all files come
// at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/io/description.h"
#include "sim/io/files.h"
#include "sim/io/problems.h"

namespace evsim::io {

// Where a value comes from.
struct Origin {
  std::string file;  // "--set" and the like for values that no file gave
  int line = 0;
  const Unit* unit = nullptr;  // that the user wrote, where it has one
};
// By dotted path without unit, of values and of objects. What is not here has its default.
using Origins = std::map<std::string, Origin, std::less<>>;

struct Reading {
  Origins origins;
  std::vector<InputFile> inputs;  // as read, the named file first
};

template <class P> struct Loaded : Reading {
  P value;

  // A problem with a value that the file as such allows, at the line that gave it.
  Problem problem(std::string_view path, std::string what) const;
};

// `at` must be a default instance of the described struct. Throws InputError.
Reading read_into(const Node& root, void* at, const std::string& file, const ReadFile& read);

template <class P> Loaded<P> read(const std::string& file, const ReadFile& from = read_file) {
  Loaded<P> loaded{};
  static_cast<Reading&>(loaded) = read_into(description<P>(), &loaded.value, file, from);
  return loaded;
}

// The origin of a value, or of the nearest object around it that has one.
Problem problem_at(const Origins& origins, std::string_view path, std::string what);

template <class P> Problem Loaded<P>::problem(std::string_view path, std::string what) const {
  return problem_at(origins, path, std::move(what));
}

// A chain of "from" may be so long.
inline constexpr int kLongestChain = 16;

}  // namespace evsim::io
