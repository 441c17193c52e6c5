// Who may control where a secret is asked for: over each kind of socket, with the C header, and by hand.
#include "sim/link/secret.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/sha256.h"
#include "sim/link/session.h"
#include "tests/base/hmac_cases.h"
#include "tests/link/socket_controller.h"

namespace evsim::link {
namespace {

using Then = SocketController::Then;
using Bytes = std::vector<std::uint8_t>;

const std::string kSecret = "a secret of the bench";
const char* const kHello = "role vcu\nin accelerator\nout tau.rear\n";

Interface pedals() {
  return {.role = "vcu",
          .unit = "",
          .config = {},
          .inputs = {{"accelerator", Dim::none}},
          .outputs = {{"tau.rear", Dim::torque}}};
}
Then proportional(evsim_link& k) {
  k.output[0] = 100.0 * k.input[0];
  return Then::answer;
}
Bytes proof_of(const std::string& secret, const Bytes& nonce) {
  std::string text(nonce.begin(), nonce.end());
  const Digest d = hmac_sha256(secret, text + kHello);
  return {d.begin(), d.end()};
}

// A controller by hand, message by message.
class ByHand {
 public:
  explicit ByHand(const Endpoint& at) {
    const double until = wall_clock() + 10.0;
    while (!socket_ && wall_clock() < until) try {
        socket_ = connected(at);
      } catch (const EnvironmentError&) {  // pipes are opened in turn
        usleep(1000);
      }
    say(MessageType::hello, kHello);
  }
  void say(MessageType type, const Bytes& payload) {
    socket_.send(encoded({.type = type, .payload = payload}));
  }
  void say(MessageType type, std::string_view text) { say(type, Bytes(text.begin(), text.end())); }
  std::optional<Message> next() {
    Message m;
    const double until = wall_clock() + 10.0;
    while (wall_clock() < until) {
      if (in_.next(m) == Found::message) return m;
      const Socket* one = &socket_;
      wait_for(std::span(&one, 1), 0.02);
      const Received got = socket_.receive(buffer_);
      if (got.io == Io::done) in_.feed(std::span(buffer_).first(got.size));
    }
    return {};
  }

