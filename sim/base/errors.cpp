#include "sim/base/errors.h"

#include <utility>

namespace evsim {
namespace {

constexpr std::size_t kLongestMessage = 200;

// Cut between characters: the bytes of a UTF-8 character after its first are 10xxxxxx.
std::string shortened(const std::string& what) {
  if (what.size() <= kLongestMessage) return what;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(what[end]) & 0xC0u) == 0x80u) --end;
  return what.substr(0, end) + " ...";
}

std::string join(const std::vector<Problem>& problems) {
  std::string all;
  for (const Problem& p : problems) {
    if (!all.empty()) all += '\n';
    all += to_string(p);
  }
  return all;
}

}  // namespace

std::string to_string(const Problem& p) {
  std::string s = p.file;
  if (p.line > 0) s += ":" + std::to_string(p.line);
  if (!s.empty()) s += ": ";
  if (!p.path.empty()) s += p.path + ": ";
  s += shortened(p.what);
  return s;
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

}  // namespace evsim
