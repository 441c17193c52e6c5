// Every number of every car, by the window's own fields.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "tests/gui/other_value.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

std::vector<std::string> vehicles() {
  std::vector<std::string> out;
  for (const auto& f : std::filesystem::directory_iterator(test::project_file("vehicles")))
    if (f.path().extension() == ".json" && f.path().stem() != "published")
      out.push_back(f.path().stem().string());
  std::ranges::sort(out);
  return out;
}

// Nothing else is drawn: frames are short.
void show_only(Screen& s, const char* panel) {
  for (const std::string& p : s.app().desk.panels)
    if (p != panel) s.app().desk.closed.insert(p);
  s.frames(3);
}

// None of these may stand in a file without another one, or beside what excludes it.
bool is_bound(std::string_view keyed) {
  constexpr std::string_view kBound[] = {"demagnetisation.T_knee_I_max_degC",
                                         "derating.T_junction_start_degC",
                                         ".second_ratio",
                                         ".shift_speed_km_per_h",
                                         "dq.k_ac",
                                         "inverter.U_on_V",
                                         "inverter.R_on_mOhm",
                                         "inverter.U_slope_V",
                                         "inverter.switching_loss_us",
                                         "road_load.pressure_front_kPa",
                                         "road_load.pressure_rear_kPa"};
  return std::ranges::any_of(kBound, [&](std::string_view end) { return keyed.ends_with(end); });
}

class EveryParameter : public testing::TestWithParam<std::string> {};

TEST_P(EveryParameter, is_found_by_its_name_changed_and_undone) {
  Screen s(test::load("constant_100_km_per_h", {"energy"}, {}, GetParam()));
  show_only(s, "Parameters");
  int changed = 0;
  const std::size_t all = s.app().parameters().described();
  for (std::size_t i = 0; i < all; ++i) {
    const Parameter before = s.app().parameters().all()[i];
    const auto now = [&]() -> const Parameter& { return s.app().parameters().all()[i]; };
    if (!before.editable) continue;
    s.app().search = before.keyed;
    s.frames(1);
    for (const double value : test::other_values(before)) {
      s.type("###value:" + before.keyed, written(value));
      s.key(ImGuiKey_Enter);
      if (now().taken == Taken::applied) break;
      if (now().value != before.value) s.key(ImGuiKey_Z, true);  // the simulation refused it
    }
    if (now().taken != Taken::applied) {
      EXPECT_TRUE(is_bound(before.keyed)) << before.keyed;
      EXPECT_TRUE(s.app().messages().back().error) << before.keyed;
      EXPECT_EQ(now().value, before.value) << before.keyed;
      continue;
    }
    s.key(ImGuiKey_Z, true);
    EXPECT_EQ(now().value, before.value) << before.keyed;
    EXPECT_EQ(now().taken, Taken::as_loaded) << before.keyed;
    ++changed;
  }
  EXPECT_GT(changed, 100);
  EXPECT_TRUE(s.app().parameters().unsaved().empty());
}
INSTANTIATE_TEST_SUITE_P(, EveryParameter, testing::ValuesIn(vehicles()),
                         [](const auto& vehicle) { return vehicle.param; });

}  // namespace
}  // namespace evsim::gui
