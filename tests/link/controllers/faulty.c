/* Controllers that go wrong, one for each macro that the build sets. All wait 100 ticks, with no voltage. */
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "sim/control/evsim_controller.h"

typedef struct {
  double ticks;
} State;

static double outside = 0.0; /* of the state block */
static volatile int zero = 0;

#ifdef STACK
static int deeper(volatile int* above) {
  volatile int here[1000];
  here[0] = *above + 1;
  return deeper(here) + here[0];
}
#endif

static void fail(State* s, evsim_motor_control_outputs* out) {
#if defined(SEGV)
  *(volatile int*)(intptr_t)zero = 1;
#elif defined(FPE)
  out->d_a = 7 / zero;
#elif defined(BUS)
  raise(SIGBUS);
#elif defined(ILL)
  __builtin_trap();
#elif defined(ABORT)
  abort();
#elif defined(HANG)
  while (zero == 0) {
  }
#elif defined(STACK)
  out->d_a = deeper(&zero);
#elif defined(NOT_A_NUMBER)
  out->d_b = sqrt(-1.0 - zero);
#elif defined(INFINITE)
  out->u_f = 1.0 / zero;
#elif defined(BEYOND)
  out->d_a = 1.5;
  out->d_c = -0.5;
#elif defined(GATES_OFF)
  out->gates = EVSIM_GATES_OFF;
#elif defined(SHORT_CIRCUIT)
  out->gates = EVSIM_SHORT_CIRCUIT;
#elif defined(OVERRUN)
  s[1].ticks = 1.0;
#endif
  (void)s;
  (void)out;
}

static const char* init(void* state, const evsim_motor_control_config* config) {
  (void)state;
  (void)config;
  outside = 0.0;
#ifdef REFUSES
  return "it likes no cars";
#else
  return NULL;
#endif
}

static void step(void* state, const evsim_motor_control_inputs* in,
                 evsim_motor_control_outputs* out) {
#ifdef OWN_STATE
  (void)state;
  (void)in;
  outside += 1.0;
  out->signals[0] = outside;
  fail(NULL, out);
#else
  State* s = state;
  s->ticks += 1.0;
  out->signals[0] = s->ticks;
  if (in->tick >= 100) fail(s, out);
#endif
}

#if !defined(NO_SYMBOL)
const evsim_controller* evsim_controller_get(uint32_t role) {
  static evsim_controller table;
  const evsim_controller given = {
#ifdef WRONG_ABI
      .abi = EVSIM_CONTROLLER_ABI + 1,
#else
      .abi = EVSIM_CONTROLLER_ABI,
#endif
#ifdef WRONG_ROLE
      .role = EVSIM_VCU,
#else
      .role = EVSIM_MOTOR_CONTROL,
#endif
      .table_size = sizeof(evsim_controller),
#ifdef WRONG_SIZE
      .config_size = 8,
#else
      .config_size = sizeof(evsim_motor_control_config),
#endif
      .inputs_size = sizeof(evsim_motor_control_inputs),
      .outputs_size = sizeof(evsim_motor_control_outputs),
      .name = "faulty",
#ifdef WRONG_RATE
      .rate_Hz = 1234.0,
#endif
#ifdef WRONG_NAME
      .signals = {"with space"},
#else
      .signals = {"ticks"},
#endif
#ifdef OWN_STATE
      .state_size = 0,
#elif defined(HUGE_STATE)
      .state_size = EVSIM_STATE + 1,
#else
      .state_size = sizeof(State),
#endif
      .motor_control_init = init,
      .motor_control_step = step};
  table = given;
  return role == EVSIM_MOTOR_CONTROL ? &table : NULL;
}
#else
const char* something_else(void) {
  return init(NULL, NULL) == NULL ? "" : (step(NULL, NULL, NULL), "");
}
#endif
