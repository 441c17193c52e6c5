// A whole car in a scenario, timed without its files and without recording.
#pragma once

#include "sim/io/case.h"
#include "sim/run/result.h"
#include "tools/benchmarks/timing.h"

namespace evsim::bench {

struct Timed {
  double simulated, taken, residual;  // [s], least CPU time of the thread [s], of the ledger [-]
};
inline Timed timed(const io::CaseRequest& request, int repeats) {
  const Case c = io::load_case(request).c;
  RunOptions quiet;
  quiet.record = false;
  Timed out{};
  out.taken = least(repeats, [&] {
    Simulation s(c, io::parameter_setter());
    const RunResult r = run(s, quiet);
    out.simulated = r.t_end;
    out.residual = r.books.relative();
  });
  return out;
}

}  // namespace evsim::bench
