#include "sim/vehicle/unit_map.h"

#include "tests/components/families.h"
#include "tests/run/small_car.h"

namespace evsim {
namespace {

using unit_map::Map;
using unit_map::Point;
using unit_map::Row;

constexpr unit_map::Conditions kConditions{.u_dc = 350.0, .T_machine = machine_dq::kWarm};
constexpr unit_map::Grid kCoarse{.speeds = 7, .torques = 9};

// Units of all kinds of machine, with the inverter of the small car.
std::vector<drive_unit::Params<double>> units() {
  std::vector<drive_unit::Params<double>> out;
  for (const test::Family& f : test::families()) {
    auto unit = test::small_unit(drive_unit::Axle::rear);
    unit.machine.envelope = f.envelope;
    unit.machine.dq = f.params;
    out.push_back(unit);
  }
  return out;
}
template <class Visit> void each_point(Visit&& visit) {
  for (const auto& unit : units()) {
    const unit_map::Conditions c{unit.machine.envelope.U_ref, machine_dq::kWarm};
    for (const Row& r : unit_map::compute(unit, c, kCoarse).rows)
      for (const Point& p : r.points) visit(unit, c, p);
  }
}

TEST(UnitMap, power_balance_closes_at_each_point) {
  each_point([](const auto& unit, const auto&, const Point& p) {
    const auto& m = p.machine;
    const double field = m.i_f != 0.0 ? m.losses.rotor : 0.0;  // a cage has it through the stator
    const double electrical = 1.5 * (m.u.d * m.i.d + m.u.q * m.i.q) + field;
    // Rounding of the search for a torque, over the peak power.
    EXPECT_NEAR(electrical, p.p_mechanical() + p.machine_loss(),
                1e-9 * unit.machine.envelope.P_peak)
        << p.omega << ' ' << p.tau();
  });
}

TEST(UnitMap, points_hold_the_limits_and_losses_are_not_negative) {
  each_point([](const auto& unit, const unit_map::Conditions& c, const Point& p) {
    const auto machine = machine_dq::prepare(unit.machine.dq, unit.machine.envelope);
    const auto& m = p.machine;
    // By which the search may pass a limit.
    EXPECT_LE(sqrt(m.i.d * m.i.d + m.i.q * m.i.q), machine.I_max * (1.0 + 1e-6));
    EXPECT_LE(sqrt(m.u.d * m.u.d + m.u.q * m.u.q),
              drive_unit::largest_voltage(unit, c.u_dc) * (1.0 + 1e-6));
    for (const double loss : {m.losses.stator, m.losses.rotor, m.losses.iron, m.losses.friction,
                              p.inverter.conduction, p.inverter.switching, p.inverter.fixed})
      EXPECT_GE(loss, 0.0);
  });
}

TEST(UnitMap, motion_backwards_is_the_mirror_image) {
  for (const auto& unit : units()) {
    const unit_map::Conditions c{unit.machine.envelope.U_ref, machine_dq::kWarm};
    const Map m = unit_map::compute(unit, c, kCoarse);
    ASSERT_EQ(m.rows.size(), 13u);
    for (std::size_t k = 0; k < m.rows.size(); ++k) {
      const Row &forward = m.rows[k], &backward = m.rows[m.rows.size() - 1 - k];
      EXPECT_NEAR(forward.omega, -backward.omega, 1e-9);
      // Both are searched, from different starts: the largest torque to its 1e-6.
      EXPECT_NEAR(forward.tau_max(), -backward.tau_min(), 1e-6 * unit.machine.envelope.tau_peak);
      ASSERT_EQ(forward.points.size(), backward.points.size());
      for (std::size_t j = 0; j < forward.points.size(); ++j)
        EXPECT_NEAR(forward.points[j].machine_loss(),
                    backward.points[forward.points.size() - 1 - j].machine_loss(),
                    1e-5 * unit.machine.envelope.P_peak);
    }
  }
}

TEST(UnitMap, a_torque_beyond_the_most_of_its_speed_is_refused) {
  for (const auto& unit : units()) {
    const unit_map::Conditions c{unit.machine.envelope.U_ref, machine_dq::kWarm};
    for (const Row& r : unit_map::compute(unit, c, kCoarse).rows) {
      const auto beyond = [&](double tau) {
        return std::holds_alternative<operating_points::Refusal>(
            unit_map::point(unit, c, r.omega, tau));
      };
      EXPECT_TRUE(beyond(1.001 * r.tau_max())) << r.omega;
      EXPECT_TRUE(beyond(1.001 * r.tau_min())) << r.omega;
      EXPECT_FALSE(beyond(0.999 * r.tau_max())) << r.omega;
    }
  }
}

TEST(UnitMap, the_loss_map_of_the_level_energy_has_the_same_points) {
  auto unit = test::small_unit(drive_unit::Axle::rear);
  const auto model = drive_unit::prepare(unit, 0.3);
  const auto& e = unit.machine.envelope;
  for (const double omega : {200.0, 700.0, 1300.0})
    for (const double share : {-0.9, -0.4, 0.3, 0.8}) {
      const double tau = share * machine::torque_limit(e, omega, e.U_ref);
      const Point p =
          std::get<Point>(unit_map::point(unit, {e.U_ref, machine_dq::kWarm}, omega, tau));
      const auto electrical = drive_unit::electrical(model, omega, tau);
      // Interpolation, see MachineMap.
      EXPECT_NEAR(electrical.p_machine, p.machine_loss(), 0.01 * p.machine_loss());
      EXPECT_NEAR(electrical.p_bridge + electrical.i * e.U_ref, p.inverter.all(),
                  0.01 * p.inverter.all());
    }
}

TEST(UnitMap, more_voltage_gives_more_torque_at_speed_and_heat_more_copper_loss) {
  const auto unit = test::small_unit(drive_unit::Axle::rear);
  const auto last = [&](double u_dc, double T) {
    return unit_map::compute(unit, {u_dc, T}, kCoarse).rows.back().tau_max();
  };
  EXPECT_GT(last(400.0, machine_dq::kWarm), 1.05 * last(350.0, machine_dq::kWarm));
  const auto copper = [&](double T) {
    return std::get<Point>(unit_map::point(unit, {350.0, T}, 100.0, 100.0)).machine.losses.stator;
  };
  // Magnets of no temperature coefficient: the same current; resistance by 0.393 % a kelvin of 20 degC.
  EXPECT_NEAR(copper(393.15) / copper(293.15), 1.393, 1e-6);
}

TEST(UnitMap, efficiency_is_useful_over_spent_power) {
  EXPECT_EQ(unit_map::efficiency(900.0, 100.0), 0.9);
  EXPECT_EQ(unit_map::efficiency(-1000.0, 100.0), 0.9);
  EXPECT_EQ(unit_map::efficiency(-50.0, 100.0), 0.0);
  EXPECT_EQ(unit_map::efficiency(0.0, 100.0), 0.0);
}

TEST(UnitMap, loci_lie_within_the_largest_current) {
  for (const auto& unit : units()) {
    const unit_map::Conditions c{unit.machine.envelope.U_ref, machine_dq::kWarm};
    const auto loci = unit_map::compute(unit, c, kCoarse).loci;
    const double I_max = machine_dq::prepare(unit.machine.dq, unit.machine.envelope).I_max;
    EXPECT_FALSE(loci.mtpa.i.empty());
    EXPECT_FALSE(loci.envelope.i.empty());
    for (const auto* l : {&loci.mtpa, &loci.mtpv, &loci.envelope, &loci.circle})
      for (const Dq<double>& i : l->i) EXPECT_LE(sqrt(i.d * i.d + i.q * i.q), I_max * (1.0 + 1e-6));
    const bool cage = std::holds_alternative<machine_dq::InductionFamily<double>>(unit.machine.dq);
    EXPECT_EQ(loci.ellipses.empty(), cage);
  }
}

TEST(UnitMap, a_unit_without_a_model_in_dq_is_refused) {
  auto unit = test::small_unit(drive_unit::Axle::rear);
  unit.machine.dq = machine_dq::None<double>{};
  EXPECT_THROW(unit_map::compute(unit, kConditions), std::invalid_argument);
}

}  // namespace
}  // namespace evsim
