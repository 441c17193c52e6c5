// Whether two described structs hold the same values; tables by their data.
#pragma once

#include <algorithm>

#include "sim/base/fields.h"

namespace evsim {

inline bool same(const Leaves& a, const Leaves& b) {
  const auto same_data = [](const auto& s, const auto& t) { return s.data() == t.data(); };
  return a.numbers == b.numbers && a.counts == b.counts && a.names == b.names &&
         std::ranges::equal(a.tables1, b.tables1, same_data) &&
         std::ranges::equal(a.tables2, b.tables2, same_data);
}

}  // namespace evsim
