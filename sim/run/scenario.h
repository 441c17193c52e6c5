// A scenario: where the car starts, what surrounds it, who drives, what happens on the way, what is
// recorded and which limits must hold.
#pragma once

#include <concepts>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/fields.h"
#include "sim/components/road.h"
#include "sim/components/trailer.h"
#include "sim/control/chassis_control.h"
#include "sim/control/driver.h"
#include "sim/control/path_driver.h"
#include "sim/control/steering_program.h"
#include "sim/run/course.h"

namespace evsim::scenario {

template <class P, class Struct>
concept described_as = std::same_as<std::remove_const_t<P>, Struct>;

// ---- Level --------------------------------------------------------------------------------------

// Which models the electric drive is made of.
enum class Level : int {
  energy,   // loss maps, a lag of the torque
  drive,    // machines in dq, averaging inverters, sampled motor control
  waveform  // the same with switching inverters
};
inline constexpr std::array<std::string_view, 3> kLevelNames{"energy", "drive", "waveform"};
constexpr std::span<const std::string_view> enum_names(Level) { return kLevelNames; }

// What the car is behind the shafts of its machines.
enum class Chassis : int {
  longitudinal,  // one mass
  multi_body     // body, wheels, tyres and shafts, at the levels drive and waveform
};
inline constexpr std::array<std::string_view, 2> kChassisNames{"longitudinal", "multi_body"};
constexpr std::span<const std::string_view> enum_names(Chassis) { return kChassisNames; }

// ---- Test mass ----------------------------------------------------------------------------------

struct KerbPlus {
  static constexpr std::string_view kType = "kerb_plus";
  static constexpr std::string_view kDoc = "kerb mass and a payload (driver, load)";
  double payload = 75.0;  // [kg]
};
template <class P, class V>
  requires described_as<P, KerbPlus>
constexpr void describe(P& p, V&& field) {
  field(p.payload,
        Field{"payload", Dim::mass, not_negative, "driver and load on top of the kerb mass"});
}

// WLTP test mass: running order (kerb + 75 kg driver) + 25 kg + 15 % of the largest load.
// Source: UN Global Technical Regulation No. 15, definitions of masses (category M).
struct Wltp {
  static constexpr std::string_view kType = "wltp";
  static constexpr std::string_view kDoc =
      "kerb + 75 kg + 25 kg + 15 % of the largest load (GTR 15)";
};
template <class P, class V>
  requires described_as<P, Wltp>
constexpr void describe(P&, V&&) {}

struct Fixed {
  static constexpr std::string_view kType = "fixed";
  static constexpr std::string_view kDoc = "a mass of its own, whatever the vehicle's";
  double mass = kRequired;  // [kg]
};
template <class P, class V>
  requires described_as<P, Fixed>
constexpr void describe(P& p, V&& field) {
  field(p.mass, Field{"mass", Dim::mass, positive, "mass of the car as driven"});
}
// Equivalent test weight of the US EPA where the vehicle file has it: a class, loaded weight with 300 lb.
// Source: 40 CFR 86.129, 1066.805.
struct Epa {
  static constexpr std::string_view kType = "epa";
  static constexpr std::string_view kDoc =
      "equivalent test weight of the vehicle file, else kerb + 300 lb (40 CFR 86.129)";
};
template <class P, class V>
  requires described_as<P, Epa>
constexpr void describe(P&, V&&) {}

// Load of the tests of acceleration, top speed and climbing: all of the payload up to 180 kg, 180 kg up to
// 360 kg, beyond that half of it. Source: ISO 8715, GB/T 18385, as GB/T 18386's additional mass is quoted
// in the notice of China's ministry of finance on new energy vehicles, 2015-01.
struct Iso8715 {
  static constexpr std::string_view kType = "iso_8715";
  static constexpr std::string_view kDoc =
      "kerb + the payload up to 180 kg, from 360 kg on half of it (ISO 8715, GB/T 18385)";
};
template <class P, class V>
  requires described_as<P, Iso8715>
constexpr void describe(P&, V&&) {}
using TestMass = std::variant<KerbPlus, Wltp, Iso8715, Epa, Fixed>;

// ---- Start --------------------------------------------------------------------------------------

struct Initial {
  double SOC = 0.8;
  bool full = false;          // at the upper end of the usable window, whatever SOC says
  double T_battery = 296.15;  // [K]
  double T_machine = 353.15;  // of machines [K]
  double v = 0.0;             // [m/s]
  bool steady = false;        // torques and RC voltage as if driven at v for long
};
template <class P, class V>
  requires described_as<P, Initial>
constexpr void describe(P& p, V&& field) {
  field(p.SOC, Field{"SOC", Dim::none, fraction, "state of charge"});
  field(p.full, Field{"full", Dim::none, any_value,
                      "at the upper end of the battery's usable window, whatever SOC says"});
  field(p.T_battery, Field{"T_battery", Dim::temperature, between(223.15, 343.15),
                           "cell temperature, constant at this level"});
  field(
      p.T_machine,
      Field{
          "T_machine", Dim::temperature, between(223.15, 523.15),
          "windings and magnets, from the level drive on; junctions of inverters have their own"});
  field(p.v, Field{"v", Dim::speed, any_value, "speed"});
  field(p.steady, Field{"steady", Dim::none, any_value,
                        "torque and polarisation as if driven at v for long"});
}

struct Environment {
  double T_air = 296.15;  // [K]
  double altitude = 0.0;  // [m]
  double wind = 0.0;      // from ahead [m/s]
  double grade = 0.0;     // rise over horizontal run [-]
};
template <class P, class V>
  requires described_as<P, Environment>
constexpr void describe(P& p, V&& field) {
  field(p.T_air, Field{"T_air", Dim::temperature, between(213.15, 333.15), "air temperature"});
  field(p.altitude, Field{"altitude", Dim::length, between(-500, 6000), "above sea level"});
  field(p.wind, Field{"wind", Dim::speed, between(-60, 60), "from ahead"});
  field(p.grade, Field{"grade", Dim::none, between(-1, 1),
                       "rise over horizontal run, added to that of the cycle"});
}

// The road of the chassis multi_body; its height is that of grade, bumps and roughness, on top of the plane that
// the grade of environment and cycle tilts.
struct Road {
  double friction = road::kDry;  // over that of a dry road [-]
  FileName path;                 // CSV with x, y; none: straight ahead
  bool closed = false;
  Table1<double> grade, crossfall;  // [-] over station [m]
  std::vector<road::Patch> patches;
  std::vector<road::Bump> bumps;
  road::Roughness roughness;
};
template <class P, class V>
  requires described_as<P, Road>
constexpr void describe(P& p, V&& field) {
  const Axis station{"station", Dim::length};
  field(p.friction, Field{"friction", Dim::none, between(0.001, 3),
                          "over that of a dry road: 0.76 wet, 0.35 snow, 0.12 ice"});
  field(p.path, Field{"path", Dim::none, any_value, "CSV with x and y; left out: straight ahead"});
  field(p.closed,
        Field{"closed", Dim::none, any_value, "the path's last point leads to its first"});
  field(p.grade, Field1{"grade", Dim::none, between(-1, 1), "rise along the path", station, true});
  field(p.crossfall,
        Field1{"crossfall", Dim::none, between(-1, 1),
               "rise across the path, > 0 where the left side lies higher", station, true});
  field(p.patches, Group{"patches", "friction of its own; a later one lies over an earlier one"});
  field(p.bumps, Group{"bumps", "speed bumps"});
  field(p.roughness, Group{"roughness", "random profile"});
}

// What the chassis multi_body tows.
struct NoTrailer {
  static constexpr std::string_view kType = "none";
  static constexpr std::string_view kDoc = "nothing";
};
template <class P, class V>
  requires described_as<P, NoTrailer>
constexpr void describe(P&, V&&) {}
struct OneAxle {
  static constexpr std::string_view kType = "one_axle";
  static constexpr std::string_view kDoc = "a trailer of one axle on a ball hitch, without brakes";
  trailer::Params<double> params;
  FileName tyre;
};
template <class P, class V>
  requires described_as<P, OneAxle>
constexpr void describe(P& p, V&& field) {
  describe(p.params, field);
  field(p.tyre, Field{"tyre", Dim::none, any_value, "tyre property file (.tir) of its wheels"});
}
using Trailer = std::variant<NoTrailer, OneAxle>;

// Who turns the hand wheel.
struct Straight {
  static constexpr std::string_view kType = "straight";
  static constexpr std::string_view kDoc = "holds it at an angle";
  double angle = 0.0;  // > 0 to the left [rad]
};
template <class P, class V>
  requires described_as<P, Straight>
constexpr void describe(P& p, V&& field) {
  field(p.angle, Field{"angle", Dim::angle, any_value, "of the hand wheel, > 0 to the left"});
}
struct Program {
  static constexpr std::string_view kType = "program";
  static constexpr std::string_view kDoc = "open loop: a course of the hand wheel over time";
  steering_program::Params<double> course;
  double for_ratio = kInfinity;  // infinite: angles are the hand wheel's, whatever the ratio [-]
};
template <class P, class V>
  requires described_as<P, Program>
constexpr void describe(P& p, V&& field) {
  describe(p.course, field);
  field(p.for_ratio,
        Field{"for_ratio", Dim::none, positive,
              "steering ratio that the angles are meant for: hand wheels and handlebars of another "
              "ratio turn as the road wheels then do; left out: angles are the hand wheel's"});
}
// The rest of path_driver.h follows from the vehicle.
struct AlongPath {
  static constexpr std::string_view kType = "path";
  static constexpr std::string_view kDoc = "a driver who follows the road's path with preview";
  double preview_time = 1.0;      // [s]
  double preview_distance = 3.0;  // [m]
  double gain = 1.0;
  double reaction_time = 0.15;  // [s]
  double rate_max = 10.0;       // [rad/s]
};
template <class P, class V>
  requires described_as<P, AlongPath>
constexpr void describe(P& p, V&& field) {
  field(p.preview_time,
        Field{"preview_time", Dim::time, not_negative, "that the driver looks ahead"});
  field(p.preview_distance, Field{"preview_distance", Dim::length, positive, "added to it"});
  field(p.gain, Field{"gain", Dim::none, not_negative, "1: the arc that ends on the path"});
  field(p.reaction_time, Field{"reaction_time", Dim::time, positive, "of mind and arms"});
  field(p.rate_max, Field{"rate_max", Dim::angular_speed, positive, "of the hand wheel"});
}
using Steer = std::variant<Straight, Program, AlongPath>;

// ---- Drivers ------------------------------------------------------------------------------------

// Columns of a cycle file, SI. grade may be empty.
struct Trace {
  std::vector<double> t, v, grade;         // speed trace
  std::vector<double> accelerator, brake;  // pedal trace, 0..1
};

struct Exact {
  static constexpr std::string_view kType = "exact";
  static constexpr std::string_view kDoc = "follows the trace exactly as long as the drive can";
  FileName cycle;
};
template <class P, class V>
  requires described_as<P, Exact>
constexpr void describe(P& p, V&& field) {
  field(p.cycle, Field{"cycle", Dim::none, any_value, "CSV with t and v, optional grade"});
}

// When a test on a trace is over: the car is slower than asked for by more than an error, for some time.
struct BreakOff {
  double error = kInfinity;  // [m/s]
  double after = 4.0;        // [s]
};
template <class P, class V>
  requires described_as<P, BreakOff>
constexpr void describe(P& p, V&& field) {
  field(p.error, Field{"break_off_error", Dim::speed, positive,
                       "the run ends when the car is slower than the trace by more than this"});
  field(p.after, Field{"break_off_after", Dim::time, not_negative, "for longer than this"});
}

struct Follow {
  static constexpr std::string_view kType = "follow";
  static constexpr std::string_view kDoc = "PI control with feed-forward and preview";
  FileName cycle;
  int repeat = 1;  // times that the cycle is driven
  BreakOff break_off = {};
  driver::Gains<double> gains;
  double preview = 0.0;  // [s]
  double rate = 0.0;     // of a sampled driver and control unit [Hz]; 0: continuous
  double delay = 0.0;    // of their outputs when sampled [s]
};
template <class P, class V>
  requires described_as<P, Follow>
constexpr void describe(P& p, V&& field) {
  field(p.cycle, Field{"cycle", Dim::none, any_value, "CSV with t and v, optional grade"});
  field(p.repeat, Field{"repeat", Dim::none, between(1, 1000),
                        "times that the cycle is driven; an empty battery ends it earlier"});
  describe(p.break_off, field);
  describe(p.gains, field);
  field(p.preview, Field{"preview", Dim::time, between(0, 10), "the trace is read this far ahead"});
  field(p.rate, Field{"rate", Dim::frequency, between(0, 1e4),
                      "of a sampled driver and control unit; 0: continuous"});
  field(p.delay, Field{"delay", Dim::time, between(0, 1), "of the sampled outputs"});
}

struct Pedals {
  static constexpr std::string_view kType = "pedals";
  static constexpr std::string_view kDoc = "accelerator and brake over time";
  FileName pedals;
};
template <class P, class V>
  requires described_as<P, Pedals>
constexpr void describe(P& p, V&& field) {
  field(p.pedals, Field{"pedals", Dim::none, any_value, "CSV with t, accelerator and brake"});
}

struct FullThrottle {
  static constexpr std::string_view kType = "full_throttle";
  static constexpr std::string_view kDoc = "accelerator down until a speed or time";
  double until_v = kInfinity;   // [m/s]
  double until_a = 0.0;         // [m/s2]
  double duration = kRequired;  // at most [s]
};
template <class P, class V>
  requires described_as<P, FullThrottle>
constexpr void describe(P& p, V&& field) {
  field(p.until_v, Field{"until_v", Dim::speed, positive, "ends at this speed"});
  field(p.until_a, Field{"until_a", Dim::acceleration, not_negative,
                         "ends at the largest speed: when the acceleration falls below this"});
  field(p.duration, Field{"duration", Dim::time, positive, "ends at the latest after this"});
}

struct ByHand {
  static constexpr std::string_view kType = "by_hand";
  static constexpr std::string_view kDoc =
      "no pedal until a command holds one: override of driver.accelerator, driver.brake";
  double duration = kRequired;  // [s]
};
template <class P, class V>
  requires described_as<P, ByHand>
constexpr void describe(P& p, V&& field) {
  field(p.duration, Field{"duration", Dim::time, positive, "ends after this"});
}

struct CoastDown {
  static constexpr std::string_view kType = "coast_down";
  static constexpr std::string_view kDoc = "no pedal until a speed; its resistance is fitted";
  double until_v = kRequired;   // [m/s]
  double duration = kRequired;  // at most [s]
};
template <class P, class V>
  requires described_as<P, CoastDown>
constexpr void describe(P& p, V&& field) {
  field(p.until_v, Field{"until_v", Dim::speed, not_negative, "ends below this speed"});
  field(p.duration, Field{"duration", Dim::time, positive, "ends at the latest after this"});
}

struct ConstantSpeed {
  static constexpr std::string_view kType = "constant_speed";
  static constexpr std::string_view kDoc = "holds a speed";
  double v = kRequired;         // [m/s]
  double duration = kRequired;  // [s]
  driver::Gains<double> gains;
};
template <class P, class V>
  requires described_as<P, ConstantSpeed>
constexpr void describe(P& p, V&& field) {
  field(p.v, Field{"v", Dim::speed, not_negative, "speed to hold"});
  field(p.duration, Field{"duration", Dim::time, positive, "how long"});
  describe(p.gains, field);
}

struct Parked {
  static constexpr std::string_view kType = "parked";
  static constexpr std::string_view kDoc =
      "stands with the brake on; long and smooth: solved by CVODE";
  double duration = kRequired;  // [s]
};
template <class P, class V>
  requires described_as<P, Parked>
constexpr void describe(P& p, V&& field) {
  field(p.duration, Field{"duration", Dim::time, positive, "how long"});
}
// A part of a test: a cycle, or a constant speed.
struct Phase {
  std::string name;       // its figures are told apart under it; "": they are not
  FileName cycle;         // or:
  double v = 0.0;         // [m/s]
  double duration = 0.0;  // [s], or:
  double leave =
      kInfinity;  // share of the range at v, when all other phases are driven, that is left
};
template <class P, class V>
  requires described_as<P, Phase>
constexpr void describe(P& p, V&& field) {
  field(p.name, Field{"name", Dim::none, any_value, "its figures are given under this name"});
  field(p.cycle, Field{"cycle", Dim::none, any_value, "CSV with t and v, optional grade"});
  field(p.v, Field{"v", Dim::speed, not_negative, "constant speed, without a cycle"});
  field(p.duration, Field{"duration", Dim::time, not_negative, "of the constant speed"});
  field(p.leave, Field{"leave", Dim::none, fraction,
                       "instead of duration: so long that, with all other phases at this speed's "
                       "steady consumption, this share of the range is left"});
}

struct Sequence {
  static constexpr std::string_view kType = "sequence";
  static constexpr std::string_view kDoc = "several cycles and constant speeds, one after another";
  std::vector<Phase> phases;
  double acceleration = 1.0;  // from one speed to the next [m/s2]
  BreakOff break_off = {};
  driver::Gains<double> gains;
};
template <class P, class V>
  requires described_as<P, Sequence>
constexpr void describe(P& p, V&& field) {
  field(p.phases, Group{"phases", "in order"});
  field(p.acceleration, Field{"acceleration", Dim::acceleration, positive,
                              "from the speed of one phase to that of the next, in no phase"});
  describe(p.break_off, field);
  describe(p.gains, field);
}
using Driver = std::variant<Follow, Exact, Sequence, Pedals, FullThrottle, ByHand, CoastDown,
                            ConstantSpeed, Parked>;

// ---- Timeline -----------------------------------------------------------------------------------

struct SetParameter {
  static constexpr std::string_view kType = "set_parameter";
  static constexpr std::string_view kDoc = "changes a parameter of the car";
  std::string path;  // with unit: auxiliaries.power_kW
  double value = kRequired;
};
template <class P, class V>
  requires described_as<P, SetParameter>
constexpr void describe(P& p, V&& field) {
  field(p.path, Field{"path", Dim::none, any_value,
                      "parameter with unit: auxiliaries.power_kW; drive_units.*.X: of all units"});
  field(p.value, Field{"value", Dim::none, Range{.unlimited = true},
                       "in the unit of the path; \"unlimited\" where that can be"});
}

enum class Mode : int { hold, scale, offset, noise, release };
inline constexpr std::array<std::string_view, 5> kModeNames{"hold", "scale", "offset", "noise",
                                                            "release"};
constexpr std::span<const std::string_view> enum_names(Mode) { return kModeNames; }

struct Override {
  static constexpr std::string_view kType = "override";
  static constexpr std::string_view kDoc = "changes a signal between the parts of the control";
  std::string
      signal;  // with unit: driver.F_request_N, driver.v_seen_km_per_h, vcu.F_brake_N, vcu.tau.rear_Nm; of
               // the driver: driver.accelerator, driver.brake, steering.theta_H_deg, vcu.gear.rear
  Mode mode = Mode::hold;
  double value =
      0.0;  // held value, factor, offset or standard deviation, in the unit of the signal
};
template <class P, class V>
  requires described_as<P, Override>
constexpr void describe(P& p, V&& field) {
  field(p.signal,
        Field{"signal", Dim::none, any_value,
              "signal with unit: driver.F_request_N, driver.accelerator, steering.theta_H_deg"});
  field(p.mode, Field{"mode", Dim::none, any_value, "what happens to the signal"});
  field(p.value, Field{"value", Dim::none, any_value,
                       "held value, factor, offset or standard deviation of noise"});
}

enum class FaultKind : int {
  none,           // all is well again
  short_circuit,  // active: all lower switches on
  gates_off,
  open_upper,  // of a phase: this switch never conducts
  open_lower,
  shorted_upper,  // of a phase: this switch always conducts
  shorted_lower,
  phase_open,             // the current is forced to zero through an arc
  current_sensor_lost,    // of a phase
  current_sensor_offset,  // of a phase, `current` on top
  current_sensor_gain,    // of a phase, `gain` too much
  position_sensor_lost,
  position_sensor_offset,  // `angle` on top
  machine_temperature,     // windings and magnets are at `temperature`
  magnet_knee              // magnets above `temperature` lose flux for good
};
inline constexpr std::array<std::string_view, 15> kFaultNames{"none",
                                                              "short_circuit",
                                                              "gates_off",
                                                              "open_upper",
                                                              "open_lower",
                                                              "shorted_upper",
                                                              "shorted_lower",
                                                              "phase_open",
                                                              "current_sensor_lost",
                                                              "current_sensor_offset",
                                                              "current_sensor_gain",
                                                              "position_sensor_lost",
                                                              "position_sensor_offset",
                                                              "machine_temperature",
                                                              "magnet_knee"};
constexpr std::span<const std::string_view> enum_names(FaultKind) { return kFaultNames; }
enum class PhaseName : int { a, b, c };
inline constexpr std::array<std::string_view, 3> kPhaseNames{"a", "b", "c"};
constexpr std::span<const std::string_view> enum_names(PhaseName) { return kPhaseNames; }

struct Fault {
  static constexpr std::string_view kType = "fault";
  static constexpr std::string_view kDoc =
      "a fault of a drive unit, at the levels drive and waveform";
  std::string unit;  // name of the drive unit; "": all
  FaultKind fault = FaultKind::none;
  PhaseName phase = PhaseName::a;
  double temperature = 353.15;  // [K]
  double current = 0.0;         // [A]
  double gain = 0.0;            // [-]
  double angle = 0.0;           // of the rotor [rad]
};
template <class P, class V>
  requires described_as<P, Fault>
constexpr void describe(P& p, V&& field) {
  field(p.unit, Field{"unit", Dim::none, any_value, "name of the drive unit; left out: all"});
  field(p.fault, Field{"fault", Dim::none, any_value, "what fails; none: all is well again"});
  field(p.phase, Field{"phase", Dim::none, any_value, "of a fault in one phase"});
  field(p.temperature, Field{"temperature", Dim::temperature, between(223.15, 573.15),
                             "of windings and magnets, for machine_temperature; above which "
                             "magnets, where there are any, lose flux for good, for magnet_knee"});
  field(p.current, Field{"current", Dim::current, any_value, "for current_sensor_offset"});
  field(p.gain,
        Field{"gain", Dim::none, between(-1, 1), "relative error, for current_sensor_gain"});
  field(p.angle, Field{"angle", Dim::angle, any_value,
                       "of the rotor, mechanical, for position_sensor_offset"});
}

enum class LinkFaultKind : int {
  none,            // all is well again
  drop,            // messages are lost
  delay,           // they take `delay` longer
  jitter,          // up to `delay` longer, each another time
  duplicate,       // they come twice
  reorder,         // each comes after its successor
  corrupt,         // a bit is another one
  wrong_crc,       // their checksum does not fit
  frozen_counter,  // the counter or the step stays
  bus_off,         // frames are destroyed until the sender leaves the bus
  babble,          // another node sends without end
  cut,             // nothing passes
  death,           // the controller has gone, and none comes
  restart          // the controller goes, and starts again
};
inline constexpr std::array<std::string_view, 14> kLinkFaultNames{
    "none",      "drop",           "delay",   "jitter", "duplicate", "reorder", "corrupt",
    "wrong_crc", "frozen_counter", "bus_off", "babble", "cut",       "death",   "restart"};
constexpr std::span<const std::string_view> enum_names(LinkFaultKind) { return kLinkFaultNames; }
enum class LinkDirection : int { both, to_controller, from_controller };
inline constexpr std::array<std::string_view, 3> kDirectionNames{"both", "to_controller",
                                                                 "from_controller"};
constexpr std::span<const std::string_view> enum_names(LinkDirection) { return kDirectionNames; }

struct LinkFault {
  static constexpr std::string_view kType = "link_fault";
  static constexpr std::string_view kDoc =
      "a fault of the link to a controller outside of the program (evsim hil)";
  std::string role;  // "": all links
  LinkFaultKind fault = LinkFaultKind::none;
  LinkDirection direction = LinkDirection::both;
  std::string message;  // of a CAN bus; "": all
  double duration = 0.0;
  double delay = 0.0;
  double share = 1.0;
};
template <class P, class V>
  requires described_as<P, LinkFault>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.role, Field{"role", N, any_value, "vcu, motor_control ...; left out: all links"});
  field(p.fault, Field{"fault", N, any_value, "what fails; none: all is well again"});
  field(p.direction, Field{"direction", N, any_value, "both, to_controller or from_controller"});
  field(p.message, Field{"message", N, any_value, "name of a CAN message; left out: all of them"});
  field(p.duration, Field{"duration", Dim::time, not_negative,
                          "how long it lasts; 0: until a link_fault `none`"});
  field(p.delay, Field{"delay", Dim::time, not_negative, "of delay; of jitter the longest"});
  field(p.share, Field{"share", N, fraction, "of the messages that it hits, drawn by the seed"});
}

