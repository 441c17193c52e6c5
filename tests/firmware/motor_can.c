/* The motor control on CAN, by foc.dbc, slcan on USART1:
 *   qemu-system-arm -M netduinoplus2 -kernel motor_can.elf -chardev socket,id=can,host=127.0.0.1,port=PORT,nodelay=on
 *     -serial chardev:can -display none -monitor none
 * Its task runs every 10 ms of its own clock.
 */
#include "e2e.h"
#include "motor.h"
#include "slcan.h"
#include "stm32f405/board.h"

enum { REQUEST = 272, SENSORS = 288, TORQUE = 528, LIMITS = 529 };
enum { CYCLE = 10, TOO_OLD = 50 }; /* [ms] */
enum { STATE_OFF = 0, STATE_RUNS = 1, STATE_NO_REQUEST = 2 };

static slcan_port bus = {.write = board_usart_write};
static motor_state motor;
static motor_inputs in = {.T_winding = 293.15f, .T_junction = 293.15f};
static e2e request = {.data_id = REQUEST}, torque = {.data_id = TORQUE},
           limits = {.data_id = LIMITS};
static uint32_t now, heard; /* [ms] */
static int was_heard;

static void take(const can_frame* f) {
  if (f->id == REQUEST && f->length == 8 && e2e_check(&request, f->data, 8)) {
    in.enable = (float)can_get(f, 12, 1);
    in.tau_request = 0.05f * (float)can_get_signed(f, 16, 16);
    heard = now;
    was_heard = 1;
  }
  if (f->id == SENSORS && f->length == 8) {
    in.omega_m = 0.1f * (float)can_get_signed(f, 0, 16);
    in.u_dc = 0.02f * (float)can_get(f, 16, 16);
    in.T_winding = (float)can_get(f, 32, 8) - 40.0f + 273.15f;
    in.T_junction = (float)can_get(f, 40, 8) - 40.0f + 273.15f;
    in.tau_drag = 0.01f * (float)can_get_signed(f, 48, 16);
  }
}

static void work(void) {
  const int alone = !was_heard || now - heard > TOO_OLD;
  motor_outputs out;
  can_frame f = {.id = TORQUE, .length = 8}, g = {.id = LIMITS, .length = 8};
  if (alone) in.enable = 0.0f;
  out = motor_step(&motor, &in);
  can_put(&f, 12, 2, alone ? STATE_NO_REQUEST : in.enable > 0.5f ? STATE_RUNS : STATE_OFF);
  can_put_signed(&f, 16, 16, out.tau_aimed, 0.05f);
  can_put_signed(&f, 32, 16, in.omega_m, 0.1f);
  can_put(&f, 48, 4, (uint32_t)out.reason);
  e2e_protect(&torque, f.data, f.length);
  slcan_send(&bus, &f);
  can_put_signed(&g, 16, 16, out.tau_max, 0.05f);
  can_put_signed(&g, 32, 16, out.tau_max_braking, 0.05f);
  e2e_protect(&limits, g.data, g.length);
  slcan_send(&bus, &g);
}

int main(void) {
  /* Xiaomi SU7, vehicles/xiaomi_su7.json: what the torque limits need of it. */
  const motor_config config = {.psi_f = 0.1f, /* [Vs]: any, currents are not controlled here */
                               .tau_max = 400.0f,
                               .P_max = 220e3f,
                               .omega_max = 2199.0f,
                               .T_s = 1e-3f * CYCLE};
  uint32_t seen = 0;
  motor_init(&motor, &config);
  board_usart_begin();
  board_ticks(CORE_HZ / 1000u);
  for (;;) {
    can_frame f;
    int byte;
    while ((byte = board_usart_read()) >= 0)
      if (slcan_feed(&bus, (char)byte, &f)) take(&f);
    while (seen != board_tick) {
      now = ++seen;
      if (now % CYCLE == 0) work();
    }
    board_idle(seen);
  }
}
