// Vectors, symmetric matrices and rotations in space, over any Scalar or Quad.
//   a x b = (a_y b_z - a_z b_y, a_z b_x - a_x b_z, a_x b_y - a_y b_x)                     (1)
//   q = w + x i + y j + z k turns body axes into earth axes:  a_E = R(q) a_B              (2)
//   R(q) = 1 + 2 (w [n]x + [n]x [n]x) / (q q),  n = (x, y, z)                             (3)
//   dq/dt = 1/2 q (0, omega_B)                                                            (4)
// (3) divides by the square of q's length, so R is a rotation whatever an integration does to that length,
// and no attitude is singular.
// Source: J. Diebel, Representing Attitude, Stanford, 2006.
#pragma once

#include "sim/base/scalar.h"

namespace evsim {

template <class T> struct Vec3 {
  T x{}, y{}, z{};
};

template <class T>
[[gnu::always_inline]] inline Vec3<T> operator+(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
template <class T>
[[gnu::always_inline]] inline Vec3<T> operator-(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
template <class T> [[gnu::always_inline]] inline Vec3<T> operator-(const Vec3<T>& a) {
  return {-a.x, -a.y, -a.z};
}
template <class T> [[gnu::always_inline]] inline Vec3<T> operator*(const std::type_identity_t<T>& a,
                                                                   const Vec3<T>& b) {
  return {a * b.x, a * b.y, a * b.z};
}
template <class T> [[gnu::always_inline]] inline T dot(const Vec3<T>& a, const Vec3<T>& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
// (1)
template <class T> [[gnu::always_inline]] inline Vec3<T> cross(const Vec3<T>& a, const Vec3<T>& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// A symmetric matrix, such as an inertia tensor.
template <class T> struct Sym3 {
  T xx{}, yy{}, zz{}, xy{}, xz{}, yz{};
};
template <class T>
[[gnu::always_inline]] inline Sym3<T> operator+(const Sym3<T>& a, const Sym3<T>& b) {
  return {a.xx + b.xx, a.yy + b.yy, a.zz + b.zz, a.xy + b.xy, a.xz + b.xz, a.yz + b.yz};
}
template <class T>
[[gnu::always_inline]] inline Vec3<T> operator*(const Sym3<T>& A, const Vec3<T>& b) {
  return {A.xx * b.x + A.xy * b.y + A.xz * b.z, A.xy * b.x + A.yy * b.y + A.yz * b.z,
          A.xz * b.x + A.yz * b.y + A.zz * b.z};
}
// Of a matrix that is positive definite, by its cofactors.
template <class T> [[gnu::always_inline]] inline Sym3<T> inverse(const Sym3<T>& A) {
  const Sym3<T> C{A.yy * A.zz - A.yz * A.yz, A.xx * A.zz - A.xz * A.xz, A.xx * A.yy - A.xy * A.xy,
                  A.xz * A.yz - A.xy * A.zz, A.xy * A.yz - A.xz * A.yy, A.xy * A.xz - A.yz * A.xx};
  const T per_det = 1.0 / (A.xx * C.xx + A.xy * C.xy + A.xz * C.xz);
  return {C.xx * per_det, C.yy * per_det, C.zz * per_det,
          C.xy * per_det, C.xz * per_det, C.yz * per_det};
}
// Inertia of a point mass m at p about the origin: m (p p 1 - p p^T) [kg m2].
template <class T>
[[gnu::always_inline]] inline Sym3<T> inertia_of_point(const T& m, const Vec3<T>& p) {
  const Vec3<T> mp = m * p;
  const T xx = mp.x * p.x, yy = mp.y * p.y, zz = mp.z * p.z;
  return {yy + zz, zz + xx, xx + yy, -mp.x * p.y, -mp.x * p.z, -mp.y * p.z};
}

// A force at a point and a moment about it.
template <class T> struct Wrench {
  Vec3<T> F{};  // [N]
  Vec3<T> M{};  // [Nm]
};

template <class T> struct Quaternion {
  T w{}, x{}, y{}, z{};
};

// First b, then a.
template <class T> [[gnu::always_inline]] inline Quaternion<T> operator*(const Quaternion<T>& a,
                                                                         const Quaternion<T>& b) {
  return {
      a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z, a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
      a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x, a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}

// R of (3), by rows: the earth's axes seen from the body.
template <class T> struct Rotation {
  Vec3<T> x, y, z;
};
template <class T> [[gnu::always_inline]] inline Rotation<T> rotation(const Quaternion<T>& q) {
  const T s = 2.0 / (q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
  const Vec3<T> n{q.x, q.y, q.z}, sn = s * n, sw = q.w * sn;
  return {.x = {1.0 - (sn.y * n.y + sn.z * n.z), sn.x * n.y - sw.z, sn.x * n.z + sw.y},
          .y = {sn.x * n.y + sw.z, 1.0 - (sn.x * n.x + sn.z * n.z), sn.y * n.z - sw.x},
          .z = {sn.x * n.z - sw.y, sn.y * n.z + sw.x, 1.0 - (sn.x * n.x + sn.y * n.y)}};
}
template <class T>
[[gnu::always_inline]] inline Vec3<T> to_earth(const Rotation<T>& R, const Vec3<T>& a) {
  return {dot(R.x, a), dot(R.y, a), dot(R.z, a)};
}
template <class T>
[[gnu::always_inline]] inline Vec3<T> to_body(const Rotation<T>& R, const Vec3<T>& a) {
  return a.x * R.x + a.y * R.y + a.z * R.z;
}

// (4)
template <class T>
[[gnu::always_inline]] inline Quaternion<T> rate(const Quaternion<T>& q, const Vec3<T>& omega) {
  const Vec3<T> h = 0.5 * omega;
  return {-(q.x * h.x + q.y * h.y + q.z * h.z), q.w * h.x + q.y * h.z - q.z * h.y,
          q.w * h.y + q.z * h.x - q.x * h.z, q.w * h.z + q.x * h.y - q.y * h.x};
}

}  // namespace evsim
