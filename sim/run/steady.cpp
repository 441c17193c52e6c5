#include "sim/run/steady.h"

namespace evsim {

// Each round closes i(u_1) by the small factor R_1 / R_total.
closed_loop::Instant<double> make_steady(const closed_loop::System<double>& system,
                                         closed_loop::Piece<double> piece,
                                         fixed_step::States<double>& y) {
  closed_loop::System<double> exact = system;
  exact.driver = driver::Kind::exact;
  exact.sampled = false;
  piece.reference = {};
  piece.reference.v = y[car::kV];
  fixed_step::States<double> dy;
  fixed_step::Rows<double> dq;
  closed_loop::Instant<double> at{};
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; ++round) {
    at = closed_loop::evaluate(exact, piece, piece.t_start, y.data(), dy.data(), dq.data());
    for (int k = 0; k < exact.units(); ++k)
      y[car::kTorque + static_cast<std::size_t>(k)] =
          at.control.command.tau[static_cast<std::size_t>(k)];
    if (const auto* pack = std::get_if<battery_pack::Model<double>>(&exact.car.battery))
      y[car::kU1] += pack->tau_1 * dy[car::kU1];
  }
  return at;
}

}  // namespace evsim
