// The processor's floating-point mode while equations are evaluated.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace evsim {

// While it lives: round to nearest, no traps, and numbers below 2.2e-308 count as 0 both as arguments
// (denormals-are-zero) and as results (flush-to-zero): a state that decays to nothing would otherwise
// slow the processor down a hundredfold. Then the caller's mode and flags are back, also after a
// throw. Of the calling thread only; does nothing on processors other than x86-64.
// Compilers move arithmetic across a change of mode: what must run inside it belongs into a function
// that is not inlined, as in guarded() below.
class FloatingPointGuard {
 public:
  FloatingPointGuard(const FloatingPointGuard&) = delete;
  FloatingPointGuard& operator=(const FloatingPointGuard&) = delete;

#if defined(__x86_64__)
  FloatingPointGuard() : callers_(_mm_getcsr()) {
    _mm_setcsr(kNoTraps | kFlushToZero | kDenormalsAreZero);
  }
  ~FloatingPointGuard() { _mm_setcsr(callers_); }

 private:
  static constexpr unsigned kDenormalsAreZero = 0x0040;
  static constexpr unsigned kNoTraps = 0x1F80;
  static constexpr unsigned kFlushToZero = 0x8000;
  unsigned callers_;
#else
  FloatingPointGuard() {}
  ~FloatingPointGuard() {}
#endif
};

namespace detail {
template <class F> [[gnu::noinline]] auto call_out_of_line(F& f) {
  __asm__ volatile("");  // keeps the call from being taken for a pure function and moved
  return f();
}
}  // namespace detail

// f() evaluated under a guard.
template <class F> auto guarded(F f) {
  const FloatingPointGuard guard;
  return detail::call_out_of_line(f);
}

}  // namespace evsim
