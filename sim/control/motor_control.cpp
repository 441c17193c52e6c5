#include "sim/control/motor_control.h"

namespace evsim::motor_control {
namespace {

// Fills a described struct over Float32 from the leaves of the same struct over double.
struct Round {
  const Leaves& from;
  std::size_t number = 0, count = 0;

  template <class X, class F> void operator()(X& x, const F&) {
    if constexpr (std::is_same_v<X, Float32>) {
      x = Float32(from.numbers[number++]);
    } else if constexpr (std::is_same_v<X, int> || std::is_enum_v<X>) {
      x = static_cast<X>(from.counts[count++]);
    } else if constexpr (is_variant<X>) {
      evsim::detail::emplace_index(x, static_cast<std::size_t>(from.counts[count++]),
                                   std::make_index_sequence<std::variant_size_v<X>>{});
      std::visit([this](auto& y) { describe(y, *this); }, x);
    } else {
      describe(x, *this);
    }
  }
};

}  // namespace

Params<Float32> rounded(const Params<double>& p) {
  const Leaves leaves = collect(p);
  Params<Float32> out;
  describe(out, Round{leaves});
  return out;
}

Output<double> step_rounded(const Model<Float32>& m, State<double>& x, const Input<double>& in) {
  auto state = convert<Float32, double, State>(x);
  const auto out = step(m, state, convert<Float32, double, Input>(in));
  x = convert<double, Float32, State>(state);
  return convert<double, Float32, Output>(out);
}

}  // namespace evsim::motor_control
