#include "sim/link/remote.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

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

// Neither torque nor brake nor power: as outputs are before each call, but for those of a brake.
template <class In, class Out> void zero(const In&, Out&) {}
void zero(const evsim_brake_inputs&, evsim_brake_outputs& out) { out = {}; }

template <class In, class Out> void fault(const In& in, Out& out) { zero(in, out); }
void fault(const evsim_motor_control_inputs&, evsim_motor_control_outputs& out) {
  out.gates = EVSIM_GATES_OFF;
}
// Pressure for all that the driver and the control unit ask for; with one mass machines brake on, by the control unit.
void fault(const evsim_brake_inputs& in, evsim_brake_outputs& out) {
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

  Remote(std::shared_ptr<Session> session, RemoteParams p)
      : controller::Controller<Role>(about_of(*session, p)),
        session_(std::move(session)),
        p_(std::move(p)) {}

  void init(Block& b, const Config& config, const Where& at) override {
    b = {};
    units_ = units_of(config);
    Interface all{.role = std::string(Role::kName),
                  .unit = unit_of(config),
                  .config = signals_of<Config>(units_),
                  .inputs = signals_of<Inputs>(units_),
                  .outputs = signals_of<Outputs>(units_)};
    own_at_ = all.outputs.size();
    for (const std::string& name : p_.signals)
      all.outputs.push_back({"controller." + name, Dim::none});
    answered_at_ = at.t;
    here_ = false;
    last_.values.assign(all.outputs.size(), 0.0);
    last_.given.assign(all.outputs.size(), 0);
    b.run = ++runs_;
    calls_ = 0;
    session_->begin(all, numbers(config, units_), config.T_s * p_.ticks_per_exchange, at.t);
  }

  void step(Block& b, const Inputs& in, Outputs& out, const Where& at) override {
    const auto untouched = out;
    const bool due = in.tick % p_.ticks_per_exchange == 0;
    if (due) {
      here_ = session_->exchange(in.time_ns, static_cast<std::uint32_t>(p_.ticks_per_exchange),
                                 numbers(in, units_), last_);
      if (here_) answered_at_ = at.t;
    }
    give(out);
    const double away = seconds(at.t - answered_at_);
    if (!here_ && away >= p_.timeout) react(in, out, untouched, away, at);
    out.signals[p_.signals.size()] = here_ ? 1.0 : 0.0;
    b.calls = ++calls_;
  }

  bool goes_on_from(const Block& b) const override { return b.run == runs_ && b.calls == calls_; }

 private:
  static controller::About about_of(const Session& s, const RemoteParams& p) {
    controller::About out{.library = to_string(s.endpoint()),
                          .name = "behind a socket",
                          .rate = p.rate,
                          .state_size = 0,
                          .signals = p.signals,
                          .patience = p.patience};
    out.signals.emplace_back("connected");
    return out;
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
    out = untouched;
    p_.on_timeout == Reaction::fault ? fault(in, out) : zero(in, out);
  }

  std::shared_ptr<Session> session_;
  RemoteParams p_;
  Units units_;
  std::size_t own_at_ = 0;
  Session::Outputs last_;  // then own signals
  TimeNs answered_at_ = 0;
  bool here_ = false;
  std::int64_t runs_ = 0, calls_ = 0;
};

void check(const RemoteParams& p, const std::string& role) {
  const auto refuse = [&](const char* key, const std::string& what) {
    throw InputError(Problem{.path = role + "." + key, .what = what});
  };
  if (p.signals.size() >= EVSIM_SIGNALS)
    refuse("signals", "has " + std::to_string(p.signals.size()) + " names; must be at most " +
                          std::to_string(EVSIM_SIGNALS - 1));
  for (const std::string& name : p.signals)
    if (name.empty() || name == "connected" || !std::ranges::all_of(name, [](unsigned char c) {
          return std::isalnum(c) != 0 || c == '_';
        }))
      refuse("signals",
             "got \"" + name + "\", must be letters, digits and _, and not \"connected\"");
}

std::shared_ptr<Session> listen(const RemoteParams& p, const std::string& role,
                                const std::function<bool()>& stop) {
  check(p, role);
  Endpoint e;
  try {
    e = endpoint(p.at);
  } catch (const std::invalid_argument& wrong) {
    throw InputError(
        Problem{.path = role + ".at", .what = "got " + p.at + ", " + std::string(wrong.what())});
  }
  return std::make_shared<Session>(e, Patience{.answer = p.patience, .stop = stop});
}

template <class Role, class Given>
void take_over(const Links::Role& r, const RemoteParams& p, Given& given) {
  if (given)
    throw InputError(Problem{
        .path = r.name + ".at",
        .what = "the scenario names a library for the same role: " + given->about().library});
  given = std::make_shared<Remote<Role>>(r.session, p);
}

}  // namespace

Links::Links(const LinkParams& p, const std::function<bool()>& stop) : params_(p) {
  const auto add = [&](const RemoteParams& role, std::string_view name) {
    if (role.at.empty()) return;
    const std::string text(name);
    roles_.push_back({text, listen(role, text, stop)});
  };
  add(p.vcu, Vcu::kName);
  add(p.motor_control, MotorControl::kName);
  add(p.bms, Bms::kName);
  add(p.brake, Brake::kName);
  if (roles_.empty())
    throw InputError(
        Problem{.path = "", .what = "links no role; must be vcu, motor_control, bms or brake"});
}

controller::Controllers Links::over(controller::Controllers given) const {
  for (const Role& r : roles_)
    if (r.name == Vcu::kName) {
      take_over<Vcu>(r, params_.vcu, given.vcu);
    } else if (r.name == Bms::kName) {
      take_over<Bms>(r, params_.bms, given.bms);
    } else if (r.name == Brake::kName) {
      take_over<Brake>(r, params_.brake, given.brake);
    } else {
      take_over<MotorControl>(r, params_.motor_control, given.motor_control);
      given.drive_units = params_.motor_control.drive_unit;
    }
  return given;
}

}  // namespace evsim::link
