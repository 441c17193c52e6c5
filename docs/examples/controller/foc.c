/* Field-oriented control of a synchronous machine with magnets, as a controller of evsim.
 *
 *   torque   -> currents   MTPA by formula, within the flux that the voltage leaves, which a voltage
 *                          controller trims                                                        (1)
 *   currents -> voltage    PI in dq with active damping, decoupling and delay compensation              (2)
 *   voltage  -> duties     space-vector modulation
 *
 * (1) i_d = (psi - sqrt(psi^2 + 4 (L_q - L_d)^2 i_q^2)) / (2 (L_q - L_d)),   tau = 3/2 n_p (psi + (L_d - L_q) i_d) i_q
 * (2) u = k_p (i_ref - i) - R_a i + integral + j omega psi(i_ref),  k_p = alpha L,  R_a = alpha L - R,  k_i = alpha^2 L
 * One tick passes until the duties act, and they act for one: the vector is turned ahead by 1.5 omega T_s.
 * Amplitudes are peaks; d axis on the magnets. Sources: S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990 (1);
 * L. Harnefors, H.-P. Nee, IEEE Trans. Ind. Appl. 34(1), 1998 (2).
 */
#include <math.h>
#include <stddef.h>

#include "sim/control/evsim_controller.h"

#define TWO_PI 6.283185307179586
#define SQRT3 1.7320508075688772

/* All that lasts from tick to tick: the simulator keeps it. */
typedef struct {
  double n_p, T_s, R, L_d, L_q, psi, I_max, k_u; /* the machine as it is believed to be */
  double alpha, alpha_fw; /* bandwidths of currents and field weakening [rad/s] */
  double u_id, u_iq;      /* integrals [V] */
  double i_fw;            /* d current by the voltage controller, <= 0 [A] */
  double i_q;             /* last reference [A] */
  double u_plan;          /* DC voltage that the references plan with [V] */
  double tau;             /* request after its slew limit [Nm] */
} Foc;

static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
static double torque(const Foc* f, double i_d, double i_q) {
  return 1.5 * f->n_p * (f->psi + (f->L_d - f->L_q) * i_d) * i_q;
}

static const char* init(void* state, const evsim_motor_control_config* c) {
  Foc* f = state;
  if (c->machine != EVSIM_SYNCHRONOUS || c->psi_f <= 0.0)
    return "it is made for machines with magnets";
  f->n_p = (double)c->n_p;
  f->T_s = c->T_s;
  f->R = c->R_s;
  f->L_d = c->L_d;
  f->L_q = c->L_q;
  f->psi = c->psi_f;
  f->I_max = c->I_max;
  f->k_u = c->k_u;
  f->alpha = TWO_PI * 120.0; /* seven ticks a turn at top speed: more would ring */
  f->alpha_fw = TWO_PI * 30.0;
  return NULL;
}

/* (1): d current of the least amplitude for a q current. */
static double mtpa(const Foc* f, double i_q) {
  const double L = f->L_q - f->L_d;
  if (fabs(L) < 1e-3 * f->L_q) return 0.0;
  return (f->psi - sqrt(f->psi * f->psi + 4.0 * L * L * i_q * i_q)) / (2.0 * L);
}

/* Currents for a torque within I_max and the flux that the voltage leaves; reason says what took from it. */
static void references(const Foc* f, double tau, double psi_most, double* i_d, double* i_q,
                       double* reason) {
  const double q_voltage = 0.85 * psi_most / f->L_q; /* beyond it more current gives less torque */
  double d = f->i_fw, q = 0.0;
  *reason = 0.0;
  for (int k = 0; k < 12;
       ++k) { /* i_d follows i_q, i_q the torque; half steps make it a contraction */
    const double psi_q = f->L_q * q;
    const double by_voltage =
        (sqrt(fmax(psi_most * psi_most - psi_q * psi_q, 0.0)) - f->psi) / f->L_d;
    d = 0.5 * (d + clamp(fmin(mtpa(f, q), by_voltage) + f->i_fw, -f->I_max, 0.0));
    const double q_current = sqrt(f->I_max * f->I_max - d * d), most = fmin(q_current, q_voltage);
    const double asked = tau / (1.5 * f->n_p * (f->psi + (f->L_d - f->L_q) * d));
    *reason = fabs(asked) <= most                                ? 0.0
              : by_voltage < mtpa(f, q) || q_voltage < q_current ? 2.0
                                                                 : 3.0;
    q = clamp(asked, -most, most);
  }
  *i_d = d;
  *i_q = q;
}

