/* The motor control on an emulated Cortex-M4F, in lockstep over two pipes (fifo:///PATH; docs/firmware.md):
 *   qemu-system-arm -M netduinoplus2 -kernel motor.elf -append PATH -semihosting-config enable=on,target=native
 *     -icount shift=3,sleep=off -display none -monitor none -serial none
 * At each of its ticks it reads a step, blocked until there is one, and answers it.
 * Exit code: 0 the run is over, 1 refused or the simulator has gone, 4 there is none at PATH.
 */
#include "motor.h"
#include "stm32f405/board.h"
#include "stm32f405/semihosting.h"

#define EVSIM_LINK_SIGNALS 16
#include "sim/link/evsim_link.h"

#define CONFIG(name) "config " #name "\n"
#define IN(name) "in " #name "\n"
#define OUT(name) "out " #name "\n"
static const char hello[] =
    "role motor_control\nname motor firmware 1.0 on a Cortex-M4F\n" MOTOR_CONFIG(CONFIG)
        MOTOR_INPUTS(IN) MOTOR_OUTPUTS(OUT) "out controller.tau_most\n";

static evsim_link link;
static motor_state motor;
static int32_t in, out;

static void leave(const char* why, uint32_t code) {
  semihosting_print(why);
  semihosting_print("\n");
  semihosting_exit(code);
}

static void say(void) {
  if (link.out_size > 0 && !semihosting_write(out, link.out, (uint32_t)link.out_size))
    leave("the simulator has gone", 1);
  link.out_size = 0;
}

static void begin(void) {
  motor_config config;
  const double* figure = link.config;
  const char* wrong;
#define READ(name) config.name = (float)*figure++;
  MOTOR_CONFIG(READ)
#undef READ
  config.T_s = (float)link.T_s;
  wrong = motor_init(&motor, &config);
  if (wrong) leave(wrong, 1);
  semihosting_print("welcome\n");
  board_ticks((uint32_t)(link.T_s * CORE_HZ + 0.5));
}

static void compute(void) {
  motor_inputs now;
  motor_outputs next;
  const double* input = link.input;
  double* output = link.output;
#define READ(name) now.name = (float)*input++;
  MOTOR_INPUTS(READ)
#undef READ
  next = motor_step(&motor, &now);
#define WRITE(name) *output++ = next.name;
  MOTOR_OUTPUTS(WRITE)
#undef WRITE
  *output = next.tau_max;
  evsim_link_answer(&link);
}

/* 1 where a step was answered. */
static int take(enum evsim_link_event what) {
  switch (what) {
    case EVSIM_LINK_WELCOME: begin(); return 0;
    case EVSIM_LINK_STEP: compute(); return 1;
    case EVSIM_LINK_REFUSED: leave(link.text, 1); return 0;
    case EVSIM_LINK_BYE: leave("the run is over", 0); return 0;
    case EVSIM_LINK_GARBAGE: leave("what came is no message", 1); return 0;
    default: return 0;
  }
}

static int32_t open_pipe(char* path, const char* end, uint32_t mode) {
  char name[256];
  uint32_t n = 0;
  int32_t file;
  while (path[n] != '\0' && n + 8 < sizeof name) {
    name[n] = path[n];
    ++n;
  }
  do name[n++] = *end;
  while (*end++ != '\0');
  file = semihosting_open(name, mode);
  if (file < 0) leave("no simulator listens there", 4);
  return file;
}

static char* argument(char* line) {
  while (*line != '\0' && *line != ' ') ++line;
  while (*line == ' ') ++line;
  return line;
}

int main(void) {
  char line[240];
  uint8_t bytes[512];
  uint32_t seen = 0, n;
  if (!semihosting_arguments(line, sizeof line)) leave("no path was given: -append PATH", 4);
  in = open_pipe(argument(line), ".in", FILE_READ);
  out = open_pipe(argument(line), ".out", FILE_WRITE);
  evsim_link_begin(&link, hello);
  say();
  while ((n = semihosting_read(in, bytes, sizeof bytes)) > 0) {
    uint32_t done = 0;
    while (done < n) {
      enum evsim_link_event what;
      done += (uint32_t)evsim_link_feed(&link, bytes + done, n - done);
      while ((what = evsim_link_next(&link)) != EVSIM_LINK_NOTHING) {
        const int answered = take(what);
        say();
        if (answered) board_wait(&seen);
      }
    }
  }
  leave("the simulator has gone", 1);
  return 1;
}
