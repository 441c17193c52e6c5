// Map and current loci of one drive unit as the machine stands now, computed beside the window's thread.
#pragma once

#include <future>
#include <memory>

#include "sim/io/unit_grid.h"

namespace evsim::gui {

class MachineView {
 public:
  // What a drawing depends on.
  struct Wanted {
    int unit = 0;
    int version = 0;     // of the parameters
    double u_dc = 0.0;   // [V]
    double T = 0.0;      // of the machine [K]
    double omega = 0.0;  // mechanical [rad/s]
  };

  explicit MachineView(bool at_once) : at_once_(at_once) {}

  // Once a frame: takes what is ready, starts what is out of date and was looked at since the last time.
  // at_once: waits for it instead.
  void update(const car::Params<double>& vehicle, const Wanted& now);

  bool available() const { return available_; }  // the unit has a model in dq
  const io::UnitGrid* grid() const {
    grid_seen_ = true;
    return grid_.get();
  }
  const io::CurrentLoci* loci() const {
    loci_seen_ = true;
    return loci_.get();
  }
  const std::string& failure() const { return failure_; }
  int computed() const { return computed_; }  // maps so far

 private:
  template <class Result> struct Job {
    std::future<std::unique_ptr<Result>> future;
    Wanted of;
    bool valid = false;
  };
  template <class Result, class Compute> void run(Job<Result>& job, std::unique_ptr<Result>& result,
                                                  const Wanted& now, bool stale, Compute compute);

  bool at_once_, available_ = false;
  mutable bool grid_seen_ = true, loci_seen_ = true;
  int computed_ = 0;
  std::string failure_;
  std::unique_ptr<io::UnitGrid> grid_;
  std::unique_ptr<io::CurrentLoci> loci_;
  Job<io::UnitGrid> grid_job_;
  Job<io::CurrentLoci> loci_job_;
};

}  // namespace evsim::gui
