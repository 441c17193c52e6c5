#include "sim/vehicle/car.h"

#include <algorithm>

#include "sim/vehicle/state_fields.h"
#include "tests/components/scalars.h"
#include "tests/vehicle/states.h"

namespace evsim {
namespace {

using test::any_state;
using test::kTestMass;

std::vector<car::Params<double>> cars() {
  car::Params<double> all_wheel = test::four_units();
  all_wheel.road_load = road_load::CoastDown<double>{.A = 130.0, .B = 1.0, .C = 0.4};
  return {test::small_car(), test::four_units(), test::coarse_car(), all_wheel};
}

// ---- prepare --------------------------------------------------------------------------------------

TEST(Car, the_equivalent_mass_adds_wheels_and_rotor_by_hand) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  EXPECT_EQ(m.mass, 1300.0);
  EXPECT_ROUNDED(m.mass_equivalent, 1358.0);  // + (4 0.9 + 0.02 9^2) / 0.3^2
  EXPECT_ROUNDED(car::prepare(test::four_units(), kTestMass).mass_equivalent, 1412.0);  // + 3 18
}

TEST(Car, ratios_of_all_stages_multiply) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  EXPECT_EQ(drive_unit::ratio(m.drive_units[0], 10.0), 9.0);
  EXPECT_ROUNDED(drive_unit::machine_speed(m.drive_units[0], 10.0), 300.0);
}

TEST(Car, slip_compliance_is_that_of_the_load_at_rest) {
  auto p = test::small_car();
  p.chassis.front_load = 0.6;
  const auto m = car::prepare(p, kTestMass);
  EXPECT_ROUNDED(m.slip_compliance[0], 1.0 / (20.0 * 1300.0 * 9.80665 * 0.6));
  EXPECT_ROUNDED(m.slip_compliance[1], 1.0 / (20.0 * 1300.0 * 9.80665 * 0.4));
  p.chassis.front_load = 1.0;  // an axle without load has no slip of its own
  EXPECT_EQ(car::prepare(p, kTestMass).slip_compliance[1], 0.0);
}

TEST(Car, a_coast_down_contains_the_driveline_s_drag_and_the_tyres_slip) {
  auto p = test::small_car();
  p.road_load = road_load::CoastDown<double>{.A = 130.0, .B = 1.0, .C = 0.4};
  const auto m = car::prepare(p, kTestMass);
  EXPECT_EQ(m.slip_compliance, (std::array{0.0, 0.0}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(m.drive_units[0].gears[i].drag_torque, 0.0);
    EXPECT_EQ(m.drive_units[0].gears[i].efficiency, 0.99);  // the mesh loss is under load only
  }
}

TEST(Car, loss_bounds_hold_everywhere_on_the_map) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  const auto& unit = m.drive_units[0];
  test::Arguments random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto e =
        drive_unit::electrical(unit, random.between(-1600, 1600), random.between(-250, 250));
    EXPECT_LE(e.p_machine + e.p_bridge, unit.p_loss_bound * (1.0 + 1e-12));  // sums round
    EXPECT_LE(e.i, unit.i_loss_bound * (1.0 + 1e-12));
  }
}

TEST(Car, maps_of_different_axes_are_refused) {
  auto p = test::small_car();
  p.drive_units[0].machine.losses =
      machine::Map<double>{.p_loss = test::table({0, 1}, {0, 1}, {0, 0, 0, 0}),
                           .I_peak = test::table({0, 2}, {0, 1}, {0, 0, 0, 0})};
  EXPECT_THROW(car::prepare(p, kTestMass), std::invalid_argument);
}

TEST(Car, prepared_like_another_car_it_has_the_same_figures_and_shares_equal_tables) {
  const auto p = test::four_units();
  const auto first = car::prepare(p, kTestMass);
  auto changed = p;
  changed.drive_units[1].machine.envelope.tau_peak = 150.0;
  const auto alone = car::prepare(changed, 1400.0);
  const auto like = car::prepare(changed, 1400.0, car::kT_air, &first, &p);
  EXPECT_EQ(collect(like).numbers, collect(alone).numbers);
  const auto map = [](const car::Model<double>& m, int k) {
    return std::get<machine::Map<double>>(m.drive_units[k].losses).p_loss.data();
  };
  EXPECT_EQ(map(like, 0), map(first, 0));
  EXPECT_NE(map(like, 1), map(first, 1));
  EXPECT_EQ(map(like, 1)->values(), map(alone, 1)->values());
  const auto OCV = [](const car::Model<double>& m) {
    return std::get<battery_pack::Model<double>>(m.battery).OCV.data();
  };
  EXPECT_EQ(OCV(like), OCV(first));
}

