// What the user may give of a car, and what is wrong with it.
#include <algorithm>
#include <array>
#include <limits>

#include "sim/io/new_vehicle.h"
#include "sim/io/problems.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

using enum Need;

const std::array kFigures{
    FigureEntry{"mass", Dim::mass, between(100, 20e3), always,
                "kerb mass, ready to drive, without driver", &Catalogue::mass},
    FigureEntry{"power", Dim::power, between(1e3, 3e6), always,
                "peak power, of all machines together", &Catalogue::power},
    FigureEntry{"torque", Dim::torque, between(5, 20e3), always,
                "peak torque at the shaft, of all machines together", &Catalogue::torque},
    FigureEntry{"battery", Dim::energy, between(3.6e6, 3.6e9), always,
                "gross energy of the battery", &Catalogue::battery},
    FigureEntry{"Cd", Dim::none, between(0.05, 2), road_load, "drag coefficient", &Catalogue::Cd},
    FigureEntry{"frontal_area", Dim::area, between(0.3, 15), road_load,
                "frontal area; else from width and height", &Catalogue::frontal_area},
    FigureEntry{"A", Dim::force, between(0, 5e3), road_load, "coast-down: constant term",
                &Catalogue::A},
    FigureEntry{"B", Dim::force_per_speed, between(-200, 200), road_load,
                "coast-down: linear term [0]", &Catalogue::B},
    FigureEntry{"C", Dim::force_per_speed_squared, between(0, 20), road_load,
                "coast-down: quadratic term", &Catalogue::C},
    FigureEntry{"width", Dim::length, between(0.5, 3), optional, "without mirrors",
                &Catalogue::width},
    FigureEntry{"height", Dim::length, between(0.5, 4.5), optional, "of the car [1.5 m]",
                &Catalogue::height},
    FigureEntry{"wheelbase", Dim::length, between(1, 8), optional, "distance of the axles [2.87 m]",
                &Catalogue::wheelbase},
    FigureEntry{"gross_mass", Dim::mass, between(100, 40e3), optional,
                "permissible laden mass [kerb mass + 450 kg]", &Catalogue::gross_mass},
    FigureEntry{"epa_test_mass", Dim::mass, between(100, 40e3), optional,
                "equivalent test weight of the US EPA", &Catalogue::epa_test_mass},
    FigureEntry{"rolling_resistance", Dim::none, between(0.001, 0.05), optional,
                "rolling resistance force over load [0.0075]", &Catalogue::rolling_resistance},
    FigureEntry{"usable", Dim::energy, between(3.6e5, 3.6e9), optional,
                "usable energy of the battery [95 %]", &Catalogue::usable},
    FigureEntry{"voltage", Dim::voltage, between(40, 1500), optional,
                "nominal voltage of the battery [350 V]", &Catalogue::voltage},
    FigureEntry{"machine_speed", Dim::angular_speed,
                between(1000 * rules::kRpm, 40e3 * rules::kRpm), optional,
                "largest speed of the machine [16000 rpm]", &Catalogue::machine_speed},
    FigureEntry{"ratio", Dim::none, between(1, 40), optional,
                "machine speed over wheel speed [by top speed, else 9.6]", &Catalogue::ratio},
    FigureEntry{"top_speed", Dim::speed, between(20 / 3.6, 500 / 3.6), optional,
                "held by an electronic limiter [none]", &Catalogue::top_speed},
    FigureEntry{"front_power", Dim::power, between(1e3, 3e6), optional,
                "that of the front machine, for --drive all [0.4 of all]", &Catalogue::front_power},
    FigureEntry{"front_torque", Dim::torque, between(1, 20e3), optional,
                "that of the front machine, for --drive all [0.4 of all]",
                &Catalogue::front_torque},
    FigureEntry{"AC_power", Dim::power, between(1e3, 100e3), optional,
                "of the on-board charger, at the outlet [11 kW]", &Catalogue::AC_power},
    FigureEntry{"DC_power", Dim::power, between(1e3, 5e6), optional, "largest charge power [2 C]",
                &Catalogue::DC_power},
    FigureEntry{"aux_power", Dim::power, between(0, 20e3), optional,
                "of auxiliaries, all the time [300 W]", &Catalogue::aux_power},
};

