// Battery pack: n_series x n_parallel equal cells, each an open-circuit voltage behind a resistance and
// one RC pair. All of it behaves as one large cell, which is what the equations are written for:
//   dSOC/dt = -i / Q                                                    (1)
//   du_1/dt = (i - u_1 / R_1) / C_1,   C_1 = tau_1 / R_1                (2)
//   u = OCV(SOC) - u_1 - R_0(SOC, T) i                                  (3)
//   p = u i  =>  i = 2 p / (U_0 + sqrt(U_0^2 - 4 R_0 p)),  U_0 = OCV - u_1   (4)
// (4) is the root that tends to p / U_0 for small p; above p = U_0^2 / 4 R_0 no current gives the power.
// Store: Q int OCV dSOC + 1/2 C_1 u_1^2,  C_1 = tau_1 / R_1.
// Signs: i, p > 0 discharging. SOC 0..1 of the rated charge.
// Neglected: hysteresis, entropy heat, self-discharge, spread between cells.
// Source: G. Plett, Battery Management Systems vol. 1, Artech House 2015, chapter 2.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"

namespace evsim::battery_pack {

// Why a power limit is what it is; the smallest of the limits names it.
enum class Limit : int {
  none,
  power,           // the pack's rated power
  current,         // the cell's largest current
  voltage,         // the cell's lowest or highest voltage
  state_of_charge  // empty or full
};

template <Scalar T> struct Params {
  static constexpr std::string_view kType = "equivalent_circuit";
  static constexpr std::string_view kDoc =
      "open-circuit voltage, resistance and one RC pair a cell";
  int n_series = 0;          // cells in series
  int n_parallel = 1;        // cells in parallel
  T capacity = kRequired;    // rated charge of a cell [C]
  Table1<T> OCV;             // open-circuit voltage of a cell over SOC [V]
  Table2<T> R_0;             // resistance of a cell over SOC and temperature [Ohm]
  T R_1 = kRequired;         // resistance of the cell's RC pair [Ohm]
  T tau_1 = kRequired;       // time constant of the RC pair [s]
  T R_capacity = kInfinity;  // R_0, R_1 are those of a cell of this charge; infinity: this cell [C]
  T R_pack = 0.0;            // busbars, contactors, fuse of the whole pack [Ohm]
  T U_cell_min = kRequired;  // lowest cell voltage [V]
  T U_cell_max = kRequired;  // highest cell voltage [V]
  T I_discharge_max = kInfinity;  // largest discharge current of a cell [A]
  Table1<T> I_charge_max;         // largest charge current of a cell over temperature [A]
  T P_discharge_max = kInfinity;  // rated discharge power of the pack [W]
  T P_charge_max = kInfinity;     // rated charge power of the pack [W]
  T SOC_empty = 0.0;              // the usable window's lower end
  T SOC_full = 1.0;               // the usable window's upper end
  T SOC_taper = 0.02;             // charging fades out over this last part of the window
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.n_series, Field{"n_series", Dim::none, between(1, 1000), "cells in series"});
  field(p.n_parallel, Field{"n_parallel", Dim::none, between(1, 1000), "cells in parallel"});
  field(p.capacity, Field{"capacity", Dim::charge, positive, "rated charge of a cell"});
  field(p.OCV, Field1{"OCV",
                      Dim::voltage,
                      positive,
                      "open-circuit voltage of a cell",
                      {"SOC", Dim::none, {0, 1}}});
  field(p.R_0, Field2{"R_0",
                      Dim::resistance,
                      positive,
                      "direct resistance of a cell",
                      {"SOC", Dim::none, {0, 1}},
                      {"T", Dim::temperature}});
  field(p.R_1, Field{"R_1", Dim::resistance, positive, "resistance of a cell's RC pair"});
  field(p.tau_1, Field{"tau_1", Dim::time, positive, "time constant of the RC pair"});
  field(p.R_capacity,
        Field{"R_capacity", Dim::charge, positive,
              "R_0 and R_1 are those of a cell of this charge and scale with its inverse; "
              "left out: those of this cell"});
  field(p.R_pack, Field{"R_pack", Dim::resistance, not_negative,
                        "busbars, contactors and fuse of the whole pack"});
  field(p.U_cell_min, Field{"U_cell_min", Dim::voltage, positive, "lowest allowed cell voltage"});
  field(p.U_cell_max, Field{"U_cell_max", Dim::voltage, positive, "highest allowed cell voltage"});
  field(p.I_discharge_max,
        Field{"I_discharge_max", Dim::current, positive, "largest discharge current of a cell"});
  field(p.I_charge_max, Field1{"I_charge_max",
                               Dim::current,
                               not_negative,
                               "largest charge current of a cell",
                               {"T", Dim::temperature}});
  field(p.P_discharge_max,
        Field{"P_discharge_max", Dim::power, positive, "rated discharge power of the pack"});
  field(p.P_charge_max,
        Field{"P_charge_max", Dim::power, not_negative, "rated charge power of the pack"});
  field(p.SOC_empty, Field{"SOC_empty", Dim::none, fraction, "lower end of the usable window"});
  field(p.SOC_full, Field{"SOC_full", Dim::none, fraction, "upper end of the usable window"});
  field(p.SOC_taper, Field{"SOC_taper", Dim::none, positive_fraction,
                           "charging fades out over this last part of the usable window"});
}

