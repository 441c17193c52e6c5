// Times the tyre: four wheels as one Pack, and one wheel alone, at combined slip. Each evaluation begins with what the one
// before gave, as in an integrator. CPU times of the thread, the least of the repeats.
//
//   bench_tyre, bench_tyre_v3 [FILE]     plainly compiled, and for processors with AVX2
#include <fmt/format.h>

#include <exception>

#include "sim/components/tyre_transient.h"
#include "sim/io/tir.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;

constexpr int kRepeats = 200, kCalls = 1000;

// Seconds that a call takes: f maps a number near 0, which every input depends on, to its outputs' sum.
template <class T, class F> double seconds_of(F f) {
  T last(0.0);
  const double total = least(kRepeats, [&] {
    for (int i = 0; i < kCalls; ++i) last = 1e-30 * f(T(1e-5 * i) + last);
  });
  return total / kCalls + 0.0 * lane(last, 0);
}

template <class T> void time(const tyre::Params<double>& params, const char* what) {
  const auto r = tyre::prepare(over<tyre::Params, T>(params), T(2.4e5));
  const auto contact = [](const T& x) {
    return tyre::Contact<T>{.F_z = 4000.0 + 1e4 * x, .gamma = 0.02 + x, .mu = T(0.9)};
  };
  const auto slip = [](const T& x) {
    return tyre::Slip<T>{.kappa = 0.05 - x, .alpha = x - 0.04, .cos_alpha = T(1.0)};
  };
  const auto c = tyre::curves(r, contact(T(0.0)));

  const double curves = seconds_of<T>([&](const T& x) {
    const auto now = tyre::curves(r, contact(x));
    return now.x.B + now.y.B + now.upright.B + now.trail.B + now.M_y + now.sigma_kappa;
  });
  const double forces = seconds_of<T>([&](const T& x) {
    const auto F = tyre::forces(r, c, slip(x));
    return F.F_x + F.F_y;
  });
  const double moments = seconds_of<T>([&](const T& x) {
    const auto F = tyre::forces(r, c, slip(x));
    const auto M = tyre::moments(r, c, slip(x), F, {F.F_x, F.F_y, T(20.0), T(1.0)});
    return F.F_x + M.M_x + M.M_y + M.M_z;
  });
  const double whole = seconds_of<T>([&](const T& x) {
    const tyre::Inputs<T> u{.F_z = 4000.0 + 1e4 * x,
                            .gamma = 0.02 + x,
                            .mu = T(0.9),
                            .V_x = 20.0 + x,
                            .V_sy = x - 0.8,
                            .omega = 67.0 + x};
    const auto o = tyre::outputs(r, tyre::State<T>{2e-3 + x, 1e-3 - x}, u);
    return o.rate.u + o.rate.v + o.F_x + o.F_y + o.M_x + o.tau + o.M_z + o.p_loss;
  });
  fmt::print(
      "{}: by load {:.0f} ns, forces by slip {:.0f} ns, with moments {:.0f} ns; all with transient "
      "slip {:.0f} ns\n",
      what, 1e9 * curves, 1e9 * forces, 1e9 * moments, 1e9 * whole);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto tyre_file =
        io::read_tyre(argc > 1 ? argv[1] : "vehicles/tyres/passenger_205_60_r15.tir");
    time<Pack>(tyre_file.params, "tyre, 4 wheels");
    time<double>(tyre_file.params, "tyre, 1 wheel ");
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
  return 0;
}
