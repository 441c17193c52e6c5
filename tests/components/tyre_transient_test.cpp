#include "sim/components/tyre_transient.h"

#include <cmath>
#include <functional>

#include "tests/components/scalars.h"
#include "tests/components/tyre_files.h"

namespace evsim {
namespace {

using test::all_tyres;
using test::passenger_tyre;
using test::prepared;
using tyre::Inputs;
using tyre::State;

// A tyre that neither pulls to one side nor rolls with resistance.
tyre::Params<double> straight_tyre() {
  auto p = passenger_tyre();
  p.scaling.H_x = p.scaling.V_x = p.scaling.H_y = p.scaling.V_y = p.scaling.M_r = 0.0;
  p.scaling.M_y = p.scaling.Vykappa = 0.0;
  p.longitudinal.r_Hx1 = p.lateral.r_Hy1 = p.lateral.r_Hy2 = 0.0;
  p.lateral.p_Ey3 = p.lateral.r_By3 = 0.0;
  return p;
}

// Deflections after `time` under inputs that stay, by Heun's method.
State<double> after(const tyre::Prepared<double>& r, const Inputs<double>& u, double time,
                    State<double> x = {0.0, 0.0}, double h = 1e-4) {
  const int steps = static_cast<int>(std::lround(time / h));
  for (int i = 0; i < steps; ++i) {
    const auto k1 = tyre::outputs(r, x, u).rate;
    const auto k2 = tyre::outputs(r, State<double>{x.u + h * k1.u, x.v + h * k1.v}, u).rate;
    x = {x.u + 0.5 * h * (k1.u + k2.u), x.v + 0.5 * h * (k1.v + k2.v)};
  }
  return x;
}
Inputs<double> rolling(const tyre::Prepared<double>& r, double V_x, double kappa, double alpha,
                       double F_z = 4000.0) {
  // kappa = (omega R_e - V_x) / |V_x|; R_e grows with omega by less than the second round changes.
  double omega = 0.0;
  for (int i = 0; i < 50; ++i)
    omega = (V_x + kappa * std::abs(V_x)) / tyre::effective_radius(r, F_z, omega);
  return {.F_z = F_z,
          .gamma = 0.0,
          .mu = 1.0,
          .V_x = V_x,
          .V_sy = alpha * std::abs(V_x),
          .omega = omega};
}

// ---- Steady slip, relaxation ----------------------------------------------------------------------

TEST(TyreTransient, settles_at_the_forces_of_the_magic_formula) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    for (const double V_x : {-8.0, 3.0, 30.0, 83.3})
      for (const double kappa : {-0.3, -0.02, 0.0, 0.1})
        for (const double alpha : {-0.1, 0.0, 0.3}) {
          const auto u = rolling(r, V_x, kappa, alpha);
          const auto x = after(r, u, 20.0 / std::abs(V_x), {0.001, -0.001}, 5e-4);
          const auto o = tyre::outputs(r, x, u);
          const auto c = tyre::curves(r, tyre::Contact<double>{.F_z = 4000.0, .gamma = 0.0});
          const auto F = tyre::forces(
              r, c, tyre::Slip<double>{.kappa = o.kappa, .alpha = o.alpha, .cos_alpha = 1.0});
          // 20 m are more than 25 relaxation lengths.
          EXPECT_NEAR(o.F_x, F.F_x, 1e-6) << V_x << " " << kappa << " " << alpha;
          EXPECT_NEAR(o.F_y, F.F_y, 1e-6) << V_x << " " << kappa << " " << alpha;
          EXPECT_NEAR(o.kappa, kappa, 1e-5);  // V_rest over the speed
        }
  }
}

TEST(TyreTransient, a_small_slip_builds_up_over_the_relaxation_length) {
  const auto r = prepared(straight_tyre());
  const auto c = tyre::curves(r, tyre::Contact<double>{.F_z = 4000.0, .gamma = 0.0});
  const double V_x = 5.0;
  // F of a mean delay sigma / V_x: its shortfall summed up over the way is sigma times the steady force.
  const auto delay = [&](double kappa, double alpha, auto force) {
    const auto u = rolling(r, V_x, kappa, alpha);
    const double h = 1e-4, steady = force(tyre::outputs(r, after(r, u, 2.0), u));
    State<double> x{0.0, 0.0};
    double shortfall = 0.0;
    for (int i = 0; i < 20000; ++i) {
      const double before = force(tyre::outputs(r, x, u));
      x = after(r, u, h, x, h);
      shortfall += (steady - 0.5 * (before + force(tyre::outputs(r, x, u)))) * h * V_x;
    }
    return shortfall / steady;
  };
  // At 1e-4 of slip the secant of (3) is the slope to 1e-3.
  EXPECT_NEAR(delay(1e-4, 0.0, [](const auto& o) { return o.F_x; }), c.sigma_kappa,
              2e-3 * c.sigma_kappa);
  EXPECT_NEAR(delay(0.0, 1e-4, [](const auto& o) { return o.F_y; }), c.sigma_alpha,
              2e-3 * c.sigma_alpha);
  EXPECT_NEAR(c.sigma_kappa, c.F_z * c.x.K / 435000.0,
              2e-2);  // K / c; pressure and load off nominal change c
}

