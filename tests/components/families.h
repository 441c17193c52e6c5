// One machine of each kind that is sized from shares, as the garage has them.
#pragma once

#include <vector>

#include "sim/components/machine_dq.h"
#include "sim/components/operating_points.h"
#include "tests/components/scalars.h"

namespace evsim::test {

struct Family {
  const char* name;
  machine_dq::Params<double> params;
  machine::Envelope<double> envelope;
  double copper, iron;  // shares of P_peak at the base point

  double omega_b() const { return envelope.P_peak / envelope.tau_peak; }
  double u_max() const { return 0.95 * envelope.U_ref / sqrt(3.0); }
};

inline std::vector<Family> families() {
  const machine_dq::Shares<double> car{.n_p = 4,
                                       .copper = 0.05,
                                       .hysteresis = 0.0025,
                                       .eddy = 0.003,
                                       .friction = 8e-4,
                                       .windage = 2e-5};
  const machine_dq::Shares<double> hub{
      .n_p = 15, .copper = 0.2, .hysteresis = 0.01, .eddy = 0.01, .friction = 0.005};
  machine_dq::Shares<double> cage = car;
  cage.n_p = 2;
  const machine::Envelope<double> large{
      .tau_peak = 400.0, .P_peak = 220e3, .omega_max = 2200.0, .U_ref = 400.0};
  const machine::Envelope<double> small{
      .tau_peak = 48.0, .P_peak = 2.4e3, .omega_max = 105.0, .U_ref = 55.0};
  using namespace machine_dq;
  return {{"magnets", SynchronousFamily<double>{car, 1.6, 2.0, -0.0011}, large, 0.05, 0.0055},
          {"hub", SynchronousFamily<double>{hub, 1.9, 1.0, -0.0011}, small, 0.2, 0.02},
          {"field winding", ExcitedFamily<double>{car, 1.6, 0.7, 0.008, 20.0, 0.1}, large, 0.05,
           0.0055},
          {"cage", InductionFamily<double>{cage, 0.025, 0.012, 1.6}, large, 0.05 + 0.012, 0.0055}};
}

inline operating_points::Machine points_of(const Family& f) {
  const auto m = machine_dq::prepare(f.params, f.envelope);
  return operating_points::prepare(m.model, {machine_dq::kWarm, machine_dq::kWarm},
                                   {.I_max = m.I_max, .I_f_max = m.I_f_max});
}

}  // namespace evsim::test
