#include "sim/io/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/io/report_assets.h"
#include "sim/io/report_figures.h"
#include "sim/io/report_map.h"
#include "tests/io/markup_check.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

using nlohmann::json;

std::string page(const RunResult& r) {
  const LoadedCase l = run_sample::small_case();
  return report_html(r, l.c, run_sample::provenance(l));
}
bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Parts of the page between two words, the last taken away: style, scripts.
std::string without(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from))
    text.erase(at, text.find(to, at) + to.size() - at);
  return text;
}
// The page as XML would have it: no doctype, void elements closed, no attributes without value.
std::string as_xml(std::string html) {
  html = without(without(std::move(html), "<style>", "</style>"), "<script", "</script>");
  html = without(without(std::move(html), "<!DOCTYPE", ">"), "<meta", ">");
  for (std::size_t at = html.find(" hidden>"); at != std::string::npos; at = html.find(" hidden>"))
    html.erase(at, 7);
  return html;
}

TEST(Report, is_well_formed_and_has_all_its_parts) {
  const std::string html = page(run_sample::large(200, 12));
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
  for (const char* part : {"kpis", "energy", "time", "map", "ledger", "provenance"})
    EXPECT_TRUE(holds(html, "<section id=\"" + std::string(part) + "\">")) << part;
  EXPECT_TRUE(holds(html, "<span class=\"badge fail\">fail</span>"));
  EXPECT_TRUE(holds(html, "ENERGY-1"));
  EXPECT_TRUE(holds(html, std::string(assets::style())));
  for (const char* number : {">nan", " nan", "\"nan", ">inf", " inf "})
    EXPECT_FALSE(holds(as_xml(html), number)) << number;
}

TEST(Report, shows_links_to_controllers_where_there_are_any) {
  RunResult r = run_sample::tiny();
  EXPECT_FALSE(holds(page(r), "<section id=\"links\">"));
  r.links = {run_sample::link()};
  const std::string html = page(r);
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
  EXPECT_TRUE(holds(html, "<section id=\"links\">"));
  EXPECT_TRUE(holds(html, "vcu: my &lt;unit&gt; at tcp://127.0.0.1:4815"));
  EXPECT_TRUE(holds(html, "1000 times; 50 % below"));
  EXPECT_TRUE(holds(html, "late at t = 0.5 s"));
}

TEST(Report, needs_no_network) {
  const std::string html = without(page(run_sample::tiny()), "<script", "</script>");
  for (const char* reference : {"src=", "href=", "url(", "@import", "http"})
    EXPECT_FALSE(holds(html, reference)) << reference;
}

TEST(Report, names_of_any_kind_stay_text) {
  RunResult r = run_sample::tiny();
  const std::string hostile = "</script><script>alert(1)</script>\"'&<!--\xff";
  r.vehicle = r.scenario = hostile;
  r.kpis[0].name = r.kpis[0].doc = r.kpis[0].unit = r.kpis[0].limits[0].id = hostile;
  r.books.entries[1].name = hostile;
  r.recording.signals.push_back({hostile, Dim::none});
  r.recording.columns.push_back({1, 2, 3});
  std::get<scenario::SetState>(r.command_log[2].command).state = hostile;
  const std::string html = page(r);
  EXPECT_FALSE(holds(html, "alert(1)</script>"));
  EXPECT_FALSE(holds(html, "<script>alert"));
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
}

