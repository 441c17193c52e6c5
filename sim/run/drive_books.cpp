// What is slow beside a tick of the electric drive: held over it, moved by its integrals, and booked.
#include "sim/run/drive.h"

namespace evsim {

// Everything held over a step of h [s] from t [s] of a piece.
Drive::Slow Drive::slow(const State& d, const closed_loop::System<double>& s,
                        const closed_loop::Piece<double>& piece, double t, double h,
                        const fixed_step::States<double>& y) const {
  const double middle = t + 0.5 * h, v = y[car::kV];
  Slow out{.around = closed_loop::surroundings(s, piece, middle),
           .source = {},
           .behind = {},
           .slip = {},
           .F_fluid = 0.0,
           .F_grade = 0.0,
           .F_roll = 0.0,
           .F_brake = 0.0,
           .v_ref = piece.v_ref + piece.a_ref * middle};
  const auto x = car::load_battery(y.data());
  out.source = battery::source(s.car.battery, x, s.T_battery);
  const road_load::Surroundings<double> road{out.around.rho_air, out.around.v_wind,
                                             out.around.cos_alpha};
  const double v_middle = v + 0.5 * h * d.a;
  const auto load =
      std::visit([&](const auto& r) { return road_load::forces(r, s.car.mass, road, v_middle); },
                 s.car.road_load);
  car::Command<double> command = s.held.control.command;
  closed_loop::apply_hooks(s, command);
  out.F_fluid = load.fluid;
  out.F_grade = s.car.mass * road_load::kGravity * out.around.sin_alpha;
  out.F_roll = load.dry;
  out.F_brake = command.F_brake;

  // The slip of each axle by the force that its units gave in the step before.
  const double sense = piece.direction;
  const auto shares = car::brake_shares(s.car);
  std::array<double, 2> F_axle{};
  for (int k = 0; k < s.units(); ++k) {
    const double tau = y[car::kTorque + static_cast<std::size_t>(k)];
    F_axle[static_cast<std::size_t>(s.car.drive_units[k].axle)] +=
        drive_unit::wheel_torque(s.car.drive_units[k], tau, v) / s.car.chassis.wheel_radius;
  }
  for (std::size_t a = 0; a < 2; ++a)
    out.slip[a] = s.car.slip_compliance[a] * (F_axle[a] - sense * shares[a] * out.F_brake);
  out.behind = rigid_driveline(s.car, v, sense, out.slip, out.F_fluid + out.F_grade,
                               out.F_roll + out.F_brake);
  return out;
}

// Slow states and the rows of the books, by the integrals of a step.
void Drive::settle(State& d, const closed_loop::System<double>& s, const Slow& slow,
                   fixed_step::States<double>& y, fixed_step::Rows<double>& q) const {
  const auto& r = d.last;
  const double h = d.h, sense = slow.behind.direction;
  const double v_0 = y[car::kV], v = chassis::speed_after_step(d.y.v, sense);
  const double way = abs(r.x), m_v2 = 0.5 * s.car.mass_equivalent * (v - v_0) * (v + v_0);
  d.a = (v - v_0) / h;
  d.y.v = y[car::kV] = v;
  y[car::kX] += r.x;
  y[car::kAltitude] += r.x * slow.around.sin_alpha;

  // Battery: its current and power are means over the step.
  battery::Terminals<double> t{.i = r.charge / h, .u = 0.0, .p = 0.0, .p_missing = 0.0};
  t.p = (slow.source.U_0 * r.charge - r.source) / h;
  battery::State<double> x = car::load_battery(y.data());
  const auto first = battery::rates(s.car.battery, x, slow.source, t);
  const battery::State<double> middle{.SOC = x.SOC, .u_1 = x.u_1 + 0.5 * h * first.state.u_1};
  const auto b = battery::rates(s.car.battery, middle, slow.source, t);
  x = {.SOC = x.SOC + h * b.state.SOC, .u_1 = x.u_1 + h * b.state.u_1};
  car::store_battery(x, y.data());

  const double consumed = h * s.car.auxiliaries.power;
  const double grade = slow.F_grade * r.x, air = slow.F_fluid * r.x, roll = slow.F_roll * way;
  q[ledger::kAir] += air;
  q[ledger::kRolling] += roll;
  const auto shares = car::brake_shares(s.car);
  for (std::size_t a = 0; a < 2; ++a) {
    const double braked = shares[a] * slow.F_brake;
    double given = 0.0;
    for (int k = 0; k < s.units(); ++k)
      if (static_cast<std::size_t>(s.car.drive_units[k].axle) == a)
        given += r.units[static_cast<std::size_t>(k)].wheel;
    q[ledger::kBrake] += braked * way * (1.0 + sense * slow.slip[a]);
    q[ledger::kSlip] += (given - sense * braked * r.x) * slow.slip[a] * sense;
  }
  q[ledger::kR0] += h * b.p_loss_R_0 + r.source - h * slow.source.R * t.i * t.i;
  q[ledger::kR1] += h * b.p_loss_R_1;
  q[ledger::kNode] += r.cable;
  q[ledger::kAuxiliaries] += consumed;
  q[ledger::kThroughput] += abs(h * b.p_chemical) + abs(air) + consumed + abs(m_v2) + abs(grade);
  q[ledger::kBattery] += h * t.p;
  (t.p > 0.0 ? q[ledger::kBatteryOut] : q[ledger::kBatteryIn]) += abs(h * t.p);
  const double m_share = s.car.mass / s.car.mass_equivalent;
  const double contact = m_share * m_v2 + air + sense * slow.F_roll * r.x + grade;
  (contact > 0.0 ? q[ledger::kWheelOut] : q[ledger::kWheelIn]) += contact;
  const double error = slow.v_ref - 0.5 * (v_0 + v);
  q[ledger::kTraceError] += h * error * error;
  for (int k = 0; k < s.units(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const auto& u = r.units[n];
    const std::size_t row = ledger::kUnits + ledger::kRowsPerUnit * n;
    const auto axle = static_cast<std::size_t>(s.car.drive_units[k].axle);
    q[row + ledger::kGear] += u.shaft - u.wheel * (1.0 + sense * slow.slip[axle]);
    q[row + ledger::kMachine] += u.stator + u.rotor + u.iron + u.friction;
    q[row + ledger::kInverter] += u.conduction + u.switching + u.fixed + u.arc;
    y[car::kTorque + n] = u.tau / h;
  }
}

}  // namespace evsim
