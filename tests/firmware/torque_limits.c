#include "torque_limits.h"

#include "small_maths.h"

torque_limits_outputs torque_limits_step(const torque_limits_params* p, torque_limits_state* x,
                                         const torque_limits_inputs* in) {
  torque_limits_outputs out;
  const float speed = abs_f(in->omega_m);

  /* (1) */
  const float winding = falling(in->T_winding, p->T_winding_start, p->T_winding_end);
  const float junction = falling(in->T_junction, p->T_junction_start, p->T_junction_end);
  const float cool = min_f(winding, junction);
  const float most = cool * min_f(p->tau_max, p->P_max / max_f(speed, 1.0f));
  /* (2), (3) */
  const float by_speed = falling(speed, 0.98f * p->omega_max, p->omega_max);
  const float by_low = falling(-in->u_dc, -p->u_dc_low_start, -p->u_dc_low_end);
  const float by_high = falling(in->u_dc, p->u_dc_high_start, p->u_dc_high_end);
  const int drives = in->tau_request * in->omega_m >= 0.0f;
  out.tau_max = by_speed * by_low * most;
  out.tau_max_braking = by_high * most;
  const float limit = drives ? out.tau_max : out.tau_max_braking;
  const float tau = clamp_f(in->tau_request, -limit, limit);

  out.reason = NO_LIMIT;
  if (tau != in->tau_request) {
    out.reason = TORQUE_LIMIT;
    if (cool < 1.0f) out.reason = winding < junction ? WINDING_HOT : DEVICES_HOT;
    if (drives && by_low < 1.0f) out.reason = U_DC_LOW;
    if (!drives && by_high < 1.0f) out.reason = U_DC_HIGH;
  }

  /* (4) */
  const float step = in->T_s * p->slew;
  x->tau += clamp_f(tau - x->tau, -step, step);
  out.tau = x->tau;
  return out;
}
