// Control of the stator current of any machine in coordinates that turn with its rotor flux. To the
// control a machine is, near its working point,
//   dpsi_s/dt = u_s - R_s i_s + w_s          stator coordinates; w_s: what the model does not know   (1)
//   psi = L_d i_d + j L_q i_q + psi_0        turned by theta; omega = dtheta/dt                      (2)
// psi_0: magnets, field current, rotor flux, or what saturation leaves of a local linear model.
// A voltage vector computed at t_k from i(t_k) is held in stator coordinates over one T_s from
// t_k + d T_s on, d the output delay, so it is turned by theta + (d + 1/2) omega T_s.
//
// predictive: (1) integrated over the delay with the voltages that are known to act gives psi(k+d).
// Over the period after it the flux goes the part 1 - e^(-alpha T_s) of its way to the reference, so that
// currents answer a reference as a first-order lag of bandwidth alpha, d samples late, at any speed:
//   x = L i,  x2 = x1 + (1 - e^(-alpha T_s)) (x_ref - x1)                                            (3)
//   u = (e^(j omega T_s/2) psi_2 - e^(-j omega T_s/2) psi_1) / T_s + R_s i - w                       (4)
//   w <- w + (1 - e^(-alpha T_s)) (psi(k) - what (1) expected of it) / T_s                           (5)
// w takes up what is constant in the turned coordinates: no error is left at rest. As (1) uses the
// voltages that were realised, saturation winds nothing up. Direct discrete-time design as in M. Hinkkanen,
// H. Asad Ali Awan, Z. Qu, T. Tuovinen, F. Briz, IEEE Trans. Ind. Appl. 52(2), 2016; (5) in place of their
// integral of the error.
//
// continuous: the complex-vector 2DOF PI controller on flux linkages, as designed in continuous time:
//   u = alpha (x_ref - x) + v,  v = u_i - alpha x                                                    (6)
//   du_i/dt = (alpha + j omega) (u_realised - v)                                                     (7)
// Without delay and resistance again a first-order lag; a delay makes it faster and lets it overshoot.
// H. A. A. Awan, S. E. Saarakkala, M. Hinkkanen, IEEE Trans. Ind. Appl. 55, 2019; F. Briz et al., 36, 2000.
#pragma once

#include "sim/vehicle/motor_control_params.h"

