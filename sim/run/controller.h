// A controller that takes over a role of the simulation, in place of the built-in one. How it is reached (a shared
// library today, firmware over a wire later) is its own affair; what it sees and gives is that of
// sim/control/evsim_controller.h. Its state is a block of the snapshot.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/base/time.h"
#include "sim/control/controller_signals.h"
#include "sim/run/link_figures.h"
#include "sim/run/scenario.h"

namespace evsim::controller {

// A controller has crashed, hung or given no number: the run is over, what it computed stands. Exit code 3.
class Failure : public SimulationError {
 public:
  using SimulationError::SimulationError;
};

using Signals = std::array<double, EVSIM_SIGNALS>;

// Of one instance; plain data.
struct Block {
  alignas(16) std::array<unsigned char, EVSIM_STATE + 16> state{};
  std::int64_t run = 0, calls = 0;  // of a library with a state of its own: which run of it this is
  std::int64_t clipped = 0;         // outputs that were outside their range
  Signals signals{};
};

struct Where {  // for errors
  std::string_view unit;
  TimeNs t;
  std::int64_t tick;
};

struct About {
  std::string library, name;
  double rate;             // that it asks for [Hz]; 0: the vehicle's
  std::size_t state_size;  // 0: it keeps a state of its own, outside of snapshots
  std::vector<std::string> signals;
  double patience;          // that a call may take, wall-clock [s]; 0: unlimited
  bool one_a_unit = false;  // an instance for each drive unit, whatever state_size says
};

template <class Role> class Controller {
 public:
  explicit Controller(About about) : about_(std::move(about)) {}
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;
  virtual ~Controller() = default;
  const About& about() const { return about_; }

  // Throws InputError where it refuses the car, Failure where it fails.
  virtual void init(Block& b, const typename Role::Config& config, const Where& at) = 0;
  virtual void step(Block& b, const typename Role::Inputs& in, typename Role::Outputs& out,
                    const Where& at) = 0;
  // True where it can go on from this block: always, unless it keeps a state of its own.
  virtual bool goes_on_from(const Block& b) const = 0;
  // Of one outside of this program, or one a drive unit; faults of its link, with the seed by which those are drawn that are hit.
  virtual std::vector<LinkFigures> links() const { return {}; }
  virtual void link_fault(const scenario::LinkFault&, TimeNs, std::uint64_t) {}

 private:
  About about_;
};

// Those that take over; empty: built in.
struct Controllers {
  std::shared_ptr<Controller<MotorControl>> motor_control;
  std::string drive_units;  // those that it drives, "front, rear"; "": all
  std::shared_ptr<Controller<Vcu>> vcu;
  std::shared_ptr<Controller<Bms>> bms;
  std::shared_ptr<Controller<Brake>> brake;

  // op(controller) for each that there is.
  template <class Op> void each(Op&& op) const {
    if (motor_control) op(*motor_control);
    if (vcu) op(*vcu);
    if (bms) op(*bms);
    if (brake) op(*brake);
  }
  bool any() const { return motor_control || vcu || bms || brake; }
  bool drives(std::string_view unit) const {
    if (!motor_control) return false;
    if (drive_units.empty()) return true;
    for (std::string_view rest = drive_units; !rest.empty();) {
      const auto end = std::min(rest.find(", "), rest.size());
      if (rest.substr(0, end) == unit) return true;
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return false;
  }
  std::vector<LinkFigures> links() const {
    std::vector<LinkFigures> out;
    each([&](const auto& c) {
      for (LinkFigures& one : c.links()) out.push_back(std::move(one));
    });
    return out;
  }
  // Whether it has a link by that role; "": any.
  bool has_link(std::string_view role) const {
    return std::ranges::any_of(
        links(), [&](const LinkFigures& l) { return role.empty() || l.role == role; });
  }
  void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) const {
    each([&]<class Role>(Controller<Role>& c) {
      if (f.role.empty() || f.role == Role::kName) c.link_fault(f, t, seed);
    });
  }
  // False where one keeps a state of its own: its run can't go back.
  bool have_state_in_snapshots() const {
    bool out = true;
    each([&](const auto& c) { out = out && c.about().state_size > 0; });
    return out;
  }
};

// Makes what a scenario names. Throws InputError with the path in the scenario.
using Load = std::function<Controllers(const scenario::Controllers&)>;

// "motor_control of drive unit rear (my FOC 1.2, ./foc.so) at t = 1.25 s, tick 12500"
template <class Role> std::string named(const About& about, const Where& at) {
  std::string out(Role::kName);
  if (!at.unit.empty()) out.append(" of drive unit ").append(at.unit);
  out += " (" + about.name + ", " + about.library + ") at t = " + std::to_string(seconds(at.t));
  return out + " s, tick " + std::to_string(at.tick);
}

namespace detail {
template <class Each> void each_number(double& x, const Field& f, Each& each) { each(x, f); }
template <std::size_t N, class Each> void each_number(double (&x)[N], const Field& f, Each& each) {
  for (double& one : x) each(one, f);
}
template <class Each> void each_number(evsim_wheels& x, const Field& f, Each& each) {
  each_number(x.at, f, each);
}
}  // namespace detail

// What a timer and a bus make of outputs: beyond their range they saturate, which is counted; what is no number
// ends the run.
template <class Role>
void check_outputs(const About& about, Block& b, typename Role::Outputs& out, const Where& at) {
  auto check = [&](double& x, const Field& f) {
    if (!std::isfinite(x))
      throw Failure(named<Role>(about, at) + ": output " + std::string(f.name) + " is " +
                    (std::isnan(x) ? "NaN" : "infinite"));
    if (f.range.contains(x)) return;
    x = clamp(x, f.range.min, f.range.max);
    ++b.clipped;
  };
  fields(out, [&](auto& member, const Field& f) { detail::each_number(member, f, check); });
  std::copy(std::begin(out.signals), std::end(out.signals), b.signals.begin());
}

// One call with all that belongs to it.
template <class Role> void call(Controller<Role>& c, Block& b, const typename Role::Inputs& in,
                                typename Role::Outputs& out, const Where& at) {
  c.step(b, in, out, at);
  check_outputs<Role>(c.about(), b, out, at);
}

}  // namespace evsim::controller
