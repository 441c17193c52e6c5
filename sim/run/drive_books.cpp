// What is slow beside a tick of the electric drive: held over it, moved by its integrals, and booked.
#include "sim/run/drive.h"

namespace evsim {

// Everything held over a step of h [s] from t [s] of a piece.
Drive::Slow Drive::slow(const closed_loop::System<double>& s,
                        const closed_loop::Piece<double>& piece, double t, double h,
                        const fixed_step::States<double>& y) const {
  const double middle = t + 0.5 * h;
  return {.around = closed_loop::surroundings(s, piece, middle),
          .source = battery::source(s.car.battery, car::load_battery(y.data()), s.T_battery),
          .command = closed_loop::passed_on(s, s.held.control.command),
          .v_ref = piece.v_ref + piece.a_ref * middle,
          .direction = piece.direction};
}

Drive::OneMass Drive::one_mass(const State& d, const closed_loop::System<double>& s,
                               const Slow& slow, double h,
                               const fixed_step::States<double>& y) const {
  OneMass out{.behind = {}, .slip = {}, .F_fluid = 0.0, .F_grade = 0.0, .F_roll = 0.0};
  const road_load::Surroundings<double> road{slow.around.rho_air, slow.around.v_wind,
                                             slow.around.cos_alpha};
  const double v = y[car::kV], v_middle = v + 0.5 * h * d.a;
  const auto load =
      std::visit([&](const auto& r) { return road_load::forces(r, s.car.mass, road, v_middle); },
                 s.car.road_load);
  out.F_fluid = load.fluid;
  out.F_grade = s.car.mass * road_load::kGravity * slow.around.sin_alpha;
  out.F_roll = load.dry;

  // The slip of each axle by the force that its units gave in the step before.
  const double sense = slow.direction;
  const auto shares = car::brake_shares(s.car);
  std::array<double, 2> F_axle{};
  for (int k = 0; k < s.units(); ++k) {
    const double tau = y[car::kTorque + static_cast<std::size_t>(k)];
    F_axle[static_cast<std::size_t>(s.car.drive_units[k].axle)] +=
        drive_unit::wheel_torque(s.car.drive_units[k], tau, v) / s.car.chassis.wheel_radius;
  }
  for (std::size_t a = 0; a < 2; ++a)
    out.slip[a] = s.car.slip_compliance[a] * (F_axle[a] - sense * shares[a] * slow.command.F_brake);
  out.behind = rigid_driveline(s.car, v, sense, out.slip, out.F_fluid + out.F_grade,
                               out.F_roll + slow.command.F_brake);
  return out;
}

void Drive::settle_source(State& d, const closed_loop::System<double>& s, const Slow& slow,
                          fixed_step::States<double>& y, fixed_step::Rows<double>& q) const {
  const auto& r = d.last;
  const double h = d.h;
  // Current and power are means over the step.
  battery::Terminals<double> t{.i = r.charge / h, .u = 0.0, .p = 0.0, .p_missing = 0.0};
  t.p = (slow.source.U_0 * r.charge - r.source) / h;
  battery::State<double> x = car::load_battery(y.data());
  const auto first = battery::rates(s.car.battery, x, slow.source, t);
  const battery::State<double> middle{.SOC = x.SOC, .u_1 = x.u_1 + 0.5 * h * first.state.u_1};
  const auto b = battery::rates(s.car.battery, middle, slow.source, t);
  x = {.SOC = x.SOC + h * b.state.SOC, .u_1 = x.u_1 + h * b.state.u_1};
  car::store_battery(x, y.data());

  const double consumed = h * s.car.auxiliaries.power;
  q[ledger::kR0] += h * b.p_loss_R_0 + r.source - h * slow.source.R * t.i * t.i;
  q[ledger::kR1] += h * b.p_loss_R_1;
  q[ledger::kNode] += r.cable;
  q[ledger::kAuxiliaries] += consumed;
  q[ledger::kThroughput] += abs(h * b.p_chemical) + consumed;
  q[ledger::kBattery] += h * t.p;
  (t.p > 0.0 ? q[ledger::kBatteryOut] : q[ledger::kBatteryIn]) += abs(h * t.p);
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& u = r.units[n];
    const std::size_t row = ledger::kUnits + ledger::kRowsPerUnit * n;
    q[row + ledger::kMachine] += u.stator + u.rotor + u.iron + u.friction;
    q[row + ledger::kInverter] += u.conduction + u.switching + u.fixed + u.arc;
    y[car::kTorque + n] = u.tau / h;
  }
}