TEST(TyreTransient, relaxation_lengths_of_5_2_are_the_files) {
  const auto r = prepared(test::all_terms("5_2"));
  const auto& p = r.p;
  const double F_z0 = p.scaling.F_z0 * p.vertical.F_z0;
  const auto c = tyre::curves(r, tyre::Contact<double>{.F_z = F_z0, .gamma = 0.0});
  EXPECT_ROUNDED(c.sigma_kappa, p.longitudinal.p_Tx1 * p.dimension.R_0 * p.scaling.sigma_kappa);
  EXPECT_NEAR(c.sigma_alpha,
              p.lateral.p_Ty1 * std::sin(2.0 * std::atan(1.0 / p.lateral.p_Ty2)) * p.dimension.R_0 *
                  p.scaling.F_z0 * p.scaling.sigma_alpha,
              1e-14);
}

TEST(TyreTransient, large_slip_follows_faster) {
  const auto r = prepared(straight_tyre());
  const auto share = [&](double alpha) {
    const auto u = rolling(r, 10.0, 0.0, alpha);
    return tyre::outputs(r, after(r, u, 0.02), u).F_y / tyre::outputs(r, after(r, u, 2.0), u).F_y;
  };
  EXPECT_GT(share(0.2), share(0.02));
}

// ---- Standstill -----------------------------------------------------------------------------------

// A quarter of a car on one tyre whose wheel is locked: 400 kg along x, gravity by the slope. Returns where it stands.
struct Parked {
  double x = 0.0, V = 0.0;
  State<double> carcass{0.0, 0.0};
};
Parked stand(const tyre::Prepared<double>& r, Parked s, double slope, double time, bool sideways,
             double h = 5e-3) {
  constexpr double kMass = 400.0, kGravity = 9.80665;
  const double angle = std::atan(slope);
  const auto rates = [&](const Parked& p) {
    Inputs<double> u{.F_z = kMass * kGravity * std::cos(angle),
                     .gamma = 0.0,
                     .mu = 1.0,
                     .V_x = 0.0,
                     .V_sy = 0.0,
                     .omega = 0.0};
    (sideways ? u.V_sy : u.V_x) = p.V;
    const auto o = tyre::outputs(r, p.carcass, u);
    const double F = sideways ? o.F_y : o.F_x;
    return Parked{p.V, F / kMass - kGravity * std::sin(angle), o.rate};
  };
  const auto moved = [](const Parked& p, const Parked& k, double step) {
    return Parked{p.x + step * k.x,
                  p.V + step * k.V,
                  {p.carcass.u + step * k.carcass.u, p.carcass.v + step * k.carcass.v}};
  };
  for (double t = 0.0; t < time - 0.5 * h; t += h) {
    const Parked k1 = rates(s);
    const Parked k2 = rates(moved(s, k1, 0.5 * h));
    const Parked k3 = rates(moved(s, k2, 0.5 * h));
    const Parked k4 = rates(moved(s, k3, h));
    for (const auto& [k, w] :
         {std::pair(k1, 1.0), std::pair(k2, 2.0), std::pair(k3, 2.0), std::pair(k4, 1.0)})
      s = moved(s, k, w * h / 6.0);
  }
  return s;
}

TEST(TyreTransient, a_parked_car_stands_on_a_slope_by_the_deflection_of_its_tyres) {
  for (const auto& p : {passenger_tyre(), test::all_terms("5_2")})
    for (const bool sideways : {false, true})
      for (const double slope : sideways ? std::vector{0.2} : std::vector{0.2, -0.2}) {
        const auto r = prepared(p);
        const Parked settled = stand(r, {}, slope, 30.0, sideways);
        const double F = 400.0 * 9.80665 * std::sin(std::atan(slope));
        const double held = sideways ? r.c_y * settled.carcass.v : r.c_x * settled.carcass.u;
        EXPECT_NEAR(held, F, 1.0);             // what remains of the first swing
        EXPECT_LT(std::abs(settled.x), 0.05);  // in which the patch slips somewhat
        const Parked later = stand(r, settled, slope, 600.0, sideways);
        EXPECT_LT(std::abs(later.x - settled.x), 1e-3) << sideways;
        EXPECT_LT(std::abs(later.V), 1e-6);
      }
}

