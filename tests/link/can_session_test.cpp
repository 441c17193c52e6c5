// A control unit on a CAN bus in a car: mapped by a database, in lockstep, away, recorded and replayed, on a modelled bus.
#include "sim/link/can_session.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "sim/base/errors.h"
#include "sim/io/case.h"
#include "sim/link/controller_library.h"
#include "sim/link/remote.h"
#include "sim/run/result.h"
#include "tests/link/can_controller.h"

namespace evsim::link {
namespace {

RemoteParams unit_at(const std::string& at) {
  RemoteParams p;
  p.can.at = at;
  p.can.dbc = "vcu.dbc";
  p.can.node = "VCU";
  p.can.answer = "Torque";
  p.can.asks = "Pedals";
  p.can.inputs = {{.signal = "Pedals.accelerator", .is = "accelerator", .unit = ""},
                  {.signal = "Pedals.v", .is = "v", .unit = ""},
                  {.signal = "Pedals.key", .is = "", .unit = "", .value = 2.0}};
  p.can.outputs = {{.signal = "Torque.tau", .is = "tau.rear", .unit = ""}};
  p.can.messages = {
      {.message = "Torque", .e2e = Protection::e2e_1a, .data_id = kDataId, .data_ids = ""}};
  return p;
}
using Files = std::map<std::string, std::string>;
Links on_bus(const RemoteParams& p, const Files& more = {}) {
  LinkParams all;
  all.vcu = p;
  return {all, {}, {}, [more](const std::string&, const std::string& file) {
            return TextFile{file, file == "vcu.dbc" ? kVcuDbc : more.at(file)};
          }};
}
Case car(const std::string& seconds = "2") {
  const std::string root = EVSIM_SOURCE_DIR;
  return io::load_case(
             {.scenario = root + "/scenarios/full_throttle.json",
              .vehicle = root + "/vehicles/xiaomi_su7.json",
              .sets = {"scenario.driver.duration_s=" + seconds, "scenario.record.rate_Hz=100"},
              .levels = {},
              .record = {},
              .controllers = {},
              .load_controllers = load_controllers})
      .c;
}
RunResult driven(const Links& links, const RunOptions& options = {},
                 const std::string& seconds = "2") {
  Case c = car(seconds);
  c.controllers = links.over({});
  Simulation s(c, io::parameter_setter());
  return run(s, options);
}
const std::vector<double>& column(const RunResult& r, const std::string& path) {
  for (std::size_t i = 0; i < r.recording.signals.size(); ++i)
    if (r.recording.signals[i].path == path) return r.recording.columns[i];
  throw std::out_of_range(path);
}
double at_time(const RunResult& r, const std::string& signal, double t) {
  const auto& time = r.recording.t;
  for (std::size_t i = 0; i < time.size(); ++i)
    if (time[i] >= t - 1e-9) return column(r, signal)[i];
  throw std::out_of_range(signal);
}
std::int64_t count(const RunResult& r, std::string_view name) {
  const auto& all = r.links.at(0).counts;
  const auto it = std::ranges::find(all, name, &LinkFigures::Count::name);
  return it == all.end() ? -1 : it->n;
}
const LinkFigures::Frames& frames(const RunResult& r, std::string_view name) {
  return *std::ranges::find(r.links.at(0).frames, name, &LinkFigures::Frames::name);
}
// That of a served adapter on a port of its own.
std::string client_of(const Links& links) {
  const std::string served = links.roles()[0].exchange->address();
  return "slcan://" + served.substr(served.find("127.0.0.1"));
}
constexpr const char* kServed = "slcan-server://127.0.0.1:0";
constexpr double kBit = 0.1;  // of the torque on the bus [Nm]

TEST(CanSession_, in_lockstep_each_exchange_has_its_answer_and_two_runs_the_same_bits) {
  std::vector<std::vector<std::vector<double>>> runs;
  for (int k = 0; k < 2; ++k) {
    const Links links = on_bus(unit_at(kServed));
    CanController unit(client_of(links),
                       [](const auto& seen, can::Frame&, bool&) { EXPECT_EQ(seen.key, 2.0); });
    const RunResult r = driven(links);
    EXPECT_EQ(r.failure, "");
    EXPECT_EQ(count(r, "unanswered"), 0);
    EXPECT_EQ(count(r, "invalid"), 0);
    EXPECT_EQ(count(r, "awaited"), count(r, "exchanges"));
    EXPECT_GT(count(r, "exchanges"), 190);
    EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 200.0, kBit);
    EXPECT_EQ(at_time(r, "vcu.controller.connected", 1.5), 1.0);
    EXPECT_NEAR(frames(r, "Pedals").mean, 0.01, 1e-12);
    EXPECT_NEAR(frames(r, "Climate").most, 0.05, 1e-12);
    EXPECT_EQ(frames(r, "Torque").n, count(r, "awaited"));
    EXPECT_EQ(unit.pedals(), frames(r, "Pedals").n);
    EXPECT_GE(unit.climates(), frames(r, "Climate").n - 1);  // the last may be on its way
    runs.push_back(r.recording.columns);
  }
  EXPECT_EQ(runs[0], runs[1]);
}

// Time goes back to 0: from the last frame of one run to the first of the next is no interval.
TEST(CanSession_, intervals_of_frames_lie_within_a_run) {
  const Links links = on_bus(unit_at(kServed));
  CanController unit(client_of(links), [](const auto&, can::Frame&, bool&) {});
  const std::int64_t once = frames(driven(links, {}, "0.5"), "Torque").n;
  const RunResult r = driven(links, {}, "0.5");
  for (const char* name : {"Pedals", "Torque"}) {
    EXPECT_EQ(frames(r, name).n, 2 * once);
    EXPECT_NEAR(frames(r, name).least, 0.01, 1e-12);
    EXPECT_NEAR(frames(r, name).mean, 0.01, 1e-12);
    EXPECT_NEAR(frames(r, name).most, 0.01, 1e-12);
  }
}

TEST(CanSession_, frames_that_their_protection_rejects_are_not_taken_and_the_role_reacts) {
  const Links links = on_bus(unit_at(kServed));
  CanController unit(client_of(links), [](const auto& seen, can::Frame& f, bool&) {
    if (seen.n > 100) f.data[0] ^= 1;
  });
  const RunResult r = driven(links);
  EXPECT_GT(count(r, "invalid"), 90);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 0.95), 200.0, kBit);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.07), 200.0, kBit);  // the last one holds
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 0.0, kBit);
  EXPECT_EQ(at_time(r, "vcu.controller.connected", 1.5), 0.0);
}

