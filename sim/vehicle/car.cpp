#include "sim/vehicle/car.h"

#include <stdexcept>

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

struct Whole {  // the battery as a described member of its own
  const battery::Params<double>& battery;
};
template <class V> void describe(const Whole& w, V&& field) { field(w.battery, Group{"battery"}); }

}  // namespace

Model<double> prepare(const Params<double>& p, double mass, const Model<double>* like,
                      const Params<double>* like_params) {
  Model<double> m;
  m.chassis = p.chassis;
  m.road_load = p.road_load;
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
