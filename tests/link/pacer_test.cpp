// Pace, lateness and overruns by a clock that the test sets.
#include "sim/link/pacer.h"

#include <gtest/gtest.h>

namespace evsim::link {
namespace {

constexpr TimeNs kMs = 1'000'000;

class Pacer_ : public testing::Test {
 protected:
  Pacer pacer(double pace, OnOverrun policy = OnOverrun::warn) {
    return {pace,
            policy,
            {.now = [this] { return now_; },
             .sleep_until =
                 [this](double until) {
                   ++sleeps_;
                   now_ = std::max(now_, until) + wakes_late_;
                 }}};
  }
  double now_ = 100.0, wakes_late_ = 0.0;
  int sleeps_ = 0;
};

TEST_F(Pacer_, exchanges_begin_at_their_time_of_the_wall_clock) {
  Pacer p = pacer(0.5);
  p.begin();
  for (int k = 0; k < 10; ++k) {
    ASSERT_TRUE(p.wait(k * kMs));
    EXPECT_NEAR(now_, 100.0 + 2e-3 * k, 1e-12);
    EXPECT_NEAR(p.answer_by(0.5e-3), now_ + 1e-3, 1e-12);
    now_ += 0.5e-3;  // what the simulator computes
  }
  EXPECT_EQ(p.figures().overruns, 0);
  EXPECT_EQ(p.lateness().count(), 10);
  EXPECT_NEAR(p.lateness().max(), 0.0, 1e-12);
}

TEST_F(Pacer_, waking_late_is_lateness_and_no_overrun) {
  Pacer p = pacer(1.0);
  wakes_late_ = 30e-6;
  for (int k = 0; k < 100; ++k) ASSERT_TRUE(p.wait(k * kMs));
  EXPECT_EQ(p.figures().overruns, 0);
  EXPECT_NEAR(p.lateness().max(), 30e-6, 1e-12);
  EXPECT_NEAR(p.lateness().mean(), 30e-6, 1e-12);  // never summed up
}

TEST_F(Pacer_, after_an_overload_it_catches_up_and_has_counted_each_exchange_that_was_late) {
  Pacer p = pacer(1.0);
  for (int k = 0; k < 100; ++k) {
    ASSERT_TRUE(p.wait(k * kMs));
    now_ += k == 50 ? 5.3e-3 : 0.5e-3;  // then 0.5 ms are made good in each
  }
  // 51 is late by 4.3 ms, each next one 0.5 ms less: 59 by 0.3 ms, 60 by nothing.
  EXPECT_EQ(p.figures().overruns, 9);
  ASSERT_TRUE(p.figures().first.has_value());
  EXPECT_DOUBLE_EQ(p.figures().first->t, 0.051);
  EXPECT_NEAR(p.figures().first->by, 4.3e-3, 1e-9);
  ASSERT_EQ(p.figures().worst.size(), Pacer::kMostWorst);
  for (std::size_t i = 0; i < Pacer::kMostWorst; ++i) {
    const auto k = static_cast<double>(i);
    EXPECT_NEAR(p.figures().worst[i].by, 4.3e-3 - 0.5e-3 * k, 1e-9);
    EXPECT_NEAR(p.figures().worst[i].t, 0.051 + 1e-3 * k, 1e-12);
  }
  EXPECT_NEAR(now_, 100.0995, 1e-9);  // it has caught up
  EXPECT_EQ(p.figures().slipped, 0.0);
}

TEST_F(Pacer_, slipping_gives_up_the_time_that_was_lost) {
  Pacer p = pacer(1.0, OnOverrun::slip);
  for (int k = 0; k < 100; ++k) {
    ASSERT_TRUE(p.wait(k * kMs));
    now_ += k == 50 || k == 70 ? 5.3e-3 : 0.5e-3;
  }
  EXPECT_EQ(p.figures().overruns, 2);
  EXPECT_NEAR(p.figures().slipped, 8.6e-3, 1e-9);
  EXPECT_NEAR(now_, 100.0995 + 8.6e-3, 1e-9);
}

TEST_F(Pacer_, aborting_ends_at_the_first_overrun) {
  Pacer p = pacer(1.0, OnOverrun::abort);
  ASSERT_TRUE(p.wait(0));
  now_ += 0.9e-3;
  ASSERT_TRUE(p.wait(kMs));
  now_ += 1.1e-3;
  EXPECT_FALSE(p.wait(2 * kMs));
  EXPECT_EQ(p.figures().overruns, 1);
}

TEST_F(Pacer_, several_links_at_the_same_time_wait_once) {
  Pacer p = pacer(1.0);
  for (int k = 0; k < 10; ++k) {
    ASSERT_TRUE(p.wait(k * kMs));
    now_ += 0.3e-3;  // the first controller's answer
    ASSERT_TRUE(p.wait(k * kMs));
    EXPECT_NEAR(p.answer_by(0.2e-3), now_ + 0.2e-3, 1e-12);
  }
  EXPECT_EQ(sleeps_, 10);
  EXPECT_EQ(p.lateness().count(), 10);
  EXPECT_EQ(p.figures().overruns, 0);
}

TEST_F(Pacer_, a_run_begins_when_its_first_exchange_comes) {
  Pacer p = pacer(1.0);
  ASSERT_TRUE(p.wait(0));
  now_ += 10.0;  // a new run, whose controller took its time
  p.begin();
  ASSERT_TRUE(p.wait(5 * kMs));
  now_ += 0.5e-3;
  ASSERT_TRUE(p.wait(6 * kMs));
  EXPECT_EQ(p.figures().overruns, 0);
  EXPECT_NEAR(now_, 110.001, 1e-9);
}

}  // namespace
}  // namespace evsim::link
