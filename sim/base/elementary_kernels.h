// How the functions of elementary.h are computed, for T = double, and Pack where it is one register:
// arithmetic, select and bit patterns only, so every lane, compiler and x86-64 gives the same bits.
//
// Formulae and coefficients (kernels of sin, cos, atan2, exp, log, pow) come from fdlibm 5.3,
//   Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy,
//   modify, and distribute this software is freely granted, provided that this notice is preserved.
// with all its branches turned into selects. The range reductions, tanh, atan, atan2's cases, sin_near and
// cos_near are our own.
// Kernels are always inlined: a call would pass Packs through memory.
#pragma once

#include <limits>

#include "sim/base/bits.h"
#include "sim/base/scalar.h"

namespace evsim::kernels {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kHuge = std::numeric_limits<double>::max();
inline constexpr double kTiny = std::numeric_limits<double>::min();  // smallest normal number

// ---- sine and cosine ----------------------------------------------------------------------------

template <class T> struct SinCos {
  T sin, cos;
};

// sin(r + t) and cos(r + t) for |r| <= pi/4, t a small correction.
template <class T> [[gnu::always_inline]] inline T sin_kernel(const T& r, const T& t) {
  const T z = r * r, w = z * z, v = z * r;
  const T q = 8.33333333332248946124e-03 +
              z * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06) +
              z * w * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10);
  return r - ((z * (0.5 * t - v * q) - t) - v * -1.66666666666666324348e-01);
}
template <class T> [[gnu::always_inline]] inline T cos_kernel(const T& r, const T& t) {
  const T z = r * r, w = z * z;
  const T q = z * (4.16666666666666019037e-02 +
                   z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05)) +
              w * w *
                  (-2.75573143513906633035e-07 +
                   z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11));
  const T h = 0.5 * z;
  const T one_less_h = 1.0 - h;
  return one_less_h + (((1.0 - one_less_h) - h) + (z * q - r * t));
}

inline constexpr double kLargestAngle =
    0x1p30;  // beyond it a double has no useful digits of an angle

// |x| = q pi/2 + r + t with pi/2 in parts of 33, 33 and 53 bits: their products with q < 2^20 are
// exact, except for the last.
template <class T> SinCos<T> sincos(const T& x) {
  const T size = magnitude(x);
  const auto q = nearest(size * 6.36619772367581382433e-01);
  const T a = size - q.value * 1.57079632673412561417e+00;
  const T b = q.value * 6.07710050630396597660e-11;
  const T ab = a - b;
  const T lost = ((a - ab) - b) - q.value * 2.02226624879595063154e-21;
  const T r = ab + lost;
  const T t = (ab - r) + lost;

  const T s = sin_kernel(r, t), c = cos_kernel(r, t);
  const auto odd = as_mask((q.bits & 1u) << 62);
  const auto fits = size <= kLargestAngle;
  return {select(fits, flip_sign(select(odd, c, s), (q.bits << 62) ^ to_bits(x)), T(kNaN)),
          select(fits, flip_sign(select(odd, s, c), (q.bits + 1u) << 62), T(kNaN))};
}

// ---- sine and cosine near 0, to an absolute error ----------------------------------------------

// sin(r) of |r| <= pi/2: r - r z P(z), z = r^2, to 4e-17 by the polynomial through Chebyshev's points.
template <class T> [[gnu::always_inline]] inline T sin_quadrants(const T& r) {
  const T z = r * r, z2 = z * z, z4 = z2 * z2;
  const T P = ((0.16666666666666666 - z * 0.008333333333333316) +
               z2 * (0.00019841269841254885 - z * 2.7557319219139174e-06)) +
              z4 * ((2.5052107613933993e-08 - z * 1.6058977114025027e-10) +
                    z2 * (7.643963964341869e-13 - z * 2.7313658477694193e-15));
  return r - r * (z * P);
}
// x less n pi, pi in parts of 33 and 53 bits.
template <class T> [[gnu::always_inline]] inline T less_half_turns(const T& x, const T& n) {
  return (x - n * 3.1415926534682512) - n * 1.2154201013012384e-10;
}
template <class T> [[gnu::always_inline]] inline T sin_near(const T& x) {
  const auto n = nearest(x * 3.18309886183790671538e-01);
  return flip_sign(sin_quadrants(less_half_turns(x, n.value)), n.bits << 63);
}
// By cos(x) = -(-1)^n sin(x - (n + 1/2) pi).
template <class T> [[gnu::always_inline]] inline T cos_near(const T& x) {
  const auto n = nearest(x * 3.18309886183790671538e-01 - 0.5);
  return flip_sign(sin_quadrants(less_half_turns(x, T(n.value + 0.5))), (n.bits + 1u) << 63);
}