/* Duties of a vector that lies within the hexagon, both zero vectors for the same time. */
static void modulate(double u_alpha, double u_beta, double u_dc, evsim_motor_control_outputs* out) {
  const double a = u_alpha, b = -0.5 * u_alpha + 0.5 * SQRT3 * u_beta,
               c = -0.5 * u_alpha - 0.5 * SQRT3 * u_beta;
  const double middle = 0.5 * (fmax(a, fmax(b, c)) + fmin(a, fmin(b, c)));
  out->d_a = clamp(0.5 + (a - middle) / u_dc, 0.0, 1.0);
  out->d_b = clamp(0.5 + (b - middle) / u_dc, 0.0, 1.0);
  out->d_c = clamp(0.5 + (c - middle) / u_dc, 0.0, 1.0);
}

static void step(void* state, const evsim_motor_control_inputs* in,
                 evsim_motor_control_outputs* out) {
  Foc* f = state;
  const double theta = f->n_p * in->theta_m, omega = f->n_p * in->omega_m;
  const double cosine = cos(theta), sine = sin(theta), u_dc = fmax(in->u_dc, 1.0);
  const double i_alpha = (2.0 * in->i_a - in->i_b - in->i_c) / 3.0,
               i_beta = (in->i_b - in->i_c) / SQRT3;
  const double i_d = cosine * i_alpha + sine * i_beta, i_q = cosine * i_beta - sine * i_alpha;

  if (in->enable < 0.5) { /* start afresh when the gates come back */
    f->u_id = f->u_iq = f->i_fw = f->i_q = f->tau = 0.0;
    out->gates = EVSIM_GATES_OFF;
    out->reason = 8.0;
    return;
  }

  /* The control unit's steps become ramps of 10 ms; more would excite the currents for nothing. */
  const double most = in->T_s * 1e4 * fmax(1.0, fabs(in->tau_request) / 100.0);
  f->tau += clamp(in->tau_request + in->tau_drag - f->tau, -most, most);
  /* Currents that follow each swing of the DC link would feed it: plan with its mean over 20 ms. */
  if (f->u_plan <= 0.0) f->u_plan = u_dc;
  f->u_plan += in->T_s * 50.0 * (u_dc - f->u_plan);
  const double u_most = f->k_u * f->u_plan / SQRT3, speed = fmax(fabs(omega), 1.0);
  const double drop = f->R * f->i_q * (omega < 0.0 ? -1.0 : 1.0); /* > 0 motoring */
  double i_dr, i_qr;
  references(f, f->tau, (u_most - drop) / speed, &i_dr, &i_qr, &out->reason);
  f->i_q = i_qr;

  /* (2) */
  const double e_d = i_dr - i_d, e_q = i_qr - i_q;
  const double k_d = f->alpha * f->L_d, k_q = f->alpha * f->L_q;
  double u_d = k_d * e_d - (k_d - f->R) * i_d + f->u_id - omega * f->L_q * i_qr;
  double u_q = k_q * e_q - (k_q - f->R) * i_q + f->u_iq + omega * (f->L_d * i_dr + f->psi);
  const double u = sqrt(u_d * u_d + u_q * u_q), limit = u_dc / SQRT3;
  const double share = u > limit ? limit / u : 1.0;
  /* Integrals take back what the limit took (anti-windup by back-calculation). */
  f->u_id += in->T_s * f->alpha * (k_d * e_d - (1.0 - share) * u_d);
  f->u_iq += in->T_s * f->alpha * (k_q * e_q - (1.0 - share) * u_q);
  u_d *= share;
  u_q *= share;

  /* Field weakening: more d current against the flux while the voltage is above its plan. */
  const double per_ampere = fmax(speed, 2.0 * f->alpha_fw) * f->L_d; /* [V/A] */
  f->i_fw = clamp(f->i_fw + in->T_s * f->alpha_fw * (u_most - u) / per_ampere, -f->I_max, 0.0);

  const double ahead = theta + 1.5 * omega * in->T_s;
  modulate(cos(ahead) * u_d - sin(ahead) * u_q, sin(ahead) * u_d + cos(ahead) * u_q, u_dc, out);
  out->tau_aimed = torque(f, i_dr, i_qr);
  out->i_d_ref = i_dr;
  out->i_q_ref = i_qr;
  out->signals[0] = u / limit;
  out->signals[1] = f->i_fw;
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller foc = {.abi = EVSIM_CONTROLLER_ABI,
                                       .role = EVSIM_MOTOR_CONTROL,
                                       .table_size = sizeof(evsim_controller),
                                       .config_size = sizeof(evsim_motor_control_config),
                                       .inputs_size = sizeof(evsim_motor_control_inputs),
                                       .outputs_size = sizeof(evsim_motor_control_outputs),
                                       .name = "example FOC 1.0",
                                       .state_size = sizeof(Foc),
                                       .signals = {"voltage_use", "i_fw"},
                                       .motor_control_init = init,
                                       .motor_control_step = step};
  return role == EVSIM_MOTOR_CONTROL ? &foc : NULL;
}
