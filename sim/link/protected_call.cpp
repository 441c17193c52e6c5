#include "sim/link/protected_call.h"

#include <dlfcn.h>
#include <pthread.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "sim/base/floating_point.h"

namespace evsim::link {
namespace {

using Clock = std::chrono::steady_clock;
using Action = struct sigaction;

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::array kCrashNames{"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT"};
constexpr std::chrono::milliseconds kPoll{20};
constexpr double kLongest = 1e9;  // of a patience [s], so that it can be counted in ns

int cut_off_signal() { return SIGRTMIN + 5; }

// The calls of one thread.
struct Slot {
  std::atomic<std::uint64_t> calls{0};      // odd while one runs
  std::atomic<std::int64_t> patience{0};    // of that one [ns]; 0: unlimited
  std::atomic<std::uint64_t> condemned{0};  // the call that the watchdog cuts off
  pthread_t thread{};
  sigjmp_buf back{};
  int signal = 0;           // that ended the call
  bool by_fault = false;    // of the processor; else somebody raised it
  void* address = nullptr;  // that it was about
  void* code = nullptr;     // where the program was
  // The watchdog's.
  std::uint64_t seen = 0;
  Clock::time_point since;
};

// Of all threads that have called, for the watchdog.
struct Slots {
  std::mutex mutex;
  std::vector<Slot*> all;
};
Slots& slots() {
  static Slots s;
  return s;
}

// That of this thread, for the handler: looked up without any allocation.
[[gnu::tls_model("initial-exec")]] thread_local Slot* current = nullptr;

// A thread's slot, and a stack for its handlers where it has none.
class Thread {
 public:
  Thread() {
    slot_.thread = pthread_self();
    stack_t before{};
    sigaltstack(nullptr, &before);
    if ((before.ss_flags & SS_DISABLE) != 0) {
      stack_.resize(kStack);
      stack_t own{};
      own.ss_sp = stack_.data();
      own.ss_size = stack_.size();
      sigaltstack(&own, nullptr);
    }
    const std::lock_guard lock(slots().mutex);
    slots().all.push_back(&slot_);
    current = &slot_;
  }
  ~Thread() {
    current = nullptr;
    {
      const std::lock_guard lock(slots().mutex);
      std::erase(slots().all, &slot_);
    }
    stack_t now{};
    sigaltstack(nullptr, &now);
    if (stack_.empty() || now.ss_sp != stack_.data()) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  Slot& slot() { return slot_; }

 private:
  static constexpr std::size_t kStack = 65536;
  Slot slot_;
  std::vector<char> stack_;
};
Slot& own_slot() {
  thread_local Thread thread;
  return thread.slot();
}

// What stood before ours.
struct Handlers {
  std::array<Action, kCrashes.size()> crashes;
  Action cut_off;
};
Handlers before;

// As if ours were not there.
void pass_on(int signal, siginfo_t* info, void* context) {
  const auto i = static_cast<std::size_t>(std::ranges::find(kCrashes, signal) - kCrashes.begin());
  if (i >= kCrashes.size()) return;
  const Action& old = before.crashes[i];
  if ((old.sa_flags & SA_SIGINFO) != 0) return old.sa_sigaction(signal, info, context);
  if (old.sa_handler == SIG_IGN) return;
  if (old.sa_handler != SIG_DFL) return old.sa_handler(signal);
  // A fault comes again as the handler returns, then with the system's own answer.
  sigaction(signal, &old, nullptr);
  if (info->si_code <= 0) raise(signal);
}

void* code_of(void* context) {
#if defined(__x86_64__)
  const auto* c = static_cast<const ucontext_t*>(context);
  return std::bit_cast<void*>(c->uc_mcontext.gregs[REG_RIP]);
#else
  static_cast<void>(context);
  return nullptr;
#endif
}

void handle(int signal, siginfo_t* info, void* context) {
  Slot* s = current;
  const std::uint64_t call = s == nullptr ? 0 : s->calls.load();
  const bool inside = call % 2 == 1, cut_off = signal == cut_off_signal();
  if (cut_off && (!inside || s->condemned.load() != call)) return;  // it has answered meanwhile
  if (!inside) return pass_on(signal, info, context);
  s->signal = signal;
  s->by_fault = info->si_code > 0;
  s->address = info->si_addr;
  s->code = code_of(context);
  s->calls.store(call + 1);
  siglongjmp(s->back, 1);
}

using Body = void (*)(void*);

// False where it was cut off. Not inlined: nothing of the caller's is in registers across the jump.
[[gnu::noinline]] bool returns(Slot& s, Body f, void* of) {
  if (sigsetjmp(s.back, 0) != 0) return false;
  s.calls.fetch_add(1);
  f(of);
  s.calls.fetch_add(1);
  return true;
}

std::string hex(std::uintptr_t x) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  do out.insert(out.begin(), digits[x % 16]);
  while ((x /= 16) > 0);
  return "0x" + out;
}
// ", in step+0x1c of foc.so"
std::string place(void* code) {
  Dl_info info{};
  if (code == nullptr || ::dladdr(code, &info) == 0 || info.dli_fname == nullptr) return {};
  std::string file(info.dli_fname);
  file = file.substr(file.rfind('/') + 1);
  const auto at = reinterpret_cast<std::uintptr_t>(code);
  if (info.dli_sname == nullptr)
    return ", at " + hex(at - reinterpret_cast<std::uintptr_t>(info.dli_fbase)) + " of " + file;
  return ", in " + std::string(info.dli_sname) + "+" +
         hex(at - reinterpret_cast<std::uintptr_t>(info.dli_saddr)) + " of " + file;
}

std::string what_happened(const Slot& s, double patience) {
  const auto at = std::ranges::find(kCrashes, s.signal);
  if (at == kCrashes.end()) {
    std::string seconds = std::to_string(patience);
    seconds.erase(seconds.find_last_not_of("0.") + 1);
    return "no answer for " + seconds + " s (patience_s)" + place(s.code);
  }
  const std::string name = kCrashNames[static_cast<std::size_t>(at - kCrashes.begin())];
  if (s.signal == SIGABRT) return name + " (abort or a failed assertion)";
  if (!s.by_fault) return name + ", raised";
  const std::string address = hex(reinterpret_cast<std::uintptr_t>(s.address));
  return name + " at address " + address + place(s.code);
}

}  // namespace

struct Protection::Impl {
  std::mutex mutex;
  std::condition_variable wake;
  bool over = false;
  std::thread watchdog;