// ---- arc tangent --------------------------------------------------------------------------------

template <class T> struct Angle {  // base + rest: more digits than one number has
  T base, rest;
};

// atan(y / x) for y, x >= 0, not both 0, by atan(y/x) = atan(c) + atan((y - c x) / (x + c y)) with
// c = 0, 1/2, 1, 3/2, inf.
template <class T> [[gnu::always_inline]] inline Angle<T> atan_of_ratio(const T& y, const T& x) {
  T num = y, den = x, hi(0.0), lo(0.0);
  const auto step = [&](double from, const T& n, const T& d, double h, double l)
      __attribute__((always_inline)) {
    const auto beyond = y >= from * x;
    num = select(beyond, n, num);
    den = select(beyond, d, den);
    hi = select(beyond, T(h), hi);
    lo = select(beyond, T(l), lo);
  };
  step(0.4375, y - 0.5 * x, x + 0.5 * y, 4.63647609000806093515e-01, 2.26987774529616870924e-17);
  step(0.6875, y - x, x + y, 7.85398163397448278999e-01, 3.06161699786838301793e-17);
  step(1.1875, y - 1.5 * x, x + 1.5 * y, 9.82793723247329054082e-01, 1.39033110312309984516e-17);
  step(2.4375, -x, y, 1.57079632679489655800e+00, 6.12323399573676603587e-17);

  const T t = num / den;
  const T z = t * t, w = z * z;
  const T even =
      z * (3.33333333333329318027e-01 +
           w * (1.42857142725034663711e-01 +
                w * (9.09088713343650656196e-02 +
                     w * (6.66107313738753120669e-02 +
                          w * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))));
  const T odd =
      w * (-1.99999999998764832476e-01 +
           w * (-1.11111104054623557880e-01 +
                w * (-7.69187620504482999495e-02 +
                     w * (-5.83357013379057348645e-02 + w * -3.65315727442169155270e-02))));
  return {hi, t - (t * (even + odd) - lo)};
}

// The same in two steps, c = 1 and inf, which leave |t| <= 5/8: atan(t) = t - t z P(z), z = t^2, to 1e-17 of t by the
// polynomial through Chebyshev's points.
template <class T> T atan(const T& x) {
  const T size = magnitude(x);
  const auto upper = size > 0.625, far = size > 2.0;
  const auto quarters = [&](double quarter) -> T {
    return select(upper, T(quarter), T(0.0)) + select(far, T(quarter), T(0.0));
  };
  const T base = quarters(7.85398163397448278999e-01), lost = quarters(3.06161699786838301793e-17);
  const T t = select(far, T(-1.0), select(upper, size - 1.0, size)) /
              select(far, size, select(upper, size + 1.0, T(1.0)));

  const T z = t * t, z2 = z * z, z4 = z2 * z2;
  const T p1 = (0.1999999999999957 - z * 0.1428571428563185) +
               z2 * (0.11111111104846588 - z * 0.09090908840688686);
  const T p5 = (0.07692301648046097 - z * 0.06666570875412854) +
               z2 * (0.05881304917933039 - z * 0.05254981050113707);
  const T p9 = (0.04715485457501984 - z * 0.04153958926020235) +
               z2 * (0.03401781794626826 - z * 0.023394871478294617);
  const T p13 = 0.011438092716605642 - z * 0.0028522936432679;
  const T P = 0.3333333333333333 - z * (p1 + z4 * (p5 + z4 * (p9 + z4 * p13)));
  const T sum = base + t;
  const T rest = (t - (sum - base)) - (t * (z * P) - lost);
  return flip_sign(sum + rest, to_bits(x));
}

template <class T> T atan2(const T& y, const T& x) {
  const auto finite = [](const T& a) { return select(a > kHuge, T(kHuge), a); };
  T n = finite(magnitude(y)), d = finite(magnitude(x));
  // Neither sums nor products of the two may leave the range of a double.
  const T largest = select(n > d, n, d);
  const T unit =
      select(largest > 0x1p900, T(0x1p-200), select(largest < 0x1p-900, T(0x1p200), T(1.0)));
  n = n * unit;
  d = select(largest == 0.0, T(1.0), d * unit);  // at the origin the angle is 0 or pi

  const auto [base, rest] = atan_of_ratio(n, d);
  const auto behind = as_mask((to_bits(x) & kSignBit) >> 1);
  const T pi_less_angle = (3.14159265358979311600e+00 - base) - (rest - 1.22464679914735317720e-16);
  return flip_sign(select(behind, pi_less_angle, base + rest), to_bits(y));
}

