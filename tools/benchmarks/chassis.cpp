// Times the chassis of 14 degrees of freedom: CPU time of one evaluation, the minimum of the repeats.
//
//   bench_chassis [REPEATS]
#include <fmt/format.h>

#include <cstdlib>

#include "tests/components/multibody_cars.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;
namespace c14 = chassis_14dof;

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
  if (sink != sink) fmt::print("diverged\n");
  return 1e9 * t / kEvaluations;
}

}  // namespace

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 50;
  const auto model = c14::prepare(test::rich_car());
  auto x = test::design_state(model);
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
