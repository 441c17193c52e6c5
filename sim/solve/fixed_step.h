// One fixed step of the closed loop: the classical Runge-Kutta scheme of fourth order, in which the torque
// lags are solved exactly. The commands read no torque, so each stage finds its command N first and then
// the torque that follows from it. With zeta = theta / T_lag, over a part theta of the step,
//   linear N:     tau(theta) = e^-zeta tau_0 + (psi - e^-zeta) N_0 + (1 - psi) N_theta,
//                 psi = (1 - e^-zeta) / zeta                                              (1)
//   quadratic N:  tau(h) = e^z tau_0 + g_1 N_0 + 4 g_2 N_mid + g_3 N_h,   z = -h / T_lag  (2)
//   g_1 = -z (-4 - z + e^z (4 - 3 z + z^2)) / z^3
//   g_2 = -z ( 2 + z + e^z (-2 + z)) / z^3
//   g_3 = -z (-4 - 3 z - z^2 + e^z (4 - z)) / z^3                                         (3)
// (1) serves the stages in the middle, (2) the last stage and the end of the step. A lag much shorter than
// the step keeps the scheme's order, as the torque then is the command of its own stage.
// Ledger rows are integrated with the same stages.
// Source of (2), (3): S. Cox, P. Matthews, J. Comput. Phys. 176 (2002), (26) to (29).
#pragma once

#include <array>

#include "sim/base/elementary.h"
#include "sim/control/closed_loop.h"

