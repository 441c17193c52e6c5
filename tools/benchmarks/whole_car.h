// A whole car in a scenario, timed without its files, its preparation and without recording.
#pragma once

#include <optional>

#include "sim/io/case.h"
#include "sim/run/result.h"
#include "tools/benchmarks/timing.h"

namespace evsim::bench {

struct Timed {
  double simulated, residual;  // [s], of the ledger [-]
  double preparation, taken;   // least CPU times of the thread [s]
};
inline Timed timed(const io::CaseRequest& request, int repeats) {
  const Case c = io::load_case(request).c;
  RunOptions quiet;
  quiet.record = false;
  Timed out{};
  std::optional<Simulation> s;
  const auto prepare = [&] { s.emplace(c, io::parameter_setter()); };
  out.preparation = least(repeats, prepare);
  out.taken = least(repeats, prepare, [&] {
    const RunResult r = run(*s, quiet);
    out.simulated = r.t_end;
    out.residual = r.books.relative();
  });
  return out;
}

}  // namespace evsim::bench
