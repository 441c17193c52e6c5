/* What of a torque that is asked for a drive may give.
 *
 *   most    min(tau_max, P_max / |omega|), less where winding or power devices are hot               (1)
 *   driving less and less within 2 % of the largest speed, and as the DC voltage falls               (2)
 *   braking less and less as the DC voltage rises                                                    (3)
 *   a slew limit last                                                                                (4)
 * Torque at the shaft, > 0 forward; driving: torque and speed of one sign.
 */
#ifndef TORQUE_LIMITS_H
#define TORQUE_LIMITS_H

/* Why less than asked for: numbers of evsim's `reason`. */
enum {
  NO_LIMIT = 0,
  TORQUE_LIMIT = 1,
  VOLTAGE_LIMIT = 2,
  CURRENT_LIMIT = 3,
  WINDING_HOT = 4,
  DEVICES_HOT = 5,
  U_DC_LOW = 6,
  U_DC_HIGH = 7,
  DISABLED = 8
};

/* Of the drive, and what its engineers chose. */
typedef struct {
  float tau_max;                          /* [Nm] */
  float P_max;                            /* [W] */
  float omega_max;                        /* [rad/s] */
  float T_winding_start, T_winding_end;   /* [K] */
  float T_junction_start, T_junction_end; /* [K] */
  float u_dc_low_start, u_dc_low_end;     /* [V] */
  float u_dc_high_start, u_dc_high_end;   /* [V] */
  float slew;                             /* [Nm/s] */
} torque_limits_params;

typedef struct {
  float tau; /* after the slew limit [Nm] */
} torque_limits_state;

typedef struct {
  float tau_request;           /* [Nm] */
  float omega_m;               /* [rad/s] */
  float u_dc;                  /* [V] */
  float T_winding, T_junction; /* [K] */
  float T_s;                   /* since the last step [s] */
} torque_limits_inputs;

typedef struct {
  float tau;     /* [Nm] */
  float tau_max; /* driving and braking, >= 0 [Nm] */
  float tau_max_braking;
  int reason;
} torque_limits_outputs;

torque_limits_outputs torque_limits_step(const torque_limits_params* p, torque_limits_state* x,
                                         const torque_limits_inputs* in);

#endif
