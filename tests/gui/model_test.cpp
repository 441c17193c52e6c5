// What the window knows, without any window.
#include <cmath>
#include <limits>

#include "gui/model/app.h"
#include "gui/model/envelope.h"
#include "tests/gui/loaded.h"
#include "tests/gui/other_value.h"

namespace evsim::gui {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
const Unit& metre() { return si_unit(Dim::length); }

// ---- History and envelope -----------------------------------------------------------------------

TEST(History, keeps_the_newest_rows) {
  History h(1, 3);
  for (const double t : {0.0, 1.0, 2.0, 3.0}) {
    const double row[] = {t, 10.0 * t};
    h.append(row);
  }
  const Series s = h.series(0);
  ASSERT_EQ(s.count, 3U);
  EXPECT_EQ(s.time(0), 1.0);
  EXPECT_EQ(s.value(2), 30.0);
  EXPECT_EQ(s.before(2.0), 1U);
}

TEST(History, forgets_what_comes_after_a_step_back) {
  History h(1, 8);
  for (const double t : {0.0, 1.0, 2.0, 3.0, 1.5}) {
    const double row[] = {t, t};
    h.append(row);
  }
  ASSERT_EQ(h.size(), 3U);  // 0, 1, 1.5
  EXPECT_EQ(h.newest(), 1.5);
}

History sampled(int n, double dt, double (*f)(double)) {
  History h(1, static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    const double row[] = {i * dt, f(i * dt)};
    h.append(row);
  }
  return h;
}

TEST(Envelope, few_samples_are_drawn_as_they_are) {
  const History h = sampled(10, 1.0, [](double t) { return t; });
  Curve c;
  envelope(h.series(0), 2.5, 5.5, 100, metre(), c);
  EXPECT_EQ(c.t, (std::vector<double>{2, 3, 4, 5, 6}));  // one beyond each end
}

TEST(Envelope, keeps_the_peak_of_every_column) {
  // One sample of 1000 among 100,000 zeros must be seen in 50 columns.
  const History h =
      sampled(100000, 1e-3, [](double t) { return std::abs(t - 42.042) < 4e-4 ? 1000.0 : 0.0; });
  Curve c;
  envelope(h.series(0), 0.0, 100.0, 50, metre(), c);
  EXPECT_LE(c.t.size(), 100U + 2U);
  EXPECT_EQ(*std::ranges::max_element(c.y), 1000.0);
}

TEST(Envelope, buckets_stand_still_while_the_window_moves) {
  const History h = sampled(20000, 1e-3, [](double t) { return std::sin(700.0 * t); });
  Curve a, b;
  envelope(h.series(0), 1.0, 11.0, 100, metre(), a);
  envelope(h.series(0), 1.037, 11.037, 100, metre(), b);
  // Inside both windows, away from their first and last buckets, the same points.
  const auto inner = [](const Curve& c) {
    std::vector<std::pair<double, double>> out;
    for (std::size_t i = 0; i < c.t.size(); ++i)
      if (c.t[i] > 2.0 && c.t[i] < 10.0) out.emplace_back(c.t[i], c.y[i]);
    return out;
  };
  EXPECT_GT(inner(a).size(), 80U);
  EXPECT_EQ(inner(a), inner(b));
}

TEST(Envelope, leaves_out_what_is_no_number_and_converts_the_unit) {
  History h(1, 3);
  for (const double v : {10.0, kNaN, 20.0}) {
    const double row[] = {v, v};
    if (std::isfinite(v)) h.append(row);
  }
  const double bad[] = {30.0, kNaN};
  h.append(bad);
  Curve c;
  envelope(h.series(0), 0.0, 40.0, 10, *find_unit(Dim::length, "km"), c);
  EXPECT_EQ(c.y, (std::vector<double>{0.01, 0.02}));
}

TEST(HeatMap, gaps_become_their_neighbours) {
  EXPECT_EQ(without_gaps({kNaN, 1, kNaN, 4}, 1, 4), (std::vector<double>{1, 1, 4, 4}));
  EXPECT_EQ(without_gaps({kNaN, kNaN, 3, 5}, 2, 2), (std::vector<double>{3, 5, 3, 5}));
  EXPECT_EQ(without_gaps({kNaN, HUGE_VAL}, 1, 2), (std::vector<double>{0, 0}));
}

// ---- Parameters ---------------------------------------------------------------------------------

std::size_t place(const App& app, const char* keyed) {
  const auto at = app.parameters().find(keyed);
  EXPECT_TRUE(at.has_value()) << keyed;
  return at.value_or(0);
}
constexpr char kMass[] = "chassis.mass_kg";

// One frame, in which the simulation goes on until t.
void frame(App& app, double t) {
  app.session().advance(t);
  app.session().publish();
  app.update();
}

TEST(Parameters, an_edit_is_edited_then_applied_then_undone) {
  App app(test::throttle(), true);
  const std::size_t m = place(app, kMass);
  EXPECT_EQ(app.parameters().all()[m].taken, Taken::as_loaded);
  app.set_parameter(m, 2100.0);
  app.commit();
  EXPECT_EQ(app.parameters().all()[m].taken, Taken::edited);
  frame(app, 0.0);
  EXPECT_EQ(app.parameters().all()[m].taken, Taken::applied);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2100.0);
  app.undo();
  frame(app, 0.0);
  EXPECT_EQ(app.parameters().all()[m].taken, Taken::as_loaded);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 1980.0);
  app.redo();
  frame(app, 0.0);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2100.0);
}