// docs/examples/link/own_e2e.c, written down once more.
void protect_as_the_example(can::Frame& f, int counter) {
  f.data[1] = static_cast<std::uint8_t>((f.data[1] & 0xF0u) | static_cast<unsigned>(counter % 16));
  unsigned sum = f.length + 0x23 + 0x01;
  for (std::size_t i = 1; i < f.length; ++i) sum += f.data[i];
  f.data[0] = static_cast<std::uint8_t>(sum);
}

TEST(CanSession_, a_makers_own_protection_holds_both_ways) {
  RemoteParams p = unit_at(kServed);
  p.can.messages = {{.message = "Torque",
                     .e2e = Protection::own,
                     .data_id = kDataId,
                     .data_ids = "",
                     .library = {EVSIM_CONTROLLERS "/own_e2e.so"}}};
  p.can.messages.push_back(p.can.messages.front());
  p.can.messages.back().message = "Pedals";
  const Links links = on_bus(p);
  int sent = 0, wrong = 0;
  links.roles()[0].bus->trace([&](const can::LogEntry& e) {
    if (e.frame.id != 256) return;
    can::Frame expected = e.frame;
    protect_as_the_example(expected, sent++);
    wrong += expected != e.frame;
  });
  CanController unit(client_of(links), [](const auto& seen, can::Frame& f, bool&) {
    protect_as_the_example(f, seen.n);
    if (seen.n > 100) f.data[0] ^= 1;
  });
  const RunResult r = driven(links);
  EXPECT_EQ(r.failure, "");
  EXPECT_GT(sent, 190);
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(count(r, "invalid"), 90);
  EXPECT_LE(count(r, "invalid"), sent - 100);
  EXPECT_NEAR(at_time(r, "vcu.controller.connected", 0.95), 1.0, 0.0);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 0.0, kBit);
}

TEST(CanSession_, a_unit_that_goes_is_missed_and_one_that_comes_is_welcome) {
  RemoteParams p = unit_at(kServed);
  p.patience = 0.2;
  const Links links = on_bus(p);
  std::optional<CanController> first, second;
  first.emplace(client_of(links));
  RunOptions options;
  bool gone = false;
  options.progress = [&](double share) {
    if (share >= 1.0 / 3.0 && !gone) {
      gone = true;
      first.reset();
    }
    if (share >= 2.0 / 3.0 && !second) second.emplace(client_of(links));
    if (second && second->pedals() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  const RunResult r = driven(links, options, "3");
  EXPECT_EQ(r.failure, "");
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 0.9), 200.0, kBit);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.8), 0.0, kBit);
  EXPECT_EQ(at_time(r, "vcu.controller.connected", 1.8), 0.0);
  EXPECT_NEAR(r.recording.columns.empty() ? 0.0 : column(r, "drive_units.rear.tau").back(), 200.0,
              kBit);
  EXPECT_LE(count(r, "unanswered"), 2);  // it is not waited for each time
}

