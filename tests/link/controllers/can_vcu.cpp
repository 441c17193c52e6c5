// A control unit on a CAN bus, as a program that a test can kill: pedals to torque, by docs/examples/link/vcu.dbc.
#include <cstdio>

#include "tests/link/can_controller.h"

int main(int argc, char** argv) {
  using namespace evsim::link;
  if (argc != 2) return 2;
  CanController c(argv[1]);
  while (c.pedals() == 0 && !c.ended()) wait_for({}, 0.001);
  if (c.pedals() == 0) return 1;
  std::puts("welcome");
  std::fflush(stdout);
  while (!c.ended()) wait_for({}, 0.01);
}
