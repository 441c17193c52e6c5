// The whole car on one page, in power-flow order: battery -> DC node -> drive units -> wheels -> body.
// Commands come in (torque of each unit, brake force), rates of change and powers come out.
#pragma once

#include <array>
#include <variant>

#include "sim/base/fields.h"
#include "sim/components/chassis.h"
#include "sim/components/dc_node.h"
#include "sim/components/road_load.h"
#include "sim/vehicle/battery.h"
#include "sim/vehicle/body.h"
#include "sim/vehicle/drive_unit.h"
#include "sim/vehicle/layout.h"

namespace evsim::car {

// What the car consumes beside driving, and how it is charged.
template <Scalar T> struct Auxiliaries {
  T power = kRequired;  // drawn from the DC node while driving [W]
};
template <class P, class V>
  requires same_template<P, Auxiliaries>
constexpr void describe(P& p, V&& field) {
  field(p.power, Field{"power", Dim::power, not_negative, "drawn from the DC node while driving"});
}

template <Scalar T> struct Charger {
  T P_AC = kRequired;        // power from the outlet [W]
  T efficiency = kRequired;  // outlet to battery terminals [-]
};
template <class P, class V>
  requires same_template<P, Charger>
constexpr void describe(P& p, V&& field) {
  field(p.P_AC, Field{"P_AC", Dim::power, positive, "power from the outlet"});
  field(p.efficiency,
        Field{"efficiency", Dim::none, positive_fraction, "outlet to battery terminals"});
}

// When the machines may brake, and how much.
template <Scalar T> struct Regeneration {
  T v_zero = kRequired;            // no regeneration below this speed [m/s]
  T v_full = kRequired;            // all of it above this speed [m/s]
  T deceleration_max = kInfinity;  // the rest is left to the friction brakes [m/s2]
  T one_pedal = 0.0;               // deceleration with the accelerator released; 0: none [m/s2]
};
template <class P, class V>
  requires same_template<P, Regeneration>
constexpr void describe(P& p, V&& field) {
  field(p.v_zero, Field{"v_zero", Dim::speed, not_negative, "no regeneration below this speed"});
  field(p.v_full, Field{"v_full", Dim::speed, positive, "full regeneration above this speed"});
  field(p.deceleration_max, Field{"deceleration_max", Dim::acceleration, not_negative,
                                  "largest deceleration by regeneration"});
  field(p.one_pedal,
        Field{"one_pedal_deceleration", Dim::acceleration, not_negative,
              "with the accelerator released, down to rest; 0: the accelerator only drives"});
}

// A speed that the maker does not let the car exceed by its own drive.
template <Scalar T> struct SpeedLimiter {
  T v_max = kInfinity;  // [m/s]
};
template <class P, class V>
  requires same_template<P, SpeedLimiter>
constexpr void describe(P& p, V&& field) {
  field(p.v_max, Field{"v_max", Dim::speed, positive, "no driving torque above this speed"});
}

// A vehicle file.
template <Scalar T> struct Params {
  chassis::Params<T> chassis;
  road_load::Params<T> road_load;
  NamedList<drive_unit::Params<T>, kMaxDriveUnits> drive_units;
  battery::Params<T> battery;
  dc_node::Cable<T> dc_cable;
  Regeneration<T> regeneration;
  SpeedLimiter<T> speed_limiter;
  Auxiliaries<T> auxiliaries;
  Charger<T> charger;
  body::Params<T> body;
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.chassis, Group{"chassis", "masses, axles and wheels"});
  field(p.road_load, Group{"road_load", "air drag and rolling resistance, or coast-down"});
  field(p.drive_units, Group{"drive_units", "one to four drive units by name"});
  field(p.battery, Group{"battery", "traction battery"});
  field(p.dc_cable, Group{"dc_cable", "from the battery to the inverters"});
  field(p.regeneration, Group{"regeneration", "when the machines may brake"});
  field(p.speed_limiter,
        Group{"speed_limiter", "electronic limit of the speed, where there is one"});
  field(p.auxiliaries, Group{"auxiliaries", "consumers beside the drive"});
  field(p.charger, Group{"charger", "on-board charger"});
  field(p.body, Group{"body", "what the car is beside one mass, for the chassis multi_body"});
}

// As the equations need it, at one test mass.
template <Scalar T> struct Model {
  chassis::Params<T> chassis;
  road_load::Model<T> road_load;
  NamedList<drive_unit::Model<T>, kMaxDriveUnits> drive_units;
  battery::Model<T> battery;
  Regeneration<T> regeneration;
  SpeedLimiter<T> speed_limiter;
  Auxiliaries<T> auxiliaries;
  T mass{};                            // as driven [kg]
  T mass_equivalent{};                 // (2) of the chassis [kg]
  std::array<T, 2> slip_compliance{};  // kappa over force of an axle [1/N]; 0: no slip
};
template <class P, class V>
  requires same_template<P, Model>
