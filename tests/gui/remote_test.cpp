// A window on another machine: what goes over the wire, and that it makes no difference. All by hand: both sides look
// when the test says so.
#include <atomic>
#include <thread>

#include "gui/live/client.h"
#include "gui/live/server.h"
#include "gui/live/session.h"
#include "gui/model/app.h"
#include "sim/base/errors.h"
#include "sim/base/floating_point.h"
#include "tests/gui/bits.h"
#include "tests/gui/loaded.h"

namespace evsim::live {
namespace {

using test::bits;

constexpr char kSecret[] = "a secret of more than sixteen bytes";

CaseFiles setup_of(const io::LoadedCase& l) {
  return {.vehicle = l.request.vehicle,
          .scenario = l.request.scenario,
          .sets = l.request.sets,
          .levels = l.request.levels,
          .files = l.inputs,
          .signals = {},
          .buses = {}};
}
link::Endpoint at(const std::string& host) {
  return {.transport = link::Transport::tcp, .host = host, .port = 0, .path = {}};
}
link::Endpoint here() { return at("127.0.0.1"); }
Command mass(double kg) {
  return {{.t = 0.0, .command = scenario::SetParameter{.path = "chassis.mass_kg", .value = kg}}};
}

// A server that is looked after by a thread while a client's constructor waits for it.
class Background {
 public:
  explicit Background(Server& s)
      : thread_([&s](const std::stop_token& stop) {
          while (!stop.stop_requested()) s.look(0.001);
        }) {}

 private:
  std::jthread thread_;
};

// A session and its server.
struct Bench {
  explicit Bench(const io::LoadedCase& loaded, const std::string& secret = {},
                 Options options = {.paused = false, .pace = kInfinity})
      : session(loaded.c, options),
        server({.at = here(),
                .secret = secret,
                .say = [this](const std::string& text) { said.push_back(text); }},
               session.port(), setup_of(loaded)) {}

  std::unique_ptr<Client> client(const std::string& secret = {}, const std::string& name = "desk") {
    const Background looked_after(server);
    return std::make_unique<Client>(Client::Options{
        .at = server.endpoint(), .secret = secret, .name = name, .between_tries = 0.0});
  }
  // Until what is awaited is there; false where it does not come.
  template <class Done> bool exchange(Client& c, Done done) {
    for (int i = 0; i < 100000; ++i) {
      session.drain();
      session.publish();
      server.look(0.0);
      c.look(0.0);
      if (done()) return true;
    }
    return false;
  }
  // Asks, and waits for the notice.
  Notice ask(Client& c, Ask what) {
    const std::uint64_t id = c.port().ask(std::move(what));
    std::optional<Notice> out;
    exchange(c, [&] {
      while (auto n = c.port().notices.pop())
        if (n->id == id) out = *n;
      return out.has_value();
    });
    if (!out) ADD_FAILURE() << "no notice";
    return out.value_or(Notice{});
  }
  void advance(double t) { session.advance(t); }

