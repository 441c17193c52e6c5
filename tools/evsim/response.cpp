// evsim response
#include "sim/response/response.h"

#include <cmath>
#include <filesystem>

#include "sim/io/response_report.h"
#include "sim/io/text.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/vehicle_unit.h"
#include "tools/evsim/write.h"

namespace evsim::cli {
namespace {

namespace fs = std::filesystem;
using enum Align;

constexpr char kWho[] = "evsim response";
constexpr double kRpm = 9.549296585513721;

// ---- Arguments ----------------------------------------------------------------------------------

void check(const ResponseArguments& a) {
  io::Problems problems;
  const auto refuse = [&](const char* option, const std::string& what) {
    problems.add({.file = kWho, .path = option, .what = what});
  };
  const auto positive = [&](const char* option, double x) {
    if (!(x > 0.0 && std::isfinite(x))) refuse(option, "got " + io::format(x) + ", must be > 0");
  };
  const auto finite = [&](const char* option, const std::optional<double>& x) {
    if (x && !std::isfinite(*x)) refuse(option, "must be finite");
  };
  finite("--speed", a.speed);
  finite("--torque", a.torque);
  if (a.u_dc) positive("--u-dc", *a.u_dc);
  if (a.inertia) positive("--inertia", *a.inertia);
  positive("--speed-bandwidth", a.speed_bandwidth);
  if (a.points < 0 || a.points == 1)
    refuse("--points", "got " + std::to_string(a.points) + ", must be 2 or more; 0: no sweep");
  if (a.out.empty()) refuse("--out", "must name a folder");
  problems.raise();
}

response::Request request(const ResponseArguments& a) {
  response::Request r;
  if (a.speed) r.omega = *a.speed / kRpm;
  r.tau = a.torque;
  r.u_dc = a.u_dc;
  r.inertia = a.inertia;
  r.speed_bandwidth = a.speed_bandwidth;
  r.points = a.points;
  return r;
}

// ---- Text ---------------------------------------------------------------------------------------

std::string point_text(const response::OperatingPoint& p) {
  return "at " + figure(p.omega * kRpm) + " rpm, " + figure(p.tau) + " Nm, " + figure(p.u_dc) +
         " V: i_d " + figure(p.i.re) + " A, i_q " + figure(p.i.im) + " A (peak)\n";
}
std::string figures_text(const response::Response& r) {
  std::vector<const response::Axis*> axes;
  for (const auto* loop : {&r.current, &r.speed})
    for (const response::Axis& a : loop->axes) axes.push_back(&a);
  Table t({left, left, right, right, right});
  t.row({"", "", "current d", "current q", "speed"}, Colour::dim);
  const auto first = io::response_figures(*axes.front());
  for (std::size_t k = 0; k < first.size(); ++k) {
    std::vector<std::string> cells{first[k].name, first[k].unit};
    for (const response::Axis* a : axes) cells.push_back(figure(io::response_figures(*a)[k].value));
    t.row(cells);
  }
  if (r.current.sweep.f.empty() && r.speed.sweep.f.empty()) return t.text();
  const auto difference = [&](const char* unit, double response::Difference::*of) {
    std::vector<std::string> cells{"two ways differ by", unit};
    for (const response::Axis* a : axes) cells.push_back(figure(a->difference.*of));
    t.row(cells);
  };
  difference("dB", &response::Difference::dB);
  difference("\u00b0", &response::Difference::degrees);
  return t.text();
}
std::string stability_text(const response::LoopResponse& loop, const std::string& name) {
  if (loop.stable) return {};
  return coloured("the " + name + " loop is unstable", Colour::red) + ": largest pole " +
         figure(loop.slowest) + "\n";
}

}  // namespace

ExitCode response_command(const ResponseArguments& a) {
  check(a);
  const Vehicle vehicle = load_vehicle(a.vehicle, a.sets);
  const int k = find_unit(kWho, a.vehicle, a.unit, vehicle.value);
  io::check_response_folder(a.out);
  const std::string name = vehicle.value.drive_units.name(k);
  io::ResponseReport report{.vehicle = a.vehicle, .unit = name, .version = version_and_commit()};
  try {
    report.response = response::analyse(vehicle.value.drive_units[k], name, request(a));
  } catch (const InputError& e) {
    io::Problems problems;
    for (const Problem& p : e.problems()) problems.add(vehicle.problem(p.path, p.what));
    problems.raise();
  }
  const response::Response& r = report.response;
  io::write_response(a.out, report);
  if (a.json) {
    print(io::response_json(report));
  } else {
    print("drive_units." + name + " of " + a.vehicle + "\n" + point_text(r.point) +
          figures_text(r) + stability_text(r.current, "current") +
          stability_text(r.speed, "speed"));
    print("report: " + (fs::path(a.out) / "report.html").string() + "\n");
  }
  flush_output();
  return r.current.stable && r.speed.stable ? ExitCode::held : ExitCode::limit_failed;
}

}  // namespace evsim::cli
