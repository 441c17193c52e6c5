/* The ASCII protocol of serial CAN adapters, as far as frames of 11 bits need it: this firmware looks like an adapter with a
 * control unit on its bus. Source: LAWICEL, CANUSB manual.
 */
#ifndef SLCAN_H
#define SLCAN_H

#include "can.h"

typedef struct {
  void (*write)(const char* text, unsigned n);
  char line[32];
  unsigned n;
  int open;
} slcan_port;

/* A byte from the serial line. 1 where it ends a frame from the bus. Commands are answered. */
int slcan_feed(slcan_port* s, char byte, can_frame* f);
/* A frame to the bus; nothing while the channel is closed. */
void slcan_send(const slcan_port* s, const can_frame* f);

#endif
