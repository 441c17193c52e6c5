// Compiled once for every processor and once for newer ones.
#include "sim/solve/electric_tick.h"

#define EVSIM_JOIN(a, b) a##b
#define EVSIM_ENTRY(arch) EVSIM_JOIN(ticks_entry_, arch)

namespace evsim::electric_tick {
namespace {

template <class Mechanics, class H>
void tick(const electric_drive::Model<double>& m, const H& held, const Mechanics& mechanics,
          const dc_node::Weights& w, const electric_step::Steps& steps, double R_source,
          electric_drive::State<double>& y, electric_drive::Rows<double>& q) {
  const auto take = [&]<std::size_t N>() {
    electric_step::advance<N>(m, held, mechanics, w, steps, R_source, y, q);
  };
  static_assert(kMaxDriveUnits == 4);
  switch (m.n_units) {
    case 1: return take.template operator()<1>();
    case 2: return take.template operator()<2>();
    case 3: return take.template operator()<3>();
    default: return take.template operator()<4>();
  }
}

}  // namespace

Ticks EVSIM_ENTRY(EVSIM_ARCH)() {
  return {tick<Rigid, Held>, tick<Rigid, DeviceHeld>, tick<Foreseen, Held>,
          tick<Foreseen, DeviceHeld>};
}

}  // namespace evsim::electric_tick
