// evsim hil on the command line, with the examples of docs/link_protocol.md on the other side.
#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

class Hil : public Program {
 protected:
  Hil() {
    write("race.json", R"({"vehicle": "car.json",
"driver": {"type": "pedals", "pedals": "pedals.csv"},
"record": {"rate_Hz": 100}})");
    write("pedals.csv",
          "t [s],accelerator [1],brake [1]\n0,0,0\n1,0.5,0\n5,0.5,0\n6,0,0.2\n9,0,0.2\n");
    link("tcp://:0");
  }
  void link(const std::string& at, const std::string& more = "") const {
    write("link.json", R"({"vcu": {"at": ")" + at + "\"" + more + "}}");
  }
  // A program with arguments; what it says is not kept.
  static pid_t other(const std::vector<std::string>& command) {
    const pid_t child = fork();
    if (child != 0) return child;
    std::vector<char*> argv;
    for (const std::string& a : command) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(126);
  }
  static int ended(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // Where the run that has been started listens.
  std::string place() const {
    for (std::string at; true; std::this_thread::sleep_for(std::chrono::milliseconds(5))) {
      if (!exists("stderr.txt")) continue;
      const std::string said = read("stderr.txt");
      const auto from = said.find("listens at ");
      const auto to = said.find('\n');
      if (from != std::string::npos && to != std::string::npos)
        return said.substr(from + 11, to - from - 11);
    }
  }
  static std::string port(const std::string& at) { return at.substr(at.rfind(':') + 1); }
};

TEST_F(Hil, the_example_in_C_drives_the_car_and_its_link_is_reported) {
  const pid_t run = start({"hil", "race.json", "--link", "link.json"});
  const pid_t controller = other({EVSIM_EXAMPLE_VCU, port(place())});
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(ended(controller), 0);
  EXPECT_NE(r.out.find("Link of vcu at tcp://127.0.0.1:"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("pedals in C"), std::string::npos);
  EXPECT_NE(read("results/race/car/signals.csv").find("vcu.controller.connected"),
            std::string::npos);

  const Ran again = evsim({"replay", "results/race/car"});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("the run's vcu was a program at tcp://127.0.0.1:"), std::string::npos)
      << again.err;
}

TEST_F(Hil, the_examples_in_Python_and_C_give_the_same_signals) {
  std::vector<std::string> signals;
  for (const bool python : {false, true}) {
    const pid_t run = start({"hil", "race.json", "--link", "link.json"});
    const std::string at = place(), root = EVSIM_SOURCE_DIR;
    const pid_t controller = python ? other({"env", "PYTHONPATH=" + root + "/tools/python",
                                             "python3", root + "/docs/examples/link/vcu.py", at})
                                    : other({EVSIM_EXAMPLE_VCU, port(at)});
    EXPECT_EQ(finish(run).code, 0);
    EXPECT_EQ(ended(controller), 0);
    signals.push_back(read("results/race/car/signals.csv"));
    fs::remove(file("stderr.txt"));
  }
  EXPECT_GT(signals[0].size(), 10000u);
  EXPECT_EQ(signals[0], signals[1]);
}

TEST_F(Hil, pipes_give_the_signals_of_a_socket) {
  std::vector<std::string> signals;
  for (const std::string& at :
       {std::string("tcp://:0"), "fifo://" + fs::absolute(file("vcu")).string()}) {
    link(at);
    const pid_t run = start({"hil", "race.json", "--link", "link.json"});
    const std::string there = place(), root = EVSIM_SOURCE_DIR;
    const pid_t controller = other({"env", "PYTHONPATH=" + root + "/tools/python", "python3",
                                    root + "/docs/examples/link/vcu.py", there});
    EXPECT_EQ(finish(run).code, 0);
    EXPECT_EQ(ended(controller), 0);
    signals.push_back(read("results/race/car/signals.csv"));
    fs::remove(file("stderr.txt"));
  }
  EXPECT_GT(signals[0].size(), 10000u);
  EXPECT_EQ(signals[0], signals[1]);
}

