#include "sim/run/mesh.h"

#include <gtest/gtest.h>

#include <cmath>

namespace evsim {
namespace {

constexpr TimeNs kSecond = 1'000'000'000;
constexpr double kLag = 0.02;

TEST(Mesh, without_a_jump_steps_have_full_length_and_the_last_ends_the_piece) {
  const Mesh m = mesh(2'500'000'000, kSecond, grading(0.0, kLag, kSecond));
  EXPECT_EQ(m.steps(), 3);
  const double times[] = {0.0, 1.0, 2.0, 2.5};
  for (int i = 0; i <= 3; ++i) EXPECT_EQ(m.time(i), times[i]);
}

TEST(Mesh, an_empty_piece_has_no_steps) {
  EXPECT_EQ(mesh(0, kSecond, grading(1.0, kLag, kSecond)).steps(), 0);
}

// Error of Simpson's rule for e^-s from s to s + z.
double simpson_error(double s, double z) {
  const double simpson = z / 6.0 * (std::exp(-s) + 4.0 * std::exp(-s - 0.5 * z) + std::exp(-s - z));
  return simpson - (std::exp(-s) - std::exp(-s - z));
}

TEST(Mesh, the_torque_that_settles_is_integrated_with_nearly_equal_errors_of_each_step) {
  const Mesh m = mesh(kSecond, kSecond, grading(1.0, kLag, kSecond));
  EXPECT_DOUBLE_EQ(m.time(1), 1.1 * kLag);  // by hand: (1) of mesh.h at s = 0
  double least = 1.0, most = 0.0;
  for (int i = 0; i < m.steps(); ++i) {
    const double s = m.time(i) / kLag, z = (m.time(i + 1) - m.time(i)) / kLag;
    const double error = simpson_error(s, z);
    most = std::max(most, error);
    if (i + 1 < m.steps()) least = std::min(least, error);
  }
  EXPECT_LT(most, 1.1 * std::pow(1.1, 5) / 2880.0);  // (1) holds for small z: from above
  EXPECT_GT(least, 0.1 * most);
}

TEST(Mesh, a_larger_jump_is_followed_in_smaller_steps) {
  int last = 0;
  double first = 1.0;
  for (const double jump : {0.003, 0.015, 0.06, 0.25, 1.0, 4.0}) {
    const Mesh m = mesh(kSecond, kSecond, grading(jump, kLag, kSecond));
    EXPECT_GE(m.steps(), last) << jump;
    EXPECT_LT(m.time(1), first) << jump;
    last = m.steps();
    first = m.time(1);
  }
  EXPECT_EQ(grading(4.0, kLag, kSecond).at, grading(100.0, kLag, kSecond).at);
  EXPECT_EQ(grading(0.3, kLag, kSecond).at, grading(1.0, kLag, kSecond).at);  // of one class
}

TEST(Mesh, no_step_is_longer_than_the_longest) {
  for (const TimeNs h : {kSecond, kSecond / 16, kSecond / 1000}) {
    const Mesh m = mesh(kSecond, h, grading(1.0, kLag, h));
    for (int i = 0; i < m.steps(); ++i) {
      EXPECT_LE(m.at(i + 1) - m.at(i), h);
      EXPECT_GT(m.at(i + 1), m.at(i));
    }
    EXPECT_EQ(m.at(m.steps()), kSecond);
  }
}

TEST(Mesh, a_piece_that_is_cut_keeps_the_steps_before_the_cut) {
  const Grading g = grading(1.0, kLag, kSecond / 4);
  const Mesh whole = mesh(kSecond, kSecond / 4, g);
  for (int cut = 1; cut < whole.steps(); ++cut) {
    const Mesh first = mesh(whole.at(cut), kSecond / 4, g);
    EXPECT_EQ(first.steps(), cut);
    for (int i = 0; i <= cut; ++i) EXPECT_EQ(first.at(i), whole.at(i));
  }
}

}  // namespace
}  // namespace evsim
