/* A controller of your own, as a shared library that evsim calls: C99, no dependencies.
 *
 * The library exports one function, evsim_controller_get(role). It returns a table for each role that the library
 * has, and NULL for the others:
 *   motor_control   one instance for each drive unit, called once a tick of its carrier; what it computes begins to
 *                   act at the next tick, as in a timer with shadow registers
 *   vcu             vehicle control unit: pedals to torque requests and friction brakes
 *   bms             battery management: the power that the battery may give and take now
 *   brake           wheel brakes: by machines or friction, pressures, anti-lock control
 * init() is called once for each instance before the run, step() at each tick. All numbers are SI: angles in rad,
 * temperatures in K, currents and voltages as amplitudes. Torque, speed, current and voltage are > 0 motoring
 * forward; the d axis lies on phase a at theta = 0; u_alpha + j u_beta = 2/3 (u_a + a u_b + a^2 u_c).
 * The state block is the simulator's: state_size bytes, zero before init(). It is saved and restored with the
 * simulation, so keep no pointers into it and nothing outside of it. `evsim describe interface ROLE` lists all
 * members with units and ranges.
 */
#ifndef EVSIM_CONTROLLER_H
#define EVSIM_CONTROLLER_H

/* C has no <cstdint> and no `using`. NOLINTBEGIN(modernize-deprecated-headers, modernize-use-using) */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVSIM_CONTROLLER_ABI 2u
#define EVSIM_UNITS 4 /* drive units at most */
#define EVSIM_WHEELS 4
#define EVSIM_SIGNALS 8  /* recorded signals of a controller's own */
#define EVSIM_STATE 8192 /* bytes of a state block at most */

enum { EVSIM_MOTOR_CONTROL = 1, EVSIM_VCU = 2, EVSIM_BMS = 3, EVSIM_BRAKE = 4 }; /* roles */

/* ---- Motor control ----------------------------------------------------------------------------------- */

enum { EVSIM_SYNCHRONOUS = 0, EVSIM_EXCITED = 1, EVSIM_INDUCTION = 2 }; /* machine */

/* What the control is told of its drive unit, once. A machine has the figures of its kind, the others are 0. */
typedef struct evsim_motor_control_config {
  const char* unit;        /* name of the drive unit; valid during init() */
  int64_t machine;         /* EVSIM_SYNCHRONOUS ... */
  int64_t n_p;             /* pole pairs */
  double T_s;              /* between two ticks [s] */
  double f_sw;             /* of the carrier [Hz] */
  double R_s;              /* stator phase, warm [Ohm] */
  double L_d, L_q;         /* without saturation [H] */
  double psi_f;            /* of the magnets, warm [Vs] */
  double L_m, L_f;         /* of a field winding: psi_d per field current, its own inductance [H] */
  double R_f;              /* of a field winding, warm [Ohm] */
  double R_R;              /* of a cage, inverse-Gamma circuit, warm [Ohm] */
  double L_sigma;          /* its leakage [H] */
  double L_M;              /* its magnetising inductance [H] */
  double I_max;            /* largest phase current [A] */
  double tau_max;          /* largest torque [Nm] */
  double P_max;            /* largest power [W] */
  double omega_max;        /* of the rotor [rad/s] */
  double U_f_min, U_f_max; /* of the field [V] */
  double dead_time;        /* to be compensated [s] */
  double k_u;              /* share of u_dc / sqrt(3) to plan with */
  double u_dc_trip;        /* at which the inverter trips; infinity: never [V] */
} evsim_motor_control_config;

/* Sampled at the tick. */
typedef struct evsim_motor_control_inputs {
  int64_t time_ns;        /* simulated time of the tick [ns] */
  int64_t tick;           /* 0, 1, 2 ... */
  double T_s;             /* [s] */
  double enable;          /* 1; 0 while a trip or a fault keeps the gates from switching */
  double i_a, i_b, i_c;   /* phase currents, > 0 into the machine [A] */
  double u_dc;            /* of the DC link [V] */
  double theta_m;         /* of the rotor, -pi to pi [rad] */
  double omega_m;         /* of the rotor [rad/s] */
  double i_f;             /* of a field winding [A] */
  double T_winding;       /* [K] */
  double T_junction;      /* [K] */
  double tau_request;     /* at the shaft [Nm] */
  double tau_drag;        /* what iron loss and friction take now, as a test bench knows it [Nm] */
  double d_a, d_b, d_c;   /* duties that act from this tick to the next */
  double u_alpha, u_beta; /* their voltage at the u_dc seen [V] */
} evsim_motor_control_inputs;

