#include "sim/control/traction_control.h"

#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using test::kG;
using test::kMass;
using test::Rig;

constexpr double kTick = 1e-3;

struct Launch {
  double distance, v, slip_most, heading;
};
enum class With { nothing, control };
// Full accelerator from standstill for 5 s: 1500 Nm/s up to what the machine has, 400 kW.
Launch launch(Rig& rig, With with, double tau_most) {
  auto m = test::control_unit(rig, kTick);
  m.on.traction_control = m.on.active_damping = with == With::control;
  auto x = chassis_control::start(m, 0.0, {}, {}, {});
  Launch out{};
  while (rig.t < 5.0) {
    std::array<double, kMaxDriveUnits> tau_request{};
    for (std::size_t n = 0; n < m.n_units; ++n)
      tau_request[n] =
          std::min({tau_most, 1500.0 * rig.t, 400e3 / std::max(rig.rotor_speed(n), 1.0)});
    test::control(m, x, rig, tau_request, 0.0);
    rig.advance(kTick);
    for (std::size_t i = 0; i < 4; ++i)
      out.slip_most = std::max(out.slip_most, rig.car.R_e * rig.car.x.Omega[i] - rig.v());
  }
  out.distance = rig.distance, out.v = rig.v(), out.heading = rig.heading();
  return out;
}
void add_front_unit(Rig& rig) {
  rig.car.m.units[1] = rig.car.m.units[0];
  rig.car.m.units[1].axle = 0;
  rig.car.m.n_units = 2;
}
// 1/2 a t^2 of a car whose driven axle, with what its own acceleration brings it, uses all of its grip; wheels that are
// not driven take 0.007 of their load (the tyre's QSY1) and their inertia.
double bound(const Rig& rig, double mu, double t) {
  const bool all = rig.car.m.n_units == 2;
  const double R = rig.believed.wheel_radius;
  const double J_free = all ? 0.0 : 2.0 * rig.believed.wheel_inertia;
  double a = 0.0;
  for (int round = 0; round < 20; ++round) {
    const auto loads = believed_car::axle_loads(rig.believed, a);
    const double F_z = all ? kMass * kG : loads.rear;
    const double F_roll = all ? 0.0 : 0.007 * loads.front;
    a = (test::peak_friction(F_z / (all ? 4.0 : 2.0), mu) * F_z - F_roll) /
        (kMass + J_free / (R * R));
  }
  return 0.5 * a * t * t;
}

struct Road {
  const char* name;
  bool all_wheels;
  double mu, least;  // least: distance over the bound
};
class TractionControlLaunch : public testing::TestWithParam<Road> {};
TEST_P(TractionControlLaunch, comes_near_the_bound_and_spinning_wheels_do_not) {
  // Distances over their bounds, in the order below. Without: 0.59, 0.59, 0.58, 0.58, 0.61, 0.60, 0.60, 0.63, with
  // treads 45 to 180 m/s too fast. With: 0.89, 0.91, 0.92, 0.92, 0.84, 0.90, 0.91, 0.88. Nearly all that is missing is
  // lost in the first half second: the machine's ramp, a slip that shows the limit, carcasses that wind up again.
  const auto& on = GetParam();
  Rig spinning, with;
  for (Rig* rig : {&spinning, &with}) {
    if (on.all_wheels) add_front_unit(*rig);
    rig->car.held.mu = on.mu;
  }
  const double most = bound(with, on.mu, 5.0);
  EXPECT_LT(launch(spinning, With::nothing, 450.0).distance, 0.65 * most);
  const auto to = launch(with, With::control, 450.0);
  EXPECT_GT(to.distance, on.least * most) << to.distance / most;
  EXPECT_LT(to.slip_most, 2.0 + slip_control::Params<double>{}.slip_by_friction * to.v);
}
INSTANTIATE_TEST_SUITE_P(Roads, TractionControlLaunch,
                         testing::Values(Road{"rear_wheels_on_ice", false, 0.12, 0.87},
                                         Road{"rear_wheels_on_snow", false, 0.35, 0.88},
                                         Road{"rear_wheels_on_gravel", false, 0.6, 0.88},
                                         Road{"rear_wheels_dry", false, 1.0, 0.88},
                                         Road{"all_wheels_on_ice", true, 0.12, 0.84},
                                         Road{"all_wheels_on_snow", true, 0.35, 0.86},
                                         Road{"all_wheels_on_gravel", true, 0.6, 0.86},
                                         Road{"all_wheels_dry", true, 1.0, 0.86}),
                         [](const testing::TestParamInfo<Road>& at) { return at.param.name; });