struct SetState {
  static constexpr std::string_view kType = "set_state";
  static constexpr std::string_view kDoc = "a jump of a state, booked as intervention";
  std::string state;  // with unit: v_km_per_h, SOC
  double value = kRequired;
};
template <class P, class V>
  requires described_as<P, SetState>
constexpr void describe(P& p, V&& field) {
  field(p.state, Field{"state", Dim::none, any_value, "state with unit: v_km_per_h, SOC"});
  field(p.value, Field{"value", Dim::none, any_value, "in the unit of the state"});
}

struct Event {
  double t = kRequired;  // [s]
  std::variant<SetParameter, Override, SetState, Fault, LinkFault> command;
  bool late = false;  // after the controls and the recording of its instant, not before them
};
template <class P, class V>
  requires described_as<P, Event>
constexpr void describe(P& p, V&& field) {
  field(p.t, Field{"t", Dim::time, not_negative, "when"});
  field(p.command, Group{"command", "what"});
  field(p.late, Field{"late", Dim::none, any_value,
                      "after the controls and the recording of that instant, as by hand; else "
                      "before them"});
}

// ---- Record, expect, solver ---------------------------------------------------------------------

struct Record {
  double rate = 1.0;                      // [Hz]
  std::vector<std::string> signals{"*"};  // patterns with * and ?
  double waveform_start = kInfinity;      // [s]
  double waveform_length = 0.04;          // [s]
};
template <class P, class V>
  requires described_as<P, Record>
