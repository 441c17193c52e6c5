#include "sim/io/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace evsim::io {
namespace {

namespace fs = std::filesystem;

FileText failed(std::string error, int line = 0) {
  return {.text = {}, .error = std::move(error), .line = line};
}

// Length of the UTF-8 sequence at the start of s; 0 when there is none.
std::size_t sequence_length(std::string_view s) {
  const auto byte = [&](std::size_t i) {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned b = byte(0), next = byte(1);
  if (b < 0x80) return b == 0 ? 0 : 1;
  if (b >= 0xC2 && b <= 0xDF) return follows(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    const bool overlong = b == 0xE0 && next < 0xA0, surrogate = b == 0xED && next > 0x9F;
    return !overlong && !surrogate && follows(1) && follows(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const bool overlong = b == 0xF0 && next < 0x90, beyond = b == 0xF4 && next > 0x8F;
    return !overlong && !beyond && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// Line of the first byte that isn't text, or 0.
int line_not_utf8(std::string_view text) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = sequence_length(text.substr(i, 4));
    if (n == 0) return line;
    if (text[i] == '\n') ++line;
    i += n;
  }
  return 0;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

FileText checked_text(std::string bytes) {
  constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    return failed("is UTF-16; save it as UTF-8");
  if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
  if (const int line = line_not_utf8(bytes); line > 0) return failed("isn't text in UTF-8", line);
  return {.text = std::move(bytes), .error = {}, .line = 0};
}

FileText read_bytes(const std::string& name) {
  if (name.find('\0') != std::string::npos) return failed("isn't a file name");
  std::error_code ec;
  const fs::file_status status = fs::status(name, ec);
  if (status.type() == fs::file_type::not_found) return failed("no such file");
  if (ec) return failed("can't be read: " + ec.message());
  if (fs::is_directory(status)) return failed("is a folder, not a file");
  if (!fs::is_regular_file(status)) return failed("isn't a regular file");
  const auto size = fs::file_size(name, ec);
  if (ec) return failed("can't be read: " + ec.message());
  if (size > kLargestFile)
    return failed("has " + std::to_string(size >> 20) + " MiB; allowed are " +
                  std::to_string(kLargestFile >> 20));

  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(name.c_str(), "rb"), [](std::FILE* f) { return std::fclose(f); });
  if (file == nullptr) return failed(std::string("can't be read: ") + std::strerror(errno));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return failed(std::string("can't be read: ") + std::strerror(errno));
  return {.text = std::move(bytes), .error = {}, .line = 0};
}

FileText read_file(const std::string& name) {
  FileText out = read_bytes(name);
  return out.error.empty() ? checked_text(std::move(out.text)) : out;
}

std::string resolve(const std::string& beside, const std::string& name) {
  return (fs::path(beside).parent_path() / name).lexically_normal().string();
}

std::optional<double> parse_number(std::string_view text) {
  double x = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (ec != std::errc{} || end != text.data() + text.size() || !std::isfinite(x)) return {};
  return x;
}

std::string format(double x) {
  std::array<char, 64> buffer;
  const double size = std::abs(x);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e9);  // what people write out
  const auto end = plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                         std::chars_format::fixed)
                         : std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
  return {buffer.data(), end.ptr};
}

std::string format_rounded(double x) {
  constexpr int kDigits = 6;
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                 std::chars_format::scientific, kDigits - 1);
  return format(parse_number({buffer.data(), end.ptr}).value_or(x));
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string lower_case(std::string_view text) {
  std::string s(text);
  std::ranges::transform(s, s.begin(), lower);
  return s;
}

std::string one_of(std::span<const std::string> words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) all += i + 1 == words.size() ? " or " : ", ";
    all += words[i];
  }
  return all;
}

int edit_distance(std::string_view a, std::string_view b) {
  // Rows of the distance table for the prefix of a before the last, the last, and the present one.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::string nearest(std::string_view word, std::span<const std::string> words) {
  constexpr std::size_t kLongest = 100;  // nobody mistypes longer ones
  if (word.empty() || word.size() > kLongest) return {};
  int best = static_cast<int>(std::max<std::size_t>(1, word.size() / 3)) + 1;
  std::string found;
  for (const std::string& w : words) {
    const std::size_t gap =
        w.size() > word.size() ? w.size() - word.size() : word.size() - w.size();
    if (gap >= static_cast<std::size_t>(best)) continue;
    const int distance = edit_distance(word, w);
    if (distance < best && static_cast<std::size_t>(distance) < word.size()) {
      best = distance;
      found = w;
    }
  }
  return found;
}

}  // namespace evsim::io
