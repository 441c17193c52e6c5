// Cars whose inverters have devices from a data sheet.
#include <algorithm>
#include <cmath>

#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;
using test::loaded;
using test::simulation;

constexpr const char* kSiC = "generic_c_class";
constexpr const char* kIgbt = "generic_compact_reluctance";

Drive::UnitSignals signals(const Simulation& s) {
  return s.drive()->signals(s.snapshot().drive, 0);
}
motor_control::Reason reason(const Simulation& s) {
  return static_cast<motor_control::Reason>(static_cast<int>(signals(s).reason));
}
// Of the first unit since the start [J].
double inverter_loss(const Simulation& s) {
  return s.snapshot().q[static_cast<std::size_t>(ledger::kUnits) + ledger::kInverter];
}
// Of the car's sized inverter.
inverter::Params<double> sized(const Simulation& s) {
  const auto& unit = s.vehicle().drive_units[0];
  return inverter::sized(unit.inverter,
                         machine_dq::prepare(unit.machine.dq, unit.machine.envelope).I_max);
}

// ---- Levels ---------------------------------------------------------------------------------------

// The first t_end [s] of a cycle.
Case first_part(Case c, double t_end) {
  const auto n =
      static_cast<std::size_t>(std::ranges::upper_bound(c.trace.t, t_end) - c.trace.t.begin());
  c.trace.t.resize(n);
  c.trace.v.resize(n);
  return c;
}

TEST(DriveDevices, energy_and_drive_consume_alike) {
  for (const char* car : {kSiC, kIgbt}) {
    double E[2] = {}, loss[2] = {};
    for (const bool drive : {false, true}) {
      // UDDS to its second stop, 91 km/h on the way.
      Simulation s = simulation(first_part(loaded("udds", car, drive ? "drive" : "energy"), 333.0));
      s.run();
      EXPECT_LE(s.books().relative(), 1e-6) << car;
      E[drive] = kpi(s, "energy_battery_kWh");
      loss[drive] = inverter_loss(s);
    }
    EXPECT_NEAR(E[1], E[0], 0.01 * E[0]) << car;           // measured: 0.05 %
    EXPECT_NEAR(loss[1], loss[0], 0.02 * loss[0]) << car;  // measured: 0.9 %
  }
}

TEST(DriveDevices, averaged_and_switched_devices_drive_alike) {
  for (const char* car : {kSiC, kIgbt}) {
    double v[2] = {}, loss[2] = {}, T[2] = {};
    for (const bool switched : {false, true}) {
      Simulation s = simulation(loaded("full_throttle", car, switched ? "waveform" : "drive"));
      while (s.t() < 3.0) s.step();
      EXPECT_LE(s.books().relative(), 1e-6) << car;
      v[switched] = s.snapshot().y[car::kV];
      loss[switched] = inverter_loss(s);
      T[switched] = signals(s).T_junction.transistor;
    }
    EXPECT_NEAR(v[1], v[0], 2e-3 * v[0]) << car;           // the ripple's own losses
    EXPECT_NEAR(loss[1], loss[0], 0.03 * loss[0]) << car;  // the bar of averages
    EXPECT_NEAR(T[1] - 338.15, T[0] - 338.15, 0.03 * (T[0] - 338.15)) << car;
  }
}

// ---- Junctions ------------------------------------------------------------------------------------

TEST(DriveDevices, a_steady_loss_heats_both_junctions_by_their_resistances) {
  for (const char* car : {kSiC, kIgbt}) {
    Simulation s = simulation(loaded("constant_100_km_per_h", car, "drive"));
    // From the settled temperatures of that drive; then seven of the longest time constant.
    const auto start = signals(s).T_junction;
    while (s.t() < 10.0) s.step();
    const auto p = sized(s);
    const auto T_j = signals(s).T_junction;
    const double T_c = p.cooling.T_coolant;
    const double by_junctions =
        6.0 * ((T_j.transistor - T_c) / power_devices::resistance(p.cooling.transistor) +
               (T_j.diode - T_c) / power_devices::resistance(p.cooling.diode));
    // Means over 0.1 s: a tick is a point of the current's waves.
    const double E = inverter_loss(s), t = s.t();
    while (s.t() < t + 0.1) s.step();
    const double loss = (inverter_loss(s) - E) / (s.t() - t) - p.P_fixed;
    EXPECT_NEAR(by_junctions, loss, 0.01 * loss) << car;  // the driver's small corrections
    // What the level energy settles at.
    EXPECT_NEAR(start.transistor - T_c, T_j.transistor - T_c, 0.05 * (T_j.transistor - T_c)) << car;
    EXPECT_NEAR(start.diode - T_c, T_j.diode - T_c, 0.05 * (T_j.diode - T_c) + 0.05) << car;
    EXPECT_GT(T_j.transistor, T_c + 0.2) << car;
  }
}