// ---- exponential --------------------------------------------------------------------------------

inline constexpr double kLn2Hi =
    6.93147180369123816490e-01;  // 32 bits: its product with an exponent is exact
inline constexpr double kLn2Lo = 1.90821492927058770002e-10;
inline constexpr double kOneOverLn2 = 1.44269504088896338700e+00;

// r (e^r + 1) / (e^r - 1) - 2, for |r| <= ln(2)/2.
template <class T> [[gnu::always_inline]] inline T exp_kernel(const T& r) {
  const T z = r * r, w = z * z;
  return z * (1.66666666666666019037e-01 + z * -2.77777777770155933842e-03 +
              w * (6.61375632143793436117e-05 + z * -1.65339022054652515390e-06 +
                   w * 4.13813679705723846039e-08));
}

// x = k ln(2) + hi - lo
template <class T> struct ByLn2 {
  T k, hi, lo;
};
template <class T> [[gnu::always_inline]] inline ByLn2<T> reduce_by_ln2(const T& x) {
  const T k = nearest(x * kOneOverLn2).value;
  return {k, x - k * kLn2Hi, k * kLn2Lo};
}

template <class T> T exp(const T& x) {
  const T low = select(x < -746.0, T(-746.0), x);  // below: 0, above 710: inf
  const auto [k, hi, lo] = reduce_by_ln2(select(low > 710.0, T(710.0), low));
  const T r = hi - lo;
  const T c = r - exp_kernel(r);
  return scale(1.0 - ((lo - (r * c) / (2.0 - c)) - hi), k);
}

// With 2x = k ln(2) + r, a = 2^k and R = r (e^r + 1) / (e^r - 1):
//   tanh(x) = ((a - 1) R + (a + 1) r) / D = 1 - 2 (R - r) / D,   D = (a + 1) R + (a - 1) r
// The first form has no difference of near values at k = 0, the second rounds less for large x.
template <class T> T tanh(const T& x) {
  const T size = magnitude(x);
  const auto [k, hi, lo] = reduce_by_ln2(2.0 * select(size > 22.0, T(22.0), size));  // tanh(22) = 1
  const T a = power_of_two(nearest(k).bits);
  const T up = a + 1.0, down = a - 1.0;
  const T r = hi - lo, lost = (hi - r) - lo;
  const T small = exp_kernel(r);  // R - 2

  const T up_r = up * r;
  const T sum = 2.0 * down + up_r;
  const T sum_lost = (2.0 * down - sum) + up_r;
  const T d = 2.0 * up + (down * r + up * small);
  const auto far = k >= 3.0;
  const T n =
      select(far, -2.0 * ((2.0 - r) + small), sum + (down * small + (up * lost + sum_lost)));
  return flip_sign(select(far, T(1.0), T(0.0)) + n / d, to_bits(x));
}

// ---- logarithm ----------------------------------------------------------------------------------

// x = 2^k m with lowest <= m < 2 lowest, for finite x > 0.
template <class T> struct Parts {
  T k, m;
};
template <class T>
[[gnu::always_inline]] inline Parts<T> split_exponent(const T& x, double lowest) {
  const auto tiny = x < kTiny;
  const auto bits = to_bits(select(tiny, x * 0x1p54, x)) + (to_bits(1.0) - to_bits(lowest));
  const T biased = from_bits((bits >> 52) | to_bits(0x1p52)) - 0x1p52;
  return {biased - select(tiny, T(1023.0 + 54.0), T(1023.0)),
          from_bits((bits & kMantissaBits) + to_bits(lowest))};
}

