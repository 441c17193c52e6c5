// Text inside XML and HTML, whatever characters it holds.
#pragma once

#include <string>
#include <string_view>

namespace evsim::io {

// The text with U+FFFD in place of every byte that isn't UTF-8 and of control characters other than
// tab and newline: JSON, XML and HTML refuse those.
std::string printable(std::string_view text);

// printable(), with & < > " ' as entities: for text and for attributes in quotes.
std::string escape(std::string_view text);

// A JSON string in quotes that may stand inside an HTML <script>.
std::string script_string(std::string_view text);

// A number for people: so many significant digits, no trailing zeros; "-" where there is no number.
std::string readable(double x, int digits = 5);
// A short time [s]: "53.8 us", "12.9 ms".
std::string readable_time(double seconds);

}  // namespace evsim::io
