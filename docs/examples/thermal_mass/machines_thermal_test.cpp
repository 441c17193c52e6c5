// The thermal mass in the car: what the machines lose warms them, and nothing else.
#include <gtest/gtest.h>

#include <memory>

#include "sim/solve/fixed_step.h"
#include "sim/vehicle/state_fields.h"

namespace evsim {
namespace {

constexpr double kT_air = 300.0;  // [K]
constexpr double kC = 40e3;       // [J/K]

// A car of one machine at a constant torque.
closed_loop::System<double> driven_car(double conductance) {
  car::Params<double> p;
  p.chassis = {.mass = 1500,
               .wheelbase = 2.7,
               .cg_height = 0.5,
               .front_load = 0.5,
               .wheel_radius = 0.3,
               .wheel_inertia = 1,
               .slip_stiffness = 20};
  p.road_load = road_load::CoastDown<double>{.A = 120, .C = 0.4};
  p.drive_units.add("rear");
  p.drive_units[0].machine.envelope = {
      .tau_peak = 300, .P_peak = 100e3, .omega_max = 1200, .U_ref = 350};
  p.drive_units[0].machine.inertia = 0.03;
  p.drive_units[0].machine.dq = machine_dq::SynchronousFamily<double>{
      .shares = {.n_p = 4, .copper = 0.0375, .hysteresis = 1.7e-3, .eddy = 1.1e-3},
      .weakening_speed = 1.5};
  p.drive_units[0].gears.add("gear");
  p.drive_units[0].gears[0].ratio = 9;
  p.battery = battery_constant_efficiency::Params<double>{.energy = 2e8, .efficiency = 0.97};
  p.regeneration = {.v_zero = 1, .v_full = 2};
  p.auxiliaries.power = 300;
  p.machines_thermal = {.heat_capacity = kC, .conductance = conductance};
  closed_loop::System<double> s;
  s.car = car::prepare(p, p.chassis.mass);
  s.sampled = true;  // the command is held
  s.held.control.command.tau[0] = 100;
  s.rho_air = 1.2;
  s.T_battery = kT_air;
  s.T_air = kT_air;
  return s;
}

struct End {
  double T_machines, E_machine;  // [K], [J]
};
End drive(const closed_loop::System<double>& s, double T_start) {
  closed_loop::Piece<double> piece{};
  piece.direction = 1.0;
  const auto weights = fixed_step::weights(s.car, 0.1);
  fixed_step::States<double> y{};
  fixed_step::Rows<double> q{};
  y[car::kV] = 10.0;
  y[car::kSOC] = 0.8;
  y[car::kTMachines] = T_start;
  for (int step = 0; step < 100; ++step) fixed_step::step(s, piece, weights, 0.1 * step, y, q);
  constexpr int kLoss = ledger::kUnits + static_cast<int>(ledger::kMachine);
  return {y[car::kTMachines], q[kLoss]};
}

TEST(MachinesThermal, what_the_machines_lose_warms_them) {
  const End end = drive(driven_car(0.0), kT_air);
  EXPECT_GT(end.E_machine, 5e3);
  // Both are integrated with the same stages: rounding of a temperature, 300 K x 1e-16 x 40 kJ/K x 100.
  EXPECT_NEAR(kC * (end.T_machines - kT_air), end.E_machine, 1e-6);
}

TEST(MachinesThermal, the_air_takes_heat_from_what_is_warmer) {
  EXPECT_LT(drive(driven_car(1e3), kT_air + 50.0).T_machines,
            drive(driven_car(0.0), kT_air + 50.0).T_machines);
}

TEST(MachinesThermal, every_state_has_a_name) {
  const auto s = driven_car(0.0);
  const auto fields = car::state_fields(s.car);
  ASSERT_EQ(fields.size(), static_cast<std::size_t>(s.states()));
  EXPECT_EQ(fields[car::kTMachines].name, "T_machines");
  EXPECT_EQ(fields[car::kTorque].name, "drive_units.rear.tau");
}

}  // namespace
}  // namespace evsim
