// What a sampled control law is written over: a Scalar, or Float32, whose every operation is rounded to
// single precision as on a controller without a double unit. And space vectors as complex numbers, as
// drive control writes them:
//   x_s = x_alpha + j x_beta                  stator coordinates
//   x = x_d + j x_q = x_s e^(-j theta)        coordinates turned by theta
#pragma once

#include <cmath>
#include <type_traits>

#include "sim/base/elementary.h"
#include "sim/base/scalar.h"
#include "sim/components/dq.h"

namespace evsim {

// Doubles meet it rounded. Its elementary functions are those of sim/base, rounded once.
class Float32 {
 public:
  constexpr Float32() = default;
  constexpr Float32(double x) : value_(static_cast<float>(x)) {}
  constexpr explicit operator double() const { return static_cast<double>(value_); }

  friend Float32 operator-(Float32 a) { return exactly(-a.value_); }
  friend Float32 operator+(Float32 a, Float32 b) { return exactly(a.value_ + b.value_); }
  friend Float32 operator-(Float32 a, Float32 b) { return exactly(a.value_ - b.value_); }
  friend Float32 operator*(Float32 a, Float32 b) { return exactly(a.value_ * b.value_); }
  friend Float32 operator/(Float32 a, Float32 b) { return exactly(a.value_ / b.value_); }
  Float32& operator+=(Float32 b) { return *this = *this + b; }
  Float32& operator-=(Float32 b) { return *this = *this - b; }
  friend bool operator<(Float32 a, Float32 b) { return a.value_ < b.value_; }
  friend bool operator>(Float32 a, Float32 b) { return a.value_ > b.value_; }
  friend bool operator<=(Float32 a, Float32 b) { return a.value_ <= b.value_; }
  friend bool operator>=(Float32 a, Float32 b) { return a.value_ >= b.value_; }
  friend bool operator==(Float32 a, Float32 b) { return a.value_ == b.value_; }

  friend Float32 select(bool m, Float32 a, Float32 b) { return m ? a : b; }
  friend Float32 min(Float32 a, Float32 b) { return a < b ? a : b; }
  friend Float32 max(Float32 a, Float32 b) { return a > b ? a : b; }
  friend Float32 abs(Float32 a) { return a < 0.0 ? -a : a; }
  friend Float32 clamp(Float32 a, Float32 lo, Float32 hi) { return a < lo ? lo : a > hi ? hi : a; }
  friend Float32 sqrt(Float32 a) { return exactly(std::sqrt(a.value_)); }
  friend Float32 exp(Float32 a) { return Float32(evsim::exp(double(a))); }
  friend kernels::SinCos<Float32> sincos(Float32 a) {
    const auto [s, c] = evsim::sincos(double(a));
    return {Float32(s), Float32(c)};
  }

 private:
  static Float32 exactly(float x) {
    Float32 out;
    out.value_ = x;
    return out;
  }
  float value_ = 0.0F;
};

template <class T>
concept Real = Scalar<T> || std::same_as<T, Float32>;

// What tables and the rest of the simulation use where the law uses T.
template <Real T> using Outside = std::conditional_t<std::same_as<T, Float32>, double, T>;

template <Real T> using RealMask = decltype(std::declval<T>() < std::declval<T>());

template <Real T> Outside<T> outside(const T& x) { return static_cast<Outside<T>>(x); }

// ---- Space vectors ------------------------------------------------------------------------------

template <Real T> struct Complex {
  T re{}, im{};
};

template <Real T> Complex<T> operator+(const Complex<T>& a, const Complex<T>& b) {
  return {a.re + b.re, a.im + b.im};
}
template <Real T> Complex<T> operator-(const Complex<T>& a, const Complex<T>& b) {
  return {a.re - b.re, a.im - b.im};
}
template <Real T> Complex<T> operator*(const Complex<T>& a, const Complex<T>& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <Real T> Complex<T> operator*(const std::type_identity_t<T>& a, const Complex<T>& b) {
  return {a * b.re, a * b.im};
}
template <Real T> Complex<T> conj(const Complex<T>& a) { return {a.re, -a.im}; }
template <Real T> T abs2(const Complex<T>& a) { return a.re * a.re + a.im * a.im; }
template <Real T> T length(const Complex<T>& a) { return sqrt(abs2(a)); }
template <Real T>
Complex<T> select(const RealMask<T>& m, const Complex<T>& a, const Complex<T>& b) {
  return {select(m, a.re, b.re), select(m, a.im, b.im)};
}
// e^(j theta).
template <Real T> Complex<T> turn(const T& theta) {
  const auto [s, c] = sincos(theta);
  return {c, s};
}
template <Scalar T> Complex<T> vector(const Ab<T>& x) { return {x.a, x.b}; }
template <Scalar T> Ab<T> stator(const Complex<T>& x) { return {x.re, x.im}; }

// ---- Structs of nothing but T, member by member --------------------------------------------------

// The first of a struct's members, which follow one another without gaps.
template <Real T, class Struct> T* first(Struct& s) {
  static_assert(std::is_standard_layout_v<Struct> && sizeof(Struct) % sizeof(T) == 0);
  return reinterpret_cast<T*>(&s);
}
template <Real T, class Struct> const T* first(const Struct& s) {
  static_assert(std::is_standard_layout_v<Struct> && sizeof(Struct) % sizeof(T) == 0);
  return reinterpret_cast<const T*>(&s);
}

// a where the mask holds, b elsewhere.
template <Real T, template <class> class Struct>
Struct<T> blend(const RealMask<T>& m, const Struct<T>& a, Struct<T> b) {
  T* y = first<T>(b);
  for (std::size_t i = 0; i < sizeof(b) / sizeof(T); ++i) y[i] = select(m, first<T>(a)[i], y[i]);
  return b;
}
// Rounded to To (double to Float32), or the same values again (Float32 to double).
template <Real To, Real From, template <class> class Struct>
Struct<To> convert(const Struct<From>& a) {
  Struct<To> out{};
  static_assert(sizeof(a) / sizeof(From) == sizeof(out) / sizeof(To));
  for (std::size_t i = 0; i < sizeof(a) / sizeof(From); ++i)
    first<To>(out)[i] = static_cast<To>(first<From>(a)[i]);
  return out;
}

}  // namespace evsim
