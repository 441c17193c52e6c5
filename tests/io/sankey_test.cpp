#include "sim/io/sankey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "sim/io/sankey_svg.h"
#include "tests/io/markup_check.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

constexpr double kClosed = 1e-9;  // of the energy that goes in: rounding of some 20 sums

void expect_closed(const Sankey& s) {
  for (std::size_t i = 0; i < kStations; ++i)
    EXPECT_NEAR(s.imbalance(static_cast<Station>(i)), 0.0, kClosed * s.in) << kStationNames[i];
  EXPECT_NEAR(s.in, s.out, kClosed * s.in);
  for (const Sankey::Link& l : s.links) {
    EXPECT_GE(l.forward, 0.0);
    EXPECT_GE(l.back, 0.0);
  }
}

ledger::Entry& entry(RunResult& r, const std::string& name) {
  return *std::ranges::find(r.books.entries, name, &ledger::Entry::name);
}
// As the ledger's rule has it.
void recompute_residual(RunResult& r) {
  r.books.residual = 0.0;
  for (const ledger::Entry& e : r.books.entries) {
    const bool in = e.kind == ledger::Kind::external_in || e.kind == ledger::Kind::intervention;
    r.books.residual += in ? e.energy : -e.energy;
  }
}

TEST(Sankey, passes_on_what_is_left_at_each_station) {
  RunResult r = run_sample::tiny();
  r.recording = {};
  const Sankey s = sankey(r);
  // 1000 J less 80 in the battery, 100 for auxiliaries, 50, 100, 50 in the drive, 50 at the wheels.
  const std::array expected{920.0, 820.0, 770.0, 670.0, 620.0, 570.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_DOUBLE_EQ(s.links[i].forward, expected[i]);
    EXPECT_EQ(s.links[i].back, 0.0);
  }
  EXPECT_DOUBLE_EQ(s.in, 1000.0);
  expect_closed(s);
}

TEST(Sankey, every_joule_of_the_ledger_appears) {
  RunResult r = run_sample::tiny();
  entry(r, "battery charge").energy = -1010.5;
  recompute_residual(r);
  ASSERT_DOUBLE_EQ(r.books.residual, 10.5);
  const Sankey s = sankey(r);
  for (const ledger::Entry& e : r.books.entries) {
    if (e.energy == 0.0) continue;
    const auto p = std::ranges::find(s.ports, e.name, &Sankey::Port::name);
    ASSERT_NE(p, s.ports.end()) << e.name;
    EXPECT_EQ(std::abs(p->energy), std::abs(e.energy)) << e.name;
  }
  EXPECT_EQ(s.ports.back().name, "residual");
  EXPECT_EQ(s.ports.back().energy, 10.5);
  expect_closed(s);
}

TEST(Sankey, recorded_samples_tell_what_came_back) {
  const RunResult r = run_sample::tiny();  // battery.p: 0, 1, -1 W at 0, 1, 2 s
  EXPECT_DOUBLE_EQ(returned_energy(r.recording)[0], 0.5);
  const Sankey s = sankey(r);
  EXPECT_DOUBLE_EQ(s.links[0].back, 0.5);
  EXPECT_DOUBLE_EQ(s.links[0].forward, 920.5);
  expect_closed(s);
}

TEST(Sankey, closes_downhill_with_wind_from_behind_and_jumps) {
  RunResult r = run_sample::tiny();
  r.recording = {};
  entry(r, "height").energy = -5000.0;
  entry(r, "battery charge").energy = 3200.0;
  entry(r, "air drag").energy = -90.0;
  entry(r, "kinetic energy").energy = -7.0;
  entry(r, "jumps by command").energy = -3.25;
  entry(r, "power the battery could not give").energy = 11.0;
  recompute_residual(r);
  const Sankey s = sankey(r);
  EXPECT_EQ(s.links[0].forward, 0.0);
  EXPECT_GT(s.links[0].back, 0.0);
  expect_closed(s);
}

