#include "sim/solve/erk.h"

#include <arkode/arkode_erkstep.h>

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/solve/sundials.h"

namespace evsim {
namespace {

using namespace sundials;

struct FreeErk {
  void operator()(void* memory) const { ERKStepFree(&memory); }
};

ARKODE_ERKTableID table(Erk::Scheme scheme) {
  return scheme == Erk::Scheme::fehlberg_8 ? ARKODE_FEHLBERG_13_7_8 : ARKODE_DORMAND_PRINCE_7_4_5;
}

}  // namespace

struct Erk::Impl {
  std::string what, message;
  Owned<SUNContext> context = new_context();
  Owned<N_Vector> y, atol;
  std::unique_ptr<void, FreeErk> erk;  // last: freed before what it uses
  const Rates* rates = nullptr;

  Impl(Scheme scheme, double rtol, const std::vector<double>& scales, std::string name)
      : what(std::move(name)) {
    const int n = static_cast<int>(scales.size());
    y = new_vector(n, context.get());
    atol = new_vector(n, context.get());
    std::ranges::transform(scales, data(atol.get()), [&](double scale) { return rtol * scale; });
    erk.reset(ERKStepCreate(&Impl::rhs, 0.0, y.get(), context.get()));
    check_memory(erk.get());
    require(ERKStepSetTableNum(erk.get(), table(scheme)));
    require(ERKStepSVtolerances(erk.get(), rtol, atol.get()));
    require(ERKStepSetUserData(erk.get(), this));
    require(ERKStepSetErrHandlerFn(erk.get(), &Impl::error, this));
    require(ERKStepSetMaxNumSteps(erk.get(), 100'000));
  }

  void require(int flag) const {
    if (flag < 0)
      throw SimulationError("ERKStep of " + what + " failed (flag " + std::to_string(flag) +
                            "): " + message);
  }

  void advance(double h, const Rates& f) {
    rates = &f;
    require(ERKStepReset(erk.get(), 0.0, y.get()));
    require(ERKStepSetInitStep(erk.get(), h));  // mostly one step is enough
    require(ERKStepSetStopTime(erk.get(), h));
    realtype reached = 0.0;
    require(ERKStepEvolve(erk.get(), h, y.get(), &reached, ARK_NORMAL));
    rates = nullptr;
  }

  static void error(int, const char*, const char*, char* text, void* self) {
    static_cast<Impl*>(self)->message = text;
  }
  static int rhs(realtype t, N_Vector at, N_Vector to, void* self) {
    (*static_cast<const Impl*>(self)->rates)(t, data(at), data(to));
    return 0;
  }
};

Erk::Erk(Scheme scheme, double rtol, const std::vector<double>& scales, std::string what)
    : impl_(std::make_unique<Impl>(scheme, rtol, scales, std::move(what))) {}
Erk::~Erk() = default;
Erk::Erk(Erk&&) noexcept = default;
Erk& Erk::operator=(Erk&&) noexcept = default;

double* Erk::y() { return sundials::data(impl_->y.get()); }
void Erk::advance(double h, const Rates& rates) { impl_->advance(h, rates); }

}  // namespace evsim
