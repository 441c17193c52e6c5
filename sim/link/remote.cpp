#include "sim/link/remote.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sim/link/link_check.h"
#include "sim/link/problems.h"
#include "sim/link/real_time.h"

namespace evsim::link {
namespace {

using controller::Block;
using controller::Bms;
using controller::Brake;
using controller::Failure;
using controller::MotorControl;
using controller::Vcu;
using controller::Where;

template <class Config> Units units_of(const Config& c) {
  Units out;
  if constexpr (requires { c.units; })
    for (std::int64_t n = 0; n < c.units; ++n) out.emplace_back(c.unit[n]);
  return out;
}
std::string unit_of(const evsim_motor_control_config& c) { return c.unit; }
template <class Config> std::string unit_of(const Config&) { return ""; }

// What is left of a role without its controller: neither torque nor brake nor power. `out` is as before each call, `last` as
// it was held.
template <class In, class Out> void zero(const In&, const Out&, Out&) {}
void zero(const evsim_motor_control_inputs&, const evsim_motor_control_outputs& last,
          evsim_motor_control_outputs& out) {
  if (static_cast<int>(last.output) != EVSIM_TORQUE) return;  // no voltage
  out.output = EVSIM_TORQUE;
  out.tau_aimed = 0.0;
}
void zero(const evsim_brake_inputs&, const evsim_brake_outputs&, evsim_brake_outputs& out) {
  out = {};
}

template <class In, class Out> void fault(const In& in, const Out& last, Out& out) {
  zero(in, last, out);
}
void fault(const evsim_motor_control_inputs&, const evsim_motor_control_outputs&,
           evsim_motor_control_outputs& out) {
  out.gates = EVSIM_GATES_OFF;
}
// Pressure for all that the driver and the control unit ask for; with one mass machines brake on, by the control unit.
void fault(const evsim_brake_inputs& in, const evsim_brake_outputs&, evsim_brake_outputs& out) {
  std::ranges::fill(out.p.at, in.p_request);
  std::ranges::fill(out.p_limit.at, EVSIM_NO_LIMIT);
  for (std::size_t n = 0; n < EVSIM_UNITS; ++n)
    out.tau[n] = in.F_request < 0.0 ? 0.0 : in.tau_request[n];
  out.F_brake = in.F_brake;
}

template <class Role> class Remote : public controller::Controller<Role> {
 public:
  using Config = typename Role::Config;
  using Inputs = typename Role::Inputs;
  using Outputs = typename Role::Outputs;

  // path: of p in the link file.
  Remote(std::string path, std::shared_ptr<Exchange> exchange, std::shared_ptr<Pacer> pacer,
         RemoteParams p)
      : controller::Controller<Role>(about_of(*exchange, p)),
        path_(std::move(path)),
        exchange_(std::move(exchange)),
        pacer_(std::move(pacer)),
        p_(std::move(p)) {}

  void init(Block& b, const Config& config, const Where& at) override {
    b = {};
    units_ = units_of(config);
    const Interface all = interface_of<Role>(units_, unit_of(config), p_.signals);
    own_at_ = all.outputs.size() - p_.signals.size();
    answered_at_ = at.t;
    here_ = false;
    T_s_ = config.T_s * p_.ticks_per_exchange;
    unit_ = all.unit;
    last_.values.assign(all.outputs.size(), 0.0);
    last_.given.assign(all.outputs.size(), 0);
    b.run = ++runs_;
    calls_ = 0;
    const auto begin = [&] { exchange_->begin(all, numbers(config, units_), T_s_, at.t); };
    p_.can.at.empty() ? begin() : below(path_ + ".can", begin);
    if (pacer_) pacer_->begin();
  }

  void step(Block& b, const Inputs& in, Outputs& out, const Where& at) override {
    const auto untouched = out;
    const bool due = in.tick % p_.ticks_per_exchange == 0;
    if (due) exchange(in, at);
    give(out);
    const double away = seconds(at.t - answered_at_);
    if (!here_ && away >= p_.timeout) react(in, out, untouched, away, at);
    const bool connected = exchange_->is_cyclic() ? away < p_.timeout : here_;
    out.signals[p_.signals.size()] = connected ? 1.0 : 0.0;
    if (const double load = exchange_->bus_load(); load >= 0.0)
      out.signals[p_.signals.size() + 1] = load;
    b.calls = ++calls_;
  }

  bool goes_on_from(const Block& b) const override { return b.run == runs_ && b.calls == calls_; }

  void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) override {
    exchange_->link_fault(f, t, seed);
  }
  std::vector<LinkFigures> links() const override {
    LinkFigures out = exchange_->figures();
    out.role = Role::kName;
    out.unit = unit_;
    out.t = seconds(exchanged_at_);
    if (pacer_) {
      out.pace = pacer_->figures();
      out.times.push_back({.name = "lateness",
                           .doc = "from when an exchange was due until it began, all links",
                           .of = pacer_->lateness()});
    }
    return {out};
  }

