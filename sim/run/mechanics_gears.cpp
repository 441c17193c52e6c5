// Gears of two speeds and drive units that disconnect, in the multi-body car.
#include "sim/run/mechanics.h"

namespace evsim {

void Mechanics::init_gears(const car::Params<double>& vehicle) {
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const auto& unit = vehicle.drive_units[static_cast<int>(n)];
    const auto& shafts = *body::train(unit.shafts);
    const auto* dog = std::get_if<body::Disconnect<double>>(&shafts.disconnect);
    double v_up = kInfinity;
    for (int i = 0; i < unit.gears.size(); ++i) v_up = min(v_up, unit.gears[i].shift_speed);
    if (!(v_up < kInfinity) && dog == nullptr) continue;
    const auto& shift = shafts.shift;
    auto& box = gearboxes_[n].emplace();
    box.stages = unit.gears;
    box.control = {.shift = shift.sequence,
                   .v_up = v_up,
                   .v_down = v_up < kInfinity ? (1.0 - shift.hysteresis) * v_up : 0.0,
                   .tau_help = shift.machine_help,
                   .J = car_.model.units[n].gears.J_in};
    box.control.v_first = unit.machine.envelope.omega_max * control_.car.wheel_radius /
                          car_.model.units[n].gears.ratio;
    if (dog == nullptr) continue;
    box.control.a_open = dog->open_below;
    box.control.a_close = dog->close_above;
    box.control.delay = dog->delay;
  }
}

bool Mechanics::slips(const State& s, std::size_t n) const {
  const auto& box = gearboxes_[n];
  return box && gear_control::slips(box->control, s.gears[n]);
}

double Mechanics::gear(const State& s, std::size_t n) const {
  if (slips(s, n)) return 0.0;
  const auto& box = gearboxes_[n];
  return box && gear_control::in_mesh(box->control, s.gears[n]) == gear_control::Speed::second
             ? 2.0
             : 1.0;
}

multibody::Mesh Mechanics::mesh(const State& s, std::size_t n) const {
  const auto& box = gearboxes_[n];
  if (!box) return {};
  const auto speed = gear_control::in_mesh(box->control, s.gears[n]);
  return {.gearing = speed == gear_control::Speed::second ? car_.model.units[n].second : 1.0,
          .slips = slips(s, n),
          .capacity = s.clutch[n],
          .taken = s.taken[n]};
}

double Mechanics::ratio(const State& s, std::size_t n) const {
  return car_.model.units[n].gears.ratio * mesh(s, n).gearing;
}

// Share of what is asked of a unit that it can't give as it is disconnected, or on the way there or back.
double Mechanics::missing(const State& s, std::size_t n) const {
  const auto& x = s.gears[n];
  const auto& box = gearboxes_[n];
  const bool disconnects = box && box->control.delay < kInfinity;
  return disconnects && (gear_control::shifts(x) || gear_control::is_open(x))
             ? 1.0 - s.torque_share[n]
             : 0.0;
}

// The same torques at the wheels: whoever asks for them knows the ratio by the speed of the car alone (gear.h). What a
// disconnected unit can't give the others do, each the same.
std::array<double, kMaxDriveUnits> Mechanics::at_gears(
    const State& s, const std::array<double, kMaxDriveUnits>& tau, double v) const {
  std::array<double, kMaxDriveUnits> out{};
  double orphaned = 0.0, others = 0.0;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    double believed = car_.model.units[n].gears.ratio;
    if (const auto& box = gearboxes_[n]) {
      believed = 1.0;
      for (int i = 0; i < box->stages.size(); ++i)
        believed *= gear::engaged_ratio(box->stages[i], v);
    }
    out[n] = tau[n] * believed;  // at the wheels
    orphaned += missing(s, n) * out[n];
    if (missing(s, n) == 0.0) others += 1.0;
  }
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    if (missing(s, n) == 0.0 && others > 0.0) out[n] += orphaned / others;
    out[n] /= ratio(s, n);
  }
  return out;
}

// The control unit knows what is in mesh and what clutches carry; while gears slip, it sees the rotor as if they did not.
chassis_control::Model Mechanics::control_at_gears(const State& s,
                                                   chassis_control::Inputs& in) const {
  chassis_control::Model out = control_;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    out.units[n].ratio = ratio(s, n);
    if (!slips(s, n)) {
      in.tau[n] -= s.taken[n] * (1.0 - car_.model.units[n].second);
      continue;
    }
    in.omega_m[n] = out.units[n].ratio * s.x.units[n].omega_c;
    const double slip = s.x.units[n].omega_in - in.omega_m[n];
    in.tau[n] = clamp(slip, -1.0, 1.0) * s.clutch[n];
  }
  return out;
}

// asked: of the machines by the vehicle control unit, before anything was shifted [Nm].
void Mechanics::control_gears(State& s, const std::array<double, kMaxDriveUnits>& asked,
                              const std::array<gear_control::Hands, kMaxDriveUnits>& hands) const {
  double F = 0.0;
  for (std::size_t n = 0; n < car_.model.n_units; ++n)
    F += (1.0 - missing(s, n)) * asked[n] * ratio(s, n) / control_.car.wheel_radius;
  for (std::size_t n = 0; n < car_.model.n_units; ++n) {
    const auto& box = gearboxes_[n];
    if (!box) continue;
    auto& x = s.x.units[n];
    const bool slipped = slips(s, n);
    const double omega = shaft_speed(s, n);
    const auto train = [&] { return multibody::detail::in_mesh(car_.model.units[n], mesh(s, n)); };
    const double slip = slipped ? gear_train::slip<double>(train(), {omega, x.omega_c}) : 0.0;
    const auto now = gear_control::step(box->control, s.gears[n],
                                        {.v = s.commands.v,
                                         .a = abs(F) / car_.mass,
                                         .slip = slip,
                                         .stays = s.commands.traction || s.commands.anti_lock,
                                         .omega = omega,
                                         .tau = s.tau[n],
                                         .wanted = s.commands.tau[n],
                                         .hands = hands[n]},
                                        control_.T_s);
    s.commands.tau[n] = now.torque_share * s.commands.tau[n] + now.tau_help;
    s.torque_share[n] = now.torque_share;
    s.clutch[n] = now.capacity;
    s.taken[n] = now.taken;
    if (slips(s, n)) {
      x.omega_in = omega;
    } else if (slipped) {
      const auto both = train();
      const double E = gear_train::energy<double>(both, {omega, x.omega_c});
      const auto joined = gear_train::joined<double>(both, {omega, x.omega_c});
      x.omega_c = joined.omega_out;
      s.omega[n] = joined.omega_in;
      s.knock[n] = E - gear_train::energy<double>(both, joined);
    }
  }
}

}  // namespace evsim
