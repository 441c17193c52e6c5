/* A control unit that aborts after a second at 50 Hz. */
#include <stddef.h>
#include <stdlib.h>

#include "sim/control/evsim_controller.h"

typedef struct {
  double ticks;
} State;

static const char* init(void* state, const evsim_vcu_config* config) {
  (void)state;
  return config->units > 0 ? NULL : "no drive unit";
}
static void step(void* state, const evsim_vcu_inputs* in, evsim_vcu_outputs* out) {
  State* s = state;
  s->ticks += 1.0;
  out->F_brake = 1000.0 * in->brake;
  if (in->tick == 50) abort();
}
const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = {.abi = EVSIM_CONTROLLER_ABI,
                                         .role = EVSIM_VCU,
                                         .table_size = sizeof(evsim_controller),
                                         .config_size = sizeof(evsim_vcu_config),
                                         .inputs_size = sizeof(evsim_vcu_inputs),
                                         .outputs_size = sizeof(evsim_vcu_outputs),
                                         .name = "aborts",
                                         .rate_Hz = 50.0,
                                         .state_size = sizeof(State),
                                         .vcu_init = init,
                                         .vcu_step = step};
  return role == EVSIM_VCU ? &table : NULL;
}