 private:
  static controller::About about_of(const Exchange& x, const RemoteParams& p) {
    controller::About out{.library = x.address(),
                          .name = p.can.at.empty() ? "behind a socket" : p.can.node + " on a bus",
                          .rate = p.rate,
                          .state_size = 0,
                          .signals = p.signals,
                          .patience = p.patience};
    out.signals.emplace_back("connected");
    if (p.can.bit_rate > 0 && !p.can.at.empty()) out.signals.emplace_back("bus_load");
    return out;
  }
  void exchange(const Inputs& in, const Where& at) {
    exchanged_at_ = at.t;
    std::optional<double> answer_by;
    if (pacer_) {
      if (!pacer_->wait(in.time_ns))
        throw Failure(controller::named<Role>(this->about(), at) + ": late by " +
                      std::to_string(1e3 * pacer_->figures().worst.front().by) +
                      " ms of wall-clock time");
      answer_by = pacer_->answer_by(p_.answer_within * T_s_);
    }
    const Answer a =
        exchange_->exchange(in.time_ns, static_cast<std::uint32_t>(p_.ticks_per_exchange),
                            numbers(in, units_), last_, answer_by);
    here_ = a != Answer::none;
    if (here_) answered_at_ = at.t;
  }
  void give(Outputs& out) const {
    std::size_t i = 0;
    each_number(out, units_, [&](const std::string&, Dim, double& x) {
      if (last_.given[i] != 0) x = last_.values[i];
      ++i;
    });
    std::copy(last_.values.begin() + static_cast<std::ptrdiff_t>(own_at_), last_.values.end(),
              out.signals);
  }
  void react(const Inputs& in, Outputs& out, const Outputs& untouched, double away,
             const Where& at) const {
    if (p_.on_timeout == Reaction::hold) return;
    if (p_.on_timeout == Reaction::abort)
      throw Failure(controller::named<Role>(this->about(), at) + ": no answer for " +
                    std::to_string(away) + " s of simulated time");
    const auto last = std::exchange(out, untouched);
    p_.on_timeout == Reaction::fault ? fault(in, last, out) : zero(in, last, out);
  }

  std::string path_;
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<Pacer> pacer_;  // none in lockstep
  RemoteParams p_;
  Units units_;
  std::string unit_;
  double T_s_ = 0.0;  // between exchanges [s]
  std::size_t own_at_ = 0;
  link::Outputs last_;  // then own signals
  TimeNs exchanged_at_ = 0, answered_at_ = 0;
  bool here_ = false;
  std::int64_t runs_ = 0, calls_ = 0;
};

// A motor control of its own for each drive unit.
class OneAUnit : public controller::Controller<MotorControl> {
 public:
  using Unit = std::pair<std::string, std::shared_ptr<Remote<MotorControl>>>;
  explicit OneAUnit(std::vector<Unit> all)
      : controller::Controller<MotorControl>(about_of(all)), all_(std::move(all)) {}

  void init(Block& b, const evsim_motor_control_config& config, const Where& at) override {
    of(at).init(b, config, at);
  }
  void step(Block& b, const evsim_motor_control_inputs& in, evsim_motor_control_outputs& out,
            const Where& at) override {
    of(at).step(b, in, out, at);
  }
  bool goes_on_from(const Block& b) const override {
    return std::ranges::any_of(all_, [&](const Unit& u) { return u.second->goes_on_from(b); });
  }
  void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) override {
    for (const Unit& u : all_) u.second->link_fault(f, t, seed);
  }
  std::vector<LinkFigures> links() const override {
    std::vector<LinkFigures> out;
    for (const Unit& u : all_)
      for (LinkFigures& one : u.second->links()) out.push_back(std::move(one));
    return out;
  }

