// Times the chassis of 14 degrees of freedom: CPU time of one evaluation, the minimum of the repeats.
//
//   bench_chassis [REPEATS]
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "tools/benchmarks/plain_car.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;
namespace c14 = chassis_14dof;

// It has every table a suspension knows.
c14::Params<double> car() {
  const std::vector<double> travel{-0.1, 0.0, 0.1};
  auto p = plain_car(0.35, 0.33);
  for (auto* axle : {&p.front, &p.rear}) {
    axle->suspension.bump_stop = table({-0.1, 0.05, 0.08}, {0.0, 0.0, 4e3});
    axle->suspension.rebound_stop = table({-0.1, -0.06, 0.1}, {-9e3, 0.0, 0.0});
    axle->suspension.spring_ratio = table(travel, {0.8, 0.85, 0.9});
    axle->suspension.damper_ratio = table(travel, {0.85, 0.9, 0.95});
  }
  return p;
}

constexpr int kEvaluations = 20000;

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

  const double pose = nanoseconds(repeats, kEvaluations, [&](double nudge) {
    x.s[0] = nudge;
    return sum<double>(c14::pose(model, x, steer).centre.z);
  });
  const double contact = nanoseconds(repeats, kEvaluations, [&](double nudge) {
    x.s[0] = nudge;
    return sum<double>(c14::contacts(model, c14::pose(model, x, steer), road).V_y);
  });
  const double all = nanoseconds(repeats, kEvaluations, [&](double nudge) {
    x.s[0] = nudge;
    const auto p = c14::pose(model, x, steer);
    return c14::outputs(model, x, p, c14::contacts(model, p, road), u).rate.omega.z;
  });
  fmt::print(
      "chassis: {:.0f} ns an evaluation: kinematics {:.0f}, contacts {:.0f}, suspension and "
      "dynamics {:.0f}\n",
      all, pose, contact - pose, all - contact);
  return 0;
}