// ---- State fields ---------------------------------------------------------------------------------

TEST(Car, each_state_has_a_field_in_the_order_of_the_layout) {
  const auto m = car::prepare(test::four_units(), kTestMass);
  const auto fields = car::state_fields(m);
  ASSERT_EQ(fields.size(), static_cast<std::size_t>(car::states(4)));
  EXPECT_EQ(fields[car::kV].name, "v");
  EXPECT_EQ(fields[car::kSOC].name, "SOC");
  EXPECT_EQ(fields[car::kTorque + 2].name, "drive_units.rear_left.tau");
  EXPECT_EQ(fields[car::kTorque + 2].dim, Dim::torque);
  for (const auto& f : fields) {
    EXPECT_GT(f.scale, 0.0) << f.name;
    EXPECT_EQ(std::ranges::count(fields, f.name, &car::StateField::name), 1) << f.name;
  }
  EXPECT_EQ(car::state_fields(car::prepare(test::small_car(), kTestMass)).size(), 7u);
}

// ---- Flows at a point -----------------------------------------------------------------------------

test::AnyState cruising() {
  test::AnyState s;
  s.y[car::kV] = 10.0;
  s.y[car::kSOC] = 0.5;
  s.motion = chassis::motion(10.0, 1.0);
  s.around = {
      .rho_air = 1.2, .v_wind = 0.0, .sin_alpha = 0.0, .cos_alpha = 1.0, .T_battery = 298.0};
  return s;
}

TEST(Car, flows_at_50_Nm_and_10_m_per_s_by_hand) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  test::AnyState s = cruising();
  s.tau[0] = 50.0;
  const auto f = test::flows(m, s);
  const double first = 3.0 * 0.99 * (50.0 - 0.05), second = 3.0 * 0.99 * (first - 0.1);
  const double F = second / 0.3, slip = F / (20.0 * 1300.0 * 9.80665 * 0.5);
  EXPECT_ROUNDED(f.F_drive, F);
  EXPECT_ROUNDED(f.F_air, 36.0);  // 1/2 1.2 0.3 2 10^2
  EXPECT_ROUNDED(f.F_roll, 127.48645);
  EXPECT_ROUNDED(f.a, (F - 36.0 - 127.48645) / 1358.0);
  EXPECT_ROUNDED(f.p_slip, F * slip * 10.0);
  EXPECT_ROUNDED(f.units[0].omega, 300.0 * (1.0 + slip));
  EXPECT_ROUNDED(f.units[0].p_mechanical, 50.0 * 300.0 * (1.0 + slip));
  EXPECT_NEAR(f.units[0].p_gear, (50.0 * 300.0 - F * 10.0) * (1.0 + slip), 1e-10);  // of 15 kW
  EXPECT_ROUNDED(f.F_contact, 1300.0 * f.a + 36.0 + 127.48645);
}

TEST(Car, brakes_act_on_the_axles_by_their_load_and_against_motion) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  test::AnyState s = cruising();
  s.F_brake = 4000.0;
  const auto f = test::flows(m, s);
  // No torque: the drag of the gears is 0.05 x 3 / 0.99 + 0.1, times 3 / 0.99, braking.
  const double drag = (0.05 * 3.0 / 0.99 + 0.1) * 3.0 / 0.99 / 0.3;
  EXPECT_ROUNDED(f.F_drive, -drag);
  EXPECT_ROUNDED(f.a, -(drag + 36.0 + 127.48645 + 4000.0) / 1358.0);
  // The rear axle brakes with its drag too and slips more.
  const double compliance = 1.0 / (20.0 * 1300.0 * 9.80665 * 0.5);
  const double front = -2000.0, rear = -2000.0 - drag;
  EXPECT_ROUNDED(f.p_slip, compliance * (front * front + rear * rear) * 10.0);
  EXPECT_ROUNDED(f.p_brake, 20000.0 * (2.0 + compliance * (front + rear)));
}

TEST(Car, the_dc_node_carries_auxiliaries_machine_and_inverter) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  test::AnyState s = cruising();
  s.tau[0] = 50.0;
  const auto f = test::flows(m, s);
  const auto& u = f.units[0];
  EXPECT_ROUNDED(f.battery.p, 400.0 + u.p_mechanical + u.p_machine + u.p_inverter);
  EXPECT_ROUNDED(u.p_electrical, u.p_mechanical + u.p_machine + u.p_inverter);
  const auto bridge = inverter::losses(m.drive_units[0].inverter, u.I_peak);
  EXPECT_ROUNDED(u.p_inverter, bridge.p + bridge.i * f.battery.u);
}

