// The figures that a run is judged by.
#include <algorithm>

#include "sim/base/errors.h"
#include "sim/run/kpi_manoeuvre.h"
#include "sim/run/result.h"

namespace evsim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kShortest = 1.0;   // [m]: below it nothing per distance is stated
constexpr double kRounding = 1e-6;  // of driving work: less braking is none
constexpr double kJoulePerKWh = 3.6e6;
constexpr double kZeroCelsius = 273.15;  // [K]

struct Figures {
  const Simulation& s;
  const Snapshot& now = s.snapshot();
  const car::Model<double>& car = s.system().car;
  double distance = now.y[car::kX];

  double row(int i) const { return now.q[static_cast<std::size_t>(i)]; }
  double per_distance(double energy) const {  // [Wh/km]
    return distance > kShortest ? energy / 3.6 / distance : kNone;
  }
  // With a gain of charge the outlet is credited what it would have given.
  double wall_energy() const {
    const double from = now.y[car::kSOC], to = start_SOC(s.input());
    return recharge_energy(s.vehicle(), s.system().T_battery, from, to);
  }
  // The battery gives no more, or not enough to follow the trace.
  bool exhausted() const { return now.end == End::battery_empty || now.end == End::trace_lost; }
  // A range test has driven it; else the distance on the usable window at this use of the chemical store.
  double range() const {
    if (exhausted() && s.input().scenario.initial.full) return distance / 1000.0;
    const auto content = [&](double SOC) {
      return battery::stored_energy(car.battery, {.SOC = SOC, .u_1 = 0.0});
    };
    const double used = now.stores_start.battery - ledger::stores(car, now.y.data()).battery;
    const auto [empty, full] = std::visit(
        [](const auto& b) {
          return std::pair{b.SOC_empty, b.SOC_full};
        },
        car.battery);
    if (used <= 0.0 || distance < kShortest) return kNone;
    return distance * (content(full) - content(empty)) / used / 1000.0;
  }
  double recovered_share() const {
    const double braking = -row(ledger::kWheelIn);
    return braking > kRounding * row(ledger::kWheelOut) ? row(ledger::kBatteryIn) / braking : kNone;
  }
  double trace_error_rms() const {
    return s.t() > 0.0 ? sqrt(row(ledger::kTraceError) / s.t()) : 0.0;
  }
};

// ---- Tests of their own ----------------------------------------------------------------------------

using milestones::Passed;

double after(double later, double earlier) {
  return later >= 0.0 && earlier >= 0.0 ? later - earlier : kNone;
}

// Times of a standing start: from the pedal, and with rollout from the first foot on, as a light barrier
// starts its clock.
void add_standing_start(std::vector<Kpi>& out, const Passed& p) {
  using namespace milestones;
  const double foot = p.at_distance[kOneFoot], quarter = p.at_distance[kQuarter];
  const auto to = [&](Speed speed) { return after(p.at_speed[speed], 0.0); };
  const auto rolled = [&](Speed speed) { return after(p.at_speed[speed], foot); };
  out.insert(
      out.end(),
      {{"time_0_60_mph_s", "s", to(k60Mph), "0 to 60 mph, without rollout"},
       {"time_0_60_mph_rollout_s", "s", rolled(k60Mph), "the same after one foot of rollout"},
       {"time_0_100_km_per_h_s", "s", to(k100), "0 to 100 km/h, without rollout"},
       {"time_0_100_km_per_h_rollout_s", "s", rolled(k100), "the same after one foot of rollout"},
       {"time_0_200_km_per_h_s", "s", to(k200), "0 to 200 km/h, without rollout"},
       {"time_80_120_km_per_h_s", "s", after(p.at_speed[k120], p.at_speed[k80]),
        "80 to 120 km/h, on the way"},
       {"quarter_mile_s", "s", after(quarter, 0.0), "402.336 m, without rollout"},
       {"quarter_mile_rollout_s", "s", after(quarter, foot), "the same after one foot of rollout"},
       {"quarter_mile_km_per_h", "km/h", quarter >= 0.0 ? 3.6 * p.v_at_distance[kQuarter] : kNone,
        "speed at 402.336 m"}});
}