TEST(Sankey, closes_for_any_ledger_and_any_samples) {
  RunResult r = run_sample::large(50, 10);
  unsigned state = 1;
  for (int trial = 0; trial < 200; ++trial) {
    for (ledger::Entry& e : r.books.entries) {
      state = state * 1664525u + 1013904223u;
      const double x = static_cast<double>(state >> 8) / 16777216.0;
      e.energy = e.kind == ledger::Kind::loss ? 1e6 * x : 1e7 * (x - 0.5);
    }
    recompute_residual(r);
    expect_closed(sankey(r));
  }
}

TEST(Sankey, an_entry_of_a_new_name_is_drawn_at_the_car) {
  RunResult r = run_sample::tiny();
  r.books.entries.push_back({"trailer", ledger::Kind::loss, 12.0});
  r.books.entries.push_back({"charger", ledger::Kind::external_in, 12.0});
  const Sankey s = sankey(r);
  EXPECT_EQ(std::ranges::find(s.ports, "trailer", &Sankey::Port::name)->station, Station::car);
  EXPECT_EQ(std::ranges::find(s.ports, "charger", &Sankey::Port::name)->station, Station::dc_node);
  expect_closed(s);
}

TEST(Sankey, the_drawing_is_well_formed_and_names_each_entry) {
  RunResult r = run_sample::tiny();
  entry(r, "rear machine").name = "<b>\"x\" machine";
  const std::string svg = sankey_svg(sankey(r));
  EXPECT_EQ(markup_check::problem(svg), "");
  EXPECT_NE(svg.find("&lt;b&gt;&quot;x&quot;"), std::string::npos);
  EXPECT_NE(svg.find("friction brakes"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

// Heights of the texts below each other, by where they begin.
std::map<std::string, std::vector<double>> columns_of_text(const std::string& svg) {
  std::map<std::string, std::vector<double>> out;
  const std::string begin = "<text class=\"";
  for (std::size_t at = svg.find(begin); at != std::string::npos; at = svg.find(begin, at + 1)) {
    const std::string tag = svg.substr(at, svg.find('>', at) - at);
    if (tag.find("text-anchor") != std::string::npos) continue;
    const auto value = [&](const std::string& name) {
      const std::size_t from = tag.find(" " + name + "=\"") + name.size() + 3;
      return tag.substr(from, tag.find('"', from) - from);
    };
    out[value("x")].push_back(std::stod(value("y")));
  }
  return out;
}
TEST(Sankey, labels_on_the_right_keep_off_each_other_however_thin_their_flows) {
  RunResult r = run_sample::tiny();
  r.recording = {};
  r.books.entries.push_back({"DC cable and capacitors", ledger::Kind::loss, 1.0});
  unsigned state = 3;
  for (int trial = 0; trial < 100; ++trial) {
    for (ledger::Entry& e : r.books.entries) {
      state = state * 1664525u + 1013904223u;
      const double x = static_cast<double>(state >> 8) / 16777216.0;
      e.energy = e.kind == ledger::Kind::loss ? std::pow(10.0, 6.0 * x) : 1e6 * (x - 0.5);
    }
    recompute_residual(r);
    const auto columns = columns_of_text(sankey_svg(sankey(r)));
    ASSERT_FALSE(columns.empty());
    auto right = columns.rbegin()->second;
    for (const auto& [x, y] : columns)
      if (std::stod(x) > 900.0) right = y;
    std::ranges::sort(right);
    for (std::size_t k = 1; k < right.size(); ++k)
      EXPECT_GE(right[k] - right[k - 1], 12.0) << trial;  // letters of 11 px
  }
}

TEST(Sankey, nothing_is_drawn_when_nothing_flowed) {
  EXPECT_EQ(sankey_svg(sankey(RunResult{})), "");
}

}  // namespace
}  // namespace evsim::io
