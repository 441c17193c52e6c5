#include "sim/link/hello.h"

#include <algorithm>
#include <stdexcept>

#include "sim/link/wire.h"

namespace evsim::link {
namespace {

// The next word of a line, and what is left of it.
std::string_view word(std::string_view& rest) {
  const auto begin = std::min(rest.find_first_not_of(" \t\r"), rest.size());
  rest.remove_prefix(begin);
  const auto end = std::min(rest.find_first_of(" \t\r"), rest.size());
  const auto out = rest.substr(0, end);
  rest.remove_prefix(end);
  return out;
}
std::string_view trimmed(std::string_view s) {
  const auto begin = std::min(s.find_first_not_of(" \t\r"), s.size());
  s.remove_prefix(begin);
  return s.substr(0, s.find_last_not_of(" \t\r") + 1);
}
// What came over a wire, fit to be shown.
std::string shown(std::string_view s) {
  constexpr std::size_t kMost = 60;
  std::string out;
  for (const char c : s.substr(0, kMost)) out += c >= ' ' && c < 127 ? c : '?';
  return out;
}

struct Reading {
  const Interface& known;
  Hello out;
  std::string problems;

  void wrong(int line, const std::string& what) {
    wrong("line " + std::to_string(line) + ": " + what);
  }
  void wrong(const std::string& what) { problems += (problems.empty() ? "" : "\n") + what; }
  void signal(int line, const std::vector<Signal>& all, std::vector<Wanted>& list,
              std::string_view rest) {
    const auto name = word(rest), unit = word(rest);
    const auto at = std::ranges::find(all, name, &Signal::name);
    if (at == all.end())
      return wrong(line, "no signal \"" + shown(name) + "\"; must be one of " + listed(all));
    const Unit* in = unit_named(at->dim, unit);
    if (in == nullptr)
      return wrong(line, at->name + " can't be in \"" + shown(unit) + "\"; SI is " +
                             std::string(si_unit(at->dim).text));
    if (!trimmed(rest).empty()) return wrong(line, "too much: \"" + shown(trimmed(rest)) + "\"");
    const auto index = static_cast<std::size_t>(at - all.begin());
    if (std::ranges::find(list, index, &Wanted::signal) != list.end())
      return wrong(line, at->name + " is listed twice");
    if (list.size() == kMostSignals)
      return wrong(line, "more than " + std::to_string(kMostSignals) + " signals");
    list.push_back({index, in});
  }
  void line(int number, std::string_view text) {
    auto rest = text;
    const auto key = word(rest);
    const auto value = trimmed(rest);
    if (key.empty()) return;
    if (key == "role")
      out.role = shown(value);
    else if (key == "unit")
      out.unit = shown(value);
    else if (key == "name")
      out.name = shown(value);
    else if (key == "config")
      signal(number, known.config, out.config, rest);
    else if (key == "in")
      signal(number, known.inputs, out.inputs, rest);
    else if (key == "out")
      signal(number, known.outputs, out.outputs, rest);
    else
      wrong(number, "\"" + shown(key) + "\"; must be role, unit, name, config, in or out");
  }
};

}  // namespace

Hello read_hello(std::string_view text, const Interface& known) {
  Reading r{.known = known, .out = {}, .problems = {}};
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    r.line(++number, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (r.out.role != known.role)
    r.wrong("role is \"" + r.out.role + "\"; this link is for " + known.role);
  if (!r.out.unit.empty() && r.out.unit != known.unit)
    r.wrong("unit is \"" + r.out.unit + "\"; this link is for \"" + known.unit + "\"");
  if (r.out.outputs.empty()) r.wrong("gives nothing; must be out SIGNAL once or more");
  if (!r.problems.empty()) throw std::invalid_argument(r.problems);
  return r.out;
}

std::string not_given(const Hello& h, const Interface& known) {
  std::string out;
  for (std::size_t i = 0; i < known.outputs.size(); ++i)
    if (std::ranges::find(h.outputs, i, &Wanted::signal) == h.outputs.end())
      out += (out.empty() ? "" : ", ") + known.outputs[i].name;
  return out;
}

}  // namespace evsim::link
