#include "sim/io/breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "sim/control/torque_limits.h"
#include "sim/io/markup.h"

namespace evsim::io {
namespace {

using torque_limits::Reason;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kJoulePerKWh = 3.6e6;

// ---- Energy from the outlet ---------------------------------------------------------------------

// A part of the car by the names of its ledger entries.
struct Place {
  std::string_view name;
  std::function<bool(std::string_view entry)> holds;
};
const std::vector<Place>& places() {
  const auto one_of = [](const std::vector<std::string_view>& names) {
    return [names](std::string_view e) { return std::ranges::count(names, e) > 0; };
  };
  const auto of_units = [](std::string_view end) {
    return [end](std::string_view e) { return e.ends_with(end); };
  };
  static const std::vector<Place> all{
      {"road", one_of({"air drag", "rolling resistance", "kinetic energy", "height"})},
      {"slip", one_of({"tyre slip"})},
      {"brakes", one_of({"friction brakes"})},
      {"gear", of_units(" gear")},
      {"machine", of_units(" machine")},
      {"inverter", of_units(" inverter")},
      {"auxiliaries", one_of({"auxiliaries"})},
      {"battery", one_of({"battery resistance", "battery polarisation"})}};
  return all;
}

double energy_of(const ledger::Books& books, const std::function<bool(std::string_view)>& holds) {
  double sum = 0.0;
  for (const ledger::Entry& e : books.entries)
    if (holds(e.name)) sum += e.energy;
  return sum;
}

// Largest first, those that round to nothing left out: "road 55, charger 12, machine 10 %".
std::string shares_text(std::vector<Amount> parts) {
  constexpr double kSmallest = 0.5;  // [%]
  std::ranges::stable_sort(parts, std::greater{},
                           [](const Amount& p) { return std::abs(p.value); });
  std::string out;
  for (const Amount& p : parts)
    if (std::abs(p.value) >= kSmallest)
      out += fmt::format("{}{} {:.0f}", out.empty() ? "" : ", ", p.name, p.value);
  return out.empty() ? out : out + " %";
}

// ---- A part of the run, from its recorded signals -----------------------------------------------

struct Window {
  double from, until;  // [s]
  bool empty() const { return !(until > from); }
};

class Recorded {
 public:
  explicit Recorded(const Recording& r) : r_(r) {}

  // nullptr where it was not recorded, or nothing was.
  const std::vector<double>* column(std::string_view path) const {
    for (std::size_t i = 0; i < r_.signals.size(); ++i)
      if (r_.signals[i].path == path && !r_.t.empty()) return &r_.columns[i];
    return nullptr;
  }
  // First instant at or above a value, straight between samples; NaN where there is none [s].
  double reached(std::string_view path, double value) const {
    const auto* x = column(path);
    if (x == nullptr) return kNone;
    for (std::size_t k = 0; k < x->size(); ++k) {
      if ((*x)[k] < value) continue;
      if (k == 0) return r_.t[0];
      const double share = (value - (*x)[k - 1]) / ((*x)[k] - (*x)[k - 1]);
      return r_.t[k - 1] + share * (r_.t[k] - r_.t[k - 1]);
    }
    return kNone;
  }
  // interval(k, seconds) for each pair of samples k, k + 1 that lies in the window, with its time there.
  void each(const Window& w, const std::function<void(std::size_t, double)>& interval) const {
    for (std::size_t k = 0; k + 1 < r_.t.size(); ++k) {
      const double inside = std::min(r_.t[k + 1], w.until) - std::max(r_.t[k], w.from);
      if (inside > 0.0) interval(k, inside);
    }
  }
  double lowest(std::string_view path, const Window& w) const {
    const auto* x = column(path);
    double least = kInfinity;
    if (x != nullptr) each(w, [&](std::size_t k, double) { least = std::min(least, (*x)[k]); });
    return least;
  }
  double mean(std::string_view path, const Window& w) const {
    const auto* x = column(path);
    double integral = 0.0, time = 0.0;
    if (x != nullptr)
      each(w, [&](std::size_t k, double seconds) {
        integral += 0.5 * ((*x)[k] + (*x)[k + 1]) * seconds;
        time += seconds;
      });
    return integral / time;
  }
  double time_limited(Reason first, Reason last, const Window& w) const {
    const auto* x = column("vcu.limit_reason");
    double time = 0.0;
    if (x != nullptr)
      each(w, [&](std::size_t k, double seconds) {
        const auto reason = static_cast<Reason>(std::lround((*x)[k]));
        if (reason >= first && reason <= last) time += seconds;
      });
    return time;
  }

