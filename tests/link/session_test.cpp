// The exchange with a controller, over each kind of socket; the other side is the C header that firmware includes.
#include "sim/link/session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <thread>

#include "sim/base/errors.h"
#include "tests/link/socket_controller.h"

namespace evsim::link {
namespace {

using Then = SocketController::Then;

Interface pedals() {
  return {.role = "vcu",
          .unit = "",
          .config = {{"mass", Dim::mass}},
          .inputs = {{"v", Dim::speed}, {"accelerator", Dim::none}},
          .outputs = {{"tau.rear", Dim::torque}, {"F_brake", Dim::force}}};
}
const char* const kHello =
    "role vcu\nname of a test\nconfig mass g\nin accelerator\nin v km/h\nout F_brake kN\nout "
    "tau.rear\n";
// F_brake = v [km/h] in kN, tau = 100 accelerator.
Then proportional(evsim_link& k) {
  k.output[0] = k.input[1];
  k.output[1] = 100.0 * k.input[0];
  return Then::answer;
}

class Session_ : public testing::TestWithParam<const char*> {
 protected:
  static Endpoint place() {
    static int n = 0;
    const std::string kind = GetParam();
    if (kind == "tcp" || kind == "udp") return endpoint(kind + "://:0");
    return endpoint(kind + ":///tmp/evsim_session_test." + std::to_string(getpid()) + "." +
                    std::to_string(++n));
  }
  static bool is_stream() { return std::string(GetParam()) != "udp"; }
  static bool exchange(Session& s, int k, Outputs& out) {
    return s.exchange(TimeNs{1000000} * k, 1, std::vector{k / 3.6, 0.01 * k}, out) ==
           Answer::in_time;
  }
  static Outputs nothing() { return {.values = {-1.0, -1.0}, .given = {0, 0}}; }
  // Until a condition that another thread brings about; a test that waits in vain ends by its time-out.
  template <class F> static void until(F&& f) {
    while (!f()) usleep(1000);
  }
};
std::string name_of(const testing::TestParamInfo<const char*>& one) { return one.param; }
INSTANTIATE_TEST_SUITE_P(Link, Session_, testing::Values("tcp", "udp", "unix", "fifo"), name_of);

// Where several may come at once. Pipes have one other end.
class Shared : public Session_ {};
INSTANTIATE_TEST_SUITE_P(Link, Shared, testing::Values("tcp", "udp", "unix"), name_of);

TEST_P(Session_, values_pass_in_the_units_of_the_hello) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, proportional);
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  for (int k = 0; k < 1000; ++k) {
    ASSERT_TRUE(exchange(s, k, out));
    EXPECT_NEAR(out.values[0], k, 1e-9);           // Nm; rounding
    EXPECT_NEAR(out.values[1], 1000.0 * k, 1e-6);  // N
  }
  EXPECT_EQ(out.given, (std::vector<std::uint8_t>{1, 1}));
  EXPECT_EQ(s.stats().answered, 1000);
  EXPECT_EQ(s.stats().joined, 1);
  EXPECT_EQ(c.welcomes(), 1);
  EXPECT_EQ(c.steps(), 1000);
  EXPECT_EQ(s.peer(), "of a test");
}

TEST_P(Session_, configuration_and_clock_come_from_the_simulator) {
  Session s(place(), {});
  std::atomic<double> mass = 0.0, T_s = 0.0;
  std::atomic<std::int64_t> t = 0;
  SocketController c(s.endpoint(), kHello, [&](evsim_link& k) {
    mass = k.config[0], T_s = k.T_s, t = k.time_ns;
    return proportional(k);
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 7, out));
  EXPECT_DOUBLE_EQ(mass, 2100e3);
  EXPECT_DOUBLE_EQ(T_s, 0.01);
  EXPECT_EQ(t, 7000000);
}

TEST_P(Session_, outputs_that_an_answer_leaves_out_stay) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, [](evsim_link& k) {
    k.given = 2;  // tau.rear
    return proportional(k);
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 5, out));
  EXPECT_NEAR(out.values[0], 5.0, 1e-12);
  EXPECT_EQ(out.values[1], -1.0);
  EXPECT_EQ(out.given, (std::vector<std::uint8_t>{1, 0}));
}

