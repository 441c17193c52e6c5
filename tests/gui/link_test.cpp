// Controllers outside of the program, as the window sees them.
#include <cmath>
#include <thread>

#include "gui/live/client.h"
#include "gui/live/server.h"
#include "gui/live/thread.h"
#include "gui/model/app.h"
#include "sim/base/errors.h"
#include "tests/gui/linked.h"

namespace evsim::gui {
namespace {

using link::CanController;
using link::SocketController;
using Then = SocketController::Then;

constexpr live::Options kMoving{.paused = false, .pace = kInfinity};
io::LoadedCase car() { return test::load("full_throttle"); }

LinkFigures figures(std::int64_t exchanges, std::int64_t unanswered, std::int64_t joined = 1,
                    std::int64_t dropped = 0) {
  LinkFigures out;
  out.role = "vcu";
  out.counts = {{"exchanges", "", exchanges}, {"joined", "", joined}, {"dropped", "", dropped}};
  out.unanswered = unanswered;
  return out;
}
live::LinkPicture picture(LinkFigures f) {
  live::LinkPicture out;
  out.links.push_back(std::move(f));
  return out;
}

// ---- Figures --------------------------------------------------------------------------------------

TEST(LinkView, the_rate_is_that_of_the_last_second) {
  LinkView v;
  for (int k = 0; k <= 40; ++k)  // 100 a second for 2 s, then 50
    v.take(picture(figures(k <= 20 ? 10 * k : 200 + 5 * (k - 20), 0)), 0.1 * k);
  EXPECT_NEAR(v.links().at(0).exchanges_per_s, 50.0, 1e-9);
}

TEST(LinkView, says_how_it_goes) {
  const auto state = [](const LinkFigures& before, const LinkFigures& after) {
    LinkView v;
    v.take(picture(before), 0.0);
    v.take(picture(after), 0.5);
    return v.links().at(0).state;
  };
  EXPECT_EQ(state(figures(10, 0), figures(20, 0)), LinkState::answering);
  EXPECT_EQ(state(figures(10, 0), figures(20, 3)), LinkState::losing);
  EXPECT_EQ(state(figures(10, 0), figures(20, 10)), LinkState::silent);
  EXPECT_EQ(state(figures(10, 5), figures(10, 5)), LinkState::stands);
  EXPECT_EQ(state(figures(10, 0), figures(20, 10, 1, 1)), LinkState::away);
}

TEST(LinkView, a_controller_that_is_waited_for_is_named) {
  LinkView v;
  v.take(picture(figures(10, 0)), 0.0);
  v.take(picture(figures(20, 0)), 0.1);
  v.look(0.3);
  EXPECT_EQ(v.links().at(0).state, LinkState::answering);
  v.look(0.7);
  EXPECT_EQ(v.links().at(0).state, LinkState::awaited);
  EXPECT_EQ(v.links().at(0).exchanges_per_s, 0.0);
  v.take(picture(figures(21, 0)), 5.0);
  EXPECT_EQ(v.links().at(0).state, LinkState::answering);
}

TEST(LinkView, bars_are_the_bins_from_the_first_to_the_last_that_hold_something) {
  Histogram h;
  EXPECT_TRUE(bars_of(h).empty());
  h.add(10e-6);
  h.add(10e-6);
  h.add(40e-6);
  const auto bars = bars_of(h);
  ASSERT_EQ(bars.size(), 9U);  // two octaves of four bins each, both ends among them
  EXPECT_EQ(bars.front().n, 2);
  EXPECT_EQ(bars.back().n, 1);
  EXPECT_LE(bars.front().from, 10e-6);
  EXPECT_GT(bars.front().to, 10e-6);
  for (std::size_t i = 1; i < bars.size(); ++i) EXPECT_EQ(bars[i].from, bars[i - 1].to);
}

// ---- The CAN monitor --------------------------------------------------------------------------------

live::BusFrame frame(double t, std::uint32_t id, std::initializer_list<std::uint8_t> data,
                     bool sent = true) {
  live::BusFrame out{.t = std::llround(1e9 * t), .bus = 0, .sent = sent, .frame = {}};
  out.frame.id = id;
  out.frame.length = static_cast<std::uint8_t>(data.size());
  std::copy(data.begin(), data.end(), out.frame.data.begin());
  return out;
}
std::vector<live::BusFile> bus() {
  return {{.role = "vcu", .node = "VCU", .name = "vcu.dbc", .text = link::kVcuDbc}};
}

TEST(CanMonitor, knows_a_message_by_its_database) {
  CanMonitor m(bus());
  // accelerator 0x1388 * 0.01 = 50 %, v -0x64 * 0.01 = -1 km/h, key 2
  m.take(frame(0.0, 256, {0x88, 0x13, 0x9C, 0xFF, 0x02, 0, 0, 0}));
  const auto rows = m.rows("");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]->id, "100");
  EXPECT_EQ(rows[0]->name, "Pedals");
  EXPECT_EQ(rows[0]->sender, "BENCH");
  EXPECT_EQ(rows[0]->cycle, 0.01);
  const auto values = m.values(*rows[0]);
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0].name, "accelerator");
  EXPECT_EQ(values[0].unit, "%");
  EXPECT_NEAR(values[0].value, 50.0, 1e-12);
  EXPECT_NEAR(values[1].value, -1.0, 1e-12);
  EXPECT_EQ(values[2].value, 2.0);
}

