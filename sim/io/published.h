// Figures that were published of cars, to hold a model against them. Kinds say what is compared: a KPI of
// a scenario, and how far cars may be off. Cars say what was published, by whom.
//
//   const auto published = io::read_published("vehicles/published.json");   // throws InputError
#pragma once

#include <array>
#include <concepts>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/fields.h"
#include "sim/io/reader.h"

namespace evsim::published {

template <class P, class Struct>
concept described_as = std::same_as<std::remove_const_t<P>, Struct>;

// ---- What a figure consists of: how it is taken apart -------------------------------------------

struct Nothing {
  static constexpr std::string_view kType = "none";
  static constexpr std::string_view kDoc = "is not taken apart";
};
template <class P, class V>
  requires described_as<P, Nothing>
constexpr void describe(P&, V&&) {}

struct Energy {
  static constexpr std::string_view kType = "energy";
  static constexpr std::string_view kDoc = "where the energy from the outlet went";
};
template <class P, class V>
  requires described_as<P, Energy>
constexpr void describe(P&, V&&) {}

struct Time {
  static constexpr std::string_view kType = "time";
  static constexpr std::string_view kDoc =
      "seconds by what limited the drive, of a part of the run";
  double from_v = 0.0;         // begins at this speed [m/s]
  double until_v = kInfinity;  // ends at this speed [m/s], or:
  std::string until;           // ends at this time
};
template <class P, class V>
  requires described_as<P, Time>
constexpr void describe(P& p, V&& field) {
  field(p.from_v, Field{"from_v", Dim::speed, not_negative, "the part begins at this speed"});
  field(p.until_v, Field{"until_v", Dim::speed, positive, "the part ends at this speed"});
  field(p.until, Field{"until", Dim::none, any_value,
                       "KPI in seconds at which the part ends; by default the kind's own"});
}

struct TopSpeed {
  static constexpr std::string_view kType = "top_speed";
  static constexpr std::string_view kDoc = "what holds the car at the end of the run";
};
template <class P, class V>
  requires described_as<P, TopSpeed>
constexpr void describe(P&, V&&) {}

struct Range {
  static constexpr std::string_view kType = "range";
  static constexpr std::string_view kDoc = "energy used, consumption, and why the run ended";
};
template <class P, class V>
  requires described_as<P, Range>
constexpr void describe(P&, V&&) {}

using ConsistsOf = std::variant<Nothing, Energy, Time, TopSpeed, Range>;

// ---- Kinds and cars -----------------------------------------------------------------------------

struct Kind {
  std::string name;  // as people say it
  FileName scenario;
  std::string kpi;                    // of that scenario
  double mean_error_max = kInfinity;  // of |error|, mean over the cars [-]
  double error_max = kInfinity;       // of |error| of a car [-]
  double error_note = kInfinity;      // a larger |error| asks for an explanation [-]
  std::string note;
  ConsistsOf consists_of;

  bool has_bounds() const { return mean_error_max < kInfinity || error_max < kInfinity; }
};
template <class P, class V>
  requires described_as<P, Kind>
constexpr void describe(P& p, V&& field) {
  field(p.name, Field{"name", Dim::none, any_value, "as people say it"});
  field(p.scenario, Field{"scenario", Dim::none, any_value, "scenario that is run"});
  field(p.kpi, Field{"kpi", Dim::none, any_value, "name of its KPI, with its unit"});
  field(p.mean_error_max, Field{"mean_error_max", Dim::none, positive,
                                "largest mean over the cars of the error's size"});
  field(p.error_max, Field{"error_max", Dim::none, positive, "largest error of a car"});
  field(p.error_note,
        Field{"error_note", Dim::none, positive, "a larger error asks for an explanation"});
  field(p.note, Field{"note", Dim::none, any_value, "what readers should know"});
  field(p.consists_of, Group{"consists_of", "how its figures are taken apart"});
}

// Of several figures of one kind the first that is scored counts; the others are shown beside it.
struct Figure {
  std::string kind;
  double value = kRequired;  // in the KPI's unit
  std::string source;
  bool scored = true;
  std::string note;
  std::string explained;         // why ours is far off
  std::vector<std::string> set;  // PATH=VALUE for its run, as --set takes them
};
template <class P, class V>
  requires described_as<P, Figure>
constexpr void describe(P& p, V&& field) {
  field(p.kind, Field{"kind", Dim::none, any_value, "name of a kind"});
  field(p.value, Field{"value", Dim::none, evsim::Range{.min = 0, .max = 1e6, .open_min = true},
                       "in the unit of the KPI"});
  field(p.source, Field{"source", Dim::none, any_value, "who published it, where and when"});
  field(p.scored, Field{"scored", Dim::none, any_value,
                        "false: shown only; of several the first scored one counts"});
  field(p.note, Field{"note", Dim::none, any_value, "what readers should know"});
  field(p.explained, Field{"explained", Dim::none, any_value, "why ours is far off"});
  field(p.set, Field{"set", Dim::none, any_value, "PATH=VALUE for its run, as --set takes them"});
}

struct Car {
  std::string name;  // as people say it; "": its key
  FileName vehicle;
  std::vector<Figure> figures;
};
template <class P, class V>
  requires described_as<P, Car>
constexpr void describe(P& p, V&& field) {
  field(p.name, Field{"name", Dim::none, any_value, "as people say it"});
  field(p.vehicle, Field{"vehicle", Dim::none, any_value, "vehicle file"});
  field(p.figures, Group{"figures", "what was published"});
}

inline constexpr int kMostKinds = 32, kMostCars = 128;

struct Params {
  NamedList<Kind, kMostKinds> kinds;
  NamedList<Car, kMostCars> cars;
};
template <class P, class V>
  requires described_as<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.kinds, Group{"kinds", "what is compared, by name"});
  field(p.cars, Group{"cars", "what was published of them, by name"});
}

}  // namespace evsim::published

namespace evsim::io {

// Throws InputError with all that is wrong, in the file and between its parts.
Loaded<published::Params> read_published(const std::string& file, const ReadFile& read = read_file);

}  // namespace evsim::io
