#include "sim/components/battery_pack.h"

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using battery_pack::Limit;
using battery_pack::State;
using Model = battery_pack::Model<double>;

constexpr double kT = 300.0;  // [K]

Table1<double> table(std::vector<double> x, std::vector<double> y) {
  return Table1<double>(std::make_shared<Table1Data>(std::move(x), std::move(y)));
}

// 100 x 2 cells of 1 Ah, 3 V empty to 4 V full.
battery_pack::Params<double> cells() {
  battery_pack::Params<double> p;
  p.n_series = 100;
  p.n_parallel = 2;
  p.capacity = 3600.0;
  p.OCV = table({0, 1}, {3, 4});
  p.R_0 = Table2<double>(std::make_shared<Table2Data>(std::vector<double>{0, 1},
                                                      std::vector<double>{250, 300},
                                                      std::vector<double>{0.03, 0.01, 0.03, 0.01}));
  p.R_1 = 0.005;
  p.tau_1 = 20.0;
  p.R_pack = 0.1;
  p.U_cell_min = 2.5;
  p.U_cell_max = 4.2;
  p.I_charge_max = table({250, 300}, {1, 30});
  return p;
}
Model pack() { return battery_pack::prepare(cells()); }

double reason(Limit l) { return static_cast<double>(l); }
auto limits(const Model& m, const State<double>& x, double T = kT) {
  return battery_pack::power_limits(m, x, battery_pack::source(m, x, T), T);
}

// ---- The pack as one cell -------------------------------------------------------------------------

TEST(BatteryPack, series_adds_voltages_and_parallel_adds_currents) {
  auto p = cells();
  p.I_discharge_max = 10.0;
  const Model m = battery_pack::prepare(p);
  EXPECT_EQ(m.OCV(0.5), 350.0);
  EXPECT_ROUNDED(m.R_0(0.5, kT), 0.6);  // 100 / 2 x 10 mOhm + 0.1 Ohm
  EXPECT_ROUNDED(m.R_0(0.5, 275.0), 1.1);
  EXPECT_ROUNDED(m.R_1, 0.25);
  EXPECT_ROUNDED(m.C_1, 80.0);
  EXPECT_EQ(m.Q, 7200.0);
  EXPECT_EQ(m.U_min, 250.0);
  EXPECT_EQ(m.U_max, 420.0);
  EXPECT_EQ(m.I_discharge_max, 20.0);
  EXPECT_ROUNDED(m.I_charge_max(kT), 60.0);
}

TEST(BatteryPack, resistances_of_a_larger_cell_scale_with_the_inverse_of_its_charge) {
  auto p = cells();
  p.R_capacity = 7200.0;  // measured on a cell of twice the charge
  const Model m = battery_pack::prepare(p);
  EXPECT_ROUNDED(m.R_0(0.5, kT), 1.1);  // 2 x 0.5 Ohm; the busbars stay
  EXPECT_ROUNDED(m.R_1, 0.5);
  EXPECT_ROUNDED(m.C_1, 40.0);  // the time constant stays
}

// ---- Terminals and rates --------------------------------------------------------------------------

TEST(BatteryPack, the_source_is_ocv_less_polarisation) {
  const auto s = battery_pack::source(pack(), {.SOC = 0.5, .u_1 = 2.0}, kT);
  EXPECT_EQ(s.U_0, 348.0);
  EXPECT_ROUNDED(s.R, 0.6);
}

TEST(BatteryPack, the_current_of_a_power_by_hand) {
  const battery_pack::Source<double> s{.U_0 = 348.0, .R = 0.6};
  const auto out = battery_pack::terminals(s, 6720.0);  // 20 A x (348 V - 12 V)
  EXPECT_ROUNDED(out.i, 20.0);
  EXPECT_ROUNDED(out.u, 336.0);
  EXPECT_EQ(out.p, 6720.0);
  EXPECT_EQ(out.p_missing, 0.0);
  const auto in = battery_pack::terminals(s, -7200.0);  // -20 A x (348 V + 12 V)
  EXPECT_ROUNDED(in.i, -20.0);
  EXPECT_ROUNDED(in.u, 360.0);
}

