#include "sim/components/machine_map.h"

#include <algorithm>
#include <cstdio>
#include <random>

#include "tests/components/families.h"

namespace evsim {
namespace {

// What must be there.
operating_points::Point found(const std::optional<operating_points::Point>& p) {
  if (!p.has_value()) throw std::runtime_error("no such operating point");
  return *p;
}

using operating_points::Point;
using test::Family;

double amplitude(const Dq<double>& i) { return sqrt(i.d * i.d + i.q * i.q); }
double loss(const Point& p) { return p.losses.electrical() + p.losses.friction; }

machine::Map<double> map_of(const Family& f) {
  return machine_map::map(test::points_of(f), f.envelope, f.u_max());
}

// Nodes inside the envelope, every few of them.
template <class Visit> void each_node(const Family& f, Visit&& visit) {
  const auto map = map_of(f);
  const auto &speeds = map.p_loss.data()->x().knots(), &torques = map.p_loss.data()->y().knots();
  for (std::size_t i = 0; i < speeds.size(); i += 5)
    for (std::size_t j = 0; j < torques.size(); j += 7)
      if (abs(torques[j]) <= min(f.envelope.tau_peak, f.envelope.P_peak / max(speeds[i], 1e-9)))
        visit(map, speeds[i], torques[j]);
}

TEST(MachineMap, nodes_are_the_steady_points_of_the_least_current) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto m = test::points_of(f);
    each_node(f, [&](const machine::Map<double>& map, double omega, double tau) {
      const auto found = operating_points::shaft_point(m, omega, f.u_max(), tau);
      const Point* p = std::get_if<Point>(&found);
      if (p == nullptr) return;  // on the envelope itself rounding may refuse
      const auto x = machine::losses(map, omega, tau);
      // The map meets the torque to 1e-6 of tau_peak; a flux made by a current rises as the root of it.
      EXPECT_NEAR(x.p_loss, loss(*p), 2e-5 * loss(*p) + 2e-6 * f.envelope.P_peak)
          << omega << ' ' << tau;
      EXPECT_NEAR(x.I_peak, amplitude(p->i), 2e-3 * m.limits.I_max) << omega << ' ' << tau;
    });
  }
}

TEST(MachineMap, power_balance_closes_at_each_node) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto m = test::points_of(f);
    each_node(f, [&](const machine::Map<double>& map, double omega, double tau) {
      const auto found = operating_points::shaft_point(m, omega, f.u_max(), tau);
      const Point* p = std::get_if<Point>(&found);
      if (p == nullptr) return;
      // Electrical power of stator and field winding, from voltages and currents; in the steady state a cage draws
      // its loss through the stator, whose frequency is omega_s.
      const double excited = p->i_f != 0.0 ? p->losses.rotor : 0.0;
      const double electrical = 1.5 * (p->u.d * p->i.d + p->u.q * p->i.q) + excited;
      const double loss = machine::losses(map, omega, tau).p_loss;
      // 1e-6 of tau_peak in the torque, see above.
      EXPECT_NEAR(electrical, tau * omega + loss, 1e-5 * f.envelope.P_peak) << omega << ' ' << tau;
    });
  }
}

TEST(MachineMap, motion_backwards_is_the_mirror_image) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto m = test::points_of(f);
    each_node(f, [&](const machine::Map<double>& map, double omega, double tau) {
      const auto found = operating_points::shaft_point(m, -omega, f.u_max(), -tau);
      const Point* p = std::get_if<Point>(&found);
      if (p == nullptr) return;
      EXPECT_NEAR(machine::losses(map, -omega, -tau).p_loss, loss(*p),
                  2e-5 * loss(*p) + 2e-6 * f.envelope.P_peak);
    });
  }
}

