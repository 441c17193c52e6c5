// One fixed step of the closed loop: the classical Runge-Kutta scheme of fourth order, in which the torque
// lags are solved exactly. The commands read no torque, so each stage finds its command N first and then
// the torque that follows from it. With zeta = theta / T_lag, over a part theta of the step,
//   linear N:     tau(theta) = e^-zeta tau_0 + (psi - e^-zeta) N_0 + (1 - psi) N_theta,
//                 psi = (1 - e^-zeta) / zeta                                              (1)
//   quadratic N:  tau(h) = e^z tau_0 + g_1 N_0 + 4 g_2 N_mid + g_3 N_h,   z = -h / T_lag  (2)
//   g_1 = -z (-4 - z + e^z (4 - 3 z + z^2)) / z^3
//   g_2 = -z ( 2 + z + e^z (-2 + z)) / z^3
//   g_3 = -z (-4 - 3 z - z^2 + e^z (4 - z)) / z^3                                         (3)
// (1) serves the stages in the middle, (2) the last stage and the end of the step. A lag costs one order: the
// stages in the middle know the command as a line only, and a step begins with the torque that follows the
// command of the last stage before it.
// Ledger rows are integrated with the same stages. Where a power changes its sign within a step its positive
// and its negative part are those of the parabola through the stages.
// Source of (2), (3): S. Cox, P. Matthews, J. Comput. Phys. 176 (2002), (26) to (29).
#pragma once

#include <array>
#include <unordered_map>

#include "sim/base/elementary.h"
#include "sim/base/time.h"
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

// Integrals over 0..1 of the positive and of the negative part of the parabola with p_0, p_m, p_1 at 0, 1/2, 1.
template <Scalar T> struct Parts {
  T positive, negative;
};
template <Scalar T> Parts<T> signed_parts(const T& p_0, const T& p_m, const T& p_1) {
  const T b = -3.0 * p_0 + 4.0 * p_m - p_1, a = 2.0 * (p_0 - 2.0 * p_m + p_1);
  // Roots without cancellation; one that does not exist, or lies outside, parts nothing.
  const T root = sqrt(max(b * b - 4.0 * a * p_0, 0.0));
  const T w = -0.5 * (b + select(b < 0.0, -root, root));
  const auto inside = [](const T& numerator, const T& denominator) {
    const auto exists = abs(denominator) > 1e-9 * abs(numerator);
    return clamp(select(exists, numerator, T(1.0)) / select(exists, denominator, T(1.0)), 0.0, 1.0);
  };
  const T x = inside(w, a), y = inside(p_0, w);
  const auto integral = [&](const T& t) { return ((a / 3.0 * t + 0.5 * b) * t + p_0) * t; };
  const T first = integral(min(x, y)), second = integral(max(x, y)) - first,
          third = integral(T(1.0)) - first - second;
  return {.positive = max(first, 0.0) + max(second, 0.0) + max(third, 0.0),
          .negative = min(first, 0.0) + min(second, 0.0) + min(third, 0.0)};
}

// Weights by step length. They are kept: few lengths occur.
template <Scalar T> class WeightCache {
 public:
  const Weights<T>& of(const car::Model<T>& m, TimeNs h) {
    const auto known = weights_.find(h);
    if (known != weights_.end()) return known->second;
    if (weights_.size() == kMost) weights_.clear();
    return weights_.emplace(h, weights(m, seconds(h))).first->second;
  }
  void clear() { weights_.clear(); }

 private:
  static constexpr std::size_t kMost = 1000;
  std::unordered_map<TimeNs, Weights<T>> weights_;
};

template <Scalar T> using States = std::array<T, car::kMaxStates>;
template <Scalar T> using Rows = std::array<T, ledger::kMaxRows>;

template <Scalar T> struct Stepped {
  closed_loop::Instant<T> start;  // what flowed at the step's start
  // Errors that the step knows of [J]: kinetic energy gained less work done, and what the parabola moved
  // from driving to braking work.
  T unbooked, reparted;
  Mask<T> switched;  // a limit was met or left on the way: its kink may not show in the books
};

