/* End-to-end protection of a maker's own, as a shared library that evsim calls: C99, no dependencies.
 *
 * The library exports one function, evsim_e2e_get(). A link file names it at a message: "e2e": "own",
 * "library": "NAME.so". The simulator keeps the counters; the rules of counter and checksum are here, and keep nothing:
 * the same arguments give the same bytes.
 */
#ifndef EVSIM_E2E_H
#define EVSIM_E2E_H

/* C has no <cstdint> and no `using`. NOLINTBEGIN(modernize-deprecated-headers, modernize-use-using) */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EVSIM_E2E_ABI 1u

/* The table. data: the message's bytes as on the bus, length of them, 1 to 64. data_id: as the link file says. */
typedef struct evsim_e2e {
  uint32_t abi;        /* EVSIM_E2E_ABI */
  uint32_t table_size; /* sizeof(evsim_e2e) */
  const char* name;
  uint32_t counters; /* values of the counter, 0 to counters - 1, at most 256; 0: there is none */
  /* Writes the counter and the checksum. Each message's counter is the last one's plus 1, after counters - 1 it is 0. */
  void (*protect)(uint8_t* data, uint32_t length, uint32_t counter, uint32_t data_id);
  /* The counter in the message (0 where there is none), or -1 where the checksum or the counter is wrong. Whether a
   * counter is repeated or left out finds the simulator. */
  int32_t (*check)(const uint8_t* data, uint32_t length, uint32_t data_id);
} evsim_e2e;

const evsim_e2e* evsim_e2e_get(void);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(modernize-deprecated-headers, modernize-use-using) */

#endif
