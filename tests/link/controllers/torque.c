/* A motor control at the level of torque: what is asked for, or at most 100 Nm of it with -D LIMITED. The built-in control
 * does the rest. */
#include <stddef.h>

#include "sim/control/evsim_controller.h"

static const char* init(void* state, const evsim_motor_control_config* config) {
  (void)state;
  (void)config;
  return NULL;
}

static void step(void* state, const evsim_motor_control_inputs* in,
                 evsim_motor_control_outputs* out) {
  (void)state;
  out->output = EVSIM_TORQUE;
  out->tau_aimed = in->tau_request + in->tau_drag;
#ifdef LIMITED
  if (out->tau_aimed > 100.0) {
    out->tau_aimed = 100.0;
    out->reason = 1.0;
  }
#endif
#ifdef OFF
  out->gates = EVSIM_GATES_OFF;
#endif
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = {.abi = EVSIM_CONTROLLER_ABI,
                                         .role = EVSIM_MOTOR_CONTROL,
                                         .table_size = sizeof(evsim_controller),
                                         .config_size = sizeof(evsim_motor_control_config),
                                         .inputs_size = sizeof(evsim_motor_control_inputs),
                                         .outputs_size = sizeof(evsim_motor_control_outputs),
                                         .name = "torque",
                                         .state_size = 8,
                                         .motor_control_init = init,
                                         .motor_control_step = step};
  return role == EVSIM_MOTOR_CONTROL ? &table : NULL;
}
