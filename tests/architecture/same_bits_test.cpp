// A run gives the same bits on any x86-64. The C library's elementary functions do not: their last
// bit changes with the CPU. So physics and controllers call sim/base's functions only. `sqrt` is
// exact everywhere and allowed. A line that is no physics says so:  // not physics
//
// Two checks: of the text, which also finds std::min and std::max (they treat NaN and signed zero
// differently from sim/base's); and of the compiled objects, which no spelling escapes.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <regex>

#include "tests/architecture/sources.h"

namespace evsim::architecture {
namespace {

const std::string kLibm =
    "a?sinh?|a?cosh?|a?tanh?|atan2|sincos|exp2?|expm1|log2?|log10|log1p|pow|cbrt|hypot|fma|erfc?|"
    "[tl]gamma";
const std::string kForbidden = kLibm + "|min|max|abs|fabs|fmin|fmax";

// sim/base's own functions are written in these.
bool is_elementary(const std::string& path) { return path.starts_with("sim/base/elementary"); }

std::vector<std::string> violations(const Source& s) {
  static const std::regex call(R"((?:\b(?:std|stdx|experimental)|(?:^|[^\w:>])(?=::))::(?:)" +
                               kForbidden + R"()\b)");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < s.lines.size(); ++i) {
    if (s.lines[i].find("// not physics") != std::string::npos) continue;
    const std::string code = s.lines[i].substr(0, s.lines[i].find("//"));
    std::smatch match;
    if (!std::regex_search(code, match, call)) continue;
    const auto colons = match.str().find("::");
    const std::string name = match.str().substr(colons + 2);
    result.push_back(violation(s, i, "use evsim::" + name + " of sim/base"));
  }
  return result;
}

TEST(SameBits, physics_and_controllers_call_only_sim_base_functions) {
  std::vector<std::string> all;
  for (const auto& s :
       sources_below({"sim/base", "sim/components", "sim/vehicle", "sim/control"})) {
    if (is_elementary(s.path)) continue;
    for (const auto& v : violations(s)) all.push_back(v);
  }
  EXPECT_TRUE(all.empty()) << joined(all);
}

std::vector<std::string> planted(const std::string& text) {
  return violations(source("sim/components/tire.h", text));
}
using Found = std::vector<std::string>;

TEST(SameBits, a_planted_call_is_found_with_its_line) {
  EXPECT_EQ(planted("\nreturn std::sin(x);"),
            Found{"sim/components/tire.h:2: use evsim::sin of sim/base"});
  EXPECT_EQ(planted("T y = ::exp(x);"),
            Found{"sim/components/tire.h:1: use evsim::exp of sim/base"});
  EXPECT_EQ(planted("using std::pow;"),
            Found{"sim/components/tire.h:1: use evsim::pow of sim/base"});
  EXPECT_EQ(planted("f(std::experimental::atan2(y, x));").size(), 1U);
  EXPECT_EQ(planted("f(stdx::tanh(y));").size(), 1U);
  EXPECT_EQ(planted("std::max<double>(a, b);").size(), 1U);
  EXPECT_EQ(planted("std::abs(a)").size(), 1U);
}

TEST(SameBits, what_is_allowed_passes) {
  EXPECT_EQ(planted("return sin(x) + std::sqrt(y);"), Found{});
  EXPECT_EQ(planted("std::numeric_limits<double>::max()"), Found{});
  EXPECT_EQ(planted("evsim::exp(x); std::expected<int, int> e; std::minmax_element(a, b);"),
            Found{});
  EXPECT_EQ(planted("// as std::sin does"), Found{});
  EXPECT_EQ(planted("n = std::min(n, text.size());  // not physics"), Found{});
}

// Undefined symbols of an object file that come from the C library's elementary functions.
std::vector<std::string> libm_symbols(const std::string& object) {
  const std::string command = "nm -u '" + object + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("can't run nm");
  static const std::regex symbol("\\bU ((" + kLibm + ")f?)\\s*$");
  std::vector<std::string> result;
  for (std::array<char, 4096> line{}; std::fgets(line.data(), line.size(), pipe.get());) {
    std::cmatch match;
    if (std::regex_search(line.data(), match, symbol)) result.push_back(match[1]);
    if (std::string(line.data()).find("nm: ") != std::string::npos)
      throw std::runtime_error(line.data());
  }
  return result;
}

TEST(SameBits, compiled_physics_needs_no_elementary_function_of_the_c_library) {
  std::ifstream list(EVSIM_PHYSICS_OBJECTS);
  ASSERT_TRUE(list.good());
  std::vector<std::string> all;
  for (std::string object; std::getline(list, object);)
    for (const auto& name : libm_symbols(object)) all.push_back(object + ": calls " + name);
  EXPECT_TRUE(all.empty()) << joined(all);
}

TEST(SameBits, a_call_of_the_c_library_in_an_object_is_found) {
  EXPECT_EQ(libm_symbols(EVSIM_PLANTED_OBJECT), Found{"tanh"});
}

}  // namespace
}  // namespace evsim::architecture
