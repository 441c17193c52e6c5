/* The motor control: torque limits, and below them the control of currents where the level is that of duties.
 *
 *   -D MOTOR_DUTIES=1   once a tick of the carrier: duties
 *   -D MOTOR_DUTIES=0   once a millisecond: a torque, which the inverter's own control gives
 * Members carry the names of evsim's role motor_control, so that each port fills them by a list.
 */
#ifndef MOTOR_H
#define MOTOR_H

#include "foc.h"
#include "torque_limits.h"

#define MOTOR_CONFIG(X) \
  X(machine) X(n_p) X(R_s) X(L_d) X(L_q) X(psi_f) X(I_max) X(tau_max) X(P_max) X(omega_max) X(k_u)
#if MOTOR_DUTIES
#define MOTOR_INPUTS(X) \
  X(enable)             \
  X(tau_request)        \
  X(tau_drag) X(omega_m) X(u_dc) X(T_winding) X(T_junction) X(i_a) X(i_b) X(i_c) X(theta_m)
#define MOTOR_OUTPUTS(X) \
  X(output) X(gates) X(tau_aimed) X(reason) X(d_a) X(d_b) X(d_c) X(i_d_ref) X(i_q_ref)
#else
#define MOTOR_INPUTS(X) \
  X(enable) X(tau_request) X(tau_drag) X(omega_m) X(u_dc) X(T_winding) X(T_junction)
#define MOTOR_OUTPUTS(X) X(output) X(gates) X(tau_aimed) X(reason)
#endif

#define MOTOR_MEMBER(name) float name;
typedef struct {
  MOTOR_CONFIG(MOTOR_MEMBER)
  float T_s;
} motor_config;
typedef struct {
  MOTOR_INPUTS(MOTOR_MEMBER)
} motor_inputs;
typedef struct {
  MOTOR_OUTPUTS(MOTOR_MEMBER)
  float tau_max, tau_max_braking; /* what it could give, for the record and the bus [Nm] */
} motor_outputs;

typedef struct {
  torque_limits_params limits;
  torque_limits_state torque;
  foc_params foc;
  foc_state current;
  float T_s;
} motor_state;

/* Returns 0, or why it can't control this machine. */
const char* motor_init(motor_state* m, const motor_config* c);
motor_outputs motor_step(motor_state* m, const motor_inputs* in);

#endif
