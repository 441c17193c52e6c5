// The panels Link and CAN, with a controller on a bus.
#include "tests/gui/linked.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

// A car whose control unit is on a bus, and the window that shows it.
struct OnBus {
  test::Folder folder;
  io::LoadedCase loaded = test::load("full_throttle");
  live::LinkedCase linked{loaded.c, test::can_link(folder)};
  link::CanController unit{test::adapter_of(linked)};
  Screen screen{loaded, std::make_unique<live::Session>(loaded.c, live::Options{.paused = false},
                                                        linked.buses())};
};

TEST(CanPanel, opens_a_message_and_shows_its_signals) {
  OnBus b;
  Screen& s = b.screen;
  s.click_tab("CAN");
  s.frames(20);
  EXPECT_EQ(s.app().can().rows("").size(), 3U);
  const Item* torque = Screen::find("###can:0:200<");
  const Item* climate = Screen::find("###can:0:12C");
  ASSERT_NE(torque, nullptr);
  ASSERT_NE(climate, nullptr);
  const float below = torque->y0;
  s.click("###can:0:100");
  s.frames(2);
  torque = Screen::find("###can:0:200<");
  ASSERT_NE(torque, nullptr);
  EXPECT_GT(torque->y0, below + 30.0f);  // three rows of signals between
}

TEST(CanPanel, is_held_filtered_cleared_and_shows_a_trace) {
  OnBus b;
  Screen& s = b.screen;
  CanMonitor& can = s.app().can();
  s.click_tab("CAN");
  s.frames(20);
  s.click("###can_pause");
  EXPECT_TRUE(can.paused());
  const auto n = can.rows("Torque").at(0)->n;
  s.frames(10);
  EXPECT_EQ(can.rows("Torque").at(0)->n, n);
  EXPECT_GT(can.passed_over(), 5);
  s.click("###can_pause");
  s.frames(5);
  EXPECT_GT(can.rows("Torque").at(0)->n, n);

  s.type("###can_filter", "tau");
  EXPECT_EQ(can.filter, "tau");
  EXPECT_EQ(Screen::find("###can:0:100"), nullptr);
  EXPECT_NE(Screen::find("###can:0:200<"), nullptr);
  s.click("###can_trace");
  EXPECT_FALSE(can.overwrite);
  EXPECT_EQ(Screen::find("###can:0:200<"), nullptr);
  s.click("###can_overwrite");
  EXPECT_TRUE(can.overwrite);
  s.key(ImGuiKey_Space);  // a pause: nothing comes
  s.frames(2);
  s.click("###can_clear");
  EXPECT_TRUE(can.rows("").empty());
  EXPECT_TRUE(can.trace().empty());
}

TEST(LinkPanel, draws_with_and_without_controllers_outside) {
  OnBus b;
  Screen& s = b.screen;
  s.click_tab("Link");
  s.frames(20);
  ASSERT_EQ(s.app().link_view().links().size(), 1U);
  EXPECT_GE(count_of(s.app().link_view().links()[0].figures, "exchanges"), 15);
  EXPECT_EQ(s.app().link_view().links()[0].figures.role, "vcu");
}
TEST(LinkPanel, says_so_where_all_controllers_are_built_in) {
  Screen s(test::throttle());
  s.click_tab("Link");
  s.click_tab("CAN");
  s.frames(2);
  EXPECT_EQ(Screen::find("###can_pause"), nullptr);
  EXPECT_TRUE(s.app().link_view().links().empty());
}

}  // namespace
}  // namespace evsim::gui