constexpr void describe(P& p, V&& field) {
  field(p.rate, Field{"rate", Dim::frequency, positive, "recorded samples a second"});
  field(p.signals, Field{"signals", Dim::none, any_value, "names or patterns with * and ?"});
  field(p.waveform_start, Field{"waveform_start", Dim::time, not_negative,
                                "start of the window that is kept with every edge, at the level "
                                "waveform; left out: where "
                                "the machines' power is highest"});
  field(p.waveform_length,
        Field{"waveform_length", Dim::time, Range{.min = 1e-4, .max = 1}, "length of that window"});
}

// A limit on a KPI, in the unit that its name carries.
struct Limit {
  std::string kpi;
  double min = -kInfinity;
  double max = kInfinity;
  std::string id;  // of the requirement
};
template <class P, class V>
  requires described_as<P, Limit>
constexpr void describe(P& p, V&& field) {
  field(p.kpi, Field{"kpi", Dim::none, any_value, "name of the KPI, with its unit"});
  field(p.min, Field{"min", Dim::none, any_value, "fails below, in the KPI's unit"});
  field(p.max, Field{"max", Dim::none, any_value, "fails above, in the KPI's unit"});
  field(p.id, Field{"id", Dim::none, any_value, "requirement that it proves"});
}

// How time is cut between two instants of the schedule (mesh.h): steps grow from the instant on, as the
// torque settles, up to h. Where the machines' braking fades they are shorter by slow, where the car may
// come to rest by creep.
struct Solver {
  double h = 1.0;     // [s]
  double lag = 0.02;  // of the torque that the first steps follow [s]
  int slow = 4;       // steps for one at low speed
  int creep = 8;      // steps for one where the car may come to rest
};
template <class P, class V>
  requires described_as<P, Solver>