 private:
  const Recording& r_;
};

Window window(const published::Time& part, const std::string& kpi, const RunResult& r) {
  const Recorded recorded(r.recording);
  const double until = part.until_v < kInfinity
                           ? recorded.reached("body.v", part.until_v)
                           : kpi_value(r, part.until.empty() ? std::string_view(kpi) : part.until);
  return {.from = part.from_v > 0.0 ? recorded.reached("body.v", part.from_v) : 0.0,
          .until = until};
}

struct Limiter {
  const char* name;
  Reason first, last;
};
constexpr std::array kLimiters{
    Limiter{"grip", Reason::grip, Reason::grip},
    Limiter{"machine", Reason::machine, Reason::machine},
    Limiter{"battery", Reason::battery_power, Reason::battery_charge_state},
    Limiter{"speed limiter", Reason::speed_limiter, Reason::speed_limiter}};

// ---- By type ------------------------------------------------------------------------------------

struct TakeApart {
  const published::Kind& kind;
  const RunResult& result;
  const Case& input;

  Breakdown operator()(const published::Nothing&) const { return {}; }
  Breakdown operator()(const published::Energy&) const {
    std::vector<Amount> parts = outlet_shares(result, input);
    std::string text = shares_text(parts);
    return {std::move(parts), std::move(text)};
  }
  Breakdown operator()(const published::Time& part) const {
    const Window w = window(part, kind.kpi, result);
    const Recorded recorded(result.recording);
    if (w.empty() || recorded.column("vcu.limit_reason") == nullptr) return {};
    constexpr double kShortest = 0.005;  // [s]: shown as 0.00
    Breakdown out;
    for (const Limiter& l : kLimiters) {
      const double time = recorded.time_limited(l.first, l.last, w);
      out.parts.push_back({l.name, time, "s"});
      if (time >= kShortest)
        out.text += fmt::format("{}{} {:.2f} s", out.text.empty() ? "" : ", ", l.name, time);
    }
    if (out.text.empty()) out.text = "nothing limits";
    const double u = recorded.lowest("battery.u", w), p = recorded.mean("battery.p", w) / 1000.0;
    out.parts.push_back({"lowest battery voltage", u, "V"});
    out.parts.push_back({"mean battery power", p, "kW"});
    out.text += fmt::format("; at least {:.0f} V, mean {:.0f} kW", u, p);
    return out;
  }
  Breakdown operator()(const published::TopSpeed&) const {
    const Recorded recorded(result.recording);
    const auto* reasons = recorded.column("vcu.limit_reason");
    if (reasons == nullptr || result.end != End::top_speed) return {};
    const auto reason = static_cast<Reason>(std::lround(reasons->back()));
    const auto* l = std::ranges::find_if(
        kLimiters, [&](const Limiter& x) { return reason >= x.first && reason <= x.last; });
    const double u = recorded.column("battery.u")->back();
    const double p = recorded.column("battery.p")->back() / 1000.0;
    const std::string holds = l == kLimiters.end() ? "what the car resists" : l->name;
    return {{{"battery voltage", u, "V"}, {"battery power", p, "kW"}},
            fmt::format("held by {}; {:.0f} kW at {:.0f} V", holds, p, u)};
  }
  Breakdown operator()(const published::Range&) const {
    const double E = kpi_value(result, "energy_battery_kWh");
    const double consumption = kpi_value(result, "energy_consumption_battery_Wh_per_km");
    return {{{"energy used", E, "kWh"}, {"consumption", consumption, "Wh/km"}},
            fmt::format("{} kWh at {} Wh/km; ended: {}", readable(E, 4), readable(consumption, 4),
                        name(result.end))};
  }
};

}  // namespace

double kpi_value(const RunResult& result, std::string_view name) {
  const auto k = std::ranges::find(result.kpis, name, &Kpi::name);
  return k == result.kpis.end() ? kNone : k->value;
}

// Charging gives the battery E_DC = efficiency * E_AC at its terminals; what its store gained of that is
// what the run took out, so the rest was lost in the battery.
std::vector<Amount> outlet_shares(const RunResult& result, const Case& input) {
  const double E_AC = kpi_value(result, "energy_wall_kWh") * kJoulePerKWh;
  if (!(E_AC > 0.0)) return {};
  const double E_DC = input.vehicle.charger.efficiency * E_AC;
  const double taken =
      -energy_of(result.books, [](std::string_view e) { return e == "battery charge"; });
  std::vector<Amount> parts;
  for (const Place& place : places())
    parts.push_back(
        {std::string(place.name), 100.0 * energy_of(result.books, place.holds) / E_AC, "%"});
  parts.back().value += 100.0 * (E_DC - taken) / E_AC;
  parts.push_back({"charger", 100.0 * (E_AC - E_DC) / E_AC, "%"});
  return parts;
}

Breakdown breakdown(const published::Kind& kind, const RunResult& result, const Case& input) {
  return std::visit(TakeApart{kind, result, input}, kind.consists_of);
}

}  // namespace evsim::io
