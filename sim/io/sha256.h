// SHA-256, to name the input files of a run beyond doubt.
// Source: NIST FIPS 180-4, Secure Hash Standard, sections 4.1.2, 4.2.2, 5 and 6.2.
#pragma once

#include <string>
#include <string_view>

namespace evsim::io {

// 64 hexadecimal digits, as sha256sum prints them.
std::string sha256(std::string_view bytes);

}  // namespace evsim::io
