// Times the chassis of 14 degrees of freedom: CPU time of one evaluation, the minimum of the repeats.
//
//   bench_chassis [REPEATS]
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "sim/components/chassis_14dof.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;
namespace c14 = chassis_14dof;

Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return Table1<double>(
      std::make_shared<const Table1Data>(std::move(x), std::move(y), Edge::extrapolate));
}
// A car that has every table a suspension knows.
c14::Params<double> car() {
  const std::vector<double> travel{-0.1, 0.0, 0.1};
  c14::Axle<double> axle{.track = 1.6,
                         .unsprung_mass = 40.0,
                         .wheel_inertia = 1.2,
                         .wheel_radius = 0.35,
                         .wheel_height = 0.33};
  axle.suspension = {.spring = table({-1.0, 1.0}, {-25e3, 34e3}),
                     .bump_stop = table({-0.1, 0.05, 0.08}, {0.0, 0.0, 4e3}),
                     .rebound_stop = table({-0.1, -0.06, 0.1}, {-9e3, 0.0, 0.0}),
                     .damper = table({-1.0, -0.1, 0.0, 0.2, 1.0}, {-4e3, -900.0, 0.0, 500.0, 2e3}),
                     .spring_ratio = table(travel, {0.8, 0.85, 0.9}),
                     .damper_ratio = table(travel, {0.85, 0.9, 0.95}),
                     .anti_roll_stiffness = 15e3,
                     .path_forward = table(travel, {0.02, 0.05, 0.09}),
                     .path_outward = table(travel, {0.15, 0.06, -0.08}),
                     .toe = table(travel, {0.004, 0.001, -0.006}),
                     .camber = table(travel, {0.02, -0.01, -0.05}),
                     .castor = table(travel, {0.07, 0.1, 0.13})};
  return {.sprung_mass = 1840.0,
          .wheelbase = 3.0,
          .cg_behind_front = 1.5,
          .cg_height = 0.6,
          .I_xx = 600.0,
          .I_yy = 2800.0,
          .I_zz = 3000.0,
          .front = axle,
          .rear = axle};
}

constexpr int kEvaluations = 20000;

// f(x) gives something of x to start the next evaluation from, so that none can be left out.
template <class F> double nanoseconds(int repeats, c14::State<double> x, F f) {
  double sink = 0.0;
  const double t = least(repeats, [&] {
    for (int i = 0; i < kEvaluations; ++i) {
      x.s[0] = 1e-9 * sink;
      sink = f(x);
    }
  });
  if (std::isnan(sink)) fmt::print("diverged\n");
  return 1e9 * t / kEvaluations;
}

}  // namespace

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 50;
  const auto model = c14::prepare(car());
  c14::State<double> x{};
  x.r.z = model.height;
  x.q.w = 1.0;
  x.v = {30.0, 1.0, 0.0};
  x.omega = {0.1, 0.05, 0.3};
  const auto steer = c14::steered<double>({0.05, 0.05, 0.0, 0.0});
  const c14::RoadPlanes<double> road;
  c14::Inputs<double> u;
  u.Omega = 90.0;
  u.tyres = {{100.0, 500.0, 4900.0}, {5.0, -30.0, 20.0}};

  const double pose = nanoseconds(
      repeats, x, [&](const auto& y) { return sum<double>(c14::pose(model, y, steer).centre.z); });
  const double contact = nanoseconds(repeats, x, [&](const auto& y) {
    return sum<double>(c14::contacts(model, c14::pose(model, y, steer), road).V_y);
  });
  const double all = nanoseconds(repeats, x, [&](const auto& y) {
    const auto p = c14::pose(model, y, steer);
    return c14::outputs(model, y, p, c14::contacts(model, p, road), u).rate.omega.z;
  });
  fmt::print(
      "chassis: {:.0f} ns an evaluation: kinematics {:.0f}, contacts {:.0f}, suspension and "
      "dynamics {:.0f}\n",
      all, pose, contact - pose, all - contact);
  return 0;
}
