#include "sim/io/tir.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "sim/base/constants.h"
#include "sim/base/units.h"
#include "sim/io/problems.h"
#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

constexpr int kMostProblems = 20;  // are told of one file, the rest is counted
constexpr std::size_t kLongestQuote = 40;

std::string upper_case(std::string_view text) {
  std::string s(text);
  for (char& c : s)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return s;
}
std::string quoted(std::string_view text) {
  return "\"" + std::string(text.substr(0, kLongestQuote)) + "\"";
}

// ---- Lines --------------------------------------------------------------------------------------

struct Entry {
  int line = 0;
  std::string section, key;  // in capitals
  std::string_view value;    // without quotes and comment
};

// Value of `text` before its comment, without quotes.
std::string_view bare_value(std::string_view text) {
  text = trim(text);
  for (const char quote : {'\'', '"'})
    if (text.starts_with(quote)) {
      const std::size_t end = text.find(quote, 1);
      return trim(text.substr(1, end == std::string_view::npos ? end : end - 1));
    }
  return trim(text.substr(0, text.find_first_of("$!")));
}

class Lines {
 public:
  Lines(const std::string& file, Problems& problems, std::vector<Problem>& notes)
      : file_(file), problems_(problems), notes_(notes) {}

  std::vector<Entry> cut(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      line(number, trim(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return std::move(entries_);
  }

 private:
  void line(int number, std::string_view text) {
    if (text.empty() || text.front() == '$' || text.front() == '!') return;
    if (text.front() == '[') return section(number, text);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      in_table_ = false;
      entries_.push_back({.line = number,
                          .section = section_,
                          .key = upper_case(trim(text.substr(0, equals))),
                          .value = bare_value(text.substr(equals + 1))});
    } else if (text.front() == '{') {
      if (!in_table_) note(number, "a table, passed over");
      in_table_ = true;
    } else if (!in_table_) {
      report(number,
             "got " + quoted(text) + ", must be [SECTION], KEY = value or a comment ($, !)");
    }
  }
  void section(int number, std::string_view text) {
    in_table_ = false;
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos)
      return report(number, "got " + quoted(text) + ", a section must end with ]");
    section_ = upper_case(trim(text.substr(1, end - 1)));
  }
  void report(int number, const std::string& what) {
    if (!problems_.has_room(file_)) return problems_.count(file_);
    problems_.add({.file = file_, .line = number, .path = {}, .what = what});
  }
  void note(int number, const std::string& what) {
    notes_.push_back({.file = file_, .line = number, .path = section_, .what = what});
  }

  const std::string& file_;
  Problems& problems_;
  std::vector<Problem>& notes_;
  std::vector<Entry> entries_;
  std::string section_;
  bool in_table_ = false;
};

// ---- Units --------------------------------------------------------------------------------------

constexpr double kInch = 0.0254, kFoot = 0.3048, kMile = 1609.344;
constexpr double kKilopond = 9.80665, kPoundForce = 4.4482216152605;

struct Spelling {
  std::string_view quantity, unit;  // in capitals
  double factor;
};
// What such files write; those with a factor of 1 are SI.
constexpr std::array kSpellings{
    Spelling{"LENGTH", "METER", 1},
    Spelling{"LENGTH", "M", 1},
    Spelling{"LENGTH", "MM", 1e-3},
    Spelling{"LENGTH", "MILLIMETER", 1e-3},
    Spelling{"LENGTH", "CM", 1e-2},
    Spelling{"LENGTH", "KM", 1e3},
    Spelling{"LENGTH", "INCH", kInch},
    Spelling{"LENGTH", "FOOT", kFoot},
    Spelling{"LENGTH", "MILE", kMile},
    Spelling{"FORCE", "NEWTON", 1},
    Spelling{"FORCE", "N", 1},
    Spelling{"FORCE", "KILONEWTON", 1e3},
    Spelling{"FORCE", "KN", 1e3},
    Spelling{"FORCE", "POUND_FORCE", kPoundForce},
    Spelling{"FORCE", "LBF", kPoundForce},
    Spelling{"FORCE", "KG_FORCE", kKilopond},
    Spelling{"ANGLE", "RADIANS", 1},
    Spelling{"ANGLE", "RADIAN", 1},
    Spelling{"ANGLE", "RAD", 1},
    Spelling{"ANGLE", "DEGREES", kPi / 180},
    Spelling{"ANGLE", "DEGREE", kPi / 180},
    Spelling{"ANGLE", "DEG", kPi / 180},
    Spelling{"TIME", "SECOND", 1},
    Spelling{"TIME", "SEC", 1},
    Spelling{"TIME", "S", 1},
    Spelling{"TIME", "MILLISECOND", 1e-3},
    Spelling{"TIME", "MINUTE", 60},
    Spelling{"TIME", "HOUR", 3600},
    Spelling{"MASS", "KG", 1},
    Spelling{"MASS", "KILOGRAM", 1},
    Spelling{"MASS", "GRAM", 1e-3},
    Spelling{"MASS", "TONNE", 1e3},
    Spelling{"MASS", "POUND_MASS", 0.45359237},
    Spelling{"MASS", "SLUG", 14.593902937206},
    Spelling{"PRESSURE", "PASCAL", 1},
    Spelling{"PRESSURE", "PA", 1},
    Spelling{"PRESSURE", "KPA", 1e3},
    Spelling{"PRESSURE", "BAR", 1e5},
    Spelling{"PRESSURE", "PSI", kPoundForce / (kInch * kInch)},
};