constexpr void describe(P& p, V&& field) {
  field(p.chassis, Group{"chassis"});
  field(p.road_load, Group{"road_load"});
  field(p.drive_units, Group{"drive_units"});
  field(p.battery, Group{"battery"});
  field(p.regeneration, Group{"regeneration"});
  field(p.speed_limiter, Group{"speed_limiter"});
  field(p.auxiliaries, Group{"auxiliaries"});
  field(p.mass, Field{"mass"});
  field(p.mass_equivalent, Field{"mass_equivalent"});
  field(p.slip_compliance[0], Field{"slip_compliance_front"});
  field(p.slip_compliance[1], Field{"slip_compliance_rear"});
}

// Of the axles' tyres where the file says them, else infinite [Pa]. Throws std::invalid_argument where it says one twice.
std::array<double, 2> tyre_pressures(const Params<double>& p);
// Wheels of each axle: of an axle of track 0 one.
std::array<double, 2> wheels_of_axles(const Params<double>& p);

// For whom nothing depends on the ambient, and where SAE J2452 measures [K].
inline constexpr double kT_air = 297.15;

// Maps, masses and compliances of a vehicle file at a test mass [kg] and an ambient [K].
// Throws std::invalid_argument where figures contradict each other. What equals another car's (its model
// and parameters) takes over its tables.
Model<double> prepare(const Params<double>& p, double mass, double T_air = kT_air,
                      const Model<double>* like = nullptr,
                      const Params<double>* like_params = nullptr);

// The car's surroundings at an instant.
template <Scalar T> struct Surroundings {
  T rho_air;               // [kg/m3]
  T v_wind;                // from ahead [m/s]
  T sin_alpha, cos_alpha;  // of the grade
  T T_battery;             // cell temperature [K]
};

// What the road asks of the car at a speed, with the sign of motion: drag, rolling and grade [N].
// toward: direction in which the dry friction acts against the car.
template <Scalar T>
T road_force(const Model<T>& m, const T& v, const Surroundings<T>& s, const T& toward) {
  const road_load::Surroundings<T> around{s.rho_air, s.v_wind, s.cos_alpha};
  const auto load = std::visit(
      [&](const auto& r) { return road_load::forces(r, m.mass, around, v); }, m.road_load);
  return load.fluid + toward * load.dry + m.mass * road_load::kGravity * s.sin_alpha;
}

// What control asks of the car.
template <Scalar T> struct Command {
  std::array<T, kMaxDriveUnits> tau{};  // torque of each machine [Nm]
  T F_brake{};                          // capacity of the friction brakes, >= 0 [N]
};

template <Scalar T> struct UnitFlows {
  T tau, omega;             // machine [Nm], [rad/s]
  T F_wheel;                // at the road [N]
  T p_mechanical;           // at the machine's shaft [W]
  T p_electrical;           // from the DC node [W]
  T p_machine, p_inverter;  // losses [W]
  T p_gear;                 // loss [W]
  T I_peak;                 // phase current amplitude [A]
};

// Everything that flows at an instant.
template <Scalar T> struct Flows {
  std::array<UnitFlows<T>, kMaxDriveUnits> units;
  battery::Terminals<T> battery;
  battery::Rates<T> battery_rates;
  battery::PowerLimits<T> battery_limits;
  T v, a;                             // of the car [m/s], [m/s2]
  T F_drive;                          // of all units at the road [N]
  T F_brake, F_roll, F_air, F_grade;  // as they act against motion [N]
  T F_contact;                        // what moves the mass and the road load [N]
  T p_air, p_roll, p_brake, p_slip, p_auxiliaries, p_grade;  // [W]
};

// What the battery offers at an instant: found once, used by limits and plant.
template <Scalar T> struct Supply {
  battery::Source<T> source;
  battery::PowerLimits<T> limits;
};
template <Scalar T> Supply<T> supply(const Model<T>& m, const T* y, const Surroundings<T>& s) {
  const auto x = load_battery(y);
  const auto source = battery::source(m.battery, x, s.T_battery);
  return {source, battery::power_limits(m.battery, x, source, s.T_battery)};
}

// Share of the brake force on an axle: by the load at rest.
template <Scalar T> std::array<T, 2> brake_shares(const Model<T>& m) {
  return {m.chassis.front_load, 1.0 - m.chassis.front_load};
}

