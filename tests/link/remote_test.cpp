// A controller behind a socket in a car: the same source as a shared library and over the wire, and what follows when it
// is away.
#include "sim/link/remote.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "sim/io/case.h"
#include "sim/link/controller_library.h"
#include "sim/run/result.h"
#include "tests/link/socket_controller.h"

namespace evsim::link {
namespace {

using Then = SocketController::Then;

Case loaded(const std::string& scenario, const std::vector<std::string>& sets,
            const std::vector<std::string>& controllers = {}) {
  const std::string root = EVSIM_SOURCE_DIR;
  return io::load_case({.scenario = root + "/scenarios/" + scenario + ".json",
                        .vehicle = root + "/vehicles/xiaomi_su7.json",
                        .sets = sets,
                        .levels = {},
                        .record = {},
                        .controllers = controllers,
                        .load_controllers = load_controllers})
      .c;
}
RunResult driven(const Case& c) {
  Simulation s(c, io::parameter_setter());
  return run(s);
}
std::string lines(const char* key, const std::vector<Signal>& all) {
  std::string out;
  for (const Signal& s : all) out += std::string(key) + " " + s.name + "\n";
  return out;
}
const std::vector<double>& column(const RunResult& r, const std::string& path) {
  for (std::size_t i = 0; i < r.recording.signals.size(); ++i)
    if (r.recording.signals[i].path == path) return r.recording.columns[i];
  throw std::out_of_range(path);
}

std::string library(const std::string& name) {
  return std::string(EVSIM_CONTROLLERS) + "/" + name + ".so";
}

// A library's controller, called from the other side of a socket.
template <class Role> class Behind {
 public:
  explicit Behind(const std::string& name) {
    library_ = dlopen(library(name).c_str(), RTLD_NOW);
    const auto get =
        reinterpret_cast<decltype(&evsim_controller_get)>(dlsym(library_, "evsim_controller_get"));
    table_ = get(Role::kId);
  }
  ~Behind() { dlclose(library_); }
  Behind(const Behind&) = delete;
  Behind& operator=(const Behind&) = delete;

  double rate() const { return table_->rate_Hz; }
  void* library_handle() const { return library_; }
  std::string hello() const {
    return "role " + std::string(Role::kName) + "\nname the example\n" +
           lines("config", signals_of<typename Role::Config>(kUnits)) +
           lines("in", signals_of<typename Role::Inputs>(kUnits)) +
           lines("out", signals_of<typename Role::Outputs>(kUnits));
  }
  Then step(evsim_link& k) {
    if (k.sequence == 1) init(k);
    typename Role::Inputs in{};
    std::size_t i = 0;
    each_number(in, kUnits,
                [&]<class N>(const std::string&, Dim, N& x) { x = static_cast<N>(k.input[i++]); });
    typename Role::Outputs out{};
    if constexpr (std::same_as<Role, controller::Vcu>)
      table_->vcu_step(state_.data(), &in, &out);
    else
      table_->bms_step(state_.data(), &in, &out);
    i = 0;
    each_number(out, kUnits, [&](const std::string&, Dim, double x) { k.output[i++] = x; });
    return Then::answer;
  }

 private:
  void init(const evsim_link& k) {
    state_ = {};
    typename Role::Config config{};
    if constexpr (std::same_as<Role, controller::Vcu>) config.unit[0] = "rear";
    std::size_t i = 0;
    each_number(config, kUnits,
                [&]<class N>(const std::string&, Dim, N& x) { x = static_cast<N>(k.config[i++]); });
    if constexpr (std::same_as<Role, controller::Vcu>)
      table_->vcu_init(state_.data(), &config);
    else
      table_->bms_init(state_.data(), &config);
  }
  static inline const Units kUnits{"rear"};
  void* library_;
  const evsim_controller* table_;
  alignas(16) std::array<unsigned char, EVSIM_STATE> state_{};
};

const std::vector<std::string> kShort{"scenario.driver.duration_s=3"};
LinkParams vcu_at(const std::string& at, Reaction reaction = Reaction::fault) {
  LinkParams p;
  p.vcu.at = at;
  p.vcu.on_timeout = reaction;
  return p;
}

// All signals but those of links and of libraries; their number.
int compared(const RunResult& there, const RunResult& here) {
  int n = 0;
  for (std::size_t i = 0; i < there.recording.signals.size(); ++i) {
    const std::string& path = there.recording.signals[i].path;
    if (path.find(".controller.") != std::string::npos) continue;
    EXPECT_EQ(there.recording.columns[i], column(here, path)) << path;
    ++n;
  }
  return n;
}

TEST(Remote, a_control_unit_over_a_wire_gives_the_bits_of_the_same_one_as_a_library) {
  const RunResult here = driven(loaded("full_throttle", kShort, {"vcu=" + library("vcu")}));
  for (const char* at : {"tcp://:0", "udp://:0"}) {
    Behind<controller::Vcu> example("vcu");
    LinkParams p = vcu_at(at);
    p.vcu.rate = example.rate();
    const Links links(p, {}, {});
    SocketController c(links.roles()[0].session->endpoint(), example.hello(),
                       [&](evsim_link& k) { return example.step(k); });
    Case there_case = loaded("full_throttle", kShort);
    there_case.controllers = links.over({});
    const RunResult there = driven(there_case);
    EXPECT_EQ(there.failure, "");
    EXPECT_GT(compared(there, here), 30);
    EXPECT_GT(column(there, "body.v").back(), 10.0);
  }
}

// Full pedal until it goes away at 1 s; back at 2 s.
RunResult away(Reaction reaction) {
  const Links links(vcu_at("tcp://:0", reaction), {}, {});
  const char* const hello = "role vcu\nin accelerator\nout tau.rear\n";
  const auto pedal = [](evsim_link& k) {
    k.output[0] = 200.0 * k.input[0];
    return Then::answer;
  };
  const Endpoint at = links.roles()[0].session->endpoint();
  SocketController first(
      at, hello, [&](evsim_link& k) { return k.time_ns >= 1000000000 ? Then::die : pedal(k); });
  Case c = loaded("full_throttle", kShort);
  c.controllers = links.over({});
  Simulation s(c, io::parameter_setter());
  std::optional<SocketController> second;
  RunOptions options;
  options.progress = [&](double) {
    if (s.t() < 2.0 || second) return;
    second.emplace(at, hello, pedal);
    while (second->welcomes() == 0) links.roles()[0].session->look();
  };
  return run(s, options);
}
double at_time(const RunResult& r, const std::string& signal, double t) {
  const auto& time = r.recording.t;
  for (std::size_t i = 0; i < time.size(); ++i)
    if (time[i] >= t - 1e-9) return column(r, signal)[i];
  throw std::out_of_range(signal);
}

TEST(Remote, a_role_goes_on_then_reacts_and_takes_its_controller_back) {
  const auto torque = [](const RunResult& r, double t) {
    return at_time(r, "drive_units.rear.tau", t);
  };
  constexpr double kLag = 0.01;  // of the torque at the level energy [Nm]
  const RunResult zero = away(Reaction::zero);
  EXPECT_EQ(zero.failure, "");
  EXPECT_NEAR(torque(zero, 0.95), 200.0, kLag);
  EXPECT_NEAR(torque(zero, 1.08), 200.0, kLag);  // for 100 ms of simulated time the last one holds
  EXPECT_NEAR(torque(zero, 1.5), 0.0, kLag);
  EXPECT_NEAR(torque(zero, 1.95), 0.0, kLag);
  EXPECT_NEAR(torque(zero, 2.5), 200.0, kLag);
  EXPECT_EQ(at_time(zero, "vcu.controller.connected", 0.95), 1.0);
  EXPECT_EQ(at_time(zero, "vcu.controller.connected", 1.5), 0.0);
  EXPECT_EQ(at_time(zero, "vcu.controller.connected", 2.5), 1.0);

  EXPECT_NEAR(torque(away(Reaction::hold), 1.95), 200.0, kLag);
  EXPECT_NE(away(Reaction::abort).failure.find("no answer for 0.1"), std::string::npos);
}

// Faster than any machine: all exchanges but the first begin too late.
RunResult overloaded(OnOverrun policy) {
  const Links links(vcu_at("tcp://:0"), {.pace = 1e6, .on_overrun = policy}, {});
  SocketController c(links.roles()[0].session->endpoint(),
                     "role vcu\nin accelerator\nout tau.rear\n", [](evsim_link& k) {
                       k.output[0] = 200.0 * k.input[0];
                       return Then::answer;
                     });
  Case car = loaded("full_throttle", kShort);
  car.controllers = links.over({});
  return driven(car);
}
std::int64_t count(const LinkFigures& l, std::string_view name) {
  return std::ranges::find(l.counts, name, &LinkFigures::Count::name)->n;
}

TEST(Remote, an_overload_is_counted_and_told_with_the_run) {
  for (const OnOverrun policy : {OnOverrun::warn, OnOverrun::slip}) {
    const RunResult r = overloaded(policy);
    EXPECT_EQ(r.failure, "");
    ASSERT_EQ(r.links.size(), 1u);
    const LinkFigures& l = r.links[0];
    const std::int64_t exchanges = count(l, "exchanges");
    EXPECT_GT(exchanges, 200);
    EXPECT_EQ(l.pace.overruns, exchanges - 1);
    EXPECT_EQ(l.times[1].name, "lateness");
    EXPECT_EQ(l.times[1].of.count(), exchanges);
    EXPECT_EQ(l.pace.slipped > 0.0, policy == OnOverrun::slip);
    const auto kpi = std::ranges::find(r.kpis, "link_overruns", &Kpi::name);
    ASSERT_NE(kpi, r.kpis.end());
    EXPECT_EQ(kpi->value, static_cast<double>(exchanges - 1));
  }
}

TEST(Remote, an_overload_may_end_the_run) {
  const RunResult r = overloaded(OnOverrun::abort);
  EXPECT_NE(r.failure.find("ms of wall-clock time"), std::string::npos) << r.failure;
  ASSERT_EQ(r.links.size(), 1u);
  EXPECT_EQ(r.links[0].pace.overruns, 1);
}

TEST(Remote, in_lockstep_all_is_answered_and_counted) {
  const Links links(vcu_at("tcp://:0"), {}, {});
  SocketController c(links.roles()[0].session->endpoint(), "role vcu\nname x\nout tau.rear\n",
                     [](evsim_link&) { return Then::answer; });
  Case car = loaded("full_throttle", kShort);
  car.controllers = links.over({});
  const RunResult r = driven(car);
  ASSERT_EQ(r.links.size(), 1u);
  EXPECT_EQ(r.links[0].peer, "x");
  EXPECT_EQ(r.links[0].unanswered, 0);
  EXPECT_EQ(r.links[0].times[0].of.count(), count(r.links[0], "exchanges"));
  EXPECT_EQ(r.links[0].pace.pace, 0.0);
}

// Half of what is asked for, at the level of torque, until 1 s.
TEST(Remote, a_motor_control_of_torques_that_goes_away_leaves_the_machine_without_torque) {
  LinkParams p;
  p.motor_control.at = "tcp://:0";
  p.motor_control.on_timeout = Reaction::zero;
  p.motor_control.ticks_per_exchange = 10;
  const Links links(p, {}, {});
  SocketController c(links.roles()[0].session->endpoint(),
                     "role motor_control\nin tau_request\nout output\nout tau_aimed\n",
                     [](evsim_link& k) {
                       k.output[0] = EVSIM_TORQUE;
                       k.output[1] = 0.5 * k.input[0];
                       return k.time_ns >= 1000000000 ? Then::die : Then::answer;
                     });
  Case with_it = loaded("full_throttle", {"scenario.driver.duration_s=1.5", "scenario.level=drive",
                                          "scenario.record.rate_Hz=100"});
  with_it.controllers = links.over({});
  const RunResult r = driven(with_it);
  EXPECT_EQ(r.failure, "");
  const auto torque = [&](double t) { return at_time(r, "drive_units.rear.tau_em", t); };
  EXPECT_GT(torque(0.9), 100.0);
  EXPECT_NEAR(torque(1.09), torque(0.99), 1.0);  // for 100 ms the last request holds
  EXPECT_NEAR(torque(1.3), 0.0, 1.0);            // as the built-in control follows it
  EXPECT_EQ(at_time(r, "drive_units.rear.controller.connected", 1.3), 0.0);
}

// 1 s at 1 kHz, with the tick at 0: those at 0, 16 ... 992 ms.
TEST(Remote, sixteen_ticks_an_exchange_ask_each_sixteenth_tick_in_order) {
  LinkParams p = vcu_at("tcp://:0");
  p.vcu.rate = 1000.0;
  p.vcu.ticks_per_exchange = 16;
  const Links links(p, {}, {});
  std::vector<std::pair<std::int64_t, double>> seen;  // time, tick
  SocketController c(links.roles()[0].session->endpoint(),
                     "role vcu\nin tick\nout tau.rear\nout F_brake\n", [&](evsim_link& k) {
                       EXPECT_EQ(k.ticks, 16u);
                       EXPECT_EQ(k.T_s, 0.016);
                       seen.emplace_back(k.time_ns, k.input[0]);
                       k.output[0] = 100.0;
                       return Then::answer;
                     });
  Case car = loaded("full_throttle", {"scenario.driver.duration_s=1", "scenario.level=drive"});
  car.controllers = links.over({});
  const RunResult r = driven(car);
  EXPECT_EQ(r.failure, "");
  ASSERT_EQ(seen.size(), 63u);
  for (std::size_t k = 0; k < seen.size(); ++k) {
    EXPECT_EQ(seen[k].first, 16'000'000 * static_cast<std::int64_t>(k));
    EXPECT_EQ(seen[k].second, 16.0 * static_cast<double>(k));
  }
  EXPECT_EQ(count(r.links[0], "exchanges"), 63);
  EXPECT_EQ(r.links[0].times[0].of.count(), 63);
}

TEST(Remote,
     a_control_unit_and_a_battery_management_over_two_wires_give_the_bits_of_both_libraries) {
  Behind<controller::Vcu> vcu("vcu");
  Behind<controller::Bms> bms("built_in_bms");
  const std::vector<std::string> low{"scenario.driver.duration_s=3", "scenario.initial.SOC=0.1"};
  Case there_case = loaded("full_throttle", low);
  const auto pack =
      std::get<battery_pack::Model<double>>(battery::prepare(there_case.vehicle.battery));
  using Use = void(const battery_pack::Model<double>*);
  reinterpret_cast<Use*>(dlsym(bms.library_handle(), "use_pack"))(&pack);
  const RunResult here = driven(
      loaded("full_throttle", low, {"vcu=" + library("vcu"), "bms=" + library("built_in_bms")}));

  LinkParams p = vcu_at("tcp://:0");
  p.vcu.rate = vcu.rate();
  p.bms.at = "udp://:0";
  const Links links(p, {}, {});
  SocketController first(links.roles()[0].session->endpoint(), vcu.hello(),
                         [&](evsim_link& k) { return vcu.step(k); });
  SocketController second(links.roles()[1].session->endpoint(), bms.hello(),
                          [&](evsim_link& k) { return bms.step(k); });
  there_case.controllers = links.over({});
  const RunResult there = driven(there_case);
  EXPECT_EQ(there.failure, "");
  EXPECT_GT(compared(there, here), 30);
  EXPECT_GT(column(there, "body.v").back(), 5.0);
  EXPECT_GT(column(there, "bms.p_discharge_max").back(), 0.0);
  EXPECT_EQ(first.steps(), 301);   // at 100 Hz
  EXPECT_EQ(second.steps(), 301);  // as the control unit
}

// Allows 1 MW until it goes away at 1 s.
TEST(Remote, without_its_battery_management_the_car_has_no_power) {
  LinkParams p;
  p.bms.at = "tcp://:0";
  const Links links(p, {}, {});
  SocketController bms(links.roles()[0].session->endpoint(),
                       "role bms\nin SOC\nout P_discharge_max kW\nout P_charge_max\n",
                       [](evsim_link& k) {
                         k.output[0] = 1e3, k.output[1] = 1e6;
                         return k.time_ns >= 1000000000 ? Then::die : Then::answer;
                       });
  Case c = loaded("full_throttle", kShort);
  c.controllers = links.over({});
  const RunResult r = driven(c);
  EXPECT_EQ(r.failure, "");
  EXPECT_EQ(at_time(r, "bms.p_discharge_max", 0.95), 1e6);
  EXPECT_EQ(at_time(r, "bms.p_discharge_max", 1.08), 1e6);  // for 100 ms the last ones hold
  EXPECT_EQ(at_time(r, "bms.p_discharge_max", 1.11), 0.0);  // then at once
  EXPECT_EQ(at_time(r, "bms.p_charge_max", 1.11), 0.0);
  EXPECT_EQ(at_time(r, "bms.controller.connected", 1.11), 0.0);
  EXPECT_GT(at_time(r, "drive_units.rear.tau", 1.05), 100.0);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 0.0, 0.01);  // its lag is over
}

// Full braking from 100 km/h on ice; at 1 s the brake control goes away.
TEST(Remote, without_its_brake_control_friction_brakes_alone_and_wheels_may_lock) {
  for (const Reaction reaction : {Reaction::fault, Reaction::zero}) {
    LinkParams p;
    p.brake.at = "tcp://:0";
    p.brake.on_timeout = reaction;
    const Links links(p, {}, {});
    // Gives nothing that is not built in.
    SocketController brake(
        links.roles()[0].session->endpoint(), "role brake\nin omega.front_left\nout F_brake\n",
        [](evsim_link& k) { return k.time_ns >= 1000000000 ? Then::die : Then::answer; });
    Case c = loaded("brake_100_0", {"scenario.road.friction=0.2"});
    c.controllers = links.over({});
    const RunResult r = driven(c);
    EXPECT_EQ(r.failure, "");
    EXPECT_GT(at_time(r, "wheels.front_left.omega", 1.0), 40.0);  // anti-lock control
    const double omega = at_time(r, "wheels.front_left.omega", 1.6);
    const double p_brake = at_time(r, "wheels.front_left.p_brake", 1.6);
    EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.6), 0.0, 5.0);
    if (reaction == Reaction::fault) {
      EXPECT_NEAR(omega, 0.0, 0.1);  // locked
      EXPECT_GT(p_brake, 50e5);
    } else {
      EXPECT_GT(omega, 40.0);
      EXPECT_LT(p_brake, 1e5);
    }
  }
}