TEST(Car, drives_backwards_as_forwards) {
  // The mirror image: speed, torques, wind and grade change sign, and so do forces.
  test::Arguments random(2);
  for (const auto& p : cars()) {
    const auto m = car::prepare(p, kTestMass);
    for (int i = 0; i < 200; ++i) {
      const auto s = any_state(random);
      auto mirror = s;
      mirror.y[car::kV] = -s.y[car::kV];
      mirror.motion.v = -s.motion.v;
      mirror.motion.direction = -s.motion.direction;
      for (double& tau : mirror.tau) tau = -tau;
      mirror.around.v_wind = -s.around.v_wind;
      mirror.around.sin_alpha = -s.around.sin_alpha;
      const auto a = test::flows(m, s), b = test::flows(m, mirror);
      EXPECT_EQ(a.a, -b.a);
      EXPECT_NEAR(a.battery.p, b.battery.p,
                  1e-12 * std::abs(a.battery.p));  // at v = 0 the map is not mirrored
      EXPECT_EQ(a.p_slip, b.p_slip);
      EXPECT_EQ(a.p_brake, b.p_brake);
    }
  }
}

// ---- Conservation ---------------------------------------------------------------------------------

// Every power of the balance: losses and work given away, and the growth of the stores.
std::vector<double> balance(const car::Model<double>& m, const test::AnyState& s) {
  const auto f = test::flows(m, s);
  std::vector<double> out{f.p_air,
                          f.p_roll,
                          f.p_brake,
                          f.p_slip,
                          f.p_auxiliaries,
                          f.battery_rates.p_loss_R_0,
                          f.battery_rates.p_loss_R_1,
                          -f.battery.p_missing,
                          -f.battery_rates.p_chemical,
                          m.mass_equivalent * f.a * f.v,
                          f.p_grade};
  if (const auto* pack = std::get_if<battery_pack::Model<double>>(&m.battery))
    out.push_back(pack->C_1 * s.y[car::kU1] * f.battery_rates.state.u_1);
  for (int k = 0; k < m.drive_units.size(); ++k) {
    const auto& u = f.units[static_cast<std::size_t>(k)];
    out.insert(out.end(), {u.p_machine, u.p_inverter, u.p_gear});
  }
  return out;
}

constexpr double kMostRolling = 130.0;  // [N], of all cars here

TEST(Car, power_balance_closes_at_any_state) {
  test::Arguments random(3);
  for (const auto& p : cars()) {
    const auto m = car::prepare(p, kTestMass);
    for (int i = 0; i < 5000; ++i) {
      const auto s = any_state(random);
      double sum = 0.0, size = 0.0;
      for (const double power : balance(m, s)) {
        sum += power;
        size += std::abs(power);
      }
      // Some hundred roundings of the largest powers, which are below a few `size`.
      double tolerance = 1e-13 * size + 1e-9;
      // A car that leaves its rest, slower than kRestSpeed: dry friction holds by less than the capacity
      // that is booked, and may even push.
      if (s.motion.direction == 0.0)
        tolerance += 2.0 * (s.F_brake + kMostRolling) * std::abs(s.motion.v);
      EXPECT_LE(std::abs(sum), tolerance)
          << "v " << s.motion.v << " direction " << s.motion.direction;
    }
  }
}

TEST(Car, no_loss_is_negative_at_any_state) {
  test::Arguments random(4);
  for (const auto& p : cars()) {
    const auto m = car::prepare(p, kTestMass);
    for (int i = 0; i < 5000; ++i) {
      const auto f = test::flows(m, any_state(random));
      for (const double loss :
           {f.p_roll, f.p_brake, f.p_slip, f.battery_rates.p_loss_R_0, f.battery_rates.p_loss_R_1})
        EXPECT_GE(loss, 0.0);
      for (int k = 0; k < m.drive_units.size(); ++k) {
        const auto& u = f.units[static_cast<std::size_t>(k)];
        EXPECT_GE(u.p_machine, 0.0);
        EXPECT_GE(u.p_inverter, 0.0);
        EXPECT_GE(u.p_gear, -1e-9);  // a difference of two powers of 100 kW
      }
    }
  }
}

