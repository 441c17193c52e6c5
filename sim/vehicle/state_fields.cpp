#include "sim/vehicle/state_fields.h"

namespace evsim::car {

std::vector<StateField> state_fields(const Model<double>& m) {
  std::vector<StateField> out{
      {"v", Dim::speed, 1.0, RateGroup::mechanical},
      {"x", Dim::length, 100.0, RateGroup::mechanical},
      {"altitude", Dim::length, 10.0, RateGroup::mechanical},
      {"SOC", Dim::none, 0.1, RateGroup::battery},
      {"u_1", Dim::voltage, 1.0, RateGroup::battery},
      {"driver", Dim::acceleration, 0.1, RateGroup::control},
  };
  for (int k = 0; k < m.drive_units.size(); ++k)
    out.push_back({"drive_units." + m.drive_units.name(k) + ".tau", Dim::torque, 10.0,
                   RateGroup::mechanical});
  return out;
}

}  // namespace evsim::car
