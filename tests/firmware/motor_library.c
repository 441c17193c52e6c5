/* The motor control in evsim's process, as docs/controllers.md describes it. */
#include <stddef.h>

#include "motor.h"
#include "sim/control/evsim_controller.h"

typedef struct {
  motor_state motor;
  motor_outputs held;
  int64_t ticks; /* of the carrier to one of its own */
} Instance;

static const char* init(void* state, const evsim_motor_control_config* c) {
  Instance* x = state;
  motor_config config;
#define READ(name) config.name = (float)c->name;
  MOTOR_CONFIG(READ)
#undef READ
  x->ticks = MOTOR_DUTIES ? 1 : (int64_t)(1e-3 / c->T_s + 0.5);
  config.T_s = (float)(c->T_s * (double)x->ticks);
  return motor_init(&x->motor, &config);
}

static void step(void* state, const evsim_motor_control_inputs* in,
                 evsim_motor_control_outputs* out) {
  Instance* x = state;
  if (in->tick % x->ticks == 0) {
    motor_inputs now;
#define READ(name) now.name = (float)in->name;
    MOTOR_INPUTS(READ)
#undef READ
    x->held = motor_step(&x->motor, &now);
  }
#define WRITE(name) out->name = x->held.name;
  MOTOR_OUTPUTS(WRITE)
#undef WRITE
  out->signals[0] = x->held.tau_max;
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = {.abi = EVSIM_CONTROLLER_ABI,
                                         .role = EVSIM_MOTOR_CONTROL,
                                         .table_size = sizeof(evsim_controller),
                                         .config_size = sizeof(evsim_motor_control_config),
                                         .inputs_size = sizeof(evsim_motor_control_inputs),
                                         .outputs_size = sizeof(evsim_motor_control_outputs),
                                         .name = "motor firmware 1.0",
                                         .state_size = sizeof(Instance),
                                         .signals = {"tau_most"},
                                         .motor_control_init = init,
                                         .motor_control_step = step};
  return role == EVSIM_MOTOR_CONTROL ? &table : NULL;
}
