#include "sim/response/response.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>
#include <stdexcept>

#include "sim/base/constants.h"
#include "sim/base/errors.h"
#include "sim/components/operating_points.h"
#include "sim/control/believed_machine.h"

namespace evsim::response {
namespace {

using control_tick::Input;
using control_tick::Model;
using control_tick::State;

constexpr double kRpm = 60.0 / kTwoPi;

// ---- The unit -----------------------------------------------------------------------------------

// Without what has no steady state in turned coordinates (control_tick.h). Of devices from a data sheet the mean
// slope of those that carry the current is left, at the coolant's temperature.
inverter::Params<double> smooth(const inverter::Params<double>& inverter, double I_max) {
  inverter::Params<double> out = inverter::sized(inverter, I_max);
  if (inverter::from_data_sheet(out)) {
    const auto drops = inverter::drops(out, {out.cooling.T_coolant, out.cooling.T_coolant});
    const bool channel = drops.rectification == power_devices::Rectification::synchronous;
    out.R_on = channel ? drops.R_T : 0.5 * (drops.R_T + drops.R_D);
    out.devices = inverter::Alike<double>{};
  }
  out.U_on = out.dead_time = 0.0;
  return out;
}

struct Unit {
  machine_dq::Machine machine;
  operating_points::Machine points;
  Model<double> model;
};
Unit unit_at(const drive_unit::Params<double>& unit, const Request& r) {
  const auto machine = machine_dq::prepare(unit.machine.dq, unit.machine.envelope);
  const dq_machine::Temperatures<double> T{r.T_machine, r.T_machine};
  auto params = motor_control::params(unit, machine, T);
  params.dead_time = 0.0;
  const auto points = drive_unit::operating_points_of(unit, machine, r.T_machine);
  const auto control = motor_control::prepare(params, motor_control::references(unit, points));
  Unit out{.machine = machine,
           .points = points,
           .model = {.drive = {},
                     .control = control,
                     .u_dc = r.u_dc.value_or(unit.machine.envelope.U_ref),
                     .f_sw = unit.inverter.f_sw,
                     .per_inertia = 0.0,
                     .tau_load = 0.0,
                     .T_machine = r.T_machine,
                     .T_s = control.gains.T_s,
                     .steps = {1, 1}}};
  out.model.drive.units[0] = {.machine = machine.model,
                              .inverter = smooth(unit.inverter, machine.I_max),
                              .I_ripple = unit.inverter.ripple * machine.I_max,
                              .quickness = dq_machine::quickness(machine.model, machine.I_max)};
  out.model.drive.n_units = 1;
  out.model.drive.node = control_tick::held_node<double>();
  return out;
}

// What can't be sized, or has no tables of currents, is the vehicle file's.
Unit checked_unit(const drive_unit::Params<double>& unit, const std::string& name,
                  const Request& r) {
  const std::string path = "drive_units." + name + ".machine.dq";
  if (!machine_dq::given(unit.machine.dq))
    throw InputError(Problem{.path = path, .what = "has no model: a frequency response needs one"});
  try {
    return unit_at(unit, r);
  } catch (const std::invalid_argument& e) {
    throw InputError(Problem{.path = path, .what = e.what()});
  }
}

// ---- The operating point ------------------------------------------------------------------------

[[noreturn]] void refuse(const std::string& name, std::string what) {
  throw InputError(Problem{.path = "drive_units." + name, .what = std::move(what)});
}
std::string where(double omega, double u_dc) {
  return fmt::format("at {:.0f} rpm and {:.0f} V", omega * kRpm, u_dc);
}

struct Reach {
  operating_points::Machine machine;
  double u_max;             // [V]
  double tau_min, tau_max;  // [Nm]
};
Reach reach(const Unit& u, const std::string& name, double omega) {
  const auto& p = u.model.control.p;
  Reach out{.machine = u.points,
            .u_max = p.k_u * kInverseSqrt3 * u.model.u_dc,
            .tau_min = 0.0,
            .tau_max = 0.0};
  const auto most = operating_points::max_torque(out.machine, omega, out.u_max);
  const auto least = operating_points::min_torque(out.machine, omega, out.u_max);
  if (!most || !least)
    refuse(name,
           where(omega, u.model.u_dc) + " no current within its limit needs so little voltage");
  out.tau_max = most->tau;
  out.tau_min = least->tau;
  return out;
}
operating_points::Point reached(const Reach& r, const std::string& name, double omega, double u_dc,
                                double tau) {
  if (tau < r.tau_min || tau > r.tau_max) {
    const double beyond = tau > r.tau_max ? tau - r.tau_max : r.tau_min - tau;
    refuse(name, fmt::format(
                     "got a torque of {:.6g} Nm, must be {:.1f} to {:.1f} Nm {}: {:.1f} Nm beyond",
                     tau, r.tau_min, r.tau_max, where(omega, u_dc), beyond));
  }
  const auto found = operating_points::point(r.machine, omega, r.u_max, tau);
  const auto* p = std::get_if<operating_points::Point>(&found);
  if (p == nullptr) refuse(name, "no operating point of that torque " + where(omega, u_dc));
  return *p;
}
// The control plans with tables of its own, and has the last word.
void check_given(const linear_loop::Steady& s, const std::string& name, double omega, double u_dc,
                 double tau) {
  const auto& control = s.out.control;
  if (abs(control.tau_ref - tau) <= 1e-3 * max(abs(tau), 1.0)) return;
  const auto reason = motor_control::kReasonNames[static_cast<std::size_t>(control.reason)];
  refuse(name,
         fmt::format("got a torque of {:.6g} Nm {}: the control gives {:.1f} Nm, limited by {}",
                     tau, where(omega, u_dc), control.tau_ref, reason));
}
double checked_speed(const drive_unit::Params<double>& unit, const std::string& name,
                     const Request& r) {
  const auto& e = unit.machine.envelope;
  const double omega = r.omega.value_or(0.5 * e.P_peak / e.tau_peak);
  if (abs(omega) > e.omega_max)
    refuse(name, fmt::format("got a speed of {:.6g} rpm, must be at most {:.0f} rpm", omega * kRpm,
                             e.omega_max * kRpm));
  return omega;
}

void guess_rotor(const Model<double>& m, const operating_points::Point& p, State<double>& x) {
  const auto& circuit = m.drive.units[0].machine.circuit;
  if (const auto* c = std::get_if<dq_machine::Excited<double>>(&circuit)) {
    x.rotor.x = 1.5 * c->L_m * p.i.d + c->L_f * p.i_f;
    x.u_f = x.control.u_f = x.control.u_f_i = dq_machine::copper(c->R_f, m.T_machine) * p.i_f;
  }
  if (const auto* c = std::get_if<dq_machine::Induction<double>>(&circuit)) {
    x.rotor.x = p.psi_R;
    x.control.psi_R.re = c->L_s / (c->L_s + c->L_l) * p.psi_R;  // Gamma to inverse Gamma
    x.control.i_R = {p.i.d, p.i.q};
  }
}
// The machine as it would be there, with a control that knows nothing yet.
State<double> guess(const Model<double>& m, const operating_points::Point& p, double omega) {
  State<double> x{};
  x.omega = omega;
  x.psi = {p.psi.d, p.psi.q};
  x.control.I_ref = length(Complex<double>{p.i.d, p.i.q});
  x.control.tau_slewed = p.tau;
  guess_rotor(m, p, x);
  const double omega_s = m.control.p.machine.n_p * omega + p.omega_r;
  const Complex<double> middle = turn(0.5 * m.T_s * omega_s);  // of the period it is held over
  const Complex<double> u = middle * Complex<double>{p.u.d, p.u.q};
  x.s = stator((1.0 / m.u_dc) * u);
  x.control.current.u_last = x.control.current.u_older = u;
  return x;
}

// A short while is enough for Newton's method as a rule; a control that is unstable would only get further away.
linear_loop::Steady settled(const Model<double>& m, Loop loop, const Input<double>& in,
                            const State<double>& x, const std::string& who) {
  constexpr double kLong = 1.0;  // [s]
  for (const int ticks : {20, 2, 400, static_cast<int>(kLong / m.T_s)}) {
    const auto out = linear_loop::steady(m, loop, in, x, ticks);
    if (out.found()) return out;
  }
  throw SimulationError(who + ": the control finds no steady state " + where(x.omega, m.u_dc));
}

// By what the control's coordinates lead those of a tick.
Complex<double> lead(const control_tick::Output<double>& at) {
  const Complex<double> turn = at.i * conj(at.control.i);
  const double size = length(turn);
  return size > 1e-12 ? (1.0 / size) * turn : Complex<double>{1.0, 0.0};
}

// ---- Curves -------------------------------------------------------------------------------------

std::complex<double> decibels_and_angle(const std::complex<double>& ratio) {
  return {20.0 * std::log10(std::abs(ratio)), std::arg(ratio) * 360.0 / kTwoPi};
}
void widen(Difference& d, const std::complex<double>& a, const std::complex<double>& b) {
  const auto by = decibels_and_angle(a / b);
  d.dB = max(d.dB, abs(by.real()));
  d.degrees = max(d.degrees, abs(by.imag()));
}

Curves by_slopes(const linear_loop::LinearLoop& l, const std::vector<double>& f) {
  Curves out{.f = f, .closed = {}, .open = {}};
  for (const double x : f) {
    out.closed.push_back(linear_loop::closed(l, x));
    out.open.push_back(linear_loop::open(l, x));
  }
  return out;
}

struct Sizes {
  double reference, sensor;  // of the sines
};
Curves by_sweep(const Model<double>& m, const linear_loop::LinearLoop& l,
                const sine_sweep::Sweep& start, const std::vector<double>& f) {
  constexpr double kDecayed = 1e-7, kLongest = 0.3;  // [s]
  sine_sweep::Sweep sweep = start;
  const double needed = std::log(kDecayed) / std::log(std::min(l.slowest, 1.0 - 1e-6));
  sweep.settling = static_cast<int>(std::clamp(needed, 20.0, kLongest / m.T_s));
  Curves out;
  for (const double x : f) {
    const auto at = sine_sweep::measure(m, sweep, x);
    out.f.push_back(at.f);
    out.closed.push_back(at.closed);
    out.open.push_back(at.open);
  }
  return out;
}

// ---- Figures ------------------------------------------------------------------------------------

Axis axis(const std::string& name, int i, double design, const linear_loop::LinearLoop& l,
          const Curves& fine) {
  const Transfer T = [&](double f) { return linear_loop::closed(l, f)(i, i); };
  const Transfer L = [&](double f) { return one_at_a_time(linear_loop::open(l, f), i); };
  std::vector<double> f = fine.f;
  f.push_back(0.5 / l.T_s);
  return {.name = name,
          .design = design,
          .bandwidth = bandwidth(T, f),
          .margins = loop_margins(L, f),
          .difference = {}};
}

void compare(LoopResponse& r) {
  constexpr double kFaint = 1e-3;  // 60 dB below the diagonal
  for (std::size_t k = 0; k < r.sweep.f.size(); ++k) {
    const Matrix &a = r.slopes.closed[k], &b = r.sweep.closed[k];
    for (int i = 0; i < a.rows(); ++i) {
      auto& d = r.axes[static_cast<std::size_t>(i)].difference;
      widen(d, a(i, i), b(i, i));
      widen(d, one_at_a_time(r.slopes.open[k], i), one_at_a_time(r.sweep.open[k], i));
      for (int j = 0; j < a.cols(); ++j)
        if (i != j && std::abs(b(i, j)) > kFaint * std::abs(b(i, i)))
          widen(r.coupling_difference, a(i, j), b(i, j));
    }
  }
}

void find_peaks(LoopResponse& r) {
  for (std::size_t k = 0; k < r.fine.f.size(); ++k) {
    const Matrix& T = r.fine.closed[k];
    for (int i = 0; i < T.rows(); ++i)
      for (int j = 0; j < T.cols(); ++j)
        if (i != j) r.coupling = max(r.coupling, std::abs(T(i, j)));
    const Matrix S = (Matrix::Identity(T.rows(), T.cols()) + r.fine.open[k]).inverse();
    r.sensitivity = max(r.sensitivity, S.jacobiSvd().singularValues()(0));
  }
}

struct Named {
  std::string name;
  double design;  // [Hz]
};
LoopResponse respond(const Model<double>& m, const sine_sweep::Sweep& start,
                     const std::vector<Named>& axes, double lowest, int points) {
  constexpr int kFine = 400;
  const double highest = kHighest * 0.5 / m.T_s;
  const auto l = linear_loop::linearise(m, start.loop, start.in, start.start);
  LoopResponse out;
  out.loop = start.loop;
  out.stable = l.stable();
  out.slowest = l.slowest;
  out.fine = by_slopes(l, frequencies(lowest, highest, kFine));
  for (std::size_t i = 0; i < axes.size(); ++i)
    out.axes.push_back(axis(axes[i].name, static_cast<int>(i), axes[i].design, l, out.fine));
  find_peaks(out);
  if (!out.stable || points == 0) return out;
  out.sweep = by_sweep(m, l, start, frequencies(lowest, highest, points));
  out.slopes = by_slopes(l, out.sweep.f);
  compare(out);
  return out;
}

Model<double> with_speed_loop(const Setup& s, double inertia, double bandwidth) {
  Model<double> m = s.model;
  m.per_inertia = 1.0 / inertia;
  m.tau_load = s.point.tau_shaft;
  auto p = m.control.p;
  p.mode = motor_control::Mode::speed;
  p.inertia = inertia;
  p.speed_bandwidth = bandwidth;
  m.control = motor_control::prepare(p, m.control.references);
  return m;
}

// Of the largest current or torque: a sine's amplitude. Torques go through tables with corners, so they are smaller.
constexpr double kSmallCurrent = 1e-4, kSmallTorque = 1e-5;

}  // namespace

std::complex<double> one_at_a_time(const Matrix& L, int i) {
  const Matrix S = (Matrix::Identity(L.rows(), L.cols()) + L).inverse();
  return 1.0 / S(i, i) - 1.0;
}

Setup setup(const drive_unit::Params<double>& unit, const std::string& name, const Request& r) {
  Unit u = checked_unit(unit, name, r);
  const double omega = checked_speed(unit, name, r);
  const Reach most = reach(u, name, omega);
  const double tau = r.tau.value_or(0.25 * most.tau_max);
  const auto p = reached(most, name, omega, u.model.u_dc, tau);
  u.model.steps = electric_step::steps(
      u.model.drive, {1.01 * (u.machine.model.common.n_p * omega + p.omega_r)}, u.model.T_s);

  const Input<double> from_torque{.tau_ref = tau};
  const auto torque =
      settled(u.model, Loop::torque, from_torque, guess(u.model, p, omega), "drive_units." + name);
  const auto& control = torque.out.control;
  check_given(torque, name, omega, u.model.u_dc, tau);
  u.model.lead = lead(torque.out);
  const Input<double> in{.i_ref = control.i_ref, .i_f_ref = control.i_f_ref};
  const auto steady = settled(u.model, Loop::current, in, torque.x, "drive_units." + name);
  return {.model = u.model,
          .in = in,
          .x = steady.x,
          .point = {.omega = omega,
                    .tau = tau,
                    .tau_shaft = steady.out.tau,
                    .u_dc = u.model.u_dc,
                    .tau_min = most.tau_min,
                    .tau_max = most.tau_max,
                    .i = steady.out.i,
                    .i_f = control.i_f_ref,
                    .u = length(steady.out.control.u_s)},
          .I_max = u.model.control.p.I_max};
}

LoopResponse current_loop(const Setup& s, int points) {
  const double design = s.model.control.p.bandwidth;
  const sine_sweep::Sweep start{.loop = Loop::current,
                                .in = s.in,
                                .start = s.x,
                                .amplitude_reference = kSmallCurrent * s.I_max,
                                .amplitude_sensor = kSmallCurrent * s.I_max,
                                .settling = 0};
  return respond(s.model, start, {{"current_d", design}, {"current_q", design}}, design / 30.0,
                 points);
}

LoopResponse speed_loop(const Setup& s, double inertia, double bandwidth, int points) {
  const Model<double> m = with_speed_loop(s, inertia, bandwidth);
  const double k = m.control.alpha_s * inertia;
  State<double> x = s.x;
  x.control.tau_i = s.point.tau + k * s.point.omega;
  x.control.tau_slewed = s.point.tau;
  x.control.I_ref = length(s.in.i_ref);
  const Input<double> in{.omega_ref = s.point.omega};
  const auto steady = settled(m, Loop::speed, in, x, "speed loop");
  constexpr double kSlow = 0.01;  // beside the speed over which dry friction turns its sign [rad/s]
  const double amplitude = std::min(kSmallTorque * m.control.tau_most / (2.0 * k), kSlow);
  const sine_sweep::Sweep start{.loop = Loop::speed,
                                .in = in,
                                .start = steady.x,
                                .amplitude_reference = amplitude,
                                .amplitude_sensor = amplitude,
                                .settling = 0};
  return respond(m, start, {{"speed", bandwidth}}, bandwidth / 10.0, points);
}

Response analyse(const drive_unit::Params<double>& unit, const std::string& name,
                 const Request& request) {
  const Setup s = setup(unit, name, request);
  const double inertia = request.inertia.value_or(unit.machine.inertia);
  return {.point = s.point,
          .T_s = s.model.T_s,
          .delay = s.model.control.gains.delay,
          .inertia = inertia,
          .speed_bandwidth = request.speed_bandwidth,
          .current = current_loop(s, request.points),
          .speed = speed_loop(s, inertia, request.speed_bandwidth, request.points)};
}

}  // namespace evsim::response
