// A drive unit over speed and torque, as its motor control would run its machine: steady points, losses in their
// parts, what it can give, and the loci in the plane of its currents. For people who look at a machine: the level
// energy has its own, coarser map of the same points (machine_map.h).
//   p_dc = tau omega + machine losses + inverter losses
// All four quadrants are computed, none is mirrored: omega of either sign, torques from the least to the most of each
// speed. Points follow the machine's ability at a DC voltage, which may go beyond the envelope of the vehicle file.
#pragma once

#include <array>
#include <vector>

#include "sim/vehicle/drive_unit.h"

namespace evsim::unit_map {

struct Conditions {
  double u_dc;       // [V]
  double T_machine;  // winding and rotor [K]
};
struct Grid {
  int speeds = 31;   // from 0 to omega_max; as many backwards
  int torques = 31;  // from 0 to the most torque of each speed; as many to the least
};

struct InverterLosses {
  double conduction, switching, fixed;  // [W]
  double all() const { return conduction + switching + fixed; }
};

struct Point {
  double omega;  // [rad/s]
  operating_points::Point machine;
  InverterLosses inverter;

  double tau() const { return machine.tau_shaft; }
  double p_mechanical() const { return tau() * omega; }
  double machine_loss() const { return machine.losses.electrical() + machine.losses.friction; }
};

// Useful over spent power, motoring and generating; 0 where nothing useful comes out.
double efficiency(double p_mechanical, double loss);
// Of machine, inverter, and both.
struct Efficiencies {
  double machine, inverter, both;
};
Efficiencies efficiencies(const Point& p);

// One speed: the torques share tau_max (k > 0) or -tau_min (k < 0) evenly, from tau_min to tau_max.
struct Row {
  double omega;  // [rad/s]
  std::vector<Point> points;

  double tau_min() const { return points.front().tau(); }
  double tau_max() const { return points.back().tau(); }
};

struct Locus {
  double omega = 0.0;  // of an ellipse; 0: of no speed [rad/s]
  std::vector<Dq<double>> i;
};
struct Loci {
  Locus mtpa;                   // most torque per ampere, motoring
  Locus mtpv;                   // most torque of a voltage, at the largest speed; inside I_max
  Locus envelope;               // the most torque of each speed, motoring
  Locus circle;                 // I_max
  std::vector<Locus> ellipses;  // the voltage limit at some speeds; none of an induction machine
  struct Torque {
    double tau;  // of the air gap [Nm]
    std::vector<Dq<double>> i;
  };
  std::vector<Torque>
      torques;  // currents that make a torque; of an excited machine at its full field
};

struct Map {
  Conditions conditions;
  double u_max;  // peak phase voltage that the control plans with [V]
  std::vector<Row>
      rows;  // by rising speed; speeds at which the machine can't stand without torque are left out
  Loci loci;
};

// Throws std::invalid_argument for a unit without a model in dq.
Map compute(const drive_unit::Params<double>& unit, const Conditions& conditions,
            const Grid& grid = {});

// The loci but `envelope`, at some speeds by rising size [rad/s]: MTPV at the last of them.
Loci loci(const drive_unit::Params<double>& unit, const Conditions& conditions,
          const std::vector<double>& speeds);

// The point of a torque at a speed, or why there is none.
std::variant<Point, operating_points::Refusal> point(const drive_unit::Params<double>& unit,
                                                     const Conditions& conditions, double omega,
                                                     double tau);

}  // namespace evsim::unit_map
