// The controllers of the car over all scalars: a lane has the bits of a run alone, a Dual the slopes of differences.
#include "sim/control/active_damping.h"
#include "sim/control/anti_lock.h"
#include "sim/control/brake_blending.h"
#include "sim/control/hill_hold.h"
#include "sim/control/one_pedal.h"
#include "sim/control/path_driver.h"
#include "sim/control/steering_program.h"
#include "sim/control/traction_control.h"
#include "sim/control/wheel_speed_reference.h"
#include "sim/control/yaw_control.h"
#include "tests/components/scalars.h"
#include "tests/control/car_rig.h"

namespace evsim {
namespace {

constexpr double kTick = 5e-3;
const believed_car::Params<double> kCar{.mass = 2000.0,
                                        .I_zz = 3600.0,
                                        .wheelbase = 3.0,
                                        .cg_behind_front = 1.5,
                                        .cg_height = 0.57,
                                        .track = 1.6,
                                        .wheel_radius = 0.31,
                                        .wheel_inertia = 1.2};
template <class Y> using ScalarOf = std::remove_cvref_t<decltype(std::declval<Y>()[0])>;

TEST(CarControllers, believed_loads_and_wheel_speeds_by_hand) {
  // 2 m/s2 shift 2000 kg * 2 m/s2 * 0.57 m / 3 m = 760 N to the rear.
  const auto loads = believed_car::axle_loads(kCar, 2.0);
  EXPECT_ROUNDED(loads.front, 1000.0 * 9.80665 - 760.0);
  EXPECT_ROUNDED(loads.rear, 1000.0 * 9.80665 + 760.0);
  // Straight wheels: 10 m/s -+ 0.8 m * 0.5 rad/s.
  const auto V =
      believed_car::wheel_planes<double>(kCar, {.v = 10.0, .omega_z = 0.5, .delta = 0.0});
  EXPECT_ROUNDED(V[0], 9.6);
  EXPECT_ROUNDED(V[3], 10.4);
}

TEST(CarControllers, yaw_control_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{10.0, 40.0}, {-0.8, 0.8}, {-8.0, 8.0}, {-0.1, 0.1}}}, [](const auto& y) {
        using T = ScalarOf<decltype(y)>;
        yaw_control::State<T> x{.omega_ref = T(0.1), .beta = T(0.06)};
        const auto u = yaw_control::step<T>(
            over<yaw_control::Params, T>(yaw_control::Params<double>{}),
            over<believed_car::Params, T>(kCar), x,
            {.v = y[0], .omega_z = y[1], .a_y = y[2], .delta = y[3], .mu = T(0.8)}, kTick);
        return std::array<T, 3>{u.M, u.tau_brake[0], u.tau_brake[3]};
      });
}

TEST(CarControllers, slip_and_traction_control_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{0.0, 1000.0}, {-200.0, 200.0}, {0.5, 30.0}, {-310.0, 310.0}}}, [](const auto& y) {
        using T = ScalarOf<decltype(y)>;
        slip_control::State<T> x{.omega = 0.9 * y[0], .tau_x = T(50.0)};
        const auto u =
            traction_control::step<T>(over<slip_control::Params, T>(slip_control::Params<double>{}),
                                      {.J = T(0.08), .R = T(0.03)}, x,
                                      {.tau_request = y[3],
                                       .tau = y[1],
                                       .omega_m = y[0],
                                       .V = y[2],
                                       .a = T(1.0),
                                       .difference = T(0.3),
                                       .F_z = T(9e3)},
                                      kTick);
        traction_control::LockState<T> z{.z = T(100.0)};
        const auto lock = traction_control::step<T>(
            over<traction_control::LockParams, T>(traction_control::LockParams<double>{}), z,
            {.slip_left = 0.1 * y[2], .slip_right = T(0.5), .v = T(5.0), .tau_request = y[3]},
            kTick);
        return std::array<T, 4>{u.tau, u.mu, lock.left, lock.right};
      });
}

