// Times the electric drive: one machine with its 10 kHz control alone, averaged and switched, and a whole car at
// the levels drive and waveform, also as a multi-body system. Times are CPU times of the thread, the minimum of the
// repeats.
//
//   bench_drive VEHICLE [REPEATS]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "sim/base/errors.h"
#include "sim/base/floating_point.h"
#include "sim/io/case.h"
#include "tools/benchmarks/drive_alone.h"
#include "tools/benchmarks/timing.h"
#include "tools/benchmarks/whole_car.h"

namespace {

using namespace evsim;

// Errors: against the same equations under the same duties by 64 times the steps.
void alone(int repeats) {
  constexpr int kTicks = 4000;
  const auto tau_ref = [](int k) { return k / 400 % 2 == 0 ? 50.0 : 150.0; };
  const auto unseen = [](const bench::DriveAlone::Plant&, const pwm::Duties<double>&) {};
  double sink = 0.0;
  for (const bool ideal : {true, false})
    for (const auto& [switched, map] :
         {std::pair{false, false}, {false, true}, {true, false}, {true, true}}) {
      bench::Kind kind{.switched = switched, .map = map, .ideal = ideal};
      bench::DriveAlone drive(kind);
      kind.finer = 64;
      bench::DriveAlone fine(kind);
      const double error = fine.difference(record(drive, kTicks, tau_ref));
      const double steps = static_cast<double>(drive.steps()) / kTicks;
      const double t =
          least(repeats, [&] { sink += drive.control(kTicks, tau_ref, unseen).q.units[0].tau; });
      fmt::print(
          "alone, {:11} {:8} {:8} {:7.0f} ns a tick of 100 us ({:.1f} steps): {:5.0f}x real time, "
          "largest error of the currents {:.1e} of I_max\n",
          ideal ? "stiff DC," : "DC link,", switched ? "switched" : "averaged",
          map ? "flux map" : "linear", 1e9 * t / kTicks, steps, bench::DriveAlone::kT * kTicks / t,
          error);
    }
  if (std::isnan(sink)) fmt::print("diverged\n");
}

void print(std::string_view what, const bench::Timed& t) {
  fmt::print(
      "{:53} {:6.1f} s in {:6.3f} s: {:5.0f}x real time after {:.0f} ms, ledger residual {:.1e}\n",
      what, t.simulated, t.taken, t.simulated / t.taken, 1e3 * t.preparation, t.residual);
}

void whole_car(const std::string& vehicle, int repeats) {
  for (const std::string level : {"drive", "waveform"})
    print("car, " + level, bench::timed({.scenario = "scenarios/drive_off_and_brake.json",
                                         .vehicle = vehicle,
                                         .levels = {level}},
                                        repeats));
}

// Straight on at a constant speed, as a system of bodies and as one mass.
void at_100_km_per_h(int repeats) {
  for (const std::string car : {"xiaomi_su7", "xiaomi_su7_max"})
    for (const std::string level : {"drive", "waveform"})
      for (const std::string chassis : {"multi_body", "longitudinal"})
        print(fmt::format("100 km/h, {}, {}, {}", car, level, chassis),
              bench::timed({.scenario = "scenarios/constant_100_km_per_h.json",
                            .vehicle = "vehicles/" + car + ".json",
                            .sets = {"scenario.driver.duration_s=20"},
                            .levels = {level, "chassis=" + chassis}},
                           repeats));
}

}  // namespace

int main(int argc, char** argv) try {
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 9;
  if (argc < 2 || argc > 3 || repeats < 1) {
    fmt::print(stderr, "bench_drive VEHICLE [REPEATS]\n");
    return 2;
  }
  const FloatingPointGuard guard;
  alone(repeats);
  whole_car(argv[1], std::max(repeats / 3, 1));
  at_100_km_per_h(repeats);
} catch (const std::exception& e) {
  fmt::print(stderr, "bench_drive: {}\n", e.what());
  return 3;
}
