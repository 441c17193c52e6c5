#include "motor.h"

#include "small_maths.h"

enum { SYNCHRONOUS = 0 };                     /* machine */
enum { DUTIES = 0, TORQUE = 2 };              /* output */
enum { GATES_OFF = 0, GATES_MODULATING = 1 }; /* gates */

#define CELSIUS 273.15f

const char* motor_init(motor_state* m, const motor_config* c) {
  if ((int)c->machine != SYNCHRONOUS || c->psi_f <= 0.0f)
    return "it is made for machines with magnets";
  m->limits = (torque_limits_params){.tau_max = c->tau_max,
                                     .P_max = c->P_max,
                                     .omega_max = c->omega_max,
                                     .T_winding_start = 150.0f + CELSIUS,
                                     .T_winding_end = 170.0f + CELSIUS,
                                     .T_junction_start = 150.0f + CELSIUS,
                                     .T_junction_end = 170.0f + CELSIUS,
                                     .u_dc_low_start = 260.0f, /* of a battery of 400 V */
                                     .u_dc_low_end = 220.0f,
                                     .u_dc_high_start = 455.0f,
                                     .u_dc_high_end = 475.0f,
                                     .slew = 1e4f};
  m->foc = (foc_params){
      .n_p = c->n_p,
      .T_s = c->T_s,
      .R_s = c->R_s,
      .L_d = c->L_d,
      .L_q = c->L_q,
      .psi_f = c->psi_f,
      .I_max = c->I_max,
      .k_u = c->k_u,
      .alpha = 2.0f * PI_F * 120.0f, /* seven ticks a turn at top speed: more would ring */
      .alpha_w = 2.0f * PI_F * 30.0f};
  m->T_s = c->T_s;
  m->torque = (torque_limits_state){0};
  foc_reset(&m->current);
  return 0;
}

#if MOTOR_DUTIES
static void by_duties(motor_state* m, const motor_inputs* in, float tau, motor_outputs* out) {
  const foc_inputs now = {.i_a = in->i_a,
                          .i_b = in->i_b,
                          .i_c = in->i_c,
                          .theta_m = in->theta_m,
                          .omega_m = in->omega_m,
                          .u_dc = in->u_dc,
                          .tau = tau};
  const foc_outputs foc = foc_step(&m->foc, &m->current, &now);
  out->output = DUTIES;
  out->d_a = foc.d_a;
  out->d_b = foc.d_b;
  out->d_c = foc.d_c;
  out->i_d_ref = foc.i_d_ref;
  out->i_q_ref = foc.i_q_ref;
  out->tau_aimed = foc.tau_aimed;
  if (foc.reason != NO_LIMIT) out->reason = (float)foc.reason;
}
#endif

motor_outputs motor_step(motor_state* m, const motor_inputs* in) {
  const torque_limits_inputs asked = {.tau_request = in->tau_request,
                                      .omega_m = in->omega_m,
                                      .u_dc = in->u_dc,
                                      .T_winding = in->T_winding,
                                      .T_junction = in->T_junction,
                                      .T_s = m->T_s};
  motor_outputs out = {.output = MOTOR_DUTIES ? DUTIES : TORQUE, .gates = GATES_MODULATING};
  const torque_limits_outputs may = torque_limits_step(&m->limits, &m->torque, &asked);
  out.tau_max = may.tau_max;
  out.tau_max_braking = may.tau_max_braking;
  if (in->enable < 0.5f) { /* starts afresh when the gates come back */
    m->torque = (torque_limits_state){0};
    foc_reset(&m->current);
    out.gates = GATES_OFF;
    out.reason = DISABLED;
#if MOTOR_DUTIES
    out.d_a = out.d_b = out.d_c = 0.5f;
#endif
    return out;
  }
  out.reason = (float)may.reason;
  out.tau_aimed = may.tau + in->tau_drag; /* the air gap gives both */
#if MOTOR_DUTIES
  by_duties(m, in, out.tau_aimed, &out);
#endif
  return out;
}
