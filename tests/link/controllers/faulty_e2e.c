/* Protection that goes wrong in one way, chosen as it is compiled. */
#include <stddef.h>
#include <stdlib.h>

#include "sim/link/evsim_e2e.h"

static void protect(uint8_t* data, uint32_t length, uint32_t counter, uint32_t data_id) {
  (void)data, (void)length, (void)counter, (void)data_id;
#ifdef ABORT
  abort();
#endif
}
static int32_t check(const uint8_t* data, uint32_t length, uint32_t data_id) {
  (void)data, (void)length, (void)data_id;
  return 0;
}

const evsim_e2e* evsim_e2e_get(void) {
  static const evsim_e2e table = {.abi = EVSIM_E2E_ABI,
#ifdef WRONG_SIZE
                                  .table_size = 8,
#else
                                  .table_size = sizeof(evsim_e2e),
#endif
#ifdef COUNTERS
                                  .counters = 257,
#else
                                  .counters = 16,
#endif
#ifdef NO_CHECK
                                  .protect = protect};
  (void)check;
#else
                                  .protect = protect,
                                  .check = check};
#endif
#ifdef WRONG_ABI
  static evsim_e2e other;
  other = table;
  other.abi = 7;
  return &other;
#elif defined(NO_TABLE)
  return NULL;
#else
                                  return &table;
#endif
}
