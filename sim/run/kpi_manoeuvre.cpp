#include "sim/run/kpi_manoeuvre.h"

#include <algorithm>

#include "sim/base/constants.h"

namespace evsim {
namespace {

using manoeuvre::kNone;

constexpr double kDegrees = 360.0 / kTwoPi;  // of 1 rad
constexpr double kGravity = 9.80665;         // [m/s2]

void add_extremes(std::vector<Kpi>& out, const manoeuvre::Extremes& x, double duration) {
  out.insert(
      out.end(),
      {{"lateral_acceleration_max_m_per_s2", "m/s2", x.a_y, "largest, along the car's y axis"},
       {"yaw_rate_max_deg_per_s", "deg/s", kDegrees * x.yaw_rate, "largest"},
       {"roll_angle_max_deg", "deg", kDegrees * x.roll, "largest, of the body"},
       {"pitch_angle_max_deg", "deg", kDegrees * x.pitch, "largest, of the body"},
       {"side_slip_angle_max_deg", "deg", kDegrees * x.slip_angle,
        "largest, of the body's centre of mass, above 1 m/s"},
       {"path_distance_max_m", "m", x.offset, "furthest from the road's path"},
       {"wheel_slip_max_percent", "%", 100.0 * x.kappa,
        "largest longitudinal slip of a wheel, above 1 m/s; at most 1000"},
       {"wheel_load_min_N", "N", x.F_z, "least of a wheel"},
       {"wheel_lifted_s", "s", x.lifted, "with a wheel off the road"},
       {"friction_use_max_percent", "%", 100.0 * x.use,
        "largest horizontal force of a wheel over its friction"},
       {"friction_use_mean_percent", "%", duration > 0.0 ? 100.0 * x.use_time / duration : kNone,
        "mean over wheels and time"},
       {"lane_violation_max_m", "m", x.outside > -kInfinity ? x.outside : kNone,
        "furthest that the car's outline got out of a lane of its course; < 0: it passed "
        "(ISO 3888)"}});
}

void add_ride(std::vector<Kpi>& out, const ride::Figures& f) {
  out.insert(out.end(),
             {{"ride_acceleration_m_per_s2", "m/s2", f.weighted,
               "vertical, of the body at the driver's place, root mean square, weighted with W_k "
               "(ISO 2631-1)"},
              {"ride_acceleration_transient_max_m_per_s2", "m/s2", f.transient,
               "largest running root mean square of it over 1 s (ISO 2631-1, MTVV)"}});
}

void add_longitudinal(std::vector<Kpi>& out, const manoeuvre::State& s, bool from_rest) {
  const auto& stop = s.braking.last;
  const auto shuffle = manoeuvre::shuffle(s);
  out.insert(
      out.end(),
      {{"distance_in_5_s_m", "m", from_rest ? s.extremes.x_5 : kNone, "driven from rest"},
       {"braking_from_km_per_h", "km/h", 3.6 * stop.v_0,
        "as the last braking to rest was asked for"},
       {"braking_distance_m", "m", stop.distance, "from there to rest"},
       {"braking_deceleration_m_per_s2", "m/s2", stop.deceleration,
        "mean fully developed, from 80 to 10 % of that speed (UN R13-H)"},
       {"braking_path_distance_max_m", "m", stop.offset, "furthest from the road's path meanwhile"},
       {"shuffle_peak_to_peak_m_per_s2", "m/s2", shuffle.peak_to_peak,
        "of the longitudinal acceleration, first two turning points after the last step of the "
        "machines' force"},
       {"shuffle_overshoot_percent", "%", 100.0 * shuffle.overshoot,
        "first turning point beyond the settled value, over the change"},
       {"shuffle_frequency_Hz", "Hz", shuffle.frequency, "by up to eight turning points"}});
}

void add_steps(std::vector<Kpi>& out, const manoeuvre::SteerFigures& f) {
  const auto add = [&](const std::string& name, const std::string& what,
                       const manoeuvre::StepFigures& x) {
    out.push_back(
        {name + "_response_time_s", "s", x.response_time,
         "step of steer: from 50 % of the angle to 90 % of the steady " + what + " (ISO 7401)"});
    out.push_back({name + "_peak_response_time_s", "s", x.peak_time,
                   "step of steer: from 50 % of the angle to the largest (ISO 7401)"});
    out.push_back({name + "_overshoot_percent", "%", 100.0 * x.overshoot,
                   "step of steer: largest beyond the steady value, over it (ISO 7401)"});
  };
  add("yaw_rate", "yaw rate", f.yaw_rate);
  add("lateral_acceleration", "lateral acceleration", f.lateral);
  out.push_back({"yaw_rate_gain_steady_1_per_s", "1/s", f.gain,
                 "step of steer: steady yaw rate over hand-wheel angle (ISO 7401)"});
}

void add_dwell(std::vector<Kpi>& out, const manoeuvre::DwellFigures& f) {
  out.insert(out.end(),
             {{"yaw_rate_after_1_s_percent", "%", 100.0 * f.share_100,
               "sine with dwell: 1 s after completion of steer, over its peak (FMVSS 126, UN R140: "
               "at most 35)"},
              {"yaw_rate_after_1_75_s_percent", "%", 100.0 * f.share_175,
               "the same after 1.75 s (at most 20)"},
              {"lateral_displacement_m", "m", f.displacement,
               "sine with dwell: 1.07 s after the beginning of steer (at least 1.83)"}});
}

void add_turn(std::vector<Kpi>& out, const manoeuvre::TurnFigures& f) {
  out.insert(out.end(),
             {{"braking_yaw_rate_share_percent", "%", 100.0 * f.rate_share,
               "braking in a turn: yaw rate 1 s after, over the one that keeps to the circle "
               "(ISO 7975)"},
              {"braking_side_slip_change_max_deg", "deg", kDegrees * f.slip_change,
               "braking in a turn: largest change of the side slip angle within 1 s (ISO 7975)"},
              {"braking_path_deviation_m", "m", f.outside,
               "braking in a turn: outwards from the circle 1 s after (ISO 7975)"}});
}

void add_circle(std::vector<Kpi>& out, const manoeuvre::CircleFigures& f) {
  out.insert(out.end(),
             {{"hand_wheel_gradient_deg_per_g", "deg/g", kDegrees * kGravity * f.angle_gradient,
               "hand-wheel angle over lateral acceleration, steady, 0.05 to 0.3 g (ISO 4138)"},
              {"understeer_gradient_deg_per_g", "deg/g", kDegrees * kGravity * f.understeer,
               "the same at the road wheels, less the angle that the radius takes (ISO 4138)"},
              {"side_slip_gradient_deg_per_g", "deg/g", kDegrees * kGravity * f.slip,
               "side slip angle over lateral acceleration, less the angle that the radius takes "
               "(ISO 4138)"},
              {"roll_gradient_deg_per_g", "deg/g", kDegrees * kGravity * f.roll,
               "roll angle over lateral acceleration (ISO 4138)"},
              {"characteristic_speed_km_per_h", "km/h", 3.6 * f.characteristic,
               "of an understeering car, by that gradient"},
              {"critical_speed_km_per_h", "km/h", 3.6 * f.critical,
               "of an oversteering car, by that gradient"}});
}

// Of manoeuvre::kSweep, in names.
constexpr std::array<std::string_view, manoeuvre::kSweep.size()> kSweepNames{"0_2", "0_5", "1_0",
                                                                             "1_5", "2_0", "3_0"};

void add_frequencies(std::vector<Kpi>& out, const manoeuvre::State& s) {
  const auto sine = manoeuvre::sine_response(s);
  out.insert(
      out.end(),
      {{"steer_frequency_Hz", "Hz", sine.frequency, "sine of steer: of its last period"},
       {"yaw_rate_gain_1_per_s", "1/s", sine.yaw_rate.gain,
        "sine of steer: yaw rate over hand-wheel angle (ISO 7401)"},
       {"yaw_rate_phase_deg", "deg", kDegrees * sine.yaw_rate.phase,
        "sine of steer: of the yaw rate, < 0: behind the hand wheel (ISO 7401)"},
       {"lateral_acceleration_gain_m_per_s2_per_deg", "m/s2/deg", sine.lateral.gain / kDegrees,
        "sine of steer: lateral acceleration over hand-wheel angle (ISO 7401)"},
       {"lateral_acceleration_phase_deg", "deg", kDegrees * sine.lateral.phase,
        "sine of steer: of the lateral acceleration (ISO 7401)"}});
  for (std::size_t i = 0; i < manoeuvre::kSweep.size(); ++i) {
    const auto r = manoeuvre::sweep_response(s, i);
    const std::string at = "yaw_rate_at_" + std::string(kSweepNames[i]) + "_Hz_";
    out.push_back({at + "gain_1_per_s", "1/s", r.gain,
                   "sweep of steer: yaw rate over hand-wheel angle (ISO 7401)"});
    out.push_back({at + "phase_deg", "deg", kDegrees * r.phase,
                   "sweep of steer: of the yaw rate (ISO 7401)"});
  }
}

}  // namespace

void add_manoeuvre(std::vector<Kpi>& out, const Simulation& simulation) {
  const Snapshot& now = simulation.snapshot();
  const Drive* drive = simulation.drive();
  if (drive == nullptr || !drive->mechanics()) return;
  const auto before = static_cast<std::ptrdiff_t>(out.size());
  const manoeuvre::State s =
      drive->car_seen(now.drive, simulation.system(), now.piece, now.piece_start, now.y);
  add_extremes(out, s.extremes, simulation.t());
  add_ride(out, ride::figures(s.ride));
  add_longitudinal(out, s, simulation.input().scenario.initial.v == 0.0);
  add_steps(out, manoeuvre::step_response(s));
  add_dwell(out, manoeuvre::sine_with_dwell(s));
  add_turn(out, manoeuvre::brake_in_turn(s));
  add_circle(out, manoeuvre::steady_circle(s, drive->mechanics()->setting()));
  add_frequencies(out, s);
  std::for_each(out.begin() + before, out.end(), [](Kpi& k) { k.of_manoeuvre = true; });
}

}  // namespace evsim
