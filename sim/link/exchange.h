// The exchange of a role's inputs and outputs with a controller outside of this program, over whatever wire.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/base/time.h"
#include "sim/link/interface.h"
#include "sim/link/socket.h"
#include "sim/run/link_figures.h"
#include "sim/run/scenario.h"

namespace evsim::link {

struct Patience {
  double answer = 30.0;        // [s] of wall clock; 0: without end
  std::function<bool()> stop;  // asked ten times a second while it waits; true: waits no more

  bool is_stopped() const { return stop && stop(); }
  // Of a wait that begins now [s of wall clock].
  double deadline() const {
    return answer > 0.0 ? wall_clock() + answer : std::numeric_limits<double>::infinity();
  }
};
inline constexpr double kBetweenLooks = 0.1;  // at `stop`, in a wait [s]

// To an exchange.
enum class Answer : std::uint8_t { none, late /* to one before */, in_time };

struct Outputs {
  std::vector<double> values;       // in the order of the interface
  std::vector<std::uint8_t> given;  // 1: by an answer so far
};

class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  // Where the controller finds it.
  virtual std::string address() const = 0;
  // A run begins: the controller starts anew. Waits for the first one, as patiently as for an answer; throws
  // EnvironmentError where none comes, InputError where it does not fit.
  virtual void begin(const Interface& signals, std::vector<double> config, double T_s,
                     TimeNs t) = 0;
  // One exchange, all in the order of the interface. Of `outputs` those are set that the answer holds, and marked in
  // `given`. ticks: until the next exchange. answer_by: time of the wall clock until which the answer may come, where
  // time is held to it; else the patience decides, and who is silent for longer is not asked until he answers.
  virtual Answer exchange(TimeNs t, std::uint32_t ticks, std::span<const double> inputs,
                          Outputs& outputs, std::optional<double> answer_by) = 0;
  virtual void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) = 0;
  // So far, without role and pace.
  virtual LinkFigures figures() const = 0;
  // True where answers come by a cycle of their own, not one to each exchange.
  virtual bool is_cyclic() const { return false; }
  // Share of the time in which a modelled bus was taken; < 0: there is none.
  virtual double bus_load() const { return -1.0; }
};

}  // namespace evsim::link
