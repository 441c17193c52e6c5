// Compiled once for every processor and once for newer ones. Models cross the border as they lie: a Pack is four doubles in a
// row for both.
#include "sim/vehicle/multibody_scheme.h"
#include "sim/vehicle/multibody_step.h"

#define EVSIM_JOIN(a, b) a##b
#define EVSIM_ENTRY(arch) EVSIM_JOIN(step_entry_, arch)

namespace evsim::multibody {

static_assert(sizeof(Pack) == 4 * sizeof(double) && alignof(Pack) == 4 * sizeof(double));

void EVSIM_ENTRY(EVSIM_ARCH)(const Model& m, const Held& held, double h, State& x, Rows& q,
                             Rates& first) {
  first = step(m, held, h, x, q);
}

}  // namespace evsim::multibody
