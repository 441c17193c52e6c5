// A motor controller of its own inside the electric drive.
#include "sim/run/drive_controller.h"

#include <fmt/format.h>

#include "sim/run/drive.h"

namespace evsim {
namespace {

constexpr const char* kPath = "controllers.motor_control.";

InputError refused(const char* key, std::string what) {
  return InputError(Problem{.path = std::string(kPath) + key, .what = std::move(what)});
}

struct Circuit {
  evsim_motor_control_config& out;
  void operator()(const motor_control::Synchronous<double>& c) const {
    out.machine = EVSIM_SYNCHRONOUS;
    out.L_d = c.L_d;
    out.L_q = c.L_q;
    out.psi_f = c.psi_f;
  }
  void operator()(const motor_control::Excited<double>& c) const {
    out.machine = EVSIM_EXCITED;
    out.L_d = c.L_d;
    out.L_q = c.L_q;
    out.L_m = c.L_m;
    out.L_f = c.L_f;
    out.R_f = c.R_f;
  }
  void operator()(const motor_control::Induction<double>& c) const {
    out.machine = EVSIM_INDUCTION;
    out.R_R = c.R_R;
    out.L_sigma = c.L_sigma;
    out.L_M = c.L_M;
  }
};

switched_legs::Gates gates_of(double asked) {
  using switched_legs::Gates;
  const int word = static_cast<int>(asked);
  return word == EVSIM_GATES_OFF       ? Gates::all_off
         : word == EVSIM_SHORT_CIRCUIT ? Gates::short_low
                                       : Gates::modulating;
}

}  // namespace

motor_control::Update update_of(const controller::About& about,
                                const drive_unit::Params<double>& unit) {
  using motor_control::Update;
  const double f_sw = unit.inverter.f_sw;
  if (about.rate == 0.0) return unit.control.update;
  constexpr double kSame = 1e-9;  // rounding of a rate that was computed
  if (abs(about.rate - f_sw) <= kSame * f_sw) return Update::once;
  if (abs(about.rate - 2.0 * f_sw) <= kSame * f_sw) return Update::twice;
  throw refused("library", fmt::format("{} asks for ticks at {} Hz; the carrier has {} Hz, so it "
                                       "can be {} or {} (rate_Hz = 0: the vehicle's)",
                                       about.library, about.rate, f_sw, f_sw, 2.0 * f_sw));
}

evsim_motor_control_config controller_config(const drive_unit::Params<double>& unit,
                                             const motor_control::Params<double>& p) {
  const auto& envelope = unit.machine.envelope;
  evsim_motor_control_config out{};
  out.n_p = p.machine.n_p;
  out.T_s = motor_control::period(p);
  out.f_sw = p.f_sw;
  out.R_s = p.machine.R_s;
  std::visit(Circuit{out}, p.machine.circuit);
  out.I_max = p.I_max;
  out.tau_max = envelope.tau_peak;
  out.P_max = envelope.P_peak;
  out.omega_max = envelope.omega_max;
  out.U_f_min = p.U_f_min;
  out.U_f_max = p.U_f_max;
  out.dead_time = p.dead_time;
  out.k_u = p.k_u;
  out.u_dc_trip = p.u_dc_trip;
  return out;
}

void check_controllers(const DriveUnits& units, const controller::Controllers& c) {
  if (!c.motor_control) return;
  std::string known;
  int driven = 0;
  for (int k = 0; k < units.size(); ++k) {
    known += (known.empty() ? "" : ", ") + units.name(k);
    driven += c.drives(units.name(k)) ? 1 : 0;
  }
  if (driven == 0)
    throw refused("drive_units", "no drive unit " + c.drive_units + "; known: " + known);
  if (driven > 1 && c.motor_control->about().state_size == 0 &&
      !c.motor_control->about().one_a_unit)
    throw refused("drive_units", c.motor_control->about().library +
                                     " has state_size 0, so it runs one drive unit; name one of " +
                                     known);
}

const std::vector<std::string>& Drive::controller_signals(std::size_t n) const {
  static const std::vector<std::string> none;
  return units_[n].external ? controllers_.motor_control->about().signals : none;
}

void Drive::init_controllers(State& d) const {
  for (std::size_t n = 0; n < static_cast<std::size_t>(model_.n_units); ++n) {
    const Unit& unit = units_[n];
    if (!unit.external) continue;
    evsim_motor_control_config config = unit.config;
    config.unit = unit.name.c_str();
    controllers_.motor_control->init(d.controllers[n], config,
                                     {.unit = unit.name, .t = 0, .tick = 0});
  }
}

void Drive::run_controller(State& d, std::size_t n, const Measured& seen, double tau_ref,
                           const pwm::Duties<double>& acting) const {
  const Unit& unit = units_[n];
  UnitState& u = d.units[n];
  const auto& in = seen.in;
  const evsim_motor_control_inputs inputs{.time_ns = d.t,
                                          .tick = u.tick,
                                          .T_s = unit.control.gains.T_s,
                                          .enable = in.enable,
                                          .i_a = seen.i.a,
                                          .i_b = seen.i.b,
                                          .i_c = seen.i.c,
                                          .u_dc = in.u_dc,
                                          .theta_m = in.theta_m,
                                          .omega_m = in.omega_m,
                                          .i_f = in.i_f,
                                          .T_winding = in.T_winding,
                                          .T_junction = in.T_junction,
                                          .tau_request = tau_ref,
                                          .tau_drag = seen.tau_drag,
                                          .d_a = acting.a,
                                          .d_b = acting.b,
                                          .d_c = acting.c,
                                          .u_alpha = in.u_realised.re,
                                          .u_beta = in.u_realised.im};
  evsim_motor_control_outputs out{};
  out.d_a = out.d_b = out.d_c = 0.5;
  out.gates = EVSIM_MODULATING;
  out.tau_aimed = in.tau_ref;
  controller::call(*controllers_.motor_control, d.controllers[n], inputs, out,
                   {.unit = unit.name, .t = d.t, .tick = u.tick});

  const auto gates = gates_of(out.gates);
  if (static_cast<int>(out.output) == EVSIM_TORQUE) {
    motor_control::Input<double> asked = in;
    asked.tau_ref = out.tau_aimed;
    if (gates != switched_legs::Gates::modulating) asked.enable = 0.0;
    run_built_in(d, n, asked);
    if (u.seen.reason == 0.0) u.seen.reason = out.reason;  // the limit that cut last
    u.next.gates = gates;
    return;
  }
  const auto angle_e = turn(unit.control.p.machine.n_p * in.theta_m);
  u.seen = {.u_s = {out.u_alpha, out.u_beta},
            .u_f = out.u_f,
            .i = conj(angle_e) * in.i_s,
            .i_ref = {out.i_d_ref, out.i_q_ref},
            .tau_ref = out.tau_aimed,
            .reason = out.reason};
  const bool vector = static_cast<int>(out.output) == EVSIM_VECTOR;
  u.next.duties =
      vector ? modulated(n, u.seen.u_s, in.u_dc) : pwm::Duties<double>{out.d_a, out.d_b, out.d_c};
  u.next.u_f = out.u_f;
  u.next.gates = gates;
}

}  // namespace evsim
