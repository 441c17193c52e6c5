#include "sim/solve/cvode.h"

#include <cvode/cvode.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "sim/base/errors.h"
#include "sim/solve/sundials.h"

namespace evsim {
namespace {

using namespace sundials;

struct FreeCvode {
  void operator()(void* memory) const { CVodeFree(&memory); }
};

// ---- Words --------------------------------------------------------------------------------------

struct FlagText {
  int flag;
  std::string_view name, words;
};
constexpr FlagText kFlags[] = {
    {CV_TOO_MUCH_WORK, "CV_TOO_MUCH_WORK", "too many steps"},
    {CV_TOO_MUCH_ACC, "CV_TOO_MUCH_ACC", "tolerances below what the arithmetic can resolve"},
    {CV_ERR_FAILURE, "CV_ERR_FAILURE", "error too large even at the shortest step"},
    {CV_CONV_FAILURE, "CV_CONV_FAILURE", "iteration does not converge even at the shortest step"},
    {CV_LINIT_FAIL, "CV_LINIT_FAIL", "linear solver could not be initialised"},
    {CV_LSETUP_FAIL, "CV_LSETUP_FAIL", "Jacobian or its factorisation failed"},
    {CV_LSOLVE_FAIL, "CV_LSOLVE_FAIL", "linear solve failed"},
    {CV_RHSFUNC_FAIL, "CV_RHSFUNC_FAIL", "right-hand side failed"},
    {CV_FIRST_RHSFUNC_ERR, "CV_FIRST_RHSFUNC_ERR", "right-hand side failed at the first call"},
    {CV_REPTD_RHSFUNC_ERR, "CV_REPTD_RHSFUNC_ERR", "right-hand side failed at every step tried"},
    {CV_UNREC_RHSFUNC_ERR, "CV_UNREC_RHSFUNC_ERR",
     "right-hand side failed, step can't be repeated"},
    {CV_RTFUNC_FAIL, "CV_RTFUNC_FAIL", "root function failed"},
    {CV_ILL_INPUT, "CV_ILL_INPUT", "input not allowed"},
    {CV_TOO_CLOSE, "CV_TOO_CLOSE", "end time too close to the start"},
};

std::string in_words(int flag) {
  for (const FlagText& f : kFlags)
    if (f.flag == flag) return std::string(f.words) + " (" + std::string(f.name) + ")";
  return "CVODE flag " + std::to_string(flag);
}

// Shortest text that reads back as the same number, whatever the locale.
std::string text(double x) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  return {buffer, end};
}
// Three digits: for ratios.
std::string rough(double x) {
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, 3).ptr;
  return {buffer, end};
}

// Index of the first value that is not finite.
std::optional<std::size_t> first_not_finite(const double* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    if (!std::isfinite(values[i])) return i;
  return std::nullopt;
}

// CVODE's return codes of callbacks.
constexpr int kDone = 0;
constexpr int kTryShorterStep = 1;
constexpr int kGiveUp = -1;

// Steps with t + h = t in one advance(). A few may pass in a very short transient late in a run; more
// of them creep up to a singularity.
constexpr int kStandstillsAllowed = 100;

// In one step. At a jump of the right-hand side the step shrinks by 5 a failure until the jump does not
// matter: CVODE's own limit of 7 is soon met.
constexpr int kErrorTestFailuresAllowed = 50;

void check(const OdeProblem& p, const CvodeSettings& s) {
  const auto n = static_cast<std::size_t>(p.n);
  const auto positive = [](double x) { return x > 0.0 && std::isfinite(x); };
  if (p.n < 1 || !p.rhs) throw std::invalid_argument("CVODE needs at least one state and a rhs");
  if (!positive(s.rtol)) throw std::invalid_argument("rtol must be positive");
  if (s.atol.size() != n || !std::ranges::all_of(s.atol, positive))
    throw std::invalid_argument("atol must be positive, one a state");
  if (!p.labels.empty() && p.labels.size() != n)
    throw std::invalid_argument("labels must be one a state, or none");
  if (p.n_roots < 0 || (p.n_roots > 0) != static_cast<bool>(p.roots))
    throw std::invalid_argument("n_roots and the root function must come together");
  if (!(s.h_max >= 0.0) || s.max_steps < 1)
    throw std::invalid_argument("h_max must not be negative, max_steps must be positive");
}

}  // namespace

// ---- The integrator -----------------------------------------------------------------------------

struct Cvode::Impl {
  Impl(OdeProblem p, CvodeSettings s);

  void restart(double start, std::span<const double> y_start);
  Result advance(double t_end);

  OdeProblem problem;
  CvodeSettings settings;
  Owned<SUNContext> context = new_context();
  Owned<N_Vector> y, atol, weights, scratch;
  Owned<SUNMatrix> A;
  Owned<SUNLinearSolver> linear;
  Owned<SUNNonlinearSolver> fixed_point;
  std::unique_ptr<void, FreeCvode> cvode;  // last: freed before what it uses

