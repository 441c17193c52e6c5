/* Field-oriented control of a synchronous machine with magnets, in single precision.
 *
 *   references   i_d = (psi_f - sqrt(psi_f^2 + 4 (L_q - L_d)^2 i_q^2)) / (2 (L_q - L_d))              (1)
 *                i_d = (sqrt(psi^2 - (L_q i_q)^2) - psi_f) / L_d   where the voltage leaves less       (2)
 *                tau = 3/2 n_p (psi_f + (L_d - L_q) i_d) i_q                                          (3)
 *   currents     u = k (i_ref - i) - (k - R_s) i + u_i + j omega psi(i_ref),   k = alpha L            (4)
 *                du_i/dt = alpha (k (i_ref - i) - what the voltage limit took)                       (5)
 *   weakening    di_w/dt = alpha_w (u_most - |u|) / (omega L_d), <= 0, added to i_d                    (6)
 *   duties       symmetrical space vectors
 * (1): least current for a torque; (2): within psi, the flux that the voltage leaves at this speed. (1), (2), (3) are solved
 * by a few fixed-point steps from the last tick's solution. What a tick computes begins to act at the next one and acts for
 * one: the vector is turned ahead by 1.5 omega T_s.
 * Amplitudes are peaks; d axis on the magnets. Sources: S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990 (1), (2);
 * L. Harnefors, H.-P. Nee, IEEE Trans. Ind. Appl. 34(1), 1998 (4), (5).
 */
#ifndef FOC_H
#define FOC_H

typedef struct {
  float n_p, T_s;       /* pole pairs, [s] */
  float R_s;            /* [Ohm] */
  float L_d, L_q;       /* [H] */
  float psi_f;          /* [Vs] */
  float I_max;          /* [A] */
  float k_u;            /* share of u_dc / sqrt(3) to plan with */
  float alpha, alpha_w; /* bandwidths of currents, of weakening [rad/s] */
} foc_params;

typedef struct {
  float u_id, u_iq; /* integrals [V] */
  float i_w;        /* [A] */
  float i_d, i_q;   /* references [A] */
  float u_plan;     /* mean DC voltage [V] */
} foc_state;

typedef struct {
  float i_a, i_b, i_c;    /* [A] */
  float theta_m, omega_m; /* [rad], [rad/s] */
  float u_dc;             /* [V] */
  float tau;              /* of the air gap [Nm] */
} foc_inputs;

typedef struct {
  float d_a, d_b, d_c;    /* 0 to 1 */
  float tau_aimed;        /* within current and voltage [Nm] */
  float i_d_ref, i_q_ref; /* [A] */
  int reason;             /* of torque_limits.h */
} foc_outputs;

void foc_reset(foc_state* x);
foc_outputs foc_step(const foc_params* p, foc_state* x, const foc_inputs* in);

/* (1) [A] */
float foc_least_current(const foc_params* p, float i_q);

#endif
