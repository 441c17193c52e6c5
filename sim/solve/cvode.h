// Integration with error control by CVODE (SUNDIALS 6.4): the truth that fixed-step runs are measured
// against, and the scheme for long smooth phases (charging, soak, parking), where its steps grow to
// minutes. A restart costs tens of microseconds, so it is not for controller ticks.
//
//   dy/dt = f(t, y),  local error of state i held below  rtol |y_i| + atol_i  in the weighted rms norm
//
// Source: A. C. Hindmarsh et al., SUNDIALS, ACM Trans. Math. Softw. 31 (2005) 363-396.
// Results are reproducible on one machine, not bit-equal between machines.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace evsim {

// Name and unit of a state, for messages: {"battery.SOC", ""}, {"drive_units.rear.psi_d", "Vs"}.
struct StateLabel {
  std::string name;
  std::string unit;
};

// What is integrated. The functions may throw; the exception comes out of advance().
struct OdeProblem {
  int n = 0;  // number of states

  // dydt = f(t, y). A NaN or infinity makes CVODE try a shorter step first.
  std::function<void(double t, const double* y, double* dydt)> rhs;

  // J[i + n j] = df_i / dy_j; comes zeroed. Optional: difference quotients without it.
  std::function<void(double t, const double* y, double* J)> jacobian{};

  // Optional: integration stops where one of the n_roots functions changes sign.
  int n_roots = 0;
  std::function<void(double t, const double* y, double* g)> roots{};

  std::vector<StateLabel> labels{};  // one a state, or none
};

struct CvodeSettings {
  enum class Method {
    bdf,           // orders 1-5 with Newton: stiff problems
    adams,         // orders 1-12 with fixed-point iteration: smooth, not stiff; needs no Jacobian
    adams_newton,  // orders 1-12 with Newton
  };
  Method method = Method::bdf;
  double rtol = 1e-8;          // relative tolerance, > 0 [-]
  std::vector<double> atol;    // absolute tolerance > 0, one a state, in its unit
  double h_max = 0.0;          // longest step [s]; 0: no limit
  long max_steps = 1'000'000;  // in one advance()
};

class Cvode {
 public:
  struct Result {
    double t;      // time reached [s]
    bool at_root;  // stopped before t_end by a root
    std::span<const int>
        crossings;  // one a root function: +1 it rises, -1 it falls, 0 no root here
  };
  // Sums since construction.
  struct Statistics {
    long steps = 0;
    long rhs_calls = 0;  // without those of difference quotients
    long jacobians = 0;
    long iterations = 0;  // Newton or fixed-point
    long error_test_failures = 0;
    long restarts = 0;
  };

  // Throws std::invalid_argument for sizes that don't agree and tolerances that are not positive.
  Cvode(OdeProblem problem, CvodeSettings settings);
  ~Cvode();
  Cvode(Cvode&&) noexcept;
  Cvode& operator=(Cvode&&) noexcept;

  // Begins anew at (t, y): at the start, after an event, after a jump of an input or a parameter.
  void restart(double t, std::span<const double> y);

  // Integrates to t_end, evaluating nothing beyond it, or to the first root before it. After a root
  // it may be called on without a restart when neither the state nor the equations jump there.
  // Throws SimulationError naming time, cause and state; restart() is needed after that.
  Result advance(double t_end);

  double t() const;                   // [s]
  std::span<const double> y() const;  // valid until the next call that isn't const
  Statistics statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// x of A x = b by the linear solver of the Newton iteration; A column-major, as long as b squared.
// Throws SimulationError when A is singular.
std::vector<double> solve_dense(std::span<const double> A, std::span<const double> b);

}  // namespace evsim
