// How the exchange with a controller outside of this program went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/histogram.h"

namespace evsim {

struct LinkFigures {
  std::string role, unit;  // of a motor control the drive unit
  std::string at, peer;    // address; what the controller calls itself

  struct Count {
    std::string name, doc;
    std::int64_t n = 0;
  };
  std::vector<Count> counts;

  // Frames of a bus, by message. Intervals are simulated time.
  struct Frames {
    std::string name;
    std::uint32_t id = 0;
    bool sent = false;  // by the simulator
    std::int64_t n = 0, wrong = 0;
    double cycle = 0.0, least = 0.0, mean = 0.0, most = 0.0;  // [s]
  };
  std::vector<Frames> frames;

  // Wall-clock times: no two runs have the same.
  struct Times {
    std::string name, doc;
    Histogram of = {};
  };
  std::vector<Times> times;

  double t = 0.0;               // of the latest exchange, simulated [s]
  std::int64_t unanswered = 0;  // exchanges
  // Of time held to the wall clock.
  struct Late {
    double t = 0.0;   // simulated [s]
    double by = 0.0;  // wall clock [s]
  };
  struct Pace {
    double pace = 0.0;  // simulated over wall-clock time; 0: it was not held
    std::int64_t overruns = 0;
    double slipped = 0.0;       // wall-clock time given up [s]
    std::optional<Late> first;  // overrun
    std::vector<Late> worst;    // overruns, from the worst
  } pace;
};

}  // namespace evsim
