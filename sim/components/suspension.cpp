#include "sim/components/suspension.h"

#include <algorithm>

namespace evsim::suspension {
namespace {

constexpr double kSame = 1e-9;      // knots closer than this are one [m]
constexpr double kBeyond = 1.0;     // the last cells reach this far beyond the last knots [m]
constexpr double kRounding = 5e-3;  // w of (9) [m]
constexpr int kRatioCells = 128;    // of a spring's force through a motion ratio that varies

// A table with its corners rounded, (9); a constant where there is none.
class Rounded {
 public:
  Rounded(const Table1<double>& t, double otherwise) : t_(t), otherwise_(otherwise) {
    if (t.empty()) return;
    const TableAxis& axis = t.data()->axis();
    const int last = axis.cells();
    const auto slope = [&](int cell) {
      const bool beyond = cell < 0 || cell >= last;
      if (beyond && t.data()->edge() == Edge::hold) return 0.0;
      return t.data()->cell_of(axis.start(std::clamp(cell, 0, last - 1))).slope;
    };
    const auto width = [&](int cell) {
      return cell < 0 || cell >= last ? kInfinity : axis.start(cell + 1) - axis.start(cell);
    };
    for (int i = 0; i <= last; ++i)
      corners_.push_back({.s = axis.start(i),
                          .w = min(kRounding, 0.5 * min(width(i - 1), width(i))),
                          .bend = slope(i) - slope(i - 1)});
    std::erase_if(corners_, [](const Corner& c) { return c.bend == 0.0; });
  }

  double operator()(double s) const {
    double y = t_.empty() ? otherwise_ : t_(s);
    for (const Corner& c : corners_) {
      const double d = c.within(s);
      y += c.bend / (4.0 * c.w) * d * d;
    }
    return y;
  }
  double slope(double s) const {
    if (t_.empty()) return 0.0;
    double m = t_.data()->holds(s) ? 0.0 : t_.data()->cell_of(s).slope;
    for (const Corner& c : corners_)
      m += c.bend / (2.0 * c.w) * (s < c.s ? c.within(s) : -c.within(s));
    return m;
  }
  // From s = 0.
  double integral(double s) const { return from_front(s) - from_front(0.0); }

  // Where parabolas and straight lines meet.
  std::vector<double> ends() const {
    std::vector<double> out;
    for (const Corner& c : corners_) out.push_back(c.s - c.w), out.push_back(c.s + c.w);
    return out;
  }

 private:
  struct Corner {
    double s, w, bend;  // [m], [m], m_+ - m_-
    double within(double at) const { return max(w - abs(at - s), 0.0); }
  };
  double from_front(double s) const {
    if (t_.empty()) return otherwise_ * s;
    double sum = t_.integral(s);
    for (const Corner& c : corners_) {
      const double d = c.within(s), part = d * d * d, whole = 2.0 * c.w * c.w * c.w;
      sum += c.bend / (12.0 * c.w) * (s < c.s ? part : whole - part);
    }
    return sum;
  }

  const Table1<double>& t_;
  double otherwise_;
  std::vector<Corner> corners_;
};

struct Curves {
  Rounded spring, bump_stop, rebound_stop, spring_ratio, damper_ratio, path_forward, path_outward,
      toe, camber, castor;