  double t = 0.0;
  bool started = false;
  std::vector<int> crossings;
  Statistics before_restart;
  // What the callbacks can't throw through C.
  std::exception_ptr thrown;
  std::string not_finite;      // what a function returned that CVODE has not got past yet
  double not_finite_at = 0.0;  // [s]
  std::string message;         // CVODE's own
  int standstills = 0;         // steps too short to move t

  bool uses_newton() const { return settings.method != CvodeSettings::Method::adams; }
  void create();
  void attach_newton();
  void attach_fixed_point();
  void require(int flag) const;
  void carry_on_to(double t_end);
  [[noreturn]] void fail(int flag);
  std::string name(std::size_t i) const;
  std::string name_and_value(std::size_t i, const double* values) const;
  bool stalled() const { return standstills > kStandstillsAllowed; }
  std::string culprit(int flag) const;
  struct Weighted {
    std::size_t index;
    double value;
  };
  std::optional<Weighted> largest_weighted() const;
  Statistics totals() const;

  template <class Call> int guarded(Call call);
  int refuse(double time, const std::string& what);
  int rhs(double time, const double* values, double* dydt);
  int jacobian(double time, const double* values, double* J);
};

namespace {

// CVODE's callbacks: unwrap and hand to the integrator.
struct Callbacks {
  template <class Self> static int rhs(realtype t, N_Vector y, N_Vector dydt, void* self) {
    return static_cast<Self*>(self)->rhs(t, data(y), data(dydt));
  }
  template <class Self> static int jacobian(realtype t, N_Vector y, N_Vector, SUNMatrix J,
                                            void* self, N_Vector, N_Vector, N_Vector) {
    return static_cast<Self*>(self)->jacobian(t, data(y), SUNDenseMatrix_Data(J));
  }
  template <class Self> static int roots(realtype t, N_Vector y, realtype* g, void* self) {
    auto& me = *static_cast<Self*>(self);
    return me.guarded([&] {
      me.problem.roots(t, data(y), g);
      return 0;
    });
  }
  // Instead of CVODE's own printing to the console. Warnings have positive codes.
  template <class Self>
  static void error(int code, const char*, const char*, char* text, void* self) {
    auto& me = *static_cast<Self*>(self);
    if (code < 0)
      me.message = text;
    else
      ++me.standstills;  // the only warning that is left on
  }
};

}  // namespace

Cvode::Impl::Impl(OdeProblem p, CvodeSettings s) : problem(std::move(p)), settings(std::move(s)) {
  check(problem, settings);
  y = new_vector(problem.n, context.get());
  atol = new_vector(problem.n, context.get());
  weights = new_vector(problem.n, context.get());
  scratch = new_vector(problem.n, context.get());
  std::ranges::copy(settings.atol, data(atol.get()));
  crossings.assign(static_cast<std::size_t>(problem.n_roots), 0);
  create();
}

void Cvode::Impl::create() {
  const bool bdf = settings.method == CvodeSettings::Method::bdf;
  cvode.reset(CVodeCreate(bdf ? CV_BDF : CV_ADAMS, context.get()));
  check_memory(cvode.get());
  require(CVodeSetErrHandlerFn(cvode.get(), Callbacks::error<Impl>, this));
  require(CVodeSetUserData(cvode.get(), this));
  require(CVodeInit(cvode.get(), Callbacks::rhs<Impl>, t, y.get()));
  require(CVodeSVtolerances(cvode.get(), settings.rtol, atol.get()));
  require(CVodeSetMaxStep(cvode.get(), settings.h_max));
  require(CVodeSetMaxNumSteps(cvode.get(), settings.max_steps));
  require(CVodeSetMaxErrTestFails(cvode.get(), kErrorTestFailuresAllowed));
  require(CVodeSetMaxHnilWarns(cvode.get(), std::numeric_limits<int>::max()));
  if (uses_newton())
    attach_newton();
  else
    attach_fixed_point();
  if (problem.n_roots > 0) {
    require(CVodeRootInit(cvode.get(), problem.n_roots, Callbacks::roots<Impl>));
    require(CVodeSetNoInactiveRootWarn(cvode.get()));
  }
}

void Cvode::Impl::attach_newton() {
  A = new_matrix(problem.n, context.get());
  linear = new_linear_solver(problem.n, context.get());
  require(CVodeSetLinearSolver(cvode.get(), linear.get(), A.get()));
  if (problem.jacobian) require(CVodeSetJacFn(cvode.get(), Callbacks::jacobian<Impl>));
}