  Session session;
  std::vector<std::string> said;
  Server server;
};

// ---- Values as bytes ------------------------------------------------------------------------------

TEST(Pack, gives_back_what_it_got) {
  GoBack back{.t = 1.25,
              .edits = {{.set = {.path = "chassis.mass_kg", .value = 2000.0}, .as_loaded = true}}};
  const auto again = unpacked<Request>(packed(Request{.id = 77, .ask = back}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, 77U);
  const auto& b = std::get<GoBack>(again->ask);
  EXPECT_EQ(b.t, 1.25);
  ASSERT_EQ(b.edits.size(), 1U);
  EXPECT_EQ(b.edits[0].set.path, "chassis.mass_kg");
  EXPECT_TRUE(b.edits[0].as_loaded);

  LinkPicture links;
  links.frames_lost = 3;
  links.links.resize(1);
  links.links[0].counts = {{"exchanges", "with the controller", 12}};
  links.links[0].times = {{.name = "round_trip", .doc = "", .of = {}}};
  links.links[0].times[0].of.add(0.002);
  links.links[0].pace.first = LinkFigures::Late{.t = 1.0, .by = 0.5};
  const auto l = unpacked<LinkPicture>(packed(links));
  ASSERT_TRUE(l);
  EXPECT_EQ(l->frames_lost, 3);
  EXPECT_EQ(l->links[0].counts[0].n, 12);
  EXPECT_EQ(l->links[0].times[0].of.count(), 1);
  EXPECT_EQ(l->links[0].times[0].of.max(), 0.002);
  ASSERT_TRUE(l->links[0].pace.first);
  EXPECT_EQ(l->links[0].pace.first->by, 0.5);
}

// By hand: an id of 8 bytes, a choice of one, and what it holds.
TEST(Pack, is_laid_out_as_it_says) {
  EXPECT_EQ(packed(Request{.id = 258, .ask = Steps{.n = 3}}),
            (Bytes{2, 1, 0, 0, 0, 0, 0, 0, 5, 3, 0, 0, 0}));
  EXPECT_EQ(packed(Refused{"no"}), (Bytes{2, 0, 0, 0, 'n', 'o'}));
  EXPECT_EQ(shape<Request>(), shape<Request>());
  EXPECT_NE(shape<Picture>(), shape<Notice>());
}

TEST(Pack, takes_no_part_of_a_value_and_nothing_that_is_beyond_it) {
  const Bytes whole = packed(Request{.id = 1, .ask = mass(2000.0)});
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(unpacked<Request>(std::span(whole).first(n))) << n;
  Bytes more = whole;
  more.push_back(0);
  EXPECT_FALSE(unpacked<Request>(more));
  EXPECT_FALSE(unpacked<Request>(Bytes{1, 0, 0, 0, 0, 0, 0, 0, 200}));  // no such choice
  EXPECT_FALSE(unpacked<Refused>(Bytes{255, 255, 255, 255, 'n', 'o'}));
  EXPECT_FALSE(unpacked<scenario::Mode>(Bytes{5, 0, 0, 0}));
  EXPECT_EQ(unpacked<scenario::Mode>(Bytes{4, 0, 0, 0}), scenario::Mode::release);
}

TEST(Messages, come_out_of_a_stream_in_pieces_of_any_size) {
  Bytes all;
  append(all, MessageType::refused, packed(Refused{"first"}));
  append(all, MessageType::notice, packed(Notice{.id = 2, .t = 0.5, .refused = "second"}));
  for (const std::size_t piece : {1UL, 7UL, 16UL, 1000UL}) {
    Decoder d(1000);
    std::vector<Message> got;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      d.feed(std::span(all).subspan(at, std::min(piece, all.size() - at)));
      while (auto m = d.next()) got.push_back(*m);
    }
    ASSERT_EQ(got.size(), 2U) << piece;
    EXPECT_EQ(unpacked<Refused>(got[0].payload)->why, "first");
    EXPECT_EQ(unpacked<Notice>(got[1].payload)->refused, "second");
  }
}

TEST(Messages, a_wrong_bit_or_one_too_long_ends_the_stream) {
  Bytes one;
  append(one, MessageType::refused, packed(Refused{"because"}));
  for (std::size_t bit = 0; bit < 8 * one.size(); ++bit) {
    Bytes wrong = one;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    Decoder d(1000);
    d.feed(wrong);
    EXPECT_FALSE(d.next()) << bit;
  }
  Decoder d(10);  // its payload has 11 bytes
  d.feed(one);
  EXPECT_FALSE(d.next());
  EXPECT_TRUE(d.is_wrong());
}

// ---- The same simulation ----------------------------------------------------------------------------

TEST(Remote, a_scripted_session_gives_the_same_bits_as_in_process) {
  const io::LoadedCase loaded = test::throttle();
  const auto script = [](const auto& ask, const auto& advance) {
    ask(mass(2100.0));
    advance(0.2);
    ask(mass(2345.0));
    ask(Command{
        {.t = 0.0,
         .command = scenario::Override{
             .signal = "driver.F_request_N", .mode = scenario::Mode::scale, .value = 0.5}}});
    advance(0.5);
    ask(GoBack{0.3, {{{"chassis.mass_kg", 2345.0}, false}}});
    advance(0.4);
    ask(mass(1900.0));
    advance(0.7);
  };
  Session by_hand(loaded.c, {.paused = false, .pace = kInfinity, .mark_period = 0.1});
  script(
      [&](Ask what) {
        by_hand.port().ask(std::move(what));
        by_hand.drain();
      },
      [&](double t) { by_hand.advance(t); });
  by_hand.publish();
  by_hand.port().pictures.fetch();

  Bench b(loaded, kSecret, {.paused = false, .pace = kInfinity, .mark_period = 0.1});
  const auto client = b.client(kSecret);
  script([&](Ask what) { EXPECT_EQ(b.ask(*client, std::move(what)).refused, ""); },
         [&](double t) { b.advance(t); });
  ASSERT_TRUE(b.exchange(*client, [&] {
    client->port().pictures.fetch();
    return client->port().pictures.front().t == by_hand.t();
  }));
  const Picture& far = client->port().pictures.front();
  const Picture& near = by_hand.port().pictures.front();
  EXPECT_EQ(bits(far.values), bits(near.values));
  EXPECT_EQ(far.steps, near.steps);
  EXPECT_EQ(far.commands, near.commands);
  EXPECT_EQ(far.ledger_residual, near.ledger_residual);
}

TEST(Remote, every_sample_comes_once_and_in_order) {
  Bench b(test::throttle());
  const auto client = b.client();
  std::vector<double> t;
  for (double until = 0.0; until < 0.5; until += 0.05) {
    b.advance(until);
    b.exchange(*client, [&] { return true; });
  }
  ASSERT_TRUE(b.exchange(*client, [&] {
    client->port().samples.drain([&](const double* row) { t.push_back(row[0]); });
    return t.size() >= 46;
  }));
  for (std::size_t i = 0; i < t.size(); ++i)
    EXPECT_NEAR(t[i], 0.01 * static_cast<double>(i), 2e-4) << i;  // ticks are 0.1 ms apart
}

// Each with the files that came over the wire alone.
TEST(Remote, the_case_is_loaded_from_what_came) {
  for (const char* scenario : {"wltc", "launch_ice", "full_throttle", "drive_off_and_brake"}) {
    const io::LoadedCase loaded = test::load(scenario, {"drive"}, {"chassis.mass_kg=2000"});
    CaseFiles s = setup_of(loaded);
    const io::LoadedCase again = load(s);
    EXPECT_EQ(again.c.vehicle.chassis.mass, 2000.0) << scenario;
    EXPECT_EQ(again.c.vehicle_name, loaded.c.vehicle_name);
    s.files.pop_back();
    EXPECT_THROW((void)load(s), InputError) << scenario;
  }
}

// ---- Who may ------------------------------------------------------------------------------------------

TEST(Remote, a_wrong_secret_is_refused_in_words_on_both_sides) {
  Bench b(test::throttle(), kSecret);
  try {
    b.client("another secret of enough bytes");
    FAIL();
  } catch (const EnvironmentError& e) {
    EXPECT_NE(std::string(e.what()).find("the proof of the secret is wrong"), std::string::npos)
        << e.what();
  }
  ASSERT_FALSE(b.said.empty());
  EXPECT_NE(b.said.back().find("the proof of the secret is wrong"), std::string::npos);
  EXPECT_FALSE(b.server.has_window());
  try {
    b.client();
    FAIL();
  } catch (const EnvironmentError& e) {
    EXPECT_NE(std::string(e.what()).find("asks for a secret"), std::string::npos) << e.what();
  }
  const auto right = b.client(kSecret);
  EXPECT_TRUE(b.server.has_window());
}

TEST(Remote, a_second_window_is_refused_in_words_and_the_first_goes_on) {
  Bench b(test::throttle());
  const auto first = b.client("", "the first");
  try {
    b.client("", "the second");
    FAIL();
  } catch (const EnvironmentError& e) {
    EXPECT_NE(std::string(e.what()).find("there is a window already: the first"), std::string::npos)
        << e.what();
  }
  EXPECT_EQ(b.ask(*first, mass(2200.0)).refused, "");
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 2200.0);
}

TEST(Remote, beyond_this_machine_it_listens_with_a_secret_only) {
  Session s(test::throttle().c);
  EXPECT_THROW(Server({.at = at("0.0.0.0")}, s.port(), {}), InputError);
  EXPECT_NO_THROW(Server({.at = at("0.0.0.0"), .secret = kSecret}, s.port(), {}));
  EXPECT_TRUE(is_loopback(here()));
  EXPECT_FALSE(is_loopback(at("192.168.1.2")));
}

TEST(Remote, garbage_disturbs_nobody) {
  Bench b(test::throttle());
  const auto client = b.client();
  std::vector<link::Socket> strangers;
  std::uint32_t x = 12345;  // a generator of its own: the same bytes each time
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(link::connected(b.server.endpoint()));
    Bytes bytes;
    for (int k = 0; k < 100 * i; ++k)
      bytes.push_back(static_cast<std::uint8_t>((x = x * 1664525U + 1013904223U) >> 24U));
    if (i % 2 == 1) append(bytes, static_cast<MessageType>(1 + i % 11), Bytes(bytes));
    strangers.back().send(bytes);
    b.exchange(*client, [&] { return true; });
  }
  EXPECT_EQ(b.ask(*client, mass(2300.0)).refused, "");
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 2300.0);
}

