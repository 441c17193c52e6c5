// What holds the car back on its way: either air and tyres, or the measured coast-down polynomial.
//   physical:    F_air = 1/2 rho k Cd A (v + v_wind) |v + v_wind|,  F_roll = c_r m g cos(alpha)
//   sae_j2452:   F_air the same,  F_roll = sum over wheels of rolling_resistance.h, at the loads of rest on the slope
//   coast-down:  F = A + B v + C v^2 (with the sign of v; contains driveline drag, none is added)
// F_roll and A are dry friction: they act against motion and hold the car at rest. Grade is separate:
//   F_grade = m g sin(alpha).
// k: drag on the road over that of Cd A: cooling air, turning wheels, and what tyres and driveline add with speed.
// wind > 0 from ahead, grade > 0 uphill. With a coast-down the C term sees the wind as air does.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/components/rolling_resistance.h"

namespace evsim::road_load {

inline constexpr double kGravity = 9.80665;  // [m/s2], standard gravity (CGPM 1901)

template <Scalar T> struct Physical {
  static constexpr std::string_view kType = "physical";
  static constexpr std::string_view kDoc = "air drag and rolling resistance";
  T Cd = kRequired;                  // drag coefficient [-]
  T frontal_area = kRequired;        // [m2]
  T rolling_resistance = kRequired;  // c_r, force over load [-]
  T drag_on_road = 1.0;              // k [-]
};
template <class P, class V>
  requires same_template<P, Physical>
constexpr void describe(P& p, V&& field) {
  field(p.Cd, Field{"Cd", Dim::none, positive, "drag coefficient"});
  field(p.frontal_area, Field{"frontal_area", Dim::area, positive, "frontal area"});
  field(p.rolling_resistance, Field{"rolling_resistance", Dim::none, between(0, 0.2),
                                    "rolling resistance force over load"});
  field(p.drag_on_road, Field{"drag_on_road", Dim::none, positive,
                              "drag on the road over that of Cd and area: cooling air, turning "
                              "wheels, what tyres and driveline add with speed"});
}

// Pressures that are left out are those of body.front and body.rear.
template <Scalar T> struct SaeJ2452 {
  static constexpr std::string_view kType = "sae_j2452";
  static constexpr std::string_view kDoc =
      "air drag, and tyres over pressure, load, speed and temperature";
  T Cd = kRequired;                                         // drag coefficient [-]
  T frontal_area = kRequired;                               // [m2]
  T drag_on_road = 1.0;                                     // k [-]
  rolling_resistance::Params<T> tyre;                       // each
  T pressure_front = kInfinity, pressure_rear = kInfinity;  // [Pa]
};
template <class P, class V>
  requires same_template<P, SaeJ2452>
constexpr void describe(P& p, V&& field) {
  field(p.Cd, Field{"Cd", Dim::none, positive, "drag coefficient"});
  field(p.frontal_area, Field{"frontal_area", Dim::area, positive, "frontal area"});
  field(p.drag_on_road, Field{"drag_on_road", Dim::none, positive,
                              "drag on the road over that of Cd and area: cooling air, turning "
                              "wheels"});
  field(p.tyre, Group{"tyre", "rolling resistance of each tyre, P^alpha Z^beta (a + b V + c V^2)"});
  field(p.pressure_front, Field{"pressure_front", Dim::pressure, positive,
                                "inflation; left out: that of body.front"});
  field(p.pressure_rear,
        Field{"pressure_rear", Dim::pressure, positive, "inflation; left out: that of body.rear"});
}

template <Scalar T> struct CoastDown {
  static constexpr std::string_view kType = "coast_down";
  static constexpr std::string_view kDoc = "measured A + B v + C v^2, driveline drag included";
  T A = kRequired;  // [N]
  T B = 0.0;        // [N/(m/s)]
  T C = kRequired;  // [N/(m/s)^2]
};
template <class P, class V>
  requires same_template<P, CoastDown>
constexpr void describe(P& p, V&& field) {
  field(p.A, Field{"A", Dim::force, not_negative, "constant term"});
  field(p.B, Field{"B", Dim::force_per_speed, any_value, "linear term"});
  field(p.C, Field{"C", Dim::force_per_speed_squared, any_value, "quadratic term"});
}

template <Scalar T> using Params = std::variant<Physical<T>, CoastDown<T>, SaeJ2452<T>>;

// As the equations need it: SAE J2452 at the car's mass, pressures and ambient.
template <Scalar T> struct Tyres {
  static constexpr std::string_view kType = "tyres";
  static constexpr std::string_view kDoc = "air drag and tyres over speed";
  T drag_area{};    // k Cd A [m2]
  T load{};         // P^alpha Z^beta of all wheels on the flat, times the ambient's factor
  T beta{};         // [-]
  T a{}, b{}, c{};  // over the speed in km/h
};
template <class P, class V>
  requires same_template<P, Tyres>
constexpr void describe(P& p, V&& field) {
  field(p.drag_area, Field{"drag_area"});
  field(p.load, Field{"load"});
  field(p.beta, Field{"beta"});
  field(p.a, Field{"a"});
  field(p.b, Field{"b"});
  field(p.c, Field{"c"});
}
template <Scalar T> using Model = std::variant<Physical<T>, CoastDown<T>, Tyres<T>>;

template <Scalar T> struct Surroundings {
  T rho_air;    // [kg/m3]
  T v_wind;     // [m/s], from ahead
  T cos_alpha;  // of the grade [-]
};

template <Scalar T> struct Forces {
  T dry;    // largest dry friction, >= 0, against motion [N]
  T fluid;  // air, with its sign: > 0 against forward motion [N]
};

template <Scalar T>
Forces<T> forces(const Physical<T>& p, const T& mass, const Surroundings<T>& s, const T& v) {
  const T w = v + s.v_wind;
  return {.dry = p.rolling_resistance * mass * kGravity * s.cos_alpha,
          .fluid = 0.5 * s.rho_air * p.drag_on_road * p.Cd * p.frontal_area * w * abs(w)};
}
template <Scalar T>
Forces<T> forces(const Tyres<T>& p, const T&, const Surroundings<T>& s, const T& v) {
  const T w = v + s.v_wind;
  return {
      .dry = p.load * pow(s.cos_alpha, p.beta) * rolling_resistance::over_speed(p.a, p.b, p.c, v),
      .fluid = 0.5 * s.rho_air * p.drag_area * w * abs(w)};
}
template <Scalar T>
Forces<T> forces(const CoastDown<T>& p, const T&, const Surroundings<T>& s, const T& v) {
  const T w = v + s.v_wind;
  return {.dry = p.A, .fluid = p.B * v + p.C * w * abs(w)};
}

}  // namespace evsim::road_load