namespace evsim::fixed_step {

template <Scalar T> struct LagWeights {
  T E_half, half_0, half_1;  // (1) with theta = h/2
  T E, g_1, g_2, g_3;        // (2)
};

// phi(z) = (e^z - 1) / z, by its series near 0.
template <Scalar T> T phi(const T& z) {
  const T series =
      1.0 + z * (0.5 + z * (1.0 / 6 + z * (1.0 / 24 + z * (1.0 / 120 + z * (1.0 / 720)))));
  const auto near = abs(z) < 1e-2;  // the series' rest is below 2e-16 there
  const T safe = select(near, T(-1.0), z);
  return select(near, series, (exp(safe) - 1.0) / safe);
}

// Weights of a lag over a step h [s]. The quotients of (3) lose digits as z^-3: below |z| = 1 their Taylor
// series are used (18 terms: rest below 1e-16).
template <Scalar T> LagWeights<T> lag_weights(const T& T_lag, double h) {
  const T z = -h / T_lag;
  LagWeights<T> w;
  const T psi = phi(0.5 * z);
  w.E_half = exp(0.5 * z);
  w.half_0 = psi - w.E_half;
  w.half_1 = 1.0 - psi;
  w.E = exp(z);

  T s_1(0.0), s_2(0.0), s_3(0.0), power(1.0);
  double factorial = 6.0;  // (j + 3)!
  for (int j = 0; j < 18; ++j) {
    const double a = 1.0 / factorial, b = a * (j + 3),
                 c = b * (j + 2);  // 1/(j+3)!, 1/(j+2)!, 1/(j+1)!
    s_1 += power * (4.0 * a - 3.0 * b + c);
    s_2 += power * (-2.0 * a + b);
    s_3 += power * (4.0 * a - b);
    power = power * z;
    factorial *= j + 4;
  }
  const auto near = abs(z) < 1.0;
  const T q = select(near, T(-1.0), z), q3 = q * q * q, e = exp(q);
  w.g_1 = -z * select(near, s_1, (-4.0 - q + e * (4.0 - 3.0 * q + q * q)) / q3);
  w.g_2 = -z * select(near, s_2, (2.0 + q + e * (-2.0 + q)) / q3);
  w.g_3 = -z * select(near, s_3, (-4.0 - 3.0 * q - q * q + e * (4.0 - q)) / q3);
  return w;
}

template <Scalar T> struct Weights {
  double h;
  std::array<LagWeights<T>, kMaxDriveUnits> units;
};
template <Scalar T> Weights<T> weights(const car::Model<T>& m, double h) {
  Weights<T> w{.h = h, .units = {}};
  for (int k = 0; k < m.drive_units.size(); ++k)
    w.units[static_cast<std::size_t>(k)] = lag_weights(m.drive_units[k].T_lag, h);
  return w;
}

template <Scalar T> using States = std::array<T, car::kMaxStates>;
template <Scalar T> using Rows = std::array<T, ledger::kMaxRows>;

// Advances y and q by one step from t. Returns what flowed at its start. Flattened: all four stages stand in
// one function, so that what a stage does not use is not computed.
template <Scalar T>
[[gnu::flatten]] closed_loop::Instant<T> step(const closed_loop::System<T>& s,
                                              const closed_loop::Piece<T>& piece,
                                              const Weights<T>& w, double t, States<T>& y,
                                              Rows<T>& q) {
  constexpr std::size_t kSlow = car::kTorque;  // states before the torques
  const auto rows = static_cast<std::size_t>(s.rows());
  const double h = w.h;
  using Commands = std::array<T, kMaxDriveUnits>;
  States<T> k_n, k_a, k_b, k_c, x = y;
  Rows<T> r_n, r_a, r_b, r_c;
  Commands N_n, N_b;
  const auto lag = [&](int k) -> const LagWeights<T>& {
    return w.units[static_cast<std::size_t>(k)];
  };
  const auto tau_n = [&](int k) -> const T& { return y[kSlow + static_cast<std::size_t>(k)]; };

  auto start = closed_loop::evaluate(s, piece, t, y.data(), k_n.data(), r_n.data());
  N_n = start.control.command.tau;

  const auto middle = [&](int k, const T& N) {
    return lag(k).E_half * tau_n(k) + lag(k).half_0 * N_n[static_cast<std::size_t>(k)] +
           lag(k).half_1 * N;
  };
  for (std::size_t i = 0; i < kSlow; ++i) x[i] = y[i] + 0.5 * h * k_n[i];
  const Commands N_a =
      closed_loop::evaluate(s, piece, t + 0.5 * h, x.data(), middle, k_a.data(), r_a.data())
          .control.command.tau;
  for (std::size_t i = 0; i < kSlow; ++i) x[i] = y[i] + 0.5 * h * k_a[i];
  N_b = closed_loop::evaluate(s, piece, t + 0.5 * h, x.data(), middle, k_b.data(), r_b.data())
            .control.command.tau;

  const auto end = [&](int k, const T& N) {
    const auto n = static_cast<std::size_t>(k);
    return lag(k).E * tau_n(k) + lag(k).g_1 * N_n[n] + 4.0 * lag(k).g_2 * N_b[n] + lag(k).g_3 * N;
  };
  for (std::size_t i = 0; i < kSlow; ++i) x[i] = y[i] + h * k_b[i];
  const Commands N_c = closed_loop::evaluate(s, piece, t + h, x.data(), end, k_c.data(), r_c.data())
                           .control.command.tau;

  const double sixth = h / 6.0;
  for (std::size_t i = 0; i < kSlow; ++i)
    y[i] += sixth * (k_n[i] + 2.0 * (k_a[i] + k_b[i]) + k_c[i]);
  for (std::size_t i = 0; i < rows; ++i)
    q[i] += sixth * (r_n[i] + 2.0 * (r_a[i] + r_b[i]) + r_c[i]);
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    T& tau = y[kSlow + n];
    tau = lag(k).E * tau + lag(k).g_1 * N_n[n] + 2.0 * lag(k).g_2 * (N_a[n] + N_b[n]) +
          lag(k).g_3 * N_c[n];
  }
  y[car::kV] = chassis::speed_after_step(y[car::kV], piece.direction);
  return start;
}

}  // namespace evsim::fixed_step