const std::array kWords{
    WordEntry{"name", always, "name of the car", {}, &Catalogue::name},
    WordEntry{"drive", always, "driven axle", {"front", "rear", "all"}, &Catalogue::drive},
    WordEntry{"tyre", always, "size, as 235/45R18", {}, &Catalogue::tyre},
    WordEntry{"chemistry", optional, "of the cells [nmc]", {"nmc", "lfp"}, &Catalogue::chemistry},
    WordEntry{"machine",
              optional,
              "the machine, or the rear one of two [pmsm]",
              {"pmsm", "eesm", "induction"},
              &Catalogue::machine},
    WordEntry{"front_machine",
              optional,
              "for --drive all [induction]",
              {"induction", "pmsm", "eesm"},
              &Catalogue::front_machine},
    WordEntry{"inverter",
              optional,
              "silicon or silicon carbide [sic from 500 V]",
              {"igbt", "sic"},
              &Catalogue::inverter},
    WordEntry{"source",
              optional,
              "where the figures come from [given on the command line]",
              {},
              &Catalogue::source},
};

// ---- Reading --------------------------------------------------------------------------------------

// "--mass_kg".
std::string option(std::string_view name, const Unit& unit) { return "--" + key_in(name, unit); }
template <class Entry> bool is_given(const Catalogue& c, const Entry& entry) {
  if constexpr (std::is_same_v<Entry, FigureEntry>)
    return static_cast<bool>(c.*entry.member);
  else
    return !(c.*entry.member).empty();
}

class CatalogueReader {
 public:
  explicit CatalogueReader(const std::string& who) : who_(who) {}

  Catalogue read(std::span<const KeyValue> given) {
    for (const KeyValue& kv : given) read_one(kv);
    check_missing();
    check_road_load();
    check_drive();
    check_masses_and_energy();
    check_speeds();
    problems_.raise();
    return std::move(c_);
  }

 private:
  void report(const std::string& key, const std::string& what) {
    problems_.add(Problem{.file = who_, .path = key, .what = what});
  }

  void read_one(const KeyValue& kv) {
    for (const WordEntry& entry : kWords)
      if (entry.name == kv.key) return read_word(entry, kv);
    for (const FigureEntry& entry : kFigures)
      for (const Unit* unit : units_of(entry.dim))
        if (key_in(entry.name, *unit) == kv.key) return read_figure(entry, *unit, kv);
    report("--" + kv.key, "no such figure");
  }
  void read_word(const WordEntry& entry, const KeyValue& kv) {
    c_.*entry.member = kv.value;
    const bool known = entry.choices.empty() || std::ranges::count(entry.choices, kv.value) > 0;
    if (!known) {
      const std::string near = nearest(kv.value, entry.choices);
      report("--" + kv.key, "got " + kv.value + ", must be " + one_of(entry.choices) +
                                (near.empty() ? "" : "; did you mean " + near + "?"));
    } else if (trim(kv.value).empty()) {
      report("--" + kv.key, "must not be empty");
    }
    if (entry.name != "tyre") return;
    if (const auto size = parse_tyre_size(kv.value))
      c_.tyre_size = *size;
    else
      report("--tyre", "got " + kv.value + ", must be a size as 235/45R18");
  }
  // Compares as false, so that what can't be read contradicts nothing.
  static constexpr double kUnreadable = std::numeric_limits<double>::quiet_NaN();
  void read_figure(const FigureEntry& entry, const Unit& unit, const KeyValue& kv) {
    const std::string key = "--" + kv.key;
    Figure& figure = c_.*entry.member;
    if (figure) return report(key, "given twice");
    const auto number = parse_number(kv.value);
    figure = Figure{.written = number.value_or(kUnreadable), .unit = &unit};
    if (!number) return report(key, "got " + kv.value + ", must be a number");
    const std::string refused = refusal(unit, *number, figure.si(), entry.range);
    if (!refused.empty()) report(key, refused);
  }