// Why the drive gave less than was asked for.
void add_limits_met(std::vector<Kpi>& out, const std::array<double, torque_limits::kReasons>& by) {
  const auto time = [&](vcu::Reason first, vcu::Reason last) {
    double sum = 0.0;
    for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i)
      sum += by[static_cast<std::size_t>(i)];
    return sum;
  };
  using enum vcu::Reason;
  out.insert(out.end(),
             {{"time_limited_by_machine_s", "s", time(machine, machine),
               "by torque, power or speed of a machine"},
              {"time_limited_by_battery_s", "s", time(battery_power, battery_charge_state),
               "by power, current, voltage or charge of the battery"},
              {"time_limited_by_grip_s", "s", time(grip, grip), "by the tyres"},
              {"time_limited_by_limiter_s", "s", time(speed_limiter, speed_limiter),
               "by the electronic speed limiter"}});
}

// ---- Phases ---------------------------------------------------------------------------------------

struct PhaseFigures {
  std::string name;
  double distance, E_battery, E_wheel;  // [m], [J], [J]
  double per_distance(double energy) const {
    return distance > kShortest ? energy / 3.6 / distance : kNone;
  }
};
// As far as the run has come.
std::vector<PhaseFigures> phases_of(const Simulation& s) {
  std::vector<PhaseFigures> out;
  const Snapshot& now = s.snapshot();
  const auto& phases = s.trace().phases;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const bool begun = s.t() >= phases[i].start, ended = s.t() >= phases[i].end;
    const auto& from = now.marks[2 * i];
    const auto& to = now.marks[2 * i + 1];
    const double x = ended ? to.x : now.y[car::kX];
    const double E = ended ? to.E_battery : now.q[ledger::kBattery];
    const double W = ended ? to.E_wheel : now.q[ledger::kWheelOut] + now.q[ledger::kWheelIn];
    out.push_back(
        begun ? PhaseFigures{phases[i].name, x - from.x, E - from.E_battery, W - from.E_wheel}
              : PhaseFigures{phases[i].name, 0.0, 0.0, 0.0});
  }
  return out;
}
void add_phases(std::vector<Kpi>& out, const std::vector<PhaseFigures>& phases) {
  for (const PhaseFigures& p : phases) {
    out.push_back({p.name + ".energy_consumption_battery_Wh_per_km", "Wh/km",
                   p.per_distance(p.E_battery), "at the battery terminals in this phase"});
    out.push_back({p.name + ".wheel_energy_Wh_per_km", "Wh/km", p.per_distance(p.E_wheel),
                   "net work at the road in this phase"});
    out.push_back({p.name + ".distance_km", "km", p.distance / 1000.0, "driven in this phase"});
  }
}

// The figures of the label of the US EPA from a multi-cycle test. Ranges of the cycles:
//   R = UBE / sum K_i EC_i;   UDDS: K_1 = E_1 / UBE, the others share 1 - K_1;   HWFET: equal K
// Label: 0.7 of them, both ranges and consumptions weighed 55 % city and 45 % highway.
// Source: SAE J1634; 40 CFR 600.116-12, 600.210-12 (derived adjustment by 0.7).
struct Label {
  double UBE, E_wall;  // of the whole test [J]
  static bool is(const PhaseFigures& p, std::string_view cycle) {
    return p.name.starts_with(cycle);
  }

  double cycle_range(const std::vector<PhaseFigures>& phases, std::string_view cycle,
                     bool first_apart) const {  // [m]
    std::vector<const PhaseFigures*> own;
    for (const PhaseFigures& p : phases)
      if (is(p, cycle)) own.push_back(&p);
    const double K_1 =
        first_apart ? own.front()->E_battery / UBE : 1.0 / static_cast<double>(own.size());
    double consumption = 0.0;  // [J/m]
    for (std::size_t i = 0; i < own.size(); ++i) {
      const double K = i == 0 ? K_1 : (1.0 - K_1) / static_cast<double>(own.size() - 1);
      consumption += K * own[i]->E_battery / own[i]->distance;
    }
    return UBE / consumption;
  }
};
inline constexpr double kLabelFactor = 0.7, kCity = 0.55, kHighway = 0.45;

