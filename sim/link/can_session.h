// The exchange with a controller on a CAN bus, by a database of its frames: all messages that it does not send itself are
// sent here, inputs of the role and chosen values in them (the rest of the bus); of those that it sends, outputs are taken.
//
// Frames are sent at the first tick at or after start delay + k cycle time, those without a cycle time at each exchange, in the
// order of their identifiers. What has come is read at each exchange. In lockstep an exchange waits for the message
// `answer`, where one is named. The controller is there as long as each message that outputs are taken from comes, valid.
// On a modelled bus (bit_rate) frames arrive after arbitration and their own length: at the next exchange at the earliest.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/fields.h"
#include "sim/link/can_bus.h"
#include "sim/link/can_log.h"
#include "sim/link/can_port.h"
#include "sim/link/dbc.h"
#include "sim/link/disturbances.h"
#include "sim/link/e2e.h"
#include "sim/link/exchange.h"

namespace evsim::link {

// A signal of the database and what it is for the role.
struct CanSignalParams {
  std::string signal;  // MESSAGE.SIGNAL
  std::string is;      // the role's name
  std::string unit;    // of the signal; "": as the database says
  double value = 0.0;  // where `is` or `signal` is missing
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, CanSignalParams>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.signal, Field{"signal", N, any_value,
                        "MESSAGE.SIGNAL of the database; left out: the output `is` has `value`"});
  field(p.is,
        Field{"is", N, any_value, "input or output of the role; left out: the signal has `value`"});
  field(p.unit, Field{"unit", N, any_value, "of the signal; left out: as the database says"});
  field(p.value, Field{"value", N, any_value, "chosen, in the signal's unit or SI"});
}

enum class Protection : int { none, e2e_1a, e2e_1b, e2e_1c, e2e_2, e2e_5, e2e_11a, e2e_11c, own };
inline constexpr std::array<std::string_view, 9> kProtectionNames{"none", "1A",  "1B",  "1C", "2",
                                                                  "5",    "11A", "11C", "own"};
constexpr std::span<const std::string_view> enum_names(Protection) { return kProtectionNames; }

struct CanMessageParams {
  std::string message;
  double cycle_time = 0.0, start_delay = 0.0;  // [s]; 0: as the database says
  Protection e2e = Protection::none;
  int data_id = 0;
  std::string data_ids;  // of profile 2: 16 bytes in hex
  int length = 0;        // protected bytes; 0: all
  int crc_at = 0, counter_at = 8, nibble_at = 12;
  int most_delta = 1;
  FileName library = {};  // of protection by own rules
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, CanMessageParams>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.message, Field{"message", N, any_value, "name in the database"});
  field(p.cycle_time, Field{"cycle_time", Dim::time, not_negative,
                            "from one frame to the next; 0: as the database says"});
  field(p.start_delay, Field{"start_delay", Dim::time, not_negative,
                             "of the first frame; 0: as the database says"});
  field(p.e2e,
        Field{"e2e", N, any_value,
              "AUTOSAR E2E profile: none, 1A, 1B, 1C, 2, 5, 11A, 11C; or own, by `library`"});
  field(p.data_id, Field{"data_id", N, between(0, 65535), "identity, profiles 1, 5, 11, own"});
  field(p.data_ids, Field{"data_ids", N, any_value, "profile 2: 16 bytes in hex, by counter"});
  field(p.length, Field{"length", N, between(0, 64), "protected bytes; 0: the whole message"});
  field(p.crc_at, Field{"crc_at", N, between(0, 511), "first bit of the CRC"});
  field(p.counter_at, Field{"counter_at", N, between(0, 511), "first bit of the counter"});
  field(p.nibble_at, Field{"nibble_at", N, between(0, 511), "first bit of the identity's nibble"});
  field(p.most_delta,
        Field{"most_delta", N, between(1, 255), "by which the counter may go on between frames"});
  field(p.library, Field{"library", N, any_value,
                         "of e2e own: shared library with its rules, by evsim_e2e.h"});
}

// Of e2e other than none, in a message of so many bytes; loads a library of own rules. Throws InputError with paths in p.
e2e::Config protection_of(const CanMessageParams& p, int message_length);

struct CanParams {
  std::string at;   // address of the adapter, or log:///PATH; "": no CAN
  std::string dbc;  // file
  std::string node;
  std::string answer, asks;
  std::vector<CanSignalParams> inputs, outputs;
  std::vector<CanMessageParams> messages;
  int bit_rate = 0, data_bit_rate = 2'000'000;
};
template <class P, class V>
  requires std::same_as<std::remove_const_t<P>, CanParams>
constexpr void describe(P& p, V&& field) {
  constexpr Dim N = Dim::none;
  field(p.at, Field{"at", N, any_value,
                    "adapter: socketcan://IF, slcan:///DEVICE, slcan://HOST:PORT, "
                    "slcan-server://HOST:PORT, slcan-pty:///PATH; or a recorded log://FILE"});
  field(p.dbc, Field{"dbc", N, any_value, "database of the frames"});
  field(p.node, Field{"node", N, any_value, "of the database: the controller"});
  field(p.answer, Field{"answer", N, any_value, "message that an exchange waits for, in lockstep"});
  field(p.asks, Field{"asks", N, any_value,
                      "message after which the answer comes; left out: any that is sent"});
  field(p.inputs, Group{"inputs", "what the controller is told"});
  field(p.outputs, Group{"outputs", "what is taken from it"});
  field(p.messages, Group{"messages", "cycle times and protection"});
  field(p.bit_rate, Field{"bit_rate", N, between(0, 20e6),
                          "of a modelled bus with arbitration and errors [bit/s]; 0: none"});
  field(p.data_bit_rate,
        Field{"data_bit_rate", N, between(1000, 20e6), "of its CAN FD frames [bit/s]"});
}

