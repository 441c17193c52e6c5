// What Linux says of a network interface for CAN (rtnetlink).
#pragma once

#include "sim/link/can_bus.h"

namespace evsim::can {

struct InterfaceFacts {
  int bit_rate = 0;  // [bit/s]; 0: it has none (vcan)
  ErrorState state = ErrorState::active;
  int tec = 0, rec = 0;  // error counters: transmit, receive; 0 where the driver has none
};
// Of the interface with this index; without facts where the kernel gives none.
InterfaceFacts interface_facts(unsigned index);

}  // namespace evsim::can