// Advances y and q by one step from t. Flattened: all four stages stand in one function, so that what a
// stage does not use is not computed.
template <Scalar T> [[gnu::flatten]] Stepped<T> step(const closed_loop::System<T>& s,
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

  Stepped<T> out{.start = closed_loop::evaluate(s, piece, t, y.data(), k_n.data(), r_n.data()),
                 .unbooked = T(0.0),
                 .reparted = T(0.0),
                 .switched = Mask<T>(false)};
  N_n = out.start.control.command.tau;

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
  const vcu::Outputs<T> last =
      closed_loop::evaluate(s, piece, t + h, x.data(), end, k_c.data(), r_c.data()).control;
  const Commands& N_c = last.command.tau;
  out.switched = vcu::falls_short(out.start.control) != vcu::falls_short(last);

  const double sixth = h / 6.0;
  // A power that is split by its sign: its rates are those of `positive` less those of `negative`.
  const auto split = [&](std::size_t positive, std::size_t negative, double sign) -> T {
    const auto net = [&](const Rows<T>& r) { return r[positive] + sign * r[negative]; };
    const T p_0 = net(r_n), p_m = 0.5 * (net(r_a) + net(r_b)), p_1 = net(r_c);
    const auto changes = p_0 * p_m < 0.0 || p_m * p_1 < 0.0;
    if (!any(changes)) return T(0.0);
    const Parts<T> parts = signed_parts(p_0, p_m, p_1);
    const auto replace = [&](std::size_t row, const T& mean) {
      r_n[row] = select(changes, mean, r_n[row]);
      r_a[row] = select(changes, mean, r_a[row]);
      r_b[row] = select(changes, mean, r_b[row]);
      r_c[row] = select(changes, mean, r_c[row]);
    };
    const T simpson =
        sixth * (r_n[positive] + 2.0 * (r_a[positive] + r_b[positive]) + r_c[positive]);
    replace(positive, parts.positive);
    replace(negative, sign * parts.negative);
    return select(changes, abs(h * parts.positive - simpson), T(0.0));
  };
  split(ledger::kBatteryOut, ledger::kBatteryIn, -1.0);
  out.reparted = split(ledger::kWheelOut, ledger::kWheelIn, 1.0);

  const T v_n = y[car::kV];
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
  T& v = y[car::kV];
  v = chassis::speed_after_step(v, piece.direction);
  const auto work = [](const States<T>& k) {
    return k[car::kV] * k[car::kX];
  };  // over the mass [W/kg]
  out.unbooked =
      s.car.mass_equivalent * (0.5 * (v - v_n) * (v + v_n) -
                               sixth * (work(k_n) + 2.0 * (work(k_a) + work(k_b)) + work(k_c)));
  return out;
}

// What is worth a halving: an error of the step's books over the energy that it moved, with a floor for the
// mass of the car, and work reparted [J/kg].
inline constexpr double kUnbookedShare = 1e-6;
inline constexpr double kUnbookedFloor = 5e-7;
inline constexpr double kReparted = 1e-4;
inline constexpr int kMostHalvings = 6;

// Advances y and q from t over h. A step whose books don't close, since the car came to rest on its way, or
// in which a limit was met or left, is taken again as two halves, each judged alike. Lanes that are not active, or whose step
// was good, keep what they have: each lane halves as if it were alone.
// observe(instant, h, lanes) is told what flowed at the start of each step that stands [s].
template <Scalar T, class Observe>
void advance(const closed_loop::System<T>& s, const closed_loop::Piece<T>& piece,
             WeightCache<T>& cache, TimeNs t, TimeNs h, States<T>& y, Rows<T>& q,
             const Mask<T>& active, Observe&& observe, int halvings = 0) {
  const States<T> y_n = y;
  const Rows<T> q_n = q;
  const Stepped<T> whole = step(s, piece, cache.of(s.car, h), seconds(t), y, q);
  const T moved = q[ledger::kThroughput] - q_n[ledger::kThroughput];
  const Mask<T> unbooked =
      abs(whole.unbooked) > kUnbookedShare * moved + kUnbookedFloor * s.car.mass;
  const Mask<T> poor = active && Mask<T>(halvings < kMostHalvings) &&
                       (unbooked || whole.reparted > kReparted * s.car.mass || whole.switched);
  observe(whole.start, seconds(h), active && !poor);
  if (!any(poor)) return;
  States<T> y_2 = y_n;
  Rows<T> q_2 = q_n;
  const TimeNs half = h / 2;
  advance(s, piece, cache, t, half, y_2, q_2, poor, observe, halvings + 1);
  advance(s, piece, cache, t + half, h - half, y_2, q_2, poor, observe, halvings + 1);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = select(poor, y_2[i], y[i]);
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = select(poor, q_2[i], q[i]);
}

}  // namespace evsim::fixed_step