// A car with two machines, each with a motor control of its own that gives a part of what is asked for.
RunResult of_two(double part_front, double part_rear) {
  LinkParams p;
  for (const char* unit : {"front", "rear"}) {
    EXPECT_TRUE(p.motor_controls.add(unit));
    RemoteParams& one = p.motor_controls[p.motor_controls.size() - 1];
    one.at = std::string(unit) == "front" ? "tcp://:0" : "udp://:0";
    one.ticks_per_exchange = 10;
  }
  const Links links(p, {}, {});
  const auto gives = [](double part) {
    return [part](evsim_link& k) {
      k.output[0] = EVSIM_TORQUE;
      k.output[1] = part * k.input[0];
      return Then::answer;
    };
  };
  const char* const hello = "role motor_control\nin tau_request\nout output\nout tau_aimed\n";
  SocketController front(links.roles()[0].session->endpoint(), hello, gives(part_front));
  SocketController rear(links.roles()[1].session->endpoint(), hello, gives(part_rear));
  const std::string root = EVSIM_SOURCE_DIR;
  Case c = io::load_case({.scenario = root + "/scenarios/full_throttle.json",
                          .vehicle = root + "/vehicles/xiaomi_su7_max.json",
                          .sets = {"scenario.driver.duration_s=0.5", "scenario.level=drive",
                                   "scenario.record.rate_Hz=100"},
                          .levels = {},
                          .record = {},
                          .controllers = {},
                          .load_controllers = load_controllers})
               .c;
  c.controllers = links.over({});
  return driven(c);
}

