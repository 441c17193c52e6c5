#include "sim/components/machine_losses.h"

#include <memory>
#include <vector>

namespace evsim::machine_losses {
namespace {

// Bilinear cells of this size raise the consumption over a cycle by less than 1e-4 (a test states it).
constexpr int kSpeeds = 81;
constexpr int kTorques = 161;

std::vector<double> even(double from, double to, int n) {
  std::vector<double> out;
  for (int i = 0; i < n; ++i)
    out.push_back(from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1));
  return out;
}

}  // namespace

machine::Map<double> map(const machine::Envelope<double>& e, const Params<double>& p) {
  const std::vector<double> speeds = even(0.0, e.omega_max, kSpeeds);
  const std::vector<double> torques = even(-e.tau_peak, e.tau_peak, kTorques);
  std::vector<double> loss, current;
  for (const double omega : speeds)
    for (const double tau : torques) {
      const Point x = operating_point(e, p, omega, tau);
      loss.push_back(x.loss());
      current.push_back(sqrt(x.i_d * x.i_d + x.i_q * x.i_q));
    }
  return {
      .p_loss = Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::move(loss))),
      .I_peak = Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::move(current)))};
}

}  // namespace evsim::machine_losses
