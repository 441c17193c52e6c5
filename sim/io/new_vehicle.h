// A whole vehicle file from the figures of a catalogue: what is not given follows from the rules in
// new_vehicle_rules.h, and the file says of each value where it comes from.
//
//   const auto catalogue = io::read_catalogue({{"name", "My car"}, {"mass_kg", "1760"}, ...}, "my list");
//   const io::Draft draft = io::draft_vehicle(catalogue, {.folder = "components"});
//   write(io::to_text(draft.file));
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/fields.h"
#include "sim/io/json_tree.h"
#include "sim/io/new_vehicle_rules.h"

namespace evsim::io {

// A number as the user wrote it; without a unit it was not given.
struct Figure {
  double written = 0;
  const Unit* unit = nullptr;
  explicit operator bool() const { return unit != nullptr; }
  double si() const { return to_si(*unit, written); }
};

// Empty words and figures were not given.
struct Catalogue {
  std::string name, drive, tyre, chemistry, machine, front_machine, inverter, source;
  TyreSize tyre_size;
  Figure mass, power, torque, battery;
  Figure Cd, frontal_area, A, B, C;
  Figure width, height, wheelbase, gross_mass, epa_test_mass, rolling_resistance;
  Figure front_power, front_torque, machine_speed, ratio, top_speed;
  Figure usable, voltage, AC_power, DC_power, aux_power;
};

enum class Need { always, road_load, optional };

struct FigureEntry {
  std::string_view name;
  Dim dim;
  Range range;  // what a road vehicle may plausibly have [SI]
  Need need;
  std::string_view doc;
  Figure Catalogue::*member;
};
struct WordEntry {
  std::string_view name;
  Need need;
  std::string_view doc;
  std::vector<std::string> choices;  // none: any text
  std::string Catalogue::*member;
};
// All that can be given, in the order of the help.
std::span<const FigureEntry> catalogue_figures();
std::span<const WordEntry> catalogue_words();

// A figure's key is its name and a unit of its dimension: mass_kg, mass_lb.
struct KeyValue {
  std::string key, value;
};
// who: how errors name the source of the keys. Throws InputError with all that is wrong or missing.
Catalogue read_catalogue(std::span<const KeyValue> given, const std::string& who);

// "tyre_235_45_r18.json".
std::string tyre_file(const TyreSize& size);

// Where the families of components lie, as the file will name them.
struct Families {
  std::string folder;     // "components"
  bool has_tyre = false;  // there is a file for the tyre
  std::string schema;     // "": none is named
};

struct DraftValue {
  std::string path, value, source;
  bool given = false;  // by the user; else by a rule
};
struct Draft {
  Json file;
  std::vector<DraftValue> values;  // in the file's order
};
Draft draft_vehicle(const Catalogue& c, const Families& families);

}  // namespace evsim::io