enum { EVSIM_DUTIES = 0, EVSIM_VECTOR = 1, EVSIM_TORQUE = 2 };               /* output */
enum { EVSIM_GATES_OFF = 0, EVSIM_MODULATING = 1, EVSIM_SHORT_CIRCUIT = 2 }; /* gates */

/* To act from the next tick to the one after it. Filled in before the call: no voltage, modulating, aiming at the
 * request; a member that isn't written stays so. */
typedef struct evsim_motor_control_outputs {
  /* EVSIM_DUTIES; EVSIM_VECTOR: duties by the vehicle's modulation; EVSIM_TORQUE: the built-in control gives tau_aimed. */
  double output;
  double d_a, d_b, d_c;   /* of the upper switches, 0 to 1 */
  double u_alpha, u_beta; /* [V] */
  double gates;           /* EVSIM_MODULATING ...; short circuit: all lower switches on */
  double u_f;             /* of a field winding [V] */
  double tau_aimed; /* air-gap torque within all limits; before: tau_request + tau_drag [Nm] */
  double i_d_ref, i_q_ref; /* for the record [A] */
  /* Why less than asked for: 0 none, 1 torque limit, 2 voltage, 3 current, 4 winding temperature,
   * 5 junction temperature, 6 u_dc low, 7 u_dc high, 8 disabled. */
  double reason;
  double signals[EVSIM_SIGNALS]; /* of your own: see evsim_controller */
} evsim_motor_control_outputs;

/* ---- Vehicle control unit ---------------------------------------------------------------------------- */

typedef struct evsim_vcu_config {
  int64_t units;                 /* drive units; the first `units` members of arrays count */
  const char* unit[EVSIM_UNITS]; /* their names; valid during init() */
  double axle[EVSIM_UNITS];      /* 0 front, 1 rear */
  double ratio[EVSIM_UNITS];     /* motor over wheel speed, in the lowest gear */
  double share[EVSIM_UNITS];     /* of the torque, as the vehicle file splits it */
  double tau_max[EVSIM_UNITS];   /* [Nm] */
  double P_max[EVSIM_UNITS];     /* [W] */
  double omega_max[EVSIM_UNITS]; /* [rad/s] */
  double T_s;                    /* between two ticks [s] */
  double mass;                   /* as driven [kg] */
  double wheel_radius;           /* [m] */
  double front_load;             /* share of the weight on the front axle at rest */
  double mu;                     /* grip of the tyres */
  double v_max;                  /* of the speed limiter; infinity: none [m/s] */
  double v_zero, v_full;         /* the vehicle file's regeneration: none below, all above [m/s] */
  double deceleration_max;       /* and at most [m/s2] */
} evsim_vcu_config;

/* Sampled at the tick. */
typedef struct evsim_vcu_inputs {
  int64_t time_ns; /* simulated time of the tick [ns] */
  int64_t tick;    /* 0, 1, 2 ... */
  double T_s;      /* [s] */
  /* Pedals, 0 to 1; a driver who follows a trace presses for F_request / (mu m g). */
  double accelerator, brake;
  double F_request;              /* the same as a force at the wheels [N] */
  double v;                      /* [m/s] */
  double sin_alpha;              /* of the grade, > 0 uphill */
  double SOC;                    /* of the battery, 0 to 1 */
  double U_0;                    /* of the battery without current [V] */
  double P_discharge_max;        /* of the battery now [W] */
  double P_charge_max;           /* [W] */
  double T_battery;              /* [K] */
  double omega[EVSIM_UNITS];     /* of the rotors [rad/s] */
  double tau[EVSIM_UNITS];       /* that the machines give [Nm] */
  double tau_limit[EVSIM_UNITS]; /* that they can give at this speed and U_0, either sign [Nm] */
} evsim_vcu_inputs;

/* Before the call all are 0. */
typedef struct evsim_vcu_outputs {
  double tau[EVSIM_UNITS]; /* requests, at the shafts of the machines [Nm] */
  double F_brake;          /* of the friction brakes, >= 0 [N] */
  /* Why the car gets less than asked for: 0 none, 1 machine, 2 battery power, 3 battery current,
   * 4 battery voltage, 5 charge state, 6 regeneration, 7 grip, 8 speed limiter. */
  double reason;
  double signals[EVSIM_SIGNALS]; /* of your own */
} evsim_vcu_outputs;