void Cvode::Impl::attach_fixed_point() {
  constexpr int kAcceleration = 0;  // plain functional iteration, as usual for Adams
  fixed_point.reset(SUNNonlinSol_FixedPoint(y.get(), kAcceleration, context.get()));
  check_memory(fixed_point.get());
  require(CVodeSetNonlinearSolver(cvode.get(), fixed_point.get()));
}

// For calls that fail only by a mistake in this file or for want of memory.
void Cvode::Impl::require(int flag) const {
  if (flag < 0) throw std::logic_error("CVODE: " + in_words(flag) + ": " + message);
}

// ---- Callbacks ----------------------------------------------------------------------------------

// An exception must not pass through CVODE's C frames: it is kept, and thrown by advance().
template <class Call> int Cvode::Impl::guarded(Call call) {
  try {
    return call();
  } catch (...) {
    thrown = std::current_exception();
    return kGiveUp;
  }
}

int Cvode::Impl::rhs(double time, const double* values, double* dydt) {
  const auto n = static_cast<std::size_t>(problem.n);
  if (stalled()) return kGiveUp;
  if (first_not_finite(values, n)) return kTryShorterStep;  // a diverging iteration, not the model
  return guarded([&] {
    problem.rhs(time, values, dydt);
    const auto bad = first_not_finite(dydt, n);
    if (bad)
      return refuse(time, "d(" + name(*bad) + ")/dt is " + text(dydt[*bad]) + ", " +
                              name_and_value(*bad, values));
    if (time >= not_finite_at) not_finite.clear();
    return kDone;
  });
}

int Cvode::Impl::jacobian(double time, const double* values, double* J) {
  return guarded([&] {
    problem.jacobian(time, values, J);
    const auto n = static_cast<std::size_t>(problem.n);
    const auto bad = first_not_finite(J, n * n);
    if (!bad) return kDone;
    return refuse(time, "the derivative of d(" + name(*bad % n) + ")/dt over " + name(*bad / n) +
                            " is " + text(J[*bad]) + ", " + name_and_value(*bad / n, values));
  });
}

int Cvode::Impl::refuse(double time, const std::string& what) {
  not_finite = "at t = " + text(time) + " s: " + what;
  not_finite_at = time;
  return kTryShorterStep;
}

// ---- Moving on ----------------------------------------------------------------------------------

void Cvode::Impl::restart(double start, std::span<const double> y_start) {
  if (y_start.size() != static_cast<std::size_t>(problem.n) || !std::isfinite(start))
    throw std::invalid_argument("a restart needs a finite time and all states");
  if (const auto bad = first_not_finite(y_start.data(), y_start.size()))
    throw SimulationError("integration failed at t = " + text(start) + " s: start value of " +
                          name_and_value(*bad, y_start.data()));
  const Statistics sum = totals();
  if (y_start.data() != data(y.get())) std::ranges::copy(y_start, data(y.get()));
  t = start;
  require(CVodeReInit(cvode.get(), t, y.get()));
  before_restart = sum;
  if (started) ++before_restart.restarts;
  started = true;
}

Cvode::Result Cvode::Impl::advance(double t_end) {
  if (!started) throw std::logic_error("restart() must come before advance()");
  if (!(t_end >= t)) throw std::invalid_argument("advance() can't go back in time");
  std::ranges::fill(crossings, 0);
  // CVODE refuses an interval of a few units in the last place, such as between an event located at
  // 0.30000000000000004 s and a tick at 0.3 s; over it no state changes by more than rounding.
  const double rounding = 4.0 * std::numeric_limits<double>::epsilon() * std::abs(t_end);
  if (t_end - t > rounding)
    carry_on_to(t_end);
  else if (t_end > t)
    restart(t_end, {data(y.get()), static_cast<std::size_t>(problem.n)});
  const bool at_root = std::ranges::any_of(crossings, [](int c) { return c != 0; });
  return {t, at_root, crossings};
}

void Cvode::Impl::carry_on_to(double t_end) {
  not_finite.clear();
  message.clear();
  standstills = 0;
  // After a root CVODE's own time is already ahead, perhaps past t_end: then it only interpolates.
  double ahead = t;
  require(CVodeGetCurrentTime(cvode.get(), &ahead));
  if (ahead <= t_end) require(CVodeSetStopTime(cvode.get(), t_end));
  const int flag = CVode(cvode.get(), t_end, y.get(), &t, CV_NORMAL);
  if (flag < 0) fail(flag);
  if (flag == CV_ROOT_RETURN)
    require(CVodeGetRootInfo(cvode.get(), crossings.data()));
  else
    t = t_end;
}

// ---- Telling what went wrong ----------------------------------------------------------------------

void Cvode::Impl::fail(int flag) {
  started = false;
  if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
  const std::string cause = stalled()
                                ? "steps fell below the resolution of time (CV_WARNING, t + h = t)"
                                : in_words(flag);
  if (!not_finite.empty()) throw SimulationError("integration failed " + not_finite + "; " + cause);
  throw SimulationError("integration failed at t = " + text(t) + " s: " + cause + "; " +
                        culprit(flag));
}

