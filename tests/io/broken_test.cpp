// Broken inputs: for every file under tests/broken/<kind> the messages beside it (<name>.expected) must
// come, all of them, word by word. What a user reads is reviewed in those files.
//   vehicle: with a sound scenario          cycle, pedals: as a driver's trace
//   scenario: with the vehicle it names     table_OCV, table_R_0: as this table of a sound battery
//   published, tyre, link: by themselves
// Files that end in .part are named by others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "evsim_build_info.h"
#include "sim/io/case.h"
#include "sim/io/origins.h"
#include "sim/io/published.h"
#include "sim/io/tir.h"
#include "sim/link/link_check.h"

namespace evsim::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "tests/broken";

// Messages name files as the user did: relative to the project.
class FromProjectFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = fs::current_path();
    fs::current_path(EVSIM_SOURCE_DIR);
  }
  void TearDown() override { fs::current_path(before_); }

 private:
  fs::path before_;
};

void load_vehicle(const std::string& file, const ReadFile& read = read_file) {
  load_case({.scenario = "scenarios/constant_100_km_per_h.json", .vehicle = file}, read);
}

// A sound vehicle with this table in its battery; it lies beside the table, in memory only.
void load_table(const std::string& file, const std::string& table) {
  const fs::path path = file;
  const std::string car = (path.parent_path() / "car.json").string();
  const std::string text = R"({ "from": "../../../vehicles/generic_compact.json", "battery": { ")" +
                           table + R"(": ")" + path.filename().string() + R"(" } })";
  load_vehicle(car, [&](const std::string& name) {
    return name == car ? checked_text(text) : read_file(name);
  });
}

void load_link(const std::string& file) {
  const auto loaded = read<link::LinkParams>(file);
  with_origins(loaded, [&] {
    link::check(loaded.value, [&](const std::string& path, const std::string& name) {
      const InputFile got = read_beside(loaded, path, name);
      return link::TextFile{got.name, got.text};
    });
  });
}

struct KindOfFile {
  std::string folder;
  std::function<void(const std::string&)> load;
};
std::vector<KindOfFile> kinds() {
  return {
      {"vehicle", [](const std::string& f) { load_vehicle(f); }},
      {"scenario", [](const std::string& f) { load_case({.scenario = f}); }},
      {"cycle", [](const std::string& f) { read_trace(f, TraceKind::speed); }},
      {"pedals", [](const std::string& f) { read_trace(f, TraceKind::pedals); }},
      {"published", [](const std::string& f) { read_published(f); }},
      {"tyre", [](const std::string& f) { read_tyre(f); }},
      {"link", load_link},
      {"table_OCV", [](const std::string& f) { load_table(f, "OCV"); }},
      {"table_R_0", [](const std::string& f) { load_table(f, "R_0"); }},
  };
}

std::string messages(const std::function<void(const std::string&)>& load, const std::string& file) {
  try {
    load(file);
  } catch (const InputError& e) {
    return e.what() + std::string("\n");
  }
  return "no error\n";
}

std::vector<std::string> broken_files(const std::string& kind) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(fs::path(kFolder) / kind)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".json" || extension == ".csv" || extension == ".tir")
      files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// With EVSIM_WRITE_EXPECTED set the messages are written instead of compared: review the difference.
void compare(const fs::path& expected, const std::string& got) {
  if (std::getenv("EVSIM_WRITE_EXPECTED") != nullptr)
    std::ofstream(expected, std::ios::binary) << got;
  else
    EXPECT_EQ(got, content(expected)) << expected;
}

using Broken = FromProjectFolder;

TEST_F(Broken, every_broken_file_is_refused_with_the_expected_messages) {
  int count = 0;
  for (const KindOfFile& kind : kinds())
    for (const std::string& file : broken_files(kind.folder)) {
      const std::string got = messages(kind.load, file);
      EXPECT_NE(got, "no error\n") << file;
      compare(fs::path(file).replace_extension(".expected"), got);
      ++count;
    }
  EXPECT_GE(count, 60);
}

