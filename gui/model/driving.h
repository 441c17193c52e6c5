// Hands and feet at the keys, the game pad or the mouse: from what is pressed to pedals and a hand wheel, and from those
// to commands. Ramps go by simulated time: slow motion is slow for the driver too, and a test needs no clock.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gui/model/command_log.h"

namespace evsim::gui {

// Held down now.
struct DrivingKeys {
  bool accelerate = false, brake = false, left = false, right = false;
};
// Of a game pad; nothing in it moves while there is none.
struct GamePad {
  bool there = false;
  double accelerator = 0.0, brake = 0.0;  // 0..1
  double steer = 0.0;                     // -1..1, > 0 to the left
  bool up = false, down = false;          // to another gear
};

// A pedal goes down while its key is pressed, and back to where it rests.
struct Pedal {
  double x = 0.0, rest = 0.0;  // 0..1
};

// What turns how far: of the car.
struct Steering {
  bool there = false;      // the chassis can be steered
  double ratio = 15.0;     // hand wheel over road wheels [-]
  double wheelbase = 2.8;  // [m]
};

struct Driving {
  bool by_hand = false;  // else the scenario's driver drives
  Pedal accelerator, brake;
  double theta = 0.0, theta_rest = 0.0;  // of the hand wheel, > 0 to the left [rad]
  std::optional<int> gear;               // 1 or 2; none: as the control unit shifts
  DrivingKeys keys;
  GamePad pad;
  bool pad_shifts = false;  // a button of it that does is still pressed
  double t = 0.0;           // until which it has come [s]
  // As they were commanded last, in the commands' units.
  std::optional<double> sent_accelerator, sent_brake, sent_theta, sent_gear;
};

inline constexpr double kPedalDown = 0.3, kPedalUp = 0.15;  // from end to end [s]
inline constexpr double kPedalStep = 1.0 / 256.0;           // that is worth a command
inline constexpr double kWheelStep = 0.25;                  // [deg]

// Signals of the commands.
inline constexpr std::string_view kAcceleratorSignal = "driver.accelerator",
                                  kBrakeSignal = "driver.brake",
                                  kWheelSignal = "steering.theta_H_deg",
                                  kGearSignal = "vcu.gear.";  // and the name of a drive unit
bool is_driving(std::string_view signal);

// Furthest that keys and pad turn the wheel at a speed: a lateral acceleration of 8 m/s2, or the lock [rad].
double most_theta(const Steering& s, double v);
// How fast a key turns it [rad/s].
double theta_rate(double v);

// To t; v: speed [m/s].
void advance(Driving& d, const Steering& s, double t, double v);
// A pedal, or the wheel, put where it stays until a key is used.
void put(Pedal& pedal, double x);
void put_wheel(Driving& d, double theta);

// To the second gear or the first, which stays; once more: as the control unit shifts.
void shift(Driving& d, int gear);

// Takes over from the scenario's driver, the hand wheel as it is, or hands back.
void take_over(Driving& d, double theta);
void hand_back(Driving& d);
// As the log has it, after the way back. What the scenario itself holds is not touched.
void resume(Driving& d, std::span<const live::Logged> log);

// What has changed since the last call, to be commanded. shifting: drive units of two speeds.
std::vector<scenario::Override> due(Driving& d, const Steering& s,
                                    std::span<const std::string> shifting = {});

}  // namespace evsim::gui
