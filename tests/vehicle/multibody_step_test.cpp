#include "sim/vehicle/multibody_step.h"

#include <gtest/gtest.h>

#include "tests/base/arguments.h"
#include "tests/components/multibody_cars.h"
#include "tests/components/tyre_files.h"

namespace evsim {
namespace {

// A car that slides, wherever it comes from.
multibody::Model model() {
  const auto tyre = test::passenger_tyre();
  auto p = test::rich_car();
  for (auto* axle : {&p.front, &p.rear}) {
    axle->wheel_radius = tyre.dimension.R_0;
    axle->wheel_height = 0.95 * tyre.dimension.R_0;
  }
  multibody::Model m;
  m.chassis = chassis_14dof::prepare(p);
  m.tyres = tyre::prepare<Pack>(over<tyre::Params, Pack>(tyre), Pack(tyre.pressure.p_i));
  m.air = {.frontal_area = 2.3, .drag = test::line(0.3, 0.1), .side = test::line(0.0, 1.0)};
  m.air_at = {.wheelbase = p.wheelbase, .point = {0.0, 0.0, -p.cg_height}};
  m.units[0] = {.axle = 1,
                .gears = {.ratio = 10.0,
                          .efficiency = 0.97,
                          .drag_torque = 0.3,
                          .viscous_drag = 0.001,
                          .J_in = 0.05,
                          .J_out = 0.07,
                          .rotor_sense = 1.0},
                .differential = {.kind = differential::LimitedSlip<double>{.preload = 50.0,
                                                                           .driving_share = 0.3},
                                 .side_inertia = 0.01},
                .shaft = {.stiffness = 10e3, .damping = 20.0, .backlash = 0.005}};
  m.n_units = 1;
  return m;
}

TEST(MultibodyStep, of_this_processor_has_the_bits_of_any) {
  const multibody::Model m = model();
  multibody::Held held;
  held.tau[0] = 150.0;
  held.tau_change[0] = 3.0;
  held.steer = chassis_14dof::steered<double>({0.05, 0.06, 0.0, 0.0});
  held.brake = {300.0, 0.0, 0.0, 100.0};
  held.wind = {-3.0, 5.0, 0.0};
  multibody::State here{};
  here.chassis = test::design_state(m.chassis);
  here.chassis.v.x = 25.0;
  here.Omega.fill(80.0);
  here.units[0].omega_c = 80.0;
  multibody::State any = here;
  multibody::Rows q_here{}, q_any{};
  multibody::Rates first;
  for (int k = 0; k < 2000; ++k) {
    multibody::step_here()(m, held, 5e-4, here, q_here, first);
    multibody::step_entry_base(m, held, 5e-4, any, q_any, first);
  }
  const auto expect_same = [](const auto& a, const auto& b) {
    const auto x = std::bit_cast<multibody::Numbers<std::decay_t<decltype(a)>>>(a);
    const auto y = std::bit_cast<multibody::Numbers<std::decay_t<decltype(b)>>>(b);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(test::same_bits(x[i], y[i])) << i;
  };
  expect_same(here, any);
  expect_same(q_here, q_any);
  EXPECT_GT(abs(here.chassis.omega.z), 0.05);  // it turned
}

}  // namespace
}  // namespace evsim
