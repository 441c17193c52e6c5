#include "vcu.h"

#include "small_maths.h"

vcu_outputs vcu_step(const vcu_config* c, const vcu_inputs* in) {
  const float grip = c->mu * c->mass * 9.80665f;
  const float slow = in->brake * grip;                                   /* (2) */
  const float near_top = clamp_f(0.5f * (c->v_max - in->v), 0.0f, 1.0f); /* the last 2 m/s */
  const float drive = in->brake > 0.0f ? 0.0f : near_top * in->accelerator * grip; /* (1) */
  const float may = clamp_f((in->v - c->v_zero) / max_f(c->v_full - c->v_zero, 1e-3f), 0.0f, 1.0f);
  const float regenerated = may * min_f(slow, c->deceleration_max * c->mass);
  const float lever = c->wheel_radius / c->ratio;
  const float asked = (drive - regenerated) * lever;
  const float may_give = max_f(in->P_discharge_max, 0.0f), may_take = max_f(in->P_charge_max, 0.0f);
  vcu_outputs out = {0};
  float p;

  if (near_top < 1.0f && in->accelerator > 0.0f && in->brake <= 0.0f) out.reason = 8;
  if (regenerated < slow) out.reason = 6;
  out.tau = clamp_f(asked, -in->tau_limit, in->tau_limit);
  if (out.tau != asked) out.reason = 1;
  p = out.tau * in->omega;
  if (1.1f * p > may_give) { /* losses of a tenth, roughly */
    out.tau *= may_give / (1.1f * p);
    out.reason = 2;
  } else if (-p > may_take) {
    out.tau *= may_take / -p;
    out.reason = 2;
  }
  out.F_brake = max_f(slow + min_f(out.tau / lever, 0.0f), 0.0f);
  return out;
}
