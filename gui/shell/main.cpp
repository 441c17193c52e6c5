// The program evsim-gui: a window of GLFW, drawn by OpenGL 3. `evsim gui` starts it.
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>
#include <implot.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "evsim_build_info.h"
#include "gui/live/linked_case.h"
#include "gui/panels/items.h"
#include "gui/panels/look.h"
#include "gui/panels/panels.h"
#include "gui/shell/game_pad.h"
#include "gui/shell/screenshot.h"
#include "gui/shell/state.h"
#include "sim/base/errors.h"
#include "sim/io/text.h"
#include "sim/link/controller_library.h"

namespace evsim::gui {
namespace {

struct Arguments {
  std::string vehicle, scenario;
  std::string connect, secret;  // of a simulation elsewhere; file
  std::string link;             // file
  std::vector<std::string> sets, levels;
  int width = 1600, height = 900;
  int frames = 0;        // 0: until it is closed
  double seconds = 0.0;  // 0: until it is closed [s]
  std::string screenshot, layout, state;
  bool light = false;
  double pace = 1.0;
  bool paused = false;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app{"the window of evsim", "evsim-gui"};
  app.add_option("VEHICLE", a.vehicle);
  app.add_option("SCENARIO", a.scenario);
  app.add_option("--connect", a.connect);
  app.add_option("--secret", a.secret);
  app.add_option("--link", a.link);
  app.add_option("--set", a.sets)->allow_extra_args(false);
  app.add_option("--level", a.levels)->allow_extra_args(false);
  app.add_option("--width", a.width)->check(CLI::Range(200, 16384));
  app.add_option("--height", a.height)->check(CLI::Range(200, 16384));
  app.add_option("--frames", a.frames)->check(CLI::Range(1, 1000000));
  app.add_option("--seconds", a.seconds)->check(CLI::PositiveNumber);
  app.add_option("--screenshot", a.screenshot);
  app.add_option("--state", a.state);
  app.add_option("--layout", a.layout);
  app.add_flag("--light", a.light);
  app.add_option("--pace", a.pace)->check(CLI::PositiveNumber);
  app.add_flag("--paused", a.paused);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    throw InputError(Problem{.file = "evsim gui", .what = e.what()});
  }
  if (!a.screenshot.empty() && a.frames == 0) a.frames = 60;
  return a;
}

// GLFW, a window of it, ImGui and ImPlot in it; gone with this object.
class Window {
 public:
  Window(const Arguments& a, const std::string& title) {
    glfwSetErrorCallback([](int, const char* text) { last_error() = text; });
    if (glfwInit() == 0) throw EnvironmentError("no window can be opened: " + last_error());
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    window_ = glfwCreateWindow(a.width, a.height, title.c_str(), nullptr, nullptr);
    if (window_ == nullptr) {
      glfwTerminate();
      throw EnvironmentError("no window can be opened: " + last_error());
    }
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(a.frames > 0 || a.seconds > 0.0 ? 0 : 1);
    const auto* renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
    const std::string_view name = renderer == nullptr ? "" : renderer;
    by_software_ = name.find("llvmpipe") != name.npos || name.find("softpipe") != name.npos ||
                   name.find("SWR") != name.npos;
    ImGui::CreateContext();
    ImPlot::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable | ImGuiConfigFlags_NavEnableKeyboard;
    set_look(ImGui_ImplGlfw_GetContentScaleForWindow(window_));
    glfwSetDropCallback(window_, [](GLFWwindow* window, int n, const char** files) {
      auto* app = static_cast<App*>(glfwGetWindowUserPointer(window));
      for (int i = 0; app != nullptr && i < n; ++i) app->drop(files[i]);
    });
    ImGui_ImplGlfw_InitForOpenGL(window_, true);
    glfwSetKeyCallback(window_, key_event);
    ImGui_ImplOpenGL3_Init("#version 150");
  }
  ~Window() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImPlot::DestroyContext();
    ImGui::DestroyContext();
    glfwDestroyWindow(window_);
    glfwTerminate();
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Of a window that has nothing to lose yet.
  bool closed() const { return glfwWindowShouldClose(window_) != 0; }
  // True when the user may go: unsaved edits are asked for first.
  bool closed(App& app) {
    if (glfwWindowShouldClose(window_) != 0) {
      glfwSetWindowShouldClose(window_, GLFW_FALSE);
      app.close();
    }
    return app.desk.quit;
  }

