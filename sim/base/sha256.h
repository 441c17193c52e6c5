// SHA-256, to name the input files of a run beyond doubt, and the code of a message under a key that is made of it.
// Sources: NIST FIPS 180-4, Secure Hash Standard, sections 4.1.2, 4.2.2, 5 and 6.2; RFC 2104, HMAC, section 2.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace evsim {

using Digest = std::array<std::uint8_t, 32>;

// 64 hexadecimal digits, as sha256sum prints them.
std::string sha256(std::string_view bytes);

// H((key ^ opad) H((key ^ ipad) text)); a key that is longer than 64 bytes is H(key).
Digest hmac_sha256(std::string_view key, std::string_view text);

}  // namespace evsim