// Of a window that is known, too: it is cut off, and can come back.
TEST(Remote, a_window_that_sends_garbage_is_cut_off) {
  Bench b(test::throttle());
  link::Socket s = link::connected(b.server.endpoint());
  Bytes out;
  append(out, MessageType::hello,
         packed(Hello{.shapes = shapes_of_messages(), .window = 5, .name = "odd"}));
  s.send(out);
  for (int i = 0; i < 1000 && !b.server.has_window(); ++i) b.server.look(0.001);
  ASSERT_TRUE(b.server.has_window());
  s.send(Bytes(64, 0x55));
  for (int i = 0; i < 1000 && b.server.has_window(); ++i) b.server.look(0.001);
  EXPECT_FALSE(b.server.has_window());
  EXPECT_EQ(b.said.back(), "odd left");
}

TEST(Remote, another_version_is_refused_in_words) {
  Bench b(test::throttle());
  link::Socket s = link::connected(b.server.endpoint());
  Bytes out;
  append(out, MessageType::hello, packed(shapes_of_messages() + 1));
  s.send(out);
  for (int i = 0; i < 1000 && b.said.empty(); ++i) b.server.look(0.001);
  ASSERT_FALSE(b.said.empty());
  EXPECT_NE(b.said.back().find("another version"), std::string::npos);
}

