/* A control unit behind a socket: cc -I/path/to/evsim vcu.c -o vcu && ./vcu 4815 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/link/evsim_link.h"

static evsim_link k;

int main(int argc, char** argv) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  uint8_t bytes[EVSIM_LINK_BUFFER];
  ssize_t n;
  int s = socket(AF_INET, SOCK_STREAM, 0);
  to.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "4815"));
  while (connect(s, (struct sockaddr*)&to, sizeof to) != 0) usleep(10000); /* no simulator yet */
  evsim_link_begin(&k, "role vcu\nname pedals in C\nin accelerator\nin brake\nout tau.rear Nm\nout F_brake kN\n");
  for (;;) {
    const enum evsim_link_event what = evsim_link_next(&k);
    if (what == EVSIM_LINK_STEP) {
      k.output[0] = 300.0 * k.input[0];
      k.output[1] = 15.0 * k.input[1];
      evsim_link_answer(&k);
    }
    if (what == EVSIM_LINK_BYE) return 0;
    if (what == EVSIM_LINK_REFUSED || what == EVSIM_LINK_GARBAGE) return puts(k.text), 1;
    if (k.out_size > 0) send(s, k.out, k.out_size, 0);
    k.out_size = 0;
    if (what != EVSIM_LINK_NOTHING) continue;
    if ((n = recv(s, bytes, evsim_link_room(&k), 0)) <= 0) return 1; /* the simulator has gone */
    evsim_link_feed(&k, bytes, (size_t)n);
  }
}
