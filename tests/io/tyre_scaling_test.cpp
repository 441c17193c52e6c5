#include "sim/io/tyre_scaling.h"

#include <cmath>
#include <filesystem>

#include "sim/components/tyre_transient.h"
#include "tests/components/tyre_files.h"

namespace evsim::io {
namespace {

using tyre::Params;

const TyreMarks kMeasured{.size = {205, 60, 15}, .load_index = 91};
const TyreMarks kWanted{.size = {245, 45, 19}, .load_index = 102, .extra_load = true};

TyreFile measured() { return read_tyre(test::in_tree("vehicles/tyres/passenger_205_60_r15.tir")); }
TyreWish wish() {
  TyreWish w;
  w.marks = kWanted;
  return w;
}
Params<double> scaled(const TyreWish& w) { return scale_tyre(measured(), kMeasured, w).params; }

// 245/45R19: 19 in + 2 x 110.25 mm = 703.1 mm; 850 kg at 2.9 bar, so 850 (2.5/2.9)^0.8 = 754.8 kg at 2.5 bar;
// the measured tyre: 627 mm, 615 kg.
TEST(TyreScaling, sizes_loads_and_stiffnesses_by_hand) {
  const Params<double> p = scaled(wish());
  EXPECT_NEAR(p.dimension.R_0, 0.35155, 1e-9);
  EXPECT_NEAR(p.dimension.R_rim, 0.2413, 1e-9);
  const double force = 754.8 / 615.0;
  EXPECT_NEAR(p.vertical.F_z0, 4000.0 * force, 4000.0 * 0.01);  // load indices are rounded to 1 %
  EXPECT_NEAR(p.vertical.c_z, 196400.0 * std::sqrt(245.0 * 703.1 / (205.0 * 627.0)), 1.0);
  EXPECT_NEAR(p.structural.c_y0 / 166500.0, force * 0.313 / 0.35155, 0.01);
  EXPECT_NEAR(p.limits.F_z_max / 9000.0, force, 0.01);
  EXPECT_EQ(p.pressure.p_i, p.pressure.p_i0);
}

// The table as dealers print it (e-catalog.co.uk), whose steps are rounded: 1.4 % at 115.
TEST(TyreScaling, load_indices_are_those_of_the_table) {
  for (const auto& [index, kg] : {std::pair{66, 300.0}, std::pair{84, 500.0}, std::pair{91, 615.0},
                                  std::pair{102, 850.0}, std::pair{115, 1215.0}})
    EXPECT_NEAR(load_capacity({.size = {}, .load_index = index}) / 9.80665 / kg, 1.0, 0.015)
        << index;
}

// At the same slip and the same share of the nominal load and of the pressure.
TEST(TyreScaling, forces_and_moments_are_similar) {
  const Params<double> from = measured().params, to = scaled(wish());
  const double p_i = 2.4e5;
  const auto a = tyre::prepare(from, p_i), b = tyre::prepare(to, p_i);
  const double force = to.vertical.F_z0 / from.vertical.F_z0;
  const double length = to.dimension.R_0 / from.dimension.R_0;
  for (const double load : {0.4, 1.0, 1.6})
    for (const double slip : {-0.1, 0.02, 0.3}) {
      const tyre::Slip<double> s{.kappa = slip, .alpha = 0.5 * slip, .cos_alpha = 1.0};
      const auto at = [&](const tyre::Prepared<double>& r, double F_z0) {
        return tyre::curves<double>(r, {.F_z = load * F_z0, .gamma = 0.02});
      };
      const auto c = at(a, from.vertical.F_z0), d = at(b, to.vertical.F_z0);
      const auto F = tyre::forces(a, c, s), G = tyre::forces(b, d, s);
      EXPECT_NEAR(G.F_x, force * F.F_x, 1e-9 * std::abs(G.F_x));
      EXPECT_NEAR(G.F_y, force * F.F_y, 1e-9 * std::abs(G.F_y));
      const auto M = tyre::moments<double>(a, c, s, F, {F.F_x, F.F_y, 20.0, 1.0});
      const auto N = tyre::moments<double>(b, d, s, G, {G.F_x, G.F_y, 20.0, 1.0});
      // R_0 of the file is 0.5 mm less than the size says.
      EXPECT_NEAR(N.M_z, force * length * M.M_z, 1e-9 * (std::abs(N.M_z) + 1.0));
      EXPECT_NEAR(d.sigma_alpha / to.dimension.R_0, c.sigma_alpha / from.dimension.R_0, 1e-9);
    }
}

// The spring keeps its shape: at a share of the nominal load its deflection is that share of another's.
TEST(TyreScaling, the_spring_keeps_its_shape) {
  const auto a = tyre::prepare(measured().params, 2.17e5),
             b = tyre::prepare(scaled(wish()), 2.17e5);
  const auto share = [](const tyre::Prepared<double>& r, double load) {
    const double F_z0 = r.p.vertical.F_z0;
    return tyre::deflection(r, load * F_z0, {0.0, 0.0, 0.0}) /
           tyre::deflection(r, F_z0, {0.0, 0.0, 0.0});
  };
  for (const double load : {0.2, 0.7, 1.5}) EXPECT_NEAR(share(b, load), share(a, load), 1e-9);
}

TEST(TyreScaling, grip_is_what_was_asked_for) {
  TyreWish w = wish();
  w.mu = 1.2;
  const Params<double> p = scaled(w);
  const auto r = tyre::prepare(p, p.pressure.p_i0);
  const auto c = tyre::curves<double>(r, {.F_z = p.vertical.F_z0, .gamma = 0.0});
  EXPECT_NEAR(c.x.D, 1.2, 1e-12);
  EXPECT_NEAR(c.y.D / c.x.D, 0.8785 / 1.0422, 1e-12);  // as measured: p_Dy1 / p_Dx1
}

// 80 km/h, 0.8 of the load index at 2.5 bar, inflated to 2.5 bar (extra load): power of the tyre over that of its load
// at the road.
TEST(TyreScaling, rolling_resistance_is_what_was_asked_for) {
  TyreWish w = wish();
  w.rolling_resistance = 0.0065;
  const Params<double> p = scaled(w);
  const auto r = tyre::prepare(p, 2.5e5);
  const double V = 80.0 / 3.6, F_z = 0.8 * load_capacity(kWanted);
  const double R_e = tyre::effective_radius(r, F_z, V / p.dimension.R_0);
  const auto o = tyre::outputs<double>(
      r, {0.0, 0.0}, {.F_z = F_z, .gamma = 0.0, .V_x = V, .V_sy = 0.0, .omega = V / R_e});
  EXPECT_NEAR(o.p_rolling / (F_z * V), 0.0065, 1e-6);
}

TEST(TyreScaling, the_same_size_is_the_same_tyre) {
  TyreWish w;
  w.marks = kMeasured;
  const Params<double> p = scaled(w), m = measured().params;
  EXPECT_EQ(p.vertical.F_z0, m.vertical.F_z0);
  EXPECT_EQ(p.vertical.c_z, m.vertical.c_z);
  EXPECT_NEAR(p.dimension.R_0, m.dimension.R_0, 0.001);  // the file rounds to millimetres
  EXPECT_NEAR(p.structural.c_x0, m.structural.c_x0, 0.003 * m.structural.c_x0);
}

// All numbers of a file, in the order of their description.
std::vector<double> numbers(const Params<double>& p) {
  std::vector<double> all;
  walk(p, [&]<class X>(const X& x, const std::string&, const auto&) {
    if constexpr (std::is_same_v<X, double>) all.push_back(x);
  });
  return all;
}

TEST(TyreScaling, its_text_reads_back_as_the_same_tyre) {
  TyreWish w = wish();
  w.p_i = 2.6e5;
  w.mu = 1.05;
  std::vector<TyreFile> tyres{measured(), scale_tyre(measured(), kMeasured, w)};
  for (const char* version : {"6_1", "5_2"})
    tyres.push_back(read_tyre(
        test::in_tree(std::string("tests/components/data/all_terms_") + version + ".tir")));
  for (const TyreFile& t : tyres) {
    const std::string text = tir_text(t, "one\ntwo");
    EXPECT_TRUE(text.starts_with("$ one\n$ two\n[MDI_HEADER]\n"));
    const TyreFile back =
        read_tyre("t.tir", [&](const std::string&) { return checked_text(text); });
    EXPECT_TRUE(back.notes.size() <= 3) << back.notes.size();  // the header's three lines
    EXPECT_EQ(back.side, t.side);
    EXPECT_EQ(back.params.version, t.params.version);
    const auto a = numbers(t.params), b = numbers(back.params);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i)  // 6 digits
      EXPECT_TRUE(a[i] == b[i] || std::abs(a[i] - b[i]) <= 1e-5 * std::abs(a[i]))
          << i << ": " << a[i] << ", " << b[i];
  }
}

// What stands in `text` between `before` and the next of `ends`; "" without `before`.
std::string between(const std::string& text, const std::string& before, const char* ends) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const std::size_t from = at + before.size();
  return text.substr(from, text.find_first_of(ends, from) - from);
}

