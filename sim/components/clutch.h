// Clutch that disconnects a gear train: the capacity that gear_train::coupled is given.
//   friction   tau_c = q tau_max                      q: engagement, 0 open to 1 pressed                  (1)
//   dog        tau_c = strength where q > 1/2 and |slip| <= omega_dog, else 0: faster, its teeth rattle   (2)
// Closing over a slip turns the energy of the slip into heat, 1/2 J slip^2 (gear_train.h, p_slip). A dog under load
// opens at once; a control takes the torque off before.
// Signs: slip as in gear_train.h. Neglected: the way of the actuator, drag while open, the rattle's small torque.
// Source: H. Naunheimer et al., Automotive Transmissions, 2nd ed., 2011, ch. 9.
#pragma once

#include <variant>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::clutch {

template <Scalar T> struct Friction {
  static constexpr std::string_view kType = "friction";
  static constexpr std::string_view kDoc = "discs, pressed by an actuator";
  T torque_max = kRequired;  // tau_max, at the rotor's shaft [Nm]
};
template <class P, class V>
  requires same_template<P, Friction>
constexpr void describe(P& p, V&& field) {
  field(p.torque_max, Field{"torque_max", Dim::torque, positive,
                            "at which it slips when pressed, at the rotor's shaft"});
}
template <Scalar T> struct Dog {
  static constexpr std::string_view kType = "dog";
  static constexpr std::string_view kDoc = "teeth that close where both sides turn alike";
  T strength = kInfinity;  // at the rotor's shaft [Nm]
  T dog_speed = 1.0;       // omega_dog, at the rotor's shaft [rad/s]
};
template <class P, class V>
  requires same_template<P, Dog>
constexpr void describe(P& p, V&& field) {
  field(p.strength,
        Field{"strength", Dim::torque, positive, "at which it gives way, at the rotor's shaft"});
  field(p.dog_speed, Field{"dog_speed", Dim::angular_speed, positive,
                           "slip of the rotor's shaft below which it closes"});
}
template <Scalar T> using Params = std::variant<Friction<T>, Dog<T>>;

// (1)
template <Scalar T> T capacity(const Friction<T>& p, const T& engagement, const T&) {
  return p.torque_max * engagement;
}
// (2)
template <Scalar T> T capacity(const Dog<T>& p, const T& engagement, const T& slip) {
  return select(engagement > T(0.5) && abs(slip) <= p.dog_speed, p.strength, T(0.0));
}
template <Scalar T> T capacity(const Params<T>& p, const T& engagement, const T& slip) {
  return std::visit([&](const auto& kind) { return capacity(kind, engagement, slip); }, p);
}

}  // namespace evsim::clutch