TEST(DriveDevices, at_rest_the_junctions_start_at_the_coolant) {
  Simulation s = simulation(loaded("full_throttle", kSiC, "drive",
                                   {"drive_units.rear.inverter.cooling.T_coolant_degC=40"}));
  EXPECT_NEAR(signals(s).T_junction.transistor, 313.15, 1e-9);
}

TEST(DriveDevices, the_hottest_junction_is_a_figure_of_the_run) {
  Simulation s = simulation(loaded("full_throttle", kIgbt, "drive"));
  double most = 0.0;
  while (s.t() < 3.0) {
    s.step();
    const auto T_j = signals(s).T_junction;
    most = std::max({most, T_j.transistor, T_j.diode});
  }
  EXPECT_NEAR(kpi(s, "junction_temperature_max_degC"), most - 273.15, 1e-9);
}

// ---- Derating -------------------------------------------------------------------------------------

// Full pedal for 3 s, none for 4 s, full again.
Case pedals_case(const std::string& car, std::vector<std::string> sets) {
  Case c = loaded("drive_off_and_brake", car, "drive", std::move(sets));
  c.trace.t = {0.0, 3.0, 3.05, 7.0, 7.05, 9.0};
  c.trace.accelerator = {1.0, 1.0, 0.0, 0.0, 1.0, 1.0};
  c.trace.brake = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  return c;
}

TEST(DriveDevices, torque_falls_with_the_junction_and_rises_again_when_it_cools) {
  const std::string control = "drive_units.front.control.derating.T_junction_";
  Simulation s =
      simulation(pedals_case(kIgbt, {control + "start_degC=75", control + "end_degC=95"}));
  Simulation cool = simulation(pedals_case(kIgbt, {}));
  const auto run_to = [&](double t) {
    while (s.t() < t) s.step();
    while (cool.t() < t) cool.step();
  };
  run_to(2.0);
  EXPECT_EQ(reason(s), motor_control::Reason::junction_temperature);
  EXPECT_NE(reason(cool), motor_control::Reason::junction_temperature);
  EXPECT_LT(signals(s).tau_em, 0.9 * signals(cool).tau_em);
  // No chatter: over the rest of the acceleration the torque stays within a tenth of the peak's 450 Nm. It
  // breathes with the current's waves, which the quickest pair of the ladder follows.
  double least = signals(s).tau_ref, most = least;
  while (s.t() < 2.9) {
    s.step();
    least = std::min(least, signals(s).tau_ref), most = std::max(most, signals(s).tau_ref);
  }
  EXPECT_LE(most - least, 45.0);
  run_to(2.95);
  const double hot = signals(s).tau_em, T_hot = signals(s).T_junction.transistor;
  EXPECT_LT(T_hot, 273.15 + 95.0);
  run_to(6.9);
  EXPECT_LT(signals(s).T_junction.transistor, T_hot - 5.0);
  run_to(7.15);
  EXPECT_GT(signals(s).tau_em, hot + 10.0);
  run_to(9.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

// ---- Faults, snapshots ----------------------------------------------------------------------------

TEST(DriveDevices, rectified_by_the_diodes_the_machine_heats_them_alone) {
  for (const char* level : {"drive", "waveform"}) {
    Simulation s =
        simulation(loaded("fault_gates_off", kSiC, level, {"scenario.initial.v_km_per_h=190"}));
    while (s.t() < 1.05) s.step();
    const auto before = signals(s).T_junction;
    while (s.t() < 1.5) s.step();
    const auto after = signals(s).T_junction;
    EXPECT_LT(s.instant().flows.battery.i, -1.0) << level;
    EXPECT_GT(after.diode, before.diode + 0.1) << level;
    EXPECT_LT(after.transistor, before.transistor) << level;
    EXPECT_LE(s.books().relative(), 1e-6) << level;
  }
}

TEST(DriveDevices, a_restored_run_gives_the_same_bits) {
  for (const char* level : {"drive", "waveform"}) {
    Simulation s = simulation(loaded("fault_open_switch", kIgbt, level));
    while (s.t() < 0.9) s.step();
    const Snapshot early = s.snapshot();
    while (s.t() < 1.4) s.step();
    const auto y = s.snapshot().y;
    const auto q = s.snapshot().q;
    const auto T_j = signals(s).T_junction;
    s.restore(early);
    while (s.t() < 1.4) s.step();
    EXPECT_EQ(s.snapshot().y, y) << level;
    EXPECT_EQ(s.snapshot().q, q) << level;
    EXPECT_EQ(signals(s).T_junction.transistor, T_j.transistor) << level;
    EXPECT_EQ(signals(s).T_junction.diode, T_j.diode) << level;
  }
}

TEST(DriveDevices, cars_with_alike_devices_have_no_junctions) {
  Simulation s = simulation(loaded("full_throttle", "xiaomi_su7", "drive"));
  s.run();
  EXPECT_FALSE(s.drive()->has_junctions(0));
  for (const Kpi& k : kpis(s)) EXPECT_NE(k.name, "junction_temperature_max_degC");
}

}  // namespace
}  // namespace evsim
