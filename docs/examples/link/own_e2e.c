/* Protection by a maker's own rules, for evsim's link files: the sum of all other bytes, the length and the data ID in byte 0,
 * a counter from 0 to 15 in the low half of byte 1.
 *   cc -shared -fPIC -I . docs/examples/link/own_e2e.c -o own_e2e.so
 */
#include "sim/link/evsim_e2e.h"

static uint8_t sum_of(const uint8_t* data, uint32_t length, uint32_t data_id) {
  uint32_t sum = length + (data_id & 0xFFu) + (data_id >> 8), i;
  for (i = 1; i < length; ++i) sum += data[i];
  return (uint8_t)(sum & 0xFFu);
}

static void protect(uint8_t* data, uint32_t length, uint32_t counter, uint32_t data_id) {
  if (length < 2) return;
  data[1] = (uint8_t)((data[1] & 0xF0u) | counter);
  data[0] = sum_of(data, length, data_id);
}

static int32_t check(const uint8_t* data, uint32_t length, uint32_t data_id) {
  if (length < 2 || data[0] != sum_of(data, length, data_id)) return -1;
  return data[1] & 0x0F;
}

const evsim_e2e* evsim_e2e_get(void) {
  static const evsim_e2e table = {.abi = EVSIM_E2E_ABI,
                                  .table_size = sizeof(evsim_e2e),
                                  .name = "sum of bytes",
                                  .counters = 16,
                                  .protect = protect,
                                  .check = check};
  return &table;
}
