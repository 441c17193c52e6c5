// What a vehicle file says of its body: nothing more than one mass on wheels (chassis.h), or what makes it a system
// of bodies on springs and tyres (multibody.h).
// Figures of the whole car hold at kerb mass; in its design position every travel is 0. What a car carries beside
// its kerb mass lies in its mass centre, so that the axles keep their shares, and makes it sink on its springs.
#pragma once

#include <array>
#include <variant>

#include "sim/base/fields.h"
#include "sim/components/differential.h"
#include "sim/components/gear_shift.h"
#include "sim/components/half_shaft.h"
#include "sim/components/steering.h"
#include "sim/components/suspension.h"
#include "sim/components/tyre_coefficients.h"

namespace evsim::body {

template <Scalar T> struct Longitudinal {
  static constexpr std::string_view kType = "longitudinal";
  static constexpr std::string_view kDoc = "one mass: no chassis of the kind multi_body";
};
template <class P, class V>
  requires same_template<P, Longitudinal>
constexpr void describe(P&, V&&) {}

// Spring and damper are given as they act at the wheel, by these rates, or by the tables of `suspension`.
template <Scalar T> struct Axle {
  T track = kRequired;            // 0: one wheel in the middle [m]
  T unsprung_mass = kRequired;    // of one wheel [kg]
  T transverse_inertia = 0.0;     // of one wheel about a diameter [kg m2]
  FileName tyre;                  // .tir
  T tyre_pressure = kInfinity;    // infinite: that of its file [Pa]
  T spring_rate = kInfinity;      // [N/m]
  T damping_bump = kInfinity;     // [N/(m/s)]
  T damping_rebound = kInfinity;  // [N/(m/s)]
  suspension::Params<T> suspension;
};
template <class P, class V>
  requires same_template<P, Axle>
constexpr void describe(P& p, V&& field) {
  field(p.track, Field{"track", Dim::length, not_negative,
                       "between the wheel centres; 0: one wheel in the middle"});
  field(p.unsprung_mass, Field{"unsprung_mass", Dim::mass, positive,
                               "of one wheel with hub, brake and its share of the links"});
  field(p.transverse_inertia,
        Field{"transverse_inertia", Dim::inertia, not_negative, "of one wheel about a diameter"});
  field(p.tyre, Field{"tyre", Dim::none, any_value, "tyre property file (.tir)"});
  field(p.tyre_pressure, Field{"tyre_pressure", Dim::pressure, positive,
                               "inflation; left out: that of the tyre's file"});
  field(p.spring_rate,
        Field{"spring_rate", Dim::stiffness, positive,
              "of the spring at the wheel, in place of suspension.spring; its preload follows "
              "from the weight"});
  field(p.damping_bump, Field{"damping_bump", Dim::force_per_speed, not_negative,
                              "of the damper at the wheel, in place of suspension.damper"});
  field(p.damping_rebound, Field{"damping_rebound", Dim::force_per_speed, not_negative,
                                 "the same as the wheel goes down"});
  field(p.suspension, Group{"suspension", "tables and stiffnesses of both sides"});
}

// Beside drag, which road_load knows. Slopes over the flow's angle hold up to 30 degrees and stay there.
template <Scalar T> struct Air {
  T lift_front = 0.0, lift_rear = 0.0;                    // [-]
  T side_slope = 0.0, roll_slope = 0.0, yaw_slope = 0.0;  // [1/rad]
};
template <class P, class V>
  requires same_template<P, Air>
constexpr void describe(P& p, V&& field) {
  field(p.lift_front, Field{"lift_front", Dim::none, any_value, "lift coefficient, front axle"});
  field(p.lift_rear, Field{"lift_rear", Dim::none, any_value, "lift coefficient, rear axle"});
  field(p.side_slope, Field{"side_slope", Dim::none, any_value,
                            "side force coefficient over the angle of the flow [1/rad]"});
  field(p.roll_slope, Field{"roll_slope", Dim::none, any_value,
                            "roll moment coefficient over the angle of the flow [1/rad]"});
  field(p.yaw_slope, Field{"yaw_slope", Dim::none, any_value,
                           "yaw moment coefficient over the angle of the flow [1/rad]"});
}

// Hydraulic brakes by what they do.
template <Scalar T> struct Brakes {
  T front_share = kInfinity;  // infinite: by the axles' loads at 0.8 g [-]
  T deceleration_max = 12.0;  // at the largest pressure, at kerb mass [m/s2]
  T lag = 0.02;               // of pressure behind pedal or valve [s]
};
template <class P, class V>
  requires same_template<P, Brakes>
constexpr void describe(P& p, V&& field) {
  field(p.front_share, Field{"front_share", Dim::none, positive,
                             "of the front axle in the braking force; left out: by the loads that "
                             "the axles have at 0.8 g"});
  field(p.deceleration_max, Field{"deceleration_max", Dim::acceleration, positive,
                                  "at the largest pressure, where the tyres allow it"});
  field(p.lag, Field{"lag", Dim::time, positive, "of the pressures behind what is asked for"});
}

// What the traction control of this car aims at.
template <Scalar T> struct TractionControl {
  T slip_by_friction = 0.105;  // slip aimed at over the friction in use [-]
  T slip_time = 0.02;          // in which the slip is corrected [s]
};
template <class P, class V>
  requires same_template<P, TractionControl>
constexpr void describe(P& p, V&& field) {
  field(p.slip_by_friction, Field{"slip_by_friction", Dim::none, fraction,
                                  "slip of the driven wheels aimed at over the friction in use"});
  field(p.slip_time, Field{"slip_time", Dim::time, positive, "in which the slip is corrected"});
}

// Where the driver sits, for ride comfort.
template <Scalar T> struct Seat {
  T behind_front = kInfinity;  // behind the front axle; infinite: the middle between the axles [m]
  T left = kInfinity;          // of the middle; infinite: a quarter of the wider track [m]
};
template <class P, class V>
  requires same_template<P, Seat>
constexpr void describe(P& p, V&& field) {
  field(p.behind_front, Field{"behind_front", Dim::length, any_value,
                              "behind the front axle; left out: the middle between the axles"});
  field(p.left, Field{"left", Dim::length, any_value,
                      "of the car's middle; left out: a quarter of the wider track"});
}

template <Scalar T> struct MultiBody {
  static constexpr std::string_view kType = "multi_body";
  static constexpr std::string_view kDoc = "body of six degrees of freedom on sprung wheels";
  T I_xx = kRequired, I_yy = kRequired, I_zz = kRequired;  // of the whole car [kg m2]
  T I_xz = 0.0;                                            // [kg m2]
  Axle<T> front, rear;
  steering::Params<T> steering;
  Brakes<T> brakes;
  TractionControl<T> traction_control;
  Air<T> air;
  Seat<T> seat;
  T length = kInfinity, width = kInfinity;  // without mirrors; infinite: unknown [m]
};
template <class P, class V>
  requires same_template<P, MultiBody>
constexpr void describe(P& p, V&& field) {
  field(p.I_xx, Field{"I_xx", Dim::inertia, positive, "of the whole car in roll"});
  field(p.I_yy, Field{"I_yy", Dim::inertia, positive, "of the whole car in pitch"});
  field(p.I_zz, Field{"I_zz", Dim::inertia, positive, "of the whole car in yaw"});
  field(p.I_xz, Field{"I_xz", Dim::inertia, any_value, "element of the tensor, - integral of x z"});
  field(p.front, Group{"front", "front axle"});
  field(p.rear, Group{"rear", "rear axle"});
  field(p.steering, Group{"steering", "hand wheel to road wheels"});
  field(p.brakes, Group{"brakes", "friction brakes"});
  field(p.traction_control, Group{"traction_control", "keeps driven wheels from spinning"});
  field(p.air, Group{"air", "what the air does beside drag"});
  field(p.seat, Group{"seat", "where the driver sits; moves no figure but those of ride comfort"});
  field(p.length, Field{"length", Dim::length, positive,
                        "over all; left out: 0.9 m beyond each axle. Moves no figure but that of "
                        "courses, and pictures"});
  field(p.width, Field{"width", Dim::length, positive,
                       "without mirrors; left out: the wider track + 0.22 m. As length"});
}

template <Scalar T> using Params = std::variant<Longitudinal<T>, MultiBody<T>>;

// ---- Between gears and wheels, of a drive unit --------------------------------------------------

template <Scalar T> struct RigidShafts {
  static constexpr std::string_view kType = "rigid";
  static constexpr std::string_view kDoc = "machine and wheels turn as one";
};
template <class P, class V>
  requires same_template<P, RigidShafts>
constexpr void describe(P&, V&&) {}

// Between the two speeds of the gears, where they have two: up at their shift_speed. Also how a disconnected unit
// comes back.
template <Scalar T> struct Shift {
  gear_shift::Params<T> sequence;
  T hysteresis = 0.15;    // of the shift speed, by which the shift down lies lower [-]
  T machine_help = 50.0;  // torque with which the machine helps to synchronise [Nm]
};
template <class P, class V>
  requires same_template<P, Shift>
constexpr void describe(P& p, V&& field) {
  describe(p.sequence, field);
  field(p.hysteresis, Field{"hysteresis", Dim::none, fraction,
                            "share of the shift speed by which the shift down lies below it"});
  field(p.machine_help, Field{"machine_help", Dim::torque, not_negative,
                              "torque with which the machine helps to synchronise"});
}

// Whether the unit can be taken off its wheels.
template <Scalar T> struct NoDisconnect {
  static constexpr std::string_view kType = "none";
  static constexpr std::string_view kDoc = "machine and gears always turn with the wheels";
};
template <class P, class V>
  requires same_template<P, NoDisconnect>
constexpr void describe(P&, V&&) {}
template <Scalar T> struct Disconnect {
  static constexpr std::string_view kType = "dog";
  static constexpr std::string_view kDoc =
      "a dog clutch between machine and gears, opened where the other units suffice";
  T open_below = 0.7;   // acceleration asked of the car, either way [m/s2]
  T close_above = 1.0;  // [m/s2]
  T delay = 1.0;        // of opening [s]
};
template <class P, class V>
  requires same_template<P, Disconnect>
constexpr void describe(P& p, V&& field) {
  field(p.open_below, Field{"open_below", Dim::acceleration, not_negative,
                            "opens where less than that is asked of the machines, either way"});
  field(p.close_above, Field{"close_above", Dim::acceleration, not_negative,
                             "closes where more than that is asked of them"});
  field(p.delay, Field{"delay", Dim::time, not_negative, "of opening, after it was last needed"});
}

// Of every unit whose shafts twist.
template <Scalar T> struct Train {
  half_shaft::Params<T> half_shaft;  // each
  T inertia_out = 0.0;               // of the last gear and what turns with it [kg m2]
  T rotor_sense = 1.0;               // gear_train.h's g [-]
  T viscous_drag = 0.0;              // at the machine [Nm s/rad]
  Shift<T> shift;
  std::variant<NoDisconnect<T>, Disconnect<T>> disconnect;
};
template <class P, class V>
  requires same_template<P, Train>
constexpr void describe(P& p, V&& field) {
  field(p.half_shaft, Group{"half_shaft", "of a wheel, each"});
  field(p.inertia_out, Field{"inertia_out", Dim::inertia, not_negative,
                             "of the last gear, a carrier and what turns with them"});
  field(p.rotor_sense, Field{"rotor_sense", Dim::none, between(-1, 1),
                             "1 where the rotor turns as the wheels do, -1 the other way round, 0 "
                             "where it lies along the car"});
  field(p.viscous_drag, Field{"viscous_drag", Dim::torsional_damping, not_negative,
                              "churning that grows with speed, at the machine"});
  field(p.shift, Group{"shift", "from one speed of the gears to the other, and back into mesh"});
  field(p.disconnect, Group{"disconnect", "whether the unit can be taken off its wheels"});
}

template <Scalar T> struct Torsional {
  static constexpr std::string_view kType = "torsional";
  static constexpr std::string_view kDoc = "differential and half shafts that twist, with play";
  Train<T> train;
  differential::Params<T> differential;
};
template <class P, class V>
  requires same_template<P, Torsional>
constexpr void describe(P& p, V&& field) {
  describe(p.train, field);
  field(p.differential, Group{"differential", "between both shafts"});
}

enum class Side : int { left, right };
constexpr std::array<std::string_view, 2> kSideNames{"left", "right"};
constexpr std::span<const std::string_view> enum_names(Side) { return kSideNames; }

// Two such units of an axle vector their torque (yaw_control.h).
template <Scalar T> struct OneWheel {
  static constexpr std::string_view kType = "one_wheel";
  static constexpr std::string_view kDoc =
      "a half shaft that twists, to one wheel of the axle: in its hub or inboard, no differential";
  Train<T> train;
  Side side = Side::left;
  T side_inertia = kRequired;  // J_s [kg m2]
};
template <class P, class V>
  requires same_template<P, OneWheel>
constexpr void describe(P& p, V&& field) {
  describe(p.train, field);
  field(p.side, Field{"side", Dim::none, any_value, "wheel of the axle that the unit turns"});
  field(p.side_inertia, Field{"side_inertia", Dim::inertia, positive,
                              "of the output: joint and half of the half shaft"});
}
template <Scalar T> using Shafts = std::variant<RigidShafts<T>, Torsional<T>, OneWheel<T>>;
// Nothing where they are rigid.
template <Scalar T> const Train<T>* train(const Shafts<T>& s) {
  if (const auto* torsional = std::get_if<Torsional<T>>(&s)) return &torsional->train;
  const auto* one = std::get_if<OneWheel<T>>(&s);
  return one == nullptr ? nullptr : &one->train;
}

// Tyres as their files give them, one a file: front, rear.
using Tyres = std::array<tyre::Params<double>, 2>;

}  // namespace evsim::body
