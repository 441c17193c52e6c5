#include "sim/components/power_devices.h"

#include <memory>
#include <stdexcept>
#include <vector>

namespace evsim::power_devices {
namespace {

Table1<double> table(std::vector<double> x, std::vector<double> y, Edge edge) {
  return Table1<double>(std::make_shared<const Table1Data>(std::move(x), std::move(y), edge));
}

// ---- Side by side ---------------------------------------------------------------------------------

EnergyLaw<double> parallel(const EnergyLaw<double>& p, double n) {
  EnergyLaw<double> out = p;
  out.E_on *= n, out.E_off *= n, out.E_rr *= n, out.I_ref *= n;
  return out;
}
Table1<double> parallel(const Table1<double>& p, double n) {
  std::vector<double> x = p.data()->axis().knots(), y = p.data()->values();
  for (double& each : x) each *= n;
  for (double& each : y) each *= n;
  return table(std::move(x), std::move(y), p.data()->edge());
}
EnergyCurves<double> parallel(const EnergyCurves<double>& p, double n) {
  return {.E_on = parallel(p.E_on, n), .E_off = parallel(p.E_off, n), .E_rr = parallel(p.E_rr, n)};
}
template <class D> D parallel(const D& p, double n) {
  D out = p;
  out.R_T /= n, out.R_D /= n;
  std::visit([&](const auto& law) { out.switching.energies = parallel(law, n); },
             p.switching.energies);
  return out;
}
Foster<double> parallel(const Foster<double>& p, double n) {
  Foster<double> out = p;
  for (double& R : out.R) R /= n;
  return out;
}

// ---- Steady operation -----------------------------------------------------------------------------

// Slopes over the temperature of laws that are linear in it.
constexpr double kFar = 100.0;  // [K]
double slope(double cold, double hot) { return (hot - cold) / kFar; }

struct Curves {
  std::vector<double> I, transistor, diode;  // [A], [W]
};
// Switching losses of three legs over the amplitude; means over a quarter wave by the midpoint rule.
Curves curves(const Switching<double>& p, const Gating<double>& g, double u_dc, double I_max,
              const Junctions<double>& T_j) {
  constexpr int kKnots = 48, kPoints = 24;
  constexpr double kQuarter = 1.5707963267948966;
  Curves out;
  for (int k = 0; k <= kKnots; ++k) {
    const double I = I_max * k / kKnots;
    double transistor = 0.0, diode = 0.0;
    for (int j = 0; j < kPoints; ++j) {
      const double i = I * cos(kQuarter * (j + 0.5) / kPoints);
      // Within the ripple a leg's mean |i| fades, and with it what a curve has at no current.
      const double s = pwm::smooth_sign(i, g.I_ripple);
      const Energies<double> e = energies(p, s * i, u_dc, T_j);
      transistor += e.on + e.off, diode += e.rr;
    }
    const double scale = 3.0 * g.f_sw / kPoints;
    out.I.push_back(I);
    out.transistor.push_back(scale * transistor);
    out.diode.push_back(scale * diode);
  }
  return out;
}

void check_settles(const SteadyDevice<double>& p, double I, double P_sw, const char* which) {
  // All of the current in one of the two.
  const double B = p.U_slope * I * 1.9 + p.R_slope * 1.5 * I * I + p.E_slope * P_sw;
  if (p.R_th * B < 6.0) return;
  throw std::invalid_argument(std::string("at the machine's largest current the ") + which +
                              "s do not settle: each kelvin causes more loss than the ladder "
                              "leads away");
}

}  // namespace

Device<double> parallel(const Device<double>& p, int n) {
  if (n == 1) return p;
  return std::visit([&](const auto& d) { return Device<double>(parallel(d, double(n))); }, p);
}
Cooling<double> parallel(const Cooling<double>& p, int n) {
  return {.transistor = parallel(p.transistor, double(n)),
          .diode = parallel(p.diode, double(n)),
          .T_coolant = p.T_coolant};
}

SteadyBridge<double> steady_bridge(const Device<double>& p, const Cooling<double>& cooling,
                                   const Gating<double>& g, double u_dc, double I_max) {
  const double T = cooling.T_coolant;
  const Junctions<double> T_cold{T, T}, T_hot{T + kFar, T + kFar};
  const Drops<double> cold = drops(p, T_cold), hot = drops(p, T_hot);
  const Switching<double>& sw = switching(p);
  const double rising_T = 1.0 + sw.alpha_E * (T - sw.T_ref),
               rising_D = 1.0 + sw.alpha_rr * (T - sw.T_ref);
  Curves c = curves(sw, g, u_dc, I_max, T_cold);
  SteadyBridge<double> out;
  out.transistor = {.U = cold.U_T,
                    .R = cold.R_T,
                    .U_slope = slope(cold.U_T, hot.U_T),
                    .R_slope = slope(cold.R_T, hot.R_T),
                    .E_slope = sw.alpha_E / rising_T,
                    .R_th = resistance(cooling.transistor),
                    .P_sw = {}};
  out.diode = {.U = cold.U_D,
               .R = cold.R_D,
               .U_slope = slope(cold.U_D, hot.U_D),
               .R_slope = slope(cold.R_D, hot.R_D),
               .E_slope = sw.alpha_rr / rising_D,
               .R_th = resistance(cooling.diode),
               .P_sw = {}};
  out.rectification = cold.rectification;
  out.u_dc = u_dc;
  out.delta = g.t_dead * g.f_sw;
  out.T_coolant = T;
  check_settles(out.transistor, I_max, c.transistor.back(), "transistor");
  if (cold.rectification == Rectification::diode)
    check_settles(out.diode, I_max, c.diode.back(), "diode");
  out.transistor.P_sw = table(c.I, std::move(c.transistor), Edge::extrapolate);
  out.diode.P_sw = table(std::move(c.I), std::move(c.diode), Edge::extrapolate);
  return out;
}

}  // namespace evsim::power_devices