TEST_F(Hil, a_secret_is_asked_for_and_proved_in_Python) {
  write("bench.secret", "a secret of the bench\n");
  write("vcu.py", R"(import sys
from evsim_link import Link, Refused
try:
    for step in Link(sys.argv[1], role="vcu", outputs=["F_brake kN"], secret=sys.argv[2]):
        step.answer({"F_brake": 1.0})
except Refused as e:
    print(e)
    sys.exit(3)
)");
  link("tcp://:0", R"(, "secret_file": "bench.secret", "patience_s": 10)");
  const std::string root = EVSIM_SOURCE_DIR, script = fs::absolute(file("vcu.py")).string();
  const pid_t run = start({"hil", "race.json", "--link", "link.json"});
  const std::string at = place();
  const auto with = [&](const std::string& secret) {
    return other({"env", "PYTHONPATH=" + root + "/tools/python", "python3", script, at, secret});
  };
  EXPECT_EQ(ended(with("")), 3);
  EXPECT_EQ(ended(with("a secret of another bench")), 3);
  EXPECT_EQ(ended(with("a secret of the bench")), 0);
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_NE(r.out.find("controllers turned away"), std::string::npos) << r.out;
}

TEST_F(Hil, a_link_file_that_is_wrong_is_an_error_before_anything_runs) {
  const auto problem = [&](const std::string& text) {
    write("link.json", text);
    const Ran r = evsim({"hil", "race.json", "--link", "link.json"});
    EXPECT_EQ(r.code, 2);
    return r.err;
  };
  EXPECT_NE(
      problem("{}").find("link.json:1: links no role; must be vcu, motor_control, bms or brake"),
      std::string::npos);
  EXPECT_NE(
      problem(R"({"vcu": {"at": "here"}})").find("link.json:1: vcu.at: got here, must be tcp:"),
      std::string::npos);
  EXPECT_NE(problem(R"({"vcu": {"at": "tcp://:0", "timeout": 1}})").find("timeout"),
            std::string::npos);
  EXPECT_NE(problem(R"({"charger": {"at": "tcp://:0"}})").find("charger"), std::string::npos);
  EXPECT_FALSE(exists("results"));
}

// Held to the wall clock the simulator does not wait: steps are unread and answers too as it ends.
TEST_F(Hil, a_controller_that_is_too_slow_still_learns_of_the_end) {
  write("slow.py", R"(import sys, time
from evsim_link import Link
n = 0
for step in Link(sys.argv[1], role="vcu", inputs=["tick"], outputs=["F_brake"]):
    assert step["tick"] == n
    n += 1
    time.sleep(0.002)
    step.answer({"F_brake": 0.0})
assert n == 901, n
)");
  const pid_t run = start({"hil", "race.json", "--link", "link.json", "--pace", "10"});
  const std::string root = EVSIM_SOURCE_DIR;
  const pid_t controller =
      other({"env", "PYTHONPATH=" + root + "/tools/python", "python3", file("slow.py"), place()});
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_NE(r.out.find("exchanges   901"), std::string::npos) << r.out;
  EXPECT_EQ(ended(controller), 0);
}

TEST_F(Hil, why_a_controller_was_turned_away_is_said_on_both_sides) {
  write("vcu.py", R"(import sys
from evsim_link import Link, Refused
try:
    list(Link(sys.argv[1], role="vcu", inputs=["acelerator"], outputs=["F_brake kg"]))
except Refused as e:
    sys.exit(str(e))
)");
  link("tcp://:0", R"(, "patience_s": 60)");
  const std::string root = EVSIM_SOURCE_DIR;
  const pid_t run = start({"hil", "race.json", "--link", "link.json"});
  const pid_t controller =
      other({"sh", "-c", "PYTHONPATH=$1 python3 $2 $3 2> $4", "sh", root + "/tools/python",
             file("vcu.py"), place(), file("said.txt")});
  EXPECT_EQ(ended(controller), 1);
  kill(run, SIGINT);
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 130);
  const std::string said = read("said.txt");
  EXPECT_NE(said.find("line 3: no signal \"acelerator\"; must be one of time_ns, "),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("line 4: F_brake can't be in \"kg\"; SI is N\n"), std::string::npos);
  EXPECT_NE(
      r.err.find("before the run was interrupted; the last one that asked was turned away:\n" +
                 said),
      std::string::npos)
      << r.err;
}

TEST_F(Hil, without_a_controller_there_is_no_run) {
  link("tcp://:0", R"(, "patience_s": 0.1)");
  const Ran r = evsim({"hil", "race.json", "--link", "link.json"});
  EXPECT_EQ(r.code, 4);
  EXPECT_NE(r.err.find("no controller for vcu came to tcp://127.0.0.1:"), std::string::npos)
      << r.err;
}

TEST_F(Hil, a_wait_for_a_controller_can_be_interrupted) {
  link("tcp://:0", R"(, "patience_s": 0)");
  const pid_t run = start({"hil", "race.json", "--link", "link.json"});
  place();
  kill(run, SIGINT);
  const Ran r = finish(run);
  EXPECT_EQ(r.code, 130) << r.err;
}

}  // namespace
}  // namespace evsim