TEST(TractionControl, brakes_lock_the_differential_on_split_friction) {
  // Left 0.1, right 0.9, 5 s: 9.7 m with a wheel that spins at 315 m/s, 19.8 m where a brake gives the other wheel its torque.
  const auto on_split = [](With with) {
    Rig rig;
    rig.car.held.mu = Pack([](auto i) { return i % 2 == 0 ? 0.1 : 0.9; });
    return launch(rig, with, 200.0);
  };
  const auto nothing = on_split(With::nothing), lock = on_split(With::control);
  EXPECT_GT(nothing.slip_most, 100.0);
  EXPECT_LT(lock.slip_most, 5.0);
  EXPECT_GT(lock.distance, 1.8 * nothing.distance);
}

TEST(TractionControl, leaves_a_torque_alone_that_the_road_carries) {
  // 0.3 g of deceleration and of acceleration on a dry road, at 20 m/s.
  for (const double tau : {-80.0, 80.0}) {
    slip_control::State<double> x{.omega = 20.0 / 0.03, .tau_x = tau, .mu = 0.3, .mu_road = 1.0};
    const auto out = traction_control::step<double>({}, {.J = 0.08, .R = 0.03}, x,
                                                    {.tau_request = tau,
                                                     .tau = tau,
                                                     .omega_m = 20.0 / 0.03,
                                                     .V = 20.0,
                                                     .a = 0.0,
                                                     .difference = 0.0,
                                                     .F_z = 10e3},
                                                    kTick);
    EXPECT_EQ(out.tau, tau);
    EXPECT_EQ(out.limited, 0.0);
  }
}

TEST(SlipControl, a_rotor_that_swings_back_on_its_shafts_shows_no_limit) {
  // 0.3 in use either way at 5 m/s; the rotor is 0.9 m/s off the road's speed.
  const auto road = [](double tau, double slip) {
    const double omega = (5.0 + slip) / 0.03;
    slip_control::State<double> x{.omega = omega, .tau_x = tau, .mu = 0.3, .mu_road = 1.0};
    slip_control::step<double>({}, {.J = 0.08, .R = 0.03}, x,
                               {.omega = omega, .tau = tau, .V = 5.0, .a = 0.0, .F_z = 8889.0},
                               kTick);
    return x.mu_road;
  };
  EXPECT_NEAR(road(80.0, 0.9), 0.3, 0.01);
  EXPECT_NEAR(road(-80.0, -0.9), 0.3, 0.01);
  EXPECT_EQ(road(80.0, -0.9), 1.0);
  EXPECT_EQ(road(-80.0, 0.9), 1.0);
}
TEST(SlipControl, a_road_that_slip_has_shown_to_be_slippery_is_trusted_again_while_it_carries) {
  // 0.1 in use at 10 m/s, at the slip of a tyre's rubber, 0.6 of what the friction in use would have at its limit.
  slip_control::State<double> x{.omega = 10.06 / 0.03, .tau_x = 30.0, .mu = 0.1, .mu_road = 0.1};
  for (int k = 0; k < 3000; ++k)
    slip_control::step<double>(
        {}, {.J = 0.08, .R = 0.03}, x,
        {.omega = 10.06 / 0.03, .tau = 30.0, .V = 10.0, .a = 0.0, .F_z = 1e4}, kTick);
  EXPECT_GT(x.mu_road, 0.5);
}

TEST(SlipControl, finds_the_grip_in_use) {
  // J domega/dt = tau - tau_x: 10 - 4 Nm on 0.06 kg m2 give 100 rad/s2.
  slip_control::State<double> x{};
  double omega = 0.0;
  for (int k = 0; k < 60; ++k) {
    slip_control::step<double>({}, {.J = 0.06, .R = 0.03}, x,
                               {.omega = omega, .tau = 10.0, .V = 0.0, .a = 0.0, .F_z = 5e3},
                               kTick);
    omega += kTick * 100.0;
  }
  EXPECT_NEAR(x.tau_x, 4.0, 1e-6);  // 20 times the observer's time
}

}  // namespace
}  // namespace evsim
