// Pack: four doubles side by side, of four runs of a sweep or four wheels of a car. Arithmetic, comparison and choice go
// lane by lane with the operations of a double, so every lane has the bits of a double, on every processor.
// It lies in registers of two lanes (x86-64 as such) or four (with AVX2); PackOf's name says which, so that units compiled
// for different processors can meet in one program.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace evsim {

inline constexpr int kLanes = 4;  // variants a Pack carries

#if defined(__AVX2__)
inline constexpr int kRegisterLanes = 4;
#else
inline constexpr int kRegisterLanes = 2;
#endif

namespace registers {

template <class E, int n> struct VectorOf {
  using type __attribute__((vector_size(sizeof(E) * n))) = E;
};
// Four elements in registers of n.
template <class E, int n> struct Four;
template <class E> struct Four<E, 2> {
  using Vector = typename VectorOf<E, 2>::type;
  alignas(32) Vector low;
  Vector high;

  [[gnu::always_inline]] static Four all(E x) { return {Vector{x, x}, Vector{x, x}}; }
  [[gnu::always_inline]] static Four of(E a, E b, E c, E d) { return {Vector{a, b}, Vector{c, d}}; }
  [[gnu::always_inline]] E at(std::size_t i) const { return i < 2 ? low[i] : high[i - 2]; }
  [[gnu::always_inline]] void set(std::size_t i, E x) {
    if (i < 2)
      low[i] = x;
    else
      high[i - 2] = x;
  }
};
template <class E> struct Four<E, 4> {
  using Vector = typename VectorOf<E, 4>::type;
  Vector all_of_it;

  [[gnu::always_inline]] static Four all(E x) { return {Vector{x, x, x, x}}; }
  [[gnu::always_inline]] static Four of(E a, E b, E c, E d) { return {Vector{a, b, c, d}}; }
  [[gnu::always_inline]] E at(std::size_t i) const { return all_of_it[i]; }
  [[gnu::always_inline]] void set(std::size_t i, E x) { all_of_it[i] = x; }
};

// f of each register.
template <class Out, class F, class... In>
[[gnu::always_inline]] inline Four<Out, 2> map(F f, const Four<In, 2>&... x) {
  return {f(x.low...), f(x.high...)};
}
template <class Out, class F, class... In>
[[gnu::always_inline]] inline Four<Out, 4> map(F f, const Four<In, 4>&... x) {
  return {f(x.all_of_it...)};
}

// What the language has no operator for, or compilers do not see.
template <class V> [[gnu::always_inline]] inline V sqrt_of(const V& x) {
  V y = x;
  for (std::size_t i = 0; i < sizeof(V) / sizeof(double); ++i) y[i] = std::sqrt(x[i]);
  return y;
}
template <class V> [[gnu::always_inline]] inline V min_of(const V& a, const V& b) {
  return a < b ? a : b;
}
template <class V> [[gnu::always_inline]] inline V max_of(const V& a, const V& b) {
  return a > b ? a : b;
}
template <class V> [[gnu::always_inline]] inline int signs_of(const V& m) {
  int bits = 0;
  for (std::size_t i = 0; i < sizeof(V) / sizeof(std::int64_t); ++i)
    bits |= (m[i] < 0 ? 1 : 0) << i;
  return bits;
}
// The processor's min and max give the second of two numbers that are equal or none, as a < b ? a : b does.
#define EVSIM_REGISTER(n, of)                                                            \
  template <> [[gnu::always_inline]] inline VectorOf<double, n>::type sqrt_of(           \
      const VectorOf<double, n>::type& x) {                                              \
    return of##_sqrt_pd(x);                                                              \
  }                                                                                      \
  template <> [[gnu::always_inline]] inline VectorOf<double, n>::type min_of(            \
      const VectorOf<double, n>::type& a, const VectorOf<double, n>::type& b) {          \
    return of##_min_pd(a, b);                                                            \
  }                                                                                      \
  template <> [[gnu::always_inline]] inline VectorOf<double, n>::type max_of(            \
      const VectorOf<double, n>::type& a, const VectorOf<double, n>::type& b) {          \
    return of##_max_pd(a, b);                                                            \
  }                                                                                      \
  template <>                                                                            \
  [[gnu::always_inline]] inline int signs_of(const VectorOf<std::int64_t, n>::type& m) { \
    return of##_movemask_pd(reinterpret_cast<VectorOf<double, n>::type>(m));             \
  }
#if defined(__SSE2__)
EVSIM_REGISTER(2, _mm)
#endif
#if defined(__AVX2__)
EVSIM_REGISTER(4, _mm256)
#endif
#undef EVSIM_REGISTER
[[gnu::always_inline]] inline int signs(const Four<std::int64_t, 2>& m) {
  return signs_of(m.low) | signs_of(m.high) << 2;
}
[[gnu::always_inline]] inline int signs(const Four<std::int64_t, 4>& m) {
  return signs_of(m.all_of_it);
}

}  // namespace registers

