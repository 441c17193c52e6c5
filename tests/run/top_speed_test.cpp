// Every shipped machine at its top speed: a tick of the electric step has the machine's own eigenvalues.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <filesystem>

#include "sim/components/machine_dq.h"
#include "sim/io/reader.h"
#include "sim/solve/electric_step.h"
#include "sim/vehicle/car.h"
#include "tests/solve/electric_cases.h"

namespace evsim {
namespace {

namespace fs = std::filesystem;
using electric_cases::Model;
using electric_cases::Shaft;
using Vec = Eigen::Vector4d;  // fluxes of stator and rotor, in rotor coordinates [Vs]
using Mat = Eigen::Matrix4d;
using Values = Eigen::Vector4cd;

constexpr double kU = 400.0;  // [V]

dq_machine::Temperatures<double> warm() { return {machine_dq::kWarm, machine_dq::kWarm}; }

// Of f by differences of a tenth [Vs]: exact to rounding where f is linear.
template <class F> Mat slope(F f) {
  const Vec zero = f(Vec::Zero());
  Mat out;
  for (int k = 0; k < 4; ++k) out.col(k) = 10.0 * (f(0.1 * Vec::Unit(k)) - zero);
  return out;
}

// d psi_s/dt = u - R_s i_s - j omega_e psi_s,  d psi_r/dt = u_r - R_r i_r, of the machine's own currents.
Vec rate(const dq_machine::Model<double>& m, double omega_e, const Vec& x) {
  const double R = dq_machine::stator_resistance(m.common, omega_e, warm().winding);
  return std::visit(
      [&](const auto& c) -> Vec {
        const auto i = dq_machine::currents(c, Dq<double>{x[0], x[1]}, {x[2], x[3]}, warm());
        const auto r = dq_machine::rotor_rates(c, i.r, 0.0, warm()).rate;
        return {-R * i.s.d + omega_e * x[1], -R * i.s.q - omega_e * x[0], r.x, r.y};
      },
      m.circuit);
}

// x after a tick with the vector s over the DC voltage held, in so many times its steps.
Vec ticked(const Model& m, double omega, double T_s, const Ab<double>& s, const Vec& x,
           int finer = 1) {
  auto h = electric_cases::held(kU);
  h.units[0].temperatures = warm();
  h.units[0].s = s;
  auto y = electric_cases::at_rest(m, kU, omega, 0.0);
  y.units[0].psi = {x[0], x[1]};
  y.units[0].rotor = {x[2], x[3]};
  electric_cases::Rows q{};
  auto steps = electric_step::steps(m, {m.units[0].machine.common.n_p * omega}, T_s);
  steps.n *= finer;
  const auto w = dc_node::weights(m.node, 0.0, T_s / steps.n);
  electric_step::advance<1>(m, h, Shaft{}, w, steps, 0.0, y, q);
  const Dq<double> psi = to_rotor(y.units[0].psi, angle(y.units[0].theta_e));
  return {psi.d, psi.q, y.units[0].rotor.x, y.units[0].rotor.y};
}

// Largest distance of a value to the nearest that is not taken.
double distance(const Values& a, Values b) {
  double worst = 0.0;
  for (int k = 0; k < 4; ++k) {
    int nearest = k;
    for (int n = k + 1; n < 4; ++n)
      if (std::abs(b[n] - a[k]) < std::abs(b[nearest] - a[k])) nearest = n;
    std::swap(b[k], b[nearest]);
    worst = std::max(worst, std::abs(b[k] - a[k]));
  }
  return worst;
}

void expect_exact(const std::string& name, const drive_unit::Params<double>& unit) {
  const auto machine = machine_dq::prepare(unit.machine.dq, unit.machine.envelope).model;
  const double omega = unit.machine.envelope.omega_max, omega_e = machine.common.n_p * omega;
  const double T_s = 1.0 / ((unit.control.update == motor_control::Update::twice ? 2.0 : 1.0) *
                            unit.inverter.f_sw);
  const Mat A = slope([&](const Vec& x) { return rate(machine, omega_e, x); });
  const Vec far(0.1, -0.2, 0.3, 0.1);
  const bool linear =
      (rate(machine, omega_e, far) - rate(machine, omega_e, Vec::Zero()) - A * far).norm() <=
      1e-9 * (A * far).norm();
  Values of_A = A.eigenvalues();
  for (auto& value : of_A) value = std::exp(T_s * value);
  Model m = electric_cases::drive(machine.common.n_p, machine.common.R_s, machine.circuit);
  m.units[0].machine = machine;
  for (const Ab<double>& s : {Ab<double>{-0.2, 0.5}, Ab<double>{0.0, 0.0}}) {
    // Without a matrix of its own a machine that saturates has a tick of 64 times the steps.
    const auto tick = [&](int finer) {
      return slope([&](const Vec& x) { return ticked(m, omega, T_s, s, x, finer); }).eigenvalues();
    };
    const Values got = tick(1), exact = linear ? of_A : tick(64);
    EXPECT_LE(distance(got, exact), 1e-6)
        << name << (s.b == 0.0 ? ", short-circuited" : ", motoring") << " at " << omega
        << " rad/s, tick of " << T_s << " s";
  }
}

TEST(TopSpeed, a_tick_has_the_eigenvalues_of_every_shipped_machine) {
  // 1e-6 of damping a tick is 1e-2 1/s: some thousandths of the slowest R_s / L.
  int cars = 0, units = 0;
  for (const auto& entry : fs::directory_iterator(EVSIM_SOURCE_DIR "/vehicles")) {
    if (entry.path().extension() != ".json" || entry.path().stem() == "published") continue;
    const auto car = io::read<car::Params<double>>(entry.path().string()).value;
    ++cars;
    for (int k = 0; k < car.drive_units.size(); ++k, ++units)
      expect_exact(entry.path().stem().string() + "." + car.drive_units.name(k),
                   car.drive_units[k]);
  }
  EXPECT_GE(cars, 19);
  EXPECT_GT(units, cars);
}

}  // namespace
}  // namespace evsim
