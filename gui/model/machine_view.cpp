#include "gui/model/machine_view.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace evsim::gui {
namespace {

using Wanted = MachineView::Wanted;

// Further apart than a drawing shows.
bool differs(double a, double b, double absolute, double relative) {
  return std::abs(a - b) > absolute + relative * std::abs(b);
}
bool map_is_stale(const Wanted& of, const Wanted& now) {
  return of.unit != now.unit || of.version != now.version ||
         differs(of.u_dc, now.u_dc, 1.0, 0.01) || differs(of.T, now.T, 2.0, 0.0);
}
bool loci_are_stale(const Wanted& of, const Wanted& now) {
  return of.unit != now.unit || of.version != now.version ||
         differs(of.u_dc, now.u_dc, 0.5, 0.002) || differs(of.T, now.T, 1.0, 0.0) ||
         differs(of.omega, now.omega, 0.5, 0.003);
}

}  // namespace

template <class Result, class Compute>
void MachineView::run(Job<Result>& job, std::unique_ptr<Result>& result, const Wanted& now,
                      bool stale, Compute compute) {
  using std::chrono::seconds;
  if (stale && !job.future.valid()) {
    job.of = now;
    job.valid = true;
    job.future = std::async(at_once_ ? std::launch::deferred : std::launch::async, compute);
  }
  if (!job.future.valid()) return;
  if (!at_once_ && job.future.wait_for(seconds(0)) != std::future_status::ready) return;
  try {
    result = job.future.get();
    failure_.clear();
    ++computed_;
  } catch (const std::exception& e) {  // figures that a machine can't have
    result.reset();
    failure_ = e.what();
  }
}

void MachineView::update(const car::Params<double>& vehicle, const Wanted& now) {
  available_ = now.unit < vehicle.drive_units.size() && io::has_dq_model(vehicle, now.unit);
  if (!available_ || !(now.u_dc > 0.0)) return;
  const io::OperatingConditions at{.u_dc = now.u_dc, .T_machine = now.T};
  const bool grid_seen = std::exchange(grid_seen_, false);
  const bool loci_seen = std::exchange(loci_seen_, false);
  run(grid_job_, grid_, now, grid_seen && (!grid_job_.valid || map_is_stale(grid_job_.of, now)),
      [vehicle, now, at] {
        return std::make_unique<io::UnitGrid>(io::unit_grid(vehicle, now.unit, at));
      });
  run(loci_job_, loci_, now, loci_seen && (!loci_job_.valid || loci_are_stale(loci_job_.of, now)),
      [vehicle, now, at] {
        return std::make_unique<io::CurrentLoci>(
            io::current_loci(vehicle, now.unit, at, now.omega));
      });
}

}  // namespace evsim::gui