  // Nobody sees it.
  bool hidden() const { return glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != 0; }
  // The processor draws it.
  bool by_software() const { return by_software_; }
  // Mouse or keys were used in the last frame.
  static bool touched() {
    const ImGuiIO& io = ImGui::GetIO();
    return io.MouseDelta.x != 0.0f || io.MouseDelta.y != 0.0f || io.MouseWheel != 0.0f ||
           ImGui::IsAnyMouseDown() || io.WantTextInput ||
           ImGui::GetCurrentContext()->InputEventsTrail.Size > 0;
  }
  // Until something happens, at most so long [s].
  static void rest(double longest) {
    if (longest > 0.0) glfwWaitEventsTimeout(longest);
  }

  void frame(App& app) {
    glfwSetWindowUserPointer(window_, &app);
    frame([&app] { draw(app); });
    if (!app.desk.screenshot.empty()) keep(app);
  }
  template <class Draw> void frame(const Draw& draw_all) {
    glfwPollEvents();
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    let_go();
    draw_all();
    ImGui::Render();
    glfwGetFramebufferSize(window_, &width_, &height_);
    glViewport(0, 0, width_, height_);
    glClearColor(0.07f, 0.075f, 0.085f, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }
  void show() { glfwSwapBuffers(window_); }

  void save(const std::string& file) const {
    std::vector<unsigned char> rgb(static_cast<std::size_t>(width_) *
                                   static_cast<std::size_t>(height_) * 3);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, rgb.data());
    write_png(file, width_, height_, rgb);
  }

 private:
  // Between two frames a short Ctrl+Z has come and gone, and ImGui would see a Z alone: once a key is down, modifiers
  // are let go in the next frame.
  struct KeyEvent {
    int key, scancode, action, mods;
  };
  static bool is_modifier(int key) {
    return key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER;
  }
  static void key_event(GLFWwindow* window, int key, int scancode, int action, int mods) {
    const bool waits = pressed_ && action == GLFW_RELEASE && is_modifier(key);
    if (waits || !waiting_.empty()) {
      waiting_.push_back({key, scancode, action, mods});
      return;
    }
    pressed_ = pressed_ || (action == GLFW_PRESS && !is_modifier(key));
    ImGui_ImplGlfw_KeyCallback(window, key, scancode, action, mods);
  }
  void let_go() {
    pressed_ = false;
    for (const KeyEvent& e : std::exchange(waiting_, {}))
      key_event(window_, e.key, e.scancode, e.action, e.mods);
  }
  inline static bool pressed_ = false;
  inline static std::vector<KeyEvent> waiting_;

  void keep(App& app) const {
    const std::string file = std::exchange(app.desk.screenshot, {});
    try {
      save(file);
      app.say("picture of the window written: " + file);
    } catch (const EnvironmentError& e) {
      app.say(e.what(), true);
    }
  }
  static std::string& last_error() {
    static std::string text = "unknown cause";
    return text;
  }
  GLFWwindow* window_ = nullptr;
  int width_ = 0, height_ = 0;
  bool by_software_ = false;
};

double now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}
double cpu_time() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Until the window is closed. The simulation has a thread of its own. Frames cost where nobody needs them: few
// are drawn while nothing moves, fewer where the window can't be seen, and no more than the eye needs where the
// processor draws them.
void run_live(App& app, Window& window, const Arguments& a, double started) {
  constexpr double kBySoftware = 1.0 / 30.0, kStill = 0.1, kHidden = 0.25, kStir = 0.5;  // [s]
  double stirred = now(), first = 0.0, cpu = 0.0;
  std::int64_t steps = 0;
  int frame = 0;
  record_items(!a.state.empty());
  for (double begin = now(); !window.closed(app) && (a.frames == 0 || frame < a.frames);
       begin = now()) {
    app.driving.pad = game_pad();
    app.update();
    window.frame(app);
    if (++frame == a.frames && !a.screenshot.empty()) window.save(a.screenshot);
    window.show();
    if (frame == 1) {
      first = now() - started;
      cpu = cpu_time();
    }
    if (!a.state.empty()) write_state(app, frame, a.state);
    if (a.seconds > 0.0 && now() - started - first > a.seconds) break;
    if (app.now().steps != steps || window.touched()) stirred = now();
    steps = app.now().steps;
    const bool still = now() - stirred > kStir && !app.busy();
    const double period = window.hidden()                            ? kHidden
                          : still                                    ? kStill
                          : window.by_software() && a.seconds == 0.0 ? kBySoftware
                                                                     : 0.0;
    window.rest(begin + period - now());
  }
  if (a.seconds > 0.0)
    fmt::print("first frame after {:.3f} s, {:.1f} frames/s, {:.2f} ms of CPU a frame\n", first,
               (frame - 1) / a.seconds, 1e3 * (cpu_time() - cpu) / std::max(frame - 1, 1));
}

