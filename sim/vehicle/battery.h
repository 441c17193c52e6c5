// The battery, at either of its levels, as the DC node sees it: one set of functions over the variant.
#pragma once

#include <variant>

#include "sim/components/battery_constant_efficiency.h"
#include "sim/components/battery_pack.h"

namespace evsim::battery {

using battery_pack::PowerLimits;
using battery_pack::Rates;
using battery_pack::Source;
using battery_pack::State;
using battery_pack::Terminals;

// As a vehicle file gives it, and as the equations need it.
template <Scalar T> using Params =
    std::variant<battery_pack::Params<T>, battery_constant_efficiency::Params<T>>;
template <Scalar T> using Model =
    std::variant<battery_pack::Model<T>, battery_constant_efficiency::Params<T>>;

namespace level {

template <Scalar T> using Circuit = battery_pack::Model<T>;
template <Scalar T> using Efficiency = battery_constant_efficiency::Params<T>;

template <Scalar T> Source<T> source(const Circuit<T>& p, const State<T>& x, const T& T_cell) {
  return battery_pack::source(p, x, T_cell);
}
template <Scalar T> Source<T> source(const Efficiency<T>& p, const State<T>&, const T&) {
  return {.U_0 = p.U_nominal, .R = T(0.0)};
}

template <Scalar T> PowerLimits<T> power_limits(const Circuit<T>& p, const State<T>& x,
                                                const Source<T>& s, const T& T_c) {
  return battery_pack::power_limits(p, x, s, T_c);
}
template <Scalar T>
PowerLimits<T> power_limits(const Efficiency<T>& p, const State<T>& x, const Source<T>&, const T&) {
  const T power(static_cast<double>(battery_pack::Limit::power));
  const T full(static_cast<double>(battery_pack::Limit::state_of_charge));
  const auto is_full = x.SOC >= p.SOC_full;
  return {.discharge = p.P_discharge_max,
          .charge = select(is_full, T(0.0), p.P_charge_max),
          .discharge_reason = power,
          .charge_reason = select(is_full, full, power)};
}

template <Scalar T>
Rates<T> rates(const Circuit<T>& p, const State<T>& x, const Source<T>& s, const Terminals<T>& t) {
  return battery_pack::rates(p, x, s, t.i);
}
template <Scalar T>
Rates<T> rates(const Efficiency<T>& p, const State<T>&, const Source<T>&, const Terminals<T>& t) {
  const T p_chemical = battery_constant_efficiency::chemical_power(p, t.p);
  return {.state = {.SOC = -p_chemical / p.energy, .u_1 = T(0.0)},
          .p_chemical = p_chemical,
          .p_loss_R_0 = p_chemical - t.p,
          .p_loss_R_1 = T(0.0)};
}

template <Scalar T> T stored_energy(const Circuit<T>& p, const State<T>& x) {
  return battery_pack::chemical_energy(p, x) + battery_pack::capacitor_energy(p, x);
}
template <Scalar T> T stored_energy(const Efficiency<T>& p, const State<T>& x) {
  return p.energy * x.SOC;
}

}  // namespace level

template <Scalar T> Source<T> source(const Model<T>& p, const State<T>& x, const T& T_cell) {
  return std::visit([&](const auto& b) { return level::source(b, x, T_cell); }, p);
}
template <Scalar T> PowerLimits<T> power_limits(const Model<T>& p, const State<T>& x,
                                                const Source<T>& s, const T& T_cell) {
  return std::visit([&](const auto& b) { return level::power_limits(b, x, s, T_cell); }, p);
}
template <Scalar T>
Rates<T> rates(const Model<T>& p, const State<T>& x, const Source<T>& s, const Terminals<T>& t) {
  return std::visit([&](const auto& b) { return level::rates(b, x, s, t); }, p);
}
// Chemical energy above SOC 0 and charge on the RC pair [J].
template <Scalar T> T stored_energy(const Model<T>& p, const State<T>& x) {
  return std::visit([&](const auto& b) { return level::stored_energy(b, x); }, p);
}
template <Scalar T> T SOC_empty(const Model<T>& p) {
  return std::visit([](const auto& b) { return b.SOC_empty; }, p);
}
template <Scalar T> T SOC_full(const Model<T>& p) {
  return std::visit([](const auto& b) { return b.SOC_full; }, p);
}

// A power and, beside it, a current that does not depend on the voltage (switching losses are one):
// u = (U_0 - R i_extra) - R i_a,  u i_a = p  is again (4) of the pack, so the node is solved exactly.
template <Scalar T> Terminals<T> terminals(const Source<T>& s, const T& p, const T& i_extra) {
  const Source<T> behind{.U_0 = s.U_0 - s.R * i_extra, .R = s.R};
  const Terminals<T> t = battery_pack::terminals(behind, p);
  const T i = t.i + i_extra;
  return {.i = i, .u = t.u, .p = t.u * i, .p_missing = t.p_missing};
}

// The pack level of a vehicle file.
inline Model<double> prepare(const Params<double>& p) {
  if (const auto* pack = std::get_if<battery_pack::Params<double>>(&p))
    return battery_pack::prepare(*pack);
  return std::get<battery_constant_efficiency::Params<double>>(p);
}

}  // namespace evsim::battery