// 10 ms of cycle time: at 0, 10, 19, 30, 60 ms; between 30 and 60 two are missed.
TEST(CanMonitor, tells_cycle_time_jitter_and_what_was_missed) {
  CanMonitor m(bus());
  for (const double t : {0.0, 0.010, 0.019, 0.030, 0.060}) m.take(frame(t, 256, {1}));
  const CanRow& r = *m.rows("").at(0);
  EXPECT_EQ(r.n, 5);
  EXPECT_NEAR(r.least, 0.009, 1e-12);
  EXPECT_NEAR(r.mean, 0.015, 1e-12);
  EXPECT_NEAR(r.most, 0.030, 1e-12);
  EXPECT_EQ(r.missed, 2);
}

TEST(CanMonitor, marks_the_bytes_that_changed) {
  CanMonitor m(bus());
  m.take(frame(0.0, 256, {1, 2, 3}));
  m.take(frame(0.5, 256, {1, 9, 3}));
  const CanRow& r = *m.rows("").at(0);
  EXPECT_EQ(r.changed[0], 0);
  EXPECT_EQ(r.changed[1], 500'000'000);
  EXPECT_EQ(r.changed[2], 0);
  EXPECT_EQ(data_text(r.frame), "01 09 03");
}

TEST(CanMonitor, filters_by_identifier_name_sender_and_signal) {
  CanMonitor m(bus());
  m.take(frame(0.0, 256, {1}));
  m.take(frame(0.0, 512, {1}, false));
  m.take(frame(0.0, 0x7A1, {1}));
  EXPECT_EQ(m.rows("").size(), 3U);
  for (const char* text : {"200", "torq", "vcu", "TAU"}) {
    ASSERT_EQ(m.rows(text).size(), 1U) << text;
    EXPECT_EQ(m.rows(text)[0]->name, "Torque") << text;
  }
  EXPECT_EQ(m.rows("7a1").size(), 1U);
  EXPECT_EQ(m.rows("7a1")[0]->message, nullptr);
  EXPECT_TRUE(m.rows("nothing like it").empty());
}

TEST(CanMonitor, holds_what_is_shown_and_a_pause_is_no_interval) {
  CanMonitor m(bus());
  m.take(frame(0.00, 256, {1}));
  m.take(frame(0.01, 256, {2}));
  m.set_paused(true);
  for (int k = 2; k < 50; ++k) m.take(frame(0.01 * k, 256, {3}));
  EXPECT_EQ(m.passed_over(), 48);
  EXPECT_EQ(m.rows("")[0]->frame.data[0], 2);
  m.set_paused(false);
  m.take(frame(0.50, 256, {4}));
  m.take(frame(0.51, 256, {5}));
  EXPECT_EQ(m.rows("")[0]->missed, 0);
  EXPECT_NEAR(m.rows("")[0]->most, 0.01, 1e-12);
}