TEST(CarControllers, reference_speed_and_anti_lock_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{20.0, 90.0}, {20.0, 90.0}, {-9.0, 2.0}, {0.0, 150e5}}}, [](const auto& y) {
        using T = ScalarOf<decltype(y)>;
        const auto car = over<believed_car::Params, T>(kCar);
        wheel_speed_reference::State<T> r{.v = T(25.0), .b = T(0.1), .F = {T(0.0), T(0.0)}};
        const auto ref = wheel_speed_reference::step<T>(
            over<wheel_speed_reference::Params, T>(wheel_speed_reference::Params<double>{}), car, r,
            {.omega = {y[0], y[1], y[0], y[1]},
             .a_x = y[2],
             .omega_z = T(0.1),
             .delta = T(0.02),
             .F = {T(-3e3), T(-1e3)}},
            kTick);
        anti_lock::State<T> x{};
        for (auto& wheel : x.wheels) wheel = {.omega = y[0], .tau_x = T(-500.0)};
        x.limited.fill(T(1.0));
        anti_lock::Inputs<T> in{.omega = {y[0], y[1], y[0], y[1]},
                                .V = ref.V,
                                .v = ref.v,
                                .a = ref.a,
                                .p = {},
                                .tau_drive = {}};
        in.p.fill(y[3]), in.tau_drive.fill(T(0.0));
        const auto u =
            anti_lock::limits<T>(over<anti_lock::Params, T>(anti_lock::Params<double>{}), car,
                                 over<brake_system::Params, T>(test::plain_brakes()), x, in, kTick);
        return std::array<T, 4>{ref.v, ref.slip[1], u.limit[0], u.limit[3]};
      });
}

TEST(CarControllers, blending_and_standstill_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{0.0, 9e3}, {0.2, 20.0}, {-1.0, 1.0}, {0.0, 1.0}}}, [](const auto& y) {
        using T = ScalarOf<decltype(y)>;
        brake_blending::State<T> x{.R = T(2e3), .B = T(1e3), .F = T(3e3), .sigma = T(0.5)};
        const auto u = brake_blending::step<T>(
            over<brake_blending::Params, T>(brake_blending::Params<double>{}), x,
            {.F = y[0], .limit = {T(2e3), T(3e3)}, .grip = {T(8e3), T(9e3)}, .wheels_slip = T(0.0)},
            kTick);
        const T F = one_pedal::force<T>(
            over<one_pedal::Params, T>(one_pedal::Params<double>{.mass = 2000.0}),
            {.accelerator = y[3], .v = y[1], .b = y[2], .F_drive = T(8e3)});
        hill_hold::State<T> hold{.p = T(30e5), .time = T(0.0)};
        const T p = hill_hold::step<T>(
            over<hill_hold::Params, T>(hill_hold::Params<double>{.mass = 2000.0}), hold,
            {.v = T(0.0), .b = y[2], .p_driver = T(0.0), .F_request = F, .F_drive = y[0]}, kTick);
        return std::array<T, 5>{u.machines[0], u.machines[1], u.friction, F, p};
      });
}

TEST(CarControllers, steering_and_damping_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{0.0, 4.0}, {5.0, 40.0}, {-2.0, 2.0}, {-200.0, 200.0}}}, [](const auto& y) {
        using T = ScalarOf<decltype(y)>;
        path_driver::State<T> x{.seen = T(0.1), .aim = T(0.1), .theta = T(0.1)};
        const T theta =
            path_driver::step<T>(over<path_driver::Params, T>(path_driver::Params<double>{
                                     .steering_ratio = 15.0, .wheelbase = 3.0}),
                                 x, {.v = y[1], .path = {.y = y[2], .curvature = T(0.01)}}, kTick);
        active_damping::State<T> z{.tau_s = T(100.0), .e_slow = T(0.0)};
        const auto p = over<active_damping::Params, T>(active_damping::Params<double>{});
        const T shaped = active_damping::shaped<T>(p, z, y[3], 1e-3);
        const T tau = active_damping::damped<T>(
            p, z, {.tau = shaped, .omega_m = 10.0 * y[1] + y[2], .omega_w = y[1], .ratio = T(10.0)},
            1e-3);
        std::array<T, 8> out{theta, tau};
        using steering_program::Kind;
        std::size_t i = 2;
        for (const Kind kind :
             {Kind::step, Kind::ramp, Kind::sine, Kind::sine_dwell, Kind::sweep, Kind::double_sine})
          out[i++] = steering_program::angle<T>(
              over<steering_program::Params, T>(
                  steering_program::Params<double>{.kind = kind, .amplitude = 1.0}),
              y[0]);
        return out;
      });
}

}  // namespace
}  // namespace evsim
