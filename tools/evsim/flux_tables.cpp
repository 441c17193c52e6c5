#include "tools/evsim/flux_tables.h"

#include <fmt/format.h>

namespace evsim::cli {

std::vector<FluxTables> flux_tables(const car::Params<double>& car) {
  std::vector<FluxTables> out;
  for (int k = 0; k < car.drive_units.size(); ++k) {
    const std::string& unit = car.drive_units.name(k);
    const auto* machine =
        std::get_if<machine_dq::Synchronous<double>>(&car.drive_units[k].machine.dq);
    const auto f = machine == nullptr ? std::nullopt : magnetics::figures(machine->magnetics);
    if (f)
      out.push_back({"drive_units." + unit + ".machine.dq.magnetics",
                     fmt::format("flux tables of {}: asymmetry {:.1e} of the stiffness, loop "
                                 "{:.1e} of the field energy, misfit {:.2g} A",
                                 unit, f->asymmetry, f->loop, f->misfit)});
  }
  return out;
}

}  // namespace evsim::cli
