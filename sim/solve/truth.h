// The same closed loop, integrated by CVODE with the exact Jacobian: the truth that a run is verified
// against, and the scheme for hours without events. States and ledger rows are one vector; the rows feed
// nothing back, so their columns of the Jacobian are zero.
// A car that comes to rest or leaves it changes its equations: its speed is a root function there.
#pragma once

#include <memory>

#include "sim/control/closed_loop.h"
#include "sim/solve/cvode.h"
#include "sim/solve/fixed_step.h"

namespace evsim {

class Truth {
 public:
  using Method = CvodeSettings::Method;
  Truth(const closed_loop::System<double>& system, Method method, double rtol);
  ~Truth();
  Truth(Truth&&) noexcept;
  Truth& operator=(Truth&&) noexcept;

  // Goes on from a local time t of a piece: at its start, after a command, or from a snapshot.
  void begin(const closed_loop::Piece<double>& piece, double t, const fixed_step::States<double>& y,
             const fixed_step::Rows<double>& q);
  // To a local time of the piece; y and q are overwritten. Throws SimulationError.
  void advance(double t, fixed_step::States<double>& y, fixed_step::Rows<double>& q);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evsim
