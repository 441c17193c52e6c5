#include "gui/model/driving.h"

#include <algorithm>
#include <cmath>

#include "sim/base/units.h"

namespace evsim::gui {
namespace {

constexpr double kLock = 7.5;          // [rad]
constexpr double kMostLateral = 8.0;   // [m/s2]
constexpr double kUndersteer = 0.003;  // of a passenger car, as yaw control believes [rad/(m/s2)]
constexpr double kQuickest = 8.0;      // at rest [rad/s]
constexpr double kHalfAt = 15.0;       // speed at which it is half of that [m/s]
constexpr double kDead = 0.06;         // of a stick
constexpr double kLongest = 0.5;       // a longer frame is not made up for [s]

const Unit& deg() { return *find_unit(Dim::angle, "deg"); }

double toward(double x, double to, double most) { return x + std::clamp(to - x, -most, most); }

void advance(Pedal& p, bool key, double pad, double dt) {
  const double to = key ? 1.0 : p.rest;
  p.x = toward(p.x, to, dt / (to > p.x ? kPedalDown : kPedalUp));
  p.x = std::max(p.x, pad);
}

double in_steps(double x, double step) { return step * std::round(x / step); }

void command(std::vector<scenario::Override>& out, std::string signal, std::optional<double> now) {
  out.push_back({.signal = std::move(signal),
                 .mode = now ? scenario::Mode::hold : scenario::Mode::release,
                 .value = now.value_or(0.0)});
}
void command(std::vector<scenario::Override>& out, std::string_view signal,
             std::optional<double>& sent, std::optional<double> now) {
  if (sent == now) return;
  sent = now;
  command(out, std::string(signal), now);
}

}  // namespace

bool is_driving(std::string_view signal) {
  return signal.starts_with("driver.accelerator") || signal.starts_with("driver.brake") ||
         signal.starts_with("steering.theta_H") || signal.starts_with(kGearSignal);
}

double most_theta(const Steering& s, double v) {
  const double at_speed =
      v * v < 1.0 ? kLock : s.ratio * (s.wheelbase + kUndersteer * v * v) * kMostLateral / (v * v);
  return std::min(kLock, at_speed);
}
double theta_rate(double v) { return kQuickest / (1.0 + std::abs(v) / kHalfAt); }

void advance(Driving& d, const Steering& s, double t, double v) {
  const double dt = std::clamp(t - d.t, 0.0, kLongest);
  d.t = t;
  if (!d.by_hand) return;
  const bool pad = d.pad.there;
  const bool shifts = pad && (d.pad.up || d.pad.down);
  if (shifts && !d.pad_shifts) shift(d, d.pad.up ? 2 : 1);
  d.pad_shifts = shifts;
  if (d.keys.brake) d.accelerator.rest = 0.0;
  if (d.keys.accelerate) d.brake.rest = 0.0;
  advance(d.accelerator, d.keys.accelerate, pad ? d.pad.accelerator : 0.0, dt);
  advance(d.brake, d.keys.brake, pad ? d.pad.brake : 0.0, dt);

  const double most = most_theta(s, v), turn = dt * theta_rate(v);
  const double stick = pad && std::abs(d.pad.steer) > kDead ? d.pad.steer : 0.0;
  if (stick != 0.0) {
    d.theta = stick * std::abs(stick) * most;
    d.theta_rest = 0.0;
  } else if (d.keys.left != d.keys.right) {
    d.theta = toward(d.theta, d.keys.left ? most : -most, turn);
    d.theta_rest = 0.0;
  } else {
    d.theta = toward(d.theta, d.theta_rest, 1.5 * turn);
  }
}

void put(Pedal& pedal, double x) { pedal.x = pedal.rest = std::clamp(x, 0.0, 1.0); }
void put_wheel(Driving& d, double theta) {
  d.theta = d.theta_rest = std::clamp(theta, -kLock, kLock);
}

void shift(Driving& d, int gear) {
  if (d.gear == gear)
    d.gear.reset();
  else
    d.gear = gear;
}

void take_over(Driving& d, double theta) {
  d.by_hand = true;
  d.gear.reset();
  d.accelerator = d.brake = {};
  d.theta = theta;
  d.theta_rest = 0.0;
}
void hand_back(Driving& d) {
  d.by_hand = false;
  d.gear.reset();
  d.accelerator = d.brake = {};
  d.theta = d.theta_rest = 0.0;
}

void resume(Driving& d, std::span<const live::Logged> log) {
  d.sent_accelerator = d.sent_brake = d.sent_theta = d.sent_gear = {};
  for (const live::Logged& l : log) {
    const auto* o = std::get_if<scenario::Override>(&l.event.command);
    if (!l.by_hand || o == nullptr || !is_driving(o->signal)) continue;
    auto& sent = o->signal == kAcceleratorSignal ? d.sent_accelerator
                 : o->signal == kBrakeSignal     ? d.sent_brake
                 : o->signal != kWheelSignal     ? d.sent_gear
                                                 : d.sent_theta;
    sent = o->mode == scenario::Mode::hold ? std::optional(o->value) : std::nullopt;
  }
  d.by_hand = d.sent_accelerator || d.sent_brake;
  put(d.accelerator, d.sent_accelerator.value_or(0.0));
  put(d.brake, d.sent_brake.value_or(0.0));
  put_wheel(d, to_si(deg(), d.sent_theta.value_or(0.0)));
  d.gear.reset();
  if (d.sent_gear) d.gear = static_cast<int>(*d.sent_gear);
}

std::vector<scenario::Override> due(Driving& d, const Steering& s,
                                    std::span<const std::string> shifting) {
  std::vector<scenario::Override> out;
  const auto held = [&](double x, double step) {
    return d.by_hand ? std::optional(in_steps(x, step)) : std::nullopt;
  };
  command(out, kAcceleratorSignal, d.sent_accelerator, held(d.accelerator.x, kPedalStep));
  command(out, kBrakeSignal, d.sent_brake, held(d.brake.x, kPedalStep));
  if (s.there) command(out, kWheelSignal, d.sent_theta, held(from_si(deg(), d.theta), kWheelStep));
  const auto gear = d.gear ? std::optional<double>(*d.gear) : std::nullopt;
  if (d.sent_gear != gear)
    for (const std::string& unit : shifting) command(out, std::string(kGearSignal) + unit, gear);
  d.sent_gear = gear;
  return out;
}

}  // namespace evsim::gui
