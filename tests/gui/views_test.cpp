// What the window shows of car, energy, results, another run and tables, without any window.
#include <cmath>
#include <numbers>

#include "gui/model/app.h"
#include "gui/model/battery_view.h"
#include "sim/io/results.h"
#include "tests/gui/bits.h"
#include "tests/gui/loaded.h"

namespace evsim::gui {
namespace {

using Station = io::Station;

// One frame, in which the simulation goes on until t.
void frame(App& app, double t) {
  app.session().advance(t);
  app.session().publish();
  app.update();
}
// So many seconds in frames of 20 ms.
void drive(App& app, double until) {
  for (double t = app.now().t; t < until; t += 0.02) frame(app, std::min(t + 0.02, until));
}
live::Options runs() { return {.paused = false, .pace = kInfinity, .mark_period = 0.1}; }

double energy_of(const io::Sankey& s, const std::string& name) {
  for (const io::Sankey::Port& p : s.ports)
    if (p.name == name) return p.energy;
  return 0.0;
}

// ---- Energy -------------------------------------------------------------------------------------

TEST(Energy, what_flows_closes_at_every_station) {
  App app(test::throttle(), true, runs());
  drive(app, 0.6);
  for (const auto span : {Energy::Span::start, Energy::Span::power}) {
    app.energy().span = span;
    const Energy::Flow f = app.energy().flow();
    ASSERT_GT(f.sankey.in, 1000.0);                  // 1 kJ in, or 1 kW
    for (std::size_t i = 0; i < io::kStations; ++i)  // sums of some ten terms
      EXPECT_NEAR(f.sankey.imbalance(static_cast<Station>(i)), 0.0, 1e-12 * f.sankey.in) << i;
    EXPECT_LT(f.relative, 1e-6);
  }
}

TEST(Energy, is_that_of_the_report_at_the_end) {
  const io::LoadedCase loaded = test::wltc();
  Simulation headless(loaded.c, io::parameter_setter());
  const io::Sankey report = io::sankey(run(headless));
  App app(loaded, true, runs());
  frame(app, kInfinity);
  const io::Sankey window = app.energy().flow().sankey;
  ASSERT_EQ(window.ports.size(), report.ports.size());
  for (std::size_t i = 0; i < report.ports.size(); ++i) {
    EXPECT_EQ(window.ports[i].name, report.ports[i].name);
    EXPECT_EQ(window.ports[i].energy, report.ports[i].energy) << report.ports[i].name;
  }
}

TEST(Energy, before_the_mark_and_since_make_up_the_whole) {
  App app(test::throttle(), true, runs());
  drive(app, 0.3);
  const io::Sankey before = app.energy().flow().sankey;
  app.energy().set_mark();
  drive(app, 0.6);
  const io::Sankey since = app.energy().flow().sankey;
  app.energy().span = Energy::Span::start;
  const io::Sankey whole = app.energy().flow().sankey;
  for (const char* name : {"battery charge", "air drag", "rear machine"}) {
    EXPECT_NE(energy_of(since, name), 0.0) << name;
    EXPECT_NEAR(energy_of(before, name) + energy_of(since, name), energy_of(whole, name),
                1e-12 * whole.in)
        << name;
  }
}

// The mean of a window is the difference of two energies over its time.
TEST(Energy, power_is_energy_over_time) {
  App app(test::throttle(), true, runs());
  drive(app, 0.5);
  const double earlier = energy_of(app.energy().flow().sankey, "battery charge"),
               from = app.now().t;
  drive(app, 0.7);
  const double later = energy_of(app.energy().flow().sankey, "battery charge");
  app.energy().window = app.now().t - from - 1e-6;  // the tally there, whatever the rounding
  app.energy().span = Energy::Span::power;
  const Energy::Flow f = app.energy().flow();
  ASSERT_EQ(f.from, from);
  EXPECT_NEAR(energy_of(f.sankey, "battery charge"), (later - earlier) / (f.to - f.from),
              1e-9 * f.sankey.in);
}

TEST(Energy, starts_anew_with_the_run_and_loses_a_mark_that_lies_ahead) {
  App app(test::throttle(), true, runs());
  drive(app, 0.5);
  app.energy().set_mark();
  app.pause();
  app.go_back(-1.0);
  frame(app, 0.0);
  frame(app, 0.0);
  EXPECT_EQ(app.now().t, 0.0);
  EXPECT_FALSE(app.energy().mark().has_value());
  EXPECT_EQ(app.energy().flow().sankey.in, 0.0);
}

// ---- Results ------------------------------------------------------------------------------------

TEST(Results, are_those_of_the_simulation_as_it_stands) {
  App app(test::throttle(), true, runs());
  app.results.shown = true;
  frame(app, 0.5);
  frame(app, 0.5);
  const std::vector<Kpi> expected = kpis(app.session().simulation());
  ASSERT_EQ(app.figures().kpis.size(), expected.size());
  EXPECT_EQ(app.figures().t, app.session().t());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(app.figures().kpis[i].name, expected[i].name);
    if (!std::isnan(expected[i].value)) {
      EXPECT_EQ(app.figures().kpis[i].value, expected[i].value) << expected[i].name;
    }
  }
}

TEST(Results, are_asked_for_while_someone_looks) {
  App app(test::throttle(), true, runs());
  frame(app, 0.1);
  frame(app, 0.2);
  EXPECT_TRUE(app.figures().kpis.empty());
}

TEST(Results, show_what_is_not_held_first) {
  std::vector<Kpi> all{{"a", "1", 1.0, "plain"}, {"b", "1", 1.0, "held"}, {"c", "1", 1.0, "not"}};
  all.push_back({"d", "1", std::nan(""), "of another manoeuvre"});
  all.back().of_manoeuvre = true;
  scenario::Limit limit;
  limit.max = 2.0;
  limit.kpi = "b";
  scenario::Limit other = limit;
  other.kpi = "c";
  other.max = 0.5;
  judge(all, {limit, other});
  const auto shown = to_show(all, "");
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0]->name, "c");
  EXPECT_EQ(shown[1]->name, "b");
  EXPECT_EQ(shown[2]->name, "a");
  EXPECT_EQ(to_show(all, "HELD").size(), 1U);
  EXPECT_EQ(short_name({"energy_consumption_battery_Wh_per_km", "Wh/km", 1.0, ""}),
            "energy_consumption_battery");
}

