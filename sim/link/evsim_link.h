/* The controller's side of a link to evsim: C99, one header, no allocation, no dependencies.
 *
 *   static evsim_link link;
 *   evsim_link_begin(&link, "role vcu\nname mine 1.0\nin accelerator\nin v km/h\nout tau.rear\n");
 *   for (;;) {
 *     what = evsim_link_next(&link);
 *     if (what == EVSIM_LINK_STEP) { compute; link.output[0] = ...; evsim_link_answer(&link); }
 *     if (link.out_size > 0) send link.out, link.out_size bytes; link.out_size = 0;
 *     if (what == EVSIM_LINK_NOTHING) receive at most evsim_link_room(&link) bytes; evsim_link_feed(&link, bytes, n);
 *   }
 *
 * Where the link file has a secret_file: evsim_link_begin_with(&link, hello, secret, its size).
 *
 * After each call that says so, what lies in `out` must be sent. The hello goes out first; over datagrams call
 * evsim_link_hello() again, say once a second, until a welcome has come. The simulator sets the clock: link.time_ns.
 * docs/link_protocol.md describes every byte. Include it in one file of a program; sizes may be defined before.
 */
#ifndef EVSIM_LINK_H
#define EVSIM_LINK_H

/* C has no <cstdint> and no `using`. NOLINTBEGIN(modernize-deprecated-headers, modernize-use-using, modernize-use-nullptr) */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef EVSIM_LINK_SIGNALS
#define EVSIM_LINK_SIGNALS \
  64 /* inputs, outputs and figures of the configuration at most, each; not above 64 */
#endif
#ifndef EVSIM_LINK_TEXT
#define EVSIM_LINK_TEXT 1024 /* bytes of a hello, or kept of what the simulator says */
#endif
#define EVSIM_LINK_HEADER 40u
#define EVSIM_LINK_BUFFER (40u + 8u + 8u * EVSIM_LINK_SIGNALS + EVSIM_LINK_TEXT)

enum evsim_link_event {
  EVSIM_LINK_NOTHING = 0,
  EVSIM_LINK_WELCOME, /* a run begins: start anew; T_s, config[] and text are set */
  EVSIM_LINK_STEP,    /* time_ns, ticks, valid and input[] are set: answer it */
  EVSIM_LINK_RESEND,  /* `out` holds the last answer, a hello or a proof of the secret: send it */
  EVSIM_LINK_REFUSED, /* text says why */
  EVSIM_LINK_BYE,     /* the run is over; another may begin with a welcome */
  EVSIM_LINK_GARBAGE  /* what came is no message: a stream must be closed and opened again */
};

typedef struct evsim_link {
  /* From the simulator. */
  int64_t time_ns;                   /* simulated time [ns] */
  uint32_t ticks;                    /* until the next step */
  uint64_t valid;                    /* a bit for each input */
  double input[EVSIM_LINK_SIGNALS];  /* in the order and the units of the hello */
  double config[EVSIM_LINK_SIGNALS]; /* the same */
  double T_s;                        /* between two steps [s] */
  char text[EVSIM_LINK_TEXT + 1];
  /* From the controller. */
  double output[EVSIM_LINK_SIGNALS];
  uint64_t
      given; /* a bit for each output that counts; all, unless it is changed before an answer */
  /* To be sent. */
  uint8_t out[EVSIM_LINK_BUFFER];
  size_t out_size;
  /* Its own. */
  const char* hello;
  const uint8_t* secret;
  size_t secret_size;
  uint32_t inputs, outputs, configs;
  uint32_t session, sequence, schema, answered;
  size_t answer_size, filled, skip;
  uint8_t in[EVSIM_LINK_BUFFER];
} evsim_link;

/* ---- Bytes ----------------------------------------------------------------------------------------- */

