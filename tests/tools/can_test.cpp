// evsim can on the command line: two programs, one at each end of a pseudo terminal or a TCP connection.
#include <algorithm>

#include "sim/link/can_log.h"
#include "sim/link/can_port.h"
#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// tau: 16 bits, 0.1 Nm; gear: 2 bits with words; T while page is 3.
constexpr char kDatabase[] = R"(VERSION "2"
BU_: VCU Inverter
BO_ 257 Torque: 4 VCU
 SG_ tau : 0|16@1- (0.1,0) [-400|400] "Nm" Inverter
 SG_ gear : 16|2@1+ (1,0) [0|0] "" Inverter
 SG_ page M : 20|4@1+ (1,0) [0|0] "" Inverter
 SG_ T m3 : 24|8@1+ (1,-40) [-40|215] "degC" VCU
BO_ 2147483921 Other: 8 Inverter
 SG_ speed : 7|16@0+ (1,0) [0|0] "rpm" VCU
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_ "GenMsgCycleTime" BO_ 257 10;
VAL_ 257 gear 0 "Park" 1 "Drive" ;
)";

class Can : public Program {
 protected:
  Can() { write("car.dbc", kDatabase); }
  std::string pty() const { return "slcan-pty://" + file("can").string(); }
  std::string device() const { return "slcan://" + file("can").string(); }

  // A dump at the adapter's side, as soon as it is there. What it says goes to files of its own.
  pid_t start_dump(const Arguments& more) const {
    Arguments a{"can", "dump", pty()};
    a.insert(a.end(), more.begin(), more.end());
    const pid_t child = start(a, "dump.txt");
    for (int i = 0; i < 1000 && !fs::is_symlink(file("can")); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return child;
  }
  Ran send(const Arguments& words) const {
    Arguments a{"can", "send", device()};
    a.insert(a.end(), words.begin(), words.end());
    return evsim(a);
  }
  // Lines of a dump without their times.
  std::string dumped() const {
    std::istringstream lines(read("dump.txt"));
    std::string out;
    for (std::string line; std::getline(lines, line);)
      out += line.substr(line.find(')') + 2) + "\n";
    return out;
  }
};

TEST_F(Can, what_one_program_sends_another_one_shows) {
  const pid_t dump = start_dump({"--count", "4", "--dbc", "car.dbc", "--seconds", "60"});
  EXPECT_EQ(send({"123#11.22"}).code, 0);
  EXPECT_EQ(send({"Torque", "tau=-12.5", "gear=Drive", "page=3", "T=85", "--dbc", "car.dbc"}).code,
            0);
  EXPECT_EQ(send({"00000111#R4"}).code, 0);
  EXPECT_EQ(send({"Other", "speed=4660", "--dbc", "car.dbc"}).code, 0);
  EXPECT_EQ(finish(dump).code, 0);
  // By hand: -125 = 0xFF83; gear 1, page 3: 0x31; 85 degC + 40 = 0x7D; 4660 = 0x1234.
  EXPECT_EQ(dumped(),
            "can 123#1122\n"
            "can 101#83FF317D  Torque(tau: -12.5 Nm, gear: Drive, page: 3, T: 85 degC)\n"
            "can 00000111#R4\n"
            "can 00000111#1234000000000000  Other(speed: 4660 rpm)\n");
}

// What the profiles give is in tests/link/e2e_test.cpp; here, that options and file say the same. The fourth has the counter 0
// again, and 3 in the high half of its byte.
TEST_F(Can, what_is_sent_is_protected_as_options_or_a_link_file_say) {
  write("e2e.dbc", R"(VERSION ""
BU_: BENCH VCU
BO_ 256 Pedals: 8 BENCH
 SG_ accelerator : 16|16@1+ (0.01,0) [0|100] "%" VCU
BO_ 512 Torque: 8 VCU
 SG_ tau : 16|16@1- (0.1,0) [-3000|3000] "Nm" BENCH
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;
BA_ "GenMsgCycleTime" BO_ 512 10;
)");
  write("link.json", R"({"vcu": {"can": {"at": "slcan-server://:0", "dbc": "e2e.dbc", "node": "VCU",
    "inputs": [{"signal": "Pedals.accelerator", "is": "accelerator"}],
    "outputs": [{"signal": "Torque.tau", "is": "tau.rear"}],
    "messages": [{"message": "Torque", "e2e": "1A", "data_id": 291}]}}})");
  const pid_t dump = start_dump({"--count", "7", "--link", "link.json", "--seconds", "60"});
  EXPECT_EQ(
      send({"Torque", "tau=50", "--link", "link.json", "--cycle_ms", "1", "--count", "3"}).code, 0);
  EXPECT_EQ(send({"200#0030F401.00000000", "--e2e", "1A", "--data_id", "291"}).code, 0);
  EXPECT_EQ(send({"200#0003F40100000000"}).code, 0);
  EXPECT_EQ(send({"200#0000F40100000000", "--e2e", "5", "--data_id", "291"}).code, 0);
  EXPECT_EQ(send({"100#00"}).code, 0);
  EXPECT_EQ(finish(dump).code, 0);
  std::istringstream lines(dumped());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 7U);
  const char* ends[] = {"E2E initial",        "E2E ok",    "E2E ok",
                        "E2E wrong sequence", "E2E error", "E2E error"};
  for (std::size_t k = 0; k < 6; ++k) EXPECT_TRUE(all[k].ends_with(ends[k])) << all[k];
  for (std::size_t k = 0; k < 5; ++k) EXPECT_TRUE(has(all[k], "Torque(tau: 50 Nm)")) << all[k];
  EXPECT_FALSE(has(all[6], "E2E")) << all[6];
}

