#include "sim/control/active_damping.h"

#include <vector>

#include "tests/control/car_rig.h"

namespace evsim {
namespace {

using test::kRatio;
using test::Rig;

constexpr double kTick = 1e-3;
constexpr std::size_t kLate = 10;  // ticks by which wheel speeds arrive

struct Tip {
  double
      shuffle;  // largest acceleration less the least one after it, in the direction of the tip [m/s2]
  double rise;  // until 63 % of the change of acceleration [s]
};
enum class With { nothing, control };
// From one torque to another at 15 m/s, within one tick.
Tip tip(With with, double from, double to) {
  Rig rig;
  rig.roll_at(15.0);
  active_damping::State<double> x{.tau_s = from, .e_slow = 0.0};
  std::vector<double> a, omega_w;
  constexpr double kBefore = 1.5, kAfter = 1.5;
  while (rig.t < kBefore + kAfter) {
    const double request = rig.t < kBefore ? from : to;
    omega_w.push_back(0.5 * (rig.car.x.Omega[2] + rig.car.x.Omega[3]));
    const double seen = omega_w.size() > kLate ? omega_w[omega_w.size() - 1 - kLate] : omega_w[0];
    const double shaped = active_damping::shaped<double>({}, x, request, kTick);
    const double tau = active_damping::damped<double>(
        {}, x, {.tau = shaped, .omega_m = rig.rotor_speed(0), .omega_w = seen, .ratio = kRatio},
        kTick);
    rig.tau_command[0] = with == With::control ? tau : request;
    a.push_back(rig.sense().a_x * (to > from ? 1.0 : -1.0));
    rig.advance(kTick);
  }
  const auto at = [&](double t) {
    return static_cast<std::ptrdiff_t>(std::lround((kBefore + t) / kTick));
  };
  const auto first = a.begin() + at(0.0), last = a.begin() + at(0.8);
  const auto top = std::max_element(first, last);
  double settled = 0.0, before = 0.0;
  for (auto i = at(0.8); i < at(1.4); ++i)
    settled += a[static_cast<std::size_t>(i)] / double(at(1.4) - at(0.8));
  before = a[static_cast<std::size_t>(at(0.0))];
  const double level = before + 0.63 * (settled - before);
  const auto reached = std::find_if(first, last, [&](double each) { return each > level; });
  return {.shuffle = *top - *std::min_element(top, last), .rise = kTick * double(reached - first)};
}

TEST(ActiveDamping, takes_the_shuffle_of_tip_in_and_tip_out) {
  // Tip-in: 2.15 to 0.18 m/s2, 33 ms later; tip-out: 2.16 to 0.16 m/s2, 19 ms later. Asked for: 70 % less within 50 ms.
  for (const auto& [from, to] : {std::pair{-20.0, 150.0}, std::pair{150.0, -20.0}}) {
    const Tip without = tip(With::nothing, from, to), with = tip(With::control, from, to);
    EXPECT_LT(with.shuffle, 0.3 * without.shuffle);
    EXPECT_LT(with.rise, without.rise + 0.05);
  }
}

TEST(ActiveDamping, costs_no_torque_in_steady_driving) {
  active_damping::State<double> x{.tau_s = 100.0, .e_slow = 0.0};
  double tau = 0.0;
  for (int k = 0; k < 5000; ++k)
    tau =
        active_damping::damped<double>({}, x,
                                       {.tau = active_damping::shaped<double>({}, x, 100.0, kTick),
                                        .omega_m = 503.0,
                                        .omega_w = 50.0,
                                        .ratio = 10.0},
                                       kTick);
  EXPECT_NEAR(tau, 100.0, 1e-9);  // 4 * 3 e^(-2 pi 5)
}

}  // namespace
}  // namespace evsim