TEST_F(Broken, every_expected_message_has_its_file) {
  for (const KindOfFile& kind : kinds())
    for (const auto& entry : fs::directory_iterator(fs::path(kFolder) / kind.folder)) {
      if (entry.path().extension() != ".expected") continue;
      const auto with = [&](const char* extension) {
        return fs::exists(fs::path(entry.path()).replace_extension(extension));
      };
      EXPECT_TRUE(with(".json") || with(".csv") || with(".tir")) << entry.path();
    }
}

TEST_F(Broken, no_message_is_longer_than_a_few_lines_or_shows_bytes_that_are_no_text) {
  constexpr std::size_t kLongest =
      400;  // 200 characters of cause, and file, line and path before it
  for (const KindOfFile& kind : kinds())
    for (const std::string& file : broken_files(kind.folder)) {
      const std::string all = messages(kind.load, file);
      EXPECT_TRUE(checked_text(all).error.empty()) << file;
      for (std::size_t begin = 0, end; begin < all.size(); begin = end + 1) {
        end = all.find('\n', begin);
        if (!file.ends_with("very_long_key.json")) {
          EXPECT_LE(end - begin, kLongest) << file;
        }
      }
    }
}

TEST_F(Broken, a_folder_in_place_of_a_file_is_refused) {
  EXPECT_EQ(messages([](const std::string& f) { load_vehicle(f); }, "vehicles"),
            "vehicles: is a folder, not a file\n");
  EXPECT_EQ(messages([](const std::string& f) { load_case({.scenario = f}); }, "scenarios"),
            "scenarios: is a folder, not a file\n");
  EXPECT_EQ(
      messages([](const std::string& f) { read_trace(f, TraceKind::speed); }, "scenarios/cycles"),
      "scenarios/cycles: is a folder, not a file\n");
}

TEST_F(Broken, a_device_in_place_of_a_file_is_refused_instead_of_read_forever) {
  EXPECT_EQ(messages([](const std::string& f) { load_vehicle(f); }, "/dev/zero"),
            "/dev/zero: isn't a regular file\n");
}

TEST_F(Broken, a_gigabyte_is_refused_before_it_is_read) {
  const fs::path file = fs::temp_directory_path() / "evsim_broken_gigabyte.json";
  std::ofstream(file).close();
  fs::resize_file(file, 1u << 30);  // sparse: takes no space
  EXPECT_EQ(messages([](const std::string& f) { load_vehicle(f); }, file.string()),
            file.string() + ": has 1024 MiB; allowed are 64\n");
  EXPECT_EQ(messages([](const std::string& f) { read_trace(f, TraceKind::speed); }, file.string()),
            file.string() + ": has 1024 MiB; allowed are 64\n");
  fs::remove(file);
}

// ---- What looks odd and is sound ----------------------------------------------------------------

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

TEST_F(Broken, a_byte_order_mark_and_windows_line_ends_change_nothing) {
  const ReadFile odd = [](const std::string& name) {
    return checked_text("\xEF\xBB\xBF" + with_crlf(content(name)));
  };
  const CaseRequest wltc{.scenario = "scenarios/wltc.json"};
  const LoadedCase plain = load_case(wltc), marked = load_case(wltc, odd);
  EXPECT_EQ(collect(plain.c.vehicle).numbers, collect(marked.c.vehicle).numbers);
  EXPECT_EQ(collect(plain.c.scenario).names, collect(marked.c.scenario).names);
  EXPECT_EQ(plain.c.trace.v, marked.c.trace.v);
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& f : fs::directory_iterator(folder))
    if (f.path().extension() == ".json" && f.path().filename() != "published.json")
      out.push_back(f.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

// Sanitizers take minutes for all pairs: there each scenario has one vehicle.
TEST_F(Broken, every_scenario_runs_with_every_vehicle) {
  const auto scenarios = files_of("scenarios"), vehicles = files_of("vehicles");
  const bool is_sanitized = !std::string_view(build_info::kSanitize).empty();
  for (std::size_t i = 0; i < scenarios.size(); ++i)
    for (std::size_t k = 0; k < vehicles.size(); ++k) {
      if (is_sanitized && k != i % vehicles.size()) continue;
      EXPECT_NO_THROW(load_case({.scenario = scenarios[i], .vehicle = vehicles[k]}))
          << scenarios[i] << " " << vehicles[k];
    }
}

}  // namespace
}  // namespace evsim::io
