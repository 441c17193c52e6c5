// What to say of a key that an object does not have.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/io/description.h"

namespace evsim::io {

struct KeyHint {
  std::string what;             // "unknown key; did you mean L_q_uH?"
  const Node* meant = nullptr;  // the member that was probably meant
  std::string suggestion;       // the key that was probably meant, when there is one
};

// also: keys that stand beside the object's members, such as "from".
KeyHint unknown_key(const Node& object, std::string_view key,
                    std::span<const std::string_view> also);

}  // namespace evsim::io