/* ---- Battery management ------------------------------------------------------------------------------ */

/* What the vehicle file says of the pack; of a battery of constant efficiency the powers and the SOC alone. What it does not
 * limit is infinite. */
typedef struct evsim_bms_config {
  double T_s;                 /* between two ticks [s] */
  int64_t n_series;           /* cells; 0: not known */
  int64_t n_parallel;         /* cells; 0: not known */
  double Q;                   /* rated charge of the pack; 0: not known [C] */
  double U_min, U_max;        /* of the pack [V] */
  double I_discharge_max;     /* [A] */
  double P_discharge_max;     /* [W] */
  double P_charge_max;        /* [W] */
  double SOC_empty, SOC_full; /* the usable window */
  double SOC_taper;           /* charging fades out over this last part of it */
} evsim_bms_config;

/* Sampled at the tick. */
typedef struct evsim_bms_inputs {
  int64_t time_ns;     /* simulated time of the tick [ns] */
  int64_t tick;        /* 0, 1, 2 ... */
  double T_s;          /* [s] */
  double u;            /* at the terminals of the pack [V] */
  double i;            /* > 0 discharging [A] */
  double SOC;          /* 0 to 1 */
  double U_0;          /* of the pack without current [V] */
  double R;            /* behind it now: u = U_0 - R i [Ohm] */
  double T_cell;       /* [K] */
  double I_charge_max; /* of the vehicle file at this temperature [A] */
} evsim_bms_inputs;

/* Before the call the powers are 0, the reasons 1. */
typedef struct evsim_bms_outputs {
  double P_discharge_max; /* that the battery may give now, >= 0 [W] */
  double P_charge_max;    /* that it may take, >= 0 [W] */
  /* What limits them: 0 none, 1 rated power, 2 current, 3 voltage, 4 charge state. */
  double discharge_reason, charge_reason;
  double signals[EVSIM_SIGNALS]; /* of your own */
} evsim_bms_outputs;

/* ---- Brakes ------------------------------------------------------------------------------------------ */

enum { EVSIM_FRONT_LEFT = 0, EVSIM_FRONT_RIGHT = 1, EVSIM_REAR_LEFT = 2, EVSIM_REAR_RIGHT = 3 };
typedef struct evsim_wheels {
  double at[EVSIM_WHEELS]; /* EVSIM_FRONT_LEFT ... */
} evsim_wheels;

enum { EVSIM_ONE_MASS = 0, EVSIM_MULTI_BODY = 1 };                           /* chassis */
enum { EVSIM_BOTH_WHEELS = 0, EVSIM_LEFT_WHEEL = 1, EVSIM_RIGHT_WHEEL = 2 }; /* turns */

/* With the chassis EVSIM_ONE_MASS there are no wheels: figures of brakes are 0. */
typedef struct evsim_brake_config {
  int64_t chassis;               /* EVSIM_ONE_MASS ... */
  int64_t units;                 /* drive units; the first `units` members of arrays count */
  const char* unit[EVSIM_UNITS]; /* their names; valid during init() */
  double axle[EVSIM_UNITS];      /* 0 front, 1 rear */
  double turns[EVSIM_UNITS];     /* EVSIM_BOTH_WHEELS ... */
  double tau_max[EVSIM_UNITS];   /* [Nm] */
  double P_max[EVSIM_UNITS];     /* [W] */
  double T_s;                    /* between two ticks [s] */
  double mass;                   /* as driven [kg] */
  double wheelbase;              /* [m] */
  double cg_behind_front;        /* centre of gravity behind the front axle [m] */
  double cg_height;              /* over the road [m] */
  double track;                  /* mean of both axles; 0: not known [m] */
  double wheel_radius;           /* [m] */
  double wheel_inertia;          /* of one wheel [kg m2] */
  double c_front, c_rear;        /* torque of a wheel's brake per pressure [Nm/Pa] */
  double pressure_max;           /* of the pedal pressed down [Pa] */
  double lag;                    /* of a pressure behind what is asked for [s] */
} evsim_brake_config;