// ---- The car on its road ------------------------------------------------------------------------

io::LoadedCase split() { return test::load("launch_split", {"drive"}); }

TEST(VehicleView, turns_the_car_and_its_wheels_into_the_earths_axes) {
  App app(split(), true);
  const VehicleView& view = app.vehicle();
  ASSERT_TRUE(view.has_wheels());
  CarNow car = view.now(app.now().values);
  car.x = 10.0, car.y = 5.0, car.yaw = 0.5 * std::numbers::pi;  // facing y
  const PlaneLine body = view.outline(car);
  const auto [least, most] = std::ranges::minmax(body.y);
  const auto [right, left] = std::ranges::minmax(body.x);
  const auto& b = std::get<body::MultiBody<double>>(app.parameters().vehicle().body);
  EXPECT_NEAR(most - least, b.length, 1e-9);
  EXPECT_NEAR(left - right, b.width, 1e-9);
  // The front left wheel lies ahead (y) and to the left (-x), turned by its angle.
  car.wheels[0].delta = 0.3;
  const PlaneLine wheel = view.wheels(car)[0];
  const double x = 0.25 * (wheel.x[0] + wheel.x[1] + wheel.x[2] + wheel.x[3]);
  EXPECT_NEAR(x, car.x - 0.5 * b.front.track, 1e-9);
  const double turned = std::atan2(wheel.y[0] - wheel.y[1], wheel.x[0] - wheel.x[1]);
  EXPECT_NEAR(turned, car.yaw + 0.3, 1e-9);
}