// The flat state y (layout.h), the car's motion, machine torques, brake command and surroundings to flows.
template <Scalar T> Flows<T> flows(const Model<T>& m, const T* y, const chassis::Motion<T>& motion,
                                   const Supply<T>& supply,
                                   const std::array<T, kMaxDriveUnits>& tau, const T& F_brake,
                                   const Surroundings<T>& s) {
  Flows<T> f;
  f.v = motion.v;

  // Wheels: force of each axle, then slip, then the speed that each machine turns at.
  const T sense = motion.direction;
  std::array<T, 2> F_axle{T(0.0), T(0.0)};
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& unit = m.drive_units[k];
    auto& u = f.units[static_cast<std::size_t>(k)];
    u.tau = tau[static_cast<std::size_t>(k)];
    u.F_wheel = drive_unit::wheel_torque(unit, u.tau, motion.v) / m.chassis.wheel_radius;
    F_axle[static_cast<std::size_t>(unit.axle)] += u.F_wheel;
  }
  f.F_drive = F_axle[0] + F_axle[1];
  const auto shares = brake_shares(m);
  std::array<T, 2> slip;
  f.p_slip = T(0.0);
  for (std::size_t a = 0; a < 2; ++a) {
    const T F = F_axle[a] - sense * shares[a] * F_brake;
    slip[a] = m.slip_compliance[a] * F;
    f.p_slip += F * slip[a] * (sense * motion.v);  // not from rest, where no wheel is faster
  }
  f.p_brake = T(0.0);
  for (std::size_t a = 0; a < 2; ++a)
    f.p_brake += shares[a] * F_brake * abs(motion.v) * (1.0 + sense * slip[a]);

  // Drive units and the DC node.
  T p_node = m.auxiliaries.power, i_node(0.0);
  std::array<T, kMaxDriveUnits> i_unit;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& unit = m.drive_units[k];
    auto& u = f.units[static_cast<std::size_t>(k)];
    const T stretch = 1.0 + sense * slip[static_cast<std::size_t>(unit.axle)];
    u.omega = drive_unit::machine_speed(unit, motion.v) * stretch;
    const auto e = drive_unit::electrical(unit, u.omega, u.tau);
    u.p_mechanical = u.tau * u.omega;
    u.p_gear = u.p_mechanical - u.F_wheel * motion.v * stretch;
    u.p_machine = e.p_machine;
    u.p_inverter = e.p_bridge;
    u.p_electrical = e.p;
    u.I_peak = e.I_peak;
    i_unit[static_cast<std::size_t>(k)] = e.i;
    p_node += e.p;
    i_node += e.i;
  }
  f.battery_limits = supply.limits;
  f.battery = battery::terminals(supply.source, p_node, i_node);
  f.battery_rates = battery::rates(m.battery, load_battery(y), supply.source, f.battery);
  f.p_auxiliaries = m.auxiliaries.power;
  for (int k = 0; k < m.drive_units.size(); ++k) {
    auto& u = f.units[static_cast<std::size_t>(k)];
    const T p_switching = i_unit[static_cast<std::size_t>(k)] * f.battery.u;
    u.p_inverter += p_switching;
    u.p_electrical += p_switching;
  }

  // Body.
  const road_load::Surroundings<T> around{s.rho_air, s.v_wind, s.cos_alpha};
  const auto load = std::visit(
      [&](const auto& r) { return road_load::forces(r, m.mass, around, motion.v); }, m.road_load);
  f.F_grade = m.mass * road_load::kGravity * s.sin_alpha;
  f.F_air = load.fluid;
  const T F_free = f.F_drive - f.F_air - f.F_grade;
  const T F_dry = load.dry + F_brake;
  f.a = chassis::accelerating_force(motion, F_free, F_dry) / m.mass_equivalent;
  f.F_brake = sense * F_brake;
  f.F_roll = sense * load.dry;
  f.F_contact = m.mass * f.a + f.F_air + f.F_roll + f.F_grade;
  f.p_air = f.F_air * motion.v;
  f.p_roll = load.dry * abs(motion.v);
  f.p_grade = f.F_grade * motion.v;
  return f;
}

// Rates of the plant's slices of the state, without the torque lag (the integrator knows it exactly).
template <Scalar T> void store_rates(const Flows<T>& f, const Surroundings<T>& s, T* dy) {
  store_body(chassis::State<T>{.v = f.a, .x = f.v, .altitude = f.v * s.sin_alpha}, dy);
  store_battery(f.battery_rates.state, dy);
}

}  // namespace evsim::car
