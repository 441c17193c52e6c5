#include "sim/solve/electric_tick.h"

#include <gtest/gtest.h>

#include "tests/base/arguments.h"
#include "tests/solve/electric_cases.h"

namespace evsim {
namespace {

using namespace electric_cases;

TEST(ElectricTick, of_this_processor_has_the_bits_of_any) {
  Model m = drive(kCarMachine);
  m.n_units = 2;
  m.units[1] = m.units[0];
  m.node = {.C = 1e-3, .R_C = 0.5e-3, .R_cable = 1e-3, .L_cable = 10e-6};
  auto h = held(350.0);
  h.units[0].s = {0.1, 0.2};
  h.units[1].s = {-0.05, 0.15};
  electric_tick::Foreseen shafts;
  shafts.n_units = 2;
  shafts.omega_0 = {300.0, 310.0};
  shafts.alpha = {500.0, -100.0};
  const auto steps = electric_step::steps(m, {900.0, 930.0}, 1e-4);
  const auto w = dc_node::weights(m.node, 0.05, 1e-4 / steps.n);
  using Tick = electric_tick::Tick<electric_tick::Foreseen, electric_tick::Held>*;
  const auto run = [&](const electric_tick::Ticks& ticks) {
    State y = at_rest(m, 350.0, 0.0, 0.066);
    Rows q{};
    for (int k = 0; k < 50; ++k) std::get<Tick>(ticks)(m, h, shafts, w, steps, 0.05, y, q);
    std::vector<double> out{y.node.i, y.node.u_C, q.charge, q.source};
    for (const std::size_t n : {0U, 1U})
      for (const double x : {y.units[n].psi.a, y.units[n].psi.b, y.units[n].theta_e,
                             q.units[n].stator, q.units[n].shaft})
        out.push_back(x);
    return out;
  };
  const auto here = run(electric_tick::ticks_here()), any = run(electric_tick::ticks_entry_base());
  for (std::size_t i = 0; i < any.size(); ++i)
    EXPECT_TRUE(test::same_bits(here[i], any[i]))
        << i << " " << here[i] - any[i] << " of " << any[i];
  EXPECT_GT(abs(any[0]), 1.0);  // it drew a current
}

}  // namespace
}  // namespace evsim
