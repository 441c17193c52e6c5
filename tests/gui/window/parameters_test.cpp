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

class EveryParameter : public testing::TestWithParam<std::string> {};

TEST_P(EveryParameter, is_found_by_its_name_changed_and_undone) {
  Screen s(test::load("constant_100_km_per_h", {"energy"}, {}, GetParam()));
  show_only(s, "Parameters");
  int changed = 0;
  std::string bound;  // to another one: no file may have the one without the other
  const std::size_t all = s.app().parameters().described();
  for (std::size_t i = 0; i < all; ++i) {
    const Parameter before = s.app().parameters().all()[i];
    if (!before.editable) continue;
    s.app().search = before.keyed;
    s.frames(1);
    for (const double value : test::other_values(before)) {
      s.type("###value:" + before.keyed, written(value));
      s.key(ImGuiKey_Enter);
      if (s.parameter(before.keyed).value != before.value) break;
    }
    const Parameter& p = s.app().parameters().all()[i];
    if (p.value == before.value) {
      bound += p.keyed + "\n";
      continue;
    }
    EXPECT_EQ(p.taken, Taken::applied) << p.keyed;
    s.key(ImGuiKey_Z, true);
    EXPECT_EQ(p.value, before.value) << p.keyed;
    EXPECT_EQ(p.taken, Taken::as_loaded) << p.keyed;
    ++changed;
  }
  EXPECT_GT(changed, 100);
  EXPECT_EQ(bound, "");
  EXPECT_TRUE(s.app().parameters().unsaved().empty());
}
INSTANTIATE_TEST_SUITE_P(, EveryParameter, testing::ValuesIn(vehicles()),
                         [](const auto& vehicle) { return vehicle.param; });

}  // namespace
}  // namespace evsim::gui
