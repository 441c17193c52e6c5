// Frequency response of a drive unit's motor control with its machine at an operating point: of the current loops
// (d and q with their coupling) at a held speed, and of the speed loop of a shaft with an inertia. By two ways:
//   linear_loop.h   the slopes of one control tick, exact
//   sine_sweep.h    the nonlinear tick in time, with a small sine
// What is left out: control_tick.h. Frequencies up to 0.8 of the Nyquist frequency 1 / (2 T_s).
// Of the current loops T and L are matrices. Margins are those of one loop at a time, the other closed:
//   L_d = 1 / S_dd - 1,  S = (1 + L)^-1                                                           (1)
// and, of both together, the largest singular value of S.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/response/loop_margins.h"
#include "sim/response/sine_sweep.h"
#include "sim/vehicle/drive_unit.h"

namespace evsim::response {

using linear_loop::Loop;
using linear_loop::Matrix;

struct Request {
  std::optional<double> omega;           // mechanical [rad/s]; half the base speed
  std::optional<double> tau;             // of the air gap [Nm]; a quarter of the most at that speed
  std::optional<double> u_dc;            // [V]; the machine's U_ref
  std::optional<double> inertia;         // of the speed loop [kg m2]; the rotor's
  double speed_bandwidth = 4.0;          // of the speed loop [Hz]
  double T_machine = machine_dq::kWarm;  // [K]
  int points = 30;                       // of the sweep, a loop; 0: none
};

inline constexpr double kHighest = 0.8;  // of the Nyquist frequency

// T and L at frequencies.
struct Curves {
  std::vector<double> f;  // [Hz]
  std::vector<Matrix> closed, open;
};

// Largest distance of the two ways.
struct Difference {
  double dB = 0.0, degrees = 0.0;
};

struct Axis {
  std::string name;          // current_d, current_q, speed
  double design = 0.0;       // bandwidth asked for [Hz]
  double bandwidth = kNone;  // of T [Hz]
  LoopMargins margins;       // of (1)
  Difference difference;     // of T and (1)
};

struct LoopResponse {
  Loop loop = Loop::current;
  bool stable = true;
  double slowest = 0.0;            // largest |pole| of the closed loop
  std::vector<Axis> axes;          // in the order of T's rows
  double coupling = 0.0;           // largest |T| beside the diagonal
  double sensitivity = 0.0;        // largest singular value of S
  Difference coupling_difference;  // of T beside the diagonal, where it is within 60 dB of it
  Curves fine;                     // by slopes
  Curves slopes,
      sweep;  // both ways at the frequencies of the sweep; empty where it would not settle
};

struct OperatingPoint {
  double omega, tau, tau_shaft, u_dc;  // [rad/s], [Nm], [Nm], [V]
  double tau_min, tau_max;             // that the machine could give there [Nm]
  Complex<double> i;                   // in the control's coordinates [A]
  double i_f, u;                       // [A], amplitude of the stator voltage [V]
};

struct Response {
  OperatingPoint point;
  double T_s, delay;  // [s], of the output, in samples
  double inertia, speed_bandwidth;
  LoopResponse current, speed;
};

// name: of the unit, for errors. Throws InputError for a unit without a model in dq and for an operating point
// that the machine or its control can't hold, SimulationError where the control finds no steady state.
Response analyse(const drive_unit::Params<double>& unit, const std::string& name,
                 const Request& request);

// (1) of axis i of L.
std::complex<double> one_at_a_time(const Matrix& L, int i);

// ---- Steps of it, for tests and other uses ------------------------------------------------------

struct Setup {
  control_tick::Model<double> model;  // speed held, in torque mode
  control_tick::Input<double> in;     // of Loop::current
  control_tick::State<double> x;      // steady
  OperatingPoint point;
  double I_max;  // [A]
};
Setup setup(const drive_unit::Params<double>& unit, const std::string& name,
            const Request& request);
LoopResponse current_loop(const Setup& s, int points);
LoopResponse speed_loop(const Setup& s, double inertia, double bandwidth, int points);

}  // namespace evsim::response
