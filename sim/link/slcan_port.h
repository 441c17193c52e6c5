// Ports over the ASCII protocol of serial adapters (slcan.h): as the computer at an adapter, and as the adapter itself.
#pragma once

#include <memory>

#include "sim/link/can_port.h"

namespace evsim::can {

// Of the kinds slcan_... of an address. Throw EnvironmentError.
std::unique_ptr<Port> open_slcan_adapter(const PortAddress& a);
std::unique_ptr<Port> serve_slcan(const PortAddress& a);

}  // namespace evsim::can