TEST(BatteryPack, the_current_times_the_voltage_is_the_power_at_any_load) {
  test::Arguments random(10);
  for (int i = 0; i < 1000; ++i) {
    const battery_pack::Source<double> s{.U_0 = random.between(200, 900),
                                         .R = random.between(0.0, 1.0)};
    const double most = s.U_0 * s.U_0 / max(4.0 * s.R, 0.1);
    const double p = random.between(-most, 0.99 * most);
    const auto t = battery_pack::terminals(s, p);
    EXPECT_NEAR(t.u * t.i, p, 1e-12 * most);      // cancellation near the peak of the power curve
    EXPECT_GE(t.u, 0.5 * s.U_0 * (1.0 - 1e-12));  // the upper of the two roots
  }
}

TEST(BatteryPack, without_resistance_the_current_is_power_over_voltage) {
  EXPECT_EQ(battery_pack::terminals<double>({.U_0 = 400.0, .R = 0.0}, 8000.0).i, 20.0);
}

TEST(BatteryPack, above_the_peak_of_the_power_curve_the_rest_is_stated_as_missing) {
  const auto t = battery_pack::terminals<double>({.U_0 = 348.0, .R = 0.6}, 60000.0);
  EXPECT_ROUNDED(t.p, 50460.0);  // 348^2 / 2.4
  EXPECT_ROUNDED(t.p_missing, 9540.0);
  EXPECT_ROUNDED(t.i, 290.0);
  EXPECT_ROUNDED(t.u, 174.0);
}

TEST(BatteryPack, rates_at_20_A_by_hand) {
  const Model m = pack();
  const State<double> x{.SOC = 0.5, .u_1 = 2.0};
  const auto r = battery_pack::rates(m, x, battery_pack::source(m, x, kT), 20.0);
  EXPECT_ROUNDED(r.state.SOC, -20.0 / 7200.0);
  EXPECT_ROUNDED(r.state.u_1, 0.15);  // (20 - 2 / 0.25) / 80
  EXPECT_ROUNDED(r.p_chemical, 7000.0);
  EXPECT_ROUNDED(r.p_loss_R_0, 240.0);
  EXPECT_ROUNDED(r.p_loss_R_1, 16.0);
}

TEST(BatteryPack, stored_energy_by_hand) {
  const State<double> x{.SOC = 0.5, .u_1 = 2.0};
  EXPECT_ROUNDED(battery_pack::chemical_energy(pack(), x), 7200.0 * 162.5);  // 300/2 + 100/8
  EXPECT_ROUNDED(battery_pack::capacitor_energy(pack(), x), 160.0);
}

TEST(BatteryPack, power_balance_closes_at_any_state) {
  // Terminal power = chemical power - losses - growth of the capacitor's energy.
  const Model m = pack();
  test::Arguments random(11);
  for (int i = 0; i < 1000; ++i) {
    const State<double> x{.SOC = random.between(0, 1), .u_1 = random.between(-20, 20)};
    const auto s = battery_pack::source(m, x, random.between(250, 310));
    const auto t = battery_pack::terminals(s, random.between(-3e4, 3e4));
    const auto r = battery_pack::rates(m, x, s, t.i);
    const double capacitor = m.C_1 * x.u_1 * r.state.u_1;
    EXPECT_NEAR(r.p_chemical - r.p_loss_R_0 - r.p_loss_R_1 - capacitor, t.p, 1e-10);  // of 30 kW
  }
}

TEST(BatteryPack, a_step_of_current_relaxes_as_the_closed_form) {
  const Model m = pack();
  State<double> x{.SOC = 0.9, .u_1 = 0.0};
  const double h = 0.1, i = 20.0;
  const auto rate = [&](const State<double>& at) {
    return battery_pack::rates(m, at, battery_pack::source(m, at, kT), i).state;
  };
  for (int n = 0; n < 400; ++n) {  // 40 s by the midpoint rule
    const auto k = rate(x);
    const auto middle = rate({.SOC = x.SOC + 0.5 * h * k.SOC, .u_1 = x.u_1 + 0.5 * h * k.u_1});
    x = {.SOC = x.SOC + h * middle.SOC, .u_1 = x.u_1 + h * middle.u_1};
  }
  EXPECT_NEAR(x.SOC, 0.9 - 800.0 / 7200.0, 1e-13);
  // 5 V (1 - e^-2); the rule errs by (h / tau)^2 / 6 = 4e-6 a unit of time constants.
  EXPECT_NEAR(x.u_1, 5.0 * (1.0 - exp(-2.0)), 1e-5);
}