#define EVSIM_ALWAYS [[gnu::always_inline]] inline

// Of a comparison: true or false in each lane.
template <int n> struct MaskOf {
  registers::Four<std::int64_t, n> r;  // -1 or 0

  MaskOf() = default;
  EVSIM_ALWAYS explicit MaskOf(bool x) : r(r.all(x ? -1 : 0)) {}
  EVSIM_ALWAYS explicit MaskOf(const registers::Four<std::int64_t, n>& x) : r(x) {}
  EVSIM_ALWAYS bool operator[](std::size_t i) const { return r.at(i) != 0; }
  EVSIM_ALWAYS friend MaskOf operator!(const MaskOf& a) {
    return MaskOf(registers::map<std::int64_t>([](const auto& x) { return ~x; }, a.r));
  }
#define EVSIM_MASK(op, of_bits)                                               \
  EVSIM_ALWAYS friend MaskOf operator op(const MaskOf& a, const MaskOf& b) {  \
    return MaskOf(registers::map<std::int64_t>(                               \
        [](const auto& x, const auto& y) { return x of_bits y; }, a.r, b.r)); \
  }
  EVSIM_MASK(&&, &)
  EVSIM_MASK(||, |)
  EVSIM_MASK(!=, ^)
#undef EVSIM_MASK
};
template <int n> EVSIM_ALWAYS bool any(const MaskOf<n>& m) { return registers::signs(m.r) != 0; }
template <int n> EVSIM_ALWAYS bool all(const MaskOf<n>& m) { return registers::signs(m.r) == 15; }

// The bit patterns of four doubles.
template <int n> struct BitsOf {
  registers::Four<std::uint64_t, n> r;

  EVSIM_ALWAYS BitsOf(std::uint64_t x) : r(r.all(x)) {}
  EVSIM_ALWAYS explicit BitsOf(const registers::Four<std::uint64_t, n>& x) : r(x) {}
  EVSIM_ALWAYS friend BitsOf operator~(const BitsOf& a) {
    return BitsOf(registers::map<std::uint64_t>([](const auto& x) { return ~x; }, a.r));
  }
  EVSIM_ALWAYS friend BitsOf operator<<(const BitsOf& a, int by) {
    return BitsOf(registers::map<std::uint64_t>([by](const auto& x) { return x << by; }, a.r));
  }
  EVSIM_ALWAYS friend BitsOf operator>>(const BitsOf& a, int by) {
    return BitsOf(registers::map<std::uint64_t>([by](const auto& x) { return x >> by; }, a.r));
  }
#define EVSIM_BITS(op)                                                       \
  EVSIM_ALWAYS friend BitsOf operator op(const BitsOf& a, const BitsOf& b) { \
    return BitsOf(registers::map<std::uint64_t>(                             \
        [](const auto& x, const auto& y) { return x op y; }, a.r, b.r));     \
  }
  EVSIM_BITS(+)
  EVSIM_BITS(&)
  EVSIM_BITS(^)
  EVSIM_BITS(|)
#undef EVSIM_BITS
};

