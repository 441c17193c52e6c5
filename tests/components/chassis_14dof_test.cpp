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
  Steer<double> steer;
  RoadPlanes<double> road;
  Inputs<double> u;
};
Moving moving(test::Arguments& random, const Params<double>& car) {
  const auto any = [&](double size) { return random.between(-size, size); };
  const auto vector = [&](double size) { return Vec3<double>{any(size), any(size), any(size)}; };
  const auto each = [&](double size) { return quad<double>([&](std::size_t) { return any(size); }); };
  const auto vectors = [&](double size) { return Vec3<Pack>{each(size), each(size), each(size)}; };
  const Model<double> model = prepare(car);
  Moving m{.model = model, .x = design_state(model), .steer = {}, .road = {}, .u = {}};
  m.x.r = m.x.r + vector(1.0);
  m.x.q = {1.0 + any(0.3), any(0.3), any(0.3), any(1.0)};
  m.x.v = vector(20.0);
  m.x.omega = vector(2.0);
  for (std::size_t i = 0; i < kWheels; ++i) {
    m.x.s[i] = any(0.12);
    m.x.s_rate[i] = any(1.5);
  }
  m.steer = steered<double>({any(0.5), any(0.5), any(0.1), any(0.1)});
  m.steer.rate = each(1.0);
  m.steer.inclination = each(0.02);
  m.road = {each(0.1), each(0.2), each(0.2)};
  m.u.body = {vector(5e3), vector(3e3)};
  m.u.tyres = {vectors(6e3), vectors(200.0)};
  m.u.Omega = each(100.0);
  m.u.tau_body = each(1500.0);
  m.u.tau_carrier = each(1500.0);
  return m;
}

// ---- Conservation ---------------------------------------------------------------------------------

TEST(Chassis14Dof, power_of_every_force_is_the_rate_of_the_energy) {
  test::Arguments random(3);
  for (int round = 0; round < 200; ++round) {
    const bool rich = round % 2 == 0;
    const Moving m = moving(random, rich ? rich_car() : plain_car());
    const auto w = pose(m.model, m.x, m.steer);
    const auto k = contacts(m.model, w, m.road);
    const State<double> rate = outputs(m.model, m.x, w, k, m.u).rate;

    using D = Dual<1>;
    State<D> x = convert<D, double>(m.x);
    for (std::size_t i = 0; i < sizeof(rate) / sizeof(double); ++i)
      first<D>(x)[i].d[0] = first<double>(rate)[i];
    const auto dual = [](const Pack& a) {
      return quad<D>([&](std::size_t i) { return D(a[i]); });
    };
    const Steer<D> steer{dual(m.steer.cos), dual(m.steer.sin), dual(m.steer.rate),
                         dual(m.steer.inclination)};
    const Model<D> model = prepare(rich ? rich_car<D>() : plain_car<D>());
    const D E = energy(model, x, pose(model, x, steer), Vec3<D>{0.0, 0.0, -kG});

    const Powers<double> P = powers(m.model, m.x, w, k, m.u);
    const double sum = P.tyres + P.reactions + P.body + P.steering - P.dampers;
    const double size = abs(P.tyres) + abs(P.reactions) + abs(P.body) + abs(P.dampers);
    // Some hundred roundings of terms that are larger than their sum by kinetic energy over path.
    EXPECT_NEAR(E.d[0], sum, 1e-11 * (size + 1e6));
  }
}

}  // namespace
}  // namespace evsim
