#include "sim/solve/truth.h"

#include <span>
#include <vector>

#include "sim/vehicle/state_fields.h"

namespace evsim {
namespace {

using DualN = Dual<car::kMaxStates>;

template <Scalar T> void right_hand_side(const closed_loop::System<T>& s,
                                         const closed_loop::Piece<T>& p, double t, const T* y,
                                         T* dy, T* dq) {
  const auto now = closed_loop::evaluate(s, p, t, y, dy, dq);
  for (int k = 0; k < s.units(); ++k)
    dy[car::kTorque + k] =
        (now.control.command.tau[static_cast<std::size_t>(k)] - y[car::kTorque + k]) /
        s.car.drive_units[k].T_lag;
}

closed_loop::System<DualN> with_derivatives(const closed_loop::System<double>& s) {
  closed_loop::System<DualN> d;
  d.car = over<car::Model, DualN>(s.car);
  d.gains = over<driver::Gains, DualN>(s.gains);
  d.driver = s.driver;
  d.sampled = s.sampled;
  d.rho_air = s.rho_air;
  d.v_wind = s.v_wind;
  d.T_battery = s.T_battery;
  return d;
}

closed_loop::Piece<DualN> with_derivatives(const closed_loop::Piece<double>& p) {
  const auto& r = p.reference;
  return {.t_start = p.t_start,
          .v_ref = p.v_ref,
          .a_ref = p.a_ref,
          .reference = {.v = r.v,
                        .a = r.a,
                        .standing = r.standing,
                        .accelerator = r.accelerator,
                        .brake = r.brake,
                        .accelerator_rate = r.accelerator_rate,
                        .brake_rate = r.brake_rate},
          .sin_alpha = p.sin_alpha,
          .sin_alpha_rate = p.sin_alpha_rate,
          .direction = p.direction};
}

// Values that commands change while the run goes on.
void copy_changing(const closed_loop::System<double>& from, closed_loop::System<DualN>& to) {
  for (std::size_t i = 0; i < from.hooks.gain.size(); ++i) {
    to.hooks.gain[i] = from.hooks.gain[i];
    to.hooks.offset[i] = from.hooks.offset[i];
  }
  const auto& out = from.held.control;
  for (std::size_t k = 0; k < out.command.tau.size(); ++k)
    to.held.control.command.tau[k] = out.command.tau[k];
  to.held.control.command.F_brake = out.command.F_brake;
  to.held.control.limited = out.limited;
}

}  // namespace

struct Truth::Impl {
  const closed_loop::System<double>& system;
  closed_loop::System<DualN> dual_system;
  closed_loop::Piece<double> piece{};
  closed_loop::Piece<DualN> dual_piece{};
  int n, rows;
  std::unique_ptr<Cvode> cvode;

  explicit Impl(const closed_loop::System<double>& s)
      : system(s), dual_system(with_derivatives(s)), n(s.states()), rows(s.rows()) {}

  void rhs(double t, const double* y, double* dy) const {
    right_hand_side(system, piece, t, y, dy, dy + n);
  }
  void jacobian(double t, const double* y, double* J) const {
    std::array<DualN, car::kMaxStates> x, dx;
    std::array<DualN, ledger::kMaxRows> dq;
    for (int i = 0; i < n; ++i) {
      x[static_cast<std::size_t>(i)] = DualN(y[i]);
      x[static_cast<std::size_t>(i)].d[static_cast<std::size_t>(i)] = 1.0;
    }
    right_hand_side(dual_system, dual_piece, t, x.data(), dx.data(), dq.data());
    const int size = n + rows;
    // The rows' derivatives are left out on purpose: nothing depends on a row, so Newton's next iteration
    // is exact for them anyway, and their large entries must not be pivots: rounding would set a standing
    // car in motion.
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i)
        J[i + size * j] = dx[static_cast<std::size_t>(i)].d[static_cast<std::size_t>(j)];
  }
  void roots(const double* y, double* g) const {
    const double v = y[car::kV];
    g[0] = piece.direction == 0.0 ? v * v - chassis::kRestSpeed * chassis::kRestSpeed : v;
  }
  void turn(double direction) {
    piece.direction = direction;
    dual_piece.direction = DualN(direction);
  }
};

Truth::Truth(const closed_loop::System<double>& system, Method method, double rtol)
    : impl_(std::make_unique<Impl>(system)) {
  Impl* me = impl_.get();
  OdeProblem problem;
  problem.n = me->n + me->rows;
  problem.rhs = [me](double t, const double* y, double* dy) { me->rhs(t, y, dy); };
  problem.jacobian = [me](double t, const double* y, double* J) { me->jacobian(t, y, J); };
  problem.n_roots = 1;
  problem.roots = [me](double, const double* y, double* g) { me->roots(y, g); };
  CvodeSettings settings{.method = method, .rtol = rtol, .atol = {}};
  for (const car::StateField& f : car::state_fields(system.car)) {
    problem.labels.push_back({f.name, std::string(si_unit(f.dim).text)});
    settings.atol.push_back(rtol * f.scale);
  }
  for (int i = 0; i < me->rows; ++i) {
    problem.labels.push_back({"ledger row " + std::to_string(i), "J"});
    // A drive of a minute moves a megajoule; its distance from the trace is some 0.1 m/s.
    settings.atol.push_back(rtol * (i == ledger::kTraceError ? 1.0 : 1e6));
  }
  me->cvode = std::make_unique<Cvode>(std::move(problem), std::move(settings));
}
Truth::~Truth() = default;
Truth::Truth(Truth&&) noexcept = default;
Truth& Truth::operator=(Truth&&) noexcept = default;

void Truth::begin(const closed_loop::Piece<double>& piece, double t,
                  const fixed_step::States<double>& y, const fixed_step::Rows<double>& q) {
  impl_->piece = piece;
  impl_->dual_piece = with_derivatives(piece);
  copy_changing(impl_->system, impl_->dual_system);
  std::vector<double> all(y.begin(), y.begin() + impl_->n);
  all.insert(all.end(), q.begin(), q.begin() + impl_->rows);
  impl_->cvode->restart(t, all);
}

void Truth::advance(double t, fixed_step::States<double>& y, fixed_step::Rows<double>& q) {
  Impl& me = *impl_;
  while (me.cvode->advance(t).at_root) {
    std::vector<double> all(me.cvode->y().begin(), me.cvode->y().end());
    double& v = all[car::kV];
    if (me.piece.direction == 0.0) {
      me.turn(sign(v));
    } else {
      v = 0.0;
      me.turn(0.0);
    }
    me.cvode->restart(me.cvode->t(), all);
  }
  const std::span<const double> all = me.cvode->y();
  for (int i = 0; i < me.n; ++i) y[static_cast<std::size_t>(i)] = all[static_cast<std::size_t>(i)];
  for (int i = 0; i < me.rows; ++i)
    q[static_cast<std::size_t>(i)] =
        all[static_cast<std::size_t>(me.n) + static_cast<std::size_t>(i)];
}

}  // namespace evsim
