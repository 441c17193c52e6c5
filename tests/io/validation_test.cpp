#include "sim/io/validation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/io/markup_check.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

using run_sample::kpi;

constexpr double kRounding = 1e-12;

// ---- Which figures count --------------------------------------------------------------------------

published::Figure figure(std::string kind, double value, bool scored = true) {
  published::Figure f;
  f.kind = std::move(kind);
  f.value = value;
  f.source = "a test";
  f.scored = scored;
  return f;
}

// Two kinds and two cars.
published::Params two_cars() {
  published::Params p;
  for (const char* name : {"udds", "start"}) p.kinds.add(name);
  for (const char* name : {"one", "two"}) p.cars.add(name);
  p.cars[0].name = "Car one";
  p.cars[0].figures = {figure("udds", 100, false), figure("udds", 110), figure("udds", 120)};
  p.cars[1].figures = {figure("udds", 200)};
  return p;
}

TEST(Comparisons, of_several_figures_the_first_scored_one_counts) {
  const auto kinds = comparisons(two_cars());
  ASSERT_EQ(kinds.size(), 1u);  // no figure of "start"
  const auto& c = kinds[0].comparisons;
  ASSERT_EQ(c.size(), 4u);
  EXPECT_FALSE(c[0].counts);
  EXPECT_TRUE(c[1].counts);
  EXPECT_FALSE(c[2].counts);
  EXPECT_TRUE(c[3].counts);
  EXPECT_EQ(c[1].path, "cars.one.figures.1");
}

TEST(Comparisons, cars_without_a_name_are_called_by_their_key) {
  const auto kinds = comparisons(two_cars());
  EXPECT_EQ(kinds[0].comparisons[0].label, "Car one");
  EXPECT_EQ(kinds[0].comparisons[3].label, "two");
}

TEST(Comparisons, hold_only_the_cars_that_are_asked_for) {
  const auto kinds = comparisons(two_cars(), {"two"});
  ASSERT_EQ(kinds[0].comparisons.size(), 1u);
  EXPECT_EQ(kinds[0].comparisons[0].car, "two");
}

// ---- Judging --------------------------------------------------------------------------------------

// Cars with these figures, all published as 100.
KindResult measured(const std::vector<double>& ours) {
  KindResult k;
  k.kind.mean_error_max = 0.05;
  k.kind.error_max = 0.2;
  k.kind.error_note = 0.08;
  for (const double x : ours) {
    Comparison c;
    c.car = c.label = "car " + std::to_string(k.comparisons.size());
    c.figure = figure("udds", 100);
    c.counts = true;
    c.ours = x;
    k.comparisons.push_back(c);
  }
  return k;
}

TEST(Judge, takes_the_mean_and_the_largest_of_the_errors_sizes) {
  KindResult k = measured({102, 91, 103});
  judge(k);
  EXPECT_EQ(k.cars, 3);
  EXPECT_NEAR(k.mean_error, (0.02 + 0.09 + 0.03) / 3, kRounding);
  EXPECT_NEAR(k.largest_error, 0.09, kRounding);
  EXPECT_EQ(k.largest_car, "car 1");
  EXPECT_EQ(k.verdict(), Verdict::pass);
}

TEST(Judge, errors_of_both_signs_do_not_cancel) {
  KindResult k = measured({107, 93});
  judge(k);
  EXPECT_NEAR(k.mean_error, 0.07, kRounding);
  EXPECT_EQ(k.mean_verdict, Verdict::fail);
  EXPECT_EQ(k.largest_verdict, Verdict::pass);
  EXPECT_EQ(k.verdict(), Verdict::fail);
}

TEST(Judge, a_single_error_above_its_bound_is_broken_though_explained) {
  KindResult k = measured({100, 100, 100, 100, 100, 79});
  k.comparisons.back().figure.explained = "a reason";
  judge(k);
  EXPECT_EQ(k.mean_verdict, Verdict::pass);
  EXPECT_EQ(k.largest_verdict, Verdict::fail);
  EXPECT_EQ(k.comparisons.back().mark, Mark::broken);
}

TEST(Judge, a_large_error_asks_for_an_explanation_without_failing) {
  KindResult k = measured({100, 91, 109});
  k.comparisons[2].figure.explained = "a reason";
  judge(k);
  EXPECT_EQ(k.comparisons[0].mark, Mark::ok);
  EXPECT_EQ(k.comparisons[1].mark, Mark::unexplained);
  EXPECT_EQ(k.comparisons[2].mark, Mark::explained);
  k.kind.mean_error_max = 0.1;
  judge(k);
  EXPECT_EQ(k.verdict(), Verdict::pass);
}

