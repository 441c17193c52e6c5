/* The vehicle control unit on CAN, by vcu.dbc, slcan on USART1; started as motor_can.elf is. Its task runs every 10 ms of its
 * own clock.
 */
#include "e2e.h"
#include "slcan.h"
#include "stm32f405/board.h"
#include "vcu.h"

enum { PEDALS = 256, VEHICLE = 257, BATTERY = 258, DRIVE_UNIT = 259, TORQUE = 272, BRAKE = 273 };
enum { CYCLE = 10, TOO_OLD = 50 }; /* [ms] */

/* Xiaomi SU7, vehicles/xiaomi_su7.json, with a driver of 75 kg. */
static const vcu_config car = {.mass = 2055.0f,
                               .wheel_radius = 0.3413f,
                               .mu = 1.05f,
                               .v_max = 210.0f / 3.6f,
                               .v_zero = 4.0f / 3.6f,
                               .v_full = 10.0f / 3.6f,
                               .deceleration_max = 2.94f,
                               .ratio = 12.2f};

static slcan_port bus = {.write = board_usart_write};
static vcu_inputs in;
static e2e torque = {.data_id = TORQUE}, brake = {.data_id = BRAKE};
static uint32_t now, heard; /* [ms] */
static int was_heard;

static void take(const can_frame* f) {
  if (f->id == PEDALS && f->length == 4) {
    in.accelerator = 2e-5f * (float)can_get(f, 0, 16);
    in.brake = 2e-5f * (float)can_get(f, 16, 16);
    heard = now;
    was_heard = 1;
  }
  if (f->id == VEHICLE && f->length == 2) in.v = 0.01f / 3.6f * (float)can_get_signed(f, 0, 16);
  if (f->id == BATTERY && f->length == 4) {
    in.P_discharge_max = 10.0f * (float)can_get(f, 0, 16);
    in.P_charge_max = 10.0f * (float)can_get(f, 16, 16);
  }
  if (f->id == DRIVE_UNIT && f->length == 4) {
    in.omega = 0.1f * (float)can_get_signed(f, 0, 16);
    in.tau_limit = 0.05f * (float)can_get(f, 16, 16);
  }
}

static void work(void) {
  const int alone = !was_heard || now - heard > TOO_OLD;
  const vcu_outputs out = alone ? (vcu_outputs){0} : vcu_step(&car, &in);
  const float most = 65535.0f, F = out.F_brake < most ? out.F_brake : most;
  can_frame f = {.id = TORQUE, .length = 8}, g = {.id = BRAKE, .length = 8};
  can_put(&f, 12, 1, alone ? 0 : 1);
  can_put_signed(&f, 16, 16, out.tau, 0.05f);
  e2e_protect(&torque, f.data, f.length);
  slcan_send(&bus, &f);
  can_put(&g, 12, 4, (uint32_t)out.reason);
  can_put(&g, 16, 16, (uint32_t)(F + 0.5f));
  e2e_protect(&brake, g.data, g.length);
  slcan_send(&bus, &g);
}

int main(void) {
  uint32_t seen = 0;
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