TEST(TyreTransient, beyond_its_friction_a_parked_car_slides) {
  const auto r = prepared(passenger_tyre());
  EXPECT_LT(stand(r, {}, 1.5, 1.0, false, 1e-4).V, -1.0);
}

TEST(TyreTransient, at_rest_nothing_is_singular) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    const auto o = tyre::outputs(
        r, State<double>{1e-3, -2e-3},
        Inputs<double>{
            .F_z = 4000.0, .gamma = 0.0, .mu = 1.0, .V_x = 0.0, .V_sy = 0.0, .omega = 0.0});
    EXPECT_NEAR(o.F_x, 1e-3 * r.c_x,
                1e-3);  // the spring alone; V_rest d = 0.01 N/(m/s) over the slopes
    EXPECT_NEAR(o.F_y, -2e-3 * r.c_y, 1e-3);
    EXPECT_EQ(o.M_y, 0.0);
  }
}

TEST(TyreTransient, a_wheel_that_spins_on_the_spot_has_a_bounded_deflection) {
  const auto r = prepared(passenger_tyre());
  Inputs<double> u{.F_z = 4000.0, .gamma = 0.0, .mu = 1.0, .V_x = 0.0, .V_sy = 0.0, .omega = 60.0};
  for (const double time : {0.01, 0.1, 1.0, 5.0}) {
    const auto x = after(r, u, time);
    const auto o = tyre::outputs(r, x, u);
    EXPECT_GT(o.F_x, 0.0);
    EXPECT_LE(o.F_x, 1.06 * 4000.0);
    EXPECT_LE(r.c_x * x.u, 1.06 * 4000.0);
  }
}

TEST(TyreTransient, from_rest_through_zero_speed_forces_are_continuous) {
  const auto r = prepared(straight_tyre());
  const auto at = [&](double V_x) {
    return tyre::outputs(
        r, State<double>{2e-3, 1e-3},
        Inputs<double>{
            .F_z = 4000.0, .gamma = 0.0, .mu = 1.0, .V_x = V_x, .V_sy = 0.0, .omega = 0.0});
  };
  double before = at(-1e-2).F_x;
  for (double V_x = -1e-2; V_x <= 1e-2; V_x += 1e-5) {
    const double now = at(V_x).F_x;
    EXPECT_NEAR(now, before, 0.1);  // damper and friction: less than 10^4 N/(m/s)
    before = now;
  }
}

// ---- Load -------------------------------------------------------------------------------------------

TEST(TyreTransient, a_wheel_that_lifts_has_no_force_and_gets_its_shape_back) {
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    auto u = rolling(r, 0.0, 0.0, 0.0);
    u.F_z = 0.0;
    for (const double omega : {0.0, 60.0}) {
      u.omega = omega;
      u.V_x = 10.0;
      const auto o = tyre::outputs(r, State<double>{5e-3, -5e-3}, u);
      for (const double x : {o.F_x, o.F_y, o.M_x, o.M_y, o.M_z}) EXPECT_EQ(x, 0.0);
      const auto x = after(r, u, 0.05, {5e-3, -5e-3});
      EXPECT_LT(std::abs(x.u), 1e-8);  // 0.05 s are 17 of its time constants
      EXPECT_LT(std::abs(x.v), 1e-8);
    }
  }
}

TEST(TyreTransient, forces_stay_within_friction_whatever_the_deflection) {
  test::Arguments random(21);
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    for (int i = 0; i < 5000; ++i) {
      const Inputs<double> u{.F_z = random.between(0.0, 9000.0),
                             .gamma = random.between(-0.1, 0.1),
                             .mu = random.between(0.1, 1.0),
                             .V_x = random.between(-5.0, 80.0),
                             .V_sy = random.between(-5.0, 5.0),
                             .omega = random.between(-50.0, 250.0)};
      const State<double> x{random.between(-0.05, 0.05), random.between(-0.05, 0.05)};
      const auto o = tyre::outputs(r, x, u);
      const auto c =
          tyre::curves(r, tyre::Contact<double>{.F_z = u.F_z, .gamma = u.gamma, .mu = u.mu});
      const double at_most = std::abs(c.y.D) + std::abs(c.y.S_V) + std::abs(c.D_Vykappa);
      EXPECT_LE(std::abs(o.F_x), 1.1 * u.F_z * (std::abs(c.x.D) + std::abs(c.x.S_V)) + 1e-6);
      EXPECT_LE(std::abs(o.F_y), 1.1 * u.F_z * at_most + 1e-6);
    }
  }
}