 private:
  // All units record the same signals.
  static controller::About about_of(const std::vector<Unit>& all) {
    controller::About out = all.front().second->about();
    for (std::size_t i = 1; i < all.size(); ++i)
      out.library += ", " + all[i].second->about().library;
    out.one_a_unit = true;
    return out;
  }
  Remote<MotorControl>& of(const Where& at) const {
    return *std::ranges::find(all_, at.unit, &Unit::first)->second;
  }

  std::vector<Unit> all_;
};

std::shared_ptr<CanSession> on_bus(const RemoteParams& p, const std::string& role,
                                   const ReadText& read, const Patience& patience) {
  return below(role + ".can", [&] {
    CanFiles files = read_can_files(p.can, role + ".can", read);
    auto port = is_log(p.can) ? nullptr : can::open_port(can::port_address(p.can.at));
    return std::make_shared<CanSession>(p.can, std::move(files.database), std::move(port),
                                        std::move(files.log), patience);
  });
}

template <class Given> void check_free(const Given& given, const std::string& role) {
  if (given)
    throw InputError(Problem{
        .path = role + ".at",
        .what = "the scenario names a library for the same role: " + given->about().library});
}
template <class Role, class Given> void take_over(const Links::Role& r,
                                                  const std::shared_ptr<Pacer>& pacer,
                                                  const RemoteParams& p, Given& given) {
  check_free(given, r.name);
  given = std::make_shared<Remote<Role>>(r.name, r.exchange, pacer, p);
}

// A wait that Ctrl-C ends.
Clock clock_of(const std::function<bool()>& stop) {
  return {.now = wall_clock, .sleep_until = [stop](double until) {
            while (until > wall_clock() + kBetweenLooks) {
              if (stop && stop()) return;
              sleep_until(wall_clock() + kBetweenLooks);
            }
            sleep_until(until);
          }};
}

}  // namespace

Links::Links(const LinkParams& p, const TimeParams& time, const std::function<bool()>& stop,
             const ReadText& read)
    : params_(p) {
  check(p, read);
  each_role(p, [&](auto, const std::string& name, const RemoteParams& role) {
    if (!is_linked(role)) return;
    const Patience patience{.answer = role.patience, .stop = stop};
    if (role.can.at.empty()) {
      const auto session =
          std::make_shared<Session>(endpoint(role.at), patience, secret_of(role, name, read));
      roles_.push_back({.name = name, .exchange = session, .session = session});
    } else {
      const auto bus = on_bus(role, name, read, patience);
      roles_.push_back({.name = name, .exchange = bus, .bus = bus});
    }
  });
  if (time.pace > 0.0) pacer_ = std::make_shared<Pacer>(time.pace, time.on_overrun, clock_of(stop));
}

controller::Controllers Links::over(controller::Controllers given) const {
  std::vector<OneAUnit::Unit> units;
  const std::string of_unit = "motor_controls.";
  const auto& list = params_.motor_controls;
  for (const Role& r : roles_)
    if (r.name.starts_with(of_unit)) {
      check_free(given.motor_control, r.name);
      for (int k = 0; k < list.size(); ++k)
        if (of_unit + list.name(k) == r.name)
          units.emplace_back(list.name(k), std::make_shared<Remote<MotorControl>>(
                                               r.name, r.exchange, pacer_, list[k]));
    } else if (r.name == Vcu::kName) {
      take_over<Vcu>(r, pacer_, params_.vcu, given.vcu);
    } else if (r.name == Bms::kName) {
      take_over<Bms>(r, pacer_, params_.bms, given.bms);
    } else if (r.name == Brake::kName) {
      take_over<Brake>(r, pacer_, params_.brake, given.brake);
    } else {
      take_over<MotorControl>(r, pacer_, params_.motor_control, given.motor_control);
      given.drive_units = params_.motor_control.drive_unit;
    }
  if (units.empty()) return given;
  given.drive_units.clear();
  for (const auto& u : units)
    given.drive_units += (given.drive_units.empty() ? "" : ", ") + u.first;
  given.motor_control = std::make_shared<OneAUnit>(std::move(units));
  return given;
}

}  // namespace evsim::link