// Factors to SI of the file's units; without [UNITS] they are SI.
struct FileUnits {
  double length = 1, force = 1, angle = 1, time = 1, mass = 1;
  std::optional<double> pressure;

  double factor(Dim dim) const {
    switch (dim) {
      case Dim::length: return length;
      case Dim::force: return force;
      case Dim::angle: return angle;
      case Dim::time: return time;
      case Dim::mass: return mass;
      case Dim::speed: return length / time;
      case Dim::stiffness: return force / length;
      case Dim::force_per_speed: return force * time / length;
      case Dim::pressure: return pressure.value_or(force / (length * length));
      default: return 1;
    }
  }
  void set(std::string_view quantity, double x) {
    if (quantity == "LENGTH") length = x;
    if (quantity == "FORCE") force = x;
    if (quantity == "ANGLE") angle = x;
    if (quantity == "TIME") time = x;
    if (quantity == "MASS") mass = x;
    if (quantity == "PRESSURE") pressure = x;
  }
};

// ---- Keys ---------------------------------------------------------------------------------------

// One coefficient, and where the file gave it.
struct Coefficient {
  std::string section, key;
  Field field;
  double* at = nullptr;
  int line = 0;
};

std::vector<Coefficient> coefficients(tyre::Params<double>& params) {
  std::vector<Coefficient> all;
  walk(params, [&]<class X>(X& x, const std::string& path, const auto& field) {
    const std::size_t dot = path.find('.');
    if constexpr (std::is_same_v<X, double>)
      if (dot != std::string::npos)
        all.push_back({.section = path.substr(0, dot),
                       .key = path.substr(dot + 1),
                       .field = field,
                       .at = &x});
  });
  return all;
}

// Of the format, but of no effect here: headers, turn slip, rigid ring, contact patch, ranges, masses.
bool is_known_and_unused(const Entry& e) {
  constexpr std::array<std::string_view, 9> kSections{
      "MDI_HEADER",           "INERTIA",       "LONG_SLIP_RANGE",
      "SLIP_ANGLE_RANGE",     "CONTACT_PATCH", "TURNSLIP_COEFFICIENTS",
      "CONTACT_COEFFICIENTS", "SHAPE",         "BELT_PARAMETERS"};
  constexpr std::array<std::string_view, 26> kKeys{"USE_MODE",     "PROPERTY_FILE_FORMAT",
                                                   "TYPE",         "WIDTH",
                                                   "ASPECT_RATIO", "RIM_WIDTH",
                                                   "FZMIN",        "KPUMIN",
                                                   "KPUMAX",       "ALPMIN",
                                                   "ALPMAX",       "QTZ1",
                                                   "MBELT",        "LGYR",
                                                   "LMP",          "MC_CONTOUR_A",
                                                   "MC_CONTOUR_B", "FREQ_LONG",
                                                   "FREQ_LAT",     "FREQ_YAW",
                                                   "FREQ_WINDUP",  "DAMP_LONG",
                                                   "DAMP_LAT",     "DAMP_YAW",
                                                   "DAMP_WINDUP",  "YAW_STIFFNESS"};
  constexpr std::array<std::string_view, 12> kBeginnings{"PDXP", "PKYP",  "PDYP",  "PHYP",
                                                         "PECP", "QDTP",  "QCRP",  "QBRP",
                                                         "QDRP", "Q_CAM", "Q_FYS", "Q_BV"};
  return std::ranges::find(kSections, e.section) != kSections.end() ||
         std::ranges::find(kKeys, e.key) != kKeys.end() ||
         std::ranges::any_of(kBeginnings, [&](auto b) { return e.key.starts_with(b); });
}

class TyreReader {
 public:
  explicit TyreReader(const std::string& file) : file_(file) {
    problems_.open(file, kMostProblems);
    all_ = coefficients(out_.params);
    for (std::size_t i = 0; i < all_.size(); ++i) index_[all_[i].key] = i;
  }