// ---- Energy -----------------------------------------------------------------------------------------

TEST(TyreTransient, what_the_wheel_puts_in_is_stored_or_lost) {
  test::Arguments random(22);
  for (const auto& p : all_tyres()) {
    const auto r = prepared(p);
    for (int i = 0; i < 2000; ++i) {
      const Inputs<double> u{.F_z = random.between(0.0, 9000.0),
                             .gamma = random.between(-0.1, 0.1),
                             .mu = random.between(0.1, 1.0),
                             .V_x = random.between(-20.0, 80.0),
                             .V_sy = random.between(-5.0, 5.0),
                             .omega = random.between(-50.0, 250.0)};
      const State<double> x{random.between(-0.02, 0.02), random.between(-0.02, 0.02)};
      const auto o = tyre::outputs(r, x, u);
      State<Dual<1>> along{x.u, x.v};
      along.u.d[0] = o.rate.u;
      along.v.d[0] = o.rate.v;
      const double stored =
          tyre::energy(tyre::prepare(over<tyre::Params, Dual<1>>(p), Dual<1>(p.pressure.p_i)),
                       along)
              .d[0];
      const double V_sx = u.V_x - u.omega * o.R_e;
      const double put_in = -o.F_x * V_sx - o.F_y * u.V_sy;
      const double size = std::abs(o.F_x * V_sx) + std::abs(o.F_y * u.V_sy) + std::abs(stored) +
                          std::abs(r.c_x * x.u * o.rate.u) + std::abs(r.c_y * x.v * o.rate.v);
      EXPECT_NEAR(put_in, stored + o.p_loss, 1e-13 * size);  // some ten roundings of its terms
      // The same from the shaft: tau omega leaves it, F V_x and F V_sy drive the car, rolling and slip take the rest.
      EXPECT_NEAR(-o.tau * u.omega,
                  o.F_x * u.V_x + o.F_y * u.V_sy + stored + o.p_loss + o.p_rolling,
                  1e-13 * (size + std::abs(o.F_x * u.V_x) + std::abs(o.tau * u.omega)));
      EXPECT_GE(o.p_rolling, 0.0);
    }
  }
}

TEST(TyreTransient, sliding_loses_power) {
  test::Arguments random(23);
  const auto r = prepared(straight_tyre());
  for (int i = 0; i < 300; ++i) {
    const double V_x = (i % 4 == 0 ? -1.0 : 1.0) * random.between(2.0, 80.0);
    const auto u = rolling(r, V_x, random.between(-1.0, 1.0), random.between(-0.5, 0.5),
                           random.between(500.0, 9000.0));
    const auto o = tyre::outputs(r, after(r, u, 10.0 / std::abs(V_x), {0.0, 0.0}, 5e-4), u);
    EXPECT_GE(o.p_loss, 0.0) << V_x;
    EXPECT_NEAR(o.p_loss, -o.F_x * (u.V_x - u.omega * o.R_e) - o.F_y * u.V_sy,
                1e-6 * o.p_loss + 1e-6);  // settled
  }
}

TEST(TyreTransient, loses_power_on_its_way_as_well) {
  // Slip that comes and goes at 3 Hz along and across: the books of 5 s, and no gain at any time.
  const auto r = prepared(straight_tyre());
  State<double> x{0.0, 0.0};
  double lost = 0.0, put_in = 0.0;
  const double h = 1e-4;
  for (int i = 0; i < 50000; ++i) {
    const double t = h * i, w = 6.283185307179586 * 3.0;
    const auto u = rolling(r, 15.0, 0.08 * std::sin(w * t), 0.1 * std::cos(0.7 * w * t));
    const auto k1 = tyre::outputs(r, x, u);
    const auto k2 = tyre::outputs(r, State<double>{x.u + h * k1.rate.u, x.v + h * k1.rate.v}, u);
    const auto power = [&](const auto& o) {
      return -o.F_x * (u.V_x - u.omega * o.R_e) - o.F_y * u.V_sy;
    };
    lost += 0.5 * h * (k1.p_loss + k2.p_loss);
    put_in += 0.5 * h * (power(k1) + power(k2));
    x = {x.u + 0.5 * h * (k1.rate.u + k2.rate.u), x.v + 0.5 * h * (k1.rate.v + k2.rate.v)};
    EXPECT_GE(k1.p_loss, -1.0)
        << t;  // of some 10 kW; the formula's forces do not quite oppose the combined slip
  }
  EXPECT_NEAR(put_in, lost + tyre::energy(r, x), 1e-4 * lost);  // Heun at 1e-4 s
  EXPECT_GT(lost, 1000.0);
}