 private:
  Socket socket_;
  Decoder in_;
  Bytes buffer_ = Bytes(20000);
};
std::string text_of(const std::optional<Message>& m) {
  return m ? std::string(m->payload.begin(), m->payload.end()) : "nothing came";
}

class Secret : public testing::TestWithParam<const char*> {
 protected:
  static Endpoint place() {
    static int n = 0;
    const std::string kind = GetParam();
    if (kind == "tcp" || kind == "udp") return endpoint(kind + "://:0");
    return endpoint(kind + ":///tmp/evsim_secret_test." + std::to_string(getpid()) + "." +
                    std::to_string(++n));
  }
  static bool is_stream() { return std::string(GetParam()) != "udp"; }
  // As no exchange does it in these tests.
  template <class T> static T looking(Session& s, std::future<T> other) {
    while (other.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) s.look();
    return other.get();
  }
};
INSTANTIATE_TEST_SUITE_P(Link, Secret, testing::Values("tcp", "udp", "unix", "fifo"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(Secret, who_knows_it_controls_this_run_and_the_next) {
  Session s(place(), {}, kSecret);
  SocketController c(s.endpoint(), kHello, proportional, kSecret);
  Outputs out{.values = {0.0}, .given = {0}};
  for (int run = 1; run <= 2; ++run) {
    s.begin(pedals(), {}, 0.01, 0);
    for (int k = 0; k < 10; ++k)
      ASSERT_EQ(s.exchange(TimeNs{1000000} * k, 1, std::vector{0.1 * k}, out), Answer::in_time);
    EXPECT_NEAR(out.values[0], 90.0, 1e-9);  // rounding
    EXPECT_EQ(c.welcomes(), run);
  }
  EXPECT_EQ(s.stats().joined, 1);
  EXPECT_EQ(s.stats().refused, 0);
}

TEST_P(Secret, who_knows_another_one_is_refused_and_counted) {
  Session s(place(), {.answer = 0.5, .stop = {}}, kSecret);
  SocketController c(s.endpoint(), kHello, proportional, kSecret + "s");
  EXPECT_THROW(s.begin(pedals(), {}, 0.01, 0), EnvironmentError);
  while (!c.ended()) usleep(1000);
  EXPECT_EQ(c.text(), "the proof of the secret is wrong\n");
  EXPECT_EQ(c.welcomes(), 0);
  EXPECT_EQ(s.stats().joined, 0);
  EXPECT_EQ(s.stats().refused, 1);
}

TEST_P(Secret, who_knows_none_is_told_so_by_his_own_side) {
  Session s(place(), {.answer = 0.5, .stop = {}}, kSecret);
  SocketController c(s.endpoint(), kHello, proportional);
  EXPECT_THROW(s.begin(pedals(), {}, 0.01, 0), EnvironmentError);
  while (!c.ended()) usleep(1000);
  EXPECT_EQ(c.text(), "the simulator asks for a secret");
  EXPECT_EQ(s.stats().joined, 0);
}

TEST_P(Secret, who_proves_nothing_is_turned_away_in_time) {
  Session s(place(), {}, kSecret);
  const auto last = looking(s, std::async(std::launch::async, [at = s.endpoint()] {
                              ByHand c(at);
                              const auto first = c.next();
                              EXPECT_TRUE(first && first->type == MessageType::challenge);
                              return c.next();
                            }));
  EXPECT_EQ(text_of(last), "no proof of the secret came in time\n");
  EXPECT_EQ(s.stats().refused, 1);
  EXPECT_FALSE(s.connected());
}

TEST_P(Secret, a_proof_that_was_heard_before_is_none) {
  Session s(place(), {}, kSecret);
  std::optional<ByHand> first;  // it stays until the run has begun
  auto joins = std::async(std::launch::async, [&first, at = s.endpoint()] {
    ByHand& c = first.emplace(at);
    Bytes nonce = c.next().value_or(Message{}).payload;
    EXPECT_EQ(nonce.size(), kNonce);
    c.say(MessageType::proof, proof_of(kSecret, nonce));
    const auto answer = c.next();
    EXPECT_TRUE(answer && answer->type == MessageType::welcome);
    return nonce;
  });
  s.begin(pedals(), {}, 0.01, 0);
  const Bytes heard = looking(s, std::move(joins));
  first.reset();
  EXPECT_EQ(s.stats().joined, 1);
  // Who opens pipes before it is noticed that the other one has gone has the place of that one.
  while (is_stream() && s.connected()) s.look();
  const auto last = looking(s, std::async(std::launch::async, [at = s.endpoint(), heard] {
                              ByHand c(at);
                              EXPECT_NE(c.next().value_or(Message{}).payload, heard);
                              c.say(MessageType::proof, proof_of(kSecret, heard));
                              return c.next();
                            }));
  EXPECT_EQ(text_of(last), "the proof of the secret is wrong\n");
  EXPECT_EQ(s.stats().joined, 1);
  EXPECT_EQ(s.stats().refused, 1);
}

TEST_P(Secret, a_controller_that_starts_again_on_its_connection_proves_it_again) {
  Session s(place(), {}, kSecret);
  auto there = std::async(std::launch::async, [at = s.endpoint()] {
    ByHand c(at);
    std::vector<Bytes> nonces;
    for (int k = 0; k < 2; ++k) {
      if (k > 0) c.say(MessageType::hello, kHello);
      nonces.push_back(c.next().value_or(Message{}).payload);
      c.say(MessageType::proof, proof_of(kSecret, nonces.back()));
      const auto answer = c.next();
      EXPECT_TRUE(answer && answer->type == MessageType::welcome);
    }
    return nonces;
  });
  s.begin(pedals(), {}, 0.01, 0);
  const auto nonces = looking(s, std::move(there));
  EXPECT_NE(nonces[0], nonces[1]);
  EXPECT_EQ(s.stats().joined, 2);
}

TEST_P(Secret, a_proof_without_a_challenge_is_no_message) {
  Session s(place(), {.answer = 0.3, .stop = {}});
  auto there = std::async(std::launch::async, [at = s.endpoint()] {
    ByHand c(at);
    const auto answer = c.next();
    EXPECT_TRUE(answer && answer->type == MessageType::welcome);
    c.say(MessageType::proof, proof_of(kSecret, Bytes(kNonce)));
    usleep(50000);
    return true;
  });
  s.begin(pedals(), {}, 0.01, 0);
  looking(s, std::move(there));
  EXPECT_EQ(s.stats().rejected, 1);
}

TEST(SecretFile, is_its_bytes_without_the_line_end) {
  EXPECT_EQ(secret_in("0123456789abcdef"), "0123456789abcdef");
  EXPECT_EQ(secret_in("0123456789abcdef\n"), "0123456789abcdef");
  EXPECT_EQ(secret_in("0123456789abcdef\r\n"), "0123456789abcdef");
  EXPECT_EQ(secret_in("0123456789abcdef\n\n"), "0123456789abcdef\n");
  EXPECT_THROW(secret_in("0123456789abcde\n"), InputError);
}

// The header for firmware has its own.
TEST(SecretInC, gives_the_codes_under_a_key_of_RFC_4231) {
  for (const auto& [key, text, code] : hmac::kRfc4231) {
    evsim_link_hmac c;
    std::uint8_t digest[EVSIM_LINK_DIGEST];
    evsim_link_hmac_begin(&c, reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
    evsim_link_sha_add(&c.sha, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    evsim_link_hmac_end(&c, digest);
    EXPECT_EQ(hmac::hex(digest), code);
  }
}

}  // namespace
}  // namespace evsim::link
