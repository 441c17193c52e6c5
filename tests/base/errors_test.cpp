#include "sim/base/errors.h"

#include <gtest/gtest.h>

namespace evsim {
namespace {

TEST(Errors, a_problem_says_where_what_and_why) {
  EXPECT_EQ(to_string({"vehicles/su7.json", 31, "machine.L_q_uH", "got -230, must be > 0"}),
            "vehicles/su7.json:31: machine.L_q_uH: got -230, must be > 0");
}

TEST(Errors, what_is_not_known_of_a_problem_is_left_out) {
  EXPECT_EQ(to_string({"", 0, "", "unknown option"}), "unknown option");
  EXPECT_EQ(to_string({"a.csv", 0, "", "empty"}), "a.csv: empty");
  EXPECT_EQ(to_string({"", 0, "battery.SOC", "got 2"}), "battery.SOC: got 2");
}

TEST(Errors, long_messages_are_cut_at_200_characters) {
  const std::string fits(200, 'x');
  EXPECT_EQ(to_string({"", 0, "", fits}), fits);
  EXPECT_EQ(to_string({"", 0, "", fits + "y"}), fits + " ...");
}

TEST(Errors, a_cut_never_splits_a_character) {
  const std::string omega = "\xCE\xA9";  // two bytes
  const std::string cut = to_string({"", 0, "", std::string(199, 'x') + omega});
  EXPECT_EQ(cut, std::string(199, 'x') + " ...");
}

TEST(Errors, an_input_error_carries_all_problems_one_a_line) {
  const InputError error({{"a.json", 1, "x", "got 1"}, {"a.json", 2, "y", "got 2"}});
  EXPECT_STREQ(error.what(), "a.json:1: x: got 1\na.json:2: y: got 2");
  ASSERT_EQ(error.problems().size(), 2u);
  EXPECT_EQ(error.problems()[1].line, 2);
}

TEST(Errors, exit_codes_are_those_that_scripts_rely_on) {
  EXPECT_EQ(static_cast<int>(ExitCode::held), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::limit_failed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::bad_input), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::simulation_failed), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::environment), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::timed_out), 124);
  EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 130);
}

}  // namespace
}  // namespace evsim
