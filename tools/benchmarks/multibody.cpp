// Times the mechanics of a whole car (sim/vehicle/multibody.h): chassis of 14 degrees of freedom, four tyres with transient
// slip, a drive unit on each axle. CPU times of the thread, the least of the repeats.
//
//   bench_multibody, bench_multibody_v3 [FILE]     plainly compiled, and for processors with AVX2
#include <fmt/format.h>

#include <exception>

#include "sim/io/tir.h"
#include "sim/vehicle/multibody_scheme.h"
#include "tools/benchmarks/plain_car.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;
namespace c14 = chassis_14dof;

constexpr int kRepeats = 200, kCalls = 1000, kSteps = 100;

multibody::Model car(const tyre::Params<double>& tyre) {
  multibody::Model m;
  m.tyres = tyre::prepare<Pack>(over<tyre::Params, Pack>(tyre), Pack(tyre.pressure.p_i));
  for (int i = 0; i < kLanes; ++i) set_lane(m.tyres.p.mirror, i, i % 2 == 0 ? 1.0 : -1.0);
  const double F = 500.0 * c14::kGravity;
  const auto alone = tyre::prepare<double>(tyre, tyre.pressure.p_i);
  const auto p = plain_car(
      tyre.dimension.R_0, tyre.dimension.R_0 - tyre::deflection<double>(alone, F, {0.0, 0.0, 0.0}));
  m.chassis = c14::prepare(p);
  m.steering = {.params = {.ratio = 15.0,
                           .stiffness = 120.0,
                           .damping = 20.0,
                           .friction = 1.0,
                           .assistance = 8.0,
                           .trail = 0.02,
                           .scrub_radius = 0.01},
                .geometry = {.wheelbase = p.wheelbase, .track = p.front.track}};
  m.air = {.frontal_area = 2.3, .drag = table({0.0, 0.3}, {0.25, 0.3})};
  m.air_at = {.wheelbase = p.wheelbase, .point = {0.0, 0.0, -p.cg_height}};
  const differential::Params<double> open{.kind = differential::Open<double>{},
                                          .side_inertia = 0.01};
  const gear::Params<double> stage{.ratio = 10.0, .efficiency = 0.97, .drag_torque = 0.3};
  const auto gears = gear_train::prepare<double>({.inertia_out = 0.05}, stage, 0.05);
  for (const std::size_t axle : {1UL, 0UL})
    m.units[m.n_units++] = {
        .axle = axle,
        .gears = gear_train::with_output<double>(gears, 2.0 * open.side_inertia),
        .differential = open,
        .shaft = {.stiffness = 10e3, .damping = 20.0, .backlash = 0.005}};
  return m;
}

// Driving out of a curve.
struct Run {
  multibody::Model model;
  multibody::Held held;
  multibody::State x{};
};
Run run(const tyre::Params<double>& tyre) {
  Run r{.model = car(tyre), .held = {}};
  const double v = 20.0;
  r.x.chassis.r.z = r.model.chassis.height;
  r.x.chassis.q.w = 1.0;
  r.x.chassis.v.x = v;
  r.x.Omega.fill(v / tyre.dimension.R_0);
  for (auto& unit : r.x.units) unit.omega_c = v / tyre.dimension.R_0;
  r.held.tau = {60.0, 30.0};
  r.held.theta_H = 0.5;
  multibody::Rows q{};
  for (int i = 0; i < 5000; ++i) multibody::step(r.model, r.held, 1e-4, r.x, q);
  return r;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto file = io::read_tyre(argc > 1 ? argv[1] : "vehicles/tyres/passenger_205_60_r15.tir");
    const Run r = run(file.params);
    multibody::State x = r.x;
    const double rates = nanoseconds(kRepeats, kCalls, [&](double nudge) {
      x.u[0] = nudge;
      const auto o = multibody::rates(r.model, r.held, x);
      return o.state.chassis.omega.z + o.rows.moments;
    });
    multibody::Rows q{};
    const double step = 1e9 *
                        least(kRepeats,
                              [&] {
                                for (int i = 0; i < kSteps; ++i)
                                  multibody::step(r.model, r.held, 1e-4, x, q);
                              }) /
                        kSteps;
    fmt::print(
        "car of 14 degrees of freedom, two units: {:.0f} ns an evaluation, {:.0f} ns a step\n",
        rates, step);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
  return 0;
}
