/* Single-precision arithmetic that gives the same bits on each processor: + - * / and the root are rounded by IEEE 754, and
 * nothing else is used. No C library.
 */
#ifndef SMALL_MATHS_H
#define SMALL_MATHS_H

#define PI_F 3.14159265f
#define SQRT3_F 1.73205081f

static inline float min_f(float a, float b) { return a < b ? a : b; }
static inline float max_f(float a, float b) { return a > b ? a : b; }
static inline float clamp_f(float x, float low, float high) { return min_f(max_f(x, low), high); }
static inline float abs_f(float x) { return x < 0.0f ? -x : x; }
static inline float sqrt_f(float x) {
  return __builtin_sqrtf(max_f(x, 0.0f));
} /* one instruction */

/* 1 up to start, 0 from end on. */
static inline float falling(float x, float start, float end) {
  return clamp_f((end - x) / (end - start), 0.0f, 1.0f);
}

typedef struct {
  float c, s;
} turn_f; /* cosine and sine */

/* Quarter turns are taken off, the rest, |y| <= pi / 4, goes into Taylor's series: what they leave out is below 2e-9 (sine)
 * and 3e-8 (cosine). |theta| at most 1e5 rad. */
static inline turn_f turn_of(float theta) {
  const float quarters = theta * (2.0f / PI_F);
  const int n = (int)(quarters + (quarters < 0.0f ? -0.5f : 0.5f));
  const float y = (quarters - (float)n) * (0.5f * PI_F), y2 = y * y;
  const float s =
      y * (1.0f + y2 * (-1.0f / 6.0f +
                        y2 * (1.0f / 120.0f + y2 * (-1.0f / 5040.0f + y2 * (1.0f / 362880.0f)))));
  const float c =
      1.0f + y2 * (-0.5f + y2 * (1.0f / 24.0f + y2 * (-1.0f / 720.0f + y2 * (1.0f / 40320.0f))));
  switch ((unsigned)n & 3u) {
    case 0: return (turn_f){c, s};
    case 1: return (turn_f){-s, c};
    case 2: return (turn_f){-c, -s};
    default: return (turn_f){s, -c};
  }
}

#endif