TEST(CanMonitor, keeps_a_bounded_trace_and_begins_anew_with_a_run) {
  CanMonitor m(bus());
  const int n = static_cast<int>(CanMonitor::kTrace) + 500;
  for (int k = 0; k < n; ++k) m.take(frame(0.01 * k, 256, {1}));
  EXPECT_EQ(m.trace().size(), CanMonitor::kTrace);
  EXPECT_EQ(m.trace().back().t, std::llround(1e7 * (n - 1)));
  m.take(frame(0.0, 512, {1}, false));
  EXPECT_EQ(m.trace().size(), 1U);
  EXPECT_EQ(m.rows("").size(), 1U);
}

TEST(CanMonitor, a_database_that_is_none_leaves_frames_without_names) {
  CanMonitor m({{.role = "vcu", .node = "VCU", .name = "odd.dbc", .text = "BO_ what?"}});
  m.take(frame(0.0, 256, {1}));
  EXPECT_EQ(m.rows("")[0]->name, "");
  EXPECT_TRUE(m.values(*m.rows("")[0]).empty());
}

// ---- In a session -----------------------------------------------------------------------------------

TEST(LinkedSession, the_windows_figures_are_those_of_the_session) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::socket_link(folder));
  SocketController unit(link::endpoint(test::place_of(linked)), test::kPedalHello, test::pedal);
  App app(loaded, std::make_unique<live::Session>(loaded.c, kMoving, linked.buses()), true);
  app.session().advance(1.0);
  app.session().publish();
  app.update();
  const auto truth = app.session().simulation().input().controllers.links();
  ASSERT_EQ(app.link_view().links().size(), 1U);
  const LinkView::Link& l = app.link_view().links()[0];
  EXPECT_EQ(l.figures.role, "vcu");
  EXPECT_EQ(l.figures.peer, "my unit");
  EXPECT_EQ(l.figures.at, test::place_of(linked));
  EXPECT_GE(count_of(l.figures, "exchanges"), 99);
  EXPECT_EQ(count_of(l.figures, "exchanges"), count_of(truth.at(0), "exchanges"));
  EXPECT_EQ(l.figures.unanswered, 0);
  EXPECT_EQ(round_trips_of(l.figures)->count(), count_of(l.figures, "exchanges"));
  EXPECT_EQ(l.state, LinkState::answering);
  const auto tau = app.find("drive_units.rear.tau");
  EXPECT_NEAR(app.value(*tau), 200.0, 0.1);
  // A controller with a state of its own can't go back, and says so.
  app.go_back(0.5);
  app.session().drain();
  app.update();
  EXPECT_TRUE(app.messages().back().error);
}

TEST(LinkedSession, a_controller_that_dies_is_shown_and_another_may_come) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::socket_link(folder));
  const link::Endpoint at = link::endpoint(test::place_of(linked));
  SocketController first(at, test::kPedalHello, [](evsim_link& k) {
    return k.time_ns >= 500'000'000 ? Then::die : test::pedal(k);
  });
  App app(loaded, std::make_unique<live::Session>(loaded.c, kMoving, linked.buses()), true);
  const auto update = [&](double t) {
    app.session().advance(t);
    app.session().publish();
    app.update();
  };
  update(0.3);
  update(0.4);
  EXPECT_EQ(app.link_view().links()[0].state, LinkState::answering);
  update(0.8);
  update(1.0);
  EXPECT_EQ(app.link_view().links()[0].state, LinkState::away);
  EXPECT_EQ(app.value(*app.find("vcu.controller.connected")), 0.0);
  EXPECT_EQ(app.now().failure, "");
  SocketController second(at, test::kPedalHello, test::pedal);
  for (double t = 1.0; t < 8.0 && second.welcomes() == 0; t += 0.01) update(t);
  update(app.now().t + 0.2);
  EXPECT_EQ(app.value(*app.find("vcu.controller.connected")), 1.0);
  EXPECT_NE(app.link_view().links()[0].state, LinkState::away);
}

