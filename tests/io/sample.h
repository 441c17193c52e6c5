// A small car that has every kind of member, and files that live in memory.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/fields.h"
#include "sim/io/text.h"

namespace sample {

using namespace evsim;

enum class Axle : int { front, rear };
inline constexpr std::array<std::string_view, 2> kAxleNames{"front", "rear"};
constexpr std::span<const std::string_view> enum_names(Axle) { return kAxleNames; }

template <Scalar T> struct Pmsm {
  static constexpr std::string_view kType = "pmsm";
  static constexpr std::string_view kDoc = "permanent magnets";
  T L_d = kRequired;
  T L_q = kRequired;
  int n_p = 0;
};
template <class P, class V>
  requires same_template<P, Pmsm>
constexpr void describe(P& p, V&& field) {
  field(p.L_d, Field{"L_d", Dim::inductance, positive, "d-axis inductance"});
  field(p.L_q, Field{"L_q", Dim::inductance, positive, "q-axis inductance"});
  field(p.n_p, Field{"n_p", Dim::none, between(1, 100), "pole pairs"});
}

template <Scalar T> struct LossMap {
  static constexpr std::string_view kType = "loss_map";
  static constexpr std::string_view kDoc = "a table";
  Table2<T> p_loss;
};
template <class P, class V>
  requires same_template<P, LossMap>
constexpr void describe(P& p, V&& field) {
  field(p.p_loss, Field2{"p_loss",
                         Dim::power,
                         not_negative,
                         "loss",
                         {"omega", Dim::angular_speed},
                         {"tau", Dim::torque}});
}

template <Scalar T> struct Unit {
  Axle axle = Axle::rear;
  T ratio = kRequired;
  std::variant<Pmsm<T>, LossMap<T>> machine;
};
template <class P, class V>
  requires same_template<P, Unit>
constexpr void describe(P& p, V&& field) {
  field(p.axle, Field{"axle", Dim::none, any_value, "axle that is driven"});
  field(p.ratio, Field{"ratio", Dim::none, positive, "motor over wheel speed"});
  field(p.machine, Group{"machine", "electrical machine"});
}

template <Scalar T> struct Cell {
  Table1<T> OCV;
  Table2<T> R_0;
  T T_min = 233.15;  // [K]
  T SOC_full = 1.0;
};
template <class P, class V>
  requires same_template<P, Cell>
constexpr void describe(P& p, V&& field) {
  field(p.OCV,
        Field1{"OCV", Dim::voltage, positive, "open-circuit voltage", {"SOC", Dim::none, {0, 1}}});
  field(p.R_0, Field2{"R_0",
                      Dim::resistance,
                      positive,
                      "resistance",
                      {"SOC", Dim::none},
                      {"T", Dim::temperature}});
  field(p.T_min, Field{"T_min", Dim::temperature, between(233.15, 333.15), "coldest"});
  field(p.SOC_full, Field{"SOC_full", Dim::none, fraction, "full"});
}

struct Event {
  double t = kRequired;
  std::string path;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, Event>
constexpr void describe(P& p, V&& field) {
  field(p.t, Field{"t", Dim::time, not_negative, "when"});
  field(p.path, Field{"path", Dim::none, any_value, "what"});
}

template <Scalar T> struct Car {
  T mass = kRequired;
  T v_max = kInfinity;
  bool towing = false;
  std::string label = "plain";
  FileName cycle;
  std::vector<std::string> signals{"*"};
  NamedList<Unit<T>, 2> drive_units;
  Cell<T> cell;
  std::vector<Event> events;
};
template <class P, class V>
  requires same_template<P, Car>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "kerb mass"});
  field(p.v_max, Field{"v_max", Dim::speed, positive, "top speed"});
  field(p.towing, Field{"towing", Dim::none, any_value, "with a trailer"});
  field(p.label, Field{"label", Dim::none, any_value, "for reports"});
  field(p.cycle, Field{"cycle", Dim::none, any_value, "what is driven"});
  field(p.signals, Field{"signals", Dim::none, any_value, "what is recorded"});
  field(p.drive_units, Group{"drive_units", "by name"});
  field(p.cell, Group{"cell", "battery cell"});
  field(p.events, Group{"events", "what happens"});
}

// Files by name.
using Disk = std::map<std::string, std::string>;

inline io::ReadFile reader(const Disk& disk) {
  return [disk](const std::string& name) -> io::FileText {
    const auto it = disk.find(name);
    if (it == disk.end()) return {.text = {}, .error = "no such file", .line = 0};
    return io::checked_text(it->second);
  };
}

// What the call complains of, a line for each problem; "" when it does not.
template <class Call> std::string complaint(const Call& call) {
  try {
    call();
  } catch (const InputError& e) {
    return e.what();
  }
  return {};
}

}  // namespace sample
