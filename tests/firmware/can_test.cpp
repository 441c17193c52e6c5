// Firmware in an emulated Cortex-M4F on a CAN bus: slcan over its serial line, read by the simulator's own adapter, database
// and protection. Its clock is the wall clock, so nothing here asserts when something comes.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "sim/link/dbc_codec.h"
#include "sim/link/e2e.h"
#include "sim/link/slcan.h"
#include "sim/link/socket.h"

namespace evsim::can {
namespace {

using Values = std::map<std::string, double>;

Database database(const std::string& name) {
  const std::string path = std::string(EVSIM_SOURCE_DIR) + "/tests/firmware/" + name;
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return read_database(path, text.str());
}

class Firmware : public testing::Test {
 protected:
  void start(const std::string& name) {
    const std::string elf = std::string(EVSIM_FIRMWARE) + "/" + name + "_can.elf";
    if (!std::filesystem::exists(elf) || std::system("command -v qemu-system-arm >/dev/null") != 0)
      GTEST_SKIP() << "no qemu-system-arm or no arm-none-eabi-gcc; tools/setup test installs both";
    db_ = database(name == "motor" ? "foc.dbc" : "vcu.dbc");
    link::Endpoint at = link::endpoint("tcp://:0");
    link::Socket listening = link::bound(at);
    const std::string chardev =
        "socket,id=can,host=127.0.0.1,nodelay=on,port=" + std::to_string(at.port);
    qemu_ = fork();
    if (qemu_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execlp("qemu-system-arm", "qemu-system-arm", "-M", "netduinoplus2", "-kernel", elf.c_str(),
             "-chardev", chardev.c_str(), "-serial", "chardev:can", "-display", "none", "-monitor",
             "none", nullptr);
      _exit(126);
    }
    const link::Socket* one = &listening;
    ASSERT_TRUE(link::wait_for(std::span(&one, 1), 60.0));
    line_ = listening.accept();
    // A serial line that nobody listens to yet loses what is said.
    for (int k = 0; k < 100 && !is_open_; ++k) {
      say("\r" + slcan::opening({}).value());
      listen(0.1);
    }
    ASSERT_TRUE(is_open_);
  }
  ~Firmware() override {
    if (qemu_ <= 0) return;
    kill(qemu_, SIGKILL);
    waitpid(qemu_, nullptr, 0);
  }

