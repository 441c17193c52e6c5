#include "sim/components/suspension.h"

#include <algorithm>

namespace evsim::suspension {
namespace {

constexpr double kSame = 1e-9;    // knots closer than this are one [m]
constexpr double kBeyond = 1.0;   // the last cells reach this far beyond the last knots [m]
constexpr int kRatioCells = 128;  // of a spring's force through a motion ratio that varies

double value(const Table1<double>& t, double s, double otherwise) {
  return t.empty() ? otherwise : t(s);
}

// u of (2).
double compression(const TravelTables& t, double s) {
  return t.spring_ratio.empty() ? s : t.spring_ratio.integral(s) - t.spring_ratio.integral(0.0);
}

// F_s of (2).
double force(const TravelTables& t, double s) {
  return value(t.spring_ratio, s, 1.0) * value(t.spring, compression(t, s), 0.0) +
         value(t.bump_stop, s, 0.0) + value(t.rebound_stop, s, 0.0);
}

// The travel at which the spring is compressed by u: u(s) increases.
double travel_of(const TravelTables& t, double u) {
  double below = -10.0, above = 10.0;
  for (int i = 0; i < 80; ++i) {
    const double s = 0.5 * (below + above);
    (compression(t, s) < u ? below : above) = s;
  }
  return 0.5 * (below + above);
}

// The knots of all tables, and one cell beyond them on each side.
std::vector<double> common_knots(const TravelTables& t) {
  std::vector<double> knots;
  for (const Table1<double>* table :
       {&t.bump_stop, &t.rebound_stop, &t.spring_ratio, &t.damper_ratio, &t.path_forward,
        &t.path_outward, &t.toe, &t.camber, &t.castor})
    if (!table->empty())
      for (const double s : table->data()->axis().knots()) knots.push_back(s);
  if (!t.spring.empty())
    for (const double u : t.spring.data()->axis().knots()) knots.push_back(travel_of(t, u));
  if (!t.spring_ratio.empty()) {
    const TableAxis& axis = t.spring_ratio.data()->axis();
    for (int i = 0; i <= kRatioCells; ++i)
      knots.push_back(axis.front() + (axis.back() - axis.front()) * i / kRatioCells);
  }
  if (knots.empty()) knots.push_back(0.0);
  std::sort(knots.begin(), knots.end());
  knots.insert(knots.begin(), knots.front() - kBeyond);
  knots.push_back(knots.back() + kBeyond);
  knots.erase(
      std::unique(knots.begin(), knots.end(), [](double a, double b) { return b - a < kSame; }),
      knots.end());
  return knots;
}

}  // namespace

TravelData::TravelData(const TravelTables& t) : axis_(common_knots(t)) {
  const std::vector<double>& knots = axis_.knots();
  for (std::size_t i = 0; i + 1 < knots.size(); ++i) {
    const double s = knots[i], width = knots[i + 1] - s;
    const auto slope = [&](const Table1<double>& table, double otherwise) {
      return (value(table, knots[i + 1], otherwise) - value(table, s, otherwise)) / width;
    };
    const auto integral = [&](const Table1<double>& table) {
      return table.empty() ? 0.0 : table.integral(s) - table.integral(0.0);
    };
    cells_.push_back({.s = s,
                      .F = force(t, s),
                      .F_slope = (force(t, knots[i + 1]) - force(t, s)) / width,
                      .W = 0.0,
                      .x = integral(t.path_forward),
                      .dx = value(t.path_forward, s, 0.0),
                      .ddx = slope(t.path_forward, 0.0),
                      .y = integral(t.path_outward),
                      .dy = value(t.path_outward, s, 0.0),
                      .ddy = slope(t.path_outward, 0.0),
                      .toe = value(t.toe, s, 0.0),
                      .dtoe = slope(t.toe, 0.0),
                      .camber = value(t.camber, s, 0.0),
                      .dcamber = slope(t.camber, 0.0),
                      .dcastor = slope(t.castor, 0.0),
                      .i_d = value(t.damper_ratio, s, 1.0),
                      .di_d = slope(t.damper_ratio, 1.0)});
  }
  // The spring's energy, continuous over the cells and 0 at s = 0.
  for (std::size_t i = 1; i < cells_.size(); ++i) {
    const TravelCell& c = cells_[i - 1];
    const double ds = cells_[i].s - c.s;
    cells_[i].W = c.W + (c.F + 0.5 * c.F_slope * ds) * ds;
  }
  const TravelCell& c = cell_of(0.0);
  const double W_0 = c.W + (c.F - 0.5 * c.F_slope * c.s) * -c.s;
  for (TravelCell& cell : cells_) cell.W -= W_0;
}

}  // namespace evsim::suspension
