// Suspension of one wheel, and the anti-roll bar between two: forces along the travel, and the path and
// attitude that the travel gives the wheel.
//   F = F_s(s) + F_d(s, ds/dt) + F_a                                       force against bump       (1)
//   F_s = i_s F_spring(u) + F_bump(s) + F_rebound(s),   u = int_0^s i_s ds'                         (2)
//   F_d = i_d F_damper(i_d ds/dt)                                                                   (3)
//   F_a = c_a (s - s_other)                                                anti-roll bar            (4)
//   W = int F_s ds + 1/2 c_a (s_left - s_right)^2,      p_loss = F_d ds/dt                          (5)
//   p(s) = p_0 + (int x' ds, side int y' ds, s)                            path of the wheel centre (6)
//   toe(s), camber(s), castor(s)                                           attitude of the carrier  (7)
// s: travel of the wheel along the body's z axis, > 0 in bump, 0 in the design position. i_s, i_d: motion
// ratios, compression of spring and damper over travel. x' > 0: the wheel moves forward in bump; y' > 0: it
// moves outward. side: +1 left, -1 right. A path is given by its slope, the path is its exact integral: so the
// energy of a car on it is conserved across the knots of its tables.
// Tables over travel and the spring's go straight from knot to knot, with their corners rounded by parabolas: within
// w = 5 mm of a knot, or half of the way to the next one where that is less, the slope goes evenly from m_- to m_+,
//   y = y_straight + (m_+ - m_-) / (4 w) (w - |s - s_knot|)^2                                         (9)
// Toe, camber, castor and paths act by their slopes too: at a sharp corner forces would jump, and an integration in steps
// would err in proportion to its step.
// Anti-dive and roll centre follow from path and attitude: with brakes on the carrier the longitudinal force acts
// along the path of the contact point, x' + r castor'; from a machine on the body along that of the wheel centre, x'.
// A roll centre lies at the height t/2 (y' - r camber') where t is the track, r the wheel's radius.
// Compliance, on top of (7), in steady state:
//   steer = c_1 F_y + c_2 M_z - side c_3 F_x,   inclination = c_4 F_y                               (8)
// Neglected: dry friction, mass and inertia of the links, the rates of (8) and their small elastic energy.
// Source: W. Milliken, D. Milliken, Race Car Vehicle Dynamics, 1995, ch. 16, 17, 21 and 23.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "sim/base/fields.h"
#include "sim/base/scalar.h"
#include "sim/base/table.h"
#include "sim/components/wheels.h"

namespace evsim::suspension {

// Of one axle; its right side is the mirror image of the left. Tables that are not given are 0, ratios 1.
template <Scalar T> struct Params {
  Table1<T> spring{};           // F_spring over compression u, preload included [N] over [m]
  Table1<T> bump_stop{};        // > 0 where it pushes the wheel down [N] over travel [m]
  Table1<T> rebound_stop{};     // < 0 where it pulls the wheel up [N] over travel [m]
  Table1<T> damper{};           // of the damper over its velocity, > 0 in bump [N] over [m/s]
  Table1<T> spring_ratio{};     // i_s, > 0 [-] over travel [m]
  Table1<T> damper_ratio{};     // i_d [-] over travel [m]
  T anti_roll_stiffness = 0.0;  // c_a, of force at a wheel over the difference of travels [N/m]
  Table1<T> path_forward{};     // x' [-] over travel [m]
  Table1<T> path_outward{};     // y' [-] over travel [m]
  Table1<T> toe{};              // > 0 toe-in [rad] over travel [m]
  Table1<T> camber{};           // > 0 with the top outward [rad] over travel [m]
  Table1<T> castor{};           // > 0 with the top rearward [rad] over travel [m]
  T steer_by_F_y = 0.0;         // c_1 [rad/N]
  T steer_by_M_z = 0.0;         // c_2 [rad/(Nm)]
  T toe_by_F_x = 0.0;           // c_3, > 0 toe-in by a driving force [rad/N]
  T inclination_by_F_y = 0.0;   // c_4 [rad/N]
};

template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  const Axis travel{"travel", Dim::length};
  field(p.spring, Field1{"spring",
                         Dim::force,
                         any_value,
                         "force of the spring, preload included, over its compression from the "
                         "design position",
                         {"compression", Dim::length},
                         true});
  field(p.bump_stop, Field1{"bump_stop", Dim::force, not_negative,
                            "force of the bump stop at the wheel", travel, true});
  field(p.rebound_stop, Field1{"rebound_stop", Dim::force, Range{.max = 0},
                               "force of the rebound stop at the wheel", travel, true});
  field(p.damper, Field1{"damper",
                         Dim::force,
                         any_value,
                         "force of the damper, > 0 in bump",
                         {"velocity", Dim::speed},
                         true});
  field(p.spring_ratio, Field1{"spring_ratio", Dim::none, positive,
                               "compression of the spring over travel of the wheel", travel, true});
  field(p.damper_ratio, Field1{"damper_ratio", Dim::none, positive,
                               "compression of the damper over travel of the wheel", travel, true});
  field(p.anti_roll_stiffness,
        Field{"anti_roll_stiffness", Dim::stiffness, not_negative,
              "force of the anti-roll bar at a wheel over the difference of both travels"});
  field(p.path_forward,
        Field1{"path_forward", Dim::none, between(-2, 2),
               "slope of the wheel centre's path: forward over bump", travel, true});
  field(p.path_outward,
        Field1{"path_outward", Dim::none, between(-2, 2),
               "slope of the wheel centre's path: outward over bump", travel, true});
  field(p.toe, Field1{"toe", Dim::angle, between(-0.3, 0.3), "toe-in", travel, true});
  field(p.camber, Field1{"camber", Dim::angle, between(-0.3, 0.3),
                         "camber against the body, > 0 with the top outward", travel, true});
  field(p.castor,
        Field1{"castor", Dim::angle, between(-1, 1),
               "castor of the carrier, > 0 with the top rearward; its slope counts", travel, true});
  field(p.steer_by_F_y, Field{"steer_by_F_y", Dim::angle_per_force, any_value,
                              "steer by lateral force, both to the left"});
  field(p.steer_by_M_z, Field{"steer_by_M_z", Dim::angle_per_torque, any_value,
                              "steer by aligning torque, both to the left"});
  field(p.toe_by_F_x,
        Field{"toe_by_F_x", Dim::angle_per_force, any_value, "toe-in by longitudinal force"});
  field(p.inclination_by_F_y, Field{"inclination_by_F_y", Dim::angle_per_force, any_value,
                                    "lean to the right by lateral force to the left"});
}