  TyreFile read(std::string_view text) {
    const std::vector<Entry> entries = Lines(file_, problems_, out_.notes).cut(text);
    if (entries.empty()) {
      report(0, "", "is no tyre property file: it has no line KEY = value");
      problems_.raise();
    }
    for (const Entry& e : entries)
      if (e.section == "UNITS") unit(e);
    for (const Entry& e : entries)
      if (e.section != "UNITS") entry(e);
    check_version();
    check_missing();
    if (!problems_.any()) check_together();
    problems_.raise();
    if (!line_of("INFLPRES")) out_.params.pressure.p_i = out_.params.pressure.p_i0;
    if (out_.side == TyreSide::symmetric) make_symmetric();
    std::ranges::stable_sort(out_.notes, {}, &Problem::line);
    return std::move(out_);
  }

 private:
  void report(int line, std::string_view path, const std::string& what) {
    if (!problems_.has_room(file_)) return problems_.count(file_);
    problems_.add({.file = file_, .line = line, .path = std::string(path), .what = what});
  }
  int line_of(const std::string& key) const { return all_[index_.at(key)].line; }

  void unit(const Entry& e) {
    std::vector<std::string> allowed;
    const std::string got = upper_case(e.value);
    for (const Spelling& s : kSpellings) {
      if (s.quantity != e.key) continue;
      if (s.unit == got) return units_.set(e.key, s.factor);
      allowed.push_back(lower_case(s.unit));
    }
    if (allowed.empty()) {
      report(e.line, e.key,
             "unknown quantity; allowed: LENGTH, FORCE, ANGLE, MASS, TIME or PRESSURE");
      return;
    }
    const std::string near = nearest(e.value, allowed);
    report(e.line, e.key,
           "got " + quoted(e.value) + ", must be " + one_of(allowed) +
               (near.empty() ? "" : "; did you mean " + near + "?"));
  }

  void entry(const Entry& e) {
    if (e.key == "FITTYP") return version(e);
    if (e.key == "TYRESIDE") return side(e);
    if (e.key == "PROPERTY_FILE_FORMAT") format_ = upper_case(e.value);
    const auto found = index_.find(e.key);
    if (found == index_.end()) return unused(e);
    Coefficient& c = all_[found->second];
    if (c.line > 0)
      return report(e.line, e.key, "stands twice, first in line " + std::to_string(c.line));
    c.line = e.line;
    number(e, c);
  }
  void unused(const Entry& e) {
    std::string what = "not used";
    if (!is_known_and_unused(e)) {
      std::vector<std::string> keys;
      for (const Coefficient& c : all_) keys.push_back(c.key);
      const std::string near = nearest(e.key, keys);
      what = "unknown key, passed over" + (near.empty() ? "" : "; did you mean " + near + "?");
    }
    out_.notes.push_back(
        {.file = file_, .line = e.line, .path = e.key.substr(0, kLongestQuote), .what = what});
  }
  void number(const Entry& e, Coefficient& c) {
    const std::string_view digits = e.value.starts_with('+') ? e.value.substr(1) : e.value;
    const std::optional<double> written = parse_number(digits);
    if (!written) {
      const std::string got = e.value.empty() ? "no value" : "got " + quoted(e.value);
      return report(e.line, e.key, got + ", must be a number: " + std::string(c.field.doc));
    }
    const Unit unit{c.field.dim, "", "", units_.factor(c.field.dim), 0};
    const double si = reduced(unit, *written, c.field.range);
    if (const std::string why = refusal(unit, *written, si, c.field.range); !why.empty())
      return report(e.line, e.key, why + in_units(c.field.dim));
    *c.at = si;
  }
  // What the file's units make of a bound, where they are not SI.
  std::string in_units(Dim dim) const {
    return units_.factor(dim) == 1.0 ? "" : " in the units of [UNITS]";
  }

  void version(const Entry& e) {
    fittyp_ = e.line;
    const double type = parse_number(e.value).value_or(0.0);
    if (type == 6.0 || type == 21.0 || type == 52.0)
      out_.params.version = tyre::Version::mf_5_2;
    else if (type == 61.0 || type == 62.0)
      out_.params.version = tyre::Version::mf_6_1;
    else
      report(e.line, e.key,
             "got " + quoted(e.value) + ", must be 6, 21 or 52 (Magic Formula 5.2), 61 or 62");
  }
  void side(const Entry& e) {
    const std::string got = upper_case(e.value);
    if (got == "LEFT")
      out_.side = TyreSide::left;
    else if (got == "RIGHT")
      out_.side = TyreSide::right;
    else if (got == "SYMMETRIC")
      out_.side = TyreSide::symmetric;
    else
      report(e.line, e.key, "got " + quoted(e.value) + ", must be LEFT, RIGHT or SYMMETRIC");
  }

