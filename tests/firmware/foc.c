#include "foc.h"

#include "small_maths.h"
#include "torque_limits.h"

typedef struct {
  float d, q;
} dq_f;
typedef struct {
  float alpha, beta;
} ab_f;

static ab_f clarke(float a, float b, float c) {
  return (ab_f){(2.0f * a - b - c) / 3.0f, (b - c) / SQRT3_F};
}
static dq_f park(ab_f x, turn_f t) {
  return (dq_f){t.c * x.alpha + t.s * x.beta, t.c * x.beta - t.s * x.alpha};
}
static ab_f park_back(dq_f x, turn_f t) {
  return (ab_f){t.c * x.d - t.s * x.q, t.s * x.d + t.c * x.q};
}

float foc_least_current(const foc_params* p, float i_q) {
  const float L = p->L_q - p->L_d;
  if (abs_f(L) < 1e-3f * p->L_q) return 0.0f;
  return (p->psi_f - sqrt_f(p->psi_f * p->psi_f + 4.0f * L * L * i_q * i_q)) / (2.0f * L);
}

/* Torque per q current [Vs * 3/2 n_p]. */
static float per_ampere(const foc_params* p, float i_d) {
  return 1.5f * p->n_p * (p->psi_f + (p->L_d - p->L_q) * i_d);
}

/* (1) to (3), into x->i_d and x->i_q; returns what took from the torque. */
static int references(const foc_params* p, foc_state* x, float tau, float psi) {
  enum { STEPS = 6 };
  const float q_by_voltage = 0.85f * psi / p->L_q; /* beyond it more current gives less torque */
  int reason = NO_LIMIT, k;
  for (k = 0; k < STEPS; ++k) {
    const float psi_q = p->L_q * x->i_q, least = foc_least_current(p, x->i_q);
    const float by_voltage = (sqrt_f(psi * psi - psi_q * psi_q) - p->psi_f) / p->L_d;
    const float d = clamp_f(min_f(least, by_voltage) + x->i_w, -p->I_max, 0.0f);
    x->i_d = 0.5f * (x->i_d + d); /* half steps converge */
    {
      const float q_by_current = sqrt_f(p->I_max * p->I_max - x->i_d * x->i_d);
      const float most = min_f(q_by_current, q_by_voltage);
      const float asked = tau / per_ampere(p, x->i_d);
      const int by_u = by_voltage < least || q_by_voltage < q_by_current;
      reason = abs_f(asked) <= most ? NO_LIMIT : by_u ? VOLTAGE_LIMIT : CURRENT_LIMIT;
      x->i_q = clamp_f(asked, -most, most);
    }
  }
  return reason;
}

/* (4), (5): voltage within the circle inside the hexagon; u: its amplitude before that limit. */
static dq_f voltage(const foc_params* p, foc_state* x, dq_f i, float omega, float u_dc, float* u) {
  const float k_d = p->alpha * p->L_d, k_q = p->alpha * p->L_q;
  const float e_d = x->i_d - i.d, e_q = x->i_q - i.q, limit = u_dc / SQRT3_F;
  dq_f out;
  float share;
  out.d = k_d * e_d - (k_d - p->R_s) * i.d + x->u_id - omega * p->L_q * x->i_q;
  out.q = k_q * e_q - (k_q - p->R_s) * i.q + x->u_iq + omega * (p->L_d * x->i_d + p->psi_f);
  *u = sqrt_f(out.d * out.d + out.q * out.q);
  share = *u > limit ? limit / *u : 1.0f;
  x->u_id += p->T_s * p->alpha * (k_d * e_d - (1.0f - share) * out.d);
  x->u_iq += p->T_s * p->alpha * (k_q * e_q - (1.0f - share) * out.q);
  out.d *= share;
  out.q *= share;
  return out;
}

static void duties(ab_f u, float u_dc, foc_outputs* out) {
  const float a = u.alpha, b = -0.5f * u.alpha + 0.5f * SQRT3_F * u.beta;
  const float c = -0.5f * u.alpha - 0.5f * SQRT3_F * u.beta;
  const float middle = 0.5f * (max_f(a, max_f(b, c)) + min_f(a, min_f(b, c)));
  out->d_a = clamp_f(0.5f + (a - middle) / u_dc, 0.0f, 1.0f);
  out->d_b = clamp_f(0.5f + (b - middle) / u_dc, 0.0f, 1.0f);
  out->d_c = clamp_f(0.5f + (c - middle) / u_dc, 0.0f, 1.0f);
}

void foc_reset(foc_state* x) { *x = (foc_state){0}; }

foc_outputs foc_step(const foc_params* p, foc_state* x, const foc_inputs* in) {
  const float theta = p->n_p * in->theta_m, omega = p->n_p * in->omega_m;
  const float u_dc = max_f(in->u_dc, 1.0f), speed = max_f(abs_f(omega), 1.0f);
  const dq_f i = park(clarke(in->i_a, in->i_b, in->i_c), turn_of(theta));
  foc_outputs out;

  /* References that follow each swing of the DC link would feed it: they plan with its mean over 20 ms. */
  if (x->u_plan <= 0.0f) x->u_plan = u_dc;
  x->u_plan += p->T_s * 50.0f * (u_dc - x->u_plan);
  const float u_most = p->k_u * x->u_plan / SQRT3_F;
  const float drop = p->R_s * x->i_q * (omega < 0.0f ? -1.0f : 1.0f);
  out.reason = references(p, x, in->tau, (u_most - drop) / speed);

  float u;
  const dq_f u_dq = voltage(p, x, i, omega, u_dc, &u);
  const float per_amp = max_f(speed, 2.0f * p->alpha_w) * p->L_d; /* (6) */
  x->i_w = clamp_f(x->i_w + p->T_s * p->alpha_w * (u_most - u) / per_amp, -p->I_max, 0.0f);

  duties(park_back(u_dq, turn_of(theta + 1.5f * omega * p->T_s)), u_dc, &out);
  out.tau_aimed = per_ampere(p, x->i_d) * x->i_q;
  out.i_d_ref = x->i_d;
  out.i_q_ref = x->i_q;
  return out;
}
