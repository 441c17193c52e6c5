#include "sim/components/machine_map.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace evsim::machine_map {
namespace {

using operating_points::Machine;
using operating_points::Outcome;
using operating_points::Point;

constexpr double kNear = 1e-6;  // of tau_peak: how well a shaft torque is met
constexpr int kRounds = 20;     // each gains a decade or more
// Losses bend most at low torque (a flux made by current fades there) and where hysteresis begins to turn.
constexpr double kFineSpeed = 0.5, kFineTorque = 0.4;

struct Node {
  double tau, p_loss, I_peak;
};
Node node(const Point& p) {
  return {p.tau_shaft, p.losses.electrical() + p.losses.friction,
          sqrt(p.i.d * p.i.d + p.i.q * p.i.q)};
}
Node straight_on(const Node& a, const Node& b, double tau) {
  const double share = (tau - b.tau) / (b.tau - a.tau);
  return {tau, b.p_loss + share * (b.p_loss - a.p_loss), b.I_peak + share * (b.I_peak - a.I_peak)};
}

// 0 to 1, the first cell `fine` of an even one, the last 3 - 2 fine.
std::vector<double> graded(int cells, double fine) {
  std::vector<double> out;
  for (int i = 0; i <= cells; ++i) {
    const double x = static_cast<double>(i) / cells;
    out.push_back(x * (fine + (1.0 - fine) * x * x));
  }
  return out;
}

// One speed and one sign of torque, from 0 outwards.
struct Side {
  const Machine& m;
  double u_max;
  std::vector<double> tau;  // shaft [Nm]
  std::vector<double>
      drag;  // air gap less shaft, as the speed before had it: where the search starts
  double omega_before = 0.0;  // [rad/s]

  // Points of the first n torques, as far as the machine has them.
  std::vector<Node> points(double omega, std::size_t n) {
    const double scale = omega_before > 0.0 ? omega / omega_before : 1.0;
    for (std::size_t k = 0; k < n; ++k) drag[k] *= scale;
    omega_before = omega;
    std::vector<std::optional<Node>> found(n);
    std::vector<std::size_t> open;  // from the most torque down: field weakening comes first
    for (std::size_t k = n; k > 0; --k) open.push_back(k - 1);
    for (int round = 0; round < kRounds && !open.empty(); ++round) open = tried(omega, open, found);
    std::vector<Node> out;
    for (const std::optional<Node>& node : found) {
      if (!node.has_value()) break;
      out.push_back(*node);
    }
    return out;
  }
  // The same for some of them; those that are to be tried again, with a better drag.
  std::vector<std::size_t> tried(double omega, const std::vector<std::size_t>& which,
                                 std::vector<std::optional<Node>>& found) {
    std::vector<double> tau_em;
    for (const std::size_t k : which) tau_em.push_back(tau[k] + drag[k]);
    const std::vector<Outcome> out = operating_points::points(m, omega, u_max, tau_em);
    std::vector<std::size_t> again;
    for (std::size_t j = 0; j < which.size(); ++j) {
      const std::size_t k = which[j];
      const Point* p = std::get_if<Point>(&out[j]);
      found[k] = p != nullptr ? std::optional(node(*p)) : std::nullopt;
      if (p == nullptr) continue;
      drag[k] = p->tau - p->tau_shaft;
      if (abs(p->tau_shaft - tau[k]) > kNear * abs(tau.back())) again.push_back(k);
    }
    return again;
  }

  // All nodes; `needed` of them by the envelope.
  std::vector<Node> row(double omega, std::size_t needed) {
    std::vector<Node> own = points(omega, needed);
    std::vector<Node> out = own;
    if (own.size() < needed) own.push_back(edge(omega));
    const Node last = own.back();
    const double cell = tau.back() - tau[tau.size() - 2];
    Node before{0.0, 0.0, 0.0};
    for (const Node& x : own)
      if (abs(last.tau - x.tau) >= 0.5 * abs(cell)) before = x;
    while (out.size() < tau.size()) out.push_back(straight_on(before, last, tau[out.size()]));
    return out;
  }
  Node edge(double omega) const {
    const auto most = tau.back() > 0.0 ? operating_points::max_torque(m, omega, u_max)
                                       : operating_points::min_torque(m, omega, u_max);
    if (!most || most->tau_shaft * tau.back() <= 0.0)
      throw std::invalid_argument("without torque the machine needs more than U_ref or I_max at " +
                                  std::to_string(omega) + " rad/s");
    return node(*most);
  }
};

// Nodes from 0 up to the first one beyond the envelope.
std::size_t needed(const machine::Envelope<double>& e, double omega,
                   const std::vector<double>& tau) {
  const double most = omega * e.tau_peak > e.P_peak ? e.P_peak / omega : e.tau_peak;
  std::size_t n = 1;
  while (n < tau.size() && tau[n - 1] < most) ++n;
  return n;
}

std::vector<double> times(double k, std::vector<double> x) {
  for (double& v : x) v *= k;
  return x;
}

}  // namespace

machine::Map<double> map(const Machine& m, const machine::Envelope<double>& e, double u_max,
                         const Grid& grid) {
  const std::vector<double> speeds = times(e.omega_max, graded(grid.speeds - 1, kFineSpeed));
  const std::vector<double> tau = times(e.tau_peak, graded(grid.torques / 2, kFineTorque));
  const std::vector<double> none(tau.size(), 0.0);
  Side motoring{m, u_max, tau, none}, generating{m, u_max, times(-1.0, tau), none};
  std::vector<double> loss, current;
  const auto put = [&](const Node& x) {
    loss.push_back(x.p_loss);
    current.push_back(x.I_peak);
  };
  for (const double omega : speeds) {
    const std::size_t n = needed(e, omega, tau);
    const std::vector<Node> least = generating.row(omega, n), most = motoring.row(omega, n);
    for (std::size_t k = least.size() - 1; k > 0; --k) put(least[k]);
    for (const Node& x : most) put(x);
  }
  std::vector<double> torques = times(-1.0, {tau.rbegin(), tau.rend() - 1});
  torques.insert(torques.end(), tau.begin(), tau.end());
  return {
      .p_loss = Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::move(loss))),
      .I_peak = Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::move(current)))};
}

}  // namespace evsim::machine_map