TEST(VehicleView, knows_ice_below_the_left_wheels_and_who_acts_against_it) {
  App app(split(), true, runs());
  const VehicleView& view = app.vehicle();
  bool traction = false;
  for (double t = 0.05; t < 0.6 && !traction; t += 0.05) {
    frame(app, t);
    traction = view.assists(app.now().values)[0].acts;
  }
  EXPECT_TRUE(traction);
  const CarNow car = view.now(app.now().values);
  EXPECT_DOUBLE_EQ(car.wheels[2].mu, 0.12);  // of the file
  EXPECT_DOUBLE_EQ(car.wheels[3].mu, 1.0);
  EXPECT_NEAR(car.wheels[2].circle(), 0.12 * car.wheels[2].F_z, 1e-9);
  const Surroundings road = view.around(car, 20.0);
  ASSERT_EQ(road.patches.size(), 2U);
  EXPECT_EQ(road.patches[0].friction, 0.12);
  EXPECT_GT(*std::ranges::max_element(road.patches[0].outline.y), 3.0);  // to the left
  EXPECT_NEAR(*std::ranges::min_element(road.patches[0].outline.y), 0.0, 1e-9);
  EXPECT_GE(view.trail(app.history(), 0.0).x.size(), 5U);
}

// Newton: what is left of all forces accelerates the mass, and some per cent more that turns.
TEST(VehicleView, forces_of_the_one_mass_accelerate_it) {
  const io::LoadedCase loaded = test::load("full_throttle", {"energy"});
  App app(loaded, true, runs());
  frame(app, 2.0);
  ASSERT_FALSE(app.vehicle().has_wheels());
  double sum = 0.0;
  for (const ForceBar& f : app.vehicle().forces(app.now().values)) sum += f.F;
  const double a = app.now().values[app.find("body.a").value()];
  ASSERT_GT(a, 1.0);
  EXPECT_GT(sum / a, loaded.c.test_mass);
  EXPECT_LT(sum / a, 1.12 * loaded.c.test_mass);
}

// ---- Another run --------------------------------------------------------------------------------

struct Points {
  std::vector<double> t, y;
  std::size_t count = t.size();
  double time(std::size_t i) const { return t[i]; }
  double value(std::size_t i) const { return y[i]; }
};

TEST(Comparison, finds_where_two_series_are_furthest_apart) {
  const Points a{{0, 1, 2, 3}, {0, 1, 2, 3}};
  const Points b{{0.5, 1.5, 2.5}, {0.5, 3.5, 2.5}};  // 2 too high at 1.5
  const io::Apart d = io::apart(a, b);
  EXPECT_EQ(d.instants, 2U);  // at 1 and 2, halfway between b's
  EXPECT_DOUBLE_EQ(d.largest, 1.0);
  EXPECT_EQ(d.at, 1.0);
  EXPECT_DOUBLE_EQ(d.range, 2.0);  // 1 to 3
  EXPECT_EQ(io::apart(a, Points{{7, 8}, {0, 0}}).instants, 0U);
  EXPECT_DOUBLE_EQ(io::apart(a, Points{{10, 11, 12, 13}, {0, 1, 2, 3}}, -10.0).largest, 0.0);
}

void compare_all(App& app) {
  for (int i = 0; i < 50; ++i) {
    app.comparison.shown = app.results.shown = true;
    frame(app, app.now().t);
  }
}

TEST(Comparison, the_same_run_again_is_within_a_tolerance_of_nothing) {
  App app(test::throttle(), true, runs());
  app.comparison.tolerances.share = 0.0;
  app.comparison.kpi_tolerances.others = 0.0;
  drive(app, 1.0);
  const double ran = app.now().t;
  app.go_back(-1.0);
  frame(app, 0.0);
  drive(app, ran);
  app.pause();
  compare_all(app);
  ASSERT_NE(app.comparison.reference(), nullptr);
  EXPECT_GT(app.comparison.signals().size(), 50U);
  EXPECT_EQ(app.comparison.outside(), 0);
  const auto figures = app.comparison.figures(app.figures().kpis);
  EXPECT_GT(figures.size(), 10U);
  for (const io::JudgedKpi& k : figures) EXPECT_TRUE(k.fits) << k.kpi.name;
}

