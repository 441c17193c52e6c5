// Calls into foreign code that may crash or never return: what belongs to the operating system.
//
// A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) inside a call leads back to the caller by siglongjmp, on an
// alternate stack, so that an overflow of the stack is caught too. A thread watches all calls and interrupts one
// that takes longer than its patience in the same way. Outside of calls signals go where they went before. What
// the foreign code held when it was cut off (memory, locks) is lost: end the run after it.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

namespace evsim::link {

// Handlers and watchdog are there as long as one of these lives, and gone as they were before with the last.
class Protection {
 public:
  static std::shared_ptr<Protection> share();
  ~Protection();
  Protection(const Protection&) = delete;
  Protection& operator=(const Protection&) = delete;

  // f() with a patience [s] of wall-clock time, 0: unlimited. "" if it returned; else what happened: "SIGSEGV at
  // address 0x0, in step+0x1c of foc.so", "no answer for 10 s", "threw: ...". The processor's floating-point mode is
  // the caller's afterwards. Any number of threads may call at once.
  template <class F> std::string call(double patience, F&& f) const {
    return call(
        patience, [](void* g) { (*static_cast<std::remove_reference_t<F>*>(g))(); }, &f);
  }

 private:
  Protection();
  std::string call(double patience, void (*f)(void*), void* of) const;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evsim::link