/* Sampled at the tick. */
typedef struct evsim_brake_inputs {
  int64_t time_ns;    /* simulated time of the tick [ns] */
  int64_t tick;       /* 0, 1, 2 ... */
  double T_s;         /* [s] */
  double F_request;   /* by the driver at the wheels, < 0: he brakes [N] */
  double F_brake;     /* of friction, that the control unit asks for, >= 0 [N] */
  double p_request;   /* at which friction alone gives all braking that is asked for [Pa] */
  double v;           /* of the car, as its wheels and its acceleration tell [m/s] */
  double a_x, a_y;    /* specific forces along the axes of the body [m/s2] */
  double omega_z;     /* in yaw, > 0 to the left [rad/s] */
  double delta;       /* of the front wheels, mean, > 0 to the left [rad] */
  evsim_wheels omega; /* of the wheels [rad/s] */
  evsim_wheels p;     /* of the brakes [Pa] */
  double tau_request[EVSIM_UNITS]; /* asked of the machines; braking, all that they can [Nm] */
  double tau[EVSIM_UNITS];         /* that the machines have given since the last tick [Nm] */
  double omega_m[EVSIM_UNITS];     /* of the rotors [rad/s] */
  double ratio[EVSIM_UNITS];       /* motor over wheel speed, as gears are in mesh now */
} evsim_brake_inputs;

#define EVSIM_NO_LIMIT 1e9 /* of p_limit [Pa] */

/* Filled in before the call with what the built-in control gives; a member that isn't written stays so. With one mass
 * F_brake counts alone, with the chassis EVSIM_MULTI_BODY all others. */
typedef struct evsim_brake_outputs {
  double tau[EVSIM_UNITS]; /* of the machines, before traction control and damping [Nm] */
  evsim_wheels p;          /* asked of the brakes, >= 0; others may ask for more [Pa] */
  evsim_wheels p_limit;    /* no brake gets more, whoever asks; anti-lock control, >= 0 [Pa] */
  double F_brake;          /* of the friction brakes, >= 0 [N] */
  double signals[EVSIM_SIGNALS]; /* of your own */
} evsim_brake_outputs;

/* ---- What the library exports ------------------------------------------------------------------------ */

typedef struct evsim_controller {
  uint32_t abi;                                    /* EVSIM_CONTROLLER_ABI */
  uint32_t role;                                   /* EVSIM_MOTOR_CONTROL ... */
  uint32_t table_size;                             /* sizeof(evsim_controller) */
  uint32_t config_size, inputs_size, outputs_size; /* sizeof those of the role */
  const char* name;                                /* of the controller, with its version */
  /* Of its ticks; 0: the vehicle's. motor_control: once or twice that of the carrier. brake: the vehicle's alone. */
  double rate_Hz;
  /* Bytes, at most EVSIM_STATE. 0: the library keeps its state in static variables; then it runs one drive unit, and
   * no snapshot can be restored. */
  uint64_t state_size;
  /* Names of outputs.signals, letters, digits and _; NULL: not used. Recorded as
   * drive_units.UNIT.controller.NAME and ROLE.controller.NAME. */
  const char* signals[EVSIM_SIGNALS];
  /* Those of the role; the others are NULL. init() returns NULL, or why it can't control this car. */
  const char* (*motor_control_init)(void* state, const evsim_motor_control_config* config);
  void (*motor_control_step)(void* state, const evsim_motor_control_inputs* in,
                             evsim_motor_control_outputs* out);
  const char* (*vcu_init)(void* state, const evsim_vcu_config* config);
  void (*vcu_step)(void* state, const evsim_vcu_inputs* in, evsim_vcu_outputs* out);
  const char* (*bms_init)(void* state, const evsim_bms_config* config);
  void (*bms_step)(void* state, const evsim_bms_inputs* in, evsim_bms_outputs* out);
  const char* (*brake_init)(void* state, const evsim_brake_config* config);
  void (*brake_step)(void* state, const evsim_brake_inputs* in, evsim_brake_outputs* out);
} evsim_controller;

#if defined(_WIN32)
#define EVSIM_EXPORT __declspec(dllexport)
#else
#define EVSIM_EXPORT __attribute__((visibility("default")))
#endif

EVSIM_EXPORT const evsim_controller* evsim_controller_get(uint32_t role);

/* NOLINTEND(modernize-deprecated-headers, modernize-use-using) */

#ifdef __cplusplus
}
#endif

#endif
