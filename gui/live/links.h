// Controllers outside of the program, as a window sees them: how the exchange goes, and the frames of CAN buses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/link/can_frame.h"
#include "sim/run/link_figures.h"

namespace evsim::live {

// What describes a bus: text of its database, and who on it is the controller.
struct BusFile {
  std::string role;  // that the controller takes over
  std::string node;  // of the database: the controller
  std::string name, text;
};

// A frame that passed.
struct BusFrame {
  std::int64_t t = 0;     // simulated [ns]
  std::uint32_t bus = 0;  // of the port's
  bool sent = false;      // by the simulator
  can::Frame frame = {};
};

struct LinkPicture {
  std::vector<LinkFigures> links = {};
  std::int64_t frames_lost = 0;  // that nobody fetched
};

}  // namespace evsim::live