TEST(Parameters, a_drag_is_one_change_and_a_new_one_ends_what_was_undone) {
  App app(test::throttle(), true);
  const std::size_t m = place(app, kMass), cd = place(app, "road_load.Cd");
  for (const double kg : {1990.0, 2000.0, 2050.0}) app.set_parameter(m, kg);
  app.commit();
  app.set_parameter(cd, 0.25);
  app.commit();
  ASSERT_EQ(app.parameters().changes().size(), 2U);
  EXPECT_EQ(app.parameters().changes()[0].from, 1980.0);
  EXPECT_EQ(app.parameters().changes()[0].to, 2050.0);
  app.undo();
  app.set_parameter(m, 1500.0);
  app.commit();
  ASSERT_EQ(app.parameters().changes().size(), 2U);
  EXPECT_EQ(app.parameters().changes()[1].to, 1500.0);
}

TEST(Parameters, a_value_out_of_range_is_refused_with_its_path) {
  App app(test::throttle(), true);
  const std::size_t m = place(app, kMass);
  app.set_parameter(m, -1.0);
  EXPECT_EQ(app.parameters().all()[m].value, 1980.0);
  ASSERT_FALSE(app.messages().empty());
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_NE(app.messages().back().text.find("chassis.mass_kg: got -1, must be > 0"),
            std::string::npos)
      << app.messages().back().text;
}

// Every number of the car reaches the simulation, and comes back.
TEST(Parameters, every_one_is_changed_and_undone) {
  App app(test::throttle(), true);
  int changed = 0;
  for (std::size_t i = 0; i < app.parameters().described(); ++i) {
    const Parameter before = app.parameters().all()[i];
    if (!before.editable) continue;
    for (const double to : test::other_values(before)) {
      app.set_parameter(i, to);
      if (app.parameters().all()[i].value != before.value) break;
    }
    const Parameter& p = app.parameters().all()[i];
    if (p.value == before.value) continue;  // bound to another one
    app.commit();
    frame(app, 0.0);
    EXPECT_NE(p.taken, Taken::edited) << p.keyed;
    app.undo();
    frame(app, 0.0);
    EXPECT_EQ(p.value, before.value) << p.keyed;
    EXPECT_EQ(p.taken, Taken::as_loaded) << p.keyed;
    ++changed;
  }
  EXPECT_GT(changed, 100);
  EXPECT_TRUE(app.parameters().unsaved().empty());
}

TEST(Parameters, a_limit_goes_and_comes_back) {
  const test::Folder folder;
  App app(test::throttle(), true);
  const std::size_t v = place(app, "speed_limiter.v_max_km_per_h");
  app.set_parameter(v, kInfinity);
  app.commit();
  frame(app, 0.0);
  EXPECT_EQ(app.session().simulation().vehicle().speed_limiter.v_max, kInfinity);
  EXPECT_NE(app.parameters().patch_text().find("\"v_max_km_per_h\": \"unlimited\""),
            std::string::npos)
      << app.parameters().patch_text();
  app.save_vehicle(folder.file("tuned.json"));
  const auto again = io::read<car::Params<double>>(folder.file("tuned.json"));
  EXPECT_EQ(again.value.speed_limiter.v_max, kInfinity);
  app.undo();
  frame(app, 0.0);
  EXPECT_EQ(app.parameters().all()[v].taken, Taken::as_loaded);
  EXPECT_TRUE(std::isfinite(app.session().simulation().vehicle().speed_limiter.v_max));
}

