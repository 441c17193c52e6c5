/* Vehicle control unit of a car with one drive unit: pedals to a torque request and a brake force, once every 10 ms.
 *
 *   accelerator  a share of the tyres' grip, m g mu, as a force at the wheels                         (1)
 *   brake        the same; the machine takes what it may of it, the friction brakes the rest          (2)
 *   limits       of the machine, of the battery's power, of the car's speed
 */
#ifndef VCU_H
#define VCU_H

#define VCU_CONFIG(X) X(mass) X(wheel_radius) X(mu) X(v_max) X(v_zero) X(v_full) X(deceleration_max)
#define VCU_INPUTS(X) X(accelerator) X(brake) X(v) X(P_discharge_max) X(P_charge_max)

#define VCU_MEMBER(name) float name;
typedef struct {
  VCU_CONFIG(VCU_MEMBER)
  float ratio; /* of the drive unit */
} vcu_config;
typedef struct {
  VCU_INPUTS(VCU_MEMBER)
  float omega, tau_limit; /* of the drive unit */
} vcu_inputs;
#undef VCU_MEMBER

typedef struct {
  float tau;     /* [Nm] */
  float F_brake; /* [N] */
  int reason;    /* 0 none, 1 machine, 2 battery, 6 regeneration, 8 speed limiter */
} vcu_outputs;

vcu_outputs vcu_step(const vcu_config* c, const vcu_inputs* in);

#endif