// All that depends on travel: one search finds it.
struct TravelCell {
  double s;                 // where the cell starts [m]
  double F, dF, ddF, W;     // F_s and its slopes, its integral from s = 0 [N, N/m, N/m2, J]
  double x, dx, ddx, dddx;  // forward: path, x', curvature [m, -, 1/m, 1/m2]
  double y, dy, ddy, dddy;  // outward
  double toe, dtoe, ddtoe;  // [rad], [rad/m], [rad/m2]
  double camber, dcamber, ddcamber;  //
  double dcastor, ddcastor;          // [rad/m], [rad/m2]
  double i_d, di_d, ddi_d;           // [-], [1/m], [1/m2]
};
struct TravelTables {
  Table1<double> spring, bump_stop, rebound_stop, spring_ratio, damper_ratio, path_forward,
      path_outward, toe, camber, castor;
};
// The tables on the union of their parabolas' ends, exact where spring_ratio is constant; where it varies the spring's
// force at the wheel has 128 more cells over that ratio's knots.
class TravelData {
 public:
  explicit TravelData(const TravelTables& tables);
  const TravelCell& cell_of(double s) const {
    return cells_[static_cast<std::size_t>(axis_.cell(s))];
  }
  const std::vector<TravelCell>& cells() const { return cells_; }

 private:
  TableAxis axis_;
  std::vector<TravelCell> cells_;
};

// At a travel, for a wheel on the left: (2), (6), (7). Over a Scalar, or over the four wheels of a car.
template <class W> struct AtTravel {
  W F, W_s;           // F_s [N], its energy [J]
  W x, dx, ddx;       // forward: way [m], x' [-], curvature [1/m]
  W y, dy, ddy;       // outward
  W toe, dtoe;        // [rad], [rad/m]
  W camber, dcamber;  //
  W dcastor;          // [rad/m]
  W i_d;              // [-]
};

// of(&TravelCell::F) gives that member of the cell (or cells) in which s lies.
template <class W, class Of> AtTravel<W> in_cell(Of of, const W& s) {
  const W ds = s - of(&TravelCell::s);
  const auto line = [&](const W& y, const W& slope) -> W { return y + slope * ds; };
  const auto parabola = [&](const W& y, const W& slope, const W& bend) -> W {
    return y + (slope + 0.5 * bend * ds) * ds;
  };
  const auto integral = [&](const W& from, const W& y, const W& slope, const W& bend) -> W {
    return from + (y + (0.5 * slope + (1.0 / 6.0) * bend * ds) * ds) * ds;
  };
  const W F = of(&TravelCell::F), dF = of(&TravelCell::dF), ddF = of(&TravelCell::ddF);
  const W dx = of(&TravelCell::dx), ddx = of(&TravelCell::ddx), dddx = of(&TravelCell::dddx);
  const W dy = of(&TravelCell::dy), ddy = of(&TravelCell::ddy), dddy = of(&TravelCell::dddy);
  const W dtoe = of(&TravelCell::dtoe), ddtoe = of(&TravelCell::ddtoe);
  const W dcamber = of(&TravelCell::dcamber), ddcamber = of(&TravelCell::ddcamber);
  return {.F = parabola(F, dF, ddF),
          .W_s = integral(of(&TravelCell::W), F, dF, ddF),
          .x = integral(of(&TravelCell::x), dx, ddx, dddx),
          .dx = parabola(dx, ddx, dddx),
          .ddx = line(ddx, dddx),
          .y = integral(of(&TravelCell::y), dy, ddy, dddy),
          .dy = parabola(dy, ddy, dddy),
          .ddy = line(ddy, dddy),
          .toe = parabola(of(&TravelCell::toe), dtoe, ddtoe),
          .dtoe = line(dtoe, ddtoe),
          .camber = parabola(of(&TravelCell::camber), dcamber, ddcamber),
          .dcamber = line(dcamber, ddcamber),
          .dcastor = line(of(&TravelCell::dcastor), of(&TravelCell::ddcastor)),
          .i_d = parabola(of(&TravelCell::i_d), of(&TravelCell::di_d), of(&TravelCell::ddi_d))};
}