TEST(Parameters, a_saved_vehicle_gives_the_same_bits_as_the_edited_one) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.set_parameter(place(app, kMass), 2111.3);
  app.set_parameter(place(app, "drive_units.rear.machine.inertia_kg_m2"), 0.0091);
  app.set_parameter(place(app, "drive_units.rear.machine.omega_max_rpm"), 19999.9);
  app.save_vehicle(folder.file("tuned.json"));
  const io::LoadedCase again =
      io::load_case({.scenario = test::project_file("scenarios/full_throttle.json"),
                     .vehicle = folder.file("tuned.json"),
                     .levels = {"drive"}});
  frame(app, 0.0);
  const Leaves ran = collect(app.session().simulation().vehicle()), read = collect(again.c.vehicle);
  EXPECT_EQ(ran.numbers, read.numbers);
  EXPECT_EQ(ran.counts, read.counts);
  EXPECT_EQ(again.c.vehicle.chassis.mass, 2111.3);
}

TEST(Parameters, a_patch_holds_the_edits_alone) {
  App app(test::throttle(), true);
  EXPECT_EQ(app.parameters().patch_text(), "{}\n");
  app.set_parameter(place(app, kMass), 2100.0);
  EXPECT_EQ(app.parameters().patch_text(), "{\n  \"chassis\": {\n    \"mass_kg\": 2100\n  }\n}\n");
}

TEST(Parameters, the_file_that_was_loaded_is_never_overwritten) {
  const std::string file = test::project_file("vehicles/xiaomi_su7.json");
  const std::string before = test::text_of(file);
  App app(test::throttle(), true);
  app.set_parameter(place(app, kMass), 2100.0);
  app.save_vehicle(file);
  EXPECT_EQ(test::text_of(file), before);
  EXPECT_TRUE(app.messages().back().error);
  app.save_vehicle("/no_such_folder/tuned.json");
  EXPECT_TRUE(app.messages().back().error);
}

TEST(App, going_back_keeps_the_parameters_as_they_are_edited) {
  App app(test::throttle(), true, {.paused = false, .pace = kInfinity, .mark_period = 0.1});
  frame(app, 0.5);
  app.set_parameter(place(app, kMass), 2300.0);
  frame(app, 0.6);
  app.go_back(0.2);
  frame(app, 0.0);
  EXPECT_NEAR(app.now().t, 0.2, 1e-3);
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2300.0);
  EXPECT_LE(app.history().newest(), app.now().t);
}

// ---- Maps ---------------------------------------------------------------------------------------

TEST(MachineView, follows_the_parameters) {
  App app(test::throttle(), true);
  ASSERT_TRUE(app.machine().available());
  ASSERT_NE(app.machine().grid(), nullptr);
  const double before = app.machine().grid()->tau_limit.front();
  EXPECT_NEAR(before, 400.0, 1e-9);
  app.set_parameter(place(app, "drive_units.rear.machine.tau_peak_Nm"), 300.0);
  app.update();
  EXPECT_NEAR(app.machine().grid()->tau_limit.front(), 300.0, 1e-9);
}

TEST(MachineView, inside_the_limits_the_map_has_values_and_outside_none) {
  App app(test::throttle(), true);
  const io::UnitGrid& g = *app.machine().grid();
  int inside = 0;
  for (std::size_t k = 0; k < g.tau.size(); ++k)
    for (std::size_t i = 0; i < g.omega.size(); ++i) {
      const bool in = g.tau[k] >= g.tau_min[i] && g.tau[k] <= g.tau_max[i];
      const double eta = g.efficiency[k * g.omega.size() + i];
      ASSERT_EQ(std::isfinite(eta), in) << g.tau[k] << " Nm, " << g.omega[i] << " rad/s";
      if (in) {
        ++inside;
        EXPECT_GE(eta, 0.0);
        EXPECT_LT(eta, 1.0);
      }
    }
  EXPECT_GT(inside, 1000);
}

// u_d^2 + u_q^2 = u_max^2 on the ellipse: its points are those of one voltage.
TEST(MachineView, the_ellipse_shrinks_with_speed_and_the_circle_does_not) {
  const io::LoadedCase loaded = test::throttle();
  const auto size = [&](double omega) {
    const io::CurrentLoci l =
        io::current_loci(loaded.c.vehicle, 0, {.u_dc = 400.0, .T_machine = 353.15}, omega);
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (const double i : l.ellipse.i_q) {
      least = std::min(least, i);
      most = std::max(most, i);
    }
    return std::pair(most - least, l.I_max);
  };
  const auto slow = size(1000.0), fast = size(2000.0);
  EXPECT_EQ(slow.second, fast.second);
  // Twice the speed, half the ellipse, but for the resistance.
  EXPECT_NEAR(fast.first / slow.first, 0.5, 0.05);
}

}  // namespace
}  // namespace evsim::gui