  void say(const std::string& text) const {
    line_.send(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }
  // Each 10 ms until `done`, which is asked after each frame, a minute at most. A slow emulator is waited for: each frame is
  // acknowledged. A message of E2E is protected, unless it is to be spoilt.
  void send_until(const std::map<std::string, Values>& messages, const std::function<bool()>& done,
                  bool spoilt = false) {
    const double begin = link::wall_clock();
    while (!is_found(done) && link::wall_clock() < begin + 60.0) {
      if (unacknowledged_ == 0)
        for (const auto& [name, values] : messages) {
          std::string text;
          slcan::append(text, frame(name, values, spoilt));
          say(text);
          ++unacknowledged_;
        }
      listen(0.01);
    }
    EXPECT_TRUE(done()) << state();
  }
  std::string state() const {
    std::string out;
    for (const auto& [message, signals] : last_)
      for (const auto& [signal, x] : signals)
        out += message + "." + signal + " = " + std::to_string(x) + "\n";
    return out + "rejected lines " + std::to_string(client_.rejected().total()) + "\n";
  }
  double seen(const std::string& message, const std::string& signal) {
    const auto& m = last_[message];
    const auto at = m.find(signal);
    return at == m.end() ? std::nan("") : at->second;
  }
  bool is(const std::string& message, const std::string& signal, double x, double within) {
    return std::abs(seen(message, signal) - x) <= within;
  }
  std::map<std::string, int> frames_, wrong_;  // by message

 private:
  static e2e::Config protection(const Message& m) {
    return {.length = m.length, .data_id = static_cast<std::uint16_t>(m.id)};
  }
  static bool is_protected(const Message& m) { return signal_of(m, m.name + "_CRC") >= 0; }

  Frame frame(const std::string& name, const Values& values, bool spoilt) {
    const Message& m = *db_.find(name);
    std::vector<double> all(m.signals.size());
    for (const auto& [signal, x] : values) all[static_cast<std::size_t>(signal_of(m, signal))] = x;
    Frame f = encode(m, all).frame;
    if (is_protected(m))
      e2e::protect(protection(m), senders_[name], std::span(f.data).first(f.length));
    if (spoilt && is_protected(m)) f.data[0] ^= 1u;
    return f;
  }
  bool is_found(const std::function<bool()>& done) {
    for (; !done(); came_.pop_front()) {
      if (came_.empty()) return false;
      take(came_.front());
    }
    return true;
  }
  void listen(double seconds) {
    const double until = link::wall_clock() + seconds;
    for (double left = seconds; left > 0.0; left = until - link::wall_clock()) {
      const link::Socket* one = &line_;
      if (!link::wait_for(std::span(&one, 1), left)) return;
      std::array<std::uint8_t, 4096> bytes{};
      const auto got = line_.receive(bytes);
      if (got.io == link::Io::closed) return;
      const std::string_view text(reinterpret_cast<const char*>(bytes.data()), got.size);
      for (const auto& r : client_.feed(text)) {
        is_open_ |= r.kind == slcan::Received::Kind::done;
        unacknowledged_ -= r.kind == slcan::Received::Kind::sent;
        if (r.kind == slcan::Received::Kind::frame) came_.push_back(r.frame.frame);
      }
    }
  }
  void take(const Frame& f) {
    const Message* m = db_.find(f.id, f.extended);
    ASSERT_NE(m, nullptr);
    const auto data = std::span(f.data).first(f.length);
    if (is_protected(*m)) {
      const auto c = protection(*m);
      auto [at, is_new] = receivers_.try_emplace(m->name, c);
      const auto status = e2e::check(c, at->second, data);
      wrong_[m->name] += status != e2e::Status::ok && status != e2e::Status::initial;
    }
    ++frames_[m->name];
    std::vector<Decoded> signals;
    decode(*m, data, signals);
    for (const Decoded& d : signals)
      last_[m->name][m->signals[static_cast<std::size_t>(d.signal)].name] = d.value;
  }

  pid_t qemu_ = -1;
  link::Socket line_;
  bool is_open_ = false;
  int unacknowledged_ = 0;  // frames
  std::deque<Frame> came_;
  Database db_;
  slcan::Client client_;
  std::map<std::string, e2e::Sender> senders_;
  std::map<std::string, e2e::Receiver> receivers_;
  std::map<std::string, Values> last_;
};

constexpr int kTwoTurns = 30;                    // of the counters
constexpr double kRuns = 1.0, kNoRequest = 2.0;  // state

TEST_F(Firmware, the_motor_control_limits_what_it_is_asked_for_on_the_bus) {
  start("motor");
  if (IsSkipped()) return;
  Values sensors{{"omega_m", 100.0},
                 {"u_dc", 400.0},
                 {"T_winding", 20.0},
                 {"T_junction", 20.0},
                 {"tau_drag", 1.5}};
  Values request{{"enable", 1.0}, {"tau_request", 100.0}};
  const auto ask = [&](const std::function<bool()>& done, bool spoilt = false) {
    send_until({{"MotorSensors", sensors}, {"TorqueRequest", request}}, done, spoilt);
  };
  const auto aims_at = [&](double tau, double tau_max) {
    return [this, tau, tau_max] {
      return is("MotorTorque", "state", kRuns, 0.0) && is("MotorTorque", "tau_aimed", tau, 0.05) &&
             is("MotorLimits", "tau_max", tau_max, 0.05);
    };
  };
  ask(aims_at(101.5, 400.0));
  EXPECT_EQ(seen("MotorTorque", "omega_m"), 100.0);

  sensors["T_winding"] = 160.0;  // half of the torque
  request["tau_request"] = 300.0;
  ask(aims_at(201.5, 200.0));
  EXPECT_EQ(seen("MotorTorque", "reason"), 4.0);

  const auto is_without = [&] { return is("MotorTorque", "state", kNoRequest, 0.0); };
  ask(is_without, true);  // wrong CRCs are no request
  EXPECT_EQ(seen("MotorTorque", "tau_aimed"), 0.0);
  ask(aims_at(201.5, 200.0));
  send_until({}, is_without);  // nor is silence

  send_until({}, [&] { return frames_["MotorLimits"] > kTwoTurns; });
  EXPECT_EQ(wrong_["MotorTorque"], 0);  // each CRC right, no counter left out
  EXPECT_EQ(wrong_["MotorLimits"], 0);
}

TEST_F(Firmware, the_control_unit_turns_pedals_into_torque_and_brake_on_the_bus) {
  start("vcu");
  if (IsSkipped()) return;
  std::map<std::string, Values> in{
      {"Pedals", {{"accelerator", 50.0}}},
      {"Vehicle", {{"v", 36.0}}},
      {"Battery", {{"P_discharge_max", 200.0}, {"P_charge_max", 100.0}}},
      {"DriveUnit", {{"omega", 357.5}, {"tau_limit", 400.0}}}};
  constexpr double kGrip = 1.05 * 2055.0 * 9.80665, kLever = 0.3413 / 12.2;
  send_until(in, [&] {
    return is("TorqueRequest", "enable", 1.0, 0.0) &&
           is("TorqueRequest", "tau_request", 0.5 * kGrip * kLever, 0.05) &&
           is("BrakeRequest", "F_brake", 0.0, 0.0);
  });

  in["Pedals"] = {{"brake", 30.0}};
  constexpr double kRegenerated = 2.94 * 2055.0;
  send_until(in, [&] {
    return is("TorqueRequest", "tau_request", -kRegenerated * kLever, 0.05) &&
           is("BrakeRequest", "F_brake", 0.3 * kGrip - kRegenerated, 1.0);
  });
  EXPECT_EQ(seen("BrakeRequest", "reason"), 6.0);

  send_until({}, [&] { return is("TorqueRequest", "enable", 0.0, 0.0); });
  EXPECT_EQ(seen("TorqueRequest", "tau_request"), 0.0);
  send_until(in, [&] { return frames_["BrakeRequest"] > kTwoTurns; });
  EXPECT_EQ(wrong_["TorqueRequest"], 0);
  EXPECT_EQ(wrong_["BrakeRequest"], 0);
}

TEST(FirmwareDbc, both_databases_have_the_same_request_and_say_its_cycle) {
  const Database foc = database("foc.dbc"), vcu = database("vcu.dbc");
  EXPECT_TRUE(foc.notes.empty());
  EXPECT_TRUE(vcu.notes.empty());
  const Message &a = *foc.find("TorqueRequest"), &b = *vcu.find("TorqueRequest");
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.cycle_time, 10'000'000);
  for (double tau = -400.0; tau <= 400.0; tau += 12.3)
    EXPECT_EQ(encode(a, std::vector{0.0, 0.0, 1.0, tau}).frame,
              encode(b, std::vector{0.0, 0.0, 1.0, tau}).frame);
  for (const Database* db : {&foc, &vcu})
    for (const Message& m : db->messages) EXPECT_EQ(m.cycle_time, 10'000'000) << m.name;
}

}  // namespace
}  // namespace evsim::can