namespace evsim::current_control {

using motor_control::Design;

// (2), at one tick.
template <Real T> struct Circuit {
  T R_s;                  // [Ohm]
  T L_d, L_q;             // incremental [H]
  Complex<T> psi_0;       // [Vs]
  Complex<T> psi_0_rate;  // expected [V]
};

template <Real T> struct Gains {
  T T_s;    // [s]
  T delay;  // of the output [samples], 0 to 2
  T alpha;  // [rad/s]
  T k;      // 1 - e^(-alpha T_s)
};

// All voltages are those at the machine, in stator coordinates.
template <Real T> struct State {
  Complex<T> disturbance;                // w, or u_i [V]
  Complex<T> psi_s;                      // of the last tick, stator coordinates [Vs]
  Complex<T> i;                          // of the last tick, turned coordinates [A]
  Complex<T> u_last, u_older, u_oldest;  // of the last ticks' outputs, as realised [V]
  T running;                             // 1 after the first tick
};

template <Real T> struct Input {
  Complex<T> i_s;          // measured, stator coordinates [A]
  Complex<T> orientation;  // e^(j theta)
  T omega;                 // [rad/s]
  Complex<T> i_ref;        // turned coordinates [A]
};

template <Real T> Complex<T> inductive(const Circuit<T>& c, const Complex<T>& i) {  // L i
  return {c.L_d * i.re, c.L_q * i.im};
}
template <Real T> Complex<T> current_of(const Circuit<T>& c, const Complex<T>& x) {
  return {x.re / c.L_d, x.im / c.L_q};
}

// The output of the last tick as it was realised: to be told before each step.
template <Real T> void realised(State<T>& x, const Complex<T>& u_s) {
  x.u_oldest = x.u_older;
  x.u_older = x.u_last;
  x.u_last = u_s;
}
// Mean voltage over the period that ends at this tick.
template <Real T> Complex<T> acted(const Gains<T>& g, const State<T>& x) {
  const T last = max(1.0 - g.delay, 0.0), oldest = max(g.delay - 1.0, 0.0);
  return last * x.u_last + (1.0 - last - oldest) * x.u_older + oldest * x.u_oldest;
}
// Integral, in samples, of the voltage until the next output acts.
template <Real T> Complex<T> will_act(const Gains<T>& g, const State<T>& x) {
  return min(g.delay, 1.0) * x.u_last + max(g.delay - 1.0, 0.0) * x.u_older;
}

// (5)
template <Real T> void learn(const Gains<T>& g, State<T>& x, const Circuit<T>& c,
                             const Complex<T>& middle, const Complex<T>& psi_s,
                             const Complex<T>& i) {
  const Complex<T> u = acted(g, x) + middle * (x.disturbance - (0.5 * c.R_s) * (x.i + i));
  const Complex<T> missing = conj(middle) * (psi_s - x.psi_s - g.T_s * u);
  const T gain = select(x.running > 0.5, g.k / g.T_s, T(0.0));
  x.disturbance = x.disturbance + gain * missing;
}

// (3), (4): voltage in stator coordinates.
template <Real T>
Complex<T> predictive(const Gains<T>& g, State<T>& x, const Circuit<T>& c, const Input<T>& in) {
  const Complex<T> half = turn(-0.5 * g.T_s * in.omega);  // e^(-j omega T_s / 2)
  const T until = g.delay * g.T_s;
  const Complex<T> half_way =  // of the delay
      all(abs(g.delay - 1.0) <= 0.0) ? conj(half) : turn(0.5 * until * in.omega);
  const Complex<T> i = conj(in.orientation) * in.i_s;
  const Complex<T> psi_s = in.orientation * (inductive(c, i) + c.psi_0);
  learn(g, x, c, in.orientation * half, psi_s, i);
  x.psi_s = psi_s;
  x.i = i;

  const Complex<T> meanwhile = until * (in.orientation * half_way) * (x.disturbance - c.R_s * i);
  const Complex<T> at_output = in.orientation * half_way * half_way;
  const Complex<T> psi_1 = conj(at_output) * (psi_s + g.T_s * will_act(g, x) + meanwhile);
  const Complex<T> x_1 = psi_1 - c.psi_0 - until * c.psi_0_rate;
  const Complex<T> x_2 = x_1 + g.k * (inductive(c, in.i_ref) - x_1);
  const Complex<T> psi_2 = x_2 + c.psi_0 + (until + g.T_s) * c.psi_0_rate;
  const Complex<T> i_mean = 0.5 * current_of(c, x_1 + x_2);
  const Complex<T> u =
      (1.0 / g.T_s) * (conj(half) * psi_2 - half * psi_1) + c.R_s * i_mean - x.disturbance;
  return at_output * conj(half) * u;
}

// (6), (7): each realised voltage is turned back as far as it was turned forward, so that at rest
// u_realised = u and no error is left.
template <Real T>
Complex<T> continuous(const Gains<T>& g, State<T>& x, const Circuit<T>& c, const Input<T>& in) {
  const Complex<T> flux = inductive(c, conj(in.orientation) * in.i_s);
  const Complex<T> v = x.disturbance - g.alpha * flux;
  const Complex<T> u = g.alpha * (inductive(c, in.i_ref) - flux) + v;
  const Complex<T> one = turn(g.T_s * in.omega);
  const Complex<T> ahead = in.orientation * turn((g.delay + 0.5) * g.T_s * in.omega);
  const Complex<T> u_realised = 0.5 * (conj(ahead) * one * (x.u_last + one * x.u_older));
  const Complex<T> pole{g.alpha, in.omega};
  x.disturbance = x.disturbance + g.T_s * pole * (u_realised - v);
  return ahead * u;
}

// Voltage asked for, in stator coordinates, not yet limited.
template <Real T> Complex<T> step(Design design, const Gains<T>& g, State<T>& x,
                                  const Circuit<T>& c, const Input<T>& in) {
  Complex<T> u_s = design == Design::predictive ? predictive(g, x, c, in) : continuous(g, x, c, in);
  x.running = T(1.0);
  return u_s;
}

}  // namespace evsim::current_control
