// The figures that a run is judged by.
#include <algorithm>

#include "sim/base/errors.h"
#include "sim/run/result.h"

namespace evsim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kShortest = 1.0;  // [m]: below it nothing per distance is stated

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
    const double from = now.y[car::kSOC], to = s.input().scenario.initial.SOC;
    return recharge_energy(s.vehicle(), s.system().T_battery, from, to);
  }
  // Distance on the usable window at this run's use of the chemical store.
  double range() const {
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
    return braking > 0.0 ? row(ledger::kBatteryIn) / braking : kNone;
  }
  double trace_error_rms() const {
    return s.t() > 0.0 ? sqrt(row(ledger::kTraceError) / s.t()) : 0.0;
  }
};

}  // namespace

std::vector<Kpi> kpis(const Simulation& simulation) {
  const Figures f{simulation};
  const Snapshot::Extremes& x = f.now.extremes;
  const bool traced = simulation.trace().has_reference();
  std::vector<Kpi> out{
      {"energy_consumption_battery_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kBattery)),
       "at the battery terminals, auxiliaries included, net of regeneration"},
      {"energy_consumption_wall_Wh_per_km", "Wh/km", f.per_distance(f.wall_energy()),
       "from the outlet to recharge to the starting state of charge"},
      {"range_km", "km", f.range(), "on the usable battery at this consumption"},
      {"wheel_energy_positive_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kWheelOut)),
       "driving work at the road"},
      {"wheel_energy_negative_Wh_per_km", "Wh/km", f.per_distance(f.row(ledger::kWheelIn)),
       "braking work at the road"},
      {"recovered_share_percent", "%", 100.0 * f.recovered_share(),
       "charge into the battery over braking work"},
      {"distance_km", "km", f.distance / 1000.0, "driven"},
      {"duration_s", "s", simulation.t(), "simulated"},
      {"SOC_end_percent", "%", 100.0 * f.now.y[car::kSOC], "state of charge at the end"},
      {"speed_max_km_per_h", "km/h", 3.6 * x.v_max, "largest speed"},
      {"trace_error_max_km_per_h", "km/h", traced ? 3.6 * x.trace_error : kNone,
       "largest distance from the speed trace"},
      {"trace_error_rms_km_per_h", "km/h", traced ? 3.6 * f.trace_error_rms() : kNone,
       "its root mean square"},
      {"time_limited_s", "s", x.time_limited, "the drive gave less than was asked for"},
      {"battery_power_max_kW", "kW", x.p_battery_max / 1000.0, "largest terminal power"},
      {"battery_power_min_kW", "kW", x.p_battery_min / 1000.0, "largest charging power, negative"},
      {"battery_voltage_min_V", "V", x.u_min, "lowest terminal voltage"},
      {"battery_voltage_max_V", "V", x.u_max, "highest terminal voltage"},
      {"battery_current_max_A", "A", x.i_max, "largest discharge current"},
      {"ledger_residual", "1", simulation.books().relative(),
       "energy not accounted for over energy moved"},
  };
  // No run is held whose books don't close.
  scenario::Limit closed;
  closed.kpi = "ledger_residual";
  closed.max = 1e-6;
  closed.id = "closed books";
  std::vector<scenario::Limit> limits = simulation.input().scenario.expect;
  limits.push_back(closed);
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
