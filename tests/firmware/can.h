/* A CAN frame of 11 bits, and signals in it: little endian, as foc.dbc and vcu.dbc have them all.
 */
#ifndef CAN_H
#define CAN_H

#include <stdint.h>

typedef struct {
  uint32_t id;
  uint8_t length;
  uint8_t data[8];
} can_frame;

static inline uint32_t can_get(const can_frame* f, unsigned at, unsigned bits) {
  uint32_t x = 0;
  unsigned i;
  for (i = 0; i < bits; ++i) x |= (uint32_t)(f->data[(at + i) / 8] >> (at + i) % 8 & 1u) << i;
  return x;
}
static inline int32_t can_get_signed(const can_frame* f, unsigned at, unsigned bits) {
  const uint32_t sign = 1u << (bits - 1);
  return (int32_t)(can_get(f, at, bits) ^ sign) - (int32_t)sign;
}
static inline void can_put(can_frame* f, unsigned at, unsigned bits, uint32_t x) {
  unsigned i;
  for (i = 0; i < bits; ++i)
    if (x >> i & 1u) f->data[(at + i) / 8] |= (uint8_t)(1u << (at + i) % 8);
}
/* The nearest raw value of x / factor that the bits hold, signed; bits of the frame must be 0 before. */
static inline void can_put_signed(can_frame* f, unsigned at, unsigned bits, float x, float factor) {
  const int32_t most = (int32_t)((1u << (bits - 1)) - 1u);
  const float raw = x / factor;
  const int32_t n = raw >= (float)most    ? most
                    : raw <= -(float)most ? -most
                                          : (int32_t)(raw + (raw < 0.0f ? -0.5f : 0.5f));
  can_put(f, at, bits, (uint32_t)n & ((1u << bits) - 1u));
}

#endif