TEST(Comparison, a_heavier_car_is_slower_by_what_the_speeds_say) {
  App app(test::throttle(), true, runs());
  drive(app, 1.0);
  const double ran = app.now().t, fast = app.now().values[app.find("body.v").value()];
  app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2400.0);
  app.commit();
  app.go_back(-1.0);
  frame(app, 0.0);
  drive(app, ran);
  const double slow = app.now().values[app.find("body.v").value()];
  app.pause();
  compare_all(app);
  const auto& all = app.comparison.signals();
  const auto v = std::ranges::find(all, "body.v", &io::JudgedSignal::path);
  ASSERT_NE(v, all.end());
  EXPECT_FALSE(v->fits);
  EXPECT_NEAR(v->apart.largest, fast - slow, 0.05 * (fast - slow));  // samples are 10 ms apart
  EXPECT_NEAR(v->apart.at, ran, 0.03);
  app.comparison.tolerances.by_path["body.v"] = 1.1 * (fast - slow);
  compare_all(app);
  const auto again = std::ranges::find(app.comparison.signals(), "body.v", &io::JudgedSignal::path);
  EXPECT_TRUE(again->fits);
}

TEST(Comparison, reads_a_results_folder) {
  const test::Folder folder;
  const io::LoadedCase loaded = test::throttle();
  Simulation headless(loaded.c, io::parameter_setter());
  io::write_results(folder.file("run"), run(headless), headless.input(), {},
                    {.signals = io::SignalFormat::csv, .report = false});
  App app(loaded, true, runs());
  EXPECT_THROW(app.comparison.open(folder.file("none")), InputError);
  app.comparison.open(folder.file("run"));
  frame(app, kInfinity);
  app.comparison.tolerances.share = 1e-6;  // of the range: the window keeps single precision
  app.comparison.kpi_tolerances.others = 0.0;
  compare_all(app);
  EXPECT_GT(app.comparison.signals().size(), 5U);
  for (const io::JudgedSignal& s : app.comparison.signals())
    EXPECT_TRUE(s.fits) << s.path << " apart by " << s.apart.largest << " at " << s.apart.at;
  for (const io::JudgedKpi& k : app.comparison.figures(app.figures().kpis))
    EXPECT_TRUE(k.fits) << k.kpi.name << " " << k.kpi.a << " " << k.kpi.b;
}

// ---- Tables -------------------------------------------------------------------------------------

int table_named(const App& app, const std::string& path) {
  const auto& all = app.parameters().tables();
  const auto it = std::ranges::find(all, path, &TableInfo::path);
  EXPECT_NE(it, all.end()) << path;
  return static_cast<int>(it - all.begin());
}
const battery_pack::Params<double>& pack(const car::Params<double>& vehicle) {
  return std::get<battery_pack::Params<double>>(vehicle.battery);
}

TEST(Tables, values_reach_the_simulation_and_come_back_as_one_change) {
  App app(test::throttle(), true, runs());
  const int R_0 = table_named(app, "battery.R_0");
  const TableInfo before = app.parameters().tables()[static_cast<std::size_t>(R_0)];
  const std::size_t first = 2 * before.columns() + 3;  // row 2, column 3
  frame(app, 0.2);
  app.set_cells(R_0, scaled(before, between(2, 3, 3, 4), 2.0, 0.0));
  frame(app, 0.3);
  const auto ran = [&](std::size_t i) {  // written in mOhm
    return 1e3 * pack(app.session().simulation().vehicle()).R_0.data()->values()[i];
  };
  for (const std::size_t i : {first, first + 1, first + before.columns()})
    EXPECT_NEAR(ran(i), 2.0 * before.values[i], 1e-12) << i;
  EXPECT_NEAR(ran(first - 1), before.values[first - 1], 1e-12);
  EXPECT_EQ(app.now().commands, 4);
  app.undo();
  frame(app, 0.4);
  EXPECT_NEAR(ran(first), before.values[first], 1e-12);
  EXPECT_TRUE(app.parameters().unsaved().empty());
  app.redo();
  EXPECT_EQ(app.parameters().unsaved().size(), 4U);
}

