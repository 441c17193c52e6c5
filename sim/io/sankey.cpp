#include "sim/io/sankey.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace evsim::io {
namespace {

std::size_t index(Station s) { return static_cast<std::size_t>(s); }

Station place(const ledger::Entry& e, Station jumps) {
  const std::string_view name = e.name;
  if (name == "jumps by command") return jumps;
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

std::vector<Sankey::Port> ports(const ledger::Books& books, Station jumps) {
  std::vector<Sankey::Port> out;
  for (const ledger::Entry& e : books.entries)
    if (e.energy != 0.0)
      out.push_back(
          {e.name, place(e, jumps), kind_of(e.kind), enters(e.kind) ? -e.energy : e.energy});
  if (books.residual != 0.0)
    out.push_back({"residual", Station::car, Sankey::Kind::residual, books.residual});
  return out;
}

// Of every signal group.*.name.
struct Pattern {
  std::string_view path;
  double sign;
};
constexpr std::array kAtBattery{Pattern{"battery.p", 1}};
constexpr std::array kAtInverters{Pattern{"drive_units.*.p_electrical", 1}};
constexpr std::array kAtMachines{Pattern{"drive_units.*.p_electrical", 1},
                                 Pattern{"drive_units.*.p_loss_inverter", -1}};
constexpr std::array kAtGears{Pattern{"drive_units.*.p_mechanical", 1}};
constexpr std::array kAtWheels{Pattern{"drive_units.*.p_mechanical", 1},
                               Pattern{"drive_units.*.p_loss_gear", -1}};
constexpr std::array kAtCar{Pattern{"body.p_wheel", 1}};
constexpr std::array<std::span<const Pattern>, kStations - 1> kLinks{
    kAtBattery, kAtInverters, kAtMachines, kAtGears, kAtWheels, kAtCar};

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

LinkPowers::LinkPowers(const std::vector<signals::Info>& infos) {
  for (std::size_t link = 0; link < kLinks.size(); ++link)
    for (const Pattern& p : kLinks[link])
      for (std::size_t i = 0; i < infos.size(); ++i)
        if (signals::matches(p.path, infos[i].path)) terms_[link].push_back({i, p.sign});
}

void add_returned(ByLink& sum, const ByLink& before, const ByLink& now, double dt) {
  for (std::size_t i = 0; i < sum.size(); ++i)
    sum[i] += 0.5 * (std::max(-before[i], 0.0) + std::max(-now[i], 0.0)) * dt;
}

ByLink returned_energy(const Recording& recording) {
  const LinkPowers powers(recording.signals);
  const auto at = [&](std::size_t row) {
    return powers([&](std::size_t signal) { return recording.columns[signal][row]; });
  };
  ByLink out{}, before{};
  for (std::size_t row = 0; row < recording.t.size(); ++row) {
    const ByLink now = at(row);
    if (row > 0) add_returned(out, before, now, recording.t[row] - recording.t[row - 1]);
    before = now;
  }
  return out;
}

Station place_of_jumps(const std::vector<scenario::Event>& log) {
  const bool in_battery = std::ranges::any_of(log, [](const scenario::Event& e) {
    if (const auto* s = std::get_if<scenario::SetState>(&e.command))
      return s->state.starts_with("SOC") || s->state.starts_with("u_1");
    if (const auto* p = std::get_if<scenario::SetParameter>(&e.command))
      return p->path.starts_with("battery");
    return false;
  });
  return in_battery ? Station::battery : Station::car;
}

Sankey sankey(const ledger::Books& books, Station jumps, const ByLink& returned) {
  Sankey s;
  s.ports = ports(books, jumps);
  for (const Sankey::Port& p : s.ports) (p.energy < 0.0 ? s.in : s.out) += std::abs(p.energy);
  double net = 0.0;
  for (std::size_t i = 0; i + 1 < kStations; ++i) {
    for (const Sankey::Port& p : s.ports)
      if (index(p.station) == i) net -= p.energy;
    s.links[i].back = std::max({returned[i], -net, 0.0});
    s.links[i].forward = net + s.links[i].back;
  }
  return s;
}

Sankey sankey(const RunResult& result) {
  return sankey(result.books, place_of_jumps(result.command_log),
                returned_energy(result.recording));
}

}  // namespace evsim::io