TEST(CanSession_, a_recorded_drive_gives_the_same_bits_again) {
  std::string log;
  std::vector<std::vector<double>> recorded;
  {
    const Links links = on_bus(unit_at(kServed));
    links.roles()[0].bus->trace([&](const can::LogEntry& e) { log += can::candump_line(e); });
    CanController unit(client_of(links));
    recorded = driven(links).recording.columns;
  }
  RemoteParams p = unit_at("log://drive.log");
  const Links links = on_bus(p, {{"drive.log", log}});
  const RunResult r = driven(links);
  EXPECT_EQ(r.recording.columns, recorded);
  EXPECT_EQ(count(r, "differing"), 0);
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 200.0, kBit);

  // Another car, other frames.
  RemoteParams other = p;
  other.can.inputs[2].value = 1.0;
  const Links others = on_bus(other, {{"drive.log", log}});
  EXPECT_GT(count(driven(others), "differing"), 100);
}

TEST(CanSession_, on_a_modelled_bus_frames_take_their_time_and_load_it) {
  RemoteParams p = unit_at(kServed);
  p.can.bit_rate = 125'000;
  const Links links = on_bus(p);
  CanController unit(client_of(links));
  const RunResult r = driven(links);
  EXPECT_EQ(r.failure, "");
  EXPECT_NEAR(at_time(r, "drive_units.rear.tau", 1.5), 200.0, kBit);
  // Two frames of 8 bytes each 10 ms, another each 50 ms; 111 to 135 bits and 3 between them.
  const double load = at_time(r, "vcu.controller.bus_load", 1.5);
  EXPECT_GT(load, 2.2 * 114.0 / 1250.0);
  EXPECT_LT(load, 2.2 * 138.0 / 1250.0);
  // Each way takes an exchange: the pedal of t = 0 comes at 10 ms, its torque at 20 ms.
  EXPECT_EQ(at_time(r, "vcu.controller.connected", 1.5), 1.0);
}

// Torque of a drive with a fault from 0.5 to 1 s; the role reacts 100 ms after the last frame.
RunResult with_fault(scenario::LinkFault f, int bit_rate = 0) {
  RemoteParams p = unit_at(kServed);
  p.can.bit_rate = bit_rate;
  const Links links = on_bus(p);
  CanController unit(client_of(links));
  Case c = car("1.5");
  f.duration = 0.5;
  c.scenario.timeline = {{.t = 0.5, .command = f}};
  c.controllers = links.over({});
  Simulation s(c, io::parameter_setter());
  return run(s);
}
scenario::LinkFault fault(Fault kind, Direction d = Direction::both) {
  scenario::LinkFault out;
  out.fault = kind;
  out.direction = d;
  return out;
}
double torque(const RunResult& r, double t) { return at_time(r, "drive_units.rear.tau", t); }