TEST(BatteryPack, over_a_cycle_of_current_terminal_energy_and_losses_are_the_change_of_the_stores) {
  const Model m = pack();
  // SOC, u_1, terminal energy, losses under i = 40 A sin(2 pi t / 60 s), by RK4.
  using Y = std::array<double, 4>;
  const auto rate = [&](double t, const Y& y) -> Y {
    const State<double> x{.SOC = y[0], .u_1 = y[1]};
    const auto s = battery_pack::source(m, x, kT);
    const double i = 40.0 * sin(kTwoPi * t / 60.0);
    const auto r = battery_pack::rates(m, x, s, i);
    return {r.state.SOC, r.state.u_1, (s.U_0 - s.R * i) * i, r.p_loss_R_0 + r.p_loss_R_1};
  };
  const auto plus = [](Y y, double h, const Y& k) {
    for (std::size_t n = 0; n < y.size(); ++n) y[n] += h * k[n];
    return y;
  };
  Y y{0.5, 0.0, 0.0, 0.0};
  const double h = 0.05;
  for (int n = 0; n < 1200; ++n) {
    const double t = n * h;
    const Y a = rate(t, y), b = rate(t + 0.5 * h, plus(y, 0.5 * h, a)),
            c = rate(t + 0.5 * h, plus(y, 0.5 * h, b)), d = rate(t + h, plus(y, h, c));
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] += h / 6.0 * (a[i] + 2.0 * (b[i] + c[i]) + d[i]);
  }
  EXPECT_NEAR(y[0], 0.5, 1e-12);  // the charge is back
  const auto store = [&](double SOC, double u_1) {
    const State<double> x{.SOC = SOC, .u_1 = u_1};
    return battery_pack::chemical_energy(m, x) + battery_pack::capacitor_energy(m, x);
  };
  EXPECT_GT(y[3], 3e4);  // 60 s x (0.6 + 0.25/40) Ohm x (40 A)^2 / 2
  // RK4 at h / tau = 1/400 errs by less than 1e-9 of the energy moved (270 kJ).
  EXPECT_NEAR(store(y[0], y[1]) - store(0.5, 0.0), -(y[2] + y[3]), 1e-9 * 2.7e5);
}

// ---- Power limits, reason by reason ---------------------------------------------------------------

constexpr State<double> kHalf{.SOC = 0.5, .u_1 = 2.0};  // U_0 = 348 V, R = 0.6 Ohm

TEST(BatteryPack, discharge_is_limited_by_the_lowest_voltage) {
  const auto l = limits(pack(), kHalf);
  EXPECT_ROUNDED(l.discharge, 250.0 * 98.0 / 0.6);
  EXPECT_EQ(l.discharge_reason, reason(Limit::voltage));
  // At that power the terminals are at that voltage.
  const auto t = battery_pack::terminals(battery_pack::source(pack(), kHalf, kT), l.discharge);
  EXPECT_ROUNDED(t.u, 250.0);
}

TEST(BatteryPack, discharge_is_limited_by_the_current) {
  Model m = pack();
  m.I_discharge_max = 20.0;
  const auto l = limits(m, kHalf);
  EXPECT_ROUNDED(l.discharge, 6720.0);
  EXPECT_EQ(l.discharge_reason, reason(Limit::current));
}

TEST(BatteryPack, discharge_is_limited_by_the_rated_power) {
  Model m = pack();
  m.P_discharge_max = 5000.0;
  const auto l = limits(m, kHalf);
  EXPECT_EQ(l.discharge, 5000.0);
  EXPECT_EQ(l.discharge_reason, reason(Limit::power));
}

TEST(BatteryPack, without_a_voltage_limit_discharge_ends_at_the_peak_of_the_power_curve) {
  Model m = pack();
  m.U_min = 0.0;
  EXPECT_ROUNDED(limits(m, kHalf).discharge, 50460.0);
}