TEST_P(Session_, a_controller_may_be_there_before_the_simulator) {
  Endpoint at;
  {
    Session first(place(), {});  // takes a port that is free again then
    at = first.endpoint();
  }
  SocketController c(at, kHello, proportional);
  Session s(at, {});
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  EXPECT_TRUE(exchange(s, 1, out));
}

TEST_P(Session_, a_second_run_starts_the_controller_anew) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, proportional);
  auto out = nothing();
  for (int run = 1; run <= 3; ++run) {
    s.begin(pedals(), {2100.0}, 0.01, 0);
    for (int k = 0; k < 10; ++k) ASSERT_TRUE(exchange(s, k, out));
    EXPECT_EQ(c.welcomes(), run);
  }
  EXPECT_EQ(s.stats().joined, 1);
}

TEST_P(Session_, none_comes) {
  Session s(place(), {.answer = 0.05, .stop = {}});
  EXPECT_THROW(s.begin(pedals(), {2100.0}, 0.01, 0), EnvironmentError);
}

TEST_P(Session_, one_that_dies_is_missed_at_once_and_another_takes_its_place) {
  // A datagram's sender says nothing as it dies: there the patience tells.
  Session s(place(), {.answer = is_stream() ? 0.0 : 0.2, .stop = {}});
  auto out = nothing();
  {
    SocketController dies(s.endpoint(), kHello, [](evsim_link& k) {
      return k.time_ns == 3000000 ? Then::die : proportional(k);
    });
    s.begin(pedals(), {2100.0}, 0.01, 0);
    for (int k = 0; k < 3; ++k) ASSERT_TRUE(exchange(s, k, out));
    EXPECT_FALSE(exchange(s, 3, out));
    EXPECT_NEAR(out.values[0], 2.0, 1e-12);  // as it was
    for (int k = 4; k < 20; ++k) EXPECT_FALSE(exchange(s, k, out));
  }
  SocketController c(s.endpoint(), kHello, proportional);
  int k = 20;
  until([&] { return exchange(s, ++k, out); });
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(exchange(s, ++k, out));
  EXPECT_NEAR(out.values[0], k, 1e-9);
  EXPECT_EQ(s.stats().joined, 2);
  EXPECT_EQ(s.stats().dropped, 1);
}

TEST_P(Session_, one_that_is_silent_is_waited_for_once_and_welcome_when_it_is_back) {
  Session s(place(), {.answer = 0.1, .stop = {}});
  std::atomic<bool> stopped = false;
  SocketController c(s.endpoint(), kHello, [&](evsim_link& k) {
    while (stopped) usleep(1000);  // as in a debugger
    return proportional(k);
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 0, out));
  stopped = true;
  EXPECT_FALSE(exchange(s, 1, out));
  for (int k = 2; k < 1000; ++k) EXPECT_FALSE(exchange(s, k, out));
  EXPECT_EQ(s.stats().silences, 1);  // the others did not wait
  stopped = false;
  int k = 1000;
  until([&] { return exchange(s, ++k, out); });
  EXPECT_NEAR(out.values[0], k, 1e-9);
  EXPECT_EQ(s.stats().late, 1);
  EXPECT_EQ(s.stats().joined, 1);
}