bool is_label_test(const std::vector<PhaseFigures>& phases) {
  const auto count = [&](std::string_view cycle) {
    return std::ranges::count_if(phases, [&](const auto& p) { return Label::is(p, cycle); });
  };
  return count("UDDS") > 1 && count("HWFET") > 1;
}
void add_label(std::vector<Kpi>& out, const Figures& f, const std::vector<PhaseFigures>& phases) {
  const bool empty = f.exhausted();
  const Label label{f.row(ledger::kBattery), empty ? f.wall_energy() : kNone};
  const double city = empty ? kLabelFactor * label.cycle_range(phases, "UDDS", true) : kNone;
  const double highway = empty ? kLabelFactor * label.cycle_range(phases, "HWFET", false) : kNone;
  const double E = label.E_wall / 3.6;
  out.insert(
      out.end(),
      {{"label_range_city_km", "km", city / 1000.0, "0.7 of the range in UDDS"},
       {"label_range_highway_km", "km", highway / 1000.0, "0.7 of the range in HWFET"},
       {"label_range_km", "km", (kCity * city + kHighway * highway) / 1000.0,
        "55 % city, 45 % highway"},
       {"label_consumption_wall_Wh_per_km", "Wh/km", kCity * E / city + kHighway * E / highway,
        "from the outlet, 55 % city, 45 % highway, over 0.7"},
       {"last_phase_share_percent", "%", 100.0 * phases.back().distance / f.distance,
        "of the distance; SAE J1634: at most 20 %"}});
}

// Of machines and inverters, at the levels drive and waveform.
double voltage_margin(const car::Model<double>& car, const Drive::State& d) {
  const auto* pack = std::get_if<battery_pack::Model<double>>(&car.battery);
  if (pack == nullptr) return kNone;
  return min(d.u_min - pack->U_min, pack->U_max - d.u_max) / pack->U_max;
}
void add_drive(std::vector<Kpi>& out, const car::Model<double>& car, const Drive& drive,
               const Drive::State& d) {
  out.insert(out.end(),
             {{"phase_current_max_percent", "%", 100.0 * drive.current_share(d),
               "largest phase current over the drive unit's largest"},
              {"torque_error_max_percent", "%", 100.0 * drive.tau_error_share(d),
               "distance of a machine's torque from what was asked for in the last 20 ms, over its "
               "peak torque"},
              {"dc_link_voltage_margin_percent", "%", 100.0 * voltage_margin(car, d),
               "of the voltage at the inverters within the battery's cell limits; < 0: outside"},
              {"dc_link_voltage_min_V", "V", d.u_min, "lowest voltage at the inverters"},
              {"dc_link_voltage_max_V", "V", d.u_max, "highest voltage at the inverters"},
              {"magnet_flux_lost_percent", "%", 100.0 * drive.flux_lost_share(d),
               "largest share of its magnets' flux that a machine has lost for good"}});
  if (const double T = drive.T_junction_max(d); T > 0.0)
    out.push_back({"junction_temperature_max_degC", "degC", T - kZeroCelsius,
                   "highest junction temperature of the inverters, mean over each bridge"});
}

}  // namespace

