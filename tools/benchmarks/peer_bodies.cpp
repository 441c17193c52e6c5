// Drives a car's mechanics (sim/vehicle/multibody.h) beside those of engines for rigid bodies, tools/benchmarks/body_peers.py.
//
//   bench_peer_bodies VEHICLE car                             what the peers need to build the same car
//   bench_peer_bodies VEHICLE run H END V DELTA BRAKE REPEATS its mechanics alone, in steps of H [s] to END [s]
//   bench_peer_bodies VEHICLE whole REPEATS                   the whole car at the level drive
//
// run: the car rolls at V [m/s], its machines without torque; from the start on the hand wheel is turned as for DELTA [rad] at
// the road wheels, and each brake has a torque of BRAKE [Nm]. CPU times of the thread, the least of the repeats. A line a
// value: its name, and its value in SI units.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/floating_point.h"
#include "sim/io/case.h"
#include "sim/vehicle/multibody_car.h"
#include "sim/vehicle/multibody_step.h"
#include "tools/benchmarks/timing.h"
#include "tools/benchmarks/whole_car.h"

namespace {

using namespace evsim;

io::CaseRequest request(const std::string& vehicle) {
  return {.scenario = "scenarios/constant_100_km_per_h.json",
          .vehicle = vehicle,
          .sets = {"scenario.driver.duration_s=4"},
          .levels = {"drive", "chassis=multi_body"}};
}
multibody::Car car_of(const Case& c) { return multibody::prepare(c.vehicle, c.tyres, c.test_mass); }

void say(std::string_view name, double value) { fmt::print("{} {}\n", name, value); }

// ---- The car ------------------------------------------------------------------------------------

// Slope of a table at 0, as a rule between two places.
double slope(const Table1<double>& t, double d) {
  return t.empty() ? 0.0 : (t(d) - t(-d)) / (2.0 * d);
}
double at_zero(const Table1<double>& t) { return t.empty() ? 0.0 : t(0.0); }

// Its springs, dampers and paths as they are about the design position; dampers by the mean of both directions.
void say_axle(const multibody::Car& car, std::size_t a) {
  const auto& axle = a == 0 ? car.chassis.front : car.chassis.rear;
  const auto& s = axle.suspension;
  const auto& t = car.tyres[2 * a];
  const auto tell = [&](std::string_view name, double value) {
    say(fmt::format("{}.{}", a == 0 ? "front" : "rear", name), value);
  };
  constexpr double d = 1e-3;  // [m], [m/s]
  const double sunk = axle.wheel_radius - axle.wheel_height;
  const auto spring = [&](double deflection) {
    return tyre::spring_force<double>(t, deflection, {0.0, 0.0, 0.0});
  };
  double driven = 0.0;  // of gears and rotors, a wheel's half of them
  for (std::size_t n = 0; n < car.model.n_units; ++n) {
    const auto& g = car.model.units[n].gears;
    if (car.model.units[n].axle == a) driven += 0.5 * (g.J_out + g.ratio * g.ratio * g.J_in);
  }
  tell("track", axle.track);
  tell("unsprung_mass", axle.unsprung_mass);
  tell("wheel_inertia", axle.wheel_inertia);
  tell("driven_inertia", driven);
  tell("transverse_inertia", axle.transverse_inertia);
  tell("wheel_height", axle.wheel_height);
  tell("effective_radius", car.R_e[a]);
  tell("load", car.load[a]);
  tell("spring_preload", at_zero(s.spring));
  tell("spring_rate", slope(s.spring, d));
  tell("damping", slope(s.damper, d));
  tell("anti_roll_stiffness", s.anti_roll_stiffness);
  // Of the contact point, of a carrier that a brake holds: with what castor and camber add.
  const double r = axle.wheel_height;
  tell("path_forward", at_zero(s.path_forward) + r * slope(s.castor, d));
  tell("path_outward", at_zero(s.path_outward) - r * slope(s.camber, d));
  tell("tyre_stiffness", (spring(sunk + d) - spring(sunk - d)) / (2.0 * d));
  tell("tyre_damping", t.p.vertical.k_z);
}

void say_car(const multibody::Car& car) {
  const auto& p = car.chassis;
  say("mass", car.mass);
  say("sprung_mass", p.sprung_mass);
  say("wheelbase", p.wheelbase);
  say("cg_behind_front", p.cg_behind_front);
  say("cg_height", p.cg_height);
  say("I_xx", p.I_xx), say("I_yy", p.I_yy), say("I_zz", p.I_zz), say("I_xz", p.I_xz);
  for (std::size_t a = 0; a < 2; ++a) say_axle(car, a);
}

// ---- Its mechanics ------------------------------------------------------------------------------

struct Run {
  double h, end, v, delta, brake;  // [s], [s], [m/s], [rad], [Nm]
};
// What it shows as it ends, in horizontal axes along the car.
void say_motion(const multibody::Car& car, const multibody::Held& held, const multibody::State& x) {
  const auto& c = x.chassis;
  const auto R = rotation(c.q);
  const auto now = multibody::rates(car.model, held, x);
  const Vec3<double> v = to_earth(R, c.v),
                     a = to_earth(R, now.state.chassis.v + cross(c.omega, c.v));
  const double size = std::hypot(R.x.x, R.y.x), cosine = R.x.x / size, sine = R.y.x / size;
  say("x", c.r.x), say("y", c.r.y);
  say("v", cosine * v.x + sine * v.y);
  say("a_y", cosine * a.y - sine * a.x);
  say("spin", x.Omega[0]);
  say("yaw_rate", to_earth(R, c.omega).z);
  say("roll", std::atan2(R.z.y, R.z.z));
  const auto delta = multibody::turned(car.model, x).delta;
  say("delta", 0.5 * (delta[0] + delta[1]));
  for (std::size_t a_ = 0; a_ < 2; ++a_) {
    const std::size_t l = 2 * a_, r = l + 1;
    const std::string_view axle = a_ == 0 ? "front" : "rear";
    say(fmt::format("{}.F_y", axle), now.F_y[l] + now.F_y[r]);
    say(fmt::format("{}.alpha", axle), 0.5 * (now.alpha[l] + now.alpha[r]));
    say(fmt::format("{}.F_z_left", axle), now.F_z[l]);
    say(fmt::format("{}.F_z_right", axle), now.F_z[r]);
  }
}

void run(const multibody::Car& car, const Run& in, int repeats) {
  multibody::Held held;
  const multibody::State start = multibody::start(car, held, in.v, {});
  if (!car.model.steering) throw std::runtime_error("the car has no steering");
  held.theta_H = car.model.steering->params.ratio * in.delta;
  held.brake.fill(in.brake);
  multibody::Step* const step = multibody::step_here();
  const auto steps = std::lround(in.end / in.h);
  multibody::State x{};
  multibody::Rows q{};
  multibody::Rates first;
  const double taken = least(repeats, [&] {
    x = start;
    for (long k = 0; k < steps; ++k) step(car.model, held, in.h, x, q, first);
  });
  if (!std::isfinite(x.chassis.r.x)) throw std::runtime_error("diverged");
  say("cpu", taken);
  say("steps", static_cast<double>(steps));
  say_motion(car, held, x);
}

double number(const char* text) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text || *end != '\0') throw std::runtime_error(fmt::format("{}: no number", text));
  return value;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const auto asks = [&](std::string_view what, std::size_t n) {
    return words.size() == n && words[1] == what;
  };
  const FloatingPointGuard guard;
  if (asks("car", 2)) {
    say_car(car_of(io::load_case(request(argv[1])).c));
  } else if (asks("run", 8)) {
    const Run in{number(argv[3]), number(argv[4]), number(argv[5]), number(argv[6]),
                 number(argv[7])};
    if (!(in.h > 0.0 && in.end > in.h)) throw std::runtime_error("H and END: 0 < H < END");
    run(car_of(io::load_case(request(argv[1])).c), in, std::atoi(argv[8]));
  } else if (asks("whole", 3)) {
    const auto t = bench::timed(request(argv[1]), std::atoi(argv[3]));
    say("cpu", t.taken), say("end", t.simulated), say("ledger_residual", t.residual);
  } else {
    fmt::print(stderr, "bench_peer_bodies VEHICLE car|run|whole ...\n");
    return 2;
  }
} catch (const std::exception& e) {
  fmt::print(stderr, "bench_peer_bodies: {}\n", e.what());
  return 3;
}
