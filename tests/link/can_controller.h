// A vehicle control unit on a CAN bus, in a thread of its own: from pedal to torque, protected by E2E profile 1A.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "sim/link/can_port.h"
#include "sim/link/dbc_codec.h"
#include "sim/link/e2e.h"

namespace evsim::link {

inline constexpr const char* kVcuDbc = R"(VERSION ""
BU_: BENCH VCU
BO_ 256 Pedals: 8 BENCH
 SG_ accelerator : 0|16@1+ (0.01,0) [0|100] "%" VCU
 SG_ v : 16|16@1- (0.01,0) [0|300] "km/h" VCU
 SG_ key : 32|2@1+ (1,0) [0|3] "" VCU
BO_ 300 Climate: 8 BENCH
 SG_ outside : 0|8@1+ (1,-40) [-40|80] "degC" VCU
BO_ 512 Torque: 8 VCU
 SG_ crc : 0|8@1+ (1,0) [0|255] "" BENCH
 SG_ counter : 8|4@1+ (1,0) [0|14] "" BENCH
 SG_ tau : 16|16@1- (0.1,0) [-3000|3000] "Nm" BENCH
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_ "GenMsgCycleTime" BO_ 256 10;
BA_ "GenMsgCycleTime" BO_ 300 50;
BA_ "GenMsgCycleTime" BO_ 512 10;
)";
inline constexpr int kDataId = 0x123;

class CanController {
 public:
  struct Seen {
    double accelerator = 0.0, v = 0.0, key = 0.0;  // 0..1, [km/h]
    int n = 0;                                     // frames of Pedals so far
  };
  // What it sends; empty: nothing.
  using Answer = std::function<void(const Seen&, can::Frame&, bool& send)>;

  CanController(std::string address, Answer answer = {})
      : address_(std::move(address)), answer_(std::move(answer)), thread_([this] { run(); }) {}
  ~CanController() {
    stop_ = true;
    thread_.join();
  }
  CanController(const CanController&) = delete;
  CanController& operator=(const CanController&) = delete;
  bool ended() const { return ended_; }
  int climates() const { return climates_; }
  int pedals() const { return pedals_; }
  bool was_in_bus_off() const { return was_in_bus_off_; }  // as its adapter told

 private:
  void run() {
    drive();
    ended_ = true;
  }
  void drive() {
    const can::Database db = can::read_database("vcu.dbc", kVcuDbc);
    const can::Message &in = *db.find("Pedals"), &out = *db.find("Torque");
    const e2e::Config guard{.data_id = kDataId, .data_ids = {}};
    e2e::Sender counter;
    const auto port = can::open_port(can::port_address(address_));
    Seen seen;
    while (!stop_) {
      const auto got = port->receive();
      was_in_bus_off_ = port->status().bus_offs > 0;
      if (!got) {
        if (!port->status().open) return;
        can::wait_for(*port, 0.02);
        continue;
      }
      if (got->frame.id == 300) ++climates_;
      if (got->frame.id != in.id) continue;
      std::vector<can::Decoded> values;
      can::decode(in, got->frame.data, values);
      seen = {.accelerator = 0.01 * values[0].value,
              .v = values[1].value,
              .key = values[2].value,
              .n = seen.n + 1};
      pedals_ = seen.n;
      can::Frame f = can::encode(out, std::vector{0.0, 0.0, 200.0 * seen.accelerator}).frame;
      e2e::protect(guard, counter, f.data);
      bool send = true;
      if (answer_) answer_(seen, f, send);
      if (send) can::send(*port, f, 1.0);
    }
  }

  std::string address_;
  Answer answer_;
  std::atomic<bool> stop_ = false, ended_ = false, was_in_bus_off_ = false;
  std::atomic<int> climates_ = 0, pedals_ = 0;
  std::thread thread_;
};

}  // namespace evsim::link
