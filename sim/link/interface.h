// The signals of a role as a flat list of names, for controllers that are not compiled with evsim_controller.h. Members of
// arrays over drive units carry the unit's name, tau.rear, those over wheels the wheel's: omega.front_left.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/base/units.h"
#include "sim/control/controller_signals.h"

namespace evsim::link {

struct Signal {
  std::string name;
  Dim dim;
};
struct Interface {
  std::string role, unit;  // the drive unit of a motor control
  std::vector<Signal> config, inputs, outputs;
};

// Names of drive units.
using Units = std::vector<std::string>;

// op(name, dim, number) for each number of a struct of controller_signals.h; names and own signals are left out.
template <class Struct, class Op> void each_number(Struct& s, const Units& units, Op&& op) {
  controller::fields(s, [&]<class M>(M& member, const Field& f) {
    using Value = std::remove_const_t<std::remove_all_extents_t<M>>;
    if constexpr (std::is_same_v<Value, evsim_wheels>) {
      for (std::size_t i = 0; i < EVSIM_WHEELS; ++i)
        op(std::string(f.name) + "." + std::string(controller::kWheelNames[i]), f.dim,
           member.at[i]);
    } else if constexpr (std::is_arithmetic_v<Value>) {
      if constexpr (!std::is_array_v<M>)
        op(std::string(f.name), f.dim, member);
      else if constexpr (std::extent_v<M> == EVSIM_UNITS)
        for (std::size_t n = 0; n < units.size(); ++n)
          op(std::string(f.name) + "." + units[n], f.dim, member[n]);
    }
  });
}
template <class Struct> std::vector<Signal> signals_of(const Units& units) {
  std::vector<Signal> out;
  const Struct s{};
  each_number(s, units, [&](std::string name, Dim dim, const auto&) {
    out.push_back({std::move(name), dim});
  });
  return out;
}
template <class Struct> std::vector<double> numbers(const Struct& s, const Units& units) {
  std::vector<double> out;
  each_number(s, units, [&](const std::string&, Dim, const auto& x) {
    out.push_back(static_cast<double>(x));
  });
  return out;
}

// A role's signals, with those of its own among the outputs.
template <class Role> Interface interface_of(const Units& units, const std::string& unit,
                                             const std::vector<std::string>& own) {
  Interface out{.role = std::string(Role::kName),
                .unit = unit,
                .config = signals_of<typename Role::Config>(units),
                .inputs = signals_of<typename Role::Inputs>(units),
                .outputs = signals_of<typename Role::Outputs>(units)};
  for (const std::string& name : own) out.outputs.push_back({"controller." + name, Dim::none});
  return out;
}

// "tau.rear, F_brake"
inline std::string listed(const std::vector<Signal>& all) {
  std::string out;
  for (const Signal& s : all) out += (out.empty() ? "" : ", ") + s.name;
  return out;
}
// A unit as people write it, SI where nothing is written; nullptr: none of this dimension.
inline const Unit* unit_named(Dim dim, std::string_view text) {
  if (text.empty() || (dim == Dim::none && text == "1")) return &si_unit(dim);
  return find_unit(dim, text);
}

}  // namespace evsim::link
