#include "sim/link/link_check.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

#include "sim/link/can_port.h"
#include "sim/link/interface.h"
#include "sim/link/problems.h"
#include "sim/link/socket.h"

namespace evsim::link {
namespace {

// "rear" of "tau.rear".
std::string suffix(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

void add_new(std::vector<Signal>& all, const std::vector<Signal>& more) {
  for (const Signal& s : more)
    if (std::ranges::find(all, s.name, &Signal::name) == all.end()) all.push_back(s);
}

// The role's signals, with those of each drive unit that a mapping may mean.
template <class Role> Interface possible(const RemoteParams& p) {
  std::vector<std::string> units;
  for (const auto* list : {&p.can.inputs, &p.can.outputs})
    for (const CanSignalParams& s : *list)
      if (std::string unit = suffix(s.is); !unit.empty()) units.push_back(std::move(unit));
  if (units.empty()) units.emplace_back("UNIT");
  Interface out = interface_of<Role>({}, "", p.signals);
  for (const std::string& unit : units) {
    const Interface with = interface_of<Role>({unit}, "", {});
    add_new(out.inputs, with.inputs);
    add_new(out.outputs, with.outputs);
  }
  return out;
}

class Check {
 public:
  explicit Check(const ReadText& read) : read_(read) {}

  template <class Role> void role(const std::string& name, const RemoteParams& p) {
    own_signals(name, p);
    collect(found_, [&] { (void)secret_of(p, name, read_); });
    if (!p.secret_file.empty() && p.at.empty())
      report(name + ".secret_file", "is for a socket; frames of a bus have E2E protection");
    if (!p.at.empty() && !p.can.at.empty())
      report(name + ".at", "is given beside can.at; must be one of them");
    else if (!p.at.empty())
      socket(name, p);
    else
      collect(found_, [&] { below(name + ".can", [&] { bus<Role>(name, p); }); });
  }
  void several(const LinkParams& p) {
    const auto& list = p.motor_controls;
    if (list.size() > 0 && is_linked(p.motor_control))
      report("motor_controls", "stands beside motor_control; must be one");
    for (int k = 1; k < list.size(); ++k) {
      const RemoteParams &one = list[k], &first = list[0];
      if (one.signals != first.signals || one.rate != first.rate ||
          (one.can.bit_rate > 0) != (first.can.bit_rate > 0))
        report("motor_controls." + list.name(k),
               "has other signals, another rate or bus than " + list.name(0));
    }
  }
  void report(std::string path, std::string what) {
    found_.push_back({.path = std::move(path), .what = std::move(what)});
  }
  void raise() {
    if (!found_.empty()) throw InputError(std::move(found_));
  }

 private:
  void own_signals(const std::string& role, const RemoteParams& p) {
    constexpr std::size_t kOurs = 2;  // connected, bus_load
    if (p.signals.size() + kOurs > EVSIM_SIGNALS)
      report(role + ".signals", "has " + std::to_string(p.signals.size()) +
                                    " names; must be at most " +
                                    std::to_string(EVSIM_SIGNALS - kOurs));
    const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    for (const std::string& name : p.signals)
      if (name.empty() || name == "connected" || name == "bus_load" ||
          !std::ranges::all_of(name, is_part))
        report(role + ".signals",
               "got \"" + name +
                   "\", must be letters, digits and _, and not \"connected\" or \"bus_load\"");
  }
  void socket(const std::string& role, const RemoteParams& p) {
    try {
      const Endpoint e = endpoint(p.at);
      if (e.path.empty() && e.port == 0) return;  // a place of its own
      const auto [first, is_new] = places_.try_emplace(to_string(e), role);
      if (!is_new) report(role + ".at", "got " + p.at + ", where " + first->second + " is");
    } catch (const std::invalid_argument& wrong) {
      report(role + ".at", "got " + p.at + ", " + std::string(wrong.what()));
    }
  }
  template <class Role> void bus(const std::string& role, const RemoteParams& p) {
    if (!is_log(p.can)) try {
        (void)can::port_address(p.can.at);
      } catch (const std::invalid_argument& wrong) {
        report(role + ".can.at", "got " + p.can.at + ", " + std::string(wrong.what()));
      }
    CanFiles files = read_can_files(p.can, role + ".can", read_);
    CanSession session(p.can, std::move(files.database), nullptr, std::move(files.log), {});
    session.check(possible<Role>(p));
  }

  const ReadText& read_;
  std::vector<Problem> found_;
  std::map<std::string, std::string> places_;  // and whose
};

}  // namespace

void check(const LinkParams& p, const ReadText& read) {
  Check c(read);
  bool any = false;
  each_role(p, [&]<class Role>(std::type_identity<Role>, const std::string& name,
                               const RemoteParams& role) {
    if (!is_linked(role)) return;
    any = true;
    c.role<Role>(name, role);
  });
  c.several(p);
  if (!any) c.report("", "links no role; must be vcu, motor_control, bms or brake");
  c.raise();
}

}  // namespace evsim::link
