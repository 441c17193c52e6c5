// Which of the units that are compiled once per architecture (cmake/evsim_lanes.cmake) runs here.
#pragma once

namespace evsim {

// Whether this program has units for AVX2 and this processor runs them.
inline bool runs_v3() {
#if EVSIM_HAS_V3
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace evsim
