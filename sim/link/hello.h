// What a controller says of itself, as lines of text:
//   role vcu
//   unit rear                 of a motor control; without it the one that the link is for
//   name my control unit 1.2
//   config mass kg            what it wants to know once
//   in v km/h                 what it takes at each exchange, in a unit of its choice; without one: SI
//   out tau.rear Nm           what it gives
// Order is that of the values in later messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/link/interface.h"

namespace evsim::link {

struct Wanted {
  std::size_t signal;  // of the interface's list
  const Unit* unit;
};
struct Hello {
  std::string role, unit, name = "unnamed";
  std::vector<Wanted> config, inputs, outputs;
};

// Throws std::invalid_argument with all that is wrong, a line each.
Hello read_hello(std::string_view text, const Interface& known);

// What of the outputs it does not give, "" where it gives all: "F_brake, tau.front".
std::string not_given(const Hello& h, const Interface& known);

}  // namespace evsim::link
