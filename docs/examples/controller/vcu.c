/* A small vehicle control unit for evsim: pedals to torques and friction brake.
 *
 *   accelerator   below `lift` it regenerates, above it drives: a car for one pedal
 *   brake         regeneration first, friction for the rest
 *   limits        speed limiter, battery power, regeneration that fades out before the car stands
 */
#include <math.h>
#include <stddef.h>

#include "sim/control/evsim_controller.h"

typedef struct {
  evsim_vcu_config c;
  double lift;   /* accelerator at which the car coasts */
  double a_lift; /* deceleration at lift-off [m/s2] */
} Unit;

static double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

static const char* init(void* state, const evsim_vcu_config* config) {
  Unit* u = state;
  u->c = *config;
  for (int k = 0; k < EVSIM_UNITS; ++k) u->c.unit[k] = NULL; /* valid during init() only */
  u->lift = 0.1;
  u->a_lift = 1.2;
  return NULL;
}

/* Share of the regeneration that the speed allows. */
static double fade(const Unit* u, double v) {
  const double s = clamp((v - u->c.v_zero) / fmax(u->c.v_full - u->c.v_zero, 1e-3), 0.0, 1.0);
  return s * s * (3.0 - 2.0 * s);
}

static void step(void* state, const evsim_vcu_inputs* in, evsim_vcu_outputs* out) {
  const Unit* u = state;
  const double weight = u->c.mu * u->c.mass * 9.80665;
  const double pedal = in->brake > 0.0 ? 0.0 : in->accelerator;

  /* Forces at the wheels asked for: by the machines, and by braking in all. */
  double F_drive = 0.0, F_slow = in->brake * weight;
  if (pedal >= u->lift)
    F_drive = weight * (pedal - u->lift) / (1.0 - u->lift);
  else
    F_slow += u->c.mass * u->a_lift * (1.0 - pedal / u->lift) * (in->v > 0.5 ? 1.0 : 0.0);

  /* Speed limiter: the last 2 m/s below it take the force away. */
  if (F_drive > 0.0) {
    const double near = clamp((u->c.v_max - in->v) / 2.0, 0.0, 1.0);
    if (near < 1.0) out->reason = 8.0;
    F_drive *= near;
  }
  const double F_regeneration = fade(u, in->v) * fmin(F_slow, u->c.deceleration_max * u->c.mass);

  /* Torques by the shares of the units, within what each can give and what the battery gives or takes. */
  double shares = 0.0, p = 0.0, tau[EVSIM_UNITS] = {0}, F_given = 0.0;
  const int units = (int)u->c.units;
  for (int k = 0; k < units; ++k) shares += u->c.share[k];
  for (int k = 0; k < units; ++k) {
    const double F = (F_drive - F_regeneration) * u->c.share[k] / shares;
    tau[k] = clamp(F * u->c.wheel_radius / u->c.ratio[k], -in->tau_limit[k], in->tau_limit[k]);
    if (fabs(tau[k]) >= in->tau_limit[k]) out->reason = 1.0;
    p += tau[k] * in->omega[k];
  }
  const double losses = 1.1; /* of machine and inverter, roughly */
  double part = 1.0;
  if (p * losses > in->P_discharge_max) part = fmax(in->P_discharge_max, 0.0) / (p * losses);
  if (-p > in->P_charge_max) part = fmax(in->P_charge_max, 0.0) / -p;
  if (part < 1.0) out->reason = 2.0;
  for (int k = 0; k < units; ++k) {
    out->tau[k] = part * tau[k];
    F_given += out->tau[k] * u->c.ratio[k] / u->c.wheel_radius;
  }

  /* Friction for what braking is left; at rest without pedal it holds the car. */
  const double left = F_slow + fmin(F_given, 0.0);
  out->F_brake = fmax(left, 0.0);
  if (in->v < 0.1 && pedal < u->lift) out->F_brake = fmax(out->F_brake, 0.3 * weight);
  out->signals[0] = F_drive - F_slow;
}

const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller unit = {.abi = EVSIM_CONTROLLER_ABI,
                                        .role = EVSIM_VCU,
                                        .table_size = sizeof(evsim_controller),
                                        .config_size = sizeof(evsim_vcu_config),
                                        .inputs_size = sizeof(evsim_vcu_inputs),
                                        .outputs_size = sizeof(evsim_vcu_outputs),
                                        .name = "example control unit 1.0",
                                        .rate_Hz = 100.0,
                                        .state_size = sizeof(Unit),
                                        .signals = {"F_asked_N"},
                                        .vcu_init = init,
                                        .vcu_step = step};
  return role == EVSIM_VCU ? &unit : NULL;
}