constexpr void describe(P& p, V&& field) {
  field(p.h, Field{"h", Dim::time, Range{.min = 1e-5, .max = 10}, "longest step"});
  field(p.lag, Field{"lag", Dim::time, Range{.min = 1e-6, .max = 1e4},
                     "lag of the torque that the first steps after an instant follow"});
  field(p.slow, Field{"slow", Dim::none, between(1, 100),
                      "steps taken for one where the reference slows down below 5 m/s"});
  field(p.creep, Field{"creep", Dim::none, between(1, 100),
                       "steps taken for one where the reference is below 1 m/s"});
}

// ---- Controllers --------------------------------------------------------------------------------

// Shared libraries in place of built-in controllers (evsim_controller.h); no library: built in.
struct MotorController {
  FileName library;
  std::string drive_units;  // name of the one that it drives; "": all
  double patience = 10.0;   // wall-clock [s]
};
template <class P, class V>
  requires described_as<P, MotorController>
constexpr void describe(P& p, V&& field) {
  field(p.library, Field{"library", Dim::none, any_value, "shared library, docs/controllers.md"});
  field(p.drive_units,
        Field{"drive_units", Dim::none, any_value, "name of the unit that it drives; none: all"});
  field(p.patience, Field{"patience", Dim::time, not_negative,
                          "wall-clock time that a call may take; 0: unlimited, for a debugger"});
}
struct OneController {
  FileName library;
  double patience = 10.0;  // wall-clock [s]
};
template <class P, class V>
  requires described_as<P, OneController>