// The pack as one large cell, with its limits.
template <Scalar T> struct Model {
  static constexpr std::string_view kType = Params<T>::kType;
  Table1<T> OCV;                        // over SOC [V]
  Table2<T> R_0;                        // over SOC and temperature, busbars included [Ohm]
  Table1<T> I_charge_max;               // over temperature [A]
  T Q{};                                // [C]
  T R_1{}, C_1{}, tau_1{};              // [Ohm], [F], [s]
  T U_min{}, U_max{};                   // [V]
  T I_discharge_max{};                  // [A]
  T P_discharge_max{}, P_charge_max{};  // [W]
  T SOC_empty{}, SOC_full{}, SOC_taper{};
};

template <class P, class V>
  requires same_template<P, Model>
constexpr void describe(P& p, V&& field) {
  field(p.OCV, Field1{"OCV", Dim::voltage, positive, {}, {"SOC"}});
  field(p.R_0, Field2{"R_0", Dim::resistance, positive, {}, {"SOC"}, {"T", Dim::temperature}});
  field(p.I_charge_max,
        Field1{"I_charge_max", Dim::current, not_negative, {}, {"T", Dim::temperature}});
  field(p.Q, Field{"Q", Dim::charge});
  field(p.R_1, Field{"R_1", Dim::resistance});
  field(p.C_1, Field{"C_1", Dim::capacitance});
  field(p.tau_1, Field{"tau_1", Dim::time});
  field(p.U_min, Field{"U_min", Dim::voltage});
  field(p.U_max, Field{"U_max", Dim::voltage});
  field(p.I_discharge_max, Field{"I_discharge_max", Dim::current});
  field(p.P_discharge_max, Field{"P_discharge_max", Dim::power});
  field(p.P_charge_max, Field{"P_charge_max", Dim::power});
  field(p.SOC_empty, Field{"SOC_empty"});
  field(p.SOC_full, Field{"SOC_full"});
  field(p.SOC_taper, Field{"SOC_taper"});
}

namespace detail {
inline std::vector<double> scaled(const std::vector<double>& values, double factor,
                                  double plus = 0.0) {
  std::vector<double> out = values;
  for (double& v : out) v = factor * v + plus;
  return out;
}
inline Table1<double> scaled(const Table1<double>& t, double factor) {
  const Table1Data& d = *t.data();
  return Table1<double>(
      std::make_shared<Table1Data>(d.axis().knots(), scaled(d.values(), factor), d.edge()));
}
}  // namespace detail

// n_s cells in series add voltages, n_p in parallel add currents.
inline Model<double> prepare(const Params<double>& p) {
  const double n_s = p.n_series, n_p = p.n_parallel;
  const double size = p.R_capacity < kInfinity ? p.R_capacity / p.capacity : 1.0;
  const double R = n_s / n_p * size;
  const Table2Data& R_cell = *p.R_0.data();
  Model<double> m;
  m.OCV = detail::scaled(p.OCV, n_s);
  m.R_0 = Table2<double>(std::make_shared<Table2Data>(R_cell.x().knots(), R_cell.y().knots(),
                                                      detail::scaled(R_cell.values(), R, p.R_pack),
                                                      R_cell.edge()));
  m.I_charge_max = detail::scaled(p.I_charge_max, n_p);
  m.Q = n_p * p.capacity;
  m.R_1 = R * p.R_1;
  m.tau_1 = p.tau_1;
  m.C_1 = m.tau_1 / m.R_1;
  m.U_min = n_s * p.U_cell_min;
  m.U_max = n_s * p.U_cell_max;
  m.I_discharge_max = n_p * p.I_discharge_max;
  m.P_discharge_max = p.P_discharge_max;
  m.P_charge_max = p.P_charge_max;
  m.SOC_empty = p.SOC_empty;
  m.SOC_full = p.SOC_full;
  m.SOC_taper = p.SOC_taper;
  return m;
}