/* By halves of bytes: 64 bytes of table, a quarter of the time that single bits take. */
static inline uint32_t evsim_link_crc(const uint8_t* p, size_t n, uint32_t before) {
  static const uint32_t table[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
                                     0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
                                     0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                     0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  uint32_t c = ~before;
  size_t i;
  for (i = 0; i < n; ++i) {
    c ^= p[i];
    c = (c >> 4) ^ table[c & 15u];
    c = (c >> 4) ^ table[c & 15u];
  }
  return ~c;
}
static inline void evsim_link_put(uint8_t* p, uint64_t x, unsigned bytes) {
  unsigned i;
  for (i = 0; i < bytes; ++i) p[i] = (uint8_t)(x >> (8u * i));
}
static inline uint64_t evsim_link_get(const uint8_t* p, unsigned bytes) {
  uint64_t x = 0;
  unsigned i;
  for (i = 0; i < bytes; ++i) x |= (uint64_t)p[i] << (8u * i);
  return x;
}
static inline void evsim_link_put_double(uint8_t* p, double x) {
  union {
    double number;
    uint64_t bits;
  } as;
  as.number = x;
  evsim_link_put(p, as.bits, 8);
}
static inline double evsim_link_get_double(const uint8_t* p) {
  union {
    double number;
    uint64_t bits;
  } as;
  as.bits = evsim_link_get(p, 8);
  return as.number;
}

/* ---- SHA-256 (FIPS 180-4, section 6.2) and HMAC (RFC 2104) of it ------------------------------------ */

#define EVSIM_LINK_DIGEST 32u
#define EVSIM_LINK_NONCE 16u

typedef struct evsim_link_sha {
  uint32_t h[8];
  uint64_t length; /* so far [byte] */
  uint8_t block[64];
} evsim_link_sha;

static inline uint32_t evsim_link_rotated(uint32_t x, unsigned n) {
  return (x >> n) | (x << (32u - n));
}
static inline void evsim_link_sha_begin(evsim_link_sha* s) {
  static const uint32_t first[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                    0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
  int i;
  for (i = 0; i < 8; ++i) s->h[i] = first[i];
  s->length = 0;
}
static inline void evsim_link_sha_block(evsim_link_sha* s) {
  static const uint32_t round[64] = {

      0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u,
      0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu,
      0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu,
      0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
      0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu,
      0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
      0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u, 0x19a4c116u,
      0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
      0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u,
      0xc67178f2u};
  uint32_t w[16], x[8]; /* the last 16 words of the schedule; a to h */
  unsigned t, i;
  for (i = 0; i < 8; ++i) x[i] = s->h[i];
  for (t = 0; t < 64; ++t) {
    uint32_t t1, t2;
    if (t < 16) {
      const uint8_t* p = s->block + (size_t)4 * t;
      w[t] = ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
    } else {
      const uint32_t a = w[(t + 1u) & 15u], b = w[(t + 14u) & 15u];
      w[t & 15u] += (evsim_link_rotated(a, 7) ^ evsim_link_rotated(a, 18) ^ (a >> 3)) +
                    w[(t + 9u) & 15u] +
                    (evsim_link_rotated(b, 17) ^ evsim_link_rotated(b, 19) ^ (b >> 10));
    }
    t1 = x[7] +
         (evsim_link_rotated(x[4], 6) ^ evsim_link_rotated(x[4], 11) ^
          evsim_link_rotated(x[4], 25)) +
         ((x[4] & x[5]) ^ (~x[4] & x[6])) + round[t] + w[t & 15u];
    t2 = (evsim_link_rotated(x[0], 2) ^ evsim_link_rotated(x[0], 13) ^
          evsim_link_rotated(x[0], 22)) +
         ((x[0] & x[1]) ^ (x[0] & x[2]) ^ (x[1] & x[2]));
    for (i = 7; i > 0; --i) x[i] = x[i - 1];
    x[4] += t1;
    x[0] = t1 + t2;
  }
  for (i = 0; i < 8; ++i) s->h[i] += x[i];
}
static inline void evsim_link_sha_add(evsim_link_sha* s, const uint8_t* p, size_t n) {
  size_t i;
  for (i = 0; i < n; ++i) {
    s->block[s->length++ & 63u] = p[i];
    if ((s->length & 63u) == 0) evsim_link_sha_block(s);
  }
}
static inline void evsim_link_sha_end(evsim_link_sha* s, uint8_t* digest) {
  static const uint8_t one = 0x80, zero = 0;
  uint8_t bits[8];
  unsigned i;
  for (i = 0; i < 8; ++i) bits[i] = (uint8_t)((8u * s->length) >> (56u - 8u * i));
  evsim_link_sha_add(s, &one, 1);
  while ((s->length & 63u) != 56u) evsim_link_sha_add(s, &zero, 1);
  evsim_link_sha_add(s, bits, 8);
  for (i = 0; i < EVSIM_LINK_DIGEST; ++i)
    digest[i] = (uint8_t)(s->h[i / 4u] >> (24u - 8u * (i % 4u)));
}

typedef struct evsim_link_hmac {
  evsim_link_sha sha; /* what the code is of goes there, between begin and end */
  uint8_t key[64];
} evsim_link_hmac;

static inline void evsim_link_hmac_pad(evsim_link_hmac* c, uint8_t pad) {
  unsigned i;
  uint8_t block[64];
  for (i = 0; i < 64; ++i) block[i] = (uint8_t)(c->key[i] ^ pad);
  evsim_link_sha_begin(&c->sha);
  evsim_link_sha_add(&c->sha, block, 64);
}
static inline void evsim_link_hmac_begin(evsim_link_hmac* c, const uint8_t* key, size_t n) {
  size_t i;
  for (i = 0; i < 64; ++i) c->key[i] = n <= 64 && i < n ? key[i] : (uint8_t)0;
  if (n > 64) {
    evsim_link_sha_begin(&c->sha);
    evsim_link_sha_add(&c->sha, key, n);
    evsim_link_sha_end(&c->sha, c->key);
  }
  evsim_link_hmac_pad(c, 0x36);
}
static inline void evsim_link_hmac_end(evsim_link_hmac* c, uint8_t* digest) {
  evsim_link_sha_end(&c->sha, digest);
  evsim_link_hmac_pad(c, 0x5c);
  evsim_link_sha_add(&c->sha, digest, EVSIM_LINK_DIGEST);
  evsim_link_sha_end(&c->sha, digest);
}

/* ---- Messages -------------------------------------------------------------------------------------- */

enum {
  EVSIM_LINK_TYPE_HELLO = 1,
  EVSIM_LINK_TYPE_WELCOME,
  EVSIM_LINK_TYPE_REFUSED,
  EVSIM_LINK_TYPE_STEP,
  EVSIM_LINK_TYPE_ANSWER,
  EVSIM_LINK_TYPE_BYE,
  EVSIM_LINK_TYPE_CHALLENGE,
  EVSIM_LINK_TYPE_PROOF
};
#define EVSIM_LINK_MAGIC 0x314c5645u /* "EVL1" */

/* The payload lies in `out` behind the header already. */
static inline void evsim_link_close(evsim_link* k, uint32_t type, uint32_t length) {
  uint8_t* p = k->out;
  evsim_link_put(p, EVSIM_LINK_MAGIC, 4);
  evsim_link_put(p + 4, type, 4);
  evsim_link_put(p + 8, length, 4);
  evsim_link_put(p + 12, type == EVSIM_LINK_TYPE_ANSWER ? k->sequence : 0u, 4);
  evsim_link_put(p + 16, (uint64_t)k->time_ns, 8);
  evsim_link_put(p + 24, k->session, 4);
  evsim_link_put(p + 28, k->schema, 4);
  evsim_link_put(p + 32, 0, 4);
  evsim_link_put(p + 36, evsim_link_crc(p + EVSIM_LINK_HEADER, length, evsim_link_crc(p, 36, 0)),
                 4);
  k->out_size = EVSIM_LINK_HEADER + length;
}

/* ---- What a controller calls ----------------------------------------------------------------------- */

/* Puts the hello into `out`. */
static inline void evsim_link_hello(evsim_link* k) {
  uint32_t n = 0;
  while (k->hello[n] != '\0' && n < EVSIM_LINK_TEXT) {
    k->out[EVSIM_LINK_HEADER + n] = (uint8_t)k->hello[n];
    ++n;
  }
  k->schema = evsim_link_crc(k->out + EVSIM_LINK_HEADER, n, 0);
  k->answer_size = 0;
  evsim_link_close(k, EVSIM_LINK_TYPE_HELLO, n);
}

/* How many lines of a text begin with a word and a space. */
static inline uint32_t evsim_link_lines(const char* text, const char* word) {
  uint32_t n = 0;
  while (*text != '\0') {
    const char *a = text, *b = word;
    while (*b != '\0' && *a == *b) ++a, ++b;
    if (*b == '\0' && *a == ' ') ++n;
    while (*text != '\0' && *text != '\n') ++text;
    if (*text == '\n') ++text;
  }
  return n;
}

/* hello: lines as docs/link_protocol.md says; it must live as long as the link, as the secret must. Returns 0, or 1 where the hello is too
 * long or names too many signals. Its hello lies in `out` then. */
static inline int evsim_link_begin_with(evsim_link* k, const char* hello, const void* secret,
                                        size_t secret_size) {
  size_t n = 0;
  k->hello = hello;
  k->secret = (const uint8_t*)secret;
  k->secret_size = secret_size;
  k->inputs = evsim_link_lines(hello, "in");
  k->outputs = evsim_link_lines(hello, "out");
  k->configs = evsim_link_lines(hello, "config");
  k->session = k->sequence = k->answered = k->ticks = 0;
  k->time_ns = 0;
  k->filled = k->skip = k->answer_size = k->out_size = 0;
  k->text[0] = '\0';
  while (hello[n] != '\0') ++n;
  if (n > EVSIM_LINK_TEXT || k->inputs > EVSIM_LINK_SIGNALS || k->outputs > EVSIM_LINK_SIGNALS ||
      k->configs > EVSIM_LINK_SIGNALS)
    return 1;
  evsim_link_hello(k);
  return 0;
}
static inline int evsim_link_begin(evsim_link* k, const char* hello) {
  return evsim_link_begin_with(k, hello, NULL, 0);
}

/* How many bytes evsim_link_feed() takes at once; at least 1 after EVSIM_LINK_NOTHING, at most EVSIM_LINK_BUFFER. */
static inline size_t evsim_link_room(const evsim_link* k) { return sizeof k->in - k->filled; }
/* Bytes that have arrived; returns how many it took. Those that it did not take come again, after evsim_link_next(). */
static inline size_t evsim_link_feed(evsim_link* k, const uint8_t* bytes, size_t n) {
  size_t i = 0;
  while (i < n && k->skip > 0) ++i, --k->skip;
  while (i < n && k->filled < sizeof k->in) k->in[k->filled++] = bytes[i++];
  return i;
}

static inline void evsim_link_keep_text(evsim_link* k, const uint8_t* p, size_t n) {
  size_t i;
  if (n > EVSIM_LINK_TEXT) n = EVSIM_LINK_TEXT;
  for (i = 0; i < n; ++i) k->text[i] = (char)p[i];
  k->text[n] = '\0';
}
static inline void evsim_link_drop(evsim_link* k, size_t n) {
  size_t i;
  if (n > k->filled) {
    k->skip = n - k->filled; /* the rest of a text that is too long to keep */
    n = k->filled;
  }
  for (i = n; i < k->filled; ++i) k->in[i - n] = k->in[i];
  k->filled -= n;
}

/* The answer to a challenge. */
static inline enum evsim_link_event evsim_link_prove(evsim_link* k, const uint8_t* nonce) {
  static const char none[] = "the simulator asks for a secret";
  evsim_link_hmac code;
  size_t n = 0;
  if (k->secret_size == 0) {
    evsim_link_keep_text(k, (const uint8_t*)none, sizeof none - 1u);
    return EVSIM_LINK_REFUSED;
  }
  while (k->hello[n] != '\0') ++n;
  evsim_link_hmac_begin(&code, k->secret, k->secret_size);
  evsim_link_sha_add(&code.sha, nonce, EVSIM_LINK_NONCE);
  evsim_link_sha_add(&code.sha, (const uint8_t*)k->hello, n);
  evsim_link_hmac_end(&code, k->out + EVSIM_LINK_HEADER);
  k->answer_size = 0;
  evsim_link_close(k, EVSIM_LINK_TYPE_PROOF, EVSIM_LINK_DIGEST);
  return EVSIM_LINK_RESEND;
}

static inline enum evsim_link_event evsim_link_read(evsim_link* k, size_t length) {
  const uint8_t *head = k->in, *p = k->in + EVSIM_LINK_HEADER;
  const uint32_t type = (uint32_t)evsim_link_get(head + 4, 4);
  const uint32_t session = (uint32_t)evsim_link_get(head + 24, 4);
  size_t i;
  if (type == EVSIM_LINK_TYPE_REFUSED) {
    evsim_link_keep_text(k, p, length);
    return EVSIM_LINK_REFUSED;
  }
  if (type == EVSIM_LINK_TYPE_BYE)
    return session == k->session ? EVSIM_LINK_BYE : EVSIM_LINK_NOTHING;
  if (type == EVSIM_LINK_TYPE_CHALLENGE) {
    if (length != EVSIM_LINK_NONCE || (uint32_t)evsim_link_get(head + 28, 4) != k->schema)
      return EVSIM_LINK_NOTHING;
    return evsim_link_prove(k, p);
  }
  if (type == EVSIM_LINK_TYPE_WELCOME) {
    const size_t figures = 8u + 8u * (size_t)k->configs;
    if (length < figures || (uint32_t)evsim_link_get(head + 28, 4) != k->schema ||
        session == k->session) /* of a hello that was sent twice */
      return EVSIM_LINK_NOTHING;
    k->T_s = evsim_link_get_double(p);
    for (i = 0; i < k->configs; ++i) k->config[i] = evsim_link_get_double(p + 8u + 8u * i);
    evsim_link_keep_text(k, p + figures, length - figures);
    k->session = session;
    k->sequence = k->answered = 0;
    k->answer_size = 0;
    k->time_ns = (int64_t)evsim_link_get(head + 16, 8);
    return EVSIM_LINK_WELCOME;
  }
  if (type != EVSIM_LINK_TYPE_STEP) return EVSIM_LINK_NOTHING;
  if (session != k->session || (uint32_t)evsim_link_get(head + 28, 4) != k->schema) {
    evsim_link_hello(k); /* of a simulator that does not know this controller */
    return EVSIM_LINK_RESEND;
  }
  if (length != 16u + 8u * (size_t)k->inputs) return EVSIM_LINK_NOTHING;
  k->sequence = (uint32_t)evsim_link_get(head + 12, 4);
  if (k->answer_size > 0 && k->sequence == k->answered) {
    k->out_size = k->answer_size;
    return EVSIM_LINK_RESEND;
  }
  k->time_ns = (int64_t)evsim_link_get(head + 16, 8);
  k->ticks = (uint32_t)evsim_link_get(p, 4);
  k->valid = evsim_link_get(p + 8, 8);
  for (i = 0; i < k->inputs; ++i) k->input[i] = evsim_link_get_double(p + 16u + 8u * i);
  k->given = k->outputs >= 64u ? ~(uint64_t)0 : ((uint64_t)1 << k->outputs) - 1u;
  return EVSIM_LINK_STEP;
}

/* The next thing that has happened. */
static inline enum evsim_link_event evsim_link_next(evsim_link* k) {
  for (;;) {
    enum evsim_link_event event;
    size_t length, have;
    uint32_t crc;
    if (k->filled < EVSIM_LINK_HEADER) return EVSIM_LINK_NOTHING;
    if ((uint32_t)evsim_link_get(k->in, 4) != EVSIM_LINK_MAGIC) return EVSIM_LINK_GARBAGE;
    length = (size_t)evsim_link_get(k->in + 8, 4);
    if (length > 8192u) return EVSIM_LINK_GARBAGE;
    have = sizeof k->in - EVSIM_LINK_HEADER;
    if (k->filled < EVSIM_LINK_HEADER + (length < have ? length : have)) return EVSIM_LINK_NOTHING;
    if (length <= have) { /* a text that is longer than the buffer can't be checked */
      crc = evsim_link_crc(k->in + EVSIM_LINK_HEADER, length, evsim_link_crc(k->in, 36, 0));
      if (crc != (uint32_t)evsim_link_get(k->in + 36, 4)) return EVSIM_LINK_GARBAGE;
    }
    event = evsim_link_read(k, length < have ? length : have);
    evsim_link_drop(k, EVSIM_LINK_HEADER + length);
    if (event != EVSIM_LINK_NOTHING) return event;
  }
}

/* Puts output[] into `out` as the answer to the latest step. */
static inline void evsim_link_answer(evsim_link* k) {
  size_t i;
  evsim_link_put(k->out + EVSIM_LINK_HEADER, k->given, 8);
  for (i = 0; i < k->outputs; ++i)
    evsim_link_put_double(k->out + EVSIM_LINK_HEADER + 8u + 8u * i, k->output[i]);
  evsim_link_close(k, EVSIM_LINK_TYPE_ANSWER, 8u + 8u * k->outputs);
  k->answered = k->sequence;
  k->answer_size = k->out_size;
}

/* Over datagrams: what was not read to its end does not go on in the next. */
static inline void evsim_link_clear(evsim_link* k) { k->filled = k->skip = 0; }

/* NOLINTEND(modernize-deprecated-headers, modernize-use-using, modernize-use-nullptr) */

#ifdef __cplusplus
}
#endif

#endif
