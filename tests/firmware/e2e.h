/* AUTOSAR's E2E profile 1: CRC-8 (SAE J1850) in byte 0, a counter from 0 to 14 in the low half of byte 1, and a data ID that
 * only the CRC knows, low byte first. Source: AUTOSAR, E2E Protocol Specification.
 */
#ifndef E2E_H
#define E2E_H

#include <stdint.h>

typedef struct {
  uint16_t data_id;
  uint8_t counter; /* of the next message; of a receiver: of the last one */
  uint8_t begun;   /* of a receiver */
} e2e;

/* Fills in counter and CRC. */
void e2e_protect(e2e* x, uint8_t* data, unsigned length);
/* 1 where CRC and counter are right: the same one again is not, and at most two may be missing. */
int e2e_check(e2e* x, const uint8_t* data, unsigned length);

#endif