TEST(Remote, each_drive_unit_may_have_a_motor_control_of_its_own) {
  const RunResult a = of_two(0.5, 0.25), b = of_two(0.25, 0.25);
  EXPECT_EQ(a.failure, "");
  ASSERT_EQ(a.links.size(), 2u);
  EXPECT_EQ(a.links[0].unit, "front");
  EXPECT_EQ(a.links[1].unit, "rear");
  EXPECT_EQ(a.links[0].unanswered + a.links[1].unanswered, 0);
  const auto torque = [](const RunResult& r, const std::string& unit) {
    return at_time(r, "drive_units." + unit + ".tau_em", 0.3);
  };
  EXPECT_GT(torque(b, "front"), 10.0);
  EXPECT_NEAR(torque(a, "front") / torque(b, "front"), 2.0, 0.02);
  EXPECT_NEAR(torque(a, "rear") / torque(b, "rear"), 1.0, 0.01);
}

TEST(Remote, a_run_says_what_is_wrong_with_its_links) {
  const auto problem = [](const LinkParams& p) -> std::string {
    try {
      const Links links(p, {}, {});
      return "";
    } catch (const InputError& e) {
      return e.problems()[0].path + ": " + e.problems()[0].what;
    }
  };
  EXPECT_EQ(problem({}), ": links no role; must be vcu, motor_control, bms or brake");
  EXPECT_EQ(
      problem(vcu_at("here")),
      "vcu.at: got here, must be tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or fifo:///PATH");
  EXPECT_EQ(problem({}), ": links no role; must be vcu, motor_control, bms or brake");
  EXPECT_EQ(
      problem(vcu_at("here")),
      "vcu.at: got here, must be tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or fifo:///PATH");
  LinkParams p = vcu_at("tcp://:0");
  p.vcu.signals = {"a b"};
  EXPECT_EQ(problem(p),
            "vcu.signals: got \"a b\", must be letters, digits and _, and not \"connected\" or "
            "\"bus_load\"");
  p.vcu.signals.assign(8, "a");
  EXPECT_EQ(problem(p), "vcu.signals: has 8 names; must be at most 6");
}

}  // namespace
}  // namespace evsim::link
