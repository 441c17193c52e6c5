#include "sim/components/operating_points.h"

#include <stdexcept>

#include "sim/base/constants.h"

namespace evsim::operating_points {
namespace {

using dq_machine::Excited;
using dq_machine::Induction;
using dq_machine::Synchronous;
using Temperatures = dq_machine::Temperatures<double>;
using Vector = Dq<double>;

constexpr double kWithin = 1e-9;  // share by which a limit may be passed: rounding of the search
constexpr int kSteps = 64;        // of the prepared lines

Vector operator+(const Vector& a, const Vector& b) { return {a.d + b.d, a.q + b.q}; }
Vector operator-(const Vector& a, const Vector& b) { return {a.d - b.d, a.q - b.q}; }
Vector operator*(double k, const Vector& a) { return {k * a.d, k * a.q}; }
double dot(const Vector& a, const Vector& b) { return a.d * b.d + a.q * b.q; }
double norm(const Vector& a) { return sqrt(dot(a, a)); }
double square(double x) { return x * x; }

// ---- A point of the flux plane ------------------------------------------------------------------

// A function of psi: its value and its gradient.
struct Function {
  double value;
  Vector gradient;
};
struct Place {
  Vector psi, i, u;
  Function tau, i2, u2, cost, psi2;  // torque [Nm], squares of current, voltage and flux, (3)
};

struct Steady {  // (4) or (5)
  Vector i;
  magnetics::Stiffness<double> k;
};
Steady steady(const Synchronous<double>& c, const Vector& psi, const Temperatures& t) {
  const Vector read{psi.d + dq_machine::lost_flux(c, t), psi.q};
  return {magnetics::currents(c.magnetics, read), magnetics::stiffness(c.magnetics, read)};
}
Steady steady(const Induction<double>& c, const Vector& psi, const Temperatures&) {
  Dual<2> d(psi.d), q(psi.q);
  d.d[0] = q.d[1] = 1.0;
  const Dual<2> psi2 = d * d + q * q;
  const Dual<2> x2 = c.k_s * c.k_s * psi2;
  const Dual<2> even = magnetics::detail::power(x2, c.S / 2);
  const Dual<2> m = (1.0 + (c.S % 2 == 1 ? even * sqrt(x2) : even)) / c.L_s;
  const Dual<2> i_d = m * d, i_q = (m + 1.0 / c.L_l) * q;
  return {{i_d.v, i_q.v}, {.dd = i_d.d[0], .dq = i_q.d[0], .qq = i_q.d[1]}};
}
Steady steady(const Excited<double>&, const Vector&, const Temperatures&) { return {}; }

// What of a machine and a speed the search needs.
struct Search {
  const Machine& m;
  double omega;         // mechanical [rad/s]
  double R_s;           // [Ohm]
  double R_u;           // the part of it that u_max allows for [Ohm]
  double slip = 0.0;    // R_r / L_l of an induction machine [rad/s]
  double slip_u = 0.0;  // the part of it that u_max allows for [rad/s]
  double rotor = 0.0;   // its copper loss over psi_q^2 [W/(Vs)^2]
  double iron;          // iron loss over |psi|^2 [W/(Vs)^2]
  double psi_scale;     // of a step
};
Search search(const Machine& m, double omega) {
  const auto& c = m.model.common;
  const bool terminal = m.limits.voltage == Voltage::terminal;
  const double R_s = dq_machine::stator_resistance(c, c.n_p * omega, m.temperatures.winding);
  Search s{.m = m,
           .omega = omega,
           .R_s = R_s,
           .R_u = terminal ? R_s : 0.0,
           .iron = dq_machine::drag(c, omega, {1.0, 0.0}).iron * omega,
           .psi_scale = 0.0};
  if (const auto* cage = std::get_if<Induction<double>>(&m.model.circuit)) {
    const double R_r = dq_machine::copper(cage->R_r, m.temperatures.rotor);
    s.slip = R_r / cage->L_l;
    s.slip_u = terminal ? s.slip : 0.0;
    s.rotor = 1.5 * R_r / (cage->L_l * cage->L_l);
  }
  for (const auto* line : {&m.motoring, &m.generating})
    for (const Vector& psi : line->psi) s.psi_scale = max(s.psi_scale, norm(psi));
  return s;
}

Place at(const Search& s, const Vector& psi) {
  const auto [i, k] = std::visit([&](const auto& c) { return steady(c, psi, s.m.temperatures); },
                                 s.m.model.circuit);
  const int n_p = s.m.model.common.n_p;
  const Vector over_d{k.dd, k.dq}, over_q{k.dq, k.qq};  // rows: gradients of i_d and i_q

  double omega_s = n_p * s.omega;
  Vector turns{0.0, 0.0};  // gradient of omega_s
  if (s.slip_u > 0.0 && psi.q != 0.0) {
    omega_s += s.slip_u * psi.q / psi.d;
    turns = {-s.slip_u * psi.q / (psi.d * psi.d), s.slip_u / psi.d};
  }
  Place x{.psi = psi,
          .i = i,
          .u = {s.R_u * i.d - omega_s * psi.q, s.R_u * i.q + omega_s * psi.d},
          .tau = {},
          .i2 = {},
          .u2 = {},
          .cost = {},
          .psi2 = {}};
  const Vector u_d = s.R_u * over_d - psi.q * turns - Vector{0.0, omega_s};
  const Vector u_q = s.R_u * over_q + psi.d * turns + Vector{omega_s, 0.0};
  x.tau = {1.5 * n_p * (psi.d * i.q - psi.q * i.d),
           1.5 * n_p * (psi.d * over_q - psi.q * over_d + Vector{i.q, -i.d})};
  x.i2 = {dot(i, i), 2.0 * (i.d * over_d + i.q * over_q)};
  x.u2 = {dot(x.u, x.u), 2.0 * (x.u.d * u_d + x.u.q * u_q)};
  x.psi2 = {dot(psi, psi), 2.0 * psi};
  x.cost = x.i2;
  if (s.m.aim == Aim::loss) {
    const double copper = 1.5 * s.R_s;
    x.cost = {
        copper * x.i2.value + s.iron * x.psi2.value + s.rotor * psi.q * psi.q,
        copper * x.i2.gradient + s.iron * x.psi2.gradient + Vector{0.0, 2.0 * s.rotor * psi.q}};
  }
  return x;
}

// ---- Curves on which a function is constant -----------------------------------------------------

using Which = Function Place::*;
struct Curve {
  const Search& s;
  Which f;
  double value;
  double scale;  // of the value
};

// The nearest place of the curve, by Newton's method along the gradient.
Place onto(const Curve& c, Vector psi) {
  Place x = at(c.s, psi);
  for (int round = 0; round < 40; ++round) {
    const Function& f = x.*c.f;
    const double off = c.value - f.value, g2 = dot(f.gradient, f.gradient);
    if (abs(off) <= 4e-15 * c.scale || !(g2 > 0.0)) break;
    Vector step = (off / g2) * f.gradient;
    const double length = norm(step), most = 0.5 * (c.s.psi_scale + norm(psi));
    if (c.s.psi_scale > 0.0 && length > most) step = (most / length) * step;
    psi = psi + step;
    x = at(c.s, psi);
    if (length <= 1e-16 * norm(psi)) break;
  }
  return x;
}
// A step that neither leaves the branch of the curve nor stays for ever beside the origin.
double longest_step(const Curve& c, const Place& x) {
  return max(1e-3 * c.s.psi_scale, min(0.1 * c.s.psi_scale, 0.2 * norm(x.psi)));
}
// Along the curve, ahead of which the function grows to the left.
Vector tangent(const Curve& c, const Place& x) {
  const Vector g = (x.*c.f).gradient;
  const double length = norm(g);
  if (!(length > 0.0)) return {0.0, 0.0};
  return {g.q / length, -g.d / length};
}

// Where `off` is zero between two places of the curve at which it differs in sign: regula falsi, Illinois.
template <class Off> Place between(const Curve& c, Place a, Place b, Off off) {
  double at_a = off(a), at_b = off(b);
  int side = 0;
  for (int round = 0; round < 100; ++round) {
    if (at_a == 0.0 || at_a == at_b) return a;
    if (at_b == 0.0) return b;
    double share = at_a / (at_a - at_b);
    if (round % 8 == 7) share = 0.5;
    const Place x = onto(c, a.psi + share * (b.psi - a.psi));
    const double now = off(x);
    const bool left = (now > 0.0) == (at_a > 0.0);
    const double moved = left ? norm(x.psi - a.psi) : norm(x.psi - b.psi);
    if (left) {
      a = x;
      at_a = now;
      if (side == 1) at_b *= 0.5;
      side = 1;
    } else {
      b = x;
      at_b = now;
      if (side == -1) at_a *= 0.5;
      side = -1;
    }
    const double tiny = 2e-15 * (norm(a.psi) + norm(b.psi));
    if (norm(b.psi - a.psi) <= tiny || (moved <= tiny && round > 2)) return x;
  }
  return abs(off(a)) < abs(off(b)) ? a : b;
}

// The extremum of g along the curve, ahead in the way in which it falls (sense = -1) or grows (1).
std::optional<Place> extremum(const Curve& c, const Place& start, Which g, double sense,
                              double first_step) {
  const auto slope = [&](const Place& x) { return dot((x.*g).gradient, tangent(c, x)); };
  const double from = slope(start);
  const double steep = 1e-15 * norm((start.*g).gradient);
  if (abs(from) <= steep) return start;
  const double way = (from > 0.0 ? 1.0 : -1.0) * sense;
  Place a = start;
  double h = min(first_step, longest_step(c, start));
  for (int step = 0; step < 200; ++step) {
    const Place b = onto(c, a.psi + (way * h) * tangent(c, a));
    if ((slope(b) > 0.0) != (from > 0.0)) return between(c, a, b, slope);
    a = b;
    h = min(4.0 * h, longest_step(c, a));
  }
  return std::nullopt;
}

// Where g comes down to a value along the curve, ahead in the way in which it falls; nothing where it
// doesn't fall so far.
std::optional<Place> descent(const Curve& c, const Place& start, Which g, double value) {
  const auto slope = [&](const Place& x) { return dot((x.*g).gradient, tangent(c, x)); };
  const auto off = [&](const Place& x) { return (x.*g).value / value - 1.0; };
  const double from = slope(start), way = from > 0.0 ? -1.0 : 1.0;
  Place a = start;
  double h = min(0.02 * c.s.psi_scale, longest_step(c, start));
  for (int step = 0; step < 200; ++step) {
    const Place b = onto(c, a.psi + (way * h) * tangent(c, a));
    if (off(b) <= 0.0) return between(c, a, b, off);
    if ((slope(b) > 0.0) != (from > 0.0)) {
      const Place lowest = between(c, a, b, slope);
      if (off(lowest) > kWithin) return std::nullopt;
      return off(lowest) > 0.0 ? lowest : between(c, a, lowest, off);
    }
    a = b;
    h = min(2.0 * h, longest_step(c, a));
  }
  return std::nullopt;
}

// ---- Lines of the most torque of each current ---------------------------------------------------

Vector without_current(const Machine& m) {
  const auto* c = std::get_if<Synchronous<double>>(&m.model.circuit);
  if (c == nullptr) return {0.0, 0.0};
  const Vector psi = magnetics::fluxes(c->magnetics, {0.0, 0.0});
  return {psi.d - dq_machine::lost_flux(*c, m.temperatures), psi.q};
}

Machine::Line line(const Machine& m, double sign) {
  Search s = search(m, 0.0);
  const Vector origin = without_current(m);
  Machine::Line out{.psi = {origin}, .tau = {at(s, origin).tau.value}};
  // From a current in the q axis on, which every machine but a reluctance one makes torque of.
  const double I_1 = m.limits.I_max / kSteps;
  const Vector nudge{origin.d, origin.q + 1e-6};
  const Steady k =
      std::visit([&](const auto& c) { return steady(c, nudge, m.temperatures); }, m.model.circuit);
  Vector guess{origin.d, origin.q + sign * I_1 / k.k.qq};
  for (int step = 1; step <= kSteps; ++step) {
    const double I = m.limits.I_max * step / kSteps;
    s.psi_scale = max(norm(guess), s.psi_scale);
    const Curve circle{s, &Place::i2, I * I, I * I};
    const auto best = extremum(circle, onto(circle, guess), &Place::tau, sign,
                               step == 1 ? 0.2 * norm(guess - origin) : 1e-3 * s.psi_scale);
    if (!best || !(sign * best->tau.value > 0.0))
      throw std::invalid_argument("the machine makes no torque: no flux, no reluctance");
    guess = 2.0 * best->psi - out.psi.back();
    out.psi.push_back(best->psi);
    out.tau.push_back(best->tau.value);
  }
  return out;
}

const Machine::Line& line_of(const Machine& m, double sign) {
  return sign < 0.0 ? m.generating : m.motoring;
}
// A guess of the flux of a torque.
Vector flux_on(const Machine::Line& l, double tau) {
  std::size_t k = 1;
  while (k + 1 < l.tau.size() && abs(l.tau[k]) < abs(tau)) ++k;
  const double share = (tau - l.tau[k - 1]) / (l.tau[k] - l.tau[k - 1]);
  return l.psi[k - 1] + share * (l.psi[k] - l.psi[k - 1]);
}

// ---- Reports ------------------------------------------------------------------------------------

Point finished(const Machine& m, double omega, Point p, double R_s) {
  const auto& c = m.model.common;
  const auto drag = dq_machine::drag(c, omega, p.psi);
  p.tau = dq_machine::air_gap_torque(c, p.psi, p.i);
  p.tau_shaft = p.tau - drag.iron - drag.friction;
  p.losses.stator = 1.5 * R_s * dot(p.i, p.i);
  p.losses.iron = drag.iron * omega;
  p.losses.friction = drag.friction * omega;
  return p;
}
Point report(const Search& s, const Place& x, Region region) {
  Point p{.i = x.i,
          .psi = x.psi,
          .u = x.u,
          .tau = 0.0,
          .tau_shaft = 0.0,
          .losses = {},
          .region = region};
  if (s.slip > 0.0) {
    p.psi_R = x.psi.d;
    p.omega_r = x.psi.q == 0.0 ? 0.0 : s.slip * x.psi.q / x.psi.d;
    p.losses.rotor = s.rotor * x.psi.q * x.psi.q;
  }
  return finished(s.m, s.omega, p, s.R_s);
}
bool within(double square_now, double square_most) {
  return square_now <= square_most * (1.0 + 2.0 * kWithin);
}

// ---- (1) in the flux plane ----------------------------------------------------------------------

// The flux that is kept, as far as the limits allow it.
Place raised(const Curve& torque, const Place& from, double U2, double I2) {
  const Search& s = torque.s;
  const double least2 = square(s.m.limits.psi_least);
  if (from.psi2.value >= least2) return from;
  const auto lack = [&](const Place& x) { return x.psi2.value / least2 - 1.0; };
  const auto room = [&](const Place& x) {
    return min(1.0 - x.u2.value / U2, 1.0 - x.i2.value / I2);
  };
  const double way = dot(from.psi, tangent(torque, from)) >= 0.0 ? 1.0 : -1.0;
  Place a = from;
  for (int step = 0; step < 200; ++step) {
    const Place b = onto(torque, a.psi + (0.05 * way * s.m.limits.psi_least) * tangent(torque, a));
    if (room(b) < 0.0) {
      const Place last = room(a) > 0.0 ? between(torque, a, b, room) : a;
      return lack(last) > 0.0 ? between(torque, a, last, lack) : last;
    }
    if (lack(b) >= 0.0) return between(torque, a, b, lack);
    a = b;
  }
  return a;
}

// The least cost of a torque without limits. A reluctance machine without torque has no flux: its curve is
// left by the axis on which its flux would rise.
std::optional<Place> cheapest(const Curve& torque, double sign) {
  const Search& s = torque.s;
  const Machine::Line& l = line_of(s.m, sign);
  if (torque.value == 0.0) {
    const Place x = at(s, l.psi[0]);
    if (x.cost.value == 0.0 || norm(x.tau.gradient) == 0.0) return x;
    return extremum(torque, x, &Place::cost, -1.0, 1e-3 * s.psi_scale);
  }
  const Place x = onto(torque, flux_on(l, torque.value));
  const auto best = extremum(torque, x, &Place::cost, -1.0, 1e-4 * s.psi_scale);
  // Where nothing but the rotor loses, ever more flux would be ever cheaper.
  return best ? best : extremum(torque, x, &Place::i2, -1.0, 1e-4 * s.psi_scale);
}

// Where torque and voltage are met, by Newton's method from a neighbour; nothing where it doesn't end at the
// point of (1): the way of less cost must lead to more voltage.
std::optional<Place> beside(const Curve& torque, double U2, Vector psi) {
  const Search& s = torque.s;
  Place x = at(s, psi);
  for (int round = 0; round < 12; ++round) {
    const Vector a = x.tau.gradient, b = x.u2.gradient;
    const double det = a.d * b.q - a.q * b.d;
    if (!(abs(det) > 1e-3 * norm(a) * norm(b))) return std::nullopt;
    const double to_tau = torque.value - x.tau.value, to_u2 = U2 - x.u2.value;
    if (abs(to_tau) <= 4e-15 * torque.scale && abs(to_u2) <= 1e-14 * U2) break;
    const Vector step{(b.q * to_tau - a.q * to_u2) / det, (a.d * to_u2 - b.d * to_tau) / det};
    if (!(norm(step) < 0.2 * norm(x.psi)) || round == 11) return std::nullopt;
    psi = psi + step;
    x = at(s, psi);
    if (norm(step) <= 1e-15 * norm(psi)) break;
  }
  const Vector along = tangent(torque, x);
  return dot(x.cost.gradient, along) * dot(x.u2.gradient, along) < 0.0 ? std::optional(x)
                                                                       : std::nullopt;
}

struct Task {
  const Search& s;
  double I2, U2;
};
// (1) within the voltage and the current; from a hint on the voltage limit, if there is one.
std::variant<Place, Refusal> within_limits(const Task& t, const Curve& torque, double sign,
                                           const Vector* hint) {
  if (hint != nullptr) {
    const auto x = beside(torque, t.U2, *hint);
    if (x && within(x->i2.value, t.I2)) return *x;
  }
  std::optional<Place> x = cheapest(torque, sign);
  if (!x) return Refusal::current;
  if (!within(x->i2.value, t.I2)) {  // of least loss, not of least current
    x = descent(torque, *x, &Place::i2, t.I2);
    if (!x) return Refusal::current;
  }
  if (within(x->u2.value, t.U2)) return *x;
  x = descent(torque, *x, &Place::u2, t.U2);
  if (!x) return Refusal::voltage;
  if (!within(x->i2.value, t.I2)) return Refusal::both;
  return *x;
}

Outcome point_in_flux_plane(const Search& s, double u_max, double tau, const Vector* hint) {
  const Machine& m = s.m;
  const Task t{s, square(m.limits.I_max), square(u_max)};
  const double sign = tau < 0.0 ? -1.0 : 1.0;
  const double tau_line = line_of(m, sign).tau.back();
  if (sign * tau > sign * tau_line * (1.0 + kWithin)) return Refusal::current;
  const Curve torque{s, &Place::tau, tau, abs(tau_line)};
  const auto found = within_limits(t, torque, sign, hint);
  if (const Refusal* why = std::get_if<Refusal>(&found)) return *why;
  Place x = std::get<Place>(found);
  if (m.limits.psi_least > 0.0) {
    if (norm(x.tau.gradient) == 0.0) x = at(s, {x.psi.d + 1e-3 * m.limits.psi_least, x.psi.q});
    x = raised(torque, x, t.U2, t.I2);
  }
  const bool at_limit = x.u2.value >= t.U2 * (1.0 - kWithin);
  return report(s, x, at_limit ? Region::field_weakening : Region::mtpa);
}

// A start on |u| = u_max: where the line of least current meets it, else above the short circuit.
Place on_voltage(const Search& s, const Curve& voltage, double sign) {
  const Machine::Line& l = line_of(s.m, sign);
  for (std::size_t k = 0; k + 1 < l.psi.size(); ++k)
    if (at(s, l.psi[k]).u2.value <= voltage.value && at(s, l.psi[k + 1]).u2.value > voltage.value)
      return onto(voltage, l.psi[k + 1]);
  const double reach = sqrt(voltage.value) / max(abs(s.m.model.common.n_p * s.omega), 1e-9);
  return onto(voltage, {0.0, sign * reach});
}

std::optional<Point> extreme_in_flux_plane(const Machine& m, double omega, double u_max,
                                           double sign) {
  const Search s = search(m, omega);
  const double I2 = square(m.limits.I_max), U2 = square(u_max);
  const Place most = at(s, line_of(m, sign).psi.back());
  if (within(most.u2.value, U2)) return report(s, most, Region::mtpa);
  const Curve voltage{s, &Place::u2, U2, U2};
  const auto mtpv =
      extremum(voltage, on_voltage(s, voltage, sign), &Place::tau, sign, 1e-2 * s.psi_scale);
  if (mtpv && within(mtpv->i2.value, I2)) return report(s, *mtpv, Region::mtpv);
  const Curve current{s, &Place::i2, I2, I2};
  const auto both = descent(current, most, &Place::u2, U2);
  if (!both) return std::nullopt;
  return report(s, *both, Region::field_weakening);
}

// ---- (7) ----------------------------------------------------------------------------------------
// Of torque > 0; another sign mirrors the speed and i_q. What the limits leave of (i_d, i_q, psi_d) is convex, and
// the torque i_q (psi_d - L_q i_d) is a product of two linear functions there.

struct Field {
  const Machine& m;
  const Excited<double>& c;
  double omega, sign;
  double R_s, R_u, R_f, omega_e, iron, U;  // R_u: the part of R_s that u_max allows for
  double psi_f_max() const { return c.L_m * min(m.limits.I_f_max, 1e30); }
};
Field field(const Machine& m, double omega, double u_max, double sign) {
  const auto& c = std::get<Excited<double>>(m.model.circuit);
  const auto& common = m.model.common;
  const double omega_e = common.n_p * omega * sign;
  const double iron =
      m.aim == Aim::loss ? dq_machine::drag(common, omega, {1.0, 0.0}).iron * omega : 0.0;
  const double R_s = dq_machine::stator_resistance(common, omega_e, m.temperatures.winding);
  return {.m = m,
          .c = c,
          .omega = omega,
          .sign = sign,
          .R_s = R_s,
          .R_u = m.limits.voltage == Voltage::terminal ? R_s : 0.0,
          .R_f = dq_machine::copper(c.R_f, m.temperatures.rotor),
          .omega_e = omega_e == 0.0 ? 1e-12 : omega_e,  // a standstill that can be divided by
          .iron = iron,
          .U = u_max};
}

struct Most {  // torque
  double T;    // 2 tau / (3 n_p) [A Vs]
  double i_d, i_q;
};

struct Room {
  Dual<1> margin;  // what is left between the bounds of psi_d [Vs]
  Dual<1> flux;    // most of psi_d - L_q i_d [Vs]
};
// At given currents; derivatives are over i_d.
Room room(const Field& f, double d, double q) {
  const auto& c = f.c;
  const double w = abs(f.omega_e), drop = f.omega_e > 0.0 ? f.R_u * q : -f.R_u * q;
  Dual<1> i_d(d);
  i_d.d[0] = 1.0;
  const Dual<1> u_d = f.R_u * i_d - f.omega_e * c.L_q * q;
  const Dual<1> u_q = sqrt(max(f.U * f.U - u_d * u_d, 1e-24 * f.U * f.U));
  const Dual<1> highest = (u_q - drop) / w, lowest = (-u_q - drop) / w;
  const Dual<1> full = c.L_d * i_d + f.psi_f_max();
  return {.margin = min(highest - c.L_d * i_d, full - lowest),
          .flux = min(highest, full) - c.L_q * i_d};
}

// The most torque at an i_q: concave in i_d. T < 0 where the limits leave nothing.
Most most_at(const Field& f, double q) {
  const double circle = sqrt(max(square(f.m.limits.I_max) - q * q, 0.0));
  const double u = f.omega_e * f.c.L_q * q;
  Most out{-1.0, 0.0, q};
  double lo = -circle, hi = circle;
  if (f.R_u > 0.0) {
    lo = max(lo, (u - f.U) / f.R_u);
    hi = min(hi, (u + f.U) / f.R_u);
  } else if (abs(u) > f.U) {
    return out;
  }
  for (int round = 0; round < 50 && lo <= hi; ++round) {
    const double d = 0.5 * (lo + hi);
    const Room x = room(f, d, q);
    const bool feasible = x.margin.v >= 0.0;
    if (feasible && q * x.flux.v > out.T) out = {q * x.flux.v, d, q};
    const bool up = (feasible ? x.flux.d[0] : x.margin.d[0]) > 0.0;
    (up ? lo : hi) = d;
  }
  return out;
}
// The most of all: golden section, one maximum over i_q.
Most most_torque(const Field& f) {
  constexpr double kGolden = 0.61803398874989485;
  double lo = 0.0, hi = f.m.limits.I_max;
  Most a = most_at(f, hi - kGolden * (hi - lo)), b = most_at(f, lo + kGolden * (hi - lo));
  Most best = a.T > b.T ? a : b;
  for (int round = 0; round < 70; ++round) {
    if (a.T > b.T || b.T < 0.0) {
      hi = b.i_q;
      b = a;
      a = most_at(f, hi - kGolden * (hi - lo));
    } else {
      lo = a.i_q;
      a = b;
      b = most_at(f, lo + kGolden * (hi - lo));
    }
    for (const Most& x : {a, b})
      if (x.T > best.T) best = x;
  }
  return best;
}

struct Choice {  // of i_d at an i_q
  double gap;    // width of what the limits leave [A]
  Dual<1> cost;  // [W]
  double i_d;    // [A]
};
// The least cost of a torque at an i_q. Derivatives are over i_q.
Choice choice(const Field& f, double T, double q) {
  const auto& c = f.c;
  Dual<1> i_q(q);
  i_q.d[0] = 1.0;
  const Dual<1> A = T / i_q;
  const double dL = c.L_d - c.L_q, w = f.omega_e;
  const Dual<1> circle = sqrt(max(square(f.m.limits.I_max) - i_q * i_q, Dual<1>(1e-300)));
  Dual<1> lo = -circle, hi = circle;
  if (dL != 0.0) {
    const Dual<1> none = A / dL, full = (A - f.psi_f_max()) / dL;
    lo = max(lo, dL > 0.0 ? full : none);
    hi = min(hi, dL > 0.0 ? none : full);
  } else if (A.v > f.psi_f_max()) {
    return {.gap = -1.0, .cost = {}, .i_d = 0.0};
  }
  const double Z2 = f.R_u * f.R_u + w * w * c.L_q * c.L_q;
  const Dual<1> middle = -w * w * c.L_q * A / Z2, u_0 = f.R_u * i_q + w * A;
  const Dual<1> rest =
      (f.U * f.U - w * w * c.L_q * c.L_q * i_q * i_q - u_0 * u_0) / Z2 + middle * middle;
  if (rest.v < 0.0) return {.gap = -1.0, .cost = {}, .i_d = 0.0};
  const Dual<1> half = sqrt(rest);
  lo = max(lo, middle - half);
  hi = min(hi, middle + half);
  const double r = f.R_f / (c.L_m * c.L_m);
  const Dual<1> best =
      (r * dL - f.iron * c.L_q) * A / (1.5 * f.R_s + r * dL * dL + f.iron * c.L_q * c.L_q);
  const Dual<1> i_d = clamp(best, lo, hi);
  const Dual<1> i_f = (A - dL * i_d) / c.L_m, psi_d = A + c.L_q * i_d, psi_q = c.L_q * i_q;
  const Dual<1> cost = 1.5 * f.R_s * (i_d * i_d + i_q * i_q) + f.R_f * i_f * i_f +
                       f.iron * (psi_d * psi_d + psi_q * psi_q);
  return {.gap = hi.v - lo.v, .cost = cost, .i_d = i_d.v};
}

// How much more i_q a torque asks for: by its cost, or without bounds where the limits leave nothing for it. There
// either the torque is too large, and lies towards the most torque; or too small, and lies at less i_q.
double asked(const Field& f, const Most& most, double T, double q, const Choice& x) {
  if (x.gap >= 0.0) return -x.cost.d[0];
  if (q >= most.i_q) return -kInfinity;
  return most_at(f, q).T >= T ? -kInfinity : kInfinity;
}
// The cheapest i_q: Illinois where both ends have a cost, else bisection. Nothing where none is left. Starts about a
// neighbour's, unless that is 0.
std::optional<double> cheapest_i_q(const Field& f, const Most& most, double T, double neighbour) {
  double lo = 1e-6 * f.m.limits.I_max, hi = f.m.limits.I_max;
  double at_lo = kInfinity, at_hi = -kInfinity;
  int side = 0;
  std::optional<double> out;
  for (const double q : {0.95 * neighbour, 1.05 * neighbour}) {
    if (q <= lo || q >= hi) continue;
    const double ask = asked(f, most, T, q, choice(f, T, q));
    (ask > 0.0 ? lo : hi) = q;
    (ask > 0.0 ? at_lo : at_hi) = ask;
  }
  for (int round = 0; round < 200 && hi - lo > 1e-14 * hi; ++round) {
    double q = hi > 4.0 * lo ? sqrt(lo * hi) : 0.5 * (lo + hi);
    if (at_lo < kInfinity && at_hi > -kInfinity && hi < 4.0 * lo && round % 6 != 5)
      q = lo + (hi - lo) * at_lo / (at_lo - at_hi);
    const Choice x = choice(f, T, q);
    if (x.gap >= 0.0) out = q;
    const double ask = asked(f, most, T, q, x);
    if (ask == 0.0 || (out && (q == lo || q == hi))) return out;
    if (ask > 0.0) {
      if (side == 1) at_hi *= 0.5;
      lo = q;
      at_lo = ask;
      side = 1;
    } else {
      if (side == -1) at_lo *= 0.5;
      hi = q;
      at_hi = ask;
      side = -1;
    }
  }
  return out;
}

Point excited_report(const Field& f, const Most& x) {
  const double A = x.i_q > 0.0 ? x.T / x.i_q : 0.0;
  const double i_f = (A - (f.c.L_d - f.c.L_q) * x.i_d) / f.c.L_m;
  const Vector psi{A + f.c.L_q * x.i_d, f.c.L_q * x.i_q};
  const Vector u{f.R_u * x.i_d - f.omega_e * psi.q, f.R_u * x.i_q + f.omega_e * psi.d};
  const bool weakened = dot(u, u) >= f.U * f.U * (1.0 - 2.0 * kWithin);
  Point p{.i = {x.i_d, f.sign * x.i_q},
          .psi = {psi.d, f.sign * psi.q},
          .u = {u.d, f.sign * u.q},
          .i_f = i_f,
          .tau = 0.0,
          .tau_shaft = 0.0,
          .losses = {},
          .region = weakened ? Region::field_weakening : Region::mtpa};
  p.losses.rotor = f.R_f * i_f * i_f;
  return finished(f.m, f.omega, p, f.R_s);
}

Refusal why_not(const Field& f, double T) {
  const double u_max = f.U;
  if (T > most_torque(field(f.m, f.omega, 1e100, f.sign)).T) return Refusal::current;
  Machine unlimited = f.m;
  unlimited.limits.I_max *= 1e3;
  unlimited.limits.I_f_max *= 1e3;
  const bool reached = T <= most_torque(field(unlimited, f.omega, u_max, f.sign)).T;
  return reached ? Refusal::both : Refusal::voltage;
}
Outcome excited_point(const Field& f, const Most& most, double tau, double neighbour) {
  const double T = abs(tau) / (1.5 * f.m.model.common.n_p);
  if (T == 0.0) return excited_report(f, {0.0, 0.0, 0.0});
  if (T > most.T * (1.0 + kWithin)) return why_not(f, T);
  const auto i_q = T < most.T ? cheapest_i_q(f, most, T, neighbour) : std::nullopt;
  if (i_q) return excited_report(f, {T, choice(f, T, *i_q).i_d, *i_q});
  if (T < most.T * (1.0 - kWithin)) return Refusal::both;
  return excited_report(f, most);  // the largest torque itself, to rounding
}
std::vector<Outcome> excited_points(const Machine& m, double omega, double u_max,
                                    std::span<const double> tau) {
  const Field forward = field(m, omega, u_max, 1.0), back = field(m, omega, u_max, -1.0);
  std::optional<Most> most_forward, most_back;
  std::vector<Outcome> out;
  double neighbour = 0.0;
  for (const double t : tau) {
    const Field& f = t < 0.0 ? back : forward;
    std::optional<Most>& most = t < 0.0 ? most_back : most_forward;
    if (!most) most = most_torque(f);
    out.push_back(excited_point(f, *most, t, neighbour));
    const Point* p = std::get_if<Point>(&out.back());
    neighbour = p == nullptr ? 0.0 : abs(p->i.q);
  }
  return out;
}
Point excited_extreme(const Machine& m, double omega, double u_max, double sign) {
  const Field f = field(m, omega, u_max, sign);
  return excited_report(f, most_torque(f));
}

bool is_excited(const Machine& m) {
  return std::holds_alternative<Excited<double>>(m.model.circuit);
}

}  // namespace

// ---- Public -------------------------------------------------------------------------------------

Machine prepare(const dq_machine::Model<double>& model,
                const dq_machine::Temperatures<double>& temperatures, const Limits& limits,
                Aim aim) {
  Machine m{.model = model,
            .temperatures = temperatures,
            .limits = limits,
            .aim = aim,
            .motoring = {},
            .generating = {}};
  if (is_excited(m)) return m;
  m.motoring = line(m, 1.0);
  m.generating = line(m, -1.0);
  return m;
}

Outcome point(const Machine& m, double omega, double u_max, double tau) {
  return is_excited(m) ? excited_points(m, omega, u_max, {&tau, 1}).front()
                       : point_in_flux_plane(search(m, omega), u_max, tau, nullptr);
}

std::vector<Outcome> points(const Machine& m, double omega, double u_max,
                            std::span<const double> tau) {
  if (is_excited(m)) return excited_points(m, omega, u_max, tau);
  std::vector<Outcome> out;
  out.reserve(tau.size());
  const Search s = search(m, omega);
  Vector last{0.0, 0.0}, before = last;
  int weakened = 0;  // in a row
  for (const double t : tau) {
    const Vector hint = weakened > 1 ? 2.0 * last - before : last;
    out.push_back(point_in_flux_plane(s, u_max, t, weakened > 0 ? &hint : nullptr));
    const Point* p = std::get_if<Point>(&out.back());
    weakened = p != nullptr && p->region != Region::mtpa ? weakened + 1 : 0;
    before = last;
    if (p != nullptr) last = p->psi;
  }
  return out;
}

Outcome shaft_point(const Machine& m, double omega, double u_max, double tau_shaft) {
  const auto friction = dq_machine::drag(m.model.common, omega, {0.0, 0.0}).friction;
  double tau = tau_shaft + friction;
  Outcome out = point(m, omega, u_max, tau);
  if (std::holds_alternative<Refusal>(
          out)) {  // iron brakes too: begin with that of the largest torque
    const auto most = tau_shaft < 0.0 ? min_torque(m, omega, u_max) : max_torque(m, omega, u_max);
    if (!most || abs(tau_shaft) > abs(most->tau_shaft)) return out;
    tau = tau_shaft + (most->tau - most->tau_shaft);
    out = point(m, omega, u_max, tau);
  }
  // The drag changes little with the torque: each round gains a decade or more.
  for (int round = 0; round < 60; ++round) {
    const Point* p = std::get_if<Point>(&out);
    if (p == nullptr) return out;
    const double off = tau_shaft - p->tau_shaft;
    if (abs(off) <= 1e-13 * (abs(tau) + abs(friction))) return out;
    tau += off;
    out = point(m, omega, u_max, tau);
  }
  return out;
}

std::optional<Point> max_torque(const Machine& m, double omega, double u_max) {
  return is_excited(m) ? excited_extreme(m, omega, u_max, 1.0)
                       : extreme_in_flux_plane(m, omega, u_max, 1.0);
}
std::optional<Point> min_torque(const Machine& m, double omega, double u_max) {
  return is_excited(m) ? excited_extreme(m, omega, u_max, -1.0)
                       : extreme_in_flux_plane(m, omega, u_max, -1.0);
}

Point mtpa(const Machine& m, double I) {
  if (is_excited(m)) {
    Machine less = m;
    less.limits.I_max = I;
    return excited_extreme(less, 0.0, 1e100, 1.0);
  }
  const Search s = search(m, 0.0);
  const double share = I / m.limits.I_max * kSteps;
  const auto k = static_cast<std::size_t>(clamp(share, 0.0, kSteps - 1.0));
  const auto& psi = m.motoring.psi;
  const Vector guess = psi[k] + (share - static_cast<double>(k)) * (psi[k + 1] - psi[k]);
  if (!(I > 0.0)) return report(s, at(s, psi[0]), Region::mtpa);
  const Curve circle{s, &Place::i2, I * I, I * I};
  const auto best =
      extremum(circle, onto(circle, guess), &Place::tau, 1.0, 1e-4 * norm(guess - psi[0]));
  return report(s, best ? *best : onto(circle, guess), Region::mtpa);
}

std::vector<Point> mtpa_line(const Machine& m, int points) {
  std::vector<Point> out;
  for (int k = 1; k <= points; ++k) out.push_back(mtpa(m, m.limits.I_max * k / points));
  return out;
}

std::vector<Point> mtpv_line(const Machine& m, double omega, double u_max, int points) {
  std::vector<Point> out;
  if (is_excited(m)) return out;
  const Search s = search(m, omega);
  for (int k = points; k >= 1; --k) {
    const double U2 = square(u_max * k / points);
    const Curve voltage{s, &Place::u2, U2, U2};
    const auto best =
        extremum(voltage, on_voltage(s, voltage, 1.0), &Place::tau, 1.0, 1e-2 * s.psi_scale);
    if (best) out.push_back(report(s, *best, Region::mtpv));
  }
  return out;
}

std::vector<Dq<double>> voltage_ellipse(const Machine& m, double omega, double u_max, int points) {
  std::vector<Dq<double>> out;
  if (!std::holds_alternative<Synchronous<double>>(m.model.circuit)) return out;
  const auto& c = std::get<Synchronous<double>>(m.model.circuit);
  const Search s = search(m, omega);
  const double w = m.model.common.n_p * omega;
  Vector psi{0.0, 0.0};
  for (int k = 0; k <= points; ++k) {
    const auto [sin, cos] = sincos(kTwoPi * k / points);
    const Vector u{u_max * cos, u_max * sin};
    Steady x = steady(c, psi, m.temperatures);
    for (int round = 0; round < 50; ++round) {  // R_s i(psi) + j w psi = u
      const double a = s.R_s * x.k.dd, b = s.R_s * x.k.dq - w, d = s.R_s * x.k.dq + w,
                   e = s.R_s * x.k.qq, det = a * e - b * d;
      const Vector off{u.d - s.R_s * x.i.d + w * psi.q, u.q - s.R_s * x.i.q - w * psi.d};
      const Vector step{(e * off.d - b * off.q) / det, (a * off.q - d * off.d) / det};
      psi = psi + step;
      x = steady(c, psi, m.temperatures);
      if (norm(step) <= 1e-14 * norm(psi)) break;
    }
    out.push_back(x.i);
  }
  return out;
}

std::vector<Dq<double>> current_circle(const Machine& m, int points) {
  std::vector<Dq<double>> out;
  for (int k = 0; k <= points; ++k) {
    const auto [sin, cos] = sincos(kTwoPi * k / points);
    out.push_back({m.limits.I_max * cos, m.limits.I_max * sin});
  }
  return out;
}

std::vector<Dq<double>> torque_line(const Machine& m, double tau, double I_reach) {
  constexpr int kMost = 400;  // steps to a side
  if (is_excited(m) || tau == 0.0) return {};
  const Search s = search(m, 0.0);
  const double sign = tau < 0.0 ? -1.0 : 1.0, I2 = square(I_reach);
  const Curve torque{s, &Place::tau, tau, abs(line_of(m, sign).tau.back())};
  const auto least = cheapest(torque, sign);
  if (!least || least->i2.value > I2) return {};
  const auto side = [&](double way) {
    std::vector<Dq<double>> out;
    for (Place x = *least; x.i2.value <= I2 && std::ssize(out) < kMost;) {
      out.push_back(x.i);
      x = onto(torque, x.psi + (0.2 * way * longest_step(torque, x)) * tangent(torque, x));
    }
    return out;
  };
  const auto ahead = side(1.0), behind = side(-1.0);
  std::vector<Dq<double>> out(behind.rbegin(), behind.rend());
  out.insert(out.end(), ahead.begin() + 1, ahead.end());
  return out;
}

Machine at_field_current(const Machine& m, double i_f) {
  const auto& c = std::get<Excited<double>>(m.model.circuit);
  dq_machine::Model<double> fixed{.common = m.model.common, .circuit = {}};
  fixed.circuit = Synchronous<double>{
      .magnetics = magnetics::Linear<double>{.L_d = c.L_d, .L_q = c.L_q, .psi_f = c.L_m * i_f}};
  return prepare(fixed, m.temperatures, m.limits, m.aim);
}

}  // namespace evsim::operating_points
