// Exchanges in lockstep with a controller in another process, beside a bare ping-pong of messages of the same size over the
// same kind of socket. Both processes stay on one core: to wake another one takes longer than all that is measured, and as
// it happens. Wall-clock times of the quickest of several rounds, all by turns in one run.
// Then in a car: a control unit of 1 kHz behind a socket, asked at each of its ticks and at each sixteenth. With e what an
// exchange takes alone and s what the car takes from tick to tick, n ticks an exchange should take e + n s.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <vector>

#include "sim/io/case.h"
#include "sim/link/evsim_link.h"
#include "sim/link/real_time.h"
#include "sim/link/remote.h"
#include "sim/run/result.h"

namespace {

using namespace evsim;
using namespace evsim::link;

constexpr int kRounds = 9, kExchanges = 3000;
constexpr std::size_t kInputs = 24, kOutputs = 6;  // about those of a vehicle control unit
constexpr double kRate = 1000.0, kDuration = 3.0;  // of the control unit in the car [Hz, s]
constexpr int kNever = 1'000'000;                  // ticks an exchange: after the first one none
// Of a step and of its answer [byte].
constexpr std::size_t kStep = 40 + 16 + 8 * kInputs, kAnswer = 40 + 8 + 8 * kOutputs;

Endpoint place(const char* kind, int n) {
  if (std::string(kind) != "unix") return endpoint(std::string(kind) + "://:0");
  return endpoint(fmt::format("unix:///tmp/evsim_bench_link.{}.{}", getpid(), n));
}

// A child that does this and ends.
pid_t child(const std::function<void()>& work) {
  const pid_t out = fork();
  if (out != 0) return out;
  try {
    work();
  } catch (...) {
  }
  _exit(0);
}

// Blocks, as the barest program would.
void block(const Socket& s) {
  fcntl(s.handle(), F_SETFL, fcntl(s.handle(), F_GETFL) & ~O_NONBLOCK);
}
bool receive(const Socket& s, std::vector<std::uint8_t>& buffer, std::size_t size) {
  for (std::size_t have = 0; have < size;) {
    const ssize_t got = recv(s.handle(), buffer.data() + have, buffer.size() - have, 0);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

// Messages there and back with nothing in them [s of wall clock each].
double ping_pong(const char* kind) {
  Endpoint at = place(kind, 1);
  Socket listening = bound(at);
  const bool datagrams = at.transport == Transport::udp;
  const pid_t other = child([&] {
    const Socket s = connected(at);
    std::vector<std::uint8_t> buffer(kStep);
    const std::vector<std::uint8_t> answer(kAnswer);
    block(s);
    if (datagrams) s.send(answer);  // so that the other side knows where
    while (receive(s, buffer, kStep)) s.send(answer);
  });
  std::vector<std::uint8_t> buffer(65536);
  const std::vector<std::uint8_t> step(kStep);
  Socket stream;
  Address to;
  const Socket* one = &listening;
  while (true) {
    wait_for(std::span(&one, 1), 1.0);
    if (datagrams && listening.receive_from(buffer, to).io == Io::done) break;
    if (datagrams) continue;
    stream = listening.accept();
    if (stream) break;
  }
  const Socket& s = datagrams ? listening : stream;
  block(s);
  const double from = wall_clock();
  for (int k = 0; k < kExchanges; ++k) {
    datagrams ? s.send_to(to, step) : s.send(step);
    receive(s, buffer, kAnswer);
  }
  const double out = (wall_clock() - from) / kExchanges;
  stream = {};
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  return out;
}

Interface numbers() {
  Interface out;
  out.role = "vcu";
  for (std::size_t i = 0; i < kInputs; ++i)
    out.inputs.push_back({"in" + std::to_string(i), Dim::none});
  for (std::size_t i = 0; i < kOutputs; ++i)
    out.outputs.push_back({"out" + std::to_string(i), Dim::none});
  return out;
}

// Of the car's control unit.
Interface car_signals() {
  Interface out;
  out.role = "vcu";
  out.inputs = signals_of<evsim_vcu_inputs>({"rear"});
  out.outputs = signals_of<evsim_vcu_outputs>({"rear"});
  return out;
}

// The header for firmware on the other side: 100 Nm whatever comes.
void control(const Endpoint& at, const Interface& signals) {
  std::string hello = "role vcu\nname bench\n";
  for (const Signal& s : signals.inputs) hello += "in " + s.name + "\n";
  for (const Signal& s : signals.outputs) hello += "out " + s.name + "\n";
  static evsim_link k;
  evsim_link_begin(&k, hello.c_str());
  const Socket s = connected(at);
  block(s);
  std::vector<std::uint8_t> buffer(65536);
  const auto flush = [&] {
    if (k.out_size > 0) s.send(std::span(k.out, k.out_size));
    k.out_size = 0;
  };
  flush();
  while (true) {
    const Received got = s.receive(buffer);
    if (got.io != Io::done) return;
    for (std::size_t at_byte = 0; at_byte < got.size;) {
      at_byte += evsim_link_feed(&k, buffer.data() + at_byte, got.size - at_byte);
      for (auto what = evsim_link_next(&k); what != EVSIM_LINK_NOTHING;
           what = evsim_link_next(&k)) {
        if (what == EVSIM_LINK_BYE) return;
        if (what == EVSIM_LINK_STEP) {
          k.output[0] = 100.0;
          evsim_link_answer(&k);
        }
        flush();
      }
    }
  }
}

double exchanges(const char* kind, const Interface& signals) {
  Session s(place(kind, 2), {});
  const Endpoint at = s.endpoint();
  const pid_t other = child([&] { control(at, signals); });
  s.begin(signals, {}, 1e-3, 0);
  Outputs out{.values = std::vector<double>(signals.outputs.size()),
              .given = std::vector<std::uint8_t>(signals.outputs.size())};
  const std::vector<double> in(signals.inputs.size(), 1.0);
  const double from = wall_clock();
  for (int k = 1; k <= kExchanges; ++k) s.exchange(TimeNs{1'000'000} * k, 1, in, out);
  const double each = (wall_clock() - from) / kExchanges;
  const bool all = s.stats().answered == kExchanges;
  s.end();
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  if (!all) throw std::runtime_error("an exchange had no answer");
  return each;
}

// A car with its control unit behind a socket [s of wall clock a tick of it].
double tick_of_car(const Case& car, const char* kind, int ticks_per_exchange) {
  LinkParams p;
  p.vcu.at = to_string(place(kind, 3));
  p.vcu.rate = kRate;
  p.vcu.ticks_per_exchange = ticks_per_exchange;
  const Links links(p, {}, {});
  const Session& session = *links.roles()[0].session;
  const pid_t other = child([&] { control(session.endpoint(), car_signals()); });
  Case c = car;
  c.controllers = links.over({});
  Simulation s(c, io::parameter_setter());
  RunOptions quiet;
  quiet.record = false;
  const double from = wall_clock();
  const RunResult r = run(s, quiet);
  const double taken = wall_clock() - from;
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  const auto ticks = static_cast<std::int64_t>(kRate * kDuration) + 1;
  const std::int64_t awaited = (ticks + ticks_per_exchange - 1) / ticks_per_exchange;
  if (!r.failure.empty() || session.stats().answered != awaited)
    throw std::runtime_error("a run had other exchanges than it should");
  return taken / static_cast<double>(ticks);
}

void in_a_car(const char* kind) {
  const Case car = io::load_case({.scenario = "scenarios/full_throttle.json",
                                  .vehicle = "vehicles/xiaomi_su7.json",
                                  .sets = {"scenario.driver.duration_s=3"},
                                  .levels = {"drive"}})
                       .c;
  double e = 1.0, s = 1.0, by_one = 1.0, by_16 = 1.0;
  for (int k = 0; k < kRounds; ++k) {
    e = std::min(e, exchanges(kind, car_signals()));
    s = std::min(s, tick_of_car(car, kind, kNever));
    by_one = std::min(by_one, tick_of_car(car, kind, 1));
    by_16 = std::min(by_16, 16.0 * tick_of_car(car, kind, 16));
  }
  fmt::print("{:5} exchange e = {:.2f} us, tick of the car s = {:.2f} us\n", kind, 1e6 * e,
             1e6 * s);
  const auto line = [&](int n, double took) {
    const double expected = e + n * s;
    fmt::print(
        "      {:2} ticks an exchange: {:7.2f} us, e + {:2} s = {:7.2f} us, ratio {:.2f}; {:7.0f} "
        "ticks/s\n",
        n, 1e6 * took, n, 1e6 * expected, took / expected, n / took);
  };
  line(1, by_one);
  line(16, by_16);
}

}  // namespace

int main() try {
  go_real_time({.core = 0});
  fmt::print("messages of {} and {} bytes, quickest of {} rounds of {}\n", kStep, kAnswer, kRounds,
             kExchanges);
  for (const char* kind : {"unix", "udp", "tcp"}) {
    double bare = 1.0, ours = 1.0;
    for (int k = 0; k < kRounds; ++k) {
      bare = std::min(bare, ping_pong(kind));
      ours = std::min(ours, exchanges(kind, numbers()));
    }
    fmt::print("{:5} {:7.0f} exchanges/s, bare ping-pong {:7.0f}/s, ratio {:.2f}\n", kind,
               1.0 / ours, 1.0 / bare, bare / ours);
  }
  fmt::print("Xiaomi SU7 at the level drive, its control unit behind a socket at {:.0f} Hz\n",
             kRate);
  for (const char* kind : {"unix", "udp", "tcp"}) in_a_car(kind);
  return 0;
} catch (const std::exception& e) {
  fmt::print(stderr, "bench_link: {}\n", e.what());
  return 4;
}
