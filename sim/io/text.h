// Text as it comes from users: files, numbers, words that are nearly right.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::io {

// Larger files are refused before they are read.
inline constexpr std::size_t kLargestFile = 64u << 20;  // [byte]

struct FileText {
  std::string text;   // without a UTF-8 byte order mark, which is accepted and dropped
  std::string error;  // why there is no text; "" when there is
  int line = 0;       // of the error, when it has one
};

// How files are opened: the disk, or what a test holds in memory.
using ReadFile = std::function<FileText(const std::string& name)>;

// A regular file from the disk, as text. Never throws: the error says what is wrong with the file.
FileText read_file(const std::string& name);
// The same as the bytes that it has.
FileText read_bytes(const std::string& name);

// Text from bytes: drops a UTF-8 byte order mark; anything that isn't UTF-8, and NUL, is an error.
FileText checked_text(std::string bytes);

// A file named inside another file: relative to the folder of that one.
std::string resolve(const std::string& beside, const std::string& name);

// A finite decimal number that fills the whole text, whatever the locale; otherwise nothing.
std::optional<double> parse_number(std::string_view text);

// The fewest digits that read back as x.
std::string format(double x);

// At most 6 significant digits, for bounds that went through a unit.
std::string format_rounded(double x);

std::string_view trim(std::string_view text);
std::string lower_case(std::string_view text);

// "a, b or c".
std::string one_of(std::span<const std::string> words);

// Edits (insert, delete, replace, swap neighbours; letter case is free) that turn a into b.
int edit_distance(std::string_view a, std::string_view b);

// The word most like the given one, or "" when none is close.
std::string nearest(std::string_view word, std::span<const std::string> words);

}  // namespace evsim::io
