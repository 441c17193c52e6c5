#include "sim/run/drive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "tests/components/reference_machines.h"
#include "tests/run/drive_runs.h"

namespace evsim {
namespace {

using test::kpi;
using test::loaded;
using test::Machine;
using test::simulation;

// ---- Whole cars -----------------------------------------------------------------------------------

TEST(Drive, cars_of_all_machines_drive_off_reach_their_top_speed_and_stop) {
  for (const auto& [car, km_per_h] :
       {std::pair{"xiaomi_su7", 160.0}, std::pair{"nio_et7_100", 160.0},
        std::pair{"bmw_i4_edrive40", 160.0}, std::pair{"generic_compact_reluctance", 160.0},
        std::pair{"generic_compact_flux_map", 155.0}}) {
    Simulation s = simulation(loaded("drive_off_and_brake", car, "drive"));
    s.run();
    EXPECT_LE(kpi(s, "speed_end_km_per_h"), 0.1) << car;
    EXPECT_GE(kpi(s, "speed_max_km_per_h"), km_per_h) << car;
    EXPECT_LE(kpi(s, "phase_current_max_percent"), 105.0) << car;
    EXPECT_LE(kpi(s, "torque_error_max_percent"), 5.0) << car;
    EXPECT_GE(kpi(s, "dc_link_voltage_margin_percent"), 0.0) << car;
    EXPECT_LE(s.books().relative(), 1e-6) << car;  // the bar of every ledger
  }
}

// i' = s / v i(psi' / (s^2 v)) of the model that the tables were computed from (docs/flux_tables.md).
TEST(Drive, the_flux_tables_of_the_garage_are_reciprocal_and_their_source) {
  const auto car =
      io::read<car::Params<double>>(test::at("vehicles/generic_compact_flux_map.json")).value;
  const auto& machine = std::get<machine_dq::Synchronous<double>>(car.drive_units[0].machine.dq);
  const auto f = magnetics::figures(machine.magnetics);
  ASSERT_TRUE(f.has_value());
  EXPECT_LT(f->asymmetry, 1.2e-4);  // as the tables' header says
  EXPECT_LT(f->loop, 3e-6);
  EXPECT_LT(f->misfit, 0.02);  // [A]
  const double s = std::cbrt(5.0), v = 0.1634;
  const auto model = magnetics::prepare(machine.magnetics);
  double off = 0.0;
  for (double d = -0.29; d < 0.9; d += 0.043)
    for (double q = -1.39; q < 1.4; q += 0.037) {
      const Dq<double> small = magnetics::currents(test::kPmsyrm5k5, Dq<double>{d, q});
      const Dq<double> i = magnetics::currents(model, Dq<double>{s * s * v * d, s * s * v * q});
      off = max(off, max(abs(i.d - s / v * small.d), abs(i.q - s / v * small.q)));
    }
  EXPECT_LT(off, 0.1);  // [A], 3e-4 of the largest: between nodes 0.025 and 0.05 Vs apart
  EXPECT_FALSE(magnetics::figures(magnetics::Linear<double>{1e-3, 1e-3, 0.1}).has_value());
}

TEST(Drive, averaged_and_switched_inverters_drive_alike) {
  double time[2] = {};
  for (const bool switched : {false, true}) {
    Simulation s =
        simulation(loaded("full_throttle", "xiaomi_su7", switched ? "waveform" : "drive"));
    s.run();
    EXPECT_LE(s.books().relative(), 1e-6);
    time[switched] = kpi(s, "time_0_100_km_per_h_s");
  }
  EXPECT_NEAR(time[1], time[0], 1e-3 * time[0]);  // the ripple's own losses
}

TEST(Drive, a_car_at_rest_without_pedal_stays_at_rest) {
  Simulation s = simulation(
      loaded("fault_gates_off", "xiaomi_su7", "drive", {"scenario.initial.v_km_per_h=0"}));
  s.run();
  EXPECT_EQ(s.snapshot().y[car::kX], 0.0);
}

// ---- The same bits --------------------------------------------------------------------------------

TEST(Drive, a_restored_run_gives_the_same_bits) {
  for (const char* level : {"drive", "waveform"}) {
    Simulation s = simulation(loaded("fault_open_switch", "xiaomi_su7", level));
    while (s.t() < 0.9) s.step();
    const Snapshot early = s.snapshot();
    s.run();
    const auto y = s.snapshot().y;
    const auto q = s.snapshot().q;
    s.restore(early);
    s.run();
    EXPECT_EQ(s.snapshot().y, y) << level;
    EXPECT_EQ(s.snapshot().q, q) << level;
  }
}

TEST(Drive, float32_control_is_close_to_double_but_not_equal) {
  double v[2] = {};
  for (const bool single : {false, true}) {
    Simulation s = simulation(loaded(
        "full_throttle", "xiaomi_su7", "drive",
        {std::string("drive_units.rear.control.arithmetic=") + (single ? "float32" : "float64")}));
    s.run();
    v[single] = s.snapshot().y[car::kX];
  }
  EXPECT_NE(v[0], v[1]);
  EXPECT_NEAR(v[0], v[1], 1e-3 * v[0]);  // 24 bits of the mantissa, and 100 Hz of the control unit
}

// ---- Faults: end states by hand -------------------------------------------------------------------

TEST(Drive, an_active_short_circuit_ends_in_its_closed_form) {
  Simulation s = simulation(loaded("fault_short_circuit", "xiaomi_su7", "drive"));
  s.run();
  const auto now = s.drive()->signals(s.snapshot().drive, 0);
  const Machine m = test::machine_of(s);
  const double w = m.n_p * s.instant().flows.units[0].omega;
  const auto expected = test::short_circuit(m.R, m.L_d, m.L_q, m.psi_f, m.n_p, w);
  // The car slows down meanwhile: 1 % a second.
  EXPECT_NEAR(now.i.d, expected.i.d, 0.01 * std::abs(expected.i.d));
  EXPECT_NEAR(now.i.q, expected.i.q, 0.01 * std::abs(expected.i.d));
  EXPECT_NEAR(now.tau_em, expected.tau, 0.02 * std::abs(expected.tau));
}

TEST(Drive, with_gates_off_below_the_rectified_voltage_no_current_flows) {
  Simulation s = simulation(loaded("fault_gates_off", "xiaomi_su7", "drive"));
  s.run();
  const Machine m = test::machine_of(s);
  const double w = m.n_p * s.instant().flows.units[0].omega;
  ASSERT_LT(std::sqrt(3.0) * w * m.psi_f, s.snapshot().drive.y.node.u_C);
  const auto now = s.drive()->signals(s.snapshot().drive, 0);
  EXPECT_NEAR(now.i.d, 0.0, 1e-6);  // kept at zero to rounding
  EXPECT_NEAR(now.i.q, 0.0, 1e-6);
}

TEST(Drive, with_gates_off_above_it_the_machine_brakes_into_the_battery) {
  Simulation s = simulation(loaded("fault_gates_off_field_weakening", "xiaomi_su7", "drive"));
  while (s.t() < 1.5) s.step();
  const Machine m = test::machine_of(s);
  const double w = m.n_p * s.instant().flows.units[0].omega;
  ASSERT_GT(std::sqrt(3.0) * w * m.psi_f, s.snapshot().drive.y.node.u_C);
  const auto f = s.instant().flows;
  EXPECT_LT(f.battery.i, -10.0);
  EXPECT_LT(f.units[0].tau, 0.0);
}

TEST(Drive, an_open_phase_carries_no_current) {
  Simulation s = simulation(loaded("fault_phase_open", "xiaomi_su7", "drive"));
  s.run();
  EXPECT_NEAR(s.drive()->signals(s.snapshot().drive, 0).i_phase.a, 0.0, 1e-6);
}

TEST(Drive, a_mistuned_weakening_limit_brakes_against_the_pedal_and_is_caught) {
  Simulation right = simulation(loaded("lift_off_180", "xiaomi_su7", "drive"));
  Simulation wrong = simulation(loaded("lift_off_180_mistuned", "xiaomi_su7", "drive"));
  right.run();
  wrong.run();
  EXPECT_LE(kpi(right, "torque_error_max_percent"), 5.0);
  EXPECT_GT(kpi(wrong, "torque_error_max_percent"), 5.0);
  EXPECT_LT(wrong.snapshot().y[car::kV], right.snapshot().y[car::kV] - 1.0);
}

TEST(Drive, an_overvoltage_trips_the_inverter_for_good) {
  Simulation s = simulation(
      loaded("full_throttle", "xiaomi_su7", "drive", {"drive_units.rear.control.u_dc_trip_V=300"}));
  while (s.t() < 0.5) s.step();
  EXPECT_EQ(s.snapshot().y[car::kV], 0.0);  // tripped before it moved
  EXPECT_EQ(s.snapshot().drive.units[0].gates, switched_legs::Gates::all_off);
}

TEST(Drive, a_unit_without_a_model_in_dq_is_refused_with_its_name) {
  Case c = loaded("full_throttle", "xiaomi_su7", "energy");
  c.scenario.level = scenario::Level::drive;
  c.vehicle.drive_units[0].machine.dq = machine_dq::None<double>{};
  EXPECT_THROW(simulation(std::move(c)), std::exception);
}

TEST(Drive, a_fault_of_an_unknown_unit_is_refused) {
  Simulation s = simulation(loaded("full_throttle", "xiaomi_su7", "drive"));
  scenario::Fault fault;
  fault.unit = "middle";
  EXPECT_THROW(s.command({.t = 0.0, .command = fault}), InputError);
}

// ---- Levels meet ----------------------------------------------------------------------------------

TEST(Drive, consumption_is_that_of_the_level_energy) {
  // Magnets; magnets and a cage, whose kept flux both levels must know; a field winding.
  for (const char* car : {"xiaomi_su7", "nio_et7_100", "bmw_i4_edrive40"}) {
    double consumption[2] = {};
    for (const bool dq : {false, true}) {
      Simulation s = simulation(loaded("constant_100_km_per_h", car, dq ? "drive" : "energy",
                                       {"scenario.driver.duration_s=60"}));
      s.run();
      consumption[dq] = kpi(s, "energy_consumption_battery_Wh_per_km");
    }
    // 1 %: the map's interpolation, the DC link and the control that is sampled.
    EXPECT_NEAR(consumption[1], consumption[0], 0.01 * consumption[0]) << car;
  }
}

TEST(Drive, switching_legs_load_the_link_capacitors_with_ripple) {
  double ripple[2];
  for (const bool switched : {false, true}) {
    Simulation s =
        simulation(loaded("full_throttle", "xiaomi_su7", switched ? "waveform" : "drive"));
    while (s.t() < 3.0) s.step();
    ripple[switched] = s.drive()->signals(s.snapshot().drive).i_ripple;
  }
  // What the bridge draws is never above a phase's amplitude; an averaging inverter has no ripple but that of
  // its ticks.
  Simulation s = simulation(loaded("full_throttle", "xiaomi_su7", "drive"));
  while (s.t() < 3.0) s.step();
  const Dq<double> i = s.drive()->signals(s.snapshot().drive, 0).i;
  EXPECT_LT(ripple[true], std::sqrt(i.d * i.d + i.q * i.q));
  EXPECT_GT(ripple[true], 3.0 * ripple[false]);
}

}  // namespace
}  // namespace evsim
