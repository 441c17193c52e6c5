#include "sim/response/linear_loop.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <cmath>
#include <vector>

#include "sim/base/constants.h"

namespace evsim::linear_loop {
namespace {

constexpr int kStates = static_cast<int>(sizeof(State<double>) / sizeof(double));
constexpr int kInputs = 6;  // i_ref, i_added, omega_ref, omega_added
using D = Dual<kStates + kInputs>;
using Index = Eigen::Index;

// ---- A model over Dual --------------------------------------------------------------------------

magnetics::Model<D> magnetics_over(const magnetics::Model<double>& m) {
  if (const auto* linear = std::get_if<magnetics::Linear<double>>(&m))
    return over<magnetics::Linear, D>(*linear);
  if (const auto* saturating = std::get_if<magnetics::Saturating<double>>(&m))
    return over<magnetics::Saturating, D>(*saturating);
  return flux_map::Map<D>(std::get<flux_map::Map<double>>(m).data());
}
dq_machine::Circuit<D> over_dual(const dq_machine::Synchronous<double>& c) {
  return dq_machine::Synchronous<D>{
      .magnetics = magnetics_over(c.magnetics), .beta_f = c.beta_f, .psi_f = c.psi_f};
}
dq_machine::Circuit<D> over_dual(const dq_machine::Excited<double>& c) {
  return dq_machine::Excited<D>{
      .L_d = c.L_d, .L_q = c.L_q, .L_m = c.L_m, .L_f = c.L_f, .R_f = c.R_f};
}
dq_machine::Circuit<D> over_dual(const dq_machine::Induction<double>& c) {
  return dq_machine::Induction<D>{.L_s = c.L_s, .L_l = c.L_l, .R_r = c.R_r, .k_s = c.k_s, .S = c.S};
}
electric_drive::Unit<D> over_dual(const electric_drive::Unit<double>& u) {
  const auto& c = u.machine.common;
  return {.machine = {.common = {.n_p = c.n_p,
                                 .R_s = c.R_s,
                                 .k_ac = c.k_ac,
                                 .k_hysteresis = c.k_hysteresis,
                                 .k_eddy = c.k_eddy,
                                 .tau_friction = c.tau_friction,
                                 .k_windage = c.k_windage},
                      .circuit = std::visit([](const auto& x) { return over_dual(x); },
                                            u.machine.circuit)},
          .inverter = over<inverter::Params, D>(u.inverter),
          .I_ripple = u.I_ripple};
}
Table1<D> over_dual(const Table1<double>& t) {
  return t.empty() ? Table1<D>() : Table1<D>(t.data());
}
Table2<D> over_dual(const Table2<double>& t) {
  return t.empty() ? Table2<D>() : Table2<D>(t.data());
}

motor_control::Model<D> over_dual(const motor_control::Model<double>& m) {
  const auto& r = m.references;
  return motor_control::prepare(over<motor_control::Params, D>(m.p),
                                motor_control::References<D>{.tau_max = over_dual(r.tau_max),
                                                             .i_d = over_dual(r.i_d),
                                                             .i_q = over_dual(r.i_q),
                                                             .i_f = over_dual(r.i_f)});
}
Model<D> over_dual(const Model<double>& m) {
  Model<D> out{.drive = {},
               .control = over_dual(m.control),
               .u_dc = m.u_dc,
               .f_sw = m.f_sw,
               .per_inertia = m.per_inertia,
               .tau_load = m.tau_load,
               .T_machine = m.T_machine,
               .T_s = m.T_s,
               .steps = m.steps,
               .lead = {m.lead.re, m.lead.im}};
  out.drive.units[0] = over_dual(m.drive.units[0]);
  out.drive.n_units = m.drive.n_units;
  out.drive.node = control_tick::held_node<D>();
  return out;
}

// ---- The tick with its slopes -------------------------------------------------------------------

D seeded(double value, int number) {
  D x(value);
  x.d[static_cast<std::size_t>(number)] = 1.0;
  return x;
}
Input<D> seeded(const Input<double>& in) {
  return {.tau_ref = in.tau_ref,
          .i_ref = {seeded(in.i_ref.re, kStates), seeded(in.i_ref.im, kStates + 1)},
          .i_f_ref = in.i_f_ref,
          .omega_ref = seeded(in.omega_ref, kStates + 4),
          .i_added = {seeded(in.i_added.re, kStates + 2), seeded(in.i_added.im, kStates + 3)},
          .omega_added = seeded(in.omega_added, kStates + 5)};
}

struct Slopes {
  Eigen::VectorXd next;  // turned_back(tick(x))
  Eigen::MatrixXd
      states;  // a row a state and then of y: i_d, i_q, omega; a column a state and an input
};
Slopes slopes(const Model<D>& m, Loop loop, const Input<double>& in, const State<double>& x) {
  State<D> y;
  for (int i = 0; i < kStates; ++i) first<D>(y)[i] = seeded(first<double>(x)[i], i);
  const Output<D> out = control_tick::tick(m, loop, seeded(in), y);
  control_tick::turn_back(m, y);
  Slopes s{Eigen::VectorXd(kStates), Eigen::MatrixXd(kStates + 3, kStates + kInputs)};
  const auto row = [&](int i, const D& value) {
    for (int k = 0; k < kStates + kInputs; ++k)
      s.states(i, k) = value.d[static_cast<std::size_t>(k)];
  };
  for (int i = 0; i < kStates; ++i) {
    s.next(i) = first<D>(y)[i].v;
    row(i, first<D>(y)[i]);
  }
  row(kStates, out.i.re);
  row(kStates + 1, out.i.im);
  row(kStates + 2, out.omega);
  return s;
}

// States that a tick leaves as they are: those of other machines and loops.
bool rests(const Slopes& s, int i) {
  for (int k = 0; k < kStates + kInputs; ++k)
    if (s.states(i, k) != (k == i ? 1.0 : 0.0)) return false;
  return true;
}
// Which states y depends on, by way of others too.
std::vector<bool> read(const Slopes& s) {
  std::vector<bool> out(kStates, false);
  const auto reads = [&](int row, int i) { return s.states(row, i) != 0.0; };
  bool more = true;
  while (more) {
    more = false;
    for (int i = 0; i < kStates; ++i) {
      const auto at = static_cast<std::size_t>(i);
      bool now = out[at];
      for (int row = 0; row < kStates + 3 && !now; ++row)
        now = reads(row, i) && (row >= kStates || out[static_cast<std::size_t>(row)]);
      more = more || now != out[at];
      out[at] = now;
    }
  }
  return out;
}
std::vector<Index> moving(const Slopes& s) {
  const std::vector<bool> is_read = read(s);
  std::vector<Index> out;
  for (int i = 0; i < kStates; ++i)
    if (is_read[static_cast<std::size_t>(i)] && !rests(s, i)) out.push_back(i);
  return out;
}

// ---- Newton's method ----------------------------------------------------------------------------

// A step towards x = next(x); returns how large it is beside the states.
double newton(const Slopes& s, State<double>& x) {
  const std::vector<Index> at = moving(s);
  const auto n = static_cast<Index>(at.size());
  Eigen::VectorXd residual(n);
  for (Index i = 0; i < n; ++i)
    residual(i) =
        s.next(at[static_cast<std::size_t>(i)]) - first<double>(x)[at[static_cast<std::size_t>(i)]];
  const Eigen::MatrixXd J = Eigen::MatrixXd::Identity(n, n) - s.states(at, at);
  const Eigen::VectorXd step = J.partialPivLu().solve(residual);
  double most = 0.0;
  for (Index i = 0; i < n; ++i) {
    double& value = first<double>(x)[at[static_cast<std::size_t>(i)]];
    most = std::max(most, std::abs(step(i)) / (1.0 + std::abs(value)));
    value += step(i);
  }
  if (!step.allFinite()) return kInfinity;
  return most;
}

// z - A: what both loops solve with.
Matrix shifted(const Eigen::MatrixXd& A, double f, double T_s) {
  const std::complex<double> z = std::polar(1.0, kTwoPi * f * T_s);
  return z * Matrix::Identity(A.rows(), A.cols()) - A.cast<std::complex<double>>();
}

}  // namespace

Steady steady(const Model<double>& m, Loop loop, const Input<double>& in,
              const State<double>& guess, int ticks) {
  Steady out{.x = guess, .out = {}, .rest = kInfinity};
  for (int k = 0; k < ticks; ++k) {
    control_tick::tick(m, loop, in, out.x);
    control_tick::turn_back(m, out.x);
  }
  const Model<D> dual = over_dual(m);
  constexpr int kMostSteps = 30;
  for (int k = 0; k < kMostSteps && !out.found(); ++k)
    out.rest = newton(slopes(dual, loop, in, out.x), out.x);
  State<double> x = out.x;
  out.out = control_tick::tick(m, loop, in, x);
  return out;
}

LinearLoop linearise(const Model<double>& m, Loop loop, const Input<double>& in,
                     const State<double>& x) {
  const Slopes s = slopes(over_dual(m), loop, in, x);
  const std::vector<Index> at = moving(s);
  const bool speed = loop == Loop::speed;
  const std::vector<Index> reference =
      speed ? std::vector<Index>{kStates + 4} : std::vector<Index>{kStates, kStates + 1};
  const std::vector<Index> added =
      speed ? std::vector<Index>{kStates + 5} : std::vector<Index>{kStates + 2, kStates + 3};
  const std::vector<Index> y =
      speed ? std::vector<Index>{kStates + 2} : std::vector<Index>{kStates, kStates + 1};
  LinearLoop out{.T_s = m.T_s,
                 .A = s.states(at, at),
                 .B = s.states(at, reference),
                 .E = s.states(at, added),
                 .C = s.states(y, at),
                 .slowest = 0.0};
  out.slowest = out.A.eigenvalues().cwiseAbs().maxCoeff();
  return out;
}

Matrix closed(const LinearLoop& l, double f) {
  return l.C.cast<std::complex<double>>() *
         shifted(l.A, f, l.T_s).partialPivLu().solve(l.B.cast<std::complex<double>>());
}
Matrix open(const LinearLoop& l, double f) {
  return -(
      l.C.cast<std::complex<double>>() *
      shifted(l.A - l.E * l.C, f, l.T_s).partialPivLu().solve(l.E.cast<std::complex<double>>()));
}

}  // namespace evsim::linear_loop