TEST(Judge, figures_that_do_not_count_are_shown_only) {
  KindResult k = measured({101, 150});
  k.comparisons[1].counts = false;
  judge(k);
  EXPECT_EQ(k.cars, 1);
  EXPECT_NEAR(k.largest_error, 0.01, kRounding);
  EXPECT_EQ(k.comparisons[1].mark, Mark::none);
  EXPECT_EQ(k.verdict(), Verdict::pass);
}

TEST(Judge, a_figure_that_is_missing_breaks_the_bounds) {
  KindResult k = measured({101, kNoFigure});
  judge(k);
  EXPECT_EQ(k.comparisons[1].mark, Mark::missing);
  EXPECT_NEAR(k.mean_error, 0.01, kRounding);
  EXPECT_EQ(k.verdict(), Verdict::fail);
}

TEST(Judge, without_bounds_there_is_no_verdict) {
  KindResult k = measured({150, kNoFigure});
  k.kind.mean_error_max = k.kind.error_max = k.kind.error_note = kInfinity;
  judge(k);
  EXPECT_NEAR(k.mean_error, 0.5, kRounding);
  EXPECT_EQ(k.verdict(), Verdict::none);
  EXPECT_EQ(k.comparisons[0].mark, Mark::none);
}

TEST(Judge, where_nothing_counts_there_is_no_verdict) {
  KindResult k = measured({150});
  k.comparisons[0].counts = false;
  judge(k);
  EXPECT_EQ(k.cars, 0);
  EXPECT_EQ(k.verdict(), Verdict::none);
}

// ---- What figures consist of ----------------------------------------------------------------------

// 1000 J left the battery and 1250 J come from the outlet: 125 J are lost in the charger (efficiency
// 0.9), 125 J in the battery while it is charged.
TEST(Breakdown, of_energy_adds_up_to_the_outlet) {
  RunResult r = run_sample::tiny();
  r.kpis.push_back(kpi("energy_wall_kWh", "kWh", 1250 / 3.6e6));
  const std::map<std::string, double> expected{
      {"road", 45.6},  {"slip", 0.8},     {"brakes", 3.2},    {"gear", 4},    {"machine", 8},
      {"inverter", 4}, {"battery", 16.4}, {"auxiliaries", 8}, {"charger", 10}};
  double sum = 0.0;
  const auto shares = outlet_shares(r, run_sample::small_case().c);
  ASSERT_EQ(shares.size(), expected.size());
  for (const Amount& a : shares) {
    EXPECT_NEAR(a.value, expected.at(a.name), 1e-9) << a.name;  // rounding of J over kWh
    sum += a.value;
  }
  EXPECT_NEAR(sum, 100.0, 1e-9);
  published::Kind kind;
  kind.consists_of = published::Energy{};
  EXPECT_EQ(breakdown(kind, r, run_sample::small_case().c).text,
            "road 46, battery 16, charger 10, machine 8, auxiliaries 8, gear 4, inverter 4, "
            "brakes 3, slip 1 %");
}

// Grip for a second, then the machine; 10 m/s more each second.
RunResult started() {
  RunResult r;
  r.kpis = {kpi("time_0_100_km_per_h_s", "s", 2.5)};
  r.recording.signals = {{"vcu.limit_reason", Dim::none},
                         {"body.v", Dim::speed},
                         {"battery.u", Dim::voltage},
                         {"battery.p", Dim::power}};
  r.recording.t = {0, 1, 2, 3};
  r.recording.columns = {
      {7, 1, 1, 0}, {0, 10, 20, 30}, {400, 390, 380, 300}, {0, 100e3, 200e3, 200e3}};
  return r;
}
published::Kind timed(const published::Time& part) {
  published::Kind k;
  k.kpi = "time_0_100_km_per_h_s";
  k.consists_of = part;
  return k;
}

TEST(Breakdown, of_a_time_ends_with_the_time) {
  EXPECT_EQ(breakdown(timed({}), started(), {}).text,
            "grip 1.00 s, machine 1.50 s; at least 380 V, mean 120 kW");
}

TEST(Breakdown, of_a_time_between_two_speeds_leaves_out_what_was_before) {
  EXPECT_EQ(breakdown(timed({.from_v = 10, .until_v = 25, .until = {}}), started(), {}).text,
            "machine 1.50 s; at least 380 V, mean 167 kW");
}

TEST(Breakdown, is_empty_where_the_time_was_not_reached) {
  RunResult r = started();
  r.kpis[0].value = kNoFigure;
  EXPECT_EQ(breakdown(timed({}), r, {}).text, "");
  EXPECT_EQ(breakdown(timed({.from_v = 10, .until_v = 99, .until = {}}), started(), {}).text, "");
}