// ---- A connection that is cut -------------------------------------------------------------------------

TEST(Remote, a_cut_connection_is_taken_up_again_and_nothing_is_missed) {
  Bench b(test::throttle());
  const auto client = b.client();
  std::vector<double> t;
  const auto fetch = [&] {
    client->port().samples.drain([&](const double* row) { t.push_back(row[0]); });
    return t.size();
  };
  b.advance(0.1);
  ASSERT_TRUE(b.exchange(*client, [&] { return fetch() >= 10; }));
  client->cut();
  b.advance(0.3);  // the simulation goes on
  const std::uint64_t id = client->port().ask(mass(2500.0));
  client->look(0.0);  // not connected
  const auto notice = client->port().notices.pop();
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->id, id);
  EXPECT_NE(notice->refused.find("not connected"), std::string::npos);
  ASSERT_TRUE(client->fetch_connection());
  EXPECT_FALSE(client->connection().is_open);

  ASSERT_TRUE(b.exchange(*client, [&] { return fetch() >= 30; }));
  for (std::size_t i = 0; i < t.size(); ++i)
    EXPECT_NEAR(t[i], 0.01 * static_cast<double>(i), 2e-4) << i;
  ASSERT_TRUE(client->fetch_connection());
  EXPECT_TRUE(client->connection().is_open);
  EXPECT_EQ(client->connection().times_cut, 1);
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 1980.0);
  EXPECT_EQ(b.ask(*client, mass(2600.0)).refused, "");
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 2600.0);
}

// The request arrives, the notice does not: it comes once the window is back.
TEST(Remote, what_was_done_before_the_cut_is_told_after_it) {
  Bench b(test::throttle());
  const auto client = b.client();
  const std::uint64_t id = client->port().ask(mass(2500.0));
  client->look(0.0);  // sent
  for (int i = 0; i < 1000 && b.session.simulation().vehicle().chassis.mass == 1980.0; ++i) {
    b.server.look(0.001);
    b.session.drain();
  }
  client->cut();
  std::vector<Notice> got;
  ASSERT_TRUE(b.exchange(*client, [&] {
    while (auto n = client->port().notices.pop()) got.push_back(*n);
    return !got.empty();
  }));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].id, id);
  EXPECT_EQ(got[0].refused, "");
}

TEST(Remote, a_request_that_was_lost_on_the_way_is_told_as_not_done) {
  Bench b(test::throttle());
  const auto client = b.client();
  const std::uint64_t id = client->port().ask(mass(2500.0));
  client->look(0.0);  // sent, and the server never reads it
  client->cut();
  // A connection that dies takes what it had not delivered with it: here the server drops it unread.
  b.server.forget_window();
  std::vector<Notice> got;
  ASSERT_TRUE(b.exchange(*client, [&] {
    while (auto n = client->port().notices.pop()) got.push_back(*n);
    return !got.empty();
  }));
  EXPECT_EQ(got[0].id, id);
  EXPECT_NE(got[0].refused.find("cut before it arrived"), std::string::npos) << got[0].refused;
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 1980.0);
}

