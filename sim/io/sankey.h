// The energy ledger as a chain of stations with flows between them, in power-flow order:
//   battery -> DC node -> inverters -> machines -> gears -> wheels -> car
// Every entry of the ledger leaves or enters at one station. What passes on between two stations is the
// net of all before it, so the chain closes at each station; at the last one the residual leaves.
// Net flows are split into forward and returning (regeneration) by the recorded samples:
//   forward_i - back_i = net_i,   back_i = max(integral of the negative part, -net_i, 0)
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/result.h"

namespace evsim::io {

enum class Station : int { battery, dc_node, inverters, machines, gears, wheels, car };
inline constexpr std::size_t kStations = 7;
inline constexpr std::array<std::string_view, kStations> kStationNames{
    "Battery", "DC node", "Inverter", "Machine", "Gears", "Wheels", "Car"};

struct Sankey {
  enum class Kind { loss, out, store, source, residual };
  struct Port {
    std::string name;
    Station station;
    Kind kind;
    double energy;  // leaving the chain; negative: entering [J]
  };
  struct Link {
    double forward = 0.0, back = 0.0;  // >= 0 [J]
  };
  std::vector<Port> ports;
  std::array<Link, kStations - 1> links;  // behind each station but the last
  double in = 0.0, out = 0.0;             // of all ports, >= 0 [J]

  // In minus out at a station, its links included [J].
  double imbalance(Station station) const;
};

// Energy that came back over each link, from the recorded samples; 0 where signals were not recorded.
std::array<double, kStations - 1> returned_energy(const Recording& recording);

Sankey sankey(const RunResult& result);

}  // namespace evsim::io