TEST(BatteryPack, below_its_lowest_voltage_a_pack_gives_nothing) {
  Model m = pack();
  m.U_min = 349.0;
  EXPECT_EQ(limits(m, kHalf).discharge, 0.0);
}

TEST(BatteryPack, charge_is_limited_by_the_current_of_the_temperature) {
  const auto l = limits(pack(), kHalf);
  EXPECT_ROUNDED(l.charge, (348.0 + 0.6 * 60.0) * 60.0);
  EXPECT_EQ(l.charge_reason, reason(Limit::current));
  const auto cold = limits(pack(), kHalf, 250.0);  // 1 A a cell, R = 1.6 Ohm
  EXPECT_ROUNDED(cold.charge, (348.0 + 1.6 * 2.0) * 2.0);
  EXPECT_EQ(cold.charge_reason, reason(Limit::current));
}

TEST(BatteryPack, charge_is_limited_by_the_highest_voltage) {
  Model m = pack();
  m.U_max = 354.0;
  const auto l = limits(m, kHalf);
  EXPECT_ROUNDED(l.charge, 3540.0);  // 354 V x 6 V / 0.6 Ohm
  EXPECT_EQ(l.charge_reason, reason(Limit::voltage));
  m.U_max = 340.0;
  EXPECT_EQ(limits(m, kHalf).charge, 0.0);
}

TEST(BatteryPack, charge_is_limited_by_the_rated_power) {
  Model m = pack();
  m.P_charge_max = 3000.0;
  const auto l = limits(m, kHalf);
  EXPECT_EQ(l.charge, 3000.0);
  EXPECT_EQ(l.charge_reason, reason(Limit::power));
}

TEST(BatteryPack, charge_fades_out_over_the_last_part_of_the_window) {
  Model m = pack();
  m.P_charge_max = 3000.0;
  m.SOC_full = 0.9;
  m.SOC_taper = 0.02;
  const auto at = [&](double SOC) { return limits(m, {.SOC = SOC, .u_1 = 0.0}); };
  EXPECT_EQ(at(0.87).charge_reason, reason(Limit::power));
  EXPECT_NEAR(at(0.89).charge, 1500.0, 1e-9);  // 0.9 - 0.89 carries 1e-16 / 0.01
  EXPECT_EQ(at(0.89).charge_reason, reason(Limit::state_of_charge));
  EXPECT_EQ(at(0.9).charge, 0.0);
  EXPECT_EQ(at(0.95).charge, 0.0);
}

TEST(BatteryPack, is_one_law_over_all_scalars) {
  test::expect_same_over_all_scalars<4>(
      {{{0.01, 0.99}, {-20, 20}, {251, 299}, {-3e4, 5e3}}}, []<class T>(const std::array<T, 4>& x) {
        const auto m = over<battery_pack::Model, T>(pack());
        const State<T> state{.SOC = x[0], .u_1 = x[1]};
        const auto s = battery_pack::source(m, state, x[2]);
        const auto t = battery_pack::terminals(s, x[3]);
        const auto r = battery_pack::rates(m, state, s, t.i);
        const auto l = battery_pack::power_limits(m, state, s, x[2]);
        return std::array{s.U_0,
                          s.R,
                          t.i,
                          t.u,
                          t.p,
                          r.state.SOC,
                          r.state.u_1,
                          r.p_chemical,
                          r.p_loss_R_0,
                          r.p_loss_R_1,
                          l.discharge,
                          l.charge,
                          battery_pack::chemical_energy(m, state),
                          battery_pack::capacitor_energy(m, state)};
      });
}

TEST(BatteryPack, a_lane_above_the_peak_leaves_the_others_as_they_are) {
  const Pack demand = test::pack_of(1e4, 6e4, -1e4, 5.1e4);
  const auto t = battery_pack::terminals<Pack>({.U_0 = 348.0, .R = 0.6}, demand);
  for (int k = 0; k < kLanes; ++k) {
    const auto alone = battery_pack::terminals<double>({.U_0 = 348.0, .R = 0.6}, lane(demand, k));
    EXPECT_TRUE(test::same_bits(lane(t.i, k), alone.i) && test::same_bits(lane(t.p, k), alone.p));
    EXPECT_TRUE(test::same_bits(lane(t.p_missing, k), alone.p_missing));
  }
}

}  // namespace
}  // namespace evsim
