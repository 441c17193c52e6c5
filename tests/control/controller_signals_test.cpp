#include "sim/control/controller_signals.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/control/motor_control.h"
#include "sim/control/vcu.h"
#include "sim/vehicle/layout.h"

namespace evsim::controller {
namespace {

// The described members follow one another and fill the struct: none is missing, and the order is that of the
// header.
template <class Struct> void describes_all_of() {
  Struct s{};
  const char* next = reinterpret_cast<const char*>(&s);
  std::set<std::string_view> names;
  fields(s, [&](const auto& member, const Field& f) {
    EXPECT_EQ(reinterpret_cast<const char*>(&member), next) << f.name;
    next = reinterpret_cast<const char*>(&member) + sizeof member;
    EXPECT_TRUE(names.insert(f.name).second) << f.name;
    EXPECT_FALSE(f.doc.empty()) << f.name;
  });
  EXPECT_EQ(next, reinterpret_cast<const char*>(&s) + sizeof s);
}

TEST(ControllerSignals, the_descriptions_hold_every_member_of_the_header) {
  describes_all_of<evsim_motor_control_config>();
  describes_all_of<evsim_motor_control_inputs>();
  describes_all_of<evsim_motor_control_outputs>();
  describes_all_of<evsim_vcu_config>();
  describes_all_of<evsim_vcu_inputs>();
  describes_all_of<evsim_vcu_outputs>();
  describes_all_of<evsim_bms_config>();
  describes_all_of<evsim_bms_inputs>();
  describes_all_of<evsim_bms_outputs>();
  describes_all_of<evsim_brake_config>();
  describes_all_of<evsim_brake_inputs>();
  describes_all_of<evsim_brake_outputs>();
}

TEST(ControllerSignals, the_header_s_numbers_are_those_of_the_simulation) {
  EXPECT_EQ(EVSIM_UNITS, kMaxDriveUnits);
  EXPECT_EQ(EVSIM_WHEELS, static_cast<int>(kWheels));
  EXPECT_EQ(static_cast<double>(battery_pack::Limit::state_of_charge), 4.0);
  // "reason" of both roles runs to 8.
  EXPECT_EQ(motor_control::kReasonNames.size(), 9U);
  EXPECT_EQ(torque_limits::kReasons, 9U);
}

}  // namespace
}  // namespace evsim::controller
