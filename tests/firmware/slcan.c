#include "slcan.h"

#define BELL "\a"

static void answer(const slcan_port* s, const char* text) {
  unsigned n = 0;
  while (text[n] != '\0') ++n;
  s->write(text, n);
}

/* 0 to 15, or 16. */
static unsigned digit(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10u;
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10u;
  return 16;
}
/* Such a number of digits; 0 where one is none. */
static int number(const char* text, unsigned digits, uint32_t* x) {
  unsigned i;
  *x = 0;
  for (i = 0; i < digits; ++i) {
    const unsigned d = digit(text[i]);
    if (d > 15u) return 0;
    *x = *x << 4 | d;
  }
  return 1;
}

/* tIIILDD.. */
static int frame(const slcan_port* s, can_frame* f) {
  uint32_t id, length, byte;
  unsigned i;
  if (s->n < 5 || !number(s->line + 1, 3, &id) || !number(s->line + 4, 1, &length)) return 0;
  if (id > 0x7FFu || length > 8u || s->n != 5u + 2u * length) return 0;
  f->id = id;
  f->length = (uint8_t)length;
  for (i = 0; i < length; ++i) {
    if (!number(s->line + 5 + 2 * i, 2, &byte)) return 0;
    f->data[i] = (uint8_t)byte;
  }
  return 1;
}

static int obey(slcan_port* s, can_frame* f) {
  int got;
  if (s->n == 0) return 0;
  switch (s->line[0]) {
    case 't':
      got = s->open && frame(s, f);
      answer(s, got ? "z\r" : BELL);
      return got;
    case 'O': s->open = 1; break;
    case 'C': s->open = 0; break;
    case 'S': break; /* the rate of a bus that is none */
    case 'V': answer(s, "V1013"); break;
    case 'N': answer(s, "NEV01"); break;
    case 'F': answer(s, "F00"); break;
    default: answer(s, BELL); return 0;
  }
  answer(s, "\r");
  return 0;
}

int slcan_feed(slcan_port* s, char byte, can_frame* f) {
  int got = 0;
  if (byte == '\n') return 0;
  if (byte != '\r') {
    if (s->n < sizeof s->line) s->line[s->n] = byte;
    if (s->n <= sizeof s->line) ++s->n;
    return 0;
  }
  if (s->n > sizeof s->line)
    answer(s, BELL);
  else
    got = obey(s, f);
  s->n = 0;
  return got;
}

void slcan_send(const slcan_port* s, const can_frame* f) {
  static const char digits[] = "0123456789ABCDEF";
  char text[32];
  unsigned n = 0, i;
  if (!s->open) return;
  text[n++] = 't';
  for (i = 3; i-- > 0;) text[n++] = digits[f->id >> 4 * i & 15u];
  text[n++] = digits[f->length];
  for (i = 0; i < f->length; ++i) {
    text[n++] = digits[f->data[i] >> 4];
    text[n++] = digits[f->data[i] & 15u];
  }
  text[n++] = '\r';
  s->write(text, n);
}
