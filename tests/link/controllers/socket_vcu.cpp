// A control unit behind a socket, as a program that a test can kill: pedals to torque and brake.
#include <cstdio>

#include "tests/link/socket_controller.h"

int main(int argc, char** argv) {
  using namespace evsim::link;
  if (argc != 2) return 2;
  SocketController c(
      endpoint(argv[1]),
      "role vcu\nname pedals\nin accelerator\nin brake\nout tau.rear Nm\nout F_brake kN\n",
      [](evsim_link& k) {
        k.output[0] = 300.0 * k.input[0];
        k.output[1] = 15.0 * k.input[1];
        return SocketController::Then::answer;
      });
  while (c.welcomes() == 0 && !c.ended()) wait_for({}, 0.001);
  if (c.welcomes() == 0) return 1;
  std::puts("welcome");
  std::fflush(stdout);
  while (!c.ended()) wait_for({}, 0.01);
}
