// A user without a plan: mouse, keys and text at random, the same for the same seed. Nothing may crash, nothing
// may be left in a state that no frame can be drawn of. EVSIM_RANDOM_MINUTES makes it longer.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "gui/model/actions.h"
#include "tests/gui/window/screen.h"

namespace evsim::gui {
namespace {

using test::Screen;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // 0 .. n-1
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  float share() { return static_cast<float>(below(10001)) / 10000.0f; }

 private:
  std::mt19937_64 engine_;
};

ImVec2 some_item(Random& r) {
  const auto& all = recorded_items();
  if (all.empty() || r.below(4) == 0) return {1600.0f * r.share(), 900.0f * r.share()};
  // Widgets with a name rather than rows and frames around them.
  const auto any = [&] { return static_cast<std::size_t>(r.below(static_cast<int>(all.size()))); };
  std::size_t at = any();
  for (int tries = 0; tries < 8 && all[at].label.find("###") == std::string::npos; ++tries)
    at = any();
  const Item& i = all[at];
  return {i.x0 + r.share() * (i.x1 - i.x0), i.y0 + r.share() * (i.y1 - i.y0)};
}

void some_text(Random& r) {
  constexpr std::string_view kLetters = "abcdeilmnorstu0123456789.=-_ ";
  std::string text;
  for (int n = r.below(8); n >= 0; --n)
    text += kLetters[static_cast<std::size_t>(r.below(static_cast<int>(kLetters.size())))];
  ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
}

void some_key(Screen& s, Random& r) {
  const int k = ImGuiKey_Tab + r.below(ImGuiKey_GamepadStart - ImGuiKey_Tab);
  if (k >= ImGuiKey_LeftCtrl && k <= ImGuiKey_RightSuper) return;
  s.key(static_cast<ImGuiKey>(k), r.below(3) == 0, r.below(6) == 0);
}

void act(Screen& s, Random& r) {
  switch (r.below(10)) {
    case 0: s.move(some_item(r)); break;
    case 1: s.drag(some_item(r), some_item(r)); break;
    case 2: some_text(r); break;
    case 3:
    case 4: some_key(s, r); break;
    case 5: ImGui::GetIO().AddMouseWheelEvent(0.0f, 2.0f * r.share() - 1.0f); break;
    case 6: s.right_click(some_item(r)); break;
    default: s.click(some_item(r)); break;
  }
  s.frames(1 + r.below(3));
}

void play(const io::LoadedCase& loaded, std::uint64_t seed, int actions) {
  const test::Folder folder;
  const test::WorkingFolder here(folder.file("."));
  const char* minutes = std::getenv("EVSIM_RANDOM_MINUTES");
  const auto end =
      std::chrono::steady_clock::now() +
      std::chrono::duration<double, std::ratio<60>>(minutes == nullptr ? 0.0 : std::atof(minutes));
  Screen s(loaded, false);
  s.app().desk.settings = folder.file("settings");
  Random r(seed);
  int done = 0;
  for (; done < actions || (minutes != nullptr && std::chrono::steady_clock::now() < end); ++done) {
    act(s, r);
    s.app().desk.quit = false;  // nobody closes it
  }
  EXPECT_GT(s.app().now().t, 0.0);
  EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 100);
  std::printf("%d actions, %d commands, %d messages\n", done, s.app().now().commands,
              static_cast<int>(s.app().messages().size()));
}

TEST(Random, actions_never_crash_the_window) { play(test::throttle(), 1, 300); }
TEST(Random, actions_never_crash_the_window_of_a_multi_body_car) {
  play(test::load("launch_ice", {"drive", "chassis=multi_body"}), 2, 150);
}

}  // namespace
}  // namespace evsim::gui