TEST(CanSession_, faults_after_which_no_frame_counts_lead_to_the_reaction) {
  using enum Fault;
  for (const Fault kind : {drop, corrupt, wrong_crc, cut, death, restart, bus_off, babble})
    for (const int bit_rate : {0, 500'000}) {
      SCOPED_TRACE(std::string(enum_names(kind)[static_cast<std::size_t>(kind)]) + " at " +
                   std::to_string(bit_rate));
      const Direction d =
          kind == corrupt || kind == wrong_crc ? Direction::from_controller : Direction::both;
      const RunResult r = with_fault(fault(kind, d), bit_rate);
      EXPECT_EQ(r.failure, "");
      EXPECT_NEAR(torque(r, 0.55), 200.0, kBit);  // the last one holds
      EXPECT_NEAR(torque(r, 0.80), 0.0, kBit);
      EXPECT_NEAR(torque(r, 0.95), 0.0, kBit);
      EXPECT_NEAR(torque(r, 1.3), 200.0, kBit);
      EXPECT_EQ(at_time(r, "vcu.controller.connected", 0.8), 0.0);
      EXPECT_LE(count(r, "unanswered"), 1);
    }
}

TEST(CanSession_, a_unit_in_bus_off_on_a_modelled_bus_is_told_by_its_adapter) {
  for (const bool is_hit : {false, true}) {
    RemoteParams p = unit_at(std::string(kServed) + "?errors=on");
    p.can.bit_rate = 500'000;
    const Links links = on_bus(p);
    CanController unit(client_of(links));
    Case c = car("0.6");
    scenario::LinkFault f = fault(Fault::bus_off);
    f.duration = 0.2;
    if (is_hit) c.scenario.timeline = {{.t = 0.3, .command = f}};
    c.controllers = links.over({});
    Simulation s(c, io::parameter_setter());
    EXPECT_EQ(run(s).failure, "");
    EXPECT_EQ(unit.was_in_bus_off(), is_hit);
  }
}

TEST(CanSession_, a_frozen_counter_is_no_life_sign) {
  const RunResult r = with_fault(fault(Fault::frozen_counter, Direction::from_controller));
  EXPECT_NEAR(torque(r, 0.8), 0.0, kBit);
  EXPECT_GT(count(r, "invalid"), 40);
  EXPECT_NEAR(torque(r, 1.3), 200.0, kBit);
}

TEST(CanSession_, what_is_late_twice_or_out_of_order_counts_as_its_protection_says) {
  scenario::LinkFault late = fault(Fault::delay, Direction::from_controller);
  late.delay = 0.05;
  const RunResult d = with_fault(late);
  EXPECT_NEAR(torque(d, 0.8), 200.0, kBit);
  EXPECT_EQ(at_time(d, "vcu.controller.connected", 0.8), 1.0);
  const RunResult twice = with_fault(fault(Fault::duplicate, Direction::from_controller));
  EXPECT_NEAR(torque(twice, 0.8), 200.0, kBit);
  EXPECT_GT(count(twice, "invalid"), 40);  // each second one is repeated
  const RunResult swapped = with_fault(fault(Fault::reorder, Direction::from_controller));
  EXPECT_GT(count(swapped, "invalid"), 20);
}

TEST(CanSession_, a_share_of_the_frames_is_hit_and_the_same_again) {
  scenario::LinkFault some = fault(Fault::drop, Direction::from_controller);
  some.share = 0.5;
  some.message = "Torque";
  const RunResult a = with_fault(some), b = with_fault(some);
  EXPECT_EQ(a.recording.columns, b.recording.columns);
  EXPECT_GT(count(a, "disturbed"), 15);
  EXPECT_LT(count(a, "disturbed"), 35);
  EXPECT_NEAR(torque(a, 0.8), 200.0, kBit);  // enough come
}

TEST(CanSession_, a_fault_of_a_link_needs_one) {
  Case c = car("1");
  c.scenario.timeline = {{.t = 0.5, .command = fault(Fault::drop)}};
  try {
    const Simulation s(c, io::parameter_setter());
    FAIL();
  } catch (const InputError& e) {
    EXPECT_EQ(e.problems()[0].path, "timeline[0].command.role");
  }
}

std::string problems(const RemoteParams& p) {
  std::string out;
  try {
    const Links links = on_bus(p);
    CanController unit(client_of(links));
    driven(links);
  } catch (const InputError& e) {
    for (const Problem& x : e.problems()) out += x.path + ": " + x.what + "\n";
  }
  return out;
}

TEST(CanSession_, what_does_not_fit_the_database_is_said_with_its_place) {
  const auto with = [](auto&& change) {
    RemoteParams p = unit_at(kServed);
    change(p.can);
    return problems(p);
  };
  EXPECT_EQ(with([](CanParams& c) { c.node = "ECU"; }),
            "vcu.can.node: no node \"ECU\"; known: BENCH, VCU\n"
            "vcu.can.answer: Torque is not sent by ECU\n");
  EXPECT_EQ(with([](CanParams& c) { c.answer = "Pedals"; }),
            "vcu.can.answer: Pedals is not sent by VCU\n");
  EXPECT_EQ(with([](CanParams& c) { c.inputs[0].signal = "Pedals.gas"; }),
            "vcu.can.inputs.0.signal: Pedals has no signal gas; known: accelerator, v, key\n");
  EXPECT_EQ(with([](CanParams& c) { c.inputs[0].unit = "km/h"; }),
            "vcu.can.inputs.0.unit: accelerator can't be in \"km/h\"; give `unit`; SI is 1\n");
  EXPECT_EQ(with([](CanParams& c) { c.outputs[0].is = "torque"; }).substr(0, 43),
            "vcu.can.outputs.0.is: no \"torque\"; must be ");
  EXPECT_EQ(with([](CanParams& c) { c.outputs[0].signal = "Pedals.v"; }),
            "vcu.can.outputs.0.signal: Pedals is not sent by VCU\n");
  EXPECT_EQ(with([](CanParams& c) { c.outputs.clear(); }),
            "vcu.can.outputs: takes nothing from the controller\n");
  EXPECT_EQ(with([](CanParams& c) { c.messages[0].message = "Tork"; }),
            "vcu.can.messages.0.message: no message Tork; known: Pedals, Climate, Torque\n");
  EXPECT_EQ(with([](CanParams& c) { c.messages[0].e2e = Protection::e2e_2; }),
            "vcu.can.messages.0: Torque: data_ids must be 16 bytes as 32 hexadecimal digits\n");
  EXPECT_NE(with([](CanParams& c) { c.at = "can0"; }).find("vcu.can.at: got can0, "),
            std::string::npos);
}

}  // namespace
}  // namespace evsim::link
