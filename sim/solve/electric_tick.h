// A tick by electric_step.h, compiled for the processor that the program runs on: with AVX2 the four nodes lie in one
// register, and the bits are the same.
#pragma once

#include <tuple>

#include "sim/solve/electric_step.h"
#include "sim/vehicle/device_legs.h"
#include "sim/vehicle/foreseen_shafts.h"
#include "sim/vehicle/rigid_driveline.h"

namespace evsim::electric_tick {

template <class Mechanics, class H>
using Tick = void(const electric_drive::Model<double>& m, const H& held, const Mechanics& mechanics,
                  const dc_node::Weights& w, const electric_step::Steps& steps, double R_source,
                  electric_drive::State<double>& y, electric_drive::Rows<double>& q);

// electric_step::advance for all numbers of units, by what moves behind them and by their kind of legs.
using Held = electric_drive::Held<double>;
using DeviceHeld = electric_drive::DeviceHeld<double>;
using Rigid = RigidDriveline<double>;
using Foreseen = ForeseenShafts<double>;
using Ticks = std::tuple<Tick<Rigid, Held>*, Tick<Rigid, DeviceHeld>*, Tick<Foreseen, Held>*,
                         Tick<Foreseen, DeviceHeld>*>;

Ticks ticks_entry_base();  // of any processor
#if EVSIM_HAS_V3
Ticks ticks_entry_v3();
#endif

// The fastest that run here.
Ticks ticks_here();

}  // namespace evsim::electric_tick
