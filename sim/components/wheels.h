// A quantity of four wheels at once, for any Scalar: Quad<T>.
//   Quad<double>   a Pack, a wheel in each lane: the four wheels of one car in one instruction stream
//   Quad<T>        else four T one after another: of Packs, the wheels of four cars
// Arithmetic is wheel by wheel, sum() has one order of adding: so a car in a lane has the bits of one alone.
// Order of wheels: front left, front right, rear left, rear right.
#pragma once

#include <array>
#include <cstddef>

#include "sim/base/scalar.h"
#include "sim/components/vector3.h"

namespace evsim {

inline constexpr std::size_t kWheels = 4;
static_assert(kLanes == static_cast<int>(kWheels));

template <class T> struct Each {
  std::array<T, kWheels> w{};

  Each() = default;
  Each(const T& all) { w.fill(all); }
  Each(double all) { w.fill(T(all)); }
  const T& operator[](std::size_t i) const { return w[i]; }
  T& operator[](std::size_t i) { return w[i]; }

  friend Each operator-(const Each& a) {
    Each out;
    for (std::size_t i = 0; i < kWheels; ++i) out.w[i] = -a.w[i];
    return out;
  }
#define EVSIM_EACH(op)                                                     \
  friend Each operator op(const Each& a, const Each& b) {                  \
    Each out;                                                              \
    for (std::size_t i = 0; i < kWheels; ++i) out.w[i] = a.w[i] op b.w[i]; \
    return out;                                                            \
  }                                                                        \
  friend Each& operator op##=(Each& a, const Each& b) { return a = a op b; }
  EVSIM_EACH(+)
  EVSIM_EACH(-)
  EVSIM_EACH(*)
  EVSIM_EACH(/)
#undef EVSIM_EACH
  friend Each sqrt(const Each& a) {
    Each out;
    for (std::size_t i = 0; i < kWheels; ++i) out.w[i] = evsim::sqrt(a.w[i]);
    return out;
  }
  friend Each max(const Each& a, double least) {
    Each out;
    for (std::size_t i = 0; i < kWheels; ++i) out.w[i] = evsim::max(a.w[i], least);
    return out;
  }
};

template <Scalar T> using Quad = std::conditional_t<std::same_as<T, double>, Pack, Each<T>>;

// f(i) of each wheel.
template <Scalar T, class F> Quad<T> quad(F f) {
  if constexpr (std::same_as<T, double>) {
    return Pack([&](auto i) { return f(static_cast<std::size_t>(i)); });
  } else {
    Each<T> out;
    for (std::size_t i = 0; i < kWheels; ++i) out[i] = f(i);
    return out;
  }
}
template <Scalar T> Quad<T> quad(const std::array<T, kWheels>& a) {
  return quad<T>([&](std::size_t i) { return a[i]; });
}
template <Scalar T> void set_wheel(Quad<T>& q, std::size_t i, const std::type_identity_t<T>& x) {
  if constexpr (std::same_as<T, double>)
    set_lane(q, static_cast<int>(i), x);
  else
    q[i] = x;
}
template <Scalar T> std::array<T, kWheels> array(const Quad<T>& q) {
  return {q[0], q[1], q[2], q[3]};
}
// Over the wheels: (front left + rear left) + (front right + rear right), as a Pack's halves are added.
template <Scalar T> [[gnu::always_inline]] inline T sum(const Quad<T>& q) {
  if constexpr (std::same_as<T, double>)
    return evsim::sum(q);
  else
    return (q[0] + q[2]) + (q[1] + q[3]);
}
template <Scalar T> [[gnu::always_inline]] inline Vec3<T> sum(const Vec3<Quad<T>>& a) {
  return {sum<T>(a.x), sum<T>(a.y), sum<T>(a.z)};
}
// The same vector for every wheel.
template <Scalar T> [[gnu::always_inline]] inline Vec3<Quad<T>> spread(const Vec3<T>& a) {
  return {Quad<T>(a.x), Quad<T>(a.y), Quad<T>(a.z)};
}

}  // namespace evsim