  // F_s of (2), and its slope.
  double force(double s) const {
    const double u = spring_ratio.integral(s);
    return spring_ratio(s) * spring(u) + bump_stop(s) + rebound_stop(s);
  }
  double force_slope(double s) const {
    const double i = spring_ratio(s), u = spring_ratio.integral(s);
    return spring_ratio.slope(s) * spring(u) + i * i * spring.slope(u) + bump_stop.slope(s) +
           rebound_stop.slope(s);
  }
  // The travel at which the spring is compressed by u: u(s) increases.
  double travel_of(double u) const {
    double below = -10.0, above = 10.0;
    for (int i = 0; i < 80; ++i) {
      const double s = 0.5 * (below + above);
      (spring_ratio.integral(s) < u ? below : above) = s;
    }
    return 0.5 * (below + above);
  }
};
Curves curves_of(const TravelTables& t) {
  return {.spring = {t.spring, 0.0},
          .bump_stop = {t.bump_stop, 0.0},
          .rebound_stop = {t.rebound_stop, 0.0},
          .spring_ratio = {t.spring_ratio, 1.0},
          .damper_ratio = {t.damper_ratio, 1.0},
          .path_forward = {t.path_forward, 0.0},
          .path_outward = {t.path_outward, 0.0},
          .toe = {t.toe, 0.0},
          .camber = {t.camber, 0.0},
          .castor = {t.castor, 0.0}};
}

// The ends of all parabolas, s = 0, and one cell beyond them on each side.
std::vector<double> common_knots(const TravelTables& t) {
  const Curves c = curves_of(t);
  std::vector<double> knots{0.0};
  for (const Rounded* r : {&c.bump_stop, &c.rebound_stop, &c.spring_ratio, &c.damper_ratio,
                           &c.path_forward, &c.path_outward, &c.toe, &c.camber, &c.castor})
    for (const double s : r->ends()) knots.push_back(s);
  for (const double u : c.spring.ends()) knots.push_back(c.travel_of(u));
  if (!t.spring_ratio.empty()) {
    const TableAxis& axis = t.spring_ratio.data()->axis();
    for (int i = 0; i <= kRatioCells; ++i)
      knots.push_back(axis.front() + (axis.back() - axis.front()) * i / kRatioCells);
  }
  std::sort(knots.begin(), knots.end());
  knots.insert(knots.begin(), knots.front() - kBeyond);
  knots.push_back(knots.back() + kBeyond);
  knots.erase(
      std::unique(knots.begin(), knots.end(), [](double a, double b) { return b - a < kSame; }),
      knots.end());
  return knots;
}

// In a cell all slopes go evenly.
TravelCell cell(const Curves& c, double s, double end) {
  const auto bend = [&](double from, double to) { return (to - from) / (end - s); };
  const auto bend_of = [&](const Rounded& r) { return bend(r.slope(s), r.slope(end)); };
  return {.s = s,
          .F = c.force(s),
          .dF = c.force_slope(s),
          .ddF = bend(c.force_slope(s), c.force_slope(end)),
          .W = 0.0,
          .x = c.path_forward.integral(s),
          .dx = c.path_forward(s),
          .ddx = c.path_forward.slope(s),
          .dddx = bend_of(c.path_forward),
          .y = c.path_outward.integral(s),
          .dy = c.path_outward(s),
          .ddy = c.path_outward.slope(s),
          .dddy = bend_of(c.path_outward),
          .toe = c.toe(s),
          .dtoe = c.toe.slope(s),
          .ddtoe = bend_of(c.toe),
          .camber = c.camber(s),
          .dcamber = c.camber.slope(s),
          .ddcamber = bend_of(c.camber),
          .dcastor = c.castor.slope(s),
          .ddcastor = bend_of(c.castor),
          .i_d = c.damper_ratio(s),
          .di_d = c.damper_ratio.slope(s),
          .ddi_d = bend_of(c.damper_ratio)};
}

}  // namespace

TravelData::TravelData(const TravelTables& t) : axis_(common_knots(t)) {
  const Curves curves = curves_of(t);
  const std::vector<double>& knots = axis_.knots();
  for (std::size_t i = 0; i + 1 < knots.size(); ++i)
    cells_.push_back(cell(curves, knots[i], knots[i + 1]));
  // Force and energy of the spring are continuous over the cells; at s = 0, a knot, the force is exact, the energy 0.
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    const TravelCell& c = cells_[i - 1];
    const double ds = cells_[i].s - c.s;
    cells_[i].F = c.F + (c.dF + 0.5 * c.ddF * ds) * ds;
  }
  const double F_0 = cell_of(0.0).F - curves.force(0.0);
  for (TravelCell& c : cells_) c.F -= F_0;
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    const TravelCell& c = cells_[i - 1];
    const double ds = cells_[i].s - c.s;
    cells_[i].W = c.W + (c.F + (0.5 * c.dF + c.ddF * ds / 6.0) * ds) * ds;
  }
  const double W_0 = cell_of(0.0).W;
  for (TravelCell& c : cells_) c.W -= W_0;
}

}  // namespace evsim::suspension
