/* A control unit behind a socket: cc -std=c99 -D_DEFAULT_SOURCE -I/path/to/evsim vcu.c -o vcu && ./vcu 4815 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/link/evsim_link.h"

static evsim_link k;

static void say(int s) {
  if (k.out_size > 0 && send(s, k.out, k.out_size, 0) < 0) exit(1);
  k.out_size = 0;
}

int main(int argc, char** argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  uint8_t bytes[4096];
  ssize_t n;
  int s = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "4815"));
  while (connect(s, (struct sockaddr*)&at, sizeof at) != 0) { /* the simulator is not there yet */
    close(s);
    usleep(10000);
    s = socket(AF_INET, SOCK_STREAM, 0);
  }
  evsim_link_begin(&k, "role vcu\nname pedal to torque in C\nin accelerator\nin brake\nout tau.rear Nm\nout F_brake kN\n");
  say(s);
  while ((n = recv(s, bytes, sizeof bytes, 0)) > 0)
    for (size_t done = 0; done < (size_t)n;) {
      enum evsim_link_event what;
      done += evsim_link_feed(&k, bytes + done, (size_t)n - done);
      while ((what = evsim_link_next(&k)) != EVSIM_LINK_NOTHING) {
        if (what == EVSIM_LINK_BYE) return 0;
        if (what == EVSIM_LINK_REFUSED || what == EVSIM_LINK_GARBAGE) return 1;
        if (what == EVSIM_LINK_STEP) {
          k.output[0] = 300.0 * k.input[0];
          k.output[1] = 15.0 * k.input[1];
          evsim_link_answer(&k);
        }
        say(s);
      }
    }
  return 1;
}
