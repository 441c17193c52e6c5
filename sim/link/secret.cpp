#include "sim/link/secret.h"

#include <sys/random.h>

#include "sim/base/errors.h"
#include "sim/base/sha256.h"

namespace evsim::link {

Nonce fresh_nonce() {
  Nonce out{};
  if (getentropy(out.data(), out.size()) != 0)
    throw EnvironmentError("the system has no random numbers for a challenge");
  return out;
}

bool proves(std::span<const std::uint8_t> proof, std::string_view secret, const Nonce& nonce,
            std::span<const std::uint8_t> hello) {
  std::string text(nonce.begin(), nonce.end());
  text.append(hello.begin(), hello.end());
  const Digest right = hmac_sha256(secret, text);
  if (proof.size() != right.size()) return false;
  unsigned differs = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    differs |= static_cast<unsigned>(proof[i] ^ right[i]);
  return differs == 0;
}

std::string secret_in(std::string_view file) {
  if (file.ends_with('\n')) file.remove_suffix(1);
  if (file.ends_with('\r')) file.remove_suffix(1);
  if (file.size() < kLeastSecret)
    throw InputError(Problem{.what = "the secret has " + std::to_string(file.size()) +
                                     " bytes; must be at least " + std::to_string(kLeastSecret)});
  return std::string(file);
}

}  // namespace evsim::link
