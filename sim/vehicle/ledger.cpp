#include "sim/vehicle/ledger.h"

#include <string_view>

namespace evsim::ledger {
namespace {

constexpr double kThroughputFloor = 1000.0;  // [J]: a car that stands still has no scale of its own

struct RowOf {
  int row;
  std::string_view name;
  Kind kind;
};
constexpr std::array kBalance{
    RowOf{kMissing, "power the battery could not give", Kind::intervention},
    RowOf{kAuxiliaries, "auxiliaries", Kind::out},
    RowOf{kAir, "air drag", Kind::out},
    RowOf{kRolling, "rolling resistance", Kind::loss},
    RowOf{kSlip, "tyre slip", Kind::loss},
    RowOf{kBrake, "friction brakes", Kind::loss},
    RowOf{kR0, "battery resistance", Kind::loss},
    RowOf{kR1, "battery polarisation", Kind::loss},
    RowOf{kNode, "DC cable and capacitors", Kind::loss},
};
constexpr std::array kMultiBody{
    RowOf{kShafts, "half shafts", Kind::loss},
    RowOf{kDifferentials, "differentials", Kind::loss},
    RowOf{kDampers, "suspension dampers", Kind::loss},
    RowOf{kTyreDamping, "tyre damping", Kind::loss},
    RowOf{kTyreMoments, "tyre moments", Kind::loss},
    RowOf{kSteering, "steering", Kind::external_in},
};
constexpr std::array<std::string_view, kRowsPerUnit> kUnitRows{"gear", "machine", "inverter"};

double sign_of(Kind kind) {
  return kind == Kind::external_in || kind == Kind::intervention ? 1.0 : -1.0;
}

}  // namespace

Books close(const car::Model<double>& m, const double* q, const Stores<double>& start,
            const Stores<double>& end, double intervention, bool multi_body) {
  Books b{.entries = {}, .residual = 0.0, .throughput = max(q[kThroughput], kThroughputFloor)};
  for (const RowOf& r : kBalance)
    if (r.row != kNode || q[kNode] != 0.0)  // the level energy has none
      b.entries.push_back({std::string(r.name), r.kind, q[r.row]});
  for (int k = 0; k < m.drive_units.size(); ++k)
    for (int i = 0; i < kRowsPerUnit; ++i)
      b.entries.push_back(
          {m.drive_units.name(k) + " " + std::string(kUnitRows[static_cast<std::size_t>(i)]),
           Kind::loss, q[kUnits + kRowsPerUnit * k + i]});
  for (const RowOf& r : kMultiBody)
    if (multi_body) b.entries.push_back({std::string(r.name), r.kind, q[r.row]});
  if (q[kHitch] != 0.0) {  // there is a trailer
    b.entries.push_back({"hitch", Kind::loss, q[kHitch]});
    b.entries.push_back({"trailer uphill", Kind::out, q[kTowedHeight]});
  }
  b.entries.push_back({"jumps by command", Kind::intervention, intervention});
  b.entries.push_back({multi_body ? "motion, springs and twist" : "kinetic energy",
                       Kind::store_change, end.kinetic - start.kinetic});
  b.entries.push_back({"height", Kind::store_change, end.potential - start.potential});
  b.entries.push_back({"battery charge", Kind::store_change, end.battery - start.battery});
  if (q[kNode] != 0.0)
    b.entries.push_back(
        {"fields and capacitors", Kind::store_change, end.electric - start.electric});
  for (const Entry& e : b.entries) b.residual += sign_of(e.kind) * e.energy;
  return b;
}

}  // namespace evsim::ledger
