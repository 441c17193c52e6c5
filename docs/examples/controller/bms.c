/* A small battery management for evsim: the power that the battery may give and take.
 *
 *   voltage       u = U_0 - R i stays between U_min and U_max
 *   current       at most that of the vehicle file; charging by temperature
 *   window        discharging fades out above SOC_empty, charging below SOC_full
 *   heat          both fade out from 45 to 60 degrees Celsius
 *   rise          a power that was cut comes back at 50 kW/s, so that the car does not jerk
 */
#include <math.h>
#include <stddef.h>

#include "sim/control/evsim_controller.h"

typedef struct {
  evsim_bms_config c;
  double P_discharge, P_charge; /* of the tick before [W] */
} Unit;

static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

static const char* init(void* state, const evsim_bms_config* config) {
  Unit* u = state;
  u->c = *config;
  u->P_discharge = u->P_charge = INFINITY; /* the first tick may give all */
  return config->n_series > 0 ? NULL : "it needs a battery of cells";
}

/* What limits least leaves its reason. */
static void lower(double* P, double* reason, double to, double why) {
  if (to >= *P) return;
  *P = fmax(to, 0.0);
  *reason = why;
}
static double risen(double P, double before, double T_s) { return fmin(P, before + 50e3 * T_s); }

static void step(void* state, const evsim_bms_inputs* in, evsim_bms_outputs* out) {
  Unit* u = state;
  const evsim_bms_config* c = &u->c;
  const double fade = 0.03; /* of the charge, at the window's ends */
  const double cool = clamp((333.15 - in->T_cell) / 15.0, 0.0, 1.0);

  /* Near u = U_0 / 2 the power no longer rises with the current. */
  const double u_low = fmax(c->U_min, 0.6 * in->U_0);
  const double i_out = fmin((in->U_0 - u_low) / in->R, c->I_discharge_max);
  const double i_in = fmin((c->U_max - in->U_0) / in->R, in->I_charge_max);
  double P_out = c->P_discharge_max, P_in = c->P_charge_max;
  out->discharge_reason = out->charge_reason = 1.0;
  lower(&P_out, &out->discharge_reason, (in->U_0 - in->R * i_out) * i_out,
        i_out < c->I_discharge_max ? 3.0 : 2.0);
  lower(&P_in, &out->charge_reason, (in->U_0 + in->R * i_in) * i_in,
        i_in < in->I_charge_max ? 3.0 : 2.0);
  lower(&P_out, &out->discharge_reason, P_out * clamp((in->SOC - c->SOC_empty) / fade, 0.0, 1.0),
        4.0);
  lower(&P_in, &out->charge_reason, P_in * clamp((c->SOC_full - in->SOC) / fade, 0.0, 1.0), 4.0);

  u->P_discharge = risen(cool * P_out, u->P_discharge, in->T_s);
  u->P_charge = risen(cool * P_in, u->P_charge, in->T_s);
  out->P_discharge_max = u->P_discharge;
  out->P_charge_max = u->P_charge;
  out->signals[0] = cool;
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller unit = {.abi = EVSIM_CONTROLLER_ABI,
                                        .role = EVSIM_BMS,
                                        .table_size = sizeof(evsim_controller),
                                        .config_size = sizeof(evsim_bms_config),
                                        .inputs_size = sizeof(evsim_bms_inputs),
                                        .outputs_size = sizeof(evsim_bms_outputs),
                                        .name = "example battery management 1.0",
                                        .rate_Hz = 10.0,
                                        .state_size = sizeof(Unit),
                                        .signals = {"cool"},
                                        .bms_init = init,
                                        .bms_step = step};
  return role == EVSIM_BMS ? &unit : NULL;
}
