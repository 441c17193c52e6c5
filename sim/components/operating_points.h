// Where a machine runs in steady state: the least current, or the least loss, that makes a torque at a speed
// within the current and the voltage. Done once at load: plain double, no closed forms, any magnetic circuit.
//   min f(psi)  with  tau(psi) = tau,  |i|^2 <= I_max^2,  |u|^2 <= u_max^2                        (1)
//   u_d = R_s i_d - omega_s psi_q,   u_q = R_s i_q + omega_s psi_d                                 (2)
//   f = |i|^2 (least current)   or   f = 3/2 R_s |i|^2 + rotor copper + iron (least loss)          (3)
//   synchronous:  i = i(psi),   omega_s = n_p omega                                               (4)
//   induction, d axis on the rotor's flux, where a steady state has i_rd = 0, psi_R = psi_sd:
//     i_d = m psi_d,   i_q = (m + 1/L_l) psi_q,   m = (1 + (k_s |psi_s|)^S) / L_s                  (5)
//     omega_s = n_p omega + omega_r,   omega_r = R_r / L_l  psi_q / psi_d,   |i_r| = psi_q / L_l   (6)
//   excited: the torque gives the field current, so that i_d and i_q remain:
//     L_m i_f = A - (L_d - L_q) i_d,   psi_d = A + L_q i_d,   A = 2 tau / (3 n_p i_q)              (7)
// (4) and (5) are searched on curves of the flux plane: along tau = const from the least f towards less voltage,
// along |i| = I_max and |u| = u_max for the largest torque. Along each of them f, |u| and tau are taken to have
// one extremum, as they have wherever i = dW/dpsi with W convex and the torque grows with the current.
// (7): what the limits leave is convex. For each i_q the best i_d of a torque is in closed form, and the most torque
// concave in i_d; both have one extremum over i_q.
// Signs: tau_em, u, i > 0 motoring forward; omega and tau either sign. Torque: of the air gap, unless said.
// Source: S. Morimoto et al., IEEE Trans. Ind. Appl. 26(5), 1990 (the limits); M. Hinkkanen et al., motulator
// (loci of saturated machines).
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "sim/components/dq_machine.h"

namespace evsim::operating_points {

enum class Aim {
  current,  // least current; of an excited machine: least copper loss
  loss,     // least stator copper, rotor copper and iron loss
};

enum class Voltage {
  terminal,  // (2)
  of_flux,  // u_max limits |omega_e psi|: without the drop at R_s and the slip, for whom allows for them
};

struct Limits {
  double I_max;                // peak of a phase [A]
  double I_f_max = kInfinity;  // of a field winding [A]
  double psi_least = 0.0;  // stator flux kept for a quick response, where the limits allow it [Vs]
  Voltage voltage = Voltage::terminal;
};

enum class Region {
  mtpa,             // no limit but the current's is met
  field_weakening,  // on the voltage limit
  mtpv,             // the most torque of the voltage limit, inside the current's
};

struct Losses {
  double stator, rotor, iron, friction;  // [W]
  double electrical() const { return stator + rotor + iron; }
};

struct Point {
  Dq<double> i, psi,
      u;               // stator [A], [Vs], [V]; of an induction machine with d on the rotor's flux
  double i_f = 0.0;    // field winding [A]
  double psi_R = 0.0;  // rotor flux of an induction machine [Vs]
  double omega_r = 0.0;  // its slip, electrical [rad/s]
  double tau;            // air gap [Nm]
  double tau_shaft;      // [Nm]
  Losses losses;
  Region region;
};

// Why a torque can't be had.
enum class Refusal {
  current,  // even the least current for it is above I_max (or the field's above I_f_max)
  voltage,  // no current makes it within u_max
  both,     // the least current within u_max is above I_max
};
using Outcome = std::variant<Point, Refusal>;

// A machine made ready: with what the search starts from.
struct Machine {
  dq_machine::Model<double> model;
  dq_machine::Temperatures<double> temperatures;
  Limits limits;
  Aim aim;
  // The most torque of each current, from 0 to I_max in even steps, for tau > 0 and tau < 0: flux linkages and
  // torques. Empty for an excited machine.
  struct Line {
    std::vector<Dq<double>> psi;
    std::vector<double> tau;
  };
  Line motoring, generating;
};
// Throws std::invalid_argument where the magnetic circuit makes no torque.
Machine prepare(const dq_machine::Model<double>& model,
                const dq_machine::Temperatures<double>& temperatures, const Limits& limits,
                Aim aim = Aim::current);

// The point of an air-gap torque [Nm] at a mechanical speed [rad/s] and the largest peak phase voltage [V].
Outcome point(const Machine& m, double omega, double u_max, double tau);
// The same of several torques; a neighbour's solution is where the search of the next one starts.
std::vector<Outcome> points(const Machine& m, double omega, double u_max,
                            std::span<const double> tau);
// The same of a torque at the shaft: air gap less iron and friction.
Outcome shaft_point(const Machine& m, double omega, double u_max, double tau_shaft);

// The most and the least torque; nothing where the voltage is too low for any current within I_max.
std::optional<Point> max_torque(const Machine& m, double omega, double u_max);
std::optional<Point> min_torque(const Machine& m, double omega, double u_max);

// The most torque of a current I <= I_max [A], at standstill and without a limit of voltage.
Point mtpa(const Machine& m, double I);

// ---- Loci for plots -----------------------------------------------------------------------------
std::vector<Point> mtpa_line(const Machine& m, int points);
// The most torque of each voltage from u_max down to u_max / points, at a speed that isn't 0.
std::vector<Point> mtpv_line(const Machine& m, double omega, double u_max, int points);
// Currents on |u| = u_max, in order of the voltage's angle, omega not 0. Not of an induction machine, whose
// frequency changes along it: empty.
std::vector<Dq<double>> voltage_ellipse(const Machine& m, double omega, double u_max, int points);
std::vector<Dq<double>> current_circle(const Machine& m, int points);
// Currents that make a torque, up to an amplitude [A], along the curve from the one side of the least current to the
// other; empty where even that is larger. Not of an excited machine, whose field current is free: empty.
std::vector<Dq<double>> torque_line(const Machine& m, double tau, double I_reach);
// An excited machine at a constant field current, as one with magnets: for its loci.
Machine at_field_current(const Machine& m, double i_f);

}  // namespace evsim::operating_points
