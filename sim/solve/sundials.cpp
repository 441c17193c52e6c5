#include "sim/solve/sundials.h"

#include <Eigen/LU>
#include <new>

namespace evsim::sundials {
namespace {

struct EigenLu {
  explicit EigenLu(int n) : lu(n) {}
  Eigen::PartialPivLU<Eigen::MatrixXd> lu;  // storage kept between set-ups
  int last_flag = SUNLS_SUCCESS;
};

EigenLu& content(SUNLinearSolver S) { return *static_cast<EigenLu*>(S->content); }

SUNLinearSolver_Type lu_type(SUNLinearSolver) { return SUNLINEARSOLVER_DIRECT; }
SUNLinearSolver_ID lu_id(SUNLinearSolver) { return SUNLINEARSOLVER_CUSTOM; }
int lu_initialize(SUNLinearSolver S) { return content(S).last_flag = SUNLS_SUCCESS; }
sunindextype lu_last_flag(SUNLinearSolver S) { return content(S).last_flag; }

// Factors A. A zero or non-finite pivot is reported as recoverable: CVODE shortens the step.
int lu_setup(SUNLinearSolver S, SUNMatrix A) {
  EigenLu& self = content(S);
  const Eigen::Index n = SUNDenseMatrix_Rows(A);
  self.lu.compute(Eigen::Map<const Eigen::MatrixXd>(SUNDenseMatrix_Data(A), n, n));
  const auto pivots = self.lu.matrixLU().diagonal().array();
  const bool regular = (pivots != 0.0).all() && pivots.isFinite().all();
  return self.last_flag = regular ? SUNLS_SUCCESS : SUNLS_LUFACT_FAIL;
}

int lu_solve(SUNLinearSolver S, SUNMatrix A, N_Vector x, N_Vector b, realtype) {
  EigenLu& self = content(S);
  const Eigen::Index n = SUNDenseMatrix_Rows(A);
  Eigen::Map<Eigen::VectorXd>(data(x), n) =
      self.lu.solve(Eigen::Map<const Eigen::VectorXd>(data(b), n));
  return self.last_flag = SUNLS_SUCCESS;
}

int lu_free(SUNLinearSolver S) {
  delete static_cast<EigenLu*>(S->content);
  SUNLinSolFreeEmpty(S);
  return SUNLS_SUCCESS;
}

}  // namespace

void check_memory(const void* made) {
  if (made == nullptr) throw std::bad_alloc();
}

Owned<SUNContext> new_context() {
  SUNContext c = nullptr;
  SUNContext_Create(nullptr, &c);
  check_memory(c);
  return Owned<SUNContext>(c);
}

Owned<N_Vector> new_vector(int n, SUNContext context) {
  Owned<N_Vector> v(N_VNew_Serial(n, context));
  check_memory(v.get());
  N_VConst(0.0, v.get());
  return v;
}

Owned<SUNMatrix> new_matrix(int n, SUNContext context) {
  Owned<SUNMatrix> A(SUNDenseMatrix(n, n, context));
  check_memory(A.get());
  return A;
}

Owned<SUNLinearSolver> new_linear_solver(int n, SUNContext context) {
  auto lu = std::make_unique<EigenLu>(n);
  SUNLinearSolver S = SUNLinSolNewEmpty(context);
  check_memory(S);
  S->ops->gettype = lu_type;
  S->ops->getid = lu_id;
  S->ops->initialize = lu_initialize;
  S->ops->setup = lu_setup;
  S->ops->solve = lu_solve;
  S->ops->lastflag = lu_last_flag;
  S->ops->free = lu_free;
  S->content = lu.release();
  return Owned<SUNLinearSolver>(S);
}

}  // namespace evsim::sundials
