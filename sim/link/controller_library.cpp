#include "sim/link/controller_library.h"

#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "sim/link/shared_library.h"

namespace evsim::link {
namespace {

using namespace controller;
// A loaded file. Where it keeps a state of its own, only the run that was started last may go on with it.
class Library : public SharedLibrary {
 public:
  explicit Library(const std::string& file)
      : SharedLibrary(file, "evsim_controller_get", "evsim_controller.h") {}

  const evsim_controller& table(std::uint32_t role, std::string_view name) const {
    const evsim_controller* t = SharedLibrary::table<decltype(evsim_controller_get)>(
        [role](auto* get) { return get(role); });
    if (t == nullptr) refuse("has no controller for the role " + std::string(name));
    if (t->abi != EVSIM_CONTROLLER_ABI)
      refuse("was built for version " + std::to_string(t->abi) + " of the interface, this is " +
             std::to_string(EVSIM_CONTROLLER_ABI) + "; build it with this evsim_controller.h");
    if (t->role != role)
      refuse("gives a controller of role " + std::to_string(t->role) + " for " + std::string(name) +
             ", role " + std::to_string(role));
    return *t;
  }

  std::mutex mutex;  // of its own state
  struct Run {
    std::int64_t number = 0, calls = 0;
  };
  std::array<Run, EVSIM_BRAKE + 1> runs{};  // by role
};

// The same file is the same library, whoever asks.
std::shared_ptr<Library> library(const std::string& file) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<Library>> known;
  const std::string path = std::filesystem::weakly_canonical(file).string();
  const std::lock_guard lock(mutex);
  auto out = known[path].lock();
  if (!out) {
    out = std::make_shared<Library>(path);
    known[path] = out;
  }
  return out;
}

bool is_name(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// What follows the state in its block: a controller that writes beyond its state is found by it.
constexpr std::array<unsigned char, 8> kFence{0xE5, 0x1B, 0x9C, 0x42, 0xD7, 0x38, 0xA6, 0x7F};

// The two functions of a role.
template <class Role> struct Functions;
template <> struct Functions<MotorControl> {
  static auto init(const evsim_controller& t) { return t.motor_control_init; }
  static auto step(const evsim_controller& t) { return t.motor_control_step; }
};
template <> struct Functions<Vcu> {
  static auto init(const evsim_controller& t) { return t.vcu_init; }
  static auto step(const evsim_controller& t) { return t.vcu_step; }
};
template <> struct Functions<Bms> {
  static auto init(const evsim_controller& t) { return t.bms_init; }
  static auto step(const evsim_controller& t) { return t.bms_step; }
};
template <> struct Functions<Brake> {
  static auto init(const evsim_controller& t) { return t.brake_init; }
  static auto step(const evsim_controller& t) { return t.brake_step; }
};

template <class Role> About about_of(const Library& l, const std::string& file, double patience) {
  const evsim_controller& t = l.table(Role::kId, Role::kName);
  if (t.table_size != sizeof(evsim_controller) || t.config_size != sizeof(typename Role::Config) ||
      t.inputs_size != sizeof(typename Role::Inputs) ||
      t.outputs_size != sizeof(typename Role::Outputs))
    l.refuse("its structs have other sizes; build it with this evsim_controller.h");
  if (Functions<Role>::init(t) == nullptr || Functions<Role>::step(t) == nullptr)
    l.refuse("has no init or no step for the role " + std::string(Role::kName));
  if (t.state_size > EVSIM_STATE)
    l.refuse("asks for a state of " + std::to_string(t.state_size) + " bytes; at most " +
             std::to_string(EVSIM_STATE) + ", or 0: static variables");
  if (!(t.rate_Hz >= 0.0 && t.rate_Hz <= 1e6))
    l.refuse("asks for ticks at " + std::to_string(t.rate_Hz) + " Hz; must be 0 to 1e6");
  About out{.library = file,
            .name = t.name == nullptr ? "unnamed" : t.name,
            .rate = t.rate_Hz,
            .state_size = t.state_size,
            .signals = {},
            .patience = patience};
  for (const char* name : t.signals) {
    if (name == nullptr) break;
    if (!is_name(name))
      l.refuse(std::string("a signal's name is \"") + name + "\"; must be letters, digits and _");
    out.signals.emplace_back(name);
  }
  return out;
}

template <class Role> class InLibrary : public Controller<Role> {
 public:
  InLibrary(std::shared_ptr<Library> l, const std::string& file, double patience)
      : Controller<Role>(about_of<Role>(*l, file, patience)),
        library_(std::move(l)),
        table_(library_->table(Role::kId, Role::kName)) {}

  void init(Block& b, const typename Role::Config& config, const Where& at) override {
    b = {};
    std::memcpy(fence(b), kFence.data(), kFence.size());
    const char* refusal = nullptr;
    const auto alone = locked();
    if (own_state()) {
      b.run = ++run().number;
      run().calls = 0;
    }
    guarded(b, at, [&] { refusal = Functions<Role>::init(table_)(b.state.data(), &config); });
    if (refusal == nullptr) return;
    throw InputError(Problem{.path = "controllers." + std::string(Role::kName) + ".library",
                             .what = this->about().name + " refuses the car: " + refusal});
  }
  void step(Block& b, const typename Role::Inputs& in, typename Role::Outputs& out,
            const Where& at) override {
    const auto alone = locked();
    if (own_state() && !is_latest(b))
      throw Failure(named<Role>(this->about(), at) +
                    ": another run has started the library meanwhile; it has state_size 0, so one "
                    "run at a time (--jobs 1)");
    guarded(b, at, [&] { Functions<Role>::step(table_)(b.state.data(), &in, &out); });
    if (own_state()) b.calls = ++run().calls;
  }
  bool goes_on_from(const Block& b) const override {
    if (!own_state()) return true;
    const auto alone = locked();
    return is_latest(b);
  }

 private:
  Library::Run& run() const { return library_->runs[Role::kId]; }
  bool own_state() const { return this->about().state_size == 0; }
  bool is_latest(const Block& b) const { return b.run == run().number && b.calls == run().calls; }
  std::unique_lock<std::mutex> locked() const {
    return own_state() ? std::unique_lock(library_->mutex) : std::unique_lock<std::mutex>();
  }
  unsigned char* fence(Block& b) const { return b.state.data() + this->about().state_size; }

  template <class F> void guarded(Block& b, const Where& at, F&& f) const {
    const std::string wrong = library_->protection->call(this->about().patience, f);
    if (!wrong.empty()) throw Failure(named<Role>(this->about(), at) + ": " + wrong);
    if (std::memcmp(fence(b), kFence.data(), kFence.size()) != 0)
      throw Failure(named<Role>(this->about(), at) + ": has written beyond its state of " +
                    std::to_string(this->about().state_size) + " bytes");
  }

  std::shared_ptr<Library> library_;
  const evsim_controller& table_;
};

template <class Role>
std::shared_ptr<Controller<Role>> load(const std::string& file, double patience) {
  if (file.empty()) return {};
  try {
    return std::make_shared<InLibrary<Role>>(library(file), file, patience);
  } catch (const InputError& e) {
    std::string what;
    for (const Problem& p : e.problems()) what += p.what;
    throw InputError(Problem{.path = "controllers." + std::string(Role::kName) + ".library",
                             .what = std::move(what)});
  }
}

}  // namespace

controller::Controllers load_controllers(const scenario::Controllers& c) {
  return {
      .motor_control = load<MotorControl>(c.motor_control.library.path, c.motor_control.patience),
      .drive_units = c.motor_control.drive_units,
      .vcu = load<Vcu>(c.vcu.library.path, c.vcu.patience),
      .bms = load<Bms>(c.bms.library.path, c.bms.patience),
      .brake = load<Brake>(c.brake.library.path, c.brake.patience)};
}

}  // namespace evsim::link
