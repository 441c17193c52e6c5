// The energy ledger. Every row is integrated with the scheme's own stages from a flow of its own; no row
// is the difference of others. Stores are functions of the state.
//   residual = external in + intervention - out - losses - change of stores
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/vehicle/car.h"

namespace evsim::ledger {

// Rows of the integral array; three more a drive unit follow, and those of the chassis multi_body.
enum Row : int {
  kAir,          // work on the air; negative when the wind pushes [out]
  kRolling,      // rolling resistance, or the dry part of a coast-down [loss]
  kBrake,        // friction brakes [loss]
  kSlip,         // tyre slip [loss]
  kR0,           // battery resistance, or constant inefficiency [loss]
  kR1,           // battery RC pair [loss]
  kNode,         // DC cable and link capacitors [loss], at the levels drive and waveform
  kAuxiliaries,  // [out]
  kMissing,      // power that the battery could not give [intervention]
  kThroughput,   // integral of |power| over external ports and stores
  kBattery,      // terminal energy, net [not in the balance: for KPIs, as all below]
  kBatteryOut,   // discharged
  kBatteryIn,    // charged, >= 0
  kWheelOut,     // positive work at the road
  kWheelIn,      // negative work at the road, <= 0
  kTraceError,   // integral of the squared distance from the speed trace [m2/s]
  kUnits
};
enum UnitRow : int { kGear, kMachine, kInverter, kRowsPerUnit };
enum MultiBodyRow : int {
  kShafts = kUnits + kRowsPerUnit * kMaxDriveUnits,
  kDifferentials,
  kDampers,
  kTyreDamping,
  kTyreMoments,
  kSteering,
  kHitch,
  kTowedHeight,
  kMaxRows
};
inline constexpr int rows(int n_units) { return kUnits + kRowsPerUnit * n_units; }

// Rates of all rows [W] but kTraceError, which the closed loop knows.
template <Scalar T> void rates(const car::Model<T>& m, const car::Flows<T>& f, T* dq) {
  dq[kAir] = f.p_air;
  dq[kRolling] = f.p_roll;
  dq[kBrake] = f.p_brake;
  dq[kSlip] = f.p_slip;
  dq[kR0] = f.battery_rates.p_loss_R_0;
  dq[kR1] = f.battery_rates.p_loss_R_1;
  dq[kNode] = T(0.0);
  dq[kAuxiliaries] = f.p_auxiliaries;
  dq[kMissing] = f.battery.p_missing;
  dq[kThroughput] = abs(f.battery_rates.p_chemical) + abs(f.p_air) + f.p_auxiliaries +
                    abs(m.mass_equivalent * f.a * f.v) + abs(f.p_grade);
  dq[kBattery] = f.battery.p;
  dq[kBatteryOut] = max(f.battery.p, 0.0);
  dq[kBatteryIn] = max(-f.battery.p, 0.0);
  const T p_wheel = f.F_contact * f.v;
  dq[kWheelOut] = max(p_wheel, 0.0);
  dq[kWheelIn] = min(p_wheel, 0.0);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& u = f.units[static_cast<std::size_t>(k)];
    T* unit = dq + kUnits + kRowsPerUnit * k;
    unit[kGear] = u.p_gear;
    unit[kMachine] = u.p_machine;
    unit[kInverter] = u.p_inverter;
  }
}

// Contents of the stores [J]: functions of the state.
template <Scalar T> struct Stores {
  T kinetic, potential, battery;
  T electric{};  // magnetic fields, link capacitors and cable, at the levels drive and waveform
};
template <Scalar T> Stores<T> stores(const car::Model<T>& m, const T* y) {
  const auto body = car::load_body(y);
  return {.kinetic = 0.5 * m.mass_equivalent * body.v * body.v,
          .potential = m.mass * road_load::kGravity * body.altitude,
          .battery = battery::stored_energy(m.battery, car::load_battery(y)),
          .electric = T(0.0)};
}

// ---- The closed books of a run ------------------------------------------------------------------

enum class Kind { external_in, intervention, out, loss, store_change };
struct Entry {
  std::string name;  // "loss.machine.rear"
  Kind kind;
  double energy;  // [J]
};
struct Books {
  std::vector<Entry> entries;
  double residual;    // [J]
  double throughput;  // [J], floor 1 kJ
  double relative() const { return residual < 0 ? -residual / throughput : residual / throughput; }
};

// q: the integrated rows; start, end: the stores; intervention: energy of booked jumps [J].
Books close(const car::Model<double>& m, const double* q, const Stores<double>& start,
            const Stores<double>& end, double intervention, bool multi_body = false);

}  // namespace evsim::ledger