// Time held to the wall clock.
TEST_P(Session_, an_answer_after_its_time_counts_at_the_next_exchange) {
  Session s(place(), {});
  std::atomic<int> may_answer = 1000000;
  SocketController c(s.endpoint(), kHello, [&](evsim_link& k) {
    while (k.sequence > static_cast<unsigned>(may_answer)) usleep(1000);
    return proportional(k);
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  const auto paced = [&](int k, double patience) {
    return s.exchange(TimeNs{1000000} * k, 1, std::vector{k / 3.6, 0.01 * k}, out,
                      wall_clock() + patience);
  };
  ASSERT_EQ(paced(1, 10.0), Answer::in_time);
  may_answer = 1;
  EXPECT_EQ(paced(2, 0.01), Answer::none);
  EXPECT_EQ(paced(3, 0.01), Answer::none);  // it is asked again
  EXPECT_NEAR(out.values[0], 1.0, 1e-9);
  EXPECT_EQ(s.stats().silences, 2);
  may_answer = 3;
  int k = 3;
  Answer a{};
  until([&] { return (a = paced(++k, 0.01)) != Answer::none || out.values[0] > 1.5; });
  EXPECT_EQ(a, Answer::late);
  EXPECT_GE(out.values[0], 2.0 - 1e-9);
  EXPECT_LE(out.values[0], 3.0 + 1e-9);
  EXPECT_GE(s.stats().late, 1);
  may_answer = 1000000;
  until([&] { return paced(++k, 10.0) == Answer::in_time; });
  EXPECT_NEAR(out.values[0], k, 1e-9);
  EXPECT_EQ(s.stats().joined, 1);
}

TEST_P(Session_, an_answer_that_comes_twice_counts_once) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, [](evsim_link& k) {
    proportional(k);
    return Then::answer_twice;
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  for (int k = 0; k < 100; ++k) {
    ASSERT_TRUE(exchange(s, k, out));
    EXPECT_NEAR(out.values[0], k, 1e-9);
  }
  EXPECT_GT(s.stats().duplicates, 0);
  EXPECT_EQ(s.stats().answered, 100);
}

TEST_P(Shared, a_second_controller_is_refused_while_there_is_one) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, proportional);
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  SocketController other(s.endpoint(), kHello, proportional);
  int k = 0;
  until([&] { return exchange(s, ++k, out) && other.ended(); });
  EXPECT_EQ(other.text(), "there is a controller: of a test\n");
  EXPECT_EQ(other.steps(), 0);
  EXPECT_GE(s.stats().refused, 1);
  EXPECT_EQ(s.stats().answered, k);
}

TEST_P(Shared, one_that_does_not_fit_is_told_why) {
  Session s(place(), {.answer = 0.0, .stop = {}});
  SocketController wrong(s.endpoint(), "role vcu\nin speed\nout tau.rear\n", proportional);
  SocketController right(s.endpoint(), kHello, proportional);
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  int k = 0;
  until([&] { return exchange(s, ++k, out) && wrong.ended(); });
  EXPECT_EQ(s.peer(), "of a test");
  const std::string told = wrong.text();
  EXPECT_TRUE(told == "line 2: no signal \"speed\"; must be one of v, accelerator\n" ||
              told.starts_with("there is a controller"))
      << told;
}

TEST_P(Shared, garbage_from_others_disturbs_nothing) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, proportional);
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  std::uint32_t random = 1;
  const auto next = [&] {
    return static_cast<std::uint8_t>((random = random * 1664525u + 1013904223u) >> 24);
  };
  std::vector<std::uint8_t> real = encoded({.type = MessageType::answer, .payload = {1, 2, 3}});
  std::vector<Socket> others;
  for (int k = 0; k < 300; ++k) {
    std::vector<std::uint8_t> bytes(1 + next());
    for (auto& b : bytes) b = next();
    others.push_back(connected(s.endpoint()));
    switch (k % 4) {
      case 0: others.back().send(bytes); break;
      case 1: others.back().send(real); break;                       // no hello
      case 2: others.back().send(std::span(real).first(17)); break;  // never goes on
      default: break;                                                // says nothing
    }
    ASSERT_TRUE(exchange(s, k, out));
    EXPECT_NEAR(out.values[0], k, 1e-9);
  }
  EXPECT_EQ(s.stats().joined, 1);
  EXPECT_EQ(s.stats().dropped, 0);
  EXPECT_GT(s.stats().rejected, 100);
}

