// Battery management and brakes of the user's own: the built-in ones through the interface, and what follows from what
// others give.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "sim/io/case.h"
#include "sim/link/controller_library.h"
#include "sim/run/result.h"
#include "sim/run/signals.h"

namespace evsim {
namespace {

using controller::About;
using controller::Block;
using controller::Where;

struct Asked {
  std::string scenario = "full_throttle", car = "xiaomi_su7";
  std::vector<std::string> levels = {"drive"}, sets = {}, controllers = {};
};
Case loaded(const Asked& a) {
  const std::string root = std::string(EVSIM_SOURCE_DIR) + "/";
  return io::load_case({.scenario = root + "scenarios/" + a.scenario + ".json",
                        .vehicle = root + "vehicles/" + a.car + ".json",
                        .sets = a.sets,
                        .levels = a.levels,
                        .record = {},
                        .controllers = a.controllers,
                        .load_controllers = link::load_controllers})
      .c;
}
Simulation simulation(const Case& c) { return Simulation(c, io::parameter_setter()); }
Simulation simulation(const Asked& a) { return simulation(loaded(a)); }

// A library of the tests, to which a model is handed before it is used.
class Library {
 public:
  explicit Library(const std::string& name)
      : file_(std::string(EVSIM_CONTROLLERS) + "/" + name + ".so"),
        handle_(::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  ~Library() { ::dlclose(handle_); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  const std::string& file() const { return file_; }
  template <class... Args> void use(const char* function, Args... args) const {
    reinterpret_cast<void (*)(Args...)>(::dlsym(handle_, function))(args...);
  }

 private:
  std::string file_;
  void* handle_;
};

// A controller that is a function of its inputs.
template <class Role> class Own : public controller::Controller<Role> {
 public:
  using Step = std::function<void(const typename Role::Inputs&, typename Role::Outputs&)>;
  explicit Own(Step step, double rate = 0.0)
      : controller::Controller<Role>(About{.library = "here",
                                           .name = "of a test",
                                           .rate = rate,
                                           .state_size = 8,
                                           .signals = {},
                                           .patience = 0.0}),
        step_(std::move(step)) {}
  void init(Block&, const typename Role::Config& c, const Where&) override { config = c; }
  void step(Block&, const typename Role::Inputs& in, typename Role::Outputs& out,
            const Where&) override {
    step_(in, out);
  }
  bool goes_on_from(const Block&) const override { return true; }
  typename Role::Config config{};

 private:
  Step step_;
};
using Bms = Own<controller::Bms>;
using Brake = Own<controller::Brake>;
Case with(Case c, std::shared_ptr<Bms> bms) {
  c.controllers.bms = std::move(bms);
  return c;
}
Case with(Case c, std::shared_ptr<Brake> brake) {
  c.controllers.brake = std::move(brake);
  return c;
}

double kpi(const Simulation& s, const std::string& name) {
  for (const Kpi& k : kpis(s))
    if (k.name == name) return k.value;
  ADD_FAILURE() << name;
  return 0.0;
}
double now(const Simulation& s, const std::string& path) {
  double found = std::nan("");
  signals::visit(s, [&](std::string_view group, std::string_view owner, std::string_view name, Dim,
                        double value) {
    std::string here(group);
    if (!owner.empty()) here.append(".").append(owner);
    if (here.append(".").append(name) == path) found = value;
  });
  return found;
}
void expect_same(const Simulation& a, const Simulation& b) {
  const Snapshot &x = a.snapshot(), &y = b.snapshot();
  EXPECT_EQ(x.y, y.y);
  EXPECT_EQ(x.q, y.q);
  EXPECT_EQ(x.extremes.limited_by, y.extremes.limited_by);
  EXPECT_EQ(x.drive.car.brakes.p, y.drive.car.brakes.p);
  EXPECT_EQ(x.drive.car.x.Omega, y.drive.car.x.Omega);
  EXPECT_EQ(x.drive.car.theta_H, y.drive.car.theta_H);
}

// ---- Battery management ---------------------------------------------------------------------------

TEST(Bms, the_built_in_limits_as_a_library_give_the_same_bits) {
  // Cold and full, then warm and nearly empty, so that each limit is met.
  const std::vector<std::string> cold{"scenario.initial.T_battery_degC=-10",
                                      "scenario.initial.SOC=0.97"};
  const std::vector<std::string> low{"scenario.initial.T_battery_degC=-10",
                                     "scenario.initial.SOC=0.05"};
  auto us06 = cold;
  us06.emplace_back("scenario.driver.rate_Hz=100");
  const Library library("built_in_bms");
  const Asked cases[] = {{.scenario = "us06", .levels = {"energy"}, .sets = us06},
                         {.scenario = "drive_off_and_brake", .sets = cold},
                         {.scenario = "full_throttle", .sets = low}};
  for (Asked a : cases) {
    Simulation plain = simulation(a);
    const auto pack = std::get<battery_pack::Model<double>>(plain.system().car.battery);
    library.use("use_pack", &pack);
    a.controllers = {"bms=" + library.file()};
    Simulation own = simulation(a);
    plain.run();
    own.run();
    expect_same(own, plain);
    double by_battery = 0.0;
    using torque_limits::Reason;
    for (auto r = static_cast<std::size_t>(Reason::battery_power);
         r <= static_cast<std::size_t>(Reason::battery_charge_state); ++r)
      by_battery += plain.snapshot().extremes.limited_by[r];
    EXPECT_GT(by_battery, 0.0) << a.scenario;
  }
}

std::shared_ptr<Bms> fixed(double discharge, double charge) {
  return std::make_shared<Bms>([=](const evsim_bms_inputs&, evsim_bms_outputs& out) {
    out.P_discharge_max = discharge;
    out.P_charge_max = charge;
  });
}

TEST(Bms, powers_that_it_gives_are_to_the_car_as_those_of_the_vehicle_file) {
  Simulation plain =
      simulation({.scenario = "drive_off_and_brake",
                  .sets = {"battery.P_discharge_max_kW=60", "battery.P_charge_max_kW=15"}});
  Simulation own = simulation(with(loaded({.scenario = "drive_off_and_brake"}), fixed(60e3, 15e3)));
  plain.run();
  own.run();
  expect_same(own, plain);
  EXPECT_EQ(now(own, "bms.p_discharge_max"), 60e3);
  EXPECT_EQ(now(own, "bms.p_charge_max"), 15e3);
  EXPECT_GT(now(own, "battery.p_discharge_max"), 200e3);  // by the pack's own data
}

TEST(Bms, the_car_keeps_to_the_powers_that_it_gives) {
  const std::vector<std::string> one_mass{"scenario.level=energy", "scenario.chassis=longitudinal",
                                          "scenario.initial.v_km_per_h=60"};
  // The control unit's sums leave out the tyres' slip and hold for 10 ms, in which a car at this speed and power gains 0.05 %
  // of its speed; slip is 0.5 % at 1.8 kN.
  Simulation drives =
      simulation(with(loaded({.scenario = "full_throttle", .sets = one_mass}), fixed(30e3, 10e3)));
  while (drives.t() < 2.0 && drives.step()) {
  }
  EXPECT_NEAR(drives.snapshot().extremes.p_battery_max, 30e3, 0.01 * 30e3);
  EXPECT_EQ(now(drives, "vcu.limit_reason"),
            static_cast<double>(torque_limits::Reason::battery_power));
  Simulation brakes =
      simulation(with(loaded({.scenario = "brake_100_0", .sets = one_mass}), fixed(30e3, 10e3)));
  while (brakes.t() < 1.0 && brakes.step()) {
  }
  // In full braking wheels and machines turn slower by their slip, some percent.
  EXPECT_GE(brakes.snapshot().extremes.p_battery_min, -10e3);
  EXPECT_LE(brakes.snapshot().extremes.p_battery_min, -0.97 * 10e3);
  EXPECT_LE(brakes.books().relative(), 1e-6);
}

TEST(Bms, without_power_the_car_stays_where_it_is) {
  for (const char* level : {"energy", "drive"}) {
    Simulation s =
        simulation(with(loaded({.levels = {level}}),
                        std::make_shared<Bms>([](const evsim_bms_inputs&, evsim_bms_outputs&) {})));
    while (s.t() < 1.0) s.step();
    EXPECT_EQ(s.snapshot().y[car::kV], 0.0) << level;
    EXPECT_EQ(now(s, "vcu.limit_reason"), 2.0);
  }
}

TEST(Bms, it_sees_the_pack_at_its_ticks) {
  for (const char* level : {"energy", "drive"}) {
    std::vector<evsim_bms_inputs> seen;
    const auto bms = std::make_shared<Bms>(
        [&](const evsim_bms_inputs& in, evsim_bms_outputs& out) {
          seen.push_back(in);
          out.P_discharge_max = out.P_charge_max = 1e6;
        },
        10.0);
    const Case c = loaded({.levels = {level}});
    Simulation s = simulation(with(c, bms));
    while (s.t() < 2.0 - 1e-6) s.step();
    ASSERT_EQ(seen.size(), 21U) << level;  // 0, 0.1 ... 2 s
    const auto& cells = std::get<battery_pack::Params<double>>(c.vehicle.battery);
    EXPECT_EQ(bms->config.n_series, cells.n_series);
    EXPECT_EQ(bms->config.U_max, cells.n_series * cells.U_cell_max);
    EXPECT_EQ(bms->config.T_s, 0.1);
    for (std::size_t k = 0; k < seen.size(); ++k) {
      EXPECT_EQ(seen[k].tick, static_cast<std::int64_t>(k));
      EXPECT_EQ(seen[k].time_ns, static_cast<std::int64_t>(k) * 100'000'000);
      EXPECT_EQ(seen[k].T_cell, c.scenario.initial.T_battery);
      // At drive u and i are means of a tick before it; the link's current swings in it.
      if (level == std::string("energy")) {
        EXPECT_NEAR(seen[k].u, seen[k].U_0 - seen[k].R * seen[k].i, 1e-9 * seen[k].U_0);
      }
      if (k > 0) {
        EXPECT_LT(seen[k].SOC, seen[k - 1].SOC);
      }
    }
    EXPECT_GT(seen.back().i, 100.0) << level;
    EXPECT_LT(seen.back().u, seen.back().U_0) << level;
  }
}

TEST(Bms, what_it_gives_reaches_the_control_unit_in_the_same_instant) {
  // At 10 Hz: no power until 0.5 s.
  Simulation s =
      simulation(with(loaded({.levels = {"energy"}}), std::make_shared<Bms>(
                                                          [](const auto& in, auto& out) {
                                                            if (in.time_ns >= 500'000'000)
                                                              out.P_discharge_max = 1e6;
                                                          },
                                                          10.0)));
  while (s.snapshot().piece_start < 490'000'000) s.step();
  EXPECT_EQ(s.snapshot().control.out.control.command.tau[0], 0.0);
  while (s.snapshot().piece_start < 500'000'000) s.step();
  EXPECT_GT(s.snapshot().control.out.control.command.tau[0], 100.0);
}

TEST(Bms, one_that_allows_everything_gets_no_more_than_the_pack_can_follow) {
  // 0.4 Ohm of busbars: at most U_0^2 / 4 R = 95 kW, at half the voltage.
  Simulation s = simulation(
      with(loaded({.levels = {"energy"}, .sets = {"battery.R_pack_Ohm=0.4"}}), fixed(1e9, 1e9)));
  double most = 0.0;  // of that
  while (s.t() < 6.0) {
    s.step();
    const auto at = closed_loop::surroundings(s.system(), s.snapshot().piece, 0.0);
    const auto source = car::supply(s.system().car, s.snapshot().y.data(), at).source;
    most = max(most, s.instant().flows.battery.p / (source.U_0 * source.U_0 / (4.0 * source.R)));
  }
  // 0.9 of it by the control unit's sums, which leave out slip and lag.
  EXPECT_GT(most, 0.9);
  EXPECT_LT(most, 0.97);
  EXPECT_EQ(now(s, "vcu.limit_reason"),
            static_cast<double>(torque_limits::Reason::battery_voltage));
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Bms, an_output_that_is_no_number_ends_the_run_and_a_negative_one_saturates) {
  Simulation s =
      simulation(with(loaded({.levels = {"energy"}}),
                      std::make_shared<Bms>([](const evsim_bms_inputs& in, evsim_bms_outputs& out) {
                        out.P_discharge_max = in.tick < 10 ? -1.0 : std::nan("");
                      })));
  const RunResult r = run(s);
  EXPECT_NE(r.failure.find("bms (of a test, here) at t = 0.100000 s, tick 10: output "
                           "P_discharge_max is NaN"),
            std::string::npos)
      << r.failure;
  EXPECT_EQ(kpi(s, "controller_outputs_clipped"), 10.0);
}

TEST(Bms, the_example_gives_a_hot_battery_s_car_part_of_its_power) {
  const std::vector<std::string> hot{"scenario.initial.T_battery_degC=50"};
  Simulation plain = simulation({.sets = hot});
  Simulation own = simulation(
      {.sets = hot, .controllers = {std::string("bms=") + EVSIM_CONTROLLERS + "/bms.so"}});
  plain.run();
  own.run();
  const double cool = (60.0 - 50.0) / 15.0;
  EXPECT_NEAR(now(own, "bms.controller.cool"), cool, 1e-12);
  EXPECT_LE(now(own, "bms.p_discharge_max"), cool * now(own, "battery.p_discharge_max"));
  EXPECT_GT(kpi(own, "time_0_100_km_per_h_s"), 1.1 * kpi(plain, "time_0_100_km_per_h_s"));
  EXPECT_LE(own.books().relative(), 1e-6);
}

// ---- Brakes ---------------------------------------------------------------------------------------

const std::vector<std::string> kBodies{"drive", "chassis=multi_body"};

TEST(Brake, the_built_in_control_as_a_library_gives_the_same_bits) {
  const Library library("built_in_brake");
  const Asked cases[] = {
      {.scenario = "brake_split"},      // anti-lock control and blending
      {.scenario = "launch_split"},     // brakes lock the differential
      {.scenario = "sine_with_dwell"},  // yaw control
      {.scenario = "hill_hold"},
      {.scenario = "drive_off_and_brake", .car = "porsche_taycan_turbo_s"}};  // two speeds
  for (Asked a : cases) {
    a.levels = kBodies;
    Simulation plain = simulation(a);
    const auto model = plain.drive()->mechanics()->control_unit();
    const auto start = plain.snapshot().drive.car.control;
    library.use("use_model", &model, &start);
    a.controllers = {"brake=" + library.file()};
    Simulation own = simulation(a);
    const double end = min(8.0, plain.duration());
    while (plain.t() < end - 1e-9) {
      plain.step();
      own.step();
    }
    EXPECT_EQ(own.t(), plain.t());
    expect_same(own, plain);
  }
}

TEST(Brake, with_one_mass_the_built_in_force_through_a_library_gives_the_same_bits) {
  const Library library("built_in_brake");
  chassis_control::Model none;
  none.n_units = 0;
  const chassis_control::State start{};
  library.use("use_model", &none, &start);
  const Asked cases[] = {
      {.scenario = "udds", .levels = {"energy"}, .sets = {"scenario.driver.rate_Hz=100"}},
      {.scenario = "drive_off_and_brake"}};
  for (Asked a : cases) {
    Simulation plain = simulation(a);
    a.controllers = {"brake=" + library.file()};
    Simulation own = simulation(a);
    plain.run();
    own.run();
    expect_same(own, plain);
    EXPECT_GT(plain.snapshot().q[ledger::kBrake], 0.0);
  }
}

TEST(Brake, what_it_does_not_write_stays_built_in) {
  const Asked a{.scenario = "brake_split", .levels = kBodies};
  Simulation plain = simulation(a);
  Simulation own = simulation(with(loaded(a), std::make_shared<Brake>([](const auto&, auto&) {})));
  plain.run();
  own.run();
  expect_same(own, plain);
}

TEST(Brake, wheels_get_the_pressures_that_it_asks_for_within_its_limits) {
  const auto brake =
      std::make_shared<Brake>([](const evsim_brake_inputs&, evsim_brake_outputs& out) {
        for (double& tau : out.tau) tau = 0.0;
        out.p = {{30e5, 30e5, 20e5, 20e5}};
        out.p_limit = {{1e9, 10e5, 1e9, 1e9}};
      });
  Simulation s = simulation(with(loaded({.scenario = "brake_100_0", .levels = kBodies}), brake));
  while (s.t() < 0.5) s.step();
  const auto& p = s.snapshot().drive.car.brakes.p;
  const double expected[] = {30e5, 10e5, 20e5, 20e5};
  ASSERT_LT(5.0 * brake->config.lag, 0.5);  // within e^-5 of them
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(p[i], expected[i], 0.01 * expected[i]);
  EXPECT_NEAR(s.snapshot().drive.car.tau[0], 0.0, 5.0);  // its machine does not brake
  EXPECT_EQ(now(s, "assist.anti_lock"), 1.0);            // one wheel gets less than is asked for
  // Brake force at the wheels, by c of the config.
  const auto& c = brake->config;
  EXPECT_EQ(c.chassis, EVSIM_MULTI_BODY);
  const double F = (c.c_front * (p[0] + p[1]) + c.c_rear * (p[2] + p[3])) / c.wheel_radius;
  // Air and rolling resistance come to it; wheels and rotor have some percent of the car's inertia.
  const double resistance = now(s, "body.F_air") + now(s, "body.F_roll");
  EXPECT_NEAR(-now(s, "body.a") * c.mass, F + resistance, 0.05 * F);
}

TEST(Brake, it_sees_what_driver_and_wheels_do) {
  std::vector<evsim_brake_inputs> seen;
  Simulation s = simulation(with(
      loaded({.scenario = "brake_100_0", .levels = kBodies}),
      std::make_shared<Brake>([&](const evsim_brake_inputs& in, auto&) { seen.push_back(in); })));
  while (s.t() < 1.0) s.step();
  ASSERT_GE(seen.size(), 1000U);
  const auto& in = seen[900];
  EXPECT_EQ(in.tick, 900);
  EXPECT_EQ(in.time_ns, 900'000'000);
  EXPECT_EQ(in.T_s, 1e-3);
  EXPECT_LT(in.F_request, -10e3);
  EXPECT_LT(in.tau_request[0], 0.0);
  EXPECT_GT(in.p_request, 50e5);
  EXPECT_LT(in.a_x, -5.0);
  EXPECT_GT(in.v, 10.0);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GT(in.omega.at[i], 10.0);
    EXPECT_GT(in.p.at[i], 1e5);
  }
  EXPECT_NEAR(in.omega_m[0], in.ratio[0] * 0.5 * (in.omega.at[2] + in.omega.at[3]),
              0.05 * in.omega_m[0]);  // shafts twist
}

TEST(Brake, with_one_mass_its_force_brakes_the_car) {
  // 4 kN from 1 s on, whatever the driver does.
  const auto brake =
      std::make_shared<Brake>([](const evsim_brake_inputs& in, evsim_brake_outputs& out) {
        out.F_brake = in.time_ns >= 1'000'000'000 ? 4000.0 : 0.0;
      });
  Simulation s = simulation(with(loaded({.levels = {"energy"}}), brake));
  EXPECT_EQ(brake->config.chassis, EVSIM_ONE_MASS);
  while (s.t() < 0.9) s.step();
  EXPECT_EQ(s.instant().flows.F_brake, 0.0);
  while (s.t() < 1.1) s.step();
  EXPECT_EQ(s.instant().flows.F_brake, 4000.0);
  EXPECT_LE(s.books().relative(), 1e-6);
}

TEST(Brake, the_example_keeps_wheels_rolling_on_ice) {
  const auto way = [](const std::vector<std::string>& more, bool own) {
    Asked a{.scenario = "brake_100_0", .sets = {"scenario.road.friction=0.2"}};
    a.sets.insert(a.sets.end(), more.begin(), more.end());
    if (own) a.controllers = {std::string("brake=") + EVSIM_CONTROLLERS + "/abs.so"};
    Simulation s = simulation(a);
    s.run();
    EXPECT_LE(s.books().relative(), 1e-6);
    return s.snapshot().y[car::kX];
  };
  const double locked = way({"scenario.assist.anti_lock=false"}, false);
  EXPECT_LT(way({}, true), locked);
  // It limits by itself, where the built-in anti-lock control is off.
  EXPECT_LT(way({"scenario.assist.anti_lock=false"}, true), locked);
}

TEST(Brake, a_rate_of_its_own_is_refused) {
  const auto brake = std::make_shared<Brake>([](const auto&, auto&) {}, 200.0);
  const Case c = with(loaded({.scenario = "brake_100_0", .levels = kBodies}), brake);
  try {
    simulation(c);
    ADD_FAILURE();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("asks for ticks at 200 Hz; brakes have 1000 Hz"),
              std::string::npos)
        << e.what();
  }
}

// ---- Both -----------------------------------------------------------------------------------------

TEST(Roles, a_run_with_both_goes_back_with_the_same_bits) {
  // A memory of their own in the block.
  const auto count = [](const auto& in, auto& out) {
    out.signals[0] = static_cast<double>(in.tick);
  };
  Case c = with(loaded({.scenario = "brake_100_0", .levels = kBodies}),
                std::make_shared<Bms>([&](const auto& in, auto& out) {
                  count(in, out);
                  out.P_discharge_max = out.P_charge_max = 50e3;
                }));
  c.controllers.brake = std::make_shared<Brake>(count);
  Simulation s = simulation(c);
  while (s.t() < 0.5) s.step();
  const Snapshot here = s.snapshot();
  s.run();
  const Snapshot end = s.snapshot();
  s.restore(here);
  EXPECT_EQ(s.snapshot().brake_tick, 500);
  s.run();
  EXPECT_EQ(s.snapshot().y, end.y);
  EXPECT_EQ(s.snapshot().q, end.q);
  EXPECT_EQ(s.snapshot().brake.signals, end.brake.signals);
  EXPECT_EQ(s.snapshot().bms_tick, end.bms_tick);
}

}  // namespace
}  // namespace evsim
