// Times the drive of drive_alone.h in a case that a peer has simulated, tools/benchmarks/drive_peers.py: an
// inverter without loss at a constant voltage, torque steps. Says in one line
//   ns of CPU time a tick under its own control, the minimum of the repeats
//   steps a tick
//   largest error of i_d, i_q [A] beside the peer's, under the peer's duties
//   largest difference of the torque from what is asked for, as each torque step ends [Nm]
//
//   bench_peer_case averaged|switched FILE [FINER [REPEATS]]
//
// FINER: parts that each tick is cut into, 1 as it comes. FILE has a line a tick: the torque asked for [Nm], three duties that act in it, i_d and i_q as it begins [A].
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "sim/base/floating_point.h"
#include "tools/benchmarks/drive_alone.h"
#include "tools/benchmarks/timing.h"

namespace {

using namespace evsim;
using bench::DriveAlone;

struct Case {
  std::vector<double> tau_ref;  // [Nm]
  std::vector<bench::Tick> ticks;
};

Case read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": can't be read");
  Case c;
  double tau = 0.0;
  bench::Tick t{};
  while (file >> tau >> t.duties.a >> t.duties.b >> t.duties.c >> t.i.d >> t.i.q) {
    c.tau_ref.push_back(tau);
    c.ticks.push_back(t);
  }
  if (!file.eof() || c.ticks.empty())
    throw std::runtime_error(
        fmt::format("{}: line {}: got no six numbers", path, c.ticks.size() + 1));
  return c;
}

double torque_error(DriveAlone& drive, const Case& c) {
  double worst = 0.0;
  std::size_t k = 0;
  const auto seen = [&](const DriveAlone::Plant& p, const pwm::Duties<double>&) {
    if (k > 0 && c.tau_ref[k] != c.tau_ref[k - 1])
      worst = max(worst, abs(drive.torque(p.y) - c.tau_ref[k - 1]));
    ++k;
  };
  drive.control(
      static_cast<int>(c.ticks.size()),
      [&](int n) { return c.tau_ref[static_cast<std::size_t>(n)]; }, seen);
  return worst;
}

void measure(const bench::Kind& kind, const Case& c, int repeats) {
  DriveAlone drive(kind), plant(kind);
  const double error = plant.difference(c.ticks);
  const double torque = torque_error(plant, c);
  const int n = static_cast<int>(c.ticks.size());
  const auto unseen = [](const DriveAlone::Plant&, const pwm::Duties<double>&) {};
  const auto tau_ref = [&](int k) { return c.tau_ref[static_cast<std::size_t>(k)]; };
  double sink = 0.0;
  const double t =
      least(repeats, [&] { sink += drive.control(n, tau_ref, unseen).q.units[0].tau; });
  const double runs = static_cast<double>(repeats) * n;
  fmt::print("{:.1f} {:.2f} {:.3e} {:.3e}\n", 1e9 * t / n,
             static_cast<double>(drive.steps()) / runs, error * DriveAlone::kImax,
             std::isnan(sink) ? sink : torque);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string level = argc > 1 ? argv[1] : "";
  const int finer = argc > 3 ? std::atoi(argv[3]) : 1, repeats = argc > 4 ? std::atoi(argv[4]) : 9;
  const bool switched = level == "switched";
  if (argc < 3 || argc > 5 || finer < 1 || repeats < 1 || (!switched && level != "averaged")) {
    fmt::print(stderr, "bench_peer_case averaged|switched FILE [FINER [REPEATS]]\n");
    return 2;
  }
  const FloatingPointGuard guard;
  measure({.switched = switched, .ideal = true, .levels = switched ? 4096 : 0, .finer = finer},
          read(argv[2]), repeats);
} catch (const std::exception& e) {
  fmt::print(stderr, "bench_peer_case: {}\n", e.what());
  return 3;
}