// ---- Robustness -------------------------------------------------------------------------------------

TEST(TyreTransient, a_hundred_thousand_random_inputs_give_finite_forces) {
  test::Arguments random(24);
  const auto tyres = all_tyres();
  const std::vector<tyre::Prepared<double>> all{prepared(tyres[0]), prepared(tyres[1]),
                                                prepared(tyres[2])};
  for (int i = 0; i < 100000; ++i) {
    const auto& r = all[static_cast<std::size_t>(i % 3)];
    // A tenth each at rest, without load, without spin; up to 300 km/h either way.
    const auto or_zero = [&](double x) { return random.between(0.0, 1.0) < 0.1 ? 0.0 : x; };
    const Inputs<double> u{.F_z = or_zero(random.between(-1000.0, 30000.0)),
                           .gamma = random.between(-1.5, 1.5),
                           .mu = or_zero(random.between(0.0, 1.5)),
                           .V_x = or_zero(random.between(-84.0, 84.0)),
                           .V_sy = or_zero(random.between(-84.0, 84.0)),
                           .omega = or_zero(random.between(-600.0, 600.0))};
    const State<double> x{or_zero(random.between(-0.1, 0.1)), or_zero(random.between(-0.1, 0.1))};
    const auto o = tyre::outputs(r, x, u);
    for (const double y : {o.F_x, o.F_y, o.M_x, o.M_y, o.M_z, o.rate.u, o.rate.v, o.p_loss,
                           o.p_rolling, o.tau, o.R_e})
      ASSERT_TRUE(std::isfinite(y)) << i;
    ASSERT_LE(std::abs(o.F_x), 60000.0) << i;
    ASSERT_LE(std::abs(o.F_y), 60000.0) << i;
  }
}

TEST(TyreTransient, parking_with_full_lock_and_back_stays_calm) {
  // 35 degrees of lock at walking pace, to and fro through rest, the wheel rolling freely.
  const auto r = prepared(passenger_tyre());
  State<double> x{0.0, 0.0};
  const double h = 1e-3, lock = 0.61;
  for (int i = 0; i < 20000; ++i) {
    const double V = 1.0 * std::sin(1.5 * h * i);
    const double V_x = V * std::cos(lock), R_e = tyre::effective_radius(r, 4000.0, 0.0);
    const Inputs<double> u{.F_z = 4000.0,
                           .gamma = 0.05,
                           .mu = 1.0,
                           .V_x = V_x,
                           .V_sy = -V * std::sin(lock),
                           .omega = V_x / R_e};
    const auto k1 = tyre::outputs(r, x, u);
    const auto k2 = tyre::outputs(r, State<double>{x.u + h * k1.rate.u, x.v + h * k1.rate.v}, u);
    x = {x.u + 0.5 * h * (k1.rate.u + k2.rate.u), x.v + 0.5 * h * (k1.rate.v + k2.rate.v)};
    ASSERT_LE(std::abs(k1.F_y), 1.1 * 4000.0);
    ASSERT_LE(std::abs(r.c_y * x.v), 1.1 * 4000.0);
  }
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(TyreTransient, is_one_law_over_all_scalars) {
  constexpr std::array<test::Interval, 7> ranges{
      {{-4e-3, 4e-3}, {-4e-3, 4e-3}, {500, 8500}, {0.01, 0.2}, {5, 60}, {-3, -0.1}, {10, 200}}};
  for (const auto& p : all_tyres())
    test::expect_same_over_all_scalars<7>(
        ranges,
        [&]<class T>(const std::array<T, 7>& x) {
          const auto r = tyre::prepare(over<tyre::Params, T>(p), T(2.3e5));
          const auto o = tyre::outputs(r, State<T>{x[0], x[1]},
                                       Inputs<T>{.F_z = x[2],
                                                 .gamma = x[3],
                                                 .mu = T(0.9),
                                                 .V_x = x[4],
                                                 .V_sy = x[5],
                                                 .omega = x[6]});
          return std::array{o.F_x, o.F_y, o.M_z, o.rate.u, o.rate.v, o.p_loss, o.tau};
        },
        20);
}

}  // namespace
}  // namespace evsim
