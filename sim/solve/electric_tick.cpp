#include "sim/solve/electric_tick.h"

#include "sim/base/processor.h"

namespace evsim::electric_tick {

Ticks ticks_here() {
#if EVSIM_HAS_V3
  if (runs_v3()) return ticks_entry_v3();
#endif
  return ticks_entry_base();
}

}  // namespace evsim::electric_tick