TEST(Report, stays_below_two_megabytes_however_long_the_run) {
  constexpr std::size_t kMost = 2'000'000;
  EXPECT_LT(page(run_sample::large(1800, 40)).size(), kMost);
  const std::string html = page(run_sample::large(100'000, 40));
  EXPECT_LT(html.size(), kMost);
  EXPECT_TRUE(holds(html, "the lowest and the highest are shown"));
}

TEST(Report, is_the_same_for_the_same_run) {
  EXPECT_EQ(page(run_sample::large(300, 20)), page(run_sample::large(300, 20)));
}

TEST(Report, says_so_when_nothing_was_recorded) {
  RunResult r = run_sample::tiny();
  r.recording = {};
  const std::string html = page(r);
  EXPECT_TRUE(holds(html, "No signals were recorded."));
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
}

// ---- Curves -------------------------------------------------------------------------------------

TEST(Report, its_script_gets_whole_numbers_over_a_power_of_ten) {
  const Figures f = figures(run_sample::tiny().recording, true);
  const json data = json::parse(figures_json(f));
  EXPECT_EQ(data["columns"][0]["values"], json({0, 10000000, 20000000}));
  EXPECT_EQ(data["columns"][0]["decimals"], 7);
  EXPECT_EQ(data["columns"][2]["name"], "body.v");
  EXPECT_EQ(data["columns"][2]["unit"], "km/h");
  EXPECT_EQ(data["columns"][2]["decimals"], 3);
  EXPECT_EQ(data["columns"][2]["values"], json({0, 32400, 19800}));
  EXPECT_EQ(data["columns"][5]["name"], "trace error");
  EXPECT_EQ(data["columns"][5]["values"], json({0, -36000, 18000}));
  EXPECT_EQ(data["figures"][0][1]["column"], 2);
}

TEST(Report, values_without_a_number_are_null) {
  RunResult r = run_sample::tiny();
  r.recording.columns[2] = {std::nan(""), kInfinity, 1};
  const json data = json::parse(figures_json(figures(r.recording, true)));
  EXPECT_TRUE(data["columns"][3]["values"][0].is_null());
  EXPECT_TRUE(data["columns"][3]["values"][1].is_null());
  EXPECT_EQ(data["columns"][3]["values"][2], 10000);  // 0.001 kW, 7 decimals
}

TEST(Report, a_driver_without_a_trace_has_no_trace_error) {
  const Figures f = figures(run_sample::tiny().recording, false);
  ASSERT_EQ(f.figures[0].series.size(), 1u);
  EXPECT_EQ(f.figures[0].series[0].label, "car");
  EXPECT_EQ(f.figures[1].title, "Power flows, positive from battery to wheel");
}

TEST(Report, thinning_keeps_every_peak) {
  SignalColumn t{"t", "s", {}}, x{"x", "1", {}};
  for (int i = 0; i < 1000; ++i) {
    t.values.push_back(i);
    x.values.push_back(i == 437 ? 9.0 : i == 438 ? -9.0 : 0.0);
  }
  const auto thin = thinned({t, x}, 100);
  ASSERT_LE(thin[0].values.size(), 100u);
  ASSERT_EQ(thin[0].values.size(), thin[1].values.size());
  EXPECT_EQ(std::ranges::max(thin[1].values), 9.0);
  EXPECT_EQ(std::ranges::min(thin[1].values), -9.0);
  EXPECT_TRUE(std::ranges::is_sorted(thin[0].values));
  EXPECT_EQ(thinned({t, x}, 1000)[1].values, x.values);
}

TEST(Report, a_curve_ends_where_its_values_end) {
  RunResult r = run_sample::tiny();
  r.recording.columns[2] = {std::nan(""), std::nan(""), std::nan("")};
  const Figures f = figures(r.recording, true);
  for (const Figure& figure : f.figures) {
    const std::string svg = figure_svg(f, figure);
    EXPECT_EQ(markup_check::problem(svg), "");
    EXPECT_FALSE(holds(svg, "nan"));
  }
}

// ---- Maps ---------------------------------------------------------------------------------------

drive_unit::Model<double> unit_of_constant_loss(double loss) {
  machine::Map<double> map;
  const std::vector<double> speeds{0, 1000}, torques{-300, 300};
  map.p_loss =
      Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::vector<double>(4, loss)));
  map.I_peak =
      Table2<double>(std::make_shared<Table2Data>(speeds, torques, std::vector<double>(4, 0.0)));
  drive_unit::Model<double> m;
  m.envelope = {.tau_peak = 200, .P_peak = 50e3, .omega_max = 1000, .U_ref = 350};
  m.losses = map;
  return m;
}

TEST(ReportMap, efficiency_is_output_over_input_in_both_directions) {
  const auto m = unit_of_constant_loss(1000.0);
  EXPECT_DOUBLE_EQ(efficiency(m, 100, 90), 0.9);    // 9 kW out of 10 kW
  EXPECT_DOUBLE_EQ(efficiency(m, 100, -100), 0.9);  // 9 kW out of 10 kW
  EXPECT_EQ(efficiency(m, 100, -5), 0.0);           // the loss is more than the braking power
  EXPECT_EQ(efficiency(m, 0, 50), 0.0);
}

TEST(ReportMap, means_are_weighted_by_energy) {
  const auto m = unit_of_constant_loss(1000.0);
  const MeanEfficiency mean = mean_efficiency(m, {.omega = {100, 100, 100}, .tau = {90, 10, -100}});
  EXPECT_DOUBLE_EQ(mean.motoring, 10.0 / 12.0);
  EXPECT_DOUBLE_EQ(mean.generating, 0.9);
}

TEST(ReportMap, what_brakes_with_less_than_its_loss_does_not_generate) {
  const auto m = unit_of_constant_loss(1000.0);
  const MeanEfficiency mean = mean_efficiency(m, {.omega = {100, 100, 100}, .tau = {-1, -9, -100}});
  EXPECT_TRUE(std::isnan(mean.motoring));
  EXPECT_DOUBLE_EQ(mean.generating, 0.9);
  EXPECT_TRUE(std::isnan(mean_efficiency(m, {.omega = {100}, .tau = {-1}}).generating));
}

TEST(ReportMap, driving_backwards_is_mirrored) {
  Recording r;
  r.signals = {{"drive_units.rear.omega", Dim::angular_speed},
               {"drive_units.rear.tau", Dim::torque}};
  r.t = {0, 1};
  r.columns = {{10, -10}, {5, -5}};
  const OperatingPoints p = operating_points(r, "rear");
  EXPECT_EQ(p.omega, (std::vector<double>{10, 10}));
  EXPECT_EQ(p.tau, (std::vector<double>{5, 5}));
  EXPECT_TRUE(operating_points(r, "front").omega.empty());
}

TEST(ReportMap, the_drawing_is_well_formed_for_any_machine) {
  for (const double loss : {0.0, 1000.0, 1e9}) {
    const std::string svg =
        map_svg(unit_of_constant_loss(loss), {.omega = {100, 900}, .tau = {20, -20}});
    EXPECT_EQ(markup_check::problem(svg), "") << loss;
    EXPECT_FALSE(holds(svg, "nan")) << loss;
    EXPECT_TRUE(holds(svg, "torque [Nm]"));
  }
}

}  // namespace
}  // namespace evsim::io
