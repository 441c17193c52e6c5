// Messages between a simulation and a window on another machine, and the stream that they go through.
//   16 bytes: magic, type, length of the payload, CRC-32 of these and the payload; then the payload (pack.h)
//
//   window                      simulation
//   hello                 ->
//                         <-    challenge              where a secret is asked for
//   proof                 ->
//                         <-    welcome, or refused    what the window needs to show the car
//   request               ->
//                         <-    notice, picture, rows, links, frames, log, record, figures
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gui/live/pack.h"
#include "gui/live/port.h"
#include "sim/io/case.h"
#include "sim/link/socket.h"

namespace evsim::live {

enum class MessageType : std::uint8_t {
  hello = 1,
  challenge,
  proof,
  welcome,
  refused,
  request,
  notice,
  picture,
  rows,
  links,
  frames,
  log,
  record,
  figures,
};

// ---- Payloads -----------------------------------------------------------------------------------

struct Hello {
  std::uint32_t shapes = 0;   // of all messages: both sides must have the same
  std::uint64_t window = 0;   // drawn as it opens: who comes back is known by it
  std::uint64_t session = 0;  // that it was connected to; 0: none
  std::int64_t rows = 0;      // number of the first sample that it has not got
  std::int64_t notices = 0;   // the same of notices
  std::string name = {};      // for people
};
struct Challenge {
  std::vector<std::uint8_t> nonce;
};
struct Proof {
  std::vector<std::uint8_t> digest;
};
struct Refused {
  std::string why;
};

// What a case is loaded from: as on the command line, and the files' texts.
struct CaseFiles {
  std::string vehicle, scenario;
  std::vector<std::string> sets, levels;
  std::vector<io::InputFile> files;
  std::vector<signals::Info> signals;
  std::vector<BusFile> buses;
};
struct Welcome {
  std::uint64_t session = 0;     // drawn as the simulation began
  std::uint64_t requests = 0;    // number of the last request of this window that has come
  std::vector<CaseFiles> setup;  // one, or none where the window has it
  std::vector<scenario::SetParameter> edits;  // in effect
};
struct Rows {
  std::int64_t first = 0;  // number of the first
  std::vector<double> values;
};
struct Frames {
  std::vector<BusFrame> all;
  std::int64_t lost = 0;  // in all, between the simulation and the window
};

// Of a file that both sides have (sim/link/secret.h). Throws InputError.
std::string secret_of_file(const std::string& file);

// "user@machine", as other windows are told.
std::string who_i_am();

// CRC of what all of them are made of, and of the version of the protocol.
std::uint32_t shapes_of_messages();

// The case of a setup. Controllers stay where the simulation is.
io::LoadedCase load(const CaseFiles& setup);

// ---- On the way -------------------------------------------------------------------------------

inline constexpr std::size_t kHeader = 16;
inline constexpr std::size_t kLongestHello = 4096;       // [byte]; before anybody is known
inline constexpr std::size_t kLongestRequest = 1 << 20;  // [byte]
inline constexpr std::size_t kLongestAnswer = std::size_t{1}
                                              << 28;  // [byte]; a setup has all files

struct Message {
  MessageType type = MessageType::hello;
  Bytes payload;
};
void append(Bytes& out, MessageType type, std::span<const std::uint8_t> payload);

// Takes apart what arrives, in pieces of any size.
class Decoder {
 public:
  explicit Decoder(std::size_t longest) : longest_(longest) {}
  void set_longest(std::size_t longest) { longest_ = longest; }
  void feed(std::span<const std::uint8_t> bytes);
  // Nothing: more bytes are needed, or the stream is wrong and can't be followed any more.
  std::optional<Message> next();
  bool is_wrong() const { return is_wrong_; }

 private:
  std::size_t longest_, at_ = 0;
  Bytes bytes_;
  bool is_wrong_ = false;
};

// A connection of which neither reading nor writing waits.
class Stream {
 public:
  Stream(link::Socket socket, std::size_t longest) : socket_(std::move(socket)), in_(longest) {}

  const link::Socket& socket() const { return socket_; }
  Decoder& in() { return in_; }
  template <class X> void send(MessageType type, const X& x) { append(out_, type, packed(x)); }
  std::size_t unsent() const { return out_.size() - sent_; }
  // Reads and writes what goes at once; false where the connection has ended.
  bool pump();
  link::Waitable waitable() const { return {socket_.handle(), unsent() > 0}; }

 private:
  bool read();
  bool write();

  link::Socket socket_;
  Decoder in_;
  Bytes out_;
  std::size_t sent_ = 0;
};

// Drawn by the operating system; not 0.
std::uint64_t fresh_number();

}  // namespace evsim::live
