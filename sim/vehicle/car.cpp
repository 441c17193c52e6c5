#include "sim/vehicle/car.h"

#include <stdexcept>
#include <string>

#include "sim/vehicle/same_parameters.h"

namespace evsim::car {
namespace {

double rotating_mass(const Params<double>& p) {
  const double r = p.chassis.wheel_radius;
  double J = static_cast<double>(p.chassis.n_wheels) * p.chassis.wheel_inertia;
  for (int k = 0; k < p.drive_units.size(); ++k) {
    const auto& unit = p.drive_units[k];
    double ratio = 1.0;
    for (int i = 0; i < unit.gears.size(); ++i) ratio *= gear::longest_ratio(unit.gears[i]);
    J += unit.machine.inertia * ratio * ratio;
  }
  return J / (r * r);
}

// A coast-down polynomial contains the driveline's drag and the tyres' slip.
void remove_driveline_drag(Model<double>& m) {
  for (int k = 0; k < m.drive_units.size(); ++k)
    for (int i = 0; i < m.drive_units[k].gears.size(); ++i)
      m.drive_units[k].gears[i].drag_torque = 0.0;
}

std::array<double, 2> slip_compliance(const Model<double>& m) {
  const double weight = m.mass * road_load::kGravity;
  const double share[2] = {m.chassis.front_load, 1.0 - m.chassis.front_load};
  std::array<double, 2> out{};
  for (std::size_t a = 0; a < 2; ++a)
    if (share[a] > 0.0) out[a] = 1.0 / (m.chassis.slip_stiffness * weight * share[a]);
  return out;
}

template <class P> bool equal(const P& a, const P& b) { return same(collect(a), collect(b)); }

road_load::Model<double> road_load_of(const Params<double>& p, double mass, double T_air) {
  if (const auto* physical = std::get_if<road_load::Physical<double>>(&p.road_load))
    return *physical;
  if (const auto* coast = std::get_if<road_load::CoastDown<double>>(&p.road_load)) return *coast;
  const auto& j = std::get<road_load::SaeJ2452<double>>(p.road_load);
  const auto pressure = tyre_pressures(p), n = wheels_of_axles(p);
  const double weight = mass * road_load::kGravity;
  const double share[2] = {p.chassis.front_load, 1.0 - p.chassis.front_load};
  road_load::Tyres<double> out{.drag_area = j.drag_on_road * j.Cd * j.frontal_area,
                               .load = 0.0,
                               .beta = j.tyre.beta,
                               .a = j.tyre.a,
                               .b = j.tyre.b,
                               .c = j.tyre.c};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!(pressure[i] < kInfinity))
      throw std::invalid_argument(std::string("road_load needs pressure_") +
                                  (i == 0 ? "front" : "rear") +
                                  ", or the tyre_pressure of that axle's body");
    out.load += n[i] * rolling_resistance::over_load(j.tyre, weight * share[i] / n[i], pressure[i]);
  }
  out.load *= rolling_resistance::over_temperature(j.tyre, T_air);
  return out;
}

struct Whole {  // the battery as a described member of its own
  const battery::Params<double>& battery;
};
template <class V> void describe(const Whole& w, V&& field) { field(w.battery, Group{"battery"}); }

}  // namespace

std::array<double, 2> tyre_pressures(const Params<double>& p) {
  std::array<double, 2> out{kInfinity, kInfinity};
  if (const auto* j = std::get_if<road_load::SaeJ2452<double>>(&p.road_load))
    out = {j->pressure_front, j->pressure_rear};
  const auto* b = std::get_if<body::MultiBody<double>>(&p.body);
  if (b == nullptr) return out;
  const std::array<double, 2> of_body{b->front.tyre_pressure, b->rear.tyre_pressure};
  for (std::size_t i = 0; i < 2; ++i) {
    if (out[i] < kInfinity && of_body[i] < kInfinity)
      throw std::invalid_argument(
          std::string(i == 0 ? "road_load.pressure_front and body.front.tyre_pressure"
                             : "road_load.pressure_rear and body.rear.tyre_pressure") +
          " are the same quantity: leave one of them out");
    out[i] = min(out[i], of_body[i]);
  }
  return out;
}

std::array<double, 2> wheels_of_axles(const Params<double>& p) {
  const auto* b = std::get_if<body::MultiBody<double>>(&p.body);
  const double half = 0.5 * static_cast<double>(p.chassis.n_wheels);
  if (b == nullptr) return {half, half};
  return {b->front.track == 0.0 ? 1.0 : 2.0, b->rear.track == 0.0 ? 1.0 : 2.0};
}

Model<double> prepare(const Params<double>& p, double mass, double T_air, const Model<double>* like,
                      const Params<double>* like_params) {
  Model<double> m;
  m.chassis = p.chassis;
  m.road_load = road_load_of(p, mass, T_air);
  const bool same_battery = like && equal(Whole{p.battery}, Whole{like_params->battery});
  m.battery = same_battery ? like->battery : battery::prepare(p.battery);
  m.regeneration = p.regeneration;
  m.speed_limiter = p.speed_limiter;
  m.auxiliaries = p.auxiliaries;
  m.mass = mass;
  m.mass_equivalent = mass + rotating_mass(p);
  for (int k = 0; k < p.drive_units.size(); ++k) {
    m.drive_units.add(p.drive_units.name(k));
    const bool same_unit = like && k < like->drive_units.size() &&
                           p.chassis.wheel_radius == like_params->chassis.wheel_radius &&
                           equal(p.drive_units[k], like_params->drive_units[k]);
    m.drive_units[k] = same_unit ? like->drive_units[k]
                                 : drive_unit::prepare(p.drive_units[k], p.chassis.wheel_radius);
  }
  if (std::holds_alternative<road_load::CoastDown<double>>(p.road_load))
    remove_driveline_drag(m);
  else
    m.slip_compliance = slip_compliance(m);
  return m;
}

}  // namespace evsim::car
