// The rules that make a whole car from catalogue figures: each number with the reason that the file and
// docs/new_vehicle.md give for it. All arguments and results are SI. Where a car's own figure is known,
// it replaces the rule.
#pragma once

#include <cmath>

#include "sim/base/constants.h"
#include "sim/io/tyre_size.h"

namespace evsim::io::rules {

// A number that stands where a catalogue is silent, and why it does.
struct Default {
  double value;  // [SI]
  const char* source;
};

inline constexpr double kRpm = kPi / 30.0;  // [rad/s]

// ---- Body ---------------------------------------------------------------------------------------

inline constexpr Default kLoad{450.0,
                               "rule: kerb mass and 450 kg of load; published figures of the "
                               "garage lie between 388 and 585 kg"};
inline constexpr Default kHeight{1.5, "height 1.5 m assumed"};
inline constexpr Default kWheelbase{2.87, "assumed: 2.87 m, the median of the garage"};

inline double frontal_area(double width, double height) { return 0.81 * width * height; }
inline constexpr char kFrontalArea[] =
    "rule: 0.81 width height; 0.83 for the 2.22 m2 of a Tesla Model 3";

inline double cg_height(double height) { return 0.32 * height; }
inline constexpr char kCgHeight[] =
    "rule: 0.32 of the height, pack under the floor; the regression of TUM's vehicle model "
    "(TUMFTM, "
    "Modular Quasi-Static Longitudinal Simulation for BEV) gives 0.28 to 0.34 of it";

inline constexpr Default kFrontLoadFront{0.57, "rule: front drive, motor at the front"};
inline constexpr Default kFrontLoadRear{0.48, "rule: rear drive, motor at the rear"};
inline constexpr Default kFrontLoadAll{0.49, "rule: all-wheel drive, a motor at each axle"};

inline constexpr Default kRollingResistance{
    0.0075,
    "rule: 0.0065, worst tyre of label class A in Regulation (EU) 2020/740, + 0.0010 for bearings, "
    "brakes and road"};

inline constexpr Default kDragOnRoad{
    1.23,
    "rule: 1.23; at 100 km/h B v + C v^2 of the US EPA's coast-downs over 1/2 rho Cd A v^2 of the "
    "catalogue is 1.02 to 1.48, in the mean of eight cars 1.23"};

// ---- Wheels -------------------------------------------------------------------------------------

inline double rolling_radius(const TyreSize& t) { return 3.05 * tyre_diameter(t) / (2.0 * kPi); }
inline constexpr char kRollingRadius[] =
    "rule: 3.05 d / (2 pi), d the diameter by the tyre's size: rolling circumference of radial "
    "tyres, "
    "ETRTO";

inline double wheel_inertia(double radius) { return 1.5 * std::pow(radius / 0.3413, 4.8); }
inline constexpr char kWheelInertia[] =
    "rule: 1.5 kg m2 (r / 0.3413 m)^4.8, through a 19-inch and a 16-inch wheel reckoned from tyre, "
    "rim "
    "and disc";

inline constexpr Default kGrip{1.0,
                               "assumed: low rolling resistance or all-round tyre, dry asphalt"};
inline constexpr Default kSlipStiffness{20.0, "assumed: passenger car tyres lie between 15 and 30"};

// ---- Drive --------------------------------------------------------------------------------------

inline constexpr Default kFrontShare{
    0.4,
    "rule: all-wheel drive, the front machine has 0.4 of power and torque; mean of the four such "
    "cars of the garage: 0.39 and 0.41"};
inline constexpr char kRearShare[] = "rule: figure of both machines less that of the front one";
inline constexpr char kTorqueShare[] =
    "rule: the rear machine drives alone as long as it can, the front one helps";

inline constexpr Default kMachineSpeed{16000.0 * kRpm,
                                       "assumed: 16000 rpm, the median of the garage"};
inline constexpr Default kRatio{9.6, "assumed: 9.6, the median of the garage's single-speed cars"};

inline constexpr double kSpeedReserve = 1.05;  // of the machine's speed over that at top speed
inline double ratio(double machine_speed, double radius, double top_speed) {
  return machine_speed * radius / (kSpeedReserve * top_speed);
}
inline constexpr char kRatioFromTopSpeed[] =
    "rule: the machine's largest speed is reached at 1.05 of the top speed; the garage has 1.00 to "
    "1.16";
inline double machine_speed(double ratio, double radius, double top_speed) {
  return kSpeedReserve * top_speed * ratio / radius;
}
inline constexpr char kMachineSpeedFromRatio[] =
    "rule: 1.05 of the machine's speed at the top speed";

inline double rotor_inertia(double torque, double machine_speed) {
  return 99.0 * torque / (machine_speed * machine_speed);
}
inline constexpr char kRotorInertia[] =
    "rule: 99 m2/s2 tau_peak / omega_max^2; rotors of equal peripheral speed whose volume grows "
    "with "
    "torque, through the measured drive unit of a Chevrolet Bolt (EPA, ALPHA map package, "
    "2023-09-25)";

inline constexpr double kSicFrom = 500.0;  // [V]
inline constexpr char kInverter[] =
    "rule: silicon carbide from 500 V, where IGBTs of 1200 V switch slowly; silicon below, as 8 of "
    "14 "
    "cars of the garage";

// ---- Battery ------------------------------------------------------------------------------------

inline constexpr Default kVoltage{350.0, "assumed: 350 V, as most cars of the garage"};
inline constexpr double kNominalLfp = 3.2, kNominalNmc = 3.65;  // a cell [V]

inline int cells_in_series(double voltage, double of_a_cell) {
  return static_cast<int>(std::lround(voltage / of_a_cell));
}
inline constexpr char kCells[] = ", over the nominal voltage of a cell";
inline constexpr char kCapacity[] =
    " over the nominal voltage of the cells; one large cell stands for those in parallel";

inline constexpr Default kUsable{0.95, "assumed: 95 % of the gross energy usable"};
inline constexpr char kSocEmpty[] =
    " usable of the gross energy; the reserve lies at the empty end";
inline constexpr Default kPackResistance{5e-3, "assumed: 5 mOhm of busbars, contactors and fuse"};
inline constexpr Default kChargeRate{2.0 / 3600.0,
                                     "assumed: 2 C, charged in half an hour"};  // [1/s]
inline constexpr char kChargeCurrent[] =
    "rule: largest charge power over the nominal voltage; over temperature see the table's head";

inline double discharge_power(double machines) { return machines / 0.91; }
inline constexpr char kDischargePower[] =
    "rule: power of the machines at an efficiency of 0.91 at full load";

// ---- The rest -----------------------------------------------------------------------------------

inline constexpr Default kAcPower{11e3, "assumed: 11 kW, three phases of 16 A at 230 V"};
inline double charger_efficiency(double P_AC) { return 0.937 - 220.0 / P_AC; }
inline constexpr char kChargerEfficiency[] =
    "rule: 0.937 - 220 W / P_AC; 0.908 at 7.66 kW measured in a Tesla Model 3 (Wugz, "
    "reddit.com/r/teslamotors, 2020-03-31), 0.903 to 0.937 at 11 kW in four cars (ADAC, 2022)";

inline constexpr Default kAuxiliaries{
    300.0,
    "rule: 300 W, heating and cooling off; 210 to 260 W measured in a Tesla Model 3 at rest, "
    "awake (Wugz, reddit.com/r/teslamotors, 2020-03-31), and 65 W for pumps and steering"};

inline constexpr Default kRegeneration{
    2.45, "assumed: 0.25 g, what brakes by wire leave to the machines of one axle"};
inline constexpr Default kRegenerationZero{4.0 / 3.6, "assumed: friction brakes from 4 km/h on"};
inline constexpr Default kRegenerationFull{10.0 / 3.6, "assumed: fades out over 6 km/h"};

}  // namespace evsim::io::rules
