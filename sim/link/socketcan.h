// Ports at CAN interfaces of Linux (SocketCAN, raw sockets).
//
// Bit rates, listen-only, restart after bus-off are the interface's, and set by root with `ip link`:
//   ip link set can0 up type can bitrate 500000 restart-ms 100
// Source: Linux, Documentation/networking/can.rst.
#pragma once

#include <memory>

#include "sim/link/can_port.h"

namespace evsim::can {

// Throws EnvironmentError.
std::unique_ptr<Port> open_socketcan(const PortAddress& a);

}  // namespace evsim::can