// ---- A window that does not read ------------------------------------------------------------------------

// Samples of two seconds, where none is missed.
std::int64_t samples_in_all(const Case& c, const Options& options) {
  std::int64_t n = 0;
  Session s(c, options);
  s.advance(2.0, [&] {
    s.port().samples.drain([&n](const double*) { ++n; });
    return false;
  });
  s.port().samples.drain([&n](const double*) { ++n; });
  return n;
}

TEST(Remote, a_slow_window_makes_nobody_wait_and_what_it_misses_is_counted) {
  const io::LoadedCase loaded = test::throttle();
  const Options options{.paused = false, .pace = kInfinity, .sample_period = 1e-4};
  Session s(loaded.c, options);
  Server server({.at = here()}, s.port(), setup_of(loaded));
  std::unique_ptr<Client> client;
  {
    const Background looked_after(server);
    client = std::make_unique<Client>(Client::Options{.at = server.endpoint(), .sample_rows = 100});
  }
  s.advance(2.0, [&, n = 0]() mutable {
    if (++n % 500 == 0) server.look(0.0);
    return false;
  });
  EXPECT_GE(s.t(), 2.0);  // nobody read meanwhile
  std::int64_t lost = 0;
  const std::int64_t in_all = samples_in_all(loaded.c, options);
  EXPECT_GT(in_all, 10000);
  for (int i = 0; i < 20000 && lost < in_all - 100; ++i) {
    s.publish();
    server.look(0.0005);
    client->look(0.0);
    client->port().pictures.fetch();
    lost = client->port().pictures.front().samples_lost;
  }
  // Its ring holds 100 rows; what found no room there or on the way is counted.
  std::int64_t got = 0;
  client->port().samples.drain([&](const double*) { ++got; });
  EXPECT_EQ(got, 100);
  EXPECT_EQ(lost, in_all - got);
}

// ---- The window's model -----------------------------------------------------------------------------------

TEST(RemoteApp, shows_and_tunes_what_runs_elsewhere) {
  Bench b(test::throttle());
  auto made = b.client();
  Client& client = *made;
  gui::App app(std::move(made), true);
  EXPECT_TRUE(app.is_remote());
  EXPECT_EQ(app.vehicle_name(), "xiaomi_su7");
  const auto at = app.parameters().find("chassis.mass_kg").value();
  app.set_parameter(at, 2150.0);
  EXPECT_EQ(app.parameters().all()[at].taken, gui::Taken::edited);
  ASSERT_TRUE(b.exchange(client, [&] {
    app.update();
    return app.parameters().all()[at].taken == gui::Taken::applied;
  }));
  EXPECT_EQ(b.session.simulation().vehicle().chassis.mass, 2150.0);

  client.cut();
  app.set_parameter(at, 2250.0);
  app.update();
  client.look(0.0);
  app.update();
  EXPECT_EQ(app.parameters().all()[at].taken, gui::Taken::refused);
  EXPECT_TRUE(app.messages().back().error || app.messages()[app.messages().size() - 2].error);
  ASSERT_TRUE(b.exchange(client, [&] {
    app.update();
    return client.connection().is_open;
  }));
  b.advance(0.2);
  ASSERT_TRUE(b.exchange(client, [&] {
    app.update();
    return app.now().t >= 0.2;
  }));
  EXPECT_GT(app.history().size(), 15U);
}

TEST(RemoteApp, a_window_that_comes_later_finds_what_was_changed) {
  Bench b(test::throttle());
  {
    const auto first = b.client();
    EXPECT_EQ(b.ask(*first, mass(2222.0)).refused, "");
  }
  for (int i = 0; i < 1000 && b.server.has_window(); ++i) b.server.look(0.001);
  gui::App app(b.client(), true);
  const gui::Parameter& p =
      app.parameters().all()[app.parameters().find("chassis.mass_kg").value()];
  EXPECT_EQ(p.value, 2222.0);
  EXPECT_EQ(p.loaded, 1980.0);
  EXPECT_EQ(p.taken, gui::Taken::applied);
}

}  // namespace
}  // namespace evsim::live