template <class T> T log(const T& x) {
  const auto [k, m] = split_exponent(x, 0x1.6a09e667f3bcdp-1);  // sqrt(1/2)
  const T f = m - 1.0;
  const T s = f / (2.0 + f);
  const T z = s * s, w = z * z;
  const T odd = w * (3.999999999940941908e-01 +
                     w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const T even = z * (6.666666666666735130e-01 +
                      w * (2.857142874366239149e-01 +
                           w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const T h = 0.5 * f * f;
  const T y = k * kLn2Hi - ((h - (s * (h + (even + odd)) + k * kLn2Lo)) - f);
  const T regular = select(x <= kHuge, y, x);  // inf, NaN
  return select(x > 0.0, regular, select(x == 0.0, T(-kInf), select(x < 0.0, T(kNaN), x)));
}

// ---- power --------------------------------------------------------------------------------------

template <class T> struct HeadTail {  // a number of about 80 bits: hi, its head(), + lo
  T hi, lo;
};

// log2(x) for finite x > 0.
template <class T> [[gnu::always_inline]] inline HeadTail<T> log2_kernel(const T& x) {
  auto [n, m] = split_exponent(x, 0x1.bb67ae8584caap-1);  // sqrt(3)/2 <= m < sqrt(3)
  const auto upper = m >= 0x1.3988e1409212ep0;            // from sqrt(3/2): measured from b = 3/2
  const T b = select(upper, T(1.5), T(1.0));

  // s = (m - b) / (m + b) = s_hi + s_lo
  const T u = m - b, v = 1.0 / (m + b);
  const T s = u * v;
  const T s_hi = head(s);
  const T sum_hi = head(m + b);
  const T sum_lo = m - (sum_hi - b);
  const T s_lo = v * ((u - s_hi * sum_hi) - s_hi * sum_lo);

  // 3/2 ln(m / b) / s = 3 + s^2 + s^4 (..)
  const T s2 = s * s, s4 = s2 * s2;
  const T tail = s4 * (5.99999999999994648725e-01 + s2 * 4.28571428578550184252e-01 +
                       s4 * (3.33333329818377432918e-01 + s2 * 2.72728123808534006489e-01 +
                             s4 * (2.30660745775561754067e-01 + s2 * 2.06975017800338417784e-01))) +
                 s_lo * (s_hi + s);
  const T s_hi2 = s_hi * s_hi;
  const T t_hi = head(3.0 + s_hi2 + tail);
  const T t_lo = tail - ((t_hi - 3.0) - s_hi2);
  const T p = s_hi * t_hi;
  const T p_rest = s_lo * t_hi + t_lo * s;
  const T p_hi = head(p + p_rest);
  const T p_lo = p_rest - (p_hi - p);

  // times 2 / (3 ln(2)), plus log2(b) and n
  const T z_hi = 9.61796700954437255859e-01 * p_hi;
  const T z_lo = -7.02846165095275826516e-09 * p_hi + p_lo * 9.61796693925975554329e-01 +
                 select(upper, T(1.35003920212974897128e-08), T(0.0));
  const T log2_b = select(upper, T(5.84962487220764160156e-01), T(0.0));
  const T hi = head(((z_hi + z_lo) + log2_b) + n);
  return {hi, z_lo - (((hi - n) - log2_b) - z_hi)};
}

// 2^(hi + lo), |hi| <= 1100
template <class T> [[gnu::always_inline]] inline T exp2_kernel(const T& hi, const T& lo) {
  const T k = nearest(hi + lo).value;
  const T whole = hi - k;
  const T t = head(lo + whole);
  const T u = t * 6.93147182464599609375e-01;
  const T v = (lo - (t - whole)) * 6.93147180559945286227e-01 + t * -1.90465429995776804525e-09;
  const T z = u + v;
  const T w = v - (z - u);
  const T c = z - exp_kernel(z);
  const T r = (z * c) / (c - 2.0) - (w + z * w);
  return scale(1.0 - (r - z), k);
}

template <class T> T pow(const T& x, const T& y) {
  const auto [log_hi, log_lo] = log2_kernel(x);
  // Any |y| above 2^70 gives 0, 1 or inf, as 2^70 does.
  const T low = select(y < -0x1p70, T(-0x1p70), y);
  const T e = select(low > 0x1p70, T(0x1p70), low);
  const T e_hi = head(e);
  const T lo = (e - e_hi) * log_hi + e * log_lo;
  const T hi = e_hi * log_hi;
  const T sum = hi + lo;
  const auto above = sum > 1100.0, below = sum < -1100.0;
  const T limited = select(above, T(1100.0), select(below, T(-1100.0), hi));
  const T regular = exp2_kernel(limited, select(above || below, T(0.0), lo));

  const T at_zero = select(y > 0.0, T(0.0), select(y == 0.0, T(1.0), T(kInf)));
  const auto defined = x >= 0.0 && x <= kHuge && magnitude(y) <= kHuge;
  return select(defined, select(x == 0.0, at_zero, regular), T(kNaN));
}

}  // namespace evsim::kernels
