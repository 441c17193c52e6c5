/* A small anti-lock control for evsim, by thresholds: the role `brake` of the chassis multi_body.
 *
 *   slip > 0.15   the wheel's brake is let go
 *   slip < 0.08   its pressure rises again
 *   between       it holds
 * Braking by machines and friction stays built in: torques and pressures asked for are not written.
 */
#include <math.h>
#include <stddef.h>

#include "sim/control/evsim_controller.h"

typedef struct {
  double wheel_radius, pressure_max;
  double p_limit[EVSIM_WHEELS]; /* [Pa] */
} Unit;

static const char* init(void* state, const evsim_brake_config* config) {
  Unit* u = state;
  u->wheel_radius = config->wheel_radius;
  u->pressure_max = config->pressure_max;
  for (int i = 0; i < EVSIM_WHEELS; ++i) u->p_limit[i] = config->pressure_max;
  return config->chassis == EVSIM_MULTI_BODY ? NULL : "it needs wheels: --level chassis=multi_body";
}

static void step(void* state, const evsim_brake_inputs* in, evsim_brake_outputs* out) {
  Unit* u = state;
  const double let_go = 1000e5, build_up = 300e5; /* [Pa/s] */
  for (int i = 0; i < EVSIM_WHEELS; ++i) {
    const double slip = 1.0 - u->wheel_radius * in->omega.at[i] / fmax(in->v, 1.0);
    double* limit = &u->p_limit[i];
    if (slip > 0.15)
      *limit = fmax(fmin(*limit, in->p.at[i]) - let_go * in->T_s, 0.0);
    else if (slip < 0.08)
      *limit = fmin(*limit + build_up * in->T_s, u->pressure_max);
    if (in->v < 1.5) *limit = u->pressure_max; /* wheels may stop */
    out->p_limit.at[i] = *limit;
  }
  out->signals[0] = 1.0 - u->wheel_radius * in->omega.at[EVSIM_FRONT_LEFT] / fmax(in->v, 1.0);
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller unit = {.abi = EVSIM_CONTROLLER_ABI,
                                        .role = EVSIM_BRAKE,
                                        .table_size = sizeof(evsim_controller),
                                        .config_size = sizeof(evsim_brake_config),
                                        .inputs_size = sizeof(evsim_brake_inputs),
                                        .outputs_size = sizeof(evsim_brake_outputs),
                                        .name = "example anti-lock control 1.0",
                                        .state_size = sizeof(Unit),
                                        .signals = {"slip"},
                                        .brake_init = init,
                                        .brake_step = step};
  return role == EVSIM_BRAKE ? &unit : NULL;
}