std::string Cvode::Impl::name(std::size_t i) const {
  return problem.labels.empty() ? "state " + std::to_string(i) : problem.labels[i].name;
}

// "battery.SOC (state 3) = 0.5"
std::string Cvode::Impl::name_and_value(std::size_t i, const double* values) const {
  std::string s = name(i);
  if (!problem.labels.empty()) s += " (state " + std::to_string(i) + ")";
  s += " = " + text(values[i]);
  if (!problem.labels.empty() && !problem.labels[i].unit.empty()) s += " " + problem.labels[i].unit;
  return s;
}

// The state that the failure is about; CVODE's message where it is about none.
std::string Cvode::Impl::culprit(int flag) const {
  require(CVodeGetErrWeights(cvode.get(), weights.get()));
  if (flag == CV_ERR_FAILURE || flag == CV_TOO_MUCH_WORK) {
    require(CVodeGetEstLocalErrors(cvode.get(), scratch.get()));
    if (const auto worst = largest_weighted())
      return "largest error in " + name_and_value(worst->index, data(y.get())) + ", " +
             rough(worst->value) + " of its tolerance";
  }
  // Errors of an iteration that diverged say nothing: the state that moves fastest does.
  if (flag == CV_ERR_FAILURE || flag == CV_CONV_FAILURE || stalled()) {
    CVodeGetDky(cvode.get(), t, 1, scratch.get());
    if (const auto fastest = largest_weighted())
      return "fastest against its tolerance: " + name_and_value(fastest->index, data(y.get())) +
             ", changing by " + rough(data(scratch.get())[fastest->index]) + " a second";
  }
  return message;
}

// The largest value of scratch against the tolerance of its state; none if one isn't finite.
std::optional<Cvode::Impl::Weighted> Cvode::Impl::largest_weighted() const {
  Weighted largest{0, -1.0};
  for (std::size_t i = 0; i < static_cast<std::size_t>(problem.n); ++i) {
    const double value = std::abs(data(scratch.get())[i] * data(weights.get())[i]);
    if (!std::isfinite(value)) return std::nullopt;
    if (value > largest.value) largest = {i, value};
  }
  return largest;
}

Cvode::Statistics Cvode::Impl::totals() const {
  Statistics s = before_restart;
  long steps = 0, rhs_calls = 0, iterations = 0, failures = 0, jacobians = 0;
  CVodeGetNumSteps(cvode.get(), &steps);
  CVodeGetNumRhsEvals(cvode.get(), &rhs_calls);
  CVodeGetNumNonlinSolvIters(cvode.get(), &iterations);
  CVodeGetNumErrTestFails(cvode.get(), &failures);
  if (uses_newton()) CVodeGetNumJacEvals(cvode.get(), &jacobians);
  s.steps += steps;
  s.rhs_calls += rhs_calls;
  s.iterations += iterations;
  s.error_test_failures += failures;
  s.jacobians += jacobians;
  return s;
}

// ---- Public face ----------------------------------------------------------------------------------

Cvode::Cvode(OdeProblem problem, CvodeSettings settings)
    : impl_(std::make_unique<Impl>(std::move(problem), std::move(settings))) {}
Cvode::~Cvode() = default;
Cvode::Cvode(Cvode&&) noexcept = default;
Cvode& Cvode::operator=(Cvode&&) noexcept = default;

void Cvode::restart(double t, std::span<const double> y) { impl_->restart(t, y); }
Cvode::Result Cvode::advance(double t_end) { return impl_->advance(t_end); }
double Cvode::t() const { return impl_->t; }
std::span<const double> Cvode::y() const {
  return {data(impl_->y.get()), static_cast<std::size_t>(impl_->problem.n)};
}
Cvode::Statistics Cvode::statistics() const { return impl_->totals(); }

std::vector<double> solve_dense(std::span<const double> A, std::span<const double> b) {
  if (b.empty() || A.size() != b.size() * b.size())
    throw std::invalid_argument("A must be square and as large as b");
  const int n = static_cast<int>(b.size());
  const auto context = new_context();
  const auto matrix = new_matrix(n, context.get());
  const auto right = new_vector(n, context.get()), x = new_vector(n, context.get());
  const auto solver = new_linear_solver(n, context.get());
  std::ranges::copy(A, SUNDenseMatrix_Data(matrix.get()));
  std::ranges::copy(b, data(right.get()));
  if (SUNLinSolSetup(solver.get(), matrix.get()) != SUNLS_SUCCESS)
    throw SimulationError("the matrix of a linear system is singular");
  SUNLinSolSolve(solver.get(), matrix.get(), x.get(), right.get(), 0.0);
  return {data(x.get()), data(x.get()) + n};
}

}  // namespace evsim
