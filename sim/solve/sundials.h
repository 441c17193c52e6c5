// SUNDIALS' objects with owners, and a linear solver for them over Eigen. For the .cpp files of
// sim/solve only: no header of the project includes SUNDIALS but this one.
#pragma once

#include <nvector/nvector_serial.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_nonlinearsolver.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <memory>
#include <type_traits>

namespace evsim::sundials {

struct Free {
  void operator()(SUNContext c) const { SUNContext_Free(&c); }
  void operator()(N_Vector v) const { N_VDestroy(v); }
  void operator()(SUNMatrix A) const { SUNMatDestroy(A); }
  void operator()(SUNLinearSolver S) const { SUNLinSolFree(S); }
  void operator()(SUNNonlinearSolver S) const { SUNNonlinSolFree(S); }
};
template <class Handle> using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;

// Throws std::bad_alloc for a null pointer, which is how SUNDIALS says that memory ran out.
void check_memory(const void* made);

// One an integrator: a context may not be shared between threads.
Owned<SUNContext> new_context();
Owned<N_Vector> new_vector(int n, SUNContext context);   // zeros
Owned<SUNMatrix> new_matrix(int n, SUNContext context);  // n x n, dense
// LU with row pivoting by Eigen: its solve is 5 times faster than SUNDIALS' own at 47 states.
Owned<SUNLinearSolver> new_linear_solver(int n, SUNContext context);

inline double* data(N_Vector v) { return N_VGetArrayPointer_Serial(v); }

}  // namespace evsim::sundials
