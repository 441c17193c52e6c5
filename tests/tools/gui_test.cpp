// The command `evsim gui` by itself; the window has tests of its own (tests/gui).
#include <cstdlib>

#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

using GuiCommand = Program;

TEST_F(GuiCommand, says_how_to_get_the_window_where_it_was_built_without) {
  fs::copy_file(EVSIM_BINARY, file("evsim"));
  const std::string command =
      file("evsim").string() + " gui car.json drive.json 2> " + file("said.txt").string();
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
  const std::string said = read("said.txt");
  EXPECT_NE(said.find("evsim-gui: No such file or directory"), std::string::npos) << said;
  EXPECT_NE(said.find("tools/setup gui"), std::string::npos) << said;
}

TEST_F(GuiCommand, needs_a_vehicle_and_a_scenario) {
  const Ran r = evsim({"gui", "car.json"});
  EXPECT_EQ(r.code, 2);
  EXPECT_NE(r.err.find("SCENARIO"), std::string::npos) << r.err;
}

}  // namespace
}  // namespace evsim
