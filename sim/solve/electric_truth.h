// The electric drive between two instants by ERKStep (SUNDIALS), with error control: the truth that the steps of
// electric_step.h are measured against. Machines, DC node, motion and the rows of the books are one vector, with
// the same equations (electric_drive.h) but no line for the node's voltage.
#pragma once

#include <memory>
#include <variant>

#include "sim/vehicle/device_legs.h"
#include "sim/vehicle/foreseen_shafts.h"
#include "sim/vehicle/rigid_driveline.h"

namespace evsim {

class ElectricTruth {
 public:
  using Held =
      std::variant<const electric_drive::Held<double>*, const electric_drive::DeviceHeld<double>*>;
  using Behind = std::variant<const RigidDriveline<double>*, const ForeseenShafts<double>*>;

  // rtol: relative tolerance of all states [-].
  ElectricTruth(int n_units, double rtol);
  ~ElectricTruth();
  ElectricTruth(ElectricTruth&&) noexcept;
  ElectricTruth& operator=(ElectricTruth&&) noexcept;

  // Advances y by h [s], and q by what it moved. R_source: of the battery, without held.R_beside [Ohm]. Throws
  // SimulationError.
  void advance(const electric_drive::Model<double>& m, Held held, Behind behind, double R_source,
               double h, electric_drive::State<double>& y, electric_drive::Rows<double>& q);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evsim
