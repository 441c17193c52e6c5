// Air on the body of a car, with side wind.
//   w = v - R^T v_wind,   w_h^2 = w_x^2 + w_y^2,   tau = atan2(w_y, w_x)    flow seen from the body     (1)
//   q = 1/2 rho A w_h^2
//   F_x = -q C_D(|tau|),   F_y = -q sgn(tau) C_S(|tau|),   F_z = q (C_Lf(|tau|) + C_Lr(|tau|))           (2)
//   M_x = q L sgn(tau) C_R(|tau|),   M_y = q L/2 (C_Lr - C_Lf),   M_z = -q L sgn(tau) C_N(|tau|)         (3)
// about the point on the road below the middle of the wheelbase L, as wind tunnels give them; load() moves them to
// the body's centre of gravity. Body axes, ISO 8855. tau > 0: wind from the left. All coefficients are > 0 for what
// cars do: lift up, the side force to leeward ahead of the middle, which turns the car off the wind.
// Neglected: the car's own turning in the flow, lag of the flow behind gusts, ride height.
// Source: T. Schuetz (ed.), Aerodynamics of Road Vehicles, 5th ed., ch. 4 and 5; SAE J1594.
#pragma once

#include "sim/base/elementary.h"
#include "sim/base/fields.h"
#include "sim/components/vector3.h"

namespace evsim::body_aerodynamics {

// Coefficients over |tau| [-]; those that are not given are 0.
template <Scalar T> struct Params {
  T frontal_area = kRequired;  // A [m2]
  Table1<T> drag{};            // C_D, along the body
  Table1<T> side{};            // C_S
  Table1<T> lift_front{};      // C_Lf
  Table1<T> lift_rear{};       // C_Lr
  Table1<T> roll{};            // C_R
  Table1<T> yaw{};             // C_N
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  const Axis angle{"flow_angle", Dim::angle};
  field(p.frontal_area, Field{"frontal_area", Dim::area, positive, "frontal area"});
  field(p.drag,
        Field1{"drag", Dim::none, any_value, "drag coefficient, along the body", angle, true});
  field(p.side, Field1{"side", Dim::none, any_value, "side force coefficient", angle, true});
  field(p.lift_front,
        Field1{"lift_front", Dim::none, any_value, "lift of the front axle", angle, true});
  field(p.lift_rear,
        Field1{"lift_rear", Dim::none, any_value, "lift of the rear axle", angle, true});
  field(p.roll, Field1{"roll", Dim::none, any_value, "roll moment coefficient", angle, true});
  field(p.yaw, Field1{"yaw", Dim::none, any_value, "yaw moment coefficient", angle, true});
}

template <Scalar T> struct Flow {
  Vec3<T> w;  // of the body through the air, body axes [m/s]
  T rho;      // density [kg/m3]
};
// Where the tunnel's reference point lies.
template <Scalar T> struct Place {
  T wheelbase;    // L [m]
  Vec3<T> point;  // from the body's centre of gravity, body axes [m]
};
// At the body's centre of gravity, body axes.
template <Scalar T> Wrench<T> load(const Params<T>& p, const Place<T>& place, const Flow<T>& flow) {
  const T w2 = flow.w.x * flow.w.x + flow.w.y * flow.w.y;
  const T q = 0.5 * flow.rho * p.frontal_area * w2;
  const T tau = atan2(flow.w.y, flow.w.x), from = sign(tau), angle = abs(tau);
  const auto of = [&](const Table1<T>& c) { return c.empty() ? T(0.0) : c(angle); };
  const T front = of(p.lift_front), rear = of(p.lift_rear), qL = q * place.wheelbase;
  const Vec3<T> F{-q * of(p.drag), -q * from * of(p.side), q * (front + rear)};
  const Vec3<T> M{qL * from * of(p.roll), 0.5 * qL * (rear - front), -qL * from * of(p.yaw)};
  return {.F = F, .M = M + cross(place.point, F)};
}

}  // namespace evsim::body_aerodynamics