TEST_F(Can, a_cyclic_message_is_logged_both_ways_with_its_cycle_time) {
  for (const char* log : {"drive.log", "drive.asc"}) {
    const pid_t dump = start_dump({"--count", "20", "--log", log, "--seconds", "60"});
    const Ran r = send({"Torque", "tau=1", "--dbc", "car.dbc", "--cycle", "--count", "20"});
    EXPECT_EQ(r.code, 0);
    EXPECT_TRUE(has(r.err, "20 frames sent\n")) << r.err;
    EXPECT_EQ(finish(dump).code, 0);
  }
  const can::CanLog a = can::read_candump(read("drive.log"), "drive.log");
  const can::CanLog b = can::read_asc(read("drive.asc"), "drive.asc");
  for (const can::CanLog& log : {a, b}) {
    ASSERT_EQ(log.entries.size(), 20U);
    EXPECT_TRUE(std::ranges::is_sorted(log.entries, {}, &can::LogEntry::t));
    for (const can::LogEntry& e : log.entries)
      EXPECT_EQ(e.frame, (can::Frame{.id = 257, .length = 4, .data = {10, 0, 0, 0}}));
  }
  EXPECT_EQ(b.entries.front().t, 0);
}

TEST_F(Can, a_dump_that_ctrl_c_ends_has_kept_all) {
  const pid_t dump = start_dump({"--log", "drive.asc"});
  EXPECT_EQ(send({"123#11"}).code, 0);
  for (int i = 0; i < 1000 && read("dump.txt").empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(dump, SIGINT);
  EXPECT_EQ(finish(dump).code, 130);
  EXPECT_EQ(dumped(), "can 123#11\n");
  EXPECT_EQ(can::read_asc(read("drive.asc"), "").entries.size(), 1U);
  EXPECT_TRUE(has(read("drive.asc"), "End TriggerBlock"));
  EXPECT_FALSE(fs::is_symlink(file("can")));
}

TEST_F(Can, fewer_frames_than_asked_for_is_a_time_out) {
  const Ran r = evsim({"can", "dump", pty(), "--count", "1", "--seconds", "0.2"});
  EXPECT_EQ(r.code, 124);
  EXPECT_EQ(evsim({"can", "dump", pty(), "--seconds", "0.2"}).code, 0);
}

TEST_F(Can, over_tcp_an_adapter_that_goes_is_told) {
  auto adapter = can::open_port(can::port_address("slcan-server://:0"));
  const pid_t dump = start({"can", "dump", "slcan://" + adapter->name().substr(15)});
  for (int i = 0; i < 1000 && !adapter->status().open; ++i) {
    wait_for(*adapter, 0.01);
    adapter->receive();
  }
  EXPECT_EQ(can::send(*adapter, {.id = 0x7, .fd = true, .length = 12}, 1.0), can::Sent::done);
  adapter = nullptr;
  const Ran r = finish(dump);
  EXPECT_EQ(r.code, 4);
  EXPECT_TRUE(has(r.err, "the adapter has gone")) << r.err;
  EXPECT_TRUE(has(r.out, "slcan 007##0000000000000000000000000\n")) << r.out;
}

TEST_F(Can, a_frame_that_the_adapter_refuses_is_told) {
  auto adapter = can::open_port(can::port_address("slcan-server://:0?fd=off"));
  const std::string address = "slcan://" + adapter->name().substr(15);
  Ran r;
  bool over = false;
  std::thread program([&] {
    r = evsim({"can", "send", address + "?fd=on", "123##1AA"});
    over = true;
  });
  while (!over) {
    wait_for(*adapter, 0.01);
    adapter->receive();
  }
  program.join();
  EXPECT_EQ(r.code, 4);
  EXPECT_TRUE(has(r.err, "the adapter refused the frame")) << r.err;
}

TEST_F(Can, wrong_words_are_told_with_what_would_do) {
  const std::pair<Arguments, const char*> cases[] = {
      {{"dmp", "x"}, "unknown dmp; there are dump, send, dbc"},
      {{"dump", "can0"}, "must be socketcan://INTERFACE"},
      {{"dump", pty(), "--log", "a.txt"}, "must end in .log or .asc"},
      {{"dump", pty(), "--json"}, "--json is not for dump"},
      {{"dump", pty(), "--count", "0"}, "must be at least 1"},
      {{"dump", pty(), "--dbc", "no.dbc"}, "no such file"},
      {{"send", pty()}, "send what?"},
      {{"send", pty(), "12345#11"}, "must be a frame"},
      {{"send", pty(), "123#112"}, "must be a frame"},
      {{"send", pty(), "123#112233445566778899"}, "must be a frame"},
      {{"send", pty(), "Torque"}, "needs --dbc"},
      {{"send", pty(), "Torqe", "--dbc", "car.dbc"}, "did you mean Torque?"},
      {{"send", pty(), "Torque", "tu=1", "--dbc", "car.dbc"}, "did you mean tau?"},
      {{"send", pty(), "Torque", "tau", "--dbc", "car.dbc"}, "must be SIGNAL=VALUE"},
      {{"send", pty(), "Torque", "tau=x", "--dbc", "car.dbc"}, "must be a number"},
      {{"send", pty(), "Torque", "gear=Fly", "--dbc", "car.dbc"}, "a number, Park or Drive"},
      {{"send", pty(), "Torque", "tau=401", "--dbc", "car.dbc"}, "must be -400 to 400 Nm"},
      {{"send", pty(), "Torque", "gear=4", "--dbc", "car.dbc"}, "its 2 bits can hold"},
      {{"send", pty(), "Torque", "T=20", "--dbc", "car.dbc"}, "only with page = 3"},
      {{"send", pty(), "Other", "--dbc", "car.dbc", "--cycle"}, "has no cycle time"},
      {{"send", pty(), "123#11", "--cycle"}, "use --cycle_ms"},
      {{"send", pty(), "123#11", "--e2e", "3"}, "--e2e"},
      {{"send", pty(), "123#11", "--data_id", "3"}, "--e2e"},
      {{"send", pty(), "123#11", "--e2e", "1A"}, "length must be 2"},
      {{"send", pty(), "123#1122", "--e2e", "2"}, "data_ids must be 16 bytes"},
      {{"send", pty(), "Torque", "--link", "no.json"}, "no such file"},
      {{"dump", pty(), "--e2e", "1A"}, "--e2e is not for dump"},
      {{"send", pty(), "123#11", "--count", "3"}, "only with --cycle"},
      {{"dbc", "car.dbc", "Torqe"}, "did you mean Torque?"}};
  for (const auto& [arguments, words] : cases) {
    Arguments a{"can"};
    a.insert(a.end(), arguments.begin(), arguments.end());
    const Ran r = evsim(a);
    EXPECT_EQ(r.code, 2) << words;
    EXPECT_TRUE(has(r.err, words)) << r.err;
  }
  EXPECT_EQ(evsim({"can", "dump", "slcan:///dev/no_such_port"}).code, 4);
}

TEST_F(Can, a_database_is_listed_as_a_table_and_as_json) {
  const Ran table = evsim({"can", "dbc", "car.dbc"});
  EXPECT_EQ(table.code, 0);
  EXPECT_EQ(table.out,
            "message   id                        bytes  cycle time   from\n"
            "  signal  bits                      unit   range        scaling   values\n"
            "Torque    101                       4      10 ms        VCU\n"
            "  tau     0|16 signed               Nm     -400 to 400  0.1 raw\n"
            "  gear    16|2 unsigned                                           0 Park, 1 Drive\n"
            "  page    20|4 unsigned                                           selects\n"
            "  T       24|8 unsigned             degC   -40 to 215   raw - 40  with page = 3\n"
            "Other     00000111                  8                   Inverter\n"
            "  speed   7|16 big endian unsigned  rpm\n");
  const Json all = Json::parse(evsim({"can", "dbc", "car.dbc", "--json"}).out);
  ASSERT_EQ(all["messages"].size(), 2U);
  const Json torque = all["messages"][0];
  EXPECT_EQ(torque["id"], 257);
  EXPECT_EQ(torque["cycle_time_ms"], 10);
  EXPECT_EQ(torque["signals"][0]["unit"], "Nm");
  EXPECT_EQ(torque["signals"][0]["minimum"], -400);
  EXPECT_EQ(torque["signals"][1]["values"]["1"], "Drive");
  EXPECT_EQ(torque["signals"][3]["selector"], "page");
  EXPECT_EQ(torque["signals"][3]["selected_by"], Json::parse("[[3, 3]]"));
  EXPECT_EQ(Json::parse(evsim({"can", "dbc", "car.dbc", "Other", "--json"}).out)["messages"].size(),
            1U);
  EXPECT_EQ(evsim({"can", "dbc", "car.dbc"}, "/dev/full").code, 4);
}

}  // namespace
}  // namespace evsim
