// Averaged legs of devices from a data sheet inside a control tick: power_devices.h, averages over a switching
// period. Duties, junction temperatures and the voltage of the energies are held over the tick, so that it begins
// with all that does not change inside it:
//   delta_k = min(t_dead f_sw, d_k, 1 - d_k)                                                  (1)
//   e_k = f_sw (E_on + E_off + E_rr)(x, u_dc, T_j) / (x u_dc),  x = max(|i_k|, I_r)           (2)
// and then in each leg k, s_k = sgn(i_k) smooth:
//   u_s = u (s - vector(s_k delta_k)) - vector(u_error,k)                                     (3)
//   i_dc = 3/2 Re(s conj i_s) + sum (e_k - delta_k) s_k i_k,  p_switching = u sum e_k s_k i_k (4)
// In (2) an energy that is not proportional to current and voltage has the ratio of the tick's start.
#pragma once

#include "sim/vehicle/electric_drive.h"

namespace evsim::electric_drive {

// Of a unit, over a tick.
template <Scalar T> struct TickDevices {
  bool given = false;                     // else its devices are alike
  power_devices::Junctions<T> T_j{};      // [K]
  power_devices::Drops<T> drops{};        // at T_j
  pwm::Duties<T> d{};                     // commanded
  Abc<T> delta{}, e_switching{}, e_rr{};  // (1), (2): of it in the diodes
};

namespace detail {
template <Scalar T> struct LegEnergy {
  T all, rr;  // (2) [-]
};
template <Scalar T> LegEnergy<T> leg_energy(const Unit<T>& m, const T& d, const T& i, const T& u_dc,
                                            const power_devices::Junctions<T>& T_j) {
  const T x = max(abs(i), m.I_ripple);
  const auto e = power_devices::energies(inverter::switching(m.inverter), x, u_dc, T_j);
  const T per = power_devices::switching_frequency(m.inverter.f_sw, d) / (x * u_dc);
  return {.all = per * (e.on + e.off + e.rr), .rr = per * e.rr};
}
}  // namespace detail

// As a tick begins, with phase currents i [A].
template <Scalar T> TickDevices<T> tick_devices(const Unit<T>& m, const pwm::Duties<T>& d,
                                                const Abc<T>& i, const T& u_dc,
                                                const power_devices::Junctions<T>& T_j) {
  const auto& p = m.inverter;
  const auto delta = [&](const T& leg) {
    return power_devices::dead_share(p.dead_time, p.f_sw, leg);
  };
  const auto a = detail::leg_energy(m, d.a, i.a, u_dc, T_j),
             b = detail::leg_energy(m, d.b, i.b, u_dc, T_j),
             c = detail::leg_energy(m, d.c, i.c, u_dc, T_j);
  return {.given = true,
          .T_j = T_j,
          .drops = inverter::drops(p, T_j),
          .d = d,
          .delta = {delta(d.a), delta(d.b), delta(d.c)},
          .e_switching = {a.all, b.all, c.all},
          .e_rr = {a.rr, b.rr, c.rr}};
}

// Devices are over P, currents over T.
template <Scalar P, Scalar T>
DeviceBridge<T> device_bridge(const TickDevices<P>& x, const Ab<T>& i_s, const T& I_ripple) {
  const Abc<T> i = to_phases(i_s);
  const auto leg = [&](const P& d, const P& delta, const T& i_k) {
    return power_devices::leg_drop(x.drops, d, delta, i_k, I_ripple);
  };
  const auto a = leg(x.d.a, x.delta.a, i.a), b = leg(x.d.b, x.delta.b, i.b),
             c = leg(x.d.c, x.delta.c, i.c);
  const Abc<T> size{a.s * i.a, b.s * i.b, c.s * i.c};  // |i|, smooth
  const auto over = [](const auto& w, const Abc<T>& y) {
    return w.a * y.a + w.b * y.b + w.c * y.c;
  };
  const Abc<T> u_T{a.u_T, b.u_T, c.u_T}, u_D{a.u_D, b.u_D, c.u_D};
  const T p_diode = over(u_D, i);
  return {
      .u_error = to_stator(Abc<T>{u_T.a + u_D.a, u_T.b + u_D.b, u_T.c + u_D.c}),
      .dead = to_stator(Abc<T>{a.s * x.delta.a, b.s * x.delta.b, c.s * x.delta.c}),
      .i_switching = over(x.e_switching, size),
      .i_recovery = over(x.e_rr, size),
      .p_conduction = over(u_T, i) + p_diode,
      .p_diode = p_diode,
  };
}

// (3), (4): as the functions of these names in electric_drive.h.
template <Scalar P, Scalar T>
void draw_current(const Unit<P>& m, const Ab<P>& s, const TickDevices<P>& x, UnitFlow<T>& f) {
  f.devices = device_bridge(x, f.i, T(m.I_ripple));
  const Ab<T> given{s.a - f.devices.dead.a, s.b - f.devices.dead.b};
  f.i_dc = 1.5 * (given.a * f.i.a + given.b * f.i.b) + f.devices.i_switching;
}
template <Scalar P, Scalar T>
void apply_voltage(const Ab<P>& s, const T& u, UnitFlow<T>& f, UnitRows<T>& dq) {
  const auto& x = f.devices;
  f.u = {u * (s.a - x.dead.a) - x.u_error.a, u * (s.b - x.dead.b) - x.u_error.b};
  dq.conduction = x.p_conduction;
  dq.switching = u * x.i_switching;
  dq.diode = x.p_diode + u * x.i_recovery;
  dq.arc = T(0.0);
}

// What is held over a tick where a unit has such devices.
template <Scalar T> struct DeviceUnitHeld : UnitHeld<T> {
  TickDevices<T> devices;
};
template <Scalar T> struct DeviceHeld {
  std::array<DeviceUnitHeld<T>, kMaxDriveUnits> units;
  T U_0, R_beside, p_auxiliaries;  // as in Held
};
template <Scalar P, Scalar T>
void draw_current(const Unit<P>& m, const DeviceUnitHeld<P>& held, UnitFlow<T>& f) {
  if (held.devices.given) return draw_current(m, held.s, held.devices, f);
  draw_current(m, static_cast<const UnitHeld<P>&>(held), f);
}
template <Scalar P, Scalar T> void apply_voltage(const Unit<P>& m, const DeviceUnitHeld<P>& held,
                                                 const Terminals<T>& at, UnitFlow<T>& f,
                                                 UnitRows<T>& dq) {
  if (held.devices.given) return apply_voltage(held.s, at.u, f, dq);
  apply_voltage(m, static_cast<const UnitHeld<P>&>(held), at, f, dq);
}

}  // namespace evsim::electric_drive
