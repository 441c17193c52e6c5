#include "sim/vehicle/multibody_step.h"

#include "sim/base/processor.h"

namespace evsim::multibody {

Step* step_here() {
#if EVSIM_HAS_V3
  if (runs_v3()) return step_entry_v3;
#endif
  return step_entry_base;
}

}  // namespace evsim::multibody
