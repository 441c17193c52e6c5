#include "sim/components/magnetics.h"

#include <concepts>
#include <stdexcept>

namespace evsim::magnetics {

Stiffness<double> stiffness(const Model<double>& m, const Dq<double>& psi) {
  Dq<Dual<2>> x{psi.d, psi.q};
  x.d.d[0] = x.q.d[1] = 1.0;
  const Dq<Dual<2>> i = currents(m, x);
  return {.dd = i.d.d[0], .dq = 0.5 * (i.d.d[1] + i.q.d[0]), .qq = i.q.d[1]};
}

Dq<double> fluxes(const Model<double>& m, const Dq<double>& i) {
  // W(psi) - i psi is convex with its least value where (1) holds: damped steps of Newton's method.
  const auto slack = [&](const Dq<double>& psi) {
    return field_energy(m, psi) - i.d * psi.d - i.q * psi.q;
  };
  Dq<double> psi{0.0, 0.0};
  for (int round = 0; round < 200; ++round) {
    const Dq<double> now = currents(m, psi);
    const Dq<double> e{i.d - now.d, i.q - now.q};
    const Stiffness<double> k = stiffness(m, psi);
    const double det = k.dd * k.qq - k.dq * k.dq;
    if (!(det > 0.0)) break;
    const Dq<double> step{(k.qq * e.d - k.dq * e.q) / det, (k.dd * e.q - k.dq * e.d) / det};
    const double gain = e.d * step.d + e.q * step.q;  // twice what the step promises
    const double tiny = 1e-15 * (abs(psi.d) + abs(psi.q)) + 1e-300;
    if (abs(step.d) + abs(step.q) <= tiny) return psi;
    double part = 1.0;
    const double here = slack(psi);
    const auto at = [&](double share) {
      return Dq<double>{psi.d + share * step.d, psi.q + share * step.q};
    };
    // Near the solution the gain is below the rounding of W: a full step is right there.
    while (part > 1e-6 && gain > 1e-12 * abs(here) && slack(at(part)) > here - 1e-4 * part * gain)
      part *= 0.5;
    const Dq<double> next = at(part);
    const bool settled = gain <= 1e-28 * (1.0 + abs(here));
    psi = next;
    if (settled) return psi;
  }
  throw std::domain_error("no flux linkage has this current: the magnetic model is not convex");
}

namespace {
bool same(const Table2<double>& a, const Table2<double>& b) {
  if (a.data() == b.data() || a.empty() || b.empty()) return a.data() == b.data();
  const auto &x = *a.data(), &y = *b.data();
  return x.x().knots() == y.x().knots() && x.y().knots() == y.y().knots() &&
         x.values() == y.values();
}
// Some milliseconds of work, asked for at each check of an edited vehicle, whose maps stay: the last is kept.
template <class Map> flux_map::Prepared kept(const Map& map) {
  struct Last {
    Table2<double> d, q;
    flux_map::Prepared prepared;
  };
  thread_local Last last;
  const auto& [d, q] = map;
  if (!last.prepared.data || !same(last.d, d) || !same(last.q, q))
    last = {d, q, flux_map::prepare(map)};
  return last.prepared;
}
flux_map::Prepared tables(const CurrentMap<double>& m) {
  return kept(flux_map::CurrentsOverFlux{m.i_d, m.i_q});
}
flux_map::Prepared tables(const FluxMap<double>& m) {
  return kept(flux_map::FluxOverCurrents{m.psi_d, m.psi_q});
}
template <class M> inline constexpr bool kOfTables =
    std::same_as<M, CurrentMap<double>> || std::same_as<M, FluxMap<double>>;
}  // namespace

Model<double> prepare(const Params<double>& p) {
  return std::visit(
      []<class M>(const M& m) -> Model<double> {
        if constexpr (kOfTables<M>)
          return flux_map::Map<double>(tables(m).data);
        else
          return m;
      },
      p);
}

std::optional<flux_map::Figures> figures(const Params<double>& p) {
  return std::visit(
      []<class M>(const M& m) -> std::optional<flux_map::Figures> {
        if constexpr (kOfTables<M>)
          return tables(m).figures;
        else
          return std::nullopt;
      },
      p);
}

}  // namespace evsim::magnetics
