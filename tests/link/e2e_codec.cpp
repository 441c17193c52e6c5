// For comparisons with other implementations of E2E protection (e2e_peers.py). Requests on standard input, one a line:
//
//   PROFILE MODE OFFSET DATA_ID DATA_IDS COUNTER DATA
//
// PROFILE 1, 2, 5 or 11, MODE 0 both, 1 alternating, 2 low, 3 nibble, OFFSET the header's first byte, DATA_IDS and DATA in
// hex. The answer is the protected data in hex, and 1 if a receiver finds it whole.
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/link/e2e.h"

namespace evsim::e2e {
namespace {

std::vector<std::uint8_t> bytes(const std::string& hex) {
  std::vector<std::uint8_t> all;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    all.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return all;
}
Profile profile(int number) {
  switch (number) {
    case 1: return Profile::p01;
    case 2: return Profile::p02;
    case 5: return Profile::p05;
    case 11: return Profile::p11;
    default: throw std::runtime_error("no profile " + std::to_string(number));
  }
}

std::string answer(const std::string& request) {
  std::istringstream words(request);
  int number = 0, mode = 0, offset = 0, counter = 0;
  std::string ids, hex;
  Config c;
  words >> number >> mode >> offset >> c.data_id >> ids >> counter >> hex;
  std::vector<std::uint8_t> data = bytes(hex);
  const std::vector<std::uint8_t> id_list = bytes(ids);
  c.profile = profile(number);
  c.mode = static_cast<DataIdMode>(mode);
  c.length = static_cast<int>(data.size());
  c.crc_at = 8 * offset;
  c.counter_at = 8 * offset + 8;
  c.nibble_at = 8 * offset + 12;
  for (std::size_t i = 0; i < id_list.size() && i < c.data_ids.size(); ++i)
    c.data_ids[i] = id_list[i];
  if (!refusal(c).empty()) throw std::runtime_error(std::string(refusal(c)));
  Sender sender{.counter = static_cast<std::uint8_t>(counter)};
  protect(c, sender, data);
  Receiver receiver(c);
  std::string out;
  for (const std::uint8_t byte : data) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
  }
  return out + (check(c, receiver, data) != Status::error ? " 1" : " 0");
}

}  // namespace
}  // namespace evsim::e2e

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);)
      std::cout << evsim::e2e::answer(line) << '\n';
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
  }
}