constexpr void describe(P& p, V&& field) {
  field(p.library, Field{"library", Dim::none, any_value, "shared library, docs/controllers.md"});
  field(p.patience, Field{"patience", Dim::time, not_negative,
                          "wall-clock time that a call may take; 0: unlimited, for a debugger"});
}
struct Controllers {
  MotorController motor_control;
  OneController vcu, bms, brake;
};
template <class P, class V>
  requires described_as<P, Controllers>
constexpr void describe(P& p, V&& field) {
  field(p.motor_control,
        Group{"motor_control", "of the drive units, at the levels drive and waveform"});
  field(p.vcu, Group{"vcu", "vehicle control unit, at all levels"});
  field(p.bms, Group{"bms", "battery management, at all levels"});
  field(p.brake,
        Group{"brake", "brakes: of each wheel with the chassis multi_body, else their force"});
}

struct Params {
  FileName vehicle;  // when the command line names none
  Level level = Level::energy;
  Chassis chassis = Chassis::longitudinal;
  TestMass test_mass;
  Initial initial;
  Environment environment;
  Road road;
  course::Params course;
  Trailer trailer;
  Driver driver;
  Steer steer;
  chassis_control::Switches assist;
  Controllers controllers;
  std::vector<Event> timeline;
  double until = kInfinity;  // [s]
  Record record;
  std::vector<Limit> expect;
  Solver solver;
  int seed = 1;
};
template <class P, class V>
  requires described_as<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.vehicle, Field{"vehicle", Dim::none, any_value, "vehicle file used when none is named"});
  field(p.level, Field{"level", Dim::none, any_value,
                       "models of the electric drive: loss maps, dq machines with averaging "
                       "inverters, or with switching ones"});
  field(p.chassis, Field{"chassis", Dim::none, any_value,
                         "one mass, or body, wheels and tyres (from the level drive on)"});
  field(p.test_mass, Group{"test_mass", "mass of the car as driven"});
  field(p.initial, Group{"initial", "how the run starts"});
  field(p.environment, Group{"environment", "air, wind and road"});
  field(p.road, Group{"road", "of the chassis multi_body"});
  field(p.course, Group{"course", "cones that the chassis multi_body must not touch"});
  field(p.trailer, Group{"trailer", "what the chassis multi_body tows"});
  field(p.driver, Group{"driver", "who drives"});
  field(p.steer, Group{"steer", "who turns the hand wheel of the chassis multi_body"});
  field(p.assist, Group{"assist", "which chassis controls act, of the chassis multi_body"});
  field(p.controllers, Group{"controllers", "of your own, in place of the built-in ones"});
  field(p.timeline, Group{"timeline", "commands on the way"});
  field(p.until, Field{"until", Dim::time, positive,
                       "the run ends then at the latest, whatever its driver has in mind"});
  field(p.record, Group{"record", "what is kept"});
  field(p.expect, Group{"expect", "limits on KPIs"});
  field(p.solver, Group{"solver", "how time is cut"});
  field(p.seed, Field{"seed", Dim::none, between(0, 2147483647), "of the noise"});
}

}  // namespace evsim::scenario
