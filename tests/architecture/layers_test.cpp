// Dependencies point down only. The layers and the arrows between them are those of
// sim/CMakeLists.txt; the build hands them over in EVSIM_LAYERS, as "base: components:base ...".
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <set>

#include "tests/architecture/sources.h"

namespace evsim::architecture {
namespace {

using Parts = std::map<std::string, std::set<std::string>>;  // part -> the parts it may include

// "sim/vehicle" for a file of that layer, "sim" for the public face, "tools", "gui/panels"; "" for others.
std::string part_of(const std::string& path) {
  const auto slash = path.find('/');
  std::string top = path.substr(0, slash);
  if (path.starts_with("tools/benchmarks/")) return "tools/benchmarks";
  if (top == "tools") return top;
  if ((top != "sim" && top != "gui") || slash == std::string::npos) return "";
  const auto end = path.find('/', slash + 1);
  return end == std::string::npos ? top : path.substr(0, end);
}

Parts parts_of(const std::string& layers) {
  // The command has the window's live part, which draws nothing, for evsim serve.
  Parts parts{{"sim", {"sim"}}, {"tools", {"tools", "sim", "gui/live"}}};
  // The window may not see solve, vehicle, components and control.
  std::set<std::string> seen{"sim", "sim/base", "sim/run", "sim/io", "sim/link", "sim/study"};
  for (const char* part : {"gui/live", "gui/model", "gui/panels", "gui/shell"}) {
    seen.insert(part);
    parts[part] = seen;
  }
  std::set<std::string>& measured = parts["tools/benchmarks"];  // all there is, by itself
  measured = seen;
  measured.insert({"tools/benchmarks", "tools"});
  std::istringstream words(layers);
  for (std::string word; words >> word;) {
    const auto colon = word.find(':');
    const std::string layer = "sim/" + word.substr(0, colon);
    parts[layer].insert(layer);
    parts["sim"].insert(layer);
    parts["tools"].insert(layer);
    measured.insert(layer);
    std::istringstream names(word.substr(colon + 1));
    for (std::string name; std::getline(names, name, ',');) parts[layer].insert("sim/" + name);
  }
  return parts;
}

// Third-party headers by the beginning of their names, and the folders that may include them.
const std::map<std::string, std::vector<std::string>> kThirdParty{
    {"(arkode|cvodes?|idas?|kinsol|nvector|sundials|sunlinsol|sunmatrix|sunnonlinsol)/",
     {"sim/solve/"}},
    {"nlohmann/", {"sim/io/"}},
    {"(hdf5|H5)", {"sim/io/hdf5/"}},
    {"CLI/", {"tools/", "gui/shell/"}},
    {"fmt/", {"sim/run/", "sim/response/", "sim/io/", "sim/link/", "sim/study/", "tools/", "gui/"}},
    {"(imgui|implot)", {"gui/panels/", "gui/shell/", "tools/benchmarks/"}},
    {"(GLFW/|imgui_impl_|zlib)", {"gui/shell/", "tools/benchmarks/"}},
};

std::optional<std::string> what_is_wrong(const std::string& path, const std::string& header,
                                         bool quoted, const Parts& parts) {
  for (const auto& [pattern, folders] : kThirdParty)
    if (std::regex_search(header, std::regex("^" + pattern)) &&
        std::none_of(folders.begin(), folders.end(),
                     [&](const std::string& folder) { return path.starts_with(folder); }))
      return header + " is not for this folder";

  const std::string from = part_of(path);
  const std::string to = part_of(header);
  if (!parts.contains(from)) return from + " is no layer of sim/CMakeLists.txt";
  if (to.empty()) {
    if (!quoted || header.starts_with("evsim_")) return {};  // the build writes evsim_*.h
    return "write the path of " + header + " from the repository root";
  }
  if (!parts.at(from).contains(to)) return from + " may not include " + header;
  return {};
}

std::vector<std::string> violations(const Source& s, const Parts& parts) {
  static const std::regex include(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < s.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(s.lines[i], match, include)) continue;
    if (const auto wrong = what_is_wrong(s.path, match[2], match[1] == "\"", parts))
      result.push_back(violation(s, i, *wrong));
  }
  return result;
}

TEST(Layers, the_build_hands_over_its_layers) {
  const Parts parts = parts_of(EVSIM_LAYERS);
  EXPECT_TRUE(parts.contains("sim/base"));
  EXPECT_TRUE(parts.contains("sim/run"));
}

TEST(Layers, a_layer_comes_after_all_that_it_needs) {
  std::istringstream words(EVSIM_LAYERS);
  std::set<std::string> below;
  for (std::string word; words >> word;) {
    const std::string layer = "sim/" + word.substr(0, word.find(':'));
    below.insert(layer);
    const Parts parts = parts_of(word);
    for (const auto& needed : parts.at(layer))
      EXPECT_TRUE(below.contains(needed)) << layer << " needs " << needed;
  }
}

TEST(Layers, dependencies_point_down_only) {
  const Parts parts = parts_of(EVSIM_LAYERS);
  std::vector<std::string> all;
  for (const auto& s : sources_below({"sim", "tools", "gui"}))
    for (const auto& v : violations(s, parts)) all.push_back(v);
  EXPECT_TRUE(all.empty()) << joined(all);
}

// From here on violations are planted: a checker that finds nothing proves nothing.
using Found = std::vector<std::string>;

Found planted(const std::string& path, const std::string& text) {
  return violations(source(path, text),
                    parts_of("base: components:base vehicle:base,components run:base,vehicle"));
}

TEST(Layers, an_arrow_that_points_up_is_found_with_its_line) {
  EXPECT_EQ(planted("sim/base/units.cpp", "// text\n#include \"sim/vehicle/car.h\"\n"),
            Found{"sim/base/units.cpp:2: sim/base may not include sim/vehicle/car.h"});
  EXPECT_EQ(planted("sim/components/gear.h", "#  include <sim/run/task.h>"),
            Found{"sim/components/gear.h:1: sim/components may not include sim/run/task.h"});
  EXPECT_EQ(planted("sim/run/task.h", "#include \"sim/evsim.h\""),
            Found{"sim/run/task.h:1: sim/run may not include sim/evsim.h"});
  EXPECT_EQ(planted("sim/run/task.h", "#include \"tools/evsim/table.h\""),
            Found{"sim/run/task.h:1: sim/run may not include tools/evsim/table.h"});
}

TEST(Layers, an_arrow_that_is_not_in_the_list_is_found) {
  EXPECT_EQ(planted("sim/run/task.h", "#include \"sim/components/gear.h\""),
            Found{"sim/run/task.h:1: sim/run may not include sim/components/gear.h"});
  EXPECT_EQ(planted("gui/panels/scope.cpp", "#include \"sim/vehicle/car.h\""),
            Found{"gui/panels/scope.cpp:1: gui/panels may not include sim/vehicle/car.h"});
  EXPECT_EQ(planted("gui/live/session.h", "#include \"gui/model/app.h\""),
            Found{"gui/live/session.h:1: gui/live may not include gui/model/app.h"});
  EXPECT_EQ(planted("tools/evsim/serve.cpp",
                    "#include \"gui/live/server.h\"\n#include \"gui/model/app.h\""),
            Found{"tools/evsim/serve.cpp:2: tools may not include gui/model/app.h"});
  EXPECT_EQ(planted("sim/odd/a.h", "#include <vector>"),
            Found{"sim/odd/a.h:1: sim/odd is no layer of sim/CMakeLists.txt"});
  EXPECT_EQ(planted("sim/vehicle/car.h", "#include \"gear.h\""),
            Found{"sim/vehicle/car.h:1: write the path of gear.h from the repository root"});
}

TEST(Layers, a_third_party_header_in_the_wrong_place_is_found) {
  EXPECT_EQ(planted("sim/run/step.cpp", "#include <cvode/cvode.h>"),
            Found{"sim/run/step.cpp:1: cvode/cvode.h is not for this folder"});
  EXPECT_EQ(planted("tools/evsim/run.cpp", "#include <nlohmann/json.hpp>"),
            Found{"tools/evsim/run.cpp:1: nlohmann/json.hpp is not for this folder"});
  EXPECT_EQ(planted("sim/base/units.cpp", "#include <fmt/format.h>").size(), 1U);
  EXPECT_EQ(planted("gui/model/app.cpp", "#include <imgui.h>"),
            Found{"gui/model/app.cpp:1: imgui.h is not for this folder"});
  EXPECT_EQ(planted("gui/panels/time_bar.cpp", "#include <GLFW/glfw3.h>").size(), 1U);
}

TEST(Layers, what_is_allowed_passes) {
  EXPECT_EQ(planted("sim/vehicle/car.h",
                    "#include <vector>\n"
                    "#include \"sim/vehicle/layout.h\"\n"
                    "#include \"sim/components/gear.h\"\n"
                    "// #include \"sim/run/task.h\"\n"),
            Found{});
  EXPECT_EQ(planted("sim/evsim.cpp",
                    "#include \"sim/run/task.h\"\n"
                    "#include \"evsim_build_info.h\"\n"),
            Found{});
  EXPECT_EQ(planted("tools/evsim/run.cpp", "#include <CLI/CLI.hpp>\n#include \"sim/evsim.h\""),
            Found{});
}

}  // namespace
}  // namespace evsim::architecture