TEST(TyreScaling, the_tyres_of_the_garage_are_what_their_heads_say) {
  int n = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::in_tree("vehicles/tyres"))) {
    const std::string text = read_file(entry.path().string()).text;
    const std::string wanted = between(text, "$ Wanted: ", "\n");
    if (wanted.empty()) continue;  // was measured
    ++n;
    const TyreFile tyre = read_tyre(entry.path().string());
    TyreWish w;
    const auto size = parse_tyre_size(between(wanted, "size ", ","));
    ASSERT_TRUE(size) << wanted;
    w.marks = {.size = *size,
               .load_index = std::stoi(between(wanted, "load index ", ",.")),
               .extra_load = wanted.find("extra load") != std::string::npos};
    w.p_i = tyre.params.pressure.p_i;
    w.mu = parse_number(between(wanted, ", mu ", ","));
    w.rolling_resistance = std::stod(between(wanted, "rolling resistance ", " "));
    const auto a = numbers(scaled(w)), b = numbers(tyre.params);
    for (std::size_t i = 0; i < a.size(); ++i)  // 6 digits
      EXPECT_TRUE(a[i] == b[i] || std::abs(a[i] - b[i]) <= 1e-5 * std::abs(a[i]))
          << entry.path() << ' ' << i << ": " << a[i] << ", " << b[i];
  }
  EXPECT_GE(n, 10);
}

TEST(TyreSize, is_read_as_it_stands_on_a_tyre) {
  for (const char* text : {"245/45R19", "245/45 R 19", "245/45ZR19"}) {
    const auto size = parse_tyre_size(text);
    ASSERT_TRUE(size) << text;
    EXPECT_EQ(size->width_mm, 245);
    EXPECT_EQ(size->aspect_percent, 45);
    EXPECT_EQ(size->rim_inch, 19);
  }
  for (const char* text : {"", "245", "245/45", "245/45R", "245/45R19x", "24/45R19", "245/45R190"})
    EXPECT_FALSE(parse_tyre_size(text)) << text;
}

}  // namespace
}  // namespace evsim::io
