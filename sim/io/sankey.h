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

// One figure for each link.
using ByLink = std::array<double, kStations - 1>;

// What flows over each link now, from the signals there are; 0 where they are not.
class LinkPowers {
 public:
  explicit LinkPowers(const std::vector<signals::Info>& infos);

  // value(i): of signal i [SI]; the powers in [W].
  template <class Value> ByLink operator()(Value&& value) const {
    ByLink out{};
    for (std::size_t link = 0; link < out.size(); ++link)
      for (const Term& t : terms_[link]) out[link] += t.sign * value(t.signal);
    return out;
  }

 private:
  struct Term {
    std::size_t signal;
    double sign;
  };
  std::array<std::vector<Term>, kStations - 1> terms_;
};
// Adds the trapezoids over the negative parts of two samples dt [s] apart [J].
void add_returned(ByLink& sum, const ByLink& before, const ByLink& now, double dt);
// Energy that came back over each link, from the recorded samples.
ByLink returned_energy(const Recording& recording);

// Where the books have jumps by command: in the battery when one of its states or parameters jumped.
Station place_of_jumps(const std::vector<scenario::Event>& log);

Sankey sankey(const ledger::Books& books, Station jumps, const ByLink& returned);
Sankey sankey(const RunResult& result);

}  // namespace evsim::io
