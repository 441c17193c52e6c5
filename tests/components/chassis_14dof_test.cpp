#include "sim/components/chassis_14dof.h"

#include "tests/components/multibody_cars.h"

namespace evsim {
namespace {

using namespace chassis_14dof;
using test::design_state;
using test::plain_car;
using test::rich_car;

constexpr double kG = 9.80665;

// Everything in motion: any attitude, speeds, travels, forces.
struct Moving {
  Model<double> model;
  State<double> x;
  Wheels<Steer<double>> steer;
  Wheels<RoadPlane<double>> road;
  Inputs<double> u;
};
Moving moving(test::Arguments& random, const Params<double>& car) {
  const auto any = [&](double size) { return random.between(-size, size); };
  const auto vector = [&](double size) { return Vec3<double>{any(size), any(size), any(size)}; };
  Moving m{.model = prepare(car), .x = design_state(prepare(car)), .steer = {}, .road = {}, .u = {}};
  m.x.r = m.x.r + vector(1.0);
  m.x.q = {1.0 + any(0.3), any(0.3), any(0.3), any(1.0)};
  m.x.v = vector(20.0);
  m.x.omega = vector(2.0);
  m.u.body = {vector(5e3), vector(3e3)};
  for (std::size_t i = 0; i < kWheels; ++i) {
    m.x.s[i] = any(0.12);
    m.x.s_rate[i] = any(1.5);
    m.steer[i] = {any(0.5), any(1.0), any(0.02)};
    m.road[i] = {any(0.1), any(0.2), any(0.2)};
    m.u.tyre[i] = {vector(6e3), vector(200.0)};
    m.u.Omega[i] = any(100.0);
    m.u.tau_body[i] = any(1500.0);
    m.u.tau_carrier[i] = any(1500.0);
  }
  return m;
}

// ---- Conservation ---------------------------------------------------------------------------------

TEST(Chassis14Dof, power_of_every_force_is_the_rate_of_the_energy) {
  test::Arguments random(3);
  for (int round = 0; round < 200; ++round) {
    Moving m = moving(random, round % 2 == 0 ? rich_car() : plain_car());
    const auto p = pose(m.model, m.x, m.steer);
    const auto k = contacts(m.model, p, m.road);
    const State<double> rate = outputs(m.model, m.x, p, k, m.u).rate;

    using D = Dual<1>;
    State<D> x = convert<D, double>(m.x);
    for (std::size_t i = 0; i < sizeof(rate) / sizeof(double); ++i)
      first<D>(x)[i].d[0] = first<double>(rate)[i];
    Wheels<Steer<D>> steer;
    for (std::size_t i = 0; i < kWheels; ++i)
      steer[i] = {m.steer[i].delta, m.steer[i].delta_rate, m.steer[i].inclination};
    const Model<D> model = prepare(round % 2 == 0 ? rich_car<D>() : plain_car<D>());
    const D E = energy(model, x, pose(model, x, steer), Vec3<D>{0.0, 0.0, -kG});

    const Powers<double> P = powers(m.model, m.x, p, k, m.u);
    const double sum = P.tyres + P.reactions + P.body + P.steering - P.dampers;
    const double size = abs(P.tyres) + abs(P.reactions) + abs(P.body) + abs(P.dampers);
    // Some hundred roundings of terms that are larger than their sum by kinetic energy over path.
    EXPECT_NEAR(E.d[0], sum, 1e-11 * (size + 1e6));
  }
}

}  // namespace
}  // namespace evsim