// So many frames of 1/60 s, in step with the simulation: the same pictures on every machine.
void run_frames(App& app, Window& window, const Arguments& a) {
  constexpr double kFrame = 1.0 / 60.0;                    // [s]
  ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NoMouse;  // wherever it happens to be
  for (int i = 1; i <= a.frames && !window.closed(app); ++i) {
    live::Session& s = app.session();
    s.advance(i * kFrame * a.pace);
    s.publish(s.moving() ? a.pace : 0.0);
    app.update();
    window.frame(app);
    if (i == a.frames && !a.screenshot.empty()) window.save(a.screenshot);
    window.show();
  }
}

void settle(App& app, const Arguments& a) {
  app.desk.settings = settings_folder();
  app.desk.version =
      std::string(build_info::kVersion) +
      (*build_info::kCommit == '\0' ? "" : " (" + std::string(build_info::kCommit) + ")");
  if (!a.layout.empty()) app.desk.layout_name = a.layout;
  app.desk.light = a.light;
}

// What evsim serve runs elsewhere.
int run_remote(const Arguments& a, double started) {
  live::Client::Options options{.at = link::endpoint("tcp://" + a.connect),
                                .name = live::who_i_am()};
  if (!a.secret.empty()) options.secret = live::secret_of_file(a.secret);
  App app(std::make_unique<live::Client>(options), false);
  settle(app, a);
  Window window(
      a, app.vehicle_name() + " in " + app.scenario_name() + " at " + a.connect + " - evsim");
  run_live(app, window, a, started);
  return 0;
}

// A session with controllers outside of the program, of which the first is waited for: the window says so meanwhile.
std::unique_ptr<live::Session> session_of(const io::LoadedCase& loaded, live::LinkedCase& linked,
                                          const live::Options& options, Window& window) {
  auto made = std::async(std::launch::async, [&] {
    return std::make_unique<live::Session>(loaded.c, options, linked.buses());
  });
  const std::vector<std::string> places = linked.places();
  while (made.wait_for(std::chrono::milliseconds(16)) == std::future_status::timeout) {
    if (window.closed()) linked.end();
    window.frame([&] { waiting_screen("Waiting for the controllers", places); });
    window.show();
  }
  return made.get();
}

int run_here(const Arguments& a, double started) {
  io::LoadedCase loaded = io::load_case({.scenario = a.scenario,
                                         .vehicle = a.vehicle,
                                         .sets = a.sets,
                                         .levels = a.levels,
                                         .load_controllers = link::load_controllers});
  const bool by_hand = a.frames > 0;
  const live::Options options{.paused = a.paused, .pace = a.pace};
  std::optional<live::LinkedCase> linked;
  if (!a.link.empty()) linked.emplace(loaded.c, a.link);
  Window window(a, loaded.c.vehicle_name + " in " + loaded.c.scenario_name + " - evsim");
  std::unique_ptr<live::Session> session;
  try {
    session = linked ? session_of(loaded, *linked, options, window)
                     : std::make_unique<live::Session>(loaded.c, options);
  } catch (const EnvironmentError&) {
    if (window.closed()) return 0;
    throw;
  }
  App app(loaded, std::move(session), by_hand, options);
  settle(app, a);
  by_hand ? run_frames(app, window, a) : run_live(app, window, a, started);
  if (linked) linked->end();
  return 0;
}

int run(int argc, char** argv) {
  const double started = now();
  const Arguments a = parse(argc, argv);
  return a.connect.empty() ? run_here(a, started) : run_remote(a, started);
}

}  // namespace
}  // namespace evsim::gui

int main(int argc, char** argv) {
  using evsim::ExitCode;
  const auto failed = [](const char* what, ExitCode code) {
    std::fputs((std::string(what) + "\n").c_str(), stderr);
    return static_cast<int>(code);
  };
  try {
    return evsim::gui::run(argc, argv);
  } catch (const evsim::InputError& e) {
    return failed(e.what(), ExitCode::bad_input);
  } catch (const evsim::EnvironmentError& e) {
    return failed(e.what(), ExitCode::environment);
  } catch (const std::exception& e) {
    return failed(e.what(), ExitCode::simulation_failed);
  }
}
