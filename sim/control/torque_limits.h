// How much of the torque asked for the drive can give: the loop
//   torque limit -> power -> u_dc -> torque limit
// closed for one factor lambda on all torques. The margin falls monotonically in lambda:
//   g(lambda) = min( P_discharge - p(lambda), p(lambda) + P_charge, tau_limit_k(u_dc(lambda)) - |lambda tau_k| )
// Where g(1) >= 0 all is given. Else lambda is found by a fixed number of bisections, equal in every lane,
// and one Newton step that also carries derivatives.
#pragma once

#include <array>
#include <cstddef>

#include "sim/vehicle/car.h"

namespace evsim::torque_limits {

// Why the torque is less than asked for.
enum class Reason : int {
  none,
  machine,        // torque, power or speed of a machine
  battery_power,  // rated power of the pack
  battery_current,
  battery_voltage,
  battery_charge_state,  // full or empty
  regeneration,          // low speed or largest deceleration: the friction brakes do the rest
  grip,                  // tyre force over load
  speed_limiter          // the maker's largest speed
};
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::speed_limiter) + 1;

template <Scalar T> using Torques = std::array<T, kMaxDriveUnits>;

template <Scalar T> struct Drive {  // what the limits depend on
  Torques<T> omega;                 // machine speeds [rad/s]
  car::Supply<T> supply;
};

template <Scalar T> struct Margin {
  T least;    // smallest of all margins, in units of power [W]
  T battery;  // margin of the battery alone [W]
  T power;    // at the terminals [W]
};

template <Scalar T> Margin<T> margin(const car::Model<T>& m, const Drive<T>& d,
                                     const Torques<T>& tau, const T& lambda) {
  T p = m.auxiliaries.power, i(0.0);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto e = drive_unit::electrical(m.drive_units[k], d.omega[n], lambda * tau[n]);
    p += e.p;
    i += e.i;
  }
  const auto t = battery::terminals(d.supply.source, p, i);
  const T power = t.p + t.p_missing;
  Margin<T> g;
  g.power = power;
  g.battery = min(d.supply.limits.discharge - power, power + d.supply.limits.charge);
  g.least = g.battery;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& unit = m.drive_units[k];
    const T room = machine::torque_limit(unit.envelope, d.omega[n], t.u) - abs(lambda * tau[n]);
    g.least = min(g.least, room * max(abs(d.omega[n]), 1.0));
  }
  return g;
}

template <Scalar T> struct Given {
  T lambda;  // share of the torque that can be given [-]
  T reason;  // Reason, as a number
};

inline constexpr int kBisections = 30;  // lambda to 1e-9; the Newton step gives the rest

template <Scalar T>
T battery_reason(const T& limit) {  // battery_pack::Limit to Reason: the same order, one further
  return limit + 1.0;
}

// True where bounds that need no map already show that all is given: the losses at their largest, the
// voltage at its lowest under that power.
template <Scalar T>
auto surely_given(const car::Model<T>& m, const Drive<T>& d, const Torques<T>& tau) {
  const T& U_0 = d.supply.source.U_0;
  T p = m.auxiliaries.power;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& unit = m.drive_units[k];
    p += (1.0 + unit.loss_share) * abs(tau[n] * d.omega[n]) + unit.p_loss_bound +
         unit.i_loss_bound * U_0 * 1.25;
  }
  // For p < U_0^2 / 8R the current is below 1.2 p / U_0; a voltage above 1.25 U_0 needs more than that.
  auto given = (p < min(d.supply.limits.discharge, d.supply.limits.charge)) &&
               (8.0 * p * d.supply.source.R < U_0 * U_0);
  const T u_lowest = U_0 - 1.2 * d.supply.source.R * p / U_0;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    given = given &&
            abs(tau[n]) <= machine::torque_limit(m.drive_units[k].envelope, d.omega[n], u_lowest);
  }
  return given;
}

// Largest lambda in 0..1 for which no limit is broken.
template <Scalar T>
Given<T> share_given(const car::Model<T>& m, const Drive<T>& d, const Torques<T>& tau) {
  const Margin<T> all_given = margin(m, d, tau, T(1.0));
  const auto limited = all_given.least < 0.0;
  if (!any(limited)) return {.lambda = T(1.0), .reason = T(0.0)};

  T low(0.0), high(1.0);
  for (int i = 0; i < kBisections; ++i) {
    const T middle = 0.5 * (low + high);
    const auto holds = margin(m, d, tau, middle).least >= 0.0;
    low = select(holds, middle, low);
    high = select(holds, high, middle);
  }
  const T step = max(1e-6 * low, 1e-9);
  const T g = margin(m, d, tau, low).least;
  const T slope = (margin(m, d, tau, low - step).least - g) / step;  // > 0: g falls in lambda
  const T newton = clamp(low + g / max(slope, 1e-9), 0.0, 1.0);

  const Margin<T> at = margin(m, d, tau, low);
  // The nearer of the battery's two limits: where one is 0, the power's sign says nothing.
  const auto discharging = d.supply.limits.discharge - at.power < at.power + d.supply.limits.charge;
  const T from_battery = battery_reason(
      select(discharging, d.supply.limits.discharge_reason, d.supply.limits.charge_reason));
  const auto by_battery = at.battery <= 1.001 * at.least + 1.0;
  const T reason = select(by_battery, from_battery, T(static_cast<double>(Reason::machine)));
  return {.lambda = select(limited, newton, T(1.0)), .reason = select(limited, reason, T(0.0))};
}

}  // namespace evsim::torque_limits
