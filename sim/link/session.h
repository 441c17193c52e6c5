// The exchange with a controller behind a socket, by the rules of docs/link_protocol.md. Time is the simulator's: it stands
// still until the controller has answered. A peer that is silent is waited for up to a patience of wall-clock time; past
// it, or at once when its connection drops, exchanges fail until it is back. Where time is held to the wall clock an answer
// has until a time given. Either side may come late or start again.
// What no controller would send is turned away and counted, and disturbs nothing else.
#pragma once

#include <functional>
#include <optional>

#include "sim/base/histogram.h"
#include "sim/base/time.h"
#include "sim/link/disturbances.h"
#include "sim/link/exchange.h"
#include "sim/link/hello.h"
#include "sim/link/secret.h"
#include "sim/link/socket.h"
#include "sim/link/wire.h"

namespace evsim::link {

// Of all runs so far.
struct Stats {
  std::int64_t exchanges = 0, answered = 0;
  std::int64_t resent = 0;      // steps, where datagrams were lost
  std::int64_t duplicates = 0;  // answers that had been there before
  std::int64_t late = 0;        // answers after the patience
  std::int64_t silences = 0;    // patience at an end, or no answer by its time
  std::int64_t joined = 0, dropped = 0;
  std::int64_t refused = 0;   // controllers that did not fit, or came while there was one
  std::int64_t rejected = 0;  // messages that were none
  Histogram round_trips;      // wall clock
};

class Session : public Exchange {
 public:
  // Listens. secret: that a controller must know; "": none. Throws EnvironmentError where it can't.
  Session(Endpoint at, Patience patience, std::string secret = {});
  ~Session() override;

  const Endpoint& endpoint() const { return at_; }
  const Stats& stats() const { return stats_; }
  const std::string& peer() const { return hello_.name; }  // name of the latest
  bool connected() const { return connected_; }

  std::string address() const override { return to_string(at_); }
  void begin(const Interface& signals, std::vector<double> config, double T_s, TimeNs t) override;
  Answer exchange(TimeNs t, std::uint32_t ticks, std::span<const double> inputs, Outputs& outputs,
                  std::optional<double> answer_by = {}) override;
  LinkFigures figures() const override;
  void link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) override;
  // Takes in what has come, as every exchange does.
  void look();
  // The run is over.
  void end();

 private:
  struct Peer {
    Socket stream;
    Address address;
    Decoder in;
    double since = 0.0;                 // wall clock
    std::optional<Message> hello = {};  // of which a proof is awaited
    Nonce nonce = {};
  };
  // Undisturbed.
  Answer ask(TimeNs t, std::uint32_t ticks, std::span<const double> inputs, Outputs& outputs,
             std::optional<double> answer_by);
  Answer ask_disturbed(TimeNs t, std::uint32_t ticks, std::span<const double> inputs,
                       Outputs& outputs, std::optional<double> answer_by);
  bool is_datagram() const { return at_.transport == Transport::udp; }
  void pump_datagrams();
  void accept_all();
  void pump_waiting();
  // Of one that waits. True: it is the controller now, or turned away.
  bool is_settled(Peer& p);
  bool turn_away_late(Peer& p);
  Peer& stranger(const Address& from);
  void make_room();
  // A hello: of the controller, or of one who must prove to know the secret first.
  void challenge(Peer& p, const Message& hello);
  void prove(Peer& p, const Message& proof);
  void pump_active();
  // Of a stream: false where it has ended or can't be followed.
  bool read(Peer& p);
  void take(const Message& m);
  void consider(Peer& p, const Message& hello);
  std::string adopt(const std::vector<std::uint8_t>& text);
  void refuse(const Peer& p, const std::string& why);
  Io send(const Peer& p, const Message& m) const;
  Io send(const Peer& p, std::span<const std::uint8_t> bytes) const;
  void send_text(const Peer& p, MessageType type, std::string_view text) const;
  void welcome();
  void drop();
  void send_step();
  bool read_out(const Message& m, Outputs& outputs);
  Answer read_late(bool is_paced, Outputs& outputs);
  bool wait_until(double deadline, const std::function<bool()>& done);

  Endpoint at_;
  Patience patience_;
  std::string secret_;
  Socket listening_;
  Peer active_;
  std::vector<Peer> waiting_;
  bool knocked_ = false;  // somebody else wants in
  std::vector<Message> inbox_;
  std::vector<std::uint8_t> buffer_;

  Interface signals_;
  std::vector<double> config_;
  double T_s_ = 0.0;
  Hello hello_;
  std::vector<std::uint8_t> hello_text_;  // as it came
  std::uint32_t schema_ = 0, session_, sequence_ = 0, answered_ = 0;
  Message step_;
  bool connected_ = false, silent_ = false, resend_ = false, asked_again_ = false;
  Stats stats_;
  std::string refusal_;  // why the latest one was turned away

  // Faults. What is under way, with the time at which it arrives.
  Disturbances disturbances_;
  std::vector<std::pair<TimeNs, std::vector<double>>> inputs_coming_;
  std::vector<std::pair<TimeNs, Outputs>> outputs_coming_;
  std::optional<Outputs> held_;
  Outputs answered_with_;
  bool is_closed_ = false, garbles_ = false, sends_twice_ = false, waits_for_one_ = false;
};

}  // namespace evsim::link