template <int n> struct PackOf {
  registers::Four<double, n> r;

  PackOf() = default;
  EVSIM_ALWAYS PackOf(double x) : r(r.all(x)) {}
  EVSIM_ALWAYS PackOf(double a, double b, double c, double d) : r(r.of(a, b, c, d)) {}
  EVSIM_ALWAYS explicit PackOf(const registers::Four<double, n>& x) : r(x) {}
  // f(i) in lane i, a std::integral_constant.
  template <class F>
    requires std::is_invocable_v<F, std::integral_constant<std::size_t, 0>>
  EVSIM_ALWAYS explicit PackOf(const F& f)
      : PackOf(f(std::integral_constant<std::size_t, 0>()),
               f(std::integral_constant<std::size_t, 1>()),
               f(std::integral_constant<std::size_t, 2>()),
               f(std::integral_constant<std::size_t, 3>())) {}

  EVSIM_ALWAYS double operator[](std::size_t i) const { return r.at(i); }

  EVSIM_ALWAYS friend PackOf operator-(const PackOf& a) {
    return PackOf(registers::map<double>([](const auto& x) { return -x; }, a.r));
  }
#define EVSIM_PACK(op)                                                                          \
  EVSIM_ALWAYS friend PackOf operator op(const PackOf& a, const PackOf& b) {                    \
    return PackOf(                                                                              \
        registers::map<double>([](const auto& x, const auto& y) { return x op y; }, a.r, b.r)); \
  }                                                                                             \
  EVSIM_ALWAYS friend PackOf& operator op##=(PackOf& a, const PackOf& b) { return a = a op b; }
  EVSIM_PACK(+)
  EVSIM_PACK(-)
  EVSIM_PACK(*)
  EVSIM_PACK(/)
#undef EVSIM_PACK
#define EVSIM_COMPARE(op)                                                       \
  EVSIM_ALWAYS friend MaskOf<n> operator op(const PackOf& a, const PackOf& b) { \
    return MaskOf<n>(registers::map<std::int64_t>(                              \
        [](const auto& x, const auto& y) { return x op y; }, a.r, b.r));        \
  }
  EVSIM_COMPARE(<)
  EVSIM_COMPARE(>)
  EVSIM_COMPARE(<=)
  EVSIM_COMPARE(>=)
  EVSIM_COMPARE(==)
  EVSIM_COMPARE(!=)
#undef EVSIM_COMPARE
};

template <int n>
EVSIM_ALWAYS PackOf<n> select(const MaskOf<n>& m, const PackOf<n>& a, const PackOf<n>& b) {
  return PackOf<n>(registers::map<double>(
      [](const auto& c, const auto& x, const auto& y) { return c ? x : y; }, m.r, a.r, b.r));
}
template <int n> EVSIM_ALWAYS PackOf<n> sqrt(const PackOf<n>& a) {
  return PackOf<n>(
      registers::map<double>([](const auto& x) { return registers::sqrt_of(x); }, a.r));
}
// b where either is NaN, and where both are zeros.
template <int n> EVSIM_ALWAYS PackOf<n> min(const PackOf<n>& a, const PackOf<n>& b) {
  return PackOf<n>(registers::map<double>(
      [](const auto& x, const auto& y) { return registers::min_of(x, y); }, a.r, b.r));
}
template <int n> EVSIM_ALWAYS PackOf<n> max(const PackOf<n>& a, const PackOf<n>& b) {
  return PackOf<n>(registers::map<double>(
      [](const auto& x, const auto& y) { return registers::max_of(x, y); }, a.r, b.r));
}
// Four doubles in a row, at any address.
EVSIM_ALWAYS PackOf<kRegisterLanes> load_pack(const void* from) {
  PackOf<kRegisterLanes> x;
  std::memcpy(&x, from, sizeof(x));
  return x;
}
EVSIM_ALWAYS void store_pack(void* to, const PackOf<kRegisterLanes>& x) {
  std::memcpy(to, &x, sizeof(x));
}
// (lane 0 + lane 2) + (lane 1 + lane 3).
template <int n> EVSIM_ALWAYS double sum(const PackOf<n>& a) {
  return (a[0] + a[2]) + (a[1] + a[3]);
}
template <int n> EVSIM_ALWAYS BitsOf<n> to_bits(const PackOf<n>& a) {
  return BitsOf<n>(registers::map<std::uint64_t>(
      [](const auto& x) {
        return reinterpret_cast<typename registers::VectorOf<std::uint64_t, n>::type>(x);
      },
      a.r));
}
template <int n> EVSIM_ALWAYS PackOf<n> from_bits(const BitsOf<n>& a) {
  return PackOf<n>(registers::map<double>(
      [](const auto& x) {
        return reinterpret_cast<typename registers::VectorOf<double, n>::type>(x);
      },
      a.r));
}
#undef EVSIM_ALWAYS

using Pack = PackOf<kRegisterLanes>;
using PackMask = MaskOf<kRegisterLanes>;

}  // namespace evsim
