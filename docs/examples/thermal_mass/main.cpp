// The component alone: a machine that loses 1.5 kW warms up over an hour, in steps of 10 s by the
// classical Runge-Kutta scheme. The closed form stands beside it.
#include <cstdio>

#include "sim/base/elementary.h"
#include "sim/components/thermal_mass.h"

namespace thermal_mass = evsim::thermal_mass;

int main() {
  const thermal_mass::Params<double> machine{.heat_capacity = 40e3, .conductance = 20.0};
  const thermal_mass::Inputs<double> in{.p_loss = 1500.0, .T_air = 296.15};
  const double h = 10.0;  // [s]
  const double T_end = in.T_air + in.p_loss / machine.conductance;
  const double tau = machine.heat_capacity / machine.conductance;  // [s]
  const auto rate = [&](double T_body) {
    return thermal_mass::derivatives(machine, thermal_mass::State<double>{T_body}, in).T_body;
  };

  double T_body = in.T_air;
  for (int step = 0; step < 360; ++step) {
    const double a = rate(T_body), b = rate(T_body + 0.5 * h * a), c = rate(T_body + 0.5 * h * b),
                 d = rate(T_body + h * c);
    T_body += h / 6.0 * (a + 2.0 * (b + c) + d);
  }
  const double exact = T_end + (in.T_air - T_end) * evsim::exp(-3600.0 / tau);
  std::printf("after an hour %.4f degC, closed form %.4f degC\n", T_body - 273.15, exact - 273.15);
  return evsim::abs(T_body - exact) < 1e-6 ? 0 : 1;
}
