#include "sim/io/report_figures.h"

#include <algorithm>
#include <cmath>

namespace evsim::io {
namespace {

// The page stays below 2 MB: a value takes up to 7 bytes.
constexpr std::size_t kMostValues = 180'000;

class Builder {
 public:
  explicit Builder(std::vector<SignalColumn> columns) { f_.columns = std::move(columns); }

  std::size_t find(std::string_view path) const {
    const auto it = std::ranges::find(f_.columns, path, &SignalColumn::name);
    return static_cast<std::size_t>(it - f_.columns.begin());
  }
  bool has(std::size_t column) const { return column < f_.columns.size(); }

  void begin(std::string title, std::string unit) {
    f_.figures.push_back({std::move(title), std::move(unit), {}, of_motion_});
  }
  void of_motion(bool on) { of_motion_ = on; }
  void add(std::string label, std::string_view path) {
    if (const std::size_t i = find(path); has(i))
      f_.figures.back().series.push_back({std::move(label), i});
  }
  // One curve a drive unit, of those that recorded this signal.
  void add_units(const std::string& label, const std::string& signal) {
    constexpr std::string_view kGroup = "drive_units.";
    for (std::size_t i = 0; i < f_.columns.size(); ++i) {
      const std::string_view path = f_.columns[i].name;
      if (!signals::matches("drive_units.*." + signal, path)) continue;
      const std::string owner(
          path.substr(kGroup.size(), path.size() - kGroup.size() - signal.size() - 1));
      f_.figures.back().series.push_back({owner + " " + label, i});
    }
  }
  // a - b
  void add_difference(const std::string& name, std::string_view a, std::string_view b) {
    const std::size_t i = find(a), j = find(b);
    if (!has(i) || !has(j)) return;
    SignalColumn out{name, f_.columns[i].unit, f_.columns[i].values};
    for (std::size_t k = 0; k < out.values.size(); ++k) out.values[k] -= f_.columns[j].values[k];
    f_.columns.push_back(std::move(out));
  }
  void in_percent(std::string_view path) {
    const std::size_t i = find(path);
    if (!has(i)) return;
    f_.columns[i].unit = std::string("%");
    for (double& x : f_.columns[i].values) x *= 100.0;
  }
  Figures take() {
    std::erase_if(f_.figures, [](const Figure& f) { return f.series.empty(); });
    return std::move(f_);
  }

