// A secret that simulator and controller share: who says hello proves that he knows it, without saying it.
//   proof = HMAC-SHA-256(secret, nonce followed by the payload of the hello)
// The nonce is drawn anew for each challenge, so a proof that was heard before is none.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace evsim::link {

inline constexpr std::size_t kNonce = 16, kLeastSecret = 16;  // [byte]
using Nonce = std::array<std::uint8_t, kNonce>;

// By the operating system. Throws EnvironmentError where it has no random numbers.
Nonce fresh_nonce();

// Takes a time that does not depend on what differs.
bool proves(std::span<const std::uint8_t> proof, std::string_view secret, const Nonce& nonce,
            std::span<const std::uint8_t> hello);

// Of a file: its bytes without the line end at its end. Throws InputError, without a path, where they are too few.
std::string secret_in(std::string_view file);

}  // namespace evsim::link
