// A step of the multi-body car by ERKStep (SUNDIALS), with error control: the truth that multibody::step is measured
// against. The same equations and books, the same held inputs. Where a contact or a table has a knot inside a step, its
// steps shorten until they meet it: the truth converges there too.
#pragma once

#include "sim/solve/erk.h"
#include "sim/vehicle/multibody.h"

namespace evsim {

class MultibodyTruth {
 public:
  // rtol: relative tolerance of all states [-].
  explicit MultibodyTruth(double rtol);

  // As multibody::step. Throws SimulationError.
  multibody::Rates step(const multibody::Model& m, const multibody::Held& held, double h,
                        multibody::State& x, multibody::Rows& q);

 private:
  Erk erk_;
};

}  // namespace evsim