TEST(Car, the_rate_of_the_stores_is_the_slope_of_their_content) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  test::Arguments random(5);
  for (int i = 0; i < 200; ++i) {
    auto s = any_state(random);
    const auto f = test::flows(m, s);
    std::array<double, car::kMaxStates> dy{};
    car::store_rates(f, s.around, dy.data());
    const double h = 1e-4;
    auto above = s.y, below = s.y;
    for (std::size_t k = 0; k < car::kTorque; ++k) {
      above[k] += h * dy[k];
      below[k] -= h * dy[k];
    }
    const auto a = ledger::stores(m, above.data()), b = ledger::stores(m, below.data());
    const auto slope = [&](double x, double y) { return (x - y) / (2.0 * h); };
    // Stores of 1e8 J round by 1e-8 J: 1e-4 W after the quotient. OCV's kinks are 1e-7 away at most.
    EXPECT_NEAR(slope(a.kinetic, b.kinetic), m.mass_equivalent * f.a * f.v, 1e-2);
    EXPECT_NEAR(slope(a.potential, b.potential), f.p_grade, 1e-2);
    const double capacitor = std::get<battery_pack::Model<double>>(m.battery).C_1 * s.y[car::kU1] *
                             f.battery_rates.state.u_1;
    EXPECT_NEAR(slope(a.battery, b.battery), capacitor - f.battery_rates.p_chemical, 1e-2);
  }
}

// ---- Limits ---------------------------------------------------------------------------------------

TEST(Car, at_rest_on_a_grade_with_enough_brake_nothing_accelerates) {
  const auto m = car::prepare(test::small_car(), kTestMass);
  test::AnyState s = cruising();
  s.y[car::kV] = 0.0;
  s.motion = chassis::motion(0.0, 0.0);
  s.around.sin_alpha = 0.196;
  s.around.cos_alpha = sqrt(1.0 - 0.196 * 0.196);
  s.F_brake = 2600.0;  // m g sin = 2499 N
  EXPECT_EQ(test::flows(m, s).a, 0.0);
  EXPECT_EQ(test::flows(m, s).v, 0.0);
  s.F_brake = 2000.0;  // with 125 N of the tyres it is not enough
  EXPECT_LT(test::flows(m, s).a, 0.0);
}

TEST(Car, power_beyond_the_pack_is_limited_and_stated) {
  auto p = test::small_car();
  p.drive_units[0].machine.envelope.P_peak = 1e7;
  const auto m = car::prepare(p, kTestMass);
  test::AnyState s = cruising();
  s.y[car::kV] = 45.0;
  s.motion = chassis::motion(45.0, 1.0);
  s.tau[0] = 2000.0;  // 2.7 MW
  const auto f = test::flows(m, s);
  EXPECT_GT(f.battery.p_missing, 1e6);
  EXPECT_GT(f.battery.u, 0.0);
}

// ---- Over all scalars -----------------------------------------------------------------------------

TEST(Car, flows_are_one_law_over_all_scalars) {
  for (const auto& p : cars()) {
    const auto m = car::prepare(p, kTestMass);
    test::expect_same_over_all_scalars<6>(
        {{{1, 40}, {0.05, 0.95}, {-5, 5}, {-150, 150}, {0, 5000}, {-0.2, 0.2}}},
        [&]<class T>(const std::array<T, 6>& x) {
          const auto model = over<car::Model, T>(m);
          const std::array<T, car::kMaxStates> y{x[0], T(0.0), T(0.0), x[1], x[2]};
          const car::Surroundings<T> around{T(1.2), T(3.0), x[5], T(sqrt(1.0 - x[5] * x[5])),
                                            T(290.0)};
          const std::array<T, kMaxDriveUnits> tau{x[3], 0.5 * x[3], x[3], -0.3 * x[3]};
          const auto f = car::flows(model, y.data(), chassis::motion(x[0], T(1.0)),
                                    car::supply(model, y.data(), around), tau, x[4], around);
          return std::array{f.a,
                            f.battery.i,
                            f.battery.u,
                            f.battery.p,
                            f.F_drive,
                            f.p_slip,
                            f.p_brake,
                            f.p_roll,
                            f.p_air,
                            f.p_grade,
                            f.F_contact,
                            f.units[0].p_gear,
                            f.units[0].p_inverter,
                            f.units[0].p_machine,
                            f.battery_rates.state.SOC,
                            f.battery_rates.state.u_1};
        },
        10);
  }
}

}  // namespace
}  // namespace evsim
