// What a file is, by its content.
#pragma once

#include <string>
#include <string_view>

#include "sim/io/description.h"

namespace evsim::io {

enum class FileKind { vehicle, scenario, speed_trace, pedal_trace, published, link };
std::string_view name(FileKind kind);

// link: the description of link files, which lie above this layer. Throws InputError when it is none of these.
FileKind kind_of(const std::string& file, const Node& link);

}  // namespace evsim::io
