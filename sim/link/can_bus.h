// A CAN bus in simulated time: arbitration, the bits of each frame, acknowledgement, error frames and their counters, bus-off.
//
// Rules after Bosch, CAN Specification 2.0 (1991), part B, chapters 3 to 8, and CAN with Flexible Data-Rate 1.0 (2012); frames
// as in can_wire.h. What is modelled, and how:
//   start           at once on an idle bus, else after the 3 bits of intermission; all nodes with something to send begin there
//   arbitration     bit by bit; dominant wins. Equal identifiers with other contents collide: a bit error of all that send
//   valid           for receivers after the last but one bit of EOF, for the sender after the last
//   acknowledged    by every receiver with the right checksum, whether it keeps the frame or not; none: an error
//   error frame     flag, 8 bits delimiter, 3 intermission. Flag: 6 bits where all find the error at once, else 12 - m: the
//                   others find it as a stuff error, m equal bits standing before the flag. A receiver alone with a wrong
//                   checksum flags after the ACK delimiter, all others a bit later: 7 bits
//   TEC             +8 for an error while sending, -1 for a frame sent; not for a missing ACK when error passive
//   REC             +1 for an error, +8 more for a receiver that flagged first; -1 for a frame received, from above 127 to 119
//   error passive   above 127: its flags are recessive and destroy nothing, 8 bits pause after sending
//   bus-off         TEC above 255; back with both counters 0 after 128 times 11 recessive bits (each end of a frame is one)
// Neglected: propagation delay, clock tolerance, overload frames, nodes that know no CAN FD, errors within the arbitration field.
// Instants are exact multiples of the bit times, rounded to whole nanoseconds, never added up in rounded form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/time.h"
#include "sim/link/can_frame.h"
#include "sim/link/can_wire.h"

namespace evsim::can {

struct BusSettings {
  int bit_rate = 500'000, data_bit_rate = 2'000'000;  // [bit/s], 1000 to 20,000,000
  int sample_point = 800, data_sample_point = 800;    // [1/1000 of a bit]
  TimeNs load_window = 1'000'000'000;                 // of load_lately() [ns]
};

enum class QueueOrder { first_in_first_out, by_identifier };
struct NodeSettings {
  QueueOrder order = QueueOrder::first_in_first_out;
  std::size_t depth = 64;  // frames that wait to be sent
  bool recovers = true;    // from bus-off by itself; else restart() it
};

enum class ErrorState { active, passive, bus_off };
enum class BusError { bit, stuff, checksum, form, acknowledge };

struct NodeStatus {
  ErrorState state = ErrorState::active;
  int tec = 0, rec = 0;  // error counters: transmit, receive
  std::int64_t sent = 0, received = 0;
  std::int64_t errors = 0;  // found by it, sending or receiving
  std::int64_t arbitrations_lost = 0;
  std::int64_t refused = 0;  // frames with no room in its queue, or that none can send
  std::int64_t dropped = 0;  // received right and lost by a fault
};

struct BusEvent {
  enum class Kind { received, sent, error, state };
  TimeNs t = 0;  // [ns]
  Kind kind = Kind::received;
  int node = 0;
  Frame frame = {};                       // of received, sent, error: that on the wire
  BusError error = BusError::bit;         // of error
  ErrorState state = ErrorState::active;  // of state: the new one
};

struct BusFault {
  enum class Kind {
    drop,     // received and acknowledged, but lost in the receiver
    corrupt,  // a bit of the data is inverted before the checksum is made: nobody on the bus notices
    disturb,  // a bit on the wire is inverted
  };
  static constexpr int kEverywhere = -1;

  Kind kind = Kind::drop;
  std::optional<std::uint32_t> id = {};  // of the frames that it hits; none: all
  TimeNs from = 0, until = kNever;       // frames that begin from, and before until [ns]
  int frames = 1;                        // so many; negative: all
  int node = kEverywhere;                // receiver that it hits
  int bit =
      0;  // corrupt: of the data, from the lowest of byte 0; disturb: after the arbitration field, stuff bits counted
};

class Bus {
 public:
  explicit Bus(BusSettings settings = {});

  int add_node(const NodeSettings& settings = {});
  int nodes() const { return static_cast<int>(nodes_.size()); }
  TimeNs now() const { return now_; }

  // Queues a frame now; false if it is refused.
  bool send(int node, const Frame& f);
  // Goes on to t >= now(); what happened until then, in order of time.
  std::vector<BusEvent> advance(TimeNs t);

  const NodeStatus& status(int node) const { return at(node).status; }
  std::size_t waiting(int node) const { return at(node).queue.size(); }

