// What `evsim validate` says.
#pragma once

#include <string>

#include "sim/io/validation.h"

namespace evsim::cli {

// A table a kind, then what came of all kinds.
std::string validation_text(const io::Validation& validation);

}  // namespace evsim::cli
