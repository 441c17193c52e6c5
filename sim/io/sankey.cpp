#include "sim/io/sankey.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace evsim::io {
namespace {

std::size_t index(Station s) { return static_cast<std::size_t>(s); }

// A jump of a battery state was booked there, any other at the car.
bool jumps_in_battery(const std::vector<scenario::Event>& log) {
  return std::ranges::any_of(log, [](const scenario::Event& e) {
    if (const auto* s = std::get_if<scenario::SetState>(&e.command))
      return s->state.starts_with("SOC") || s->state.starts_with("u_1");
    if (const auto* p = std::get_if<scenario::SetParameter>(&e.command))
      return p->path.starts_with("battery");
    return false;
  });
}

struct Placing {
  const std::vector<scenario::Event>& log;

  Station operator()(const ledger::Entry& e) const {
    const std::string_view name = e.name;
    if (name == "jumps by command") return jumps_in_battery(log) ? Station::battery : Station::car;
    if (name.starts_with("battery")) return Station::battery;
    if (name == "auxiliaries" || name.starts_with("power the battery") ||
        e.kind == ledger::Kind::external_in)
      return Station::dc_node;
    if (name.ends_with(" inverter")) return Station::inverters;
    if (name.ends_with(" machine")) return Station::machines;
    if (name.ends_with(" gear")) return Station::gears;
    if (name == "tyre slip" || name == "friction brakes") return Station::wheels;
    return Station::car;
  }
};

Sankey::Kind kind_of(ledger::Kind kind) {
  switch (kind) {
    case ledger::Kind::loss: return Sankey::Kind::loss;
    case ledger::Kind::out: return Sankey::Kind::out;
    case ledger::Kind::store_change: return Sankey::Kind::store;
    default: return Sankey::Kind::source;
  }
}

bool enters(ledger::Kind kind) {
  return kind == ledger::Kind::external_in || kind == ledger::Kind::intervention;
}

std::vector<Sankey::Port> ports(const RunResult& r) {
  const Placing place{r.command_log};
  std::vector<Sankey::Port> out;
  for (const ledger::Entry& e : r.books.entries)
    if (e.energy != 0.0)
      out.push_back({e.name, place(e), kind_of(e.kind), enters(e.kind) ? -e.energy : e.energy});
  if (r.books.residual != 0.0)
    out.push_back({"residual", Station::car, Sankey::Kind::residual, r.books.residual});
  return out;
}

// Sums of recorded columns, by what their paths end and begin with.
class Columns {
 public:
  explicit Columns(const Recording& r) : r_(r) {}

  // sum += sign * column, of every signal group.*.name
  void add(std::vector<double>& sum, std::string_view pattern, double sign) const {
    for (std::size_t i = 0; i < r_.signals.size(); ++i) {
      if (!signals::matches(pattern, r_.signals[i].path)) continue;
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += sign * r_.columns[i][k];
    }
  }
  // Trapezoids over the negative part [J].
  double negative_part(const std::vector<double>& p) const {
    double energy = 0.0;
    for (std::size_t k = 1; k < p.size(); ++k)
      energy += 0.5 * (std::max(-p[k - 1], 0.0) + std::max(-p[k], 0.0)) * (r_.t[k] - r_.t[k - 1]);
    return energy;
  }
  std::vector<double> zeros() const { return std::vector<double>(r_.t.size(), 0.0); }

 private:
  const Recording& r_;
};

struct Term {
  std::string_view pattern;
  double sign;
};
constexpr std::array kAtBattery{Term{"battery.p", 1}};
constexpr std::array kAtInverters{Term{"drive_units.*.p_electrical", 1}};
constexpr std::array kAtMachines{Term{"drive_units.*.p_electrical", 1},
                                 Term{"drive_units.*.p_loss_inverter", -1}};
constexpr std::array kAtGears{Term{"drive_units.*.p_mechanical", 1}};
constexpr std::array kAtWheels{Term{"drive_units.*.p_mechanical", 1},
                               Term{"drive_units.*.p_loss_gear", -1}};
constexpr std::array kAtCar{Term{"body.p_wheel", 1}};

}  // namespace

double Sankey::imbalance(Station station) const {
  const std::size_t i = index(station);
  double sum = 0.0;
  for (const Port& p : ports)
    if (p.station == station) sum -= p.energy;
  if (i > 0) sum += links[i - 1].forward - links[i - 1].back;
  if (i + 1 < kStations) sum -= links[i].forward - links[i].back;
  return sum;
}

std::array<double, kStations - 1> returned_energy(const Recording& recording) {
  const std::array<std::span<const Term>, kStations - 1> places{
      kAtBattery, kAtInverters, kAtMachines, kAtGears, kAtWheels, kAtCar};
  const Columns columns(recording);
  std::array<double, kStations - 1> out{};
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::vector<double> p = columns.zeros();
    for (const Term& term : places[i]) columns.add(p, term.pattern, term.sign);
    out[i] = columns.negative_part(p);
  }
  return out;
}

Sankey sankey(const RunResult& result) {
  Sankey s;
  s.ports = ports(result);
  for (const Sankey::Port& p : s.ports) (p.energy < 0.0 ? s.in : s.out) += std::abs(p.energy);
  const auto returned = returned_energy(result.recording);
  double net = 0.0;
  for (std::size_t i = 0; i + 1 < kStations; ++i) {
    for (const Sankey::Port& p : s.ports)
      if (index(p.station) == i) net -= p.energy;
    s.links[i].back = std::max({returned[i], -net, 0.0});
    s.links[i].forward = net + s.links[i].back;
  }
  return s;
}

}  // namespace evsim::io