// Ready for use: of one axle, a lane may have curves of its own.
template <Scalar T> struct Prepared {
  std::array<std::shared_ptr<const TravelData>, static_cast<std::size_t>(lanes<T>)> travel{};
  Table1<T> damper{};
  T steer_by_F_y{}, steer_by_M_z{}, toe_by_F_x{}, inclination_by_F_y{};
};

// The cells of a travel, one a lane.
template <Scalar T> using Cells = std::array<const TravelCell*, static_cast<std::size_t>(lanes<T>)>;
template <Scalar T> Cells<T> cells_of(const Prepared<T>& p, const T& s) {
  Cells<T> out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = &p.travel[i]->cell_of(lane(s, static_cast<int>(i)));
  return out;
}
template <Scalar T> T member(const Cells<T>& cells, double TravelCell::*of) {
  if constexpr (lanes<T> == 1)
    return cells[0]->*of;
  else
    return T([&](auto i) { return cells[i]->*of; });
}

// The curves at a travel [m]; at the travels of four wheels on a front and a rear axle.
template <Scalar T> AtTravel<T> at_travel(const Prepared<T>& p, const T& s) {
  const Cells<T> cells = cells_of(p, s);
  return in_cell<T>([&](double TravelCell::*of) { return member<T>(cells, of); }, s);
}
template <Scalar T> AtTravel<Quad<T>> at_travel(const std::array<Prepared<T>, 2>& axles,
                                                const std::array<T, kWheels>& s) {
  std::array<Cells<T>, kWheels> cells;
  for (std::size_t i = 0; i < kWheels; ++i) cells[i] = cells_of(axles[i / 2], s[i]);
  return in_cell<Quad<T>>(
      [&](double TravelCell::*of) {
        return quad<T>([&](std::size_t i) { return member<T>(cells[i], of); });
      },
      quad<T>(s));
}

// (3) as it acts at the wheel [N].
template <Scalar T> T damper_force(const Prepared<T>& p, const T& i_d, const T& s_rate) {
  return p.damper.empty() ? T(0.0) : i_d * p.damper(i_d * s_rate);
}

// (8): what forces and aligning torque of the tyre turn the wheel by [rad], in vehicle axes.
template <Scalar T> struct Compliance {
  T steer;        // about z, > 0 to the left
  T inclination;  // about x, > 0 with the top to the right
};
template <Scalar T> Compliance<T> compliance(const Prepared<T>& p, double side, const T& F_x,
                                             const T& F_y, const T& M_z) {
  return {.steer = p.steer_by_F_y * F_y + p.steer_by_M_z * M_z - side * p.toe_by_F_x * F_x,
          .inclination = p.inclination_by_F_y * F_y};
}

template <Scalar T> Prepared<T> prepare(const Params<T>& p) {
  Prepared<T> out{.damper = p.damper,
                  .steer_by_F_y = p.steer_by_F_y,
                  .steer_by_M_z = p.steer_by_M_z,
                  .toe_by_F_x = p.toe_by_F_x,
                  .inclination_by_F_y = p.inclination_by_F_y};
  for (int i = 0; i < lanes<T>; ++i) {
    const auto of_lane = [i](const Table1<T>& t) { return Table1<double>(t.data(i)); };
    out.travel[static_cast<std::size_t>(i)] =
        std::make_shared<const TravelData>(TravelTables{.spring = of_lane(p.spring),
                                                        .bump_stop = of_lane(p.bump_stop),
                                                        .rebound_stop = of_lane(p.rebound_stop),
                                                        .spring_ratio = of_lane(p.spring_ratio),
                                                        .damper_ratio = of_lane(p.damper_ratio),
                                                        .path_forward = of_lane(p.path_forward),
                                                        .path_outward = of_lane(p.path_outward),
                                                        .toe = of_lane(p.toe),
                                                        .camber = of_lane(p.camber),
                                                        .castor = of_lane(p.castor)});
  }
  return out;
}

}  // namespace evsim::suspension