template <Scalar T> struct State {
  T SOC;  // state of charge [-]
  T u_1;  // voltage of the RC pair [V]
};

// The terminals before any load: u = U_0 - R i.
template <Scalar T> struct Source {
  T U_0;  // [V]
  T R;    // [Ohm]
};

// T_cell [K].
template <Scalar T> Source<T> source(const Model<T>& m, const State<T>& x, const T& T_cell) {
  return {.U_0 = m.OCV(x.SOC) - x.u_1, .R = m.R_0(x.SOC, T_cell)};
}

template <Scalar T> struct PowerLimits {
  T discharge;         // largest terminal power [W]
  T charge;            // largest power into the terminals, >= 0 [W]
  T discharge_reason;  // Limit, as a number
  T charge_reason;
};

namespace detail {
template <Scalar T> void lower(T& limit, T& reason, const T& candidate, Limit why) {
  const auto lower = candidate < limit;
  reason = select(lower, T(static_cast<double>(why)), reason);
  limit = select(lower, candidate, limit);
}
}  // namespace detail

// The smallest of rated power, cell current, cell voltage and the window's ends. At u = U_0 / 2 the power
// is U_0^2 / 4R, the most that the pack could give at all.
template <Scalar T> PowerLimits<T> power_limits(const Model<T>& m, const State<T>& x,
                                                const Source<T>& s, const T& T_cell) {
  PowerLimits<T> out{m.P_discharge_max, m.P_charge_max, T(static_cast<double>(Limit::power)),
                     T(static_cast<double>(Limit::power))};
  const T G = 1.0 / s.R;
  const T half = 0.5 * s.U_0;
  const T u_least = max(m.U_min, half);
  const T i_most = min(m.I_discharge_max, half * G);
  detail::lower(out.discharge, out.discharge_reason, u_least * max(s.U_0 - u_least, 0.0) * G,
                Limit::voltage);
  detail::lower(out.discharge, out.discharge_reason, (s.U_0 - s.R * i_most) * i_most,
                Limit::current);

  const T i_charge = m.I_charge_max(T_cell);
  detail::lower(out.charge, out.charge_reason, m.U_max * max(m.U_max - s.U_0, 0.0) * G,
                Limit::voltage);
  detail::lower(out.charge, out.charge_reason, (s.U_0 + s.R * i_charge) * i_charge, Limit::current);
  const T room = clamp((m.SOC_full - x.SOC) / m.SOC_taper, 0.0, 1.0);
  detail::lower(out.charge, out.charge_reason, room * out.charge, Limit::state_of_charge);
  return out;
}

template <Scalar T> struct Terminals {
  T i;          // pack current [A]
  T u;          // pack voltage [V]
  T p;          // power given, u i [W]
  T p_missing;  // asked for beyond U_0^2 / 4R, not given [W]
};

// (4). What the pack can't give is limited at the peak of the power curve and stated.
template <Scalar T> Terminals<T> terminals(const Source<T>& s, const T& p_demand) {
  const T discriminant = s.U_0 * s.U_0 - 4.0 * s.R * p_demand;
  T p_missing(0.0);
  if (any(discriminant < 0.0)) p_missing = max(-discriminant, 0.0) / (4.0 * max(s.R, 1e-12));
  const T p = p_demand - p_missing;
  const T i = 2.0 * p / (s.U_0 + sqrt(max(discriminant, 0.0)));
  return {.i = i, .u = s.U_0 - s.R * i, .p = p, .p_missing = p_missing};
}

template <Scalar T> struct Rates {
  State<T> state;
  T p_chemical;  // drawn from the chemical store, OCV i [W]
  T p_loss_R_0;  // heat in R_0 [W]
  T p_loss_R_1;  // heat in R_1 [W]
};

// (1), (2).
template <Scalar T>
Rates<T> rates(const Model<T>& m, const State<T>& x, const Source<T>& s, const T& i) {
  const T i_1 = x.u_1 / m.R_1;
  return {.state = {.SOC = -i / m.Q, .u_1 = (i - i_1) / m.C_1},
          .p_chemical = (s.U_0 + x.u_1) * i,
          .p_loss_R_0 = s.R * i * i,
          .p_loss_R_1 = x.u_1 * i_1};
}

// Energy in the chemical store above SOC 0 [J].
template <Scalar T> T chemical_energy(const Model<T>& m, const State<T>& x) {
  return m.Q * m.OCV.integral(x.SOC);
}
// Energy in the RC pair's capacitor [J].
template <Scalar T> T capacitor_energy(const Model<T>& m, const State<T>& x) {
  return 0.5 * m.C_1 * x.u_1 * x.u_1;
}

}  // namespace evsim::battery_pack