// 4,000 places inside the envelope; what a cell's straight lines miss.
TEST(MachineMap, interpolation_errs_by_less_than_a_percent_of_the_loss) {
  for (const Family& f : test::families()) {
    const auto m = test::points_of(f);
    const auto map = map_of(f);
    std::mt19937 random(1);
    std::uniform_real_distribution<double> share(0.0, 1.0);
    std::vector<double> errors;
    double worst = 0.0, sum = 0.0, all = 0.0;
    for (int n = 0; n < 4000; ++n) {
      const double omega = share(random) * f.envelope.omega_max;
      const double tau =
          (2.0 * share(random) - 1.0) * machine::torque_limit(f.envelope, omega, f.envelope.U_ref);
      const auto found = operating_points::shaft_point(m, omega, f.u_max(), tau);
      ASSERT_TRUE(std::holds_alternative<Point>(found)) << omega << ' ' << tau;
      const double direct = loss(std::get<Point>(found));
      const double off = machine::losses(map, omega, tau).p_loss - direct;
      errors.push_back(abs(off) / direct);
      worst = max(worst, abs(off));
      sum += off;
      all += direct;
    }
    std::ranges::sort(errors);
    const double at_base = machine::losses(map, f.omega_b(), f.envelope.tau_peak).p_loss;
    const double p99 = errors[errors.size() * 99 / 100];
    std::printf(
        "%s: 99 %% of places within %.2f %% of their loss, worst %.1e of P_peak, mean %+.1e\n",
        f.name, 100.0 * p99, worst / f.envelope.P_peak, sum / all);
    EXPECT_LT(p99, 0.01);
    // The other per cent are places of little loss: beside torque 0, where flux fades, and below some rad/s,
    // where hysteresis begins to turn. There it is small beside the loss of the base point.
    EXPECT_LT(worst, 5e-3 * at_base);
    // Chords lie above a convex curve.
    EXPECT_LT(abs(sum / all), 1e-3);
  }
}

TEST(MachineMap, nothing_is_lost_at_rest_without_torque_but_what_magnets_need_at_speed) {
  for (const Family& f : test::families()) {
    SCOPED_TRACE(f.name);
    const auto map = map_of(f);
    EXPECT_EQ(machine::losses(map, 0.0, 0.0).p_loss, 0.0);
    // A flux that is made by a current fades without torque: of the idling loss friction remains, and the torque
    // at the air gap that carries it.
    const double idle = machine::losses(map, f.omega_b(), 0.0).p_loss;
    const bool magnets = std::holds_alternative<machine_dq::SynchronousFamily<double>>(f.params);
    if (magnets)
      EXPECT_GT(idle, 0.3 * f.iron * f.envelope.P_peak);
    else
      EXPECT_LT(idle, 0.3 * f.iron * f.envelope.P_peak);
  }
}

TEST(MachineMap, peak_efficiency_is_that_of_a_traction_machine) {
  for (const Family& f : test::families()) {
    const auto map = map_of(f);
    double best = 0.0;
    for (double w = 0.05; w <= 0.95; w += 0.01)
      for (double t = 0.02; t <= 1.0; t += 0.02) {
        const double omega = w * f.envelope.omega_max;
        const double tau = t * machine::torque_limit(f.envelope, omega, f.envelope.U_ref);
        best = max(best, 1.0 / (1.0 + machine::losses(map, omega, tau).p_loss / (tau * omega)));
      }
    std::printf("%s: best efficiency %.3f\n", f.name, best);
    const bool hub = f.envelope.P_peak < 10e3;
    // Published maps: 0.96 to 0.98 with magnets, 0.93 to 0.97 without, 0.85 to 0.92 in hubs of scooters.
    EXPECT_GT(best, hub ? 0.84 : 0.93);
    EXPECT_LT(best, hub ? 0.93 : 0.985);
  }
}

TEST(MachineMap, beyond_what_the_machine_can_do_loss_and_current_go_on_growing) {
  Family f = test::families().front();
  f.envelope.P_peak *= 2.0;  // more than it was sized for: only the map's bounds
  const auto m = test::points_of(test::families().front());
  const auto map = machine_map::map(m, f.envelope, f.u_max());
  const double omega = 0.8 * f.envelope.omega_max;
  const double edge = found(operating_points::max_torque(m, omega, f.u_max())).tau_shaft;
  double before = 0.0;
  for (double tau = 0.9 * edge; tau <= f.envelope.tau_peak; tau += 0.05 * edge) {
    const double now = machine::losses(map, omega, tau).p_loss;
    EXPECT_GT(now, before) << tau / edge;
    before = now;
  }
}

TEST(MachineMap, a_machine_that_its_voltage_can_not_hold_is_refused) {
  const Family f = test::families().front();
  EXPECT_THROW(machine_map::map(test::points_of(f), f.envelope, 0.1 * f.u_max()),
               std::invalid_argument);
}

}  // namespace
}  // namespace evsim
