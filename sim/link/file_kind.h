// What a file is, by its content.
#pragma once

#include <string>
#include <string_view>

namespace evsim::link {

enum class FileKind { vehicle, scenario, speed_trace, pedal_trace, published, link };
std::string_view name(FileKind kind);

// Throws InputError when it is none of these.
FileKind kind_of(const std::string& file);

}  // namespace evsim::link