 private:
  Figures f_;
  bool of_motion_ = false;
};

void speed(Builder& b, bool has_trace) {
  b.begin("Speed", "km/h");
  if (has_trace) b.add("target", "driver.v_ref");
  b.add("car", "body.v");
  if (!has_trace) return;
  b.add_difference("trace error", "body.v", "driver.v_ref");
  b.begin("Trace error: car less target", "km/h");
  b.add("error", "trace error");
}

// Of the chassis multi_body.
void motion(Builder& b) {
  b.of_motion(true);
  const auto wheels = [&](std::string title, std::string unit, const std::string& signal) {
    b.begin(std::move(title), std::move(unit));
    for (const char* wheel : {"front_left", "front_right", "rear_left", "rear_right"}) {
      std::string label = wheel;
      std::ranges::replace(label, '_', ' ');
      b.add(label, "wheels." + std::string(wheel) + "." + signal);
    }
  };
  for (const char* wheel : {"front_left", "front_right", "rear_left", "rear_right"})
    for (const char* signal : {".friction_use", ".kappa"})
      b.in_percent("wheels." + std::string(wheel) + signal);
  wheels("Friction use: horizontal force over the most that the road holds", "%", "friction_use");
  wheels("Wheel speeds", "rpm", "omega");
  wheels("Longitudinal slip, positive driving", "%", "kappa");
  wheels("Wheel loads", "N", "F_z");
  b.begin("Hand wheel, positive to the left", "deg");
  b.add("angle", "steering.theta_H");
  b.begin("Roll, pitch, side slip", "deg");
  b.add("roll", "body.roll");
  b.add("pitch", "body.pitch");
  b.add("side slip", "body.slip_angle");
  b.begin("Accelerations in the car's axes", "m/s2");
  b.add("longitudinal a_x", "body.a_x");
  b.add("lateral a_y", "body.a_y");
  b.begin("Gear in mesh, 0: none", "");
  b.add_units("gear", "gear");
  b.of_motion(false);
}

void power(Builder& b) {
  b.begin("Power flows, positive from battery to wheel", "kW");
  b.add("battery", "battery.p");
  b.add_units("drive unit, electrical", "p_electrical");
  b.add("wheels", "body.p_wheel");
  b.add("auxiliaries", "auxiliaries.p");
  b.begin("Losses", "kW");
  b.add("battery", "battery.p_loss");
  b.add_units("inverter", "p_loss_inverter");
  b.add_units("machine", "p_loss_machine");
  b.add_units("gears", "p_loss_gear");
}

void battery(Builder& b) {
  b.in_percent("battery.SOC");
  b.begin("State of charge", "%");
  b.add("state of charge", "battery.SOC");
  b.begin("Battery voltage", "V");
  b.add("terminal voltage", "battery.u");
  b.begin("Battery current, positive discharging", "A");
  b.add("current", "battery.i");
}

// At the levels drive and waveform. Phase currents only where samples are close enough to show their waves.
constexpr double kWaves = 1e-3;  // [s]
void electric_drive(Builder& b, const std::vector<double>& t) {
  b.begin("Machine torque, and what its control aims at in the air gap", "Nm");
  b.add_units("given", "tau");
  b.add_units("aimed at", "tau_em_ref");
  b.begin("Currents in dq", "A");
  for (const char* signal : {"i_d", "i_d_ref", "i_q", "i_q_ref"}) b.add_units(signal, signal);
  b.begin("Voltages in dq", "V");
  for (const char* signal : {"u_d", "u_q"}) b.add_units(signal, signal);
  b.begin("Voltage at the inverters", "V");
  b.add("DC link", "dc_link.u");
  if (t.size() < 2 || t[1] - t[0] > kWaves) return;
  b.begin("Phase currents", "A");
  for (const char* signal : {"i_a", "i_b", "i_c"}) b.add_units(signal, signal);
}

// Lowest and highest of a group in the order in which they came.
void append_extremes(std::vector<double>& out, const double* first, const double* last) {
  const auto [low, high] = std::minmax_element(first, last);
  out.push_back(*std::min(low, high));
  out.push_back(*std::max(low, high));
}

}  // namespace

std::vector<SignalColumn> thinned(const std::vector<SignalColumn>& columns, std::size_t most_rows) {
  const std::size_t rows = columns.empty() ? 0 : columns.front().values.size();
  if (rows <= most_rows) return columns;
  const std::size_t groups = std::max<std::size_t>(most_rows / 2, 1),
                    size = (rows + groups - 1) / groups;
  std::vector<SignalColumn> out;
  for (const SignalColumn& c : columns) {
    SignalColumn& thin = out.emplace_back(SignalColumn{c.name, c.unit, {}});
    for (std::size_t i = 0; i < rows; i += size) {
      const double* first = c.values.data() + i;
      const std::size_t n = std::min(size, rows - i);
      if (out.size() > 1)
        append_extremes(thin.values, first, first + n);
      else
        thin.values.insert(thin.values.end(), {first[0], first[n / 2]});
    }
  }
  return out;
}

Figures figures(const Recording& recording, bool has_trace) {
  Builder b(signal_columns(recording));
  motion(b);
  speed(b, has_trace);
  power(b);
  battery(b);
  const auto electric = [](const signals::Info& s) { return s.path == "dc_link.u"; };
  if (std::ranges::any_of(recording.signals, electric)) {
    electric_drive(b, recording.t);
  } else {
    b.begin("Machine torque", "Nm");
    b.add_units("machine", "tau");
  }
  Figures f = b.take();
  const std::size_t rows = f.columns.front().values.size();
  f.columns = thinned(f.columns, kMostValues / f.columns.size());
  const std::size_t kept = std::max<std::size_t>(f.columns.front().values.size(), 1);
  if (kept < rows) f.samples_a_row = (2 * rows + kept - 1) / kept;
  return f;
}

}  // namespace evsim::io