TEST_P(Session_, a_controller_whose_bytes_make_no_sense_any_more_is_dropped) {
  Session s(place(), {.answer = 0.3, .stop = {}});
  SocketController c(s.endpoint(), kHello, [](evsim_link& k) {
    if (k.time_ns == 2000000) k.outputs = 1;  // a value less than its hello says
    return proportional(k);
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 0, out));
  ASSERT_TRUE(exchange(s, 1, out));
  EXPECT_FALSE(exchange(s, 2, out));
  EXPECT_EQ(s.stats().rejected, 1);
  EXPECT_EQ(s.stats().dropped, 1);
  EXPECT_FALSE(s.connected());
}

TEST_P(Session_, the_end_of_a_run_is_told) {
  Session s(place(), {});
  SocketController c(s.endpoint(), kHello, proportional);
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 0, out));
  s.end();
  EXPECT_TRUE(s.connected());  // for the next one
}

TEST_P(Session_, a_wait_ends_when_it_is_told_to) {
  std::atomic<bool> stop = false;
  Session s(place(), {.answer = 0.0, .stop = [&] { return stop.load(); }});
  SocketController c(s.endpoint(), kHello, [&](evsim_link& k) {
    if (k.time_ns == 0) return proportional(k);
    stop = true;
    return Then::be_silent;
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  auto out = nothing();
  ASSERT_TRUE(exchange(s, 0, out));
  EXPECT_FALSE(exchange(s, 1, out));
}

TEST(Endpoint, is_read_and_written) {
  for (const char* text : {"tcp://127.0.0.1:4815", "udp://0.0.0.0:1", "unix:///tmp/x.sock",
                           "fifo:///tmp/foc", "tcp://[::1]:65535", "tcp://bench.local:0"})
    EXPECT_EQ(to_string(endpoint(text)), text);
  EXPECT_EQ(to_string(endpoint("tcp://:4815")), "tcp://127.0.0.1:4815");  // this machine alone
  const auto problem = [](const std::string& text) -> std::string {
    try {
      endpoint(text);
      return "";
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
  };
  const std::string kinds =
      "must be tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or fifo:///PATH";
  EXPECT_EQ(problem("localhost:80"), kinds);
  EXPECT_EQ(problem("serial:///dev/x"), kinds);
  for (const char* text :
       {"tcp://localhost", "tcp://localhost:", "tcp://:65536", "udp://:-1", "tcp://a:80x"})
    EXPECT_EQ(problem(text), "has no port from 0 (any) to 65535 at its end") << text;
  EXPECT_EQ(problem("unix://"), "has no path; must be unix:///PATH");
  EXPECT_EQ(problem("fifo://"), "has no path; must be fifo:///PATH");
  EXPECT_EQ(problem("unix://" + std::string(200, 'a')),
            "its path has 200 characters; must be at most 107");
}

TEST(Endpoint, that_is_taken_is_an_error_and_a_path_left_behind_is_not) {
  const Endpoint at = endpoint("unix:///tmp/evsim_endpoint_test." + std::to_string(getpid()));
  {
    Endpoint e = at;
    const Socket s = bound(e);
    Endpoint again = at;
    EXPECT_THROW(bound(again), EnvironmentError);
  }
  Endpoint e = at;
  EXPECT_NO_THROW(bound(e));  // its file was there still
  unlink(at.path.c_str());
  Endpoint tcp = endpoint("tcp://:0");
  const Socket s = bound(tcp);
  EXPECT_GT(tcp.port, 0);
  EXPECT_THROW(bound(tcp), EnvironmentError);
}

// ---- Pipes ------------------------------------------------------------------------------------------

// As an emulator opens them: reading waits for the simulator, writing needs one that reads.
class Pipes : public testing::Test {
 protected:
  ~Pipes() override {
    for (const char* end : {".in", ".out"}) unlink((at_.path + end).c_str());
  }
  int in(int flags) const { return open((at_.path + ".in").c_str(), O_RDONLY | flags); }
  int out() const { return open((at_.path + ".out").c_str(), O_WRONLY | O_NONBLOCK); }
  Endpoint at_ = endpoint("fifo:///tmp/evsim_pipes_test." + std::to_string(getpid()));
};

TEST_F(Pipes, lie_there_once_the_simulator_listens_and_one_simulator_has_them) {
  EXPECT_LT(in(O_NONBLOCK), 0);
  Endpoint e = at_;
  {
    const Socket s = bound(e);
    const Socket controller(in(0), out());
    EXPECT_GE(controller.handle(), 0);
    EXPECT_THROW(bound(e), EnvironmentError);
  }
  EXPECT_EQ(out(), -1);  // nobody reads
  EXPECT_THROW(connected(at_), EnvironmentError);
  EXPECT_NO_THROW(bound(e));  // they were there still
}

TEST_F(Pipes, are_not_made_over_something_else) {
  const std::string path = at_.path + ".in";
  close(open(path.c_str(), O_CREAT | O_WRONLY, 0600));
  Endpoint e = at_;
  EXPECT_THROW(bound(e), EnvironmentError);
}

TEST_F(Pipes, a_controller_that_waits_at_them_is_let_in) {
  Endpoint e = at_;
  { const Socket before = bound(e); }
  std::atomic<bool> is_in = false;
  std::thread controller([&] {
    const Socket s(in(0));  // returns when a simulator is there
    is_in = true;
  });
  usleep(20000);
  EXPECT_FALSE(is_in);
  const Socket s = bound(e);
  controller.join();
  EXPECT_TRUE(is_in);
}

TEST_F(Pipes, the_end_of_either_side_is_seen_by_the_other) {
  Endpoint e = at_;
  Socket listening = bound(e);
  std::array<std::uint8_t, 16> bytes{};
  for (int k = 0; k < 3; ++k) {
    EXPECT_FALSE(listening.accept());
    {
      const Socket controller = connected(at_);
      EXPECT_FALSE(listening.accept());  // until it says something
      controller.send(std::array<std::uint8_t, 3>{1, 2, 3});
      Socket peer = listening.accept();
      ASSERT_TRUE(peer);
      EXPECT_EQ(peer.receive(bytes).size, 3u);
      EXPECT_EQ(peer.receive(bytes).io, Io::would_wait);
      EXPECT_EQ(peer.send(bytes), Io::done);  // never read: the next one doesn't see it
      if (k < 2) continue;
      EXPECT_EQ(controller.receive(bytes).size, 16u);
      { const Socket gone = std::move(peer); }
      EXPECT_EQ(controller.receive(bytes).io, Io::closed);
    }
  }
}

TEST_F(Pipes, what_one_left_unread_is_gone_before_the_next) {
  Endpoint e = at_;
  Socket listening = bound(e);
  const Socket dead(in(0));  // its end that reads closes last
  {
    const Socket writes(out());
    ASSERT_EQ(write(writes.handle(), "x", 1), 1);
    const Socket peer = listening.accept();
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer.send(std::array<std::uint8_t, 3>{1, 2, 3}), Io::done);
  }
  EXPECT_FALSE(listening.accept());
  const Socket next = connected(at_);
  std::array<std::uint8_t, 16> bytes{};
  EXPECT_EQ(next.receive(bytes).io, Io::would_wait);
}

TEST_F(Pipes, one_who_opens_and_says_nothing_leaves_no_trace) {
  Endpoint e = at_;
  Socket listening = bound(e);
  close(out());
  EXPECT_FALSE(listening.accept());
  const Socket* all = &listening;
  EXPECT_FALSE(wait_for(std::span(&all, 1), 0.0));
}

// ---- Faults -----------------------------------------------------------------------------------------

// The output at exchanges 1 to 30, one each millisecond; 0 where there was no answer. The fault is there from 10 to 20.
std::vector<double> answers(const Endpoint& at, scenario::LinkFault f, Stats* stats = nullptr) {
  Session s(at, {});
  std::atomic<bool> stop = false;
  // One that comes again when its connection ends.
  std::thread controllers([&] {
    while (!stop) {
      SocketController c(s.endpoint(), kHello, proportional);
      while (!stop && !c.ended()) usleep(200);
    }
  });
  s.begin(pedals(), {2100.0}, 0.01, 0);
  Outputs out{.values = {0.0, 0.0}, .given = {0, 0}};
  std::vector<double> all{0.0};
  f.duration = 0.010;
  for (int k = 1; k <= 30; ++k) {
    const TimeNs t = TimeNs{1000000} * k;
    if (k == 10) s.link_fault(f, t, 7);
    const Answer a = s.exchange(t, 1, std::vector{k / 3.6, 0.01 * k}, out);
    all.push_back(a == Answer::none ? 0.0 : std::round(1e6 * out.values[0]) / 1e6);
  }
  if (stats != nullptr) *stats = s.stats();
  stop = true;
  controllers.join();
  return all;
}
std::vector<double> expected(const std::function<double(int)>& while_there) {
  std::vector<double> out;
  for (int k = 0; k <= 30; ++k) out.push_back(k >= 10 && k < 20 ? while_there(k) : k);
  return out;
}
scenario::LinkFault fault(Fault kind, Direction d = Direction::both) {
  scenario::LinkFault out;
  out.fault = kind;
  out.direction = d;
  return out;
}

TEST_P(Session_, messages_that_are_lost_are_missed) {
  for (const Direction d : {Direction::to_controller, Direction::from_controller})
    EXPECT_EQ(answers(place(), fault(Fault::drop, d)), expected([](int) { return 0.0; }));
  EXPECT_EQ(answers(place(), fault(Fault::cut)), expected([](int) { return 0.0; }));
  EXPECT_EQ(answers(place(), fault(Fault::corrupt, Direction::from_controller)),
            expected([](int) { return 0.0; }));
}

TEST_P(Session_, messages_that_are_late_come_later) {
  scenario::LinkFault f = fault(Fault::delay, Direction::from_controller);
  f.delay = 0.003;
  std::vector<double> want = expected([](int k) { return k < 13 ? 0.0 : k - 3.0; });
  EXPECT_EQ(answers(place(), f), want);
  f.direction = Direction::to_controller;
  EXPECT_EQ(answers(place(), f), want);
  f.fault = Fault::jitter;
  const auto once = answers(place(), f);
  EXPECT_EQ(answers(place(), f), once);  // by the seed
  for (int k = 10; k < 20; ++k) {
    const double got = once[static_cast<std::size_t>(k)];
    EXPECT_TRUE(got == 0.0 || (got >= k - 3.0 && got <= k)) << k << " " << got;
  }
}

TEST_P(Session_, messages_out_of_order_and_twice) {
  EXPECT_EQ(answers(place(), fault(Fault::reorder, Direction::from_controller)),
            expected([](int k) { return k % 2 == 0 ? 0.0 : k - 1.0; }));
  EXPECT_EQ(answers(place(), fault(Fault::duplicate)), expected([](int k) { return k; }));
}

TEST_P(Session_, a_step_that_does_not_count_on_is_answered_as_the_one_before) {
  EXPECT_EQ(answers(place(), fault(Fault::frozen_counter, Direction::to_controller)),
            expected([](int) { return 9.0; }));
}

TEST_P(Session_, a_controller_that_dies_is_missed_until_another_comes) {
  Stats s;
  EXPECT_EQ(answers(place(), fault(Fault::death), &s), expected([](int) { return 0.0; }));
  EXPECT_GE(s.dropped, 1);
  EXPECT_EQ(answers(place(), fault(Fault::restart), &s), expected([](int k) { return k; }));
  EXPECT_EQ(s.dropped, 1);
  EXPECT_EQ(s.joined, 2);
}

TEST_P(Session_, a_wrong_checksum_ends_a_stream) {
  const std::string kind = GetParam();
  if (kind == "udp") GTEST_SKIP() << "a datagram is repeated";
  Stats s;
  const auto got = answers(place(), fault(Fault::wrong_crc, Direction::to_controller), &s);
  EXPECT_EQ(got[9], 9.0);
  // The controller may be back before it was missed, and answers then.
  EXPECT_TRUE(got[10] == 0.0 || got[10] == 10.0) << got[10];
  EXPECT_GE(s.dropped, 1);
}

}  // namespace
}  // namespace evsim::link