void Drive::settle_one_mass(State& d, const closed_loop::System<double>& s, const Slow& slow,
                            const OneMass& car, fixed_step::States<double>& y,
                            fixed_step::Rows<double>& q) const {
  const auto& r = d.last;
  const double h = d.h, sense = car.behind.direction;
  const double v_0 = y[car::kV], v = chassis::speed_after_step(d.y.v, sense);
  const double way = abs(r.x), m_v2 = 0.5 * s.car.mass_equivalent * (v - v_0) * (v + v_0);
  d.a = (v - v_0) / h;
  d.y.v = y[car::kV] = v;
  y[car::kX] += r.x;
  y[car::kAltitude] += r.x * slow.around.sin_alpha;

  const double grade = car.F_grade * r.x, air = car.F_fluid * r.x, roll = car.F_roll * way;
  q[ledger::kAir] += air;
  q[ledger::kRolling] += roll;
  const auto shares = car::brake_shares(s.car);
  for (std::size_t a = 0; a < 2; ++a) {
    const double braked = shares[a] * slow.command.F_brake;
    double given = 0.0;
    for (int k = 0; k < s.units(); ++k)
      if (static_cast<std::size_t>(s.car.drive_units[k].axle) == a)
        given += r.units[static_cast<std::size_t>(k)].wheel;
    q[ledger::kBrake] += braked * way * (1.0 + sense * car.slip[a]);
    q[ledger::kSlip] += (given - sense * braked * r.x) * car.slip[a] * sense;
  }
  q[ledger::kThroughput] += abs(air) + abs(m_v2) + abs(grade);
  const double m_share = s.car.mass / s.car.mass_equivalent;
  const double contact = m_share * m_v2 + air + sense * car.F_roll * r.x + grade;
  (contact > 0.0 ? q[ledger::kWheelOut] : q[ledger::kWheelIn]) += contact;
  const double error = slow.v_ref - 0.5 * (v_0 + v);
  q[ledger::kTraceError] += h * error * error;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& u = r.units[n];
    const auto axle = static_cast<std::size_t>(s.car.drive_units[k].axle);
    q[ledger::kUnits + ledger::kRowsPerUnit * n + ledger::kGear] +=
        u.shaft - u.wheel * (1.0 + sense * car.slip[axle]);
  }
}

void Drive::settle_mechanics(State& d, const closed_loop::System<double>& s, const Slow& slow,
                             fixed_step::States<double>& y, fixed_step::Rows<double>& q) const {
  const auto& r = d.car.last;
  const double h = d.car.h, m = s.car.mass;
  const double v_0 = y[car::kV], v = d.car.x.chassis.v.x;
  const double m_v2 = 0.5 * (m + mechanics_->towed_mass()) * (v - v_0) * (v + v_0);
  d.a = d.car.a;
  y[car::kV] = v;
  y[car::kX] += r.way;
  y[car::kAltitude] += r.height / (m * road_load::kGravity);

  q[ledger::kAir] += r.air;
  q[ledger::kRolling] += r.rolling;
  q[ledger::kBrake] += r.brakes;
  q[ledger::kSlip] += r.slip;
  q[ledger::kShafts] += r.shafts;
  q[ledger::kDifferentials] += r.differentials;
  q[ledger::kDampers] += r.dampers;
  q[ledger::kTyreDamping] += r.tyre_damping;
  q[ledger::kTyreMoments] += r.moments;
  q[ledger::kSteering] += r.steering;
  q[ledger::kHitch] += r.hitch;
  q[ledger::kTowedHeight] += r.towed_height;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    q[ledger::kUnits + ledger::kRowsPerUnit * n + ledger::kGear] += r.gears[n];
  }
  q[ledger::kThroughput] += abs(r.air) + abs(m_v2) + abs(r.height + r.towed_height);
  const double contact = m_v2 + r.air + r.rolling + r.height + r.towed_height;
  (contact > 0.0 ? q[ledger::kWheelOut] : q[ledger::kWheelIn]) += contact;
  const double error = slow.v_ref - 0.5 * (v_0 + v);
  q[ledger::kTraceError] += h * error * error;
}

}  // namespace evsim
