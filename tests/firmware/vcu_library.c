/* The vehicle control unit in evsim's process, as docs/controllers.md describes it. */
#include <stddef.h>

#include "sim/control/evsim_controller.h"
#include "vcu.h"

static const char* init(void* state, const evsim_vcu_config* config) {
  vcu_config* c = state;
  if (config->units != 1) return "it is made for one drive unit";
#define READ(name) c->name = (float)config->name;
  VCU_CONFIG(READ)
#undef READ
  c->ratio = (float)config->ratio[0];
  return NULL;
}

static void step(void* state, const evsim_vcu_inputs* in, evsim_vcu_outputs* out) {
  vcu_inputs now;
  vcu_outputs next;
#define READ(name) now.name = (float)in->name;
  VCU_INPUTS(READ)
#undef READ
  now.omega = (float)in->omega[0];
  now.tau_limit = (float)in->tau_limit[0];
  next = vcu_step(state, &now);
  out->tau[0] = next.tau;
  out->F_brake = next.F_brake;
  out->reason = next.reason;
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = {.abi = EVSIM_CONTROLLER_ABI,
                                         .role = EVSIM_VCU,
                                         .table_size = sizeof(evsim_controller),
                                         .config_size = sizeof(evsim_vcu_config),
                                         .inputs_size = sizeof(evsim_vcu_inputs),
                                         .outputs_size = sizeof(evsim_vcu_outputs),
                                         .name = "vehicle control firmware 1.0",
                                         .rate_Hz = 100.0,
                                         .state_size = sizeof(vcu_config),
                                         .vcu_init = init,
                                         .vcu_step = step};
  return role == EVSIM_VCU ? &table : NULL;
}
