// A described struct that is in use: set a value by its dotted path, list all values, write it as JSON.
//
//   io::set(car.value, "drive_units.rear.machine.L_d_uH", "95");          // throws InputError
//   io::set(car.value, "battery.R_0_mOhm[3][5]", 1.2);                    // one value of a table
//   for (const io::Parameter& p : io::parameters(car.value, car.origins)) ...
//   io::to_text(io::to_json(car.value));
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/io/description.h"
#include "sim/io/json_tree.h"
#include "sim/io/reader.h"

namespace evsim::io {

// ---- Setting ------------------------------------------------------------------------------------

// A member found by its path with unit.
struct Target {
  const Node* leaf;
  void* at;           // valid while no list or alternative of the struct changes
  const Unit* unit;   // of the key, where it has one
  std::string path;   // without unit: drive_units.rear.machine.L_d
  std::string named;  // as the user named it: drive_units.rear.machine.L_d_mH
  // Of one value of a table: its places along the axes, from 0; else empty.
  std::vector<std::size_t> cell = {};
};

// who: stands before messages where a file's name would ("--set", a scenario's file).
Target find(const Node& root, void* at, std::string_view path, const std::string& who = "");
// value: a number, "unlimited" or infinity where that is allowed, true or false, a name, or a CSV file for a
// table. The struct stays as it was when the value is refused.
void set(const Target& target, std::string_view value, const std::string& who = "");
void set(const Target& target, double value, const std::string& who = "");

// All of the above throw InputError. Both return the path without unit.
template <class P, class Value>
std::string set(P& p, std::string_view path, const Value& value, const std::string& who = "") {
  const Target target = find(description<P>(), &p, path, who);
  set(target, value, who);
  return target.path;
}
// Keeps the record of where values come from.
template <class P, class Value>
void set(Loaded<P>& loaded, std::string_view path, const Value& value, const std::string& who) {
  const Target target = find(description<P>(), &loaded.value, path, who);
  set(target, value, who);
  loaded.origins[target.path] = {.file = who, .line = 0, .unit = target.unit};
}

// ---- Listing ------------------------------------------------------------------------------------

struct Parameter {
  std::string path;  // drive_units.rear.machine.L_d
  std::string key;   // L_d_uH: its key in the unit below
  Kind kind;
  const Unit* unit;          // people expect; nullptr for texts, choices and the like
  double value;              // in that unit; NaN where it is no number
  std::string text;          // the value as text
  std::string default_text;  // "required" where there is none
  std::string allowed;       // "> 0", "front or rear"; "" when anything
  std::string_view doc;
  std::string origin;  // "vehicles/su7.json:31", "--set" or "default"
};

// In the order of the description; of a variant the chosen alternative.
std::vector<Parameter> list_parameters(const Node& root, const void* at, const Origins& origins);
template <class P> std::vector<Parameter> parameters(const P& p, const Origins& origins = {}) {
  return list_parameters(description<P>(), &p, origins);
}

// ---- Writing ------------------------------------------------------------------------------------

// All values, so that reading them gives the same struct bit by bit. In the unit that people expect, or
// that `origins` knows the user to have written; in SI where neither gives exactly the value.
// Values without limit (infinity) are left out. Names of files stand as they were resolved, tables as
// their values.
Json to_json(const Node& root, const void* at, const Origins& origins = {});
template <class P> Json to_json(const P& p, const Origins& origins = {}) {
  return to_json(description<P>(), &p, origins);
}

}  // namespace evsim::io
