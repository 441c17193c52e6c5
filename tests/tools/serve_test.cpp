// The command `evsim serve` by itself; what passes between it and a window has tests of its own (tests/gui).
#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

class Serve : public Program {
 protected:
  // Until the run that has been started says so.
  void wait_until_it_listens() const {
    for (int i = 0; i < 12000; ++i) {
      if (exists("stderr.txt") && read("stderr.txt").find("listens at ") != std::string::npos)
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "it does not listen";
  }
};

TEST_F(Serve, an_interrupt_ends_it_and_what_was_run_is_kept_and_replays) {
  const pid_t run = start({"serve", "drive.json", "--vehicle", "car.json", "--listen",
                           "127.0.0.1:0", "--pace", "100000"});
  wait_until_it_listens();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(run, SIGINT);
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_NE(r.err.find("car in drive listens at tcp://127.0.0.1:"), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("energy_battery_kWh"), std::string::npos) << r.out;
  EXPECT_EQ(evsim({"replay", "results/drive/car"}).code, 0);
}

TEST_F(Serve, what_was_run_so_far_is_what_is_kept) {
  EXPECT_EQ(evsim({"serve", "drive.json", "--vehicle", "car.json", "--listen", "127.0.0.1:0",
                   "--paused", "--timeout", "0.2"})
                .code,
            0);
  EXPECT_EQ(read_json("results/drive/car/summary.json")["interrupted"], true);
}

TEST_F(Serve, other_machines_are_listened_to_with_a_secret_only) {
  const Ran without =
      evsim({"serve", "drive.json", "--vehicle", "car.json", "--listen", "0.0.0.0:0"});
  EXPECT_EQ(without.code, 2);
  EXPECT_NE(without.err.find("needs a secret"), std::string::npos) << without.err;
  write("short.secret", "too short\n");
  const Ran with_short = evsim({"serve", "drive.json", "--vehicle", "car.json", "--listen",
                                "0.0.0.0:0", "--secret", "short.secret"});
  EXPECT_EQ(with_short.code, 2);
  EXPECT_NE(with_short.err.find("short.secret"), std::string::npos) << with_short.err;
  EXPECT_NE(with_short.err.find("must be at least 16"), std::string::npos) << with_short.err;
}

TEST_F(Serve, a_wrong_address_is_refused) {
  const Ran r = evsim({"serve", "drive.json", "--vehicle", "car.json", "--listen", "here"});
  EXPECT_EQ(r.code, 2);
  EXPECT_NE(r.err.find("--listen"), std::string::npos) << r.err;
}

}  // namespace
}  // namespace evsim