TEST(Tables, the_log_with_an_edited_value_gives_the_same_bits_headless) {
  const io::LoadedCase loaded = test::throttle();
  App app(loaded, true, runs());
  frame(app, 0.2);
  app.set_cells(table_named(app, "battery.OCV"), {{.place = 20, .value = 3.305}});
  frame(app, 0.5);
  const Simulation& windowed = app.session().simulation();
  test::expect_same_headless(loaded, windowed, 1);
  EXPECT_EQ(test::bits(app.now().values), test::bits(windowed));
  const auto log = windowed.command_log();
  const auto& set = std::get<scenario::SetParameter>(log[0].command);
  EXPECT_EQ(set.path, "battery.OCV_V[20]");
  EXPECT_EQ(pack(windowed.vehicle()).OCV.data()->values()[20], 3.305);
}

TEST(Tables, a_saved_file_has_the_edited_table_bit_by_bit) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.set_cells(table_named(app, "battery.R_0"), {{.place = 17, .value = 1.2345}});
  app.set_cells(table_named(app, "battery.OCV"), {{.place = 20, .value = 3.305}});
  app.save_vehicle(folder.file("tuned.json"));
  app.session().drain();
  const io::LoadedCase again =
      io::load_case({.scenario = test::project_file("scenarios/full_throttle.json"),
                     .vehicle = folder.file("tuned.json"),
                     .levels = {"drive"}});
  const auto &ran = pack(app.session().simulation().vehicle()), &read = pack(again.c.vehicle);
  EXPECT_EQ(ran.R_0.data()->values(), read.R_0.data()->values());
  EXPECT_EQ(ran.OCV.data()->values(), read.OCV.data()->values());
  EXPECT_EQ(read.OCV.data()->values()[20], 3.305);
}

TEST(Tables, a_value_out_of_range_or_place_is_refused_by_its_path) {
  App app(test::throttle(), true);
  const int R_0 = table_named(app, "battery.R_0");
  const TableInfo before = app.parameters().tables()[static_cast<std::size_t>(R_0)];
  app.set_cells(R_0, {{.place = 0, .value = -1.0}});
  EXPECT_EQ(app.parameters().tables()[static_cast<std::size_t>(R_0)].values, before.values);
  EXPECT_NE(app.messages().back().text.find("battery.R_0_mOhm[0][0]: got -1, must be > 0"),
            std::string::npos)
      << app.messages().back().text;
  // A voltage that falls with charge: no file may say so.
  const int ocv = table_named(app, "battery.OCV");
  app.set_cells(ocv, {{.place = 3, .value = 3.4}});
  EXPECT_NE(app.messages().back().text.find("falls from 3.4 V"), std::string::npos)
      << app.messages().back().text;
  EXPECT_TRUE(app.parameters().unsaved().empty());
  EXPECT_EQ(app.parameters().done(), 0U);
  car::Params<double> vehicle = app.parameters().vehicle();
  for (const char* path : {"battery.R_0_mOhm[99][0]", "battery.R_0_mOhm[0]", "battery.OCV_V[x]",
                           "chassis.mass_kg[0]", "battery.OCV_V[-1]"})
    EXPECT_THROW(io::set(vehicle, path, 1.0), InputError) << path;
}