TEST(Breakdown, of_top_speed_says_what_holds_the_car) {
  RunResult r = started();
  r.end = End::top_speed;
  published::Kind kind;
  kind.consists_of = published::TopSpeed{};
  for (const auto& [reason, text] : std::map<double, std::string>{
           {1, "machine"}, {4, "battery"}, {8, "speed limiter"}, {0, "what the car resists"}}) {
    r.recording.columns[0].back() = reason;
    EXPECT_EQ(breakdown(kind, r, {}).text, "held by " + text + "; 200 kW at 300 V");
  }
}

// ---- Report ---------------------------------------------------------------------------------------

Validation validation() {
  KindResult k = measured({102, 91, 130, kNoFigure});
  k.key = "udds";
  k.unit = "Wh/km";
  k.kind.name = "UDDS";
  k.kind.consists_of = published::Energy{};
  k.comparisons[0].consists_of = {{{"road", 60, "%"}, {"charger", 40, "%"}},
                                  "road 60, charger 40 %"};
  Comparison other = k.comparisons[0];
  other.counts = false;
  other.figure.value = 105;
  k.comparisons.insert(k.comparisons.begin() + 1, other);
  judge(k);
  return {.file = "published.json", .version = "0.1.0", .kinds = {k}};
}

// The page as XML would have it: no doctype, no style, void elements closed.
std::string as_xml(std::string html) {
  const auto cut = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = html.find(from); at != std::string::npos; at = html.find(from))
      html.erase(at, html.find(to, at) + to.size() - at);
  };
  cut("<style>", "</style>");
  cut("<!DOCTYPE", ">");
  cut("<meta", ">");
  return html;
}
bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ValidationReport, is_well_formed_and_has_all_its_parts) {
  const std::string html = validation_html(validation());
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
  for (const char* part :
       {"<section id=\"summary\">", "<section id=\"cars\">", "<section id=\"udds\">", "dot other",
        "dot fail", "unexplained", "missing", "class=\"published\"", "a test"})
    EXPECT_TRUE(holds(html, part)) << part;
  for (const char* number : {">nan", " nan", "\"nan", ">inf", " inf "})
    EXPECT_FALSE(holds(as_xml(html), number)) << number;
  for (const char* reference : {"src=", "href=", "url(", "@import", "http"})
    EXPECT_FALSE(holds(html, reference)) << reference;
}

TEST(ValidationReport, names_of_any_kind_stay_text) {
  Validation v = validation();
  const std::string hostile = "</style><script>alert(1)</script>\"'&<!--\xff";
  v.file = v.version = hostile;
  KindResult& k = v.kinds[0];
  k.key = k.unit = k.kind.name = k.kind.note = k.kind.kpi = k.kind.scenario.path = hostile;
  for (Comparison& c : k.comparisons) {
    c.label = c.remark = c.figure.source = c.figure.note = c.figure.explained = hostile;
    c.figure.set = {hostile};
    c.consists_of.text = hostile;
    if (!c.consists_of.parts.empty()) c.consists_of.parts[0].name = hostile;
  }
  const std::string html = validation_html(v);
  EXPECT_FALSE(holds(html, "<script>alert"));
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
}

TEST(ValidationReport, is_well_formed_where_no_run_came_to_its_end) {
  Validation v = validation();
  for (Comparison& c : v.kinds[0].comparisons) c.ours = kNoFigure;
  judge(v.kinds[0]);
  EXPECT_EQ(markup_check::problem(as_xml(validation_html(v))), "");
}

TEST(ValidationReport, keeps_any_error_inside_its_drawing) {
  Validation v = validation();
  v.kinds[0].comparisons[0].figure.value = 1e-300;
  v.kinds[0].comparisons[1].figure.value = 1e6;
  judge(v.kinds[0]);
  const std::string html = validation_html(v);
  EXPECT_EQ(markup_check::problem(as_xml(html)), "");
  EXPECT_TRUE(holds(html, "cx=\"830\""));  // the edge
}

TEST(ValidationJson, has_errors_in_percent_and_null_for_what_is_missing) {
  const auto json = nlohmann::json::parse(validation_json(validation()));
  const auto& udds = json.at("kinds").at("udds");
  EXPECT_EQ(json.at("verdict"), "fail");
  EXPECT_EQ(udds.at("cars"), 3);
  EXPECT_EQ(udds.at("largest_error").at("max_percent"), 20);
  EXPECT_EQ(udds.at("largest_error").at("verdict"), "fail");
  EXPECT_NEAR(udds.at("figures").at(0).at("error_percent").get<double>(), 2.0, 1e-9);
  EXPECT_EQ(udds.at("figures").at(0).at("parts").at(1).at("name"), "charger");
  EXPECT_EQ(udds.at("figures").at(1).at("counts"), false);
  EXPECT_TRUE(udds.at("figures").at(4).at("ours").is_null());
}

}  // namespace
}  // namespace evsim::io