  // Share of the time in which the bus was taken, from a frame's start to the end of intermission: of all, and of the window.
  double load() const;
  double load_lately() const;

  void add_fault(const BusFault& fault) { faults_.push_back(fault); }
  // A node that sends this without end, before all else; none: it stops.
  void babble(int node, const std::optional<Frame>& f);
  // Cuts the wire before this node: those from it on are apart. mend() joins them; frames under way collide.
  void cut(int first);
  void mend();
  // Lets a node in bus-off come back, once the recessive bits have passed from now on.
  void restart(int node);

 private:
  // An instant: whole nanoseconds and what is left over, in 1/bit_rate and 1/data_bit_rate of one.
  struct Instant {
    TimeNs whole = 0;
    std::int64_t rest = 0, data_rest = 0;
  };
  struct Waiting {
    Frame frame;
    TimeNs since = 0;
  };
  struct Node {
    NodeSettings settings;
    NodeStatus status;
    std::deque<Waiting> queue;
    std::optional<Waiting> babble;
    std::size_t wire = 0;
    TimeNs not_before = 0;   // pause after sending when error passive, or recovery
    int recessive_left = 0;  // times 11 bits until it is back from bus-off; 0: does not recover
    TimeNs recovers_from = 0;
  };
  enum class Step { disturb, acknowledge, check, deliver, finish };
  struct Due {
    int bit = 0;  // at whose end
    Step step = Step::finish;
  };
  struct Transmission {
    Instant start;
    Frame frame;
    WireBits wire;
    std::vector<int> senders, receivers;
    std::vector<int> babbling;             // senders whose frame is from no queue
    std::vector<int> wrong;                // receivers that read a bit wrongly
    std::vector<int> dropping, corrupted;  // receivers that a fault hits
    int corrupted_bit = 0;
    bool collides = false;
    std::vector<Due> due;  // in order; the first is next
  };
  enum class Phase { idle, frame, closing };
  struct Taken {
    TimeNs from = 0, to = kNever;
  };
  struct Wire {
    Phase phase = Phase::idle;
    Transmission now;
    Instant free;                // end of intermission
    TimeNs recessive_since = 0;  // the last dominant bit ended
    std::deque<Taken> taken;
    TimeNs taken_before = 0;  // of intervals no longer kept
  };
  struct Beginning {
    TimeNs t = kNever;
    bool recovery = false;
    int node = 0;
  };

  Node& at(int node) { return nodes_[static_cast<std::size_t>(node)]; }
  const Node& at(int node) const { return nodes_[static_cast<std::size_t>(node)]; }
  Instant after(Instant x, std::int64_t milli_bits, std::int64_t milli_data_bits) const;
  Instant end_of(const Transmission& x, int bit) const;
  TimeNs instant(const Instant& x) const;
  TimeNs bits(int n) const { return instant(after({}, 1000LL * n, 0)); }

  const Waiting* next_of(const Node& n) const;
  TimeNs ready(std::size_t wire, const Node& n) const;
  Beginning beginning(std::size_t wire) const;
  TimeNs next(std::size_t wire) const;
  void step(std::size_t wire, std::vector<BusEvent>& out);
  void begin(std::size_t wire, TimeNs t);
  void arbitrate(Transmission& x, const std::vector<int>& contenders);
  void apply_faults(Transmission& x, TimeNs t);
  void count_recessive(std::size_t wire, TimeNs t);
  void frame_step(std::size_t wire, std::vector<BusEvent>& out);
  void disturbed(std::size_t wire, int bit, std::vector<BusEvent>& out);
  void unacknowledged(std::size_t wire, int bit, std::vector<BusEvent>& out);
  void check(std::size_t wire, int bit, std::vector<BusEvent>& out);
  void deliver(Transmission& x, TimeNs t, std::vector<BusEvent>& out);
  void finish(std::size_t wire, int bit, std::vector<BusEvent>& out);
  void error(int node, BusError kind, int tec, int rec, const Frame& f, TimeNs t,
             std::vector<BusEvent>& out);
  void close(std::size_t wire, Instant flag_begins, int flag_bits);
  void judge(int node, TimeNs t, std::vector<BusEvent>& out);
  void pause_senders(const Transmission& x, TimeNs t);
  TimeNs taken(const Wire& w, TimeNs from) const;

  BusSettings settings_;
  std::vector<Node> nodes_;
  std::array<Wire, 2> wires_;
  std::vector<BusFault> faults_;
  std::vector<BusEvent> between_;  // what cut() and mend() caused
  TimeNs now_ = 0;
};

}  // namespace evsim::can
