// The flat state of the energy level: each component owns a slice; the ledger's rows are integrated
// beside it and feed nothing back.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sim/base/scalar.h"
#include "sim/base/units.h"
#include "sim/components/battery_pack.h"
#include "sim/components/chassis.h"

namespace evsim {

inline constexpr int kMaxDriveUnits = 4;
// Wheels of its axle that a drive unit turns.
enum class Turns : int { both, left, right };

namespace car {

// Offsets. Torques stand last: a car with fewer units has a shorter state.
enum Offset : int { kV, kX, kAltitude, kSOC, kU1, kDriver, kTorque };
inline constexpr int kMaxStates = kTorque + kMaxDriveUnits;
inline constexpr int states(int n_units) { return kTorque + n_units; }

template <Scalar T> chassis::State<T> load_body(const T* y) {
  return {.v = y[kV], .x = y[kX], .altitude = y[kAltitude]};
}
template <Scalar T> void store_body(const chassis::State<T>& s, T* y) {
  y[kV] = s.v;
  y[kX] = s.x;
  y[kAltitude] = s.altitude;
}
template <Scalar T> battery_pack::State<T> load_battery(const T* y) {
  return {.SOC = y[kSOC], .u_1 = y[kU1]};
}
template <Scalar T> void store_battery(const battery_pack::State<T>& s, T* y) {
  y[kSOC] = s.SOC;
  y[kU1] = s.u_1;
}

// One state's place in reports, errors and tolerances.
enum class RateGroup { electrical, mechanical, thermal, battery, control };
struct StateField {
  std::string name;  // dotted path
  Dim dim;
  double scale;  // typical size [SI]
  RateGroup group;
};

}  // namespace car
}  // namespace evsim