TEST(LinkedSession, frames_of_its_bus_reach_the_monitor) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::can_link(folder));
  CanController unit(test::adapter_of(linked));
  App app(loaded, std::make_unique<live::Session>(loaded.c, kMoving, linked.buses()), true);
  app.session().advance(1.0);
  app.session().publish();
  app.update();
  ASSERT_EQ(app.can().buses(), 1U);
  const auto all = app.can().rows("");
  ASSERT_EQ(all.size(), 3U);
  const LinkFigures truth = app.session().simulation().input().controllers.links().at(0);
  for (const LinkFigures::Frames& f : truth.frames) {
    const auto row = app.can().rows(f.name);
    ASSERT_EQ(row.size(), 1U) << f.name;
    EXPECT_EQ(row[0]->n, f.n) << f.name;
    EXPECT_NEAR(row[0]->mean, f.mean, 1e-12) << f.name;
    EXPECT_EQ(row[0]->sent, f.sent) << f.name;
    EXPECT_EQ(row[0]->missed, 0) << f.name;
  }
  const CanRow& torque = *app.can().rows("Torque").at(0);
  EXPECT_GE(torque.n, 99);
  EXPECT_EQ(torque.sender, "VCU");
  for (const CanValue& v : app.can().values(torque))
    if (v.name == "tau") {
      EXPECT_NEAR(v.value, 200.0, 0.1);
    }
}

TEST(LinkedSession, frames_that_protection_refuses_are_counted_at_their_message) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::can_link(folder));
  CanController unit(test::adapter_of(linked), [](const auto& seen, can::Frame& f, bool&) {
    if (seen.n > 50) f.data[0] ^= 1;
  });
  App app(loaded, std::make_unique<live::Session>(loaded.c, kMoving, linked.buses()), true);
  app.session().advance(1.0);
  app.session().publish();
  app.update();
  EXPECT_GT(app.can().rows("Torque").at(0)->wrong, 40);
  EXPECT_EQ(app.can().rows("Pedals").at(0)->wrong, 0);
}

// Nobody comes: the session begins when one does, or not at all when the window is closed.
TEST(LinkedSession, a_wait_for_a_controller_ends_as_the_window_closes) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::socket_link(folder));
  const std::jthread closes([&linked] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    linked.end();
  });
  EXPECT_THROW(live::Session(loaded.c, kMoving, linked.buses()), EnvironmentError);
}
TEST(LinkedSession, a_silent_controller_does_not_hold_the_end_up) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  live::LinkedCase linked(loaded.c, test::socket_link(folder));
  SocketController unit(
      link::endpoint(test::place_of(linked)), test::kPedalHello,
      [](evsim_link& k) { return k.time_ns >= 100'000'000 ? Then::be_silent : test::pedal(k); });
  live::Session s(loaded.c, kMoving, linked.buses());
  const live::Thread thread(s);
  while (unit.steps() < 11) std::this_thread::yield();  // the eleventh has no answer
  linked.end();  // else the thread's end would wait for 30 s of patience
}

// ---- From afar --------------------------------------------------------------------------------------

TEST(LinkedServer, links_and_frames_reach_a_window_elsewhere) {
  const test::Folder folder;
  io::LoadedCase loaded = car();
  const live::CaseFiles files{.vehicle = loaded.request.vehicle,
                              .scenario = loaded.request.scenario,
                              .sets = {},
                              .levels = {},
                              .files = loaded.inputs,
                              .signals = {},
                              .buses = {}};
  live::LinkedCase linked(loaded.c, test::can_link(folder));
  CanController unit(test::adapter_of(linked));
  live::Session session(loaded.c, kMoving, linked.buses());
  live::Server server({.at = {.transport = link::Transport::tcp, .port = 0, .path = {}}},
                      session.port(), files);
  std::unique_ptr<live::Client> made;
  {
    const live::LookThread<live::Server> looks(server);
    made = std::make_unique<live::Client>(live::Client::Options{.at = server.endpoint()});
  }
  live::Client& client = *made;
  App app(std::move(made), true);
  ASSERT_EQ(app.can().buses(), 1U);
  session.advance(1.0);
  session.publish();
  for (int i = 0; i < 20000; ++i) {
    server.look(0.0005);
    client.look(0.0);
    app.update();
    if (!app.link_view().links().empty() && app.now().t >= 1.0 && app.can().rows("").size() == 3)
      break;
    session.publish();
  }
  const LinkFigures truth = session.simulation().input().controllers.links().at(0);
  ASSERT_EQ(app.link_view().links().size(), 1U);
  EXPECT_EQ(count_of(app.link_view().links()[0].figures, "exchanges"),
            count_of(truth, "exchanges"));
  for (const LinkFigures::Frames& f : truth.frames)
    EXPECT_EQ(app.can().rows(f.name).at(0)->n, f.n) << f.name;
}

}  // namespace
}  // namespace evsim::gui