TEST(Tables, a_selection_is_scaled_set_and_interpolated) {
  TableInfo t;
  t.x.knots = {0.0, 1.0, 3.0};
  t.y.knots = {0.0, 10.0};
  t.two = true;
  t.loaded = t.values = {0.0, 10.0, 7.0, 7.0, 30.0, 40.0};
  const auto middle = interpolated(t, between(2, 1, 0, 0));
  ASSERT_EQ(middle.size(), 6U);
  EXPECT_DOUBLE_EQ(middle[2].value, 10.0);  // a third of the way from 0 to 30
  EXPECT_DOUBLE_EQ(middle[3].value, 20.0);  // from 10 to 40
  const auto twice = scaled(t, between(1, 0, 1, 1), 2.0, 1.0);
  ASSERT_EQ(twice.size(), 2U);
  EXPECT_EQ(twice[1].place, 3U);
  EXPECT_EQ(twice[1].value, 15.0);
  EXPECT_EQ(set_to(t, between(0, 1, 0, 1), 5.0)[0].place, 1U);
}

TEST(Tables, know_where_the_car_is) {
  App app(test::throttle(), true);
  const TableInfo& OCV =
      app.parameters().tables()[static_cast<std::size_t>(table_named(app, "battery.OCV"))];
  const auto x = live_on(OCV, OCV.x, [&](const std::string& path) -> std::optional<double> {
    return app.now().values[app.find(path).value()];
  });
  ASSERT_TRUE(x.has_value());
  EXPECT_NEAR(*x, from_si(*OCV.x.unit, 0.8), 1e-9);  // of the scenario
  EXPECT_EQ(nearest_knot({0.0, 1.0, 3.0}, 1.9), 1U);
}

// ---- Battery ------------------------------------------------------------------------------------

TEST(BatteryView, rests_at_the_voltage_that_its_cells_have_in_series) {
  App app(test::throttle(), true);
  const auto view = battery_view(app.parameters());
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->n_series, 125.0);                       // of the file
  EXPECT_NEAR(view->capacity, 184.0, 1e-9);               // Ah, one in parallel
  EXPECT_NEAR(view->at_rest(0.8), 125.0 * 3.3345, 1e-9);  // of the cell's table
  EXPECT_NEAR(view->at_rest(0.75), 125.0 * 3.3185, 1e-9);
  EXPECT_NEAR(view->at_rest(0.7625), 125.0 * 0.5 * (3.3185 + 3.3257), 1e-9);
  EXPECT_EQ(view->at_rest(-1.0), view->OCV.front());
  // No current flows yet but that of the auxiliaries: some millivolts.
  EXPECT_NEAR(app.now().values[app.find("battery.u").value()], view->at_rest(0.8), 0.1);
}

// ---- Choices ------------------------------------------------------------------------------------

TEST(Choices, another_one_loads_the_car_anew_with_all_edits_and_is_saved) {
  const test::Folder folder;
  App app(test::throttle(), true, runs());
  frame(app, 0.3);
  app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2111.5);
  app.commit();
  const auto& all = app.parameters().all();
  const auto position = std::ranges::find_if(
      all, [](const Parameter& p) { return p.path.ends_with("control.position"); });
  ASSERT_NE(position, all.end());
  ASSERT_GT(position->choices.size(), 1U);
  const std::string path = position->path, other = position->text == position->choices[0]
                                                       ? position->choices[1]
                                                       : position->choices[0];
  app.load_with(static_cast<std::size_t>(position - all.begin()), other);
  frame(app, 0.0);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2111.5);
  const auto now = std::ranges::find(app.parameters().all(), path, &Parameter::path);
  EXPECT_EQ(now->text, other);
  EXPECT_TRUE(now->changed());
  EXPECT_EQ(app.parameters().unsaved().size(), 2U);
  // Restart keeps them: they are what the run began with.
  app.go_back(-1.0);
  frame(app, 0.1);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2111.5);
  app.save_vehicle(folder.file("tuned.json"));
  const io::LoadedCase again =
      io::load_case({.scenario = test::project_file("scenarios/full_throttle.json"),
                     .vehicle = folder.file("tuned.json"),
                     .levels = {"drive"}});
  const Leaves ran = collect(app.session().simulation().vehicle()), read = collect(again.c.vehicle);
  EXPECT_EQ(ran.numbers, read.numbers);
  EXPECT_EQ(ran.counts, read.counts);
}

}  // namespace
}  // namespace evsim::gui
