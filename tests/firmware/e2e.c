#include "e2e.h"

enum { COUNTERS = 15, MOST_STEPS = 3 };

static uint8_t crc8(uint8_t crc, uint8_t byte) {
  int bit;
  crc ^= byte;
  for (bit = 0; bit < 8; ++bit)
    crc = (uint8_t)(crc & 0x80u ? (unsigned)crc << 1 ^ 0x1Du : (unsigned)crc << 1);
  return crc;
}
static uint8_t crc_of(const e2e* x, const uint8_t* data, unsigned length) {
  uint8_t crc = crc8(crc8(0, (uint8_t)(x->data_id & 0xFFu)), (uint8_t)(x->data_id >> 8));
  unsigned i;
  for (i = 1; i < length; ++i) crc = crc8(crc, data[i]);
  return crc;
}

void e2e_protect(e2e* x, uint8_t* data, unsigned length) {
  data[1] = (uint8_t)((data[1] & 0xF0u) | x->counter);
  data[0] = crc_of(x, data, length);
  x->counter = (uint8_t)((x->counter + 1u) % COUNTERS);
}

int e2e_check(e2e* x, const uint8_t* data, unsigned length) {
  const uint8_t counter = data[1] & 0x0Fu;
  unsigned steps;
  if (counter >= COUNTERS || data[0] != crc_of(x, data, length)) return 0;
  steps = (counter + COUNTERS - (unsigned)x->counter) % COUNTERS;
  x->counter = counter;
  if (!x->begun) {
    x->begun = 1;
    return 1;
  }
  return steps >= 1 && steps <= MOST_STEPS;
}
