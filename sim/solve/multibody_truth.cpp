#include "sim/solve/multibody_truth.h"

#include <algorithm>

#include "sim/vehicle/multibody_states.h"

namespace evsim {
namespace {

using multibody::Numbers;
using multibody::Rows;
using multibody::State;

constexpr std::size_t kStates = std::tuple_size_v<Numbers<State>>;
constexpr std::size_t kRows = std::tuple_size_v<Numbers<Rows>>;
constexpr double kRow = 1.0;  // energies and ways of a step [J], [m]

std::vector<double> scales() {
  std::vector<double> out;
  for (const auto& info : multibody::state_list({})) out.push_back(info.scale);
  out.resize(kStates + kRows, kRow);
  return out;
}

// States, then rows.
template <class S> S from(const double* y) {
  Numbers<S> out;
  std::copy_n(y, out.size(), out.begin());
  return std::bit_cast<S>(out);
}
template <class S> void to(double* y, const S& x) {
  const auto numbers = std::bit_cast<Numbers<S>>(x);
  std::ranges::copy(numbers, y);
}

}  // namespace

MultibodyTruth::MultibodyTruth(double rtol)
    : erk_(Erk::Scheme::dormand_prince_5, rtol, scales(), "the multi-body car") {}

multibody::Rates MultibodyTruth::step(const multibody::Model& m, const multibody::Held& held,
                                      double h, State& x, Rows& q) {
  to(erk_.y(), x);
  to(erk_.y() + kStates, q);
  const auto first = multibody::rates(m, held, x, 0.0);
  erk_.advance(h, [&](double t, const double* y, double* dy) {
    const auto now = multibody::rates(m, held, from<State>(y), t / h);
    to(dy, now.state);
    to(dy + kStates, now.rows);
  });
  x = from<State>(erk_.y());
  q = from<Rows>(erk_.y() + kStates);
  return first;
}

}  // namespace evsim