std::vector<Kpi> kpis(const Simulation& simulation) {
  const Figures f{simulation};
  const Snapshot::Extremes& x = f.now.extremes;
  const scenario::Driver& driver = simulation.input().scenario.driver;
  const bool traced = simulation.trace().has_reference();
  std::vector<Kpi> out{
      {"energy_consumption_battery_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kBattery)),
       "at the battery terminals, auxiliaries included, net of regeneration"},
      {"energy_consumption_wall_Wh_per_km", "Wh/km", f.per_distance(f.wall_energy()),
       "from the outlet to recharge to the starting state of charge"},
      {"range_km", "km", f.range(),
       "driven from full to empty; elsewhere on the usable battery at this consumption"},
      {"energy_battery_kWh", "kWh", f.row(ledger::kBattery) / kJoulePerKWh,
       "given at the battery terminals, net of regeneration"},
      {"energy_wall_kWh", "kWh", f.wall_energy() / kJoulePerKWh,
       "from the outlet to recharge to the starting state of charge"},
      {"wheel_energy_positive_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kWheelOut)),
       "driving work at the road"},
      {"wheel_energy_negative_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kWheelIn)),
       "braking work at the road"},
      {"recovered_share_percent", "%", 100.0 * f.recovered_share(),
       "charge into the battery over braking work"},
      {"distance_km", "km", f.distance / 1000.0, "driven"},
      {"duration_s", "s", simulation.t(), "simulated"},
      {"SOC_end_percent", "%", 100.0 * f.now.y[car::kSOC], "state of charge at the end"},
      {"speed_end_km_per_h", "km/h", 3.6 * f.now.y[car::kV], "at the end"},
      {"speed_max_km_per_h", "km/h", 3.6 * x.v_max, "largest speed"},
      {"rolled_back_m", "m", max(-x.x_min, 0.0), "furthest behind the start"},
  };
  if (traced) {
    out.push_back({"trace_error_max_km_per_h", "km/h", 3.6 * x.trace_error,
                   "largest distance from the speed trace"});
    out.push_back(
        {"trace_error_rms_km_per_h", "km/h", 3.6 * f.trace_error_rms(), "its root mean square"});
  }
  if (std::holds_alternative<scenario::FullThrottle>(driver)) {
    if (simulation.input().scenario.initial.v == 0.0) add_standing_start(out, x.passed);
    out.push_back({"top_speed_km_per_h", "km/h",
                   f.now.end == End::top_speed ? 3.6 * f.now.y[car::kV] : kNone,
                   "at which full throttle accelerates no further"});
  }
  if (!simulation.input().trace.grade.empty())
    out.push_back({"gradeability_percent", "%", x.grade > -kInfinity ? 100.0 * x.grade : kNone,
                   "steepest grade climbed without losing speed"});
  if (std::holds_alternative<scenario::CoastDown>(driver)) {
    const auto fitted = milestones::fit(x.coasting);
    out.push_back({"coast_down_A_N", "N", fitted[0], "constant term of the resistance"});
    out.push_back({"coast_down_B_N_s_per_m", "N/(m/s)", fitted[1], "its linear term"});
    out.push_back({"coast_down_C_N_s2_per_m2", "N/(m/s)2", fitted[2], "its quadratic term"});
  }
  const std::vector<PhaseFigures> phases = phases_of(simulation);
  add_phases(out, phases);
  if (is_label_test(phases)) add_label(out, f, phases);
  out.push_back({"time_limited_s", "s", x.time_limited, "the drive gave less than was asked for"});
  add_limits_met(out, x.limited_by);
  out.insert(
      out.end(),
      {{"battery_power_max_kW", "kW", x.p_battery_max / 1000.0, "largest terminal power"},
       {"battery_power_min_kW", "kW", x.p_battery_min / 1000.0, "largest charging power, negative"},
       {"battery_voltage_min_V", "V", x.u_min, "lowest terminal voltage"},
       {"battery_voltage_max_V", "V", x.u_max, "highest terminal voltage"},
       {"battery_current_max_A", "A", x.i_max, "largest discharge current"},
       {"ledger_residual", "1", simulation.books().relative(),
        "energy not accounted for over energy moved"}});
  if (const Drive* drive = simulation.drive()) add_drive(out, f.car, *drive, f.now.drive);
  add_manoeuvre(out, simulation);
  if (simulation.input().controllers.any())
    out.push_back({"controller_outputs_clipped", "1",
                   static_cast<double>(simulation.clipped_outputs()),
                   "outputs of the user's own controllers outside their range"});
  if (const auto links = simulation.input().controllers.links(); !links.empty()) {
    std::int64_t unanswered = 0;
    for (const LinkFigures& l : links) unanswered += l.unanswered;
    out.push_back({"link_unanswered", "1", static_cast<double>(unanswered),
                   "exchanges with controllers without an answer in time"});
    out.push_back({"link_overruns", "1", static_cast<double>(links.front().pace.overruns),
                   "exchanges for which the simulator was too late"});
  }
  // No run is held whose books don't close, whether its scenario says so or not.
  scenario::Limit closed;
  closed.kpi = "ledger_residual";
  closed.max = 1e-6;
  closed.id = "closed books";
  std::vector<scenario::Limit> limits = simulation.input().scenario.expect;
  const bool said = std::ranges::any_of(
      limits, [&](const scenario::Limit& l) { return l.kpi == closed.kpi && l.max <= closed.max; });
  if (!said) limits.push_back(closed);
  judge(out, limits);
  return out;
}

void judge(std::vector<Kpi>& kpis, const std::vector<scenario::Limit>& limits) {
  for (const scenario::Limit& l : limits) {
    const auto k = std::ranges::find(kpis, l.kpi, &Kpi::name);
    if (k == kpis.end()) {
      std::string known;
      for (const Kpi& each : kpis) known += (known.empty() ? "" : ", ") + each.name;
      throw InputError(Problem{.path = "expect", .what = "no KPI " + l.kpi + "; known: " + known});
    }
    k->limits.push_back(l);
    // A figure that does not exist holds no limit.
    const bool held = k->value >= l.min && k->value <= l.max;
    k->verdict = held && k->verdict != Verdict::fail ? Verdict::pass : Verdict::fail;
  }
}

}  // namespace evsim
