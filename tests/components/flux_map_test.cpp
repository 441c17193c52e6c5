#include "sim/components/flux_map.h"

#include <functional>
#include <stdexcept>
#include <string>

#include "sim/base/constants.h"
#include "sim/components/magnetics.h"
#include "tests/components/reference_machines.h"
#include "tests/components/scalars.h"

namespace evsim {
namespace {

using flux_map::CurrentsOverFlux;
using flux_map::FluxOverCurrents;
using flux_map::Map;
using flux_map::Prepared;
using Law = std::function<Dq<double>(const Dq<double>&)>;

std::vector<double> even(double from, double to, int cells) {
  std::vector<double> out;
  for (int k = 0; k <= cells; ++k) out.push_back((from * (cells - k) + to * k) / cells);
  return out;
}
struct Both {
  Table2<double> d, q;
};
Both tables(const std::vector<double>& d, const std::vector<double>& q, const Law& law) {
  std::vector<double> a, b;
  for (const double x : d)
    for (const double y : q) {
      const Dq<double> z = law({x, y});
      a.push_back(z.d);
      b.push_back(z.q);
    }
  return {Table2<double>(std::make_shared<Table2Data>(d, q, a)),
          Table2<double>(std::make_shared<Table2Data>(d, q, b))};
}
Prepared from_currents(const std::vector<double>& d, const std::vector<double>& q, const Law& law) {
  const Both t = tables(d, q, law);
  return flux_map::prepare(CurrentsOverFlux{t.d, t.q});
}
Prepared from_fluxes(const std::vector<double>& d, const std::vector<double>& q, const Law& law) {
  const Both t = tables(d, q, law);
  return flux_map::prepare(FluxOverCurrents{t.d, t.q});
}
Map<double> map_of(const Prepared& p) { return Map<double>(p.data); }

Dq<double> linear(const Dq<double>& psi) { return {(psi.d - 0.1) / 1e-3, psi.q / 2e-3}; }
Dq<double> pmsyrm(const Dq<double>& psi) { return magnetics::currents(test::kPmsyrm5k5, psi); }
// The grid that its model is published on.
Prepared pmsyrm_table(double share = 1.0) {
  return from_currents(even(-0.2, 1.0, static_cast<int>(60 * share)),
                       even(-1.35, 1.35, static_cast<int>(108 * share)), pmsyrm);
}

// ---- By hand --------------------------------------------------------------------------------------

TEST(FluxMap, of_constant_inductances_is_exact_also_beyond_its_edges) {
  const Prepared p = from_currents({0.0, 0.05, 0.2}, {-0.2, -0.1, 0.0, 0.2}, linear);
  for (const Dq<double> psi :
       {Dq<double>{0.1, 0.1}, {0.03, -0.15}, {0.4, 0.1}, {0.1, -0.5}, {-0.2, 0.7}}) {
    const Dq<double> i = flux_map::gradient(map_of(p), psi);
    EXPECT_NEAR(i.d, linear(psi).d, 1e-10);  // some roundings of 1e-16 W / (cell of 0.1 Vs)
    EXPECT_NEAR(i.q, linear(psi).q, 1e-10);
    const double W = 0.5 * ((psi.d - 0.1) * (psi.d - 0.1) / 1e-3 + psi.q * psi.q / 2e-3);
    EXPECT_NEAR(flux_map::value(map_of(p), psi) - flux_map::value(map_of(p), Dq<double>{0.1, 0.0}),
                W, 1e-11);
  }
  EXPECT_LT(p.figures.asymmetry, 1e-13);
  EXPECT_LT(p.figures.loop, 1e-13);
  EXPECT_LT(p.figures.misfit, 1e-10);
}

TEST(FluxMap, of_flux_over_current_is_inverted) {
  const Prepared p =
      from_fluxes(even(-100.0, 100.0, 10), even(0.0, 80.0, 4), [](const Dq<double>& i) {
        return Dq<double>{0.1 + 1e-3 * i.d, 2e-3 * i.q};
      });
  EXPECT_NEAR(p.data->d().front(), 0.0, 1e-15);
  EXPECT_NEAR(p.data->q().front(), -0.16, 1e-15);  // the other half has been added
  const Dq<double> i = flux_map::gradient(map_of(p), Dq<double>{0.13, -0.11});
  EXPECT_NEAR(i.d, 30.0, 1e-9);
  EXPECT_NEAR(i.q, -55.0, 1e-9);
  EXPECT_LT(p.figures.misfit, 1e-9);
}

// ---- Conservation ---------------------------------------------------------------------------------

// Inside and outside of the table, its sides and its corners.
constexpr std::array<test::Interval, 2> kAround{{{-0.6, 1.4}, {-2.0, 2.0}}};

TEST(FluxMap, currents_are_the_slopes_of_the_energy_everywhere) {
  const Map<double> map = map_of(pmsyrm_table());
  test::Arguments random(1);
  for (int k = 0; k < 20000; ++k) {
    const double d = random.between(-0.6, 1.4), q = random.between(-2.0, 2.0);
    Dq<Dual<2>> psi{d, q};
    psi.d.d[0] = psi.q.d[1] = 1.0;
    const Dual<2> W = flux_map::value(map, psi);
    const Dq<Dual<2>> i = flux_map::gradient(map, psi);
    EXPECT_EQ(W.d[0], i.d.v);
    EXPECT_EQ(W.d[1], i.q.v);
    EXPECT_EQ(i.d.d[1], i.q.d[0]);  // reciprocal
  }
}

TEST(FluxMap, gives_the_same_in_lanes_and_with_its_derivatives) {
  const auto data = pmsyrm_table().data;
  test::expect_same_over_all_scalars(kAround, [&]<class X>(const X& x) {
    using T = typename X::value_type;
    const Dq<T> psi{x[0], x[1]};
    const Dq<T> i = flux_map::gradient(Map<T>(data), psi);
    return std::array{i.d, i.q, flux_map::value(Map<T>(data), psi)};
  });
}

TEST(FluxMap, of_each_lane_is_its_own) {
  const auto one = pmsyrm_table().data;
  const auto other = from_currents({-0.2, 0.0, 1.0}, {-1.0, 0.0, 1.0}, linear).data;
  Map<Pack> map(one);
  map.set_lane(2, other);
  const Dq<Pack> i = flux_map::gradient(map, Dq<Pack>{Pack(0.3), Pack(0.2)});
  EXPECT_EQ(lane(i.d, 1), one->gradient({0.3, 0.2}).d);
  EXPECT_EQ(lane(i.d, 2), other->gradient({0.3, 0.2}).d);
}

TEST(FluxMap, a_closed_loop_through_and_around_the_table_gains_nothing) {
  const Map<double> map = map_of(pmsyrm_table());
  for (const double size : {0.3, 1.0, 2.0}) {
    double gain = 0.0, throughput = 0.0;
    constexpr int kSteps = 100000;
    const auto at = [&](int k) {
      const auto [s, c] = sincos(kTwoPi * (k % kSteps) / kSteps);
      return Dq<double>{0.4 + 0.6 * size * c, 1.35 * size * s};
    };
    for (int k = 0; k < kSteps; ++k) {
      const Dq<double> a = at(k), b = at(k + 1);
      const Dq<double> i =
          flux_map::gradient(map, Dq<double>{0.5 * (a.d + b.d), 0.5 * (a.q + b.q)});
      const double work = i.d * (b.d - a.d) + i.q * (b.q - a.q);
      gain += work;
      throughput += abs(work);
    }
    EXPECT_LT(abs(gain), 1e-8 * throughput) << size;  // the middle of each step: (2 pi / 1e5)^2
  }
}

TEST(FluxMap, a_table_that_is_no_gradient_still_gains_nothing_and_says_so) {
  const Law twisted = [](const Dq<double>& psi) {
    Dq<double> i = linear(psi);
    i.d += 20.0 * psi.q;
    i.q -= 20.0 * psi.d;
    return i;
  };
  const Prepared p = from_currents(even(0.0, 0.2, 8), even(-0.2, 0.2, 8), twisted);
  EXPECT_NEAR(p.figures.asymmetry, 40.0 / 1000.0, 1e-10);
  // Loop over the rectangle from the middle to a corner: 40 0.1 0.2 A Vs, of W from 0 to 15 A Vs.
  EXPECT_NEAR(p.figures.loop, 0.8 / 15.0, 0.003);  // the mean of both ways shifts W by 0.4
  EXPECT_GT(p.figures.misfit, 0.1);
  Dq<Dual<2>> psi{0.07, 0.03};
  psi.d.d[0] = psi.q.d[1] = 1.0;
  const auto i = flux_map::gradient(map_of(p), psi);
  EXPECT_EQ(i.d.d[1], i.q.d[0]);
}

// ---- Limits and symmetry --------------------------------------------------------------------------

TEST(FluxMap, currents_are_continuous_across_cells_and_edges) {
  const Map<double> map = map_of(pmsyrm_table(0.25));
  for (const double d : {-0.2, -0.12, 0.2, 1.0})
    for (const double q : {-1.6, -1.35, -0.3, 0.02, 1.35, 1.5}) {
      const Dq<double> a = flux_map::gradient(map, Dq<double>{d - 1e-12, q});
      const Dq<double> b = flux_map::gradient(map, Dq<double>{d + 1e-12, q});
      EXPECT_NEAR(a.d, b.d, 1e-8);  // a stiffness of up to 1e3 A/Vs over 2e-12 Vs, and roundings
      EXPECT_NEAR(a.q, b.q, 1e-8);
    }
}

TEST(FluxMap, of_the_half_plane_is_that_of_the_whole) {
  const Prepared half = from_currents(even(-0.2, 1.0, 30), even(0.0, 1.35, 27), pmsyrm);
  const Prepared whole = from_currents(even(-0.2, 1.0, 30), even(-1.35, 1.35, 54), pmsyrm);
  test::Arguments random(2);
  for (int k = 0; k < 1000; ++k) {
    const Dq<double> psi{random.between(-0.3, 1.1), random.between(-1.5, 1.5)};
    const Dq<double> a = flux_map::gradient(map_of(half), psi),
                     b = flux_map::gradient(map_of(whole), psi);
    EXPECT_NEAR(a.d, b.d, 1e-9);
    EXPECT_NEAR(a.q, b.q, 1e-9);
  }
}

TEST(FluxMap, an_uneven_grid_is_searched_as_well) {
  std::vector<double> d = even(-0.2, 1.0, 60), q = even(-1.35, 1.35, 108);
  d.erase(d.begin() + 1);
  q.erase(q.begin() + 3);
  const Prepared uneven = from_currents(d, q, pmsyrm);
  test::Arguments random(3);
  for (int k = 0; k < 1000; ++k) {
    const Dq<double> psi{random.between(-0.1, 0.9), random.between(-1.2, 1.2)};
    EXPECT_NEAR(flux_map::gradient(map_of(uneven), psi).d, pmsyrm(psi).d, 2e-3);
  }
}

TEST(FluxMap, what_cannot_be_inverted_is_an_error_that_names_the_cell) {
  const auto message = [](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  const Law folded = [](const Dq<double>& psi) {
    return Dq<double>{1e3 * (psi.d - 8.0 * psi.d * psi.d * psi.d), 500.0 * psi.q};
  };
  const std::string text =
      message([&] { from_currents(even(-0.1, 0.3, 8), even(-0.2, 0.2, 4), folded); });
  // 1 - 24 psi_d^2 falls below 0 at 0.204 Vs: in the 7th cell of 0.05 Vs.
  EXPECT_NE(text.find("cell 7, 1 (d 0.2"), std::string::npos) << text;
  const Law leaning = [](const Dq<double>& psi) { return Dq<double>{psi.d, 500.0 * psi.q + 10.0}; };
  EXPECT_NE(message([&] { from_currents({0.0, 0.1, 0.2}, {0.0, 0.1, 0.2}, leaning); }), "");
  const Both a = tables({0.0, 1.0}, {0.0, 1.0}, linear), b = tables({0.0, 2.0}, {0.0, 1.0}, linear);
  EXPECT_NE(message([&] { flux_map::prepare(CurrentsOverFlux{a.d, b.q}); }), "");
  EXPECT_NE(message([&] { flux_map::prepare(CurrentsOverFlux{a.d, {}}); }), "");
}

// ---- Convergence ----------------------------------------------------------------------------------

double worst(const Map<double>& map, double d_from, double d_to, double q_from, double q_to) {
  test::Arguments random(4);
  double most = 0.0;
  for (int k = 0; k < 20000; ++k) {
    const Dq<double> psi{random.between(d_from, d_to), random.between(q_from, q_to)};
    const Dq<double> a = flux_map::gradient(map, psi), b = pmsyrm(psi);
    most = max(most, max(abs(a.d - b.d), abs(a.q - b.q)));
  }
  return most;
}

TEST(FluxMap, converges_with_the_third_order_where_its_model_is_smooth) {
  // |psi_d|^3 and |psi_q|^3 of the model have a corner in their curvature on the axes: stay off them.
  double before = 0.0;
  for (const double share : {0.25, 0.5, 1.0, 2.0}) {
    const double error = worst(map_of(pmsyrm_table(share)), 0.2, 0.9, 0.3, 1.2);
    if (before > 0.0) {
      EXPECT_GT(before / error, 6.5) << share;  // 8 in the limit
    }
    before = error;
  }
  EXPECT_LT(before, 1e-4);
}

TEST(FluxMap, of_the_published_grid_errs_by_less_than_a_milliampere) {
  const Prepared p = pmsyrm_table();
  EXPECT_LT(worst(map_of(p), -0.2, 1.0, -1.35, 1.35), 1e-3);
  EXPECT_LT(p.figures.asymmetry, 1e-6);
  EXPECT_LT(p.figures.loop, 1e-6);
  EXPECT_LT(p.figures.misfit, 1e-3);
}

TEST(FluxMap, from_fluxes_converges_inside_its_currents) {
  const Law flux = [](const Dq<double>& i) { return magnetics::fluxes(test::kPmsyrm5k5, i); };
  double before = 0.0;
  for (const int cells : {24, 48, 96}) {
    const Prepared p = from_fluxes(even(-30.0, 30.0, cells), even(-30.0, 30.0, cells), flux);
    test::Arguments random(5);
    double most = 0.0;
    for (int k = 0; k < 2000; ++k) {
      const Dq<double> i{random.between(-25.0, 25.0), random.between(-25.0, 25.0)};
      const Dq<double> got = flux_map::gradient(map_of(p), flux(i));
      most = max(most, max(abs(got.d - i.d), abs(got.q - i.q)));
    }
    if (before > 0.0) {
      EXPECT_GT(before / most, 2.5) << cells;  // second order: the model's corners on the axes
    }
    before = most;
    // At the edge of its currents the stiffness jumps to that of (3): 1 to 2 % of the range in the last cells.
    EXPECT_LT(p.figures.misfit, 0.6);
  }
  EXPECT_LT(before, 0.01);
}

// ---- A peer's reference ---------------------------------------------------------------------------

// Constant dq voltage at constant speed, motulator 0.5.0's model of the machine integrated by DOP853, rtol 1e-11.
struct Row {
  double t, i_d, i_q;
};
struct Step {
  double omega_e, u_d, u_q;
  Dq<double> psi_0;
  double max_i;
  std::array<Row, 8> rows;
};
constexpr std::array<Step, 4> kSteps{{
    {0.0,
     2.7089018718644975,
     2.826147026641045,
     {0.45, 0.15},
     5.619117060848834,
     {{{0.0005, -0.900056746752, 1.05760682111},
       {0.001, -0.843494089422, 1.06459717166},
       {0.002, -0.732689143877, 1.07856316509},
       {0.005, -0.417758010756, 1.12035153095},
       {0.01, 0.0551988926972, 1.18967618122},
       {0.02, 0.843957959209, 1.32730011584},
       {0.05, 2.40087121746, 1.73128817225},
       {0.25, 4.32279774067, 3.58997162061}}}},
    {62.83185307179586,
     -53.72395013366666,
     26.428233932009796,
     {0.55, 0.2},
     29.933465472457247,
     {{{0.0005, 1.63951085134, 1.35004498509},
       {0.001, 0.960771154028, 1.3318792924},
       {0.002, -0.434884316474, 1.31447143592},
       {0.005, -5.12362285221, 1.39833911215},
       {0.01, -14.2438901234, 1.94305979832},
       {0.02, -27.7421003801, 4.12086144387},
       {0.05, -10.9565614792, 10.4739473788},
       {0.25, -5.60491580029, 7.08175637853}}}},
    {314.1592653589793,
     -149.483474621794,
     65.16640918975861,
     {0.6, 0.55},
     36.78554782863264,
     {{{0.0005, 4.32862784809, 3.84519248903},
       {0.001, 4.05227479818, 3.22893940575},
       {0.002, 2.71001917615, 2.16708864323},
       {0.005, -8.16092734417, 0.652511853453},
       {0.01, -36.2573435417, 3.50726070347},
       {0.02, -0.684818692278, 3.98165470146},
       {0.05, -21.8428502161, 3.63768064634},
       {0.25, -12.9910878269, 3.70330964028}}}},
    {628.3185307179587,
     -376.49434601515117,
     317.17683792226006,
     {0.5, -0.3},
     88.10721609187763,
     {{{0.0005, -11.192945585, -2.03633689429},
       {0.001, -27.350834326, -1.15673367793},
       {0.002, -52.9555956012, 3.32767167088},
       {0.005, 5.95263686555, 40.3250150958},
       {0.01, 0.977105588111, -0.26732231073},
       {0.02, 0.985692236731, 0.683134351249},
       {0.05, 0.858682682355, 2.30984377897},
       {0.25, 0.787457686978, 4.65641026136}}}},
}};

// Largest difference from the rows.
double difference(const Step& s, const magnetics::Model<double>& m, bool last_row_only = false) {
  const auto rate = [&](const Dq<double>& psi) {
    const Dq<double> i = magnetics::currents(m, psi);
    return Dq<double>{s.u_d - 0.63 * i.d + s.omega_e * psi.q,
                      s.u_q - 0.63 * i.q - s.omega_e * psi.d};
  };
  const auto ahead = [](const Dq<double>& x, double h, const Dq<double>& r) {
    return Dq<double>{x.d + h * r.d, x.q + h * r.q};
  };
  constexpr double h =
      1e-5;  // RK4: (omega_e h)^4 = 2e-9 of a current a radian, less in what is left of it
  Dq<double> psi = s.psi_0;
  double most = 0.0;
  int step = 0;
  for (const Row& row : s.rows) {
    for (; step < static_cast<int>(std::lround(row.t / h)); ++step) {
      const auto a = rate(psi), b = rate(ahead(psi, h / 2, a)), c = rate(ahead(psi, h / 2, b)),
                 d = rate(ahead(psi, h, c));
      psi.d += h / 6 * (a.d + 2 * b.d + 2 * c.d + d.d);
      psi.q += h / 6 * (a.q + 2 * b.q + 2 * c.q + d.q);
    }
    if (last_row_only && &row != &s.rows.back()) continue;
    const Dq<double> i = magnetics::currents(m, psi);
    EXPECT_LT(abs(i.d) + abs(i.q), 1e3);  // finite, too
    most = max(most, max(abs(i.d - row.i_d), abs(i.q - row.i_q)));
  }
  return most;
}

TEST(FluxMap, the_saturating_model_follows_a_peer_through_voltage_steps) {
  for (const Step& s : kSteps) EXPECT_LT(difference(s, test::kPmsyrm5k5), 1e-6 * s.max_i);
}

TEST(FluxMap, a_table_follows_a_peer_through_voltage_steps) {
  const magnetics::Model<double> map = map_of(pmsyrm_table());
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_LT(difference(kSteps[k], map), 1e-3);  // of the map itself
}

TEST(FluxMap, a_step_that_leaves_the_table_comes_back_to_its_steady_state) {
  // Up to 0.19 Vs beyond its edge, where currents differ by 1 A; 0.25 s later little is left of that.
  const magnetics::Model<double> map = map_of(pmsyrm_table());
  EXPECT_LT(difference(kSteps[3], map, true), 0.01);
}

}  // namespace
}  // namespace evsim