// Each frame as it passes, with simulated time.
using CanTrace = std::function<void(const can::LogEntry&)>;

class CanSession : public Exchange {
 public:
  // port: empty for a recorded log. Throws InputError where p does not fit the database.
  CanSession(CanParams p, can::Database database, std::unique_ptr<can::Port> port, can::CanLog log,
             Patience patience);

  // Does the file fit the role's signals? Throws InputError. As each begin().
  void check(const Interface& signals);

  std::string address() const override { return port_ ? port_->name() : p_.at; }
  void begin(const Interface& signals, std::vector<double> config, double T_s, TimeNs t) override;
  Answer exchange(TimeNs t, std::uint32_t ticks, std::span<const double> inputs, Outputs& outputs,
                  std::optional<double> answer_by = {}) override;
  LinkFigures figures() const override;
  void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) override;
  bool is_cyclic() const override { return true; }
  double bus_load() const override { return bus_ ? bus_->load_lately() : -1.0; }
  void trace(CanTrace t) { trace_ = std::move(t); }

 private:
  struct Mapped {
    std::size_t signal;   // of the message
    std::size_t of_role;  // index in the interface
    const Unit* unit;
  };
  struct Intervals {  // of all runs so far, within each; simulated [s]
    std::int64_t n = 0, intervals = 0;
    double least = 0.0, most = 0.0, sum = 0.0;
    std::optional<TimeNs> last;  // of this run
    void add(TimeNs t);
  };
  struct Guard {  // its protection
    bool on = false;
    e2e::Config config = {};
    e2e::Sender sender = {};
    e2e::Receiver receiver = {};
  };
  struct Sending {
    const can::Message* message;
    std::vector<double> values = {};
    std::vector<Mapped> mapped = {};
    Guard guard = {};
    TimeNs cycle = 0, delay = 0, due = 0;  // cycle 0: at each exchange
    Intervals seen = {};
    std::int64_t clipped = 0, unsent = 0;
  };
  struct Receiving {
    const can::Message* message;
    std::vector<Mapped> mapped = {};
    Guard guard = {};
    TimeNs cycle = 0;
    bool fresh = false;  // since the controller was last found to be there
    Intervals seen = {};
    std::int64_t invalid = 0;  // by its protection
  };
  // Of one direction: frames that a fault keeps under way, and the last of each message.
  struct Lane {
    std::vector<std::pair<TimeNs, can::Frame>> coming = {};
    std::optional<can::Frame> held = {};
    std::map<std::uint32_t, can::Frame> last = {};
  };
  struct Constant {
    std::size_t of_role;
    double value;
  };

  bool sent_by_controller(const can::Message& m) const;
  void choose_messages(std::vector<Problem>& wrong);
  void protect_messages(std::vector<Problem>& wrong);
  void map_signals(const Interface& signals, std::vector<Problem>& wrong);
  void map_input(const Interface& signals, std::size_t i, std::vector<Problem>& wrong);
  void map_output(const Interface& signals, std::size_t i, std::vector<Problem>& wrong);
  Sending* sending(const can::Message* m);
  Receiving* receiving(const can::Message* m);

  void send_due(TimeNs t, std::span<const double> inputs);
  void transmit(TimeNs t, Sending& s);
  void to_controller(TimeNs t, const can::Frame& f);
  void deliver_to(TimeNs t, const can::Frame& f);
  void from_controller(TimeNs t, const can::Frame& f);
  void deliver_from(TimeNs t, const can::Frame& f);
  // What comes out where f goes in.
  std::vector<can::Frame> passed(Lane& lane, Direction d, TimeNs t, can::Frame f);
  void spoil(can::Frame& f, const Passage& p, bool& lost) const;
  std::vector<can::Frame> arrived(Lane& lane, TimeNs t);
  void disturb_bus(TimeNs t);
  void take(TimeNs t, const can::Frame& f);
  void read_port(TimeNs t);
  void read_log(TimeNs t);
  void advance_bus(TimeNs t);
  bool wait_for_answer(TimeNs t, std::optional<double> answer_by);
  void say(TimeNs t, const can::Frame& f, can::Direction d) const;

  CanParams p_;
  can::Database database_;
  std::unique_ptr<can::Port> port_;
  can::CanLog log_;
  std::size_t next_in_log_ = 0, next_expected_ = 0;
  Patience patience_;
  std::optional<can::Bus> bus_;
  CanTrace trace_;

  std::vector<Sending> sending_;
  std::vector<Receiving> receiving_;
  std::vector<Constant> constants_;
  Outputs taken_;
  const can::Message *answer_ = nullptr, *asks_ = nullptr;
  bool asked_ = false, answered_ = false, silent_ = false;
  std::int64_t exchanges_ = 0, awaited_ = 0, unanswered_ = 0, late_ = 0, unknown_ = 0,
               undelivered_ = 0, differing_ = 0;
  Histogram round_trips_;

  Disturbances disturbances_;
  Lane to_, from_;
  bool is_cut_ = false, babbles_ = false;
};

}  // namespace evsim::link
