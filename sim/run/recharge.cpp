// Energy from the outlet that brings the battery back to a state of charge.
//   p_DC = eta P_AC,  at most what the battery takes;   dE_AC/dSOC = Q u / eta
// Charging takes hours, so the polarisation is at rest: u = OCV + (R_0 + R_1) i. The integral over SOC is
// taken by Gauss-Legendre rules on equal parts: no step control, the same bits everywhere.
#include "sim/run/result.h"

namespace evsim {
namespace {

constexpr int kParts = 64;  // finer than any OCV table

// Terminal energy per SOC while charging with a power [J].
double energy_per_SOC(const battery_pack::Model<double>& p, double T, double SOC, double p_DC) {
  const battery_pack::State<double> x{.SOC = SOC, .u_1 = 0.0};
  const auto at_rest = battery_pack::source(p, x, T);
  const battery_pack::Source<double> slow{.U_0 = at_rest.U_0, .R = at_rest.R + p.R_1};
  const double most = battery_pack::power_limits(p, x, at_rest, T).charge;
  const auto t = battery_pack::terminals(slow, -min(p_DC, most));
  return p.Q * t.u;
}
double energy_per_SOC(const battery_constant_efficiency::Params<double>& p, double, double,
                      double) {
  return p.energy / p.efficiency;
}

}  // namespace

double recharge_energy(const car::Params<double>& vehicle, double T_battery, double SOC_from,
                       double SOC_to) {
  const double p_DC = vehicle.charger.efficiency * vehicle.charger.P_AC;
  const double part = (SOC_to - SOC_from) / kParts;
  const double node = 0.28867513459481287 * part;  // 1 / (2 sqrt 3): two-point Gauss-Legendre
  const battery::Model<double> battery = battery::prepare(vehicle.battery);
  double E_DC = 0.0;
  for (int i = 0; i < kParts; ++i) {
    const double middle = SOC_from + (i + 0.5) * part;
    for (const double SOC : {middle - node, middle + node})
      E_DC += 0.5 * part *
              std::visit([&](const auto& b) { return energy_per_SOC(b, T_battery, SOC, p_DC); },
                         battery);
  }
  return E_DC / vehicle.charger.efficiency;
}

}  // namespace evsim