  void watch() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, kPoll, [this] { return over; })) look();
  }
  static void look() {
    const auto now = Clock::now();
    const std::lock_guard lock(slots().mutex);  // no thread ends meanwhile
    for (Slot* s : slots().all) {
      const std::uint64_t call = s->calls.load();
      if (call != s->seen) {
        s->seen = call;
        s->since = now;
      }
      const std::chrono::nanoseconds patience(s->patience.load());
      if (call % 2 == 0 || patience.count() == 0 || now - s->since < patience) continue;
      s->condemned.store(call);
      pthread_kill(s->thread, cut_off_signal());
    }
  }
};

Protection::Protection() : impl_(std::make_unique<Impl>()) {
  Action own{};
  own.sa_sigaction = handle;
  own.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&own.sa_mask);
  for (std::size_t i = 0; i < kCrashes.size(); ++i)
    sigaction(kCrashes[i], &own, &before.crashes[i]);
  sigaction(cut_off_signal(), &own, &before.cut_off);
  // The watchdog takes no signals: an interrupt belongs to the threads that were there before.
  sigset_t all, mask;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  impl_->watchdog = std::thread([impl = impl_.get()] { impl->watch(); });
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

Protection::~Protection() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->over = true;
  }
  impl_->wake.notify_all();
  impl_->watchdog.join();
  const auto restore = [](int signal, const Action& old) {
    Action now{};
    sigaction(signal, nullptr, &now);
    if (now.sa_sigaction == handle) sigaction(signal, &old, nullptr);
  };
  for (std::size_t i = 0; i < kCrashes.size(); ++i) restore(kCrashes[i], before.crashes[i]);
  restore(cut_off_signal(), before.cut_off);
}

std::shared_ptr<Protection> Protection::share() {
  static std::mutex mutex;
  static std::weak_ptr<Protection> known;
  const std::lock_guard lock(mutex);
  auto out = known.lock();
  if (!out) {
    out.reset(new Protection);
    known = out;
  }
  return out;
}

std::string Protection::call(double patience, Body f, void* of) const {
  struct Shield {
    Body f;
    void* of;
    std::string thrown;
  } shield{f, of, {}};
  const Body shielded = [](void* p) {
    auto& s = *static_cast<Shield*>(p);
    try {
      s.f(s.of);
    } catch (const std::exception& e) {
      s.thrown = std::string("threw ") + e.what();
    } catch (...) {
      s.thrown = "threw what is no std::exception";
    }
  };
  Slot& s = own_slot();
  s.patience.store(static_cast<std::int64_t>(std::min(patience, kLongest) * 1e9));
  const FloatingPointGuard guard;
  if (!returns(s, shielded, &shield)) return what_happened(s, patience);
  return shield.thrown;
}

}  // namespace evsim::link
