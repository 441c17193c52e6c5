// The multi-body system (multibody.h) of a car from its vehicle file, and how it starts.
#pragma once

#include "sim/vehicle/car.h"
#include "sim/vehicle/multibody.h"

namespace evsim::multibody {

// Whether a vehicle file has what it takes.
bool given(const car::Params<double>& p);

struct Car {
  Model model;
  chassis_14dof::Params<double> chassis;
  std::array<tyre::Prepared<double>, kWheels> tyres;
  double mass;                 // as driven [kg]
  std::array<double, 2> R_e;   // of each axle's tyres under their load at rest [m]
  std::array<double, 2> load;  // of each of its wheels at rest [N]
};
// What it tows: figures and the tyre of its wheels.
struct Trailer {
  trailer::Params<double> params;
  tyre::Params<double> tyre;
};
// At a mass as driven, without the trailer [kg], and an ambient [K]. Throws std::invalid_argument where figures contradict each other, or where one is missing.
Car prepare(const car::Params<double>& p, const body::Tyres& tyres, double mass,
            const std::optional<Trailer>& towed = {}, double T_air = car::kT_air);

// Straight ahead at a speed, with constant torques of the machines, on a road that is tilted by held.gravity; at rest
// held by the brakes. Throws std::invalid_argument where the car does not stand on its wheels.
State start(const Car& car, const Held& held, double v,
            const std::array<double, kMaxDriveUnits>& tau);

// Brings the trailer behind the car that stands or rolls where it is, v along its axis.
void hitch_up(const Model& m, const Held& held, double v, State& x);

// Nose-up angle of the body over its acceleration, on its springs [rad/(m/s2)].
double pitch_per_acceleration(const Car& car);

}  // namespace evsim::multibody