  void check_missing() {
    for (const WordEntry& entry : kWords)
      if (entry.need == always && !is_given(c_, entry))
        report("--" + std::string(entry.name),
               "missing: " + std::string(entry.doc) + choices(entry));
    for (const FigureEntry& entry : kFigures)
      if (entry.need == always && !is_given(c_, entry))
        report(option(entry.name, display_unit(entry.dim)), "missing: " + std::string(entry.doc));
  }
  static std::string choices(const WordEntry& entry) {
    return entry.choices.empty() ? "" : ", " + one_of(entry.choices);
  }
  void check_road_load() {
    const bool coast_down = c_.A || c_.B || c_.C;
    if (coast_down) {
      if (!c_.A) report("--A_N", "missing: a coast-down has A and C, and mostly B");
      if (!c_.C) report("--C_N_s2_per_m2", "missing: a coast-down has A and C, and mostly B");
      contained("Cd", c_.Cd);
      contained("frontal_area", c_.frontal_area);
      contained("rolling_resistance", c_.rolling_resistance);
      return;
    }
    if (!c_.Cd)
      report("--Cd",
             "missing: give Cd, and frontal area or width and height; or a coast-down, "
             "--A_N, --B_N_s_per_m, --C_N_s2_per_m2");
    else if (!c_.frontal_area && !(c_.width && c_.height))
      report("--frontal_area_m2", "missing: or give --width_m and --height_m");
  }
  void contained(std::string_view name, const Figure& f) {
    if (f) report(option(name, *f.unit), "is contained in the coast-down; leave one of them out");
  }
  void check_drive() {
    if (c_.drive == "all") {
      less(c_.front_power, c_.power, "front_power", "the power of both machines");
      less(c_.front_torque, c_.torque, "front_torque", "the torque of both machines");
      return;
    }
    if (c_.drive.empty()) return;
    constexpr char kWhy[] = "is for --drive all; the one machine's are power, torque and machine";
    if (c_.front_power) report(option("front_power", *c_.front_power.unit), kWhy);
    if (c_.front_torque) report(option("front_torque", *c_.front_torque.unit), kWhy);
    if (!c_.front_machine.empty()) report("--front_machine", kWhy);
  }
  void less(const Figure& a, const Figure& b, std::string_view name, const std::string& of) {
    if (a && b && a.si() >= b.si()) report(option(name, *a.unit), "must be below " + of);
  }
  void check_masses_and_energy() {
    if (c_.gross_mass && c_.mass && c_.gross_mass.si() < c_.mass.si())
      report(option("gross_mass", *c_.gross_mass.unit), "is below the kerb mass");
    if (c_.usable && c_.battery && c_.usable.si() > c_.battery.si())
      report(option("usable", *c_.usable.unit), "is above the gross energy of the battery");
  }
  void check_speeds() {
    if (!c_.machine_speed || !c_.ratio || !c_.top_speed || c_.tyre_size.rim_inch == 0) return;
    const double needed = c_.top_speed.si() * c_.ratio.si() / rules::rolling_radius(c_.tyre_size);
    if (needed > c_.machine_speed.si())
      report(option("top_speed", *c_.top_speed.unit), "the machine would turn at " +
                                                          format_rounded(needed / rules::kRpm) +
                                                          " rpm, above its largest speed");
  }

  const std::string& who_;
  Catalogue c_;
  Problems problems_;
};

}  // namespace

std::span<const FigureEntry> catalogue_figures() { return kFigures; }
std::span<const WordEntry> catalogue_words() { return kWords; }

Catalogue read_catalogue(std::span<const KeyValue> given, const std::string& who) {
  return CatalogueReader(who).read(given);
}

std::string tyre_file(const TyreSize& size) {
  return "tyre_" + std::to_string(size.width_mm) + "_" + std::to_string(size.aspect_percent) +
         "_r" + std::to_string(size.rim_inch) + ".json";
}

}  // namespace evsim::io