  void check_version() {
    if (fittyp_ > 0) return;
    if (format_ == "PAC2002")
      out_.params.version = tyre::Version::mf_5_2;
    else
      report(0, "FITTYP",
             "is missing; must be 6, 21 or 52 (Magic Formula 5.2), 61 or 62, in [MODEL]");
  }
  void missing(const std::string& key, const std::string& more = {}) {
    const Coefficient& c = all_[index_.at(key)];
    report(0, key, "is missing in [" + c.section + "]: " + std::string(c.field.doc) + more);
  }
  void check_missing() {
    for (const Coefficient& c : all_)
      if (std::isnan(*c.at) && c.line == 0) missing(c.key);
    const bool is_6_1 = out_.params.version == tyre::Version::mf_6_1;
    if (is_6_1 && !line_of("NOMPRES")) missing("NOMPRES");
    const std::string other_x = is_6_1 ? "" : "; PTX1 (relaxation length) does as well";
    const std::string other_y = is_6_1 ? "" : "; PTY1 (relaxation length) does as well";
    if (!line_of("LONGITUDINAL_STIFFNESS") && (is_6_1 || !line_of("PTX1")))
      missing("LONGITUDINAL_STIFFNESS", other_x);
    if (!line_of("LATERAL_STIFFNESS") && (is_6_1 || !line_of("PTY1")))
      missing("LATERAL_STIFFNESS", other_y);
  }
  void not_zero(const std::string& key) {
    const Coefficient& c = all_[index_.at(key)];
    if (*c.at == 0.0) report(c.line, key, "got 0, must not be 0: " + std::string(c.field.doc));
  }
  void above_zero(const std::string& key, const std::string& instead) {
    const Coefficient& c = all_[index_.at(key)];
    if (*c.at == 0.0) report(c.line, key, "got 0, must be > 0: " + instead);
  }
  // Values that are right by themselves.
  void check_together() {
    const tyre::Params<double>& p = out_.params;
    for (const char* key : {"PDX1", "PDY1", "PKY1"}) not_zero(key);
    const bool has_x = p.structural.c_x0 > 0.0, has_y = p.structural.c_y0 > 0.0;
    if (!has_x && !(p.longitudinal.p_Tx1 > 0.0))
      above_zero(line_of("PTX1") ? "PTX1" : "LONGITUDINAL_STIFFNESS", "the carcass gives way");
    if (!has_y && !(p.lateral.p_Ty1 > 0.0))
      above_zero(line_of("PTY1") ? "PTY1" : "LATERAL_STIFFNESS", "the carcass gives way");
    if (p.pressure.p_min >= p.pressure.p_max)
      report(line_of("PRESMAX"), "PRESMAX", "must be above PRESMIN");
    const double linear = p.vertical.c_z * p.dimension.R_0 / p.vertical.F_z0;
    if (linear * linear < 4.0 * p.vertical.q_Fz2)
      report(line_of("Q_FZ2"), "Q_FZ2",
             "got " + format(p.vertical.q_Fz2) +
                 ", must be <= " + format_rounded(0.25 * linear * linear) +
                 ", a quarter of (VERTICAL_STIFFNESS UNLOADED_RADIUS / FNOMIN)^2");
    if (p.dimension.R_rim + p.vertical.bottom_offset >= p.dimension.R_0)
      report(line_of("RIM_RADIUS"), "RIM_RADIUS",
             "with BOTTOM_OFFST must be below UNLOADED_RADIUS");
  }

  void make_symmetric() {
    for (const char* key : {"RHX1", "QSX1", "PEY3", "PHY1", "PHY2", "PVY1", "PVY2", "RBY3", "RVY1",
                            "RVY2", "QBZ4", "QDZ3", "QDZ6", "QDZ7", "QEZ4", "QHZ1", "QHZ2", "SSZ1"})
      *all_[index_.at(key)].at = 0.0;
  }

  const std::string& file_;
  TyreFile out_;
  Problems problems_;
  std::vector<Coefficient> all_;
  std::map<std::string, std::size_t, std::less<>> index_;
  FileUnits units_;
  int fittyp_ = 0;
  std::string format_;
};

}  // namespace

TyreFile read_tyre(const std::string& file, const ReadFile& read) {
  const FileText text = read(file);
  if (!text.error.empty())
    throw InputError({.file = file, .line = text.line, .path = {}, .what = text.error});
  return TyreReader(file).read(text.text);
}

}  // namespace evsim::io
