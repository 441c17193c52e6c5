// CAN databases (.dbc): which messages a network has, and how signals lie in their bytes.
//
//   BO_ 257 Torque: 8 VCU                                          id, name, bytes, sender
//    SG_ tau : 0|16@1- (0.1,0) [-400|400] "Nm"  Inverter           first bit | bits @ order sign (factor,offset)
//    SG_ page M : 16|4@1+ (1,0) [0|15] ""  Inverter                selects by its raw value
//    SG_ T_inverter m3 : 24|8@1+ (1,-40) [-40|215] "degC"  BMS     there while page is 3
//
// Read are BU_, BO_, SG_, BO_TX_BU_, VAL_, VAL_TABLE_, SIG_VALTYPE_, SG_MUL_VAL_, and of the attributes GenMsgCycleTime,
// GenMsgStartDelayTime, GenSigStartValue, VFrameFormat, CANFD_BRS and the long names (System...LongSymbol); other
// sections are passed over. Text that is not UTF-8 is taken as Windows-1252.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/can_frame.h"

namespace evsim::can {

enum class ByteOrder { little_endian, big_endian };
enum class NumberType { unsigned_integer, signed_integer, float_32, float_64 };

struct ValueText {
  std::int64_t raw = 0;
  std::string text;
};
struct RawRange {
  std::uint64_t first = 0, last = 0;  // both belong to it
};

struct Signal {
  std::string name, unit;
  int start =
      0;  // as written: byte 8 + bit of the least significant bit; big endian: of the most significant
  int length = 1;  // [bit], 1 to 64
  ByteOrder order = ByteOrder::little_endian;
  NumberType type = NumberType::unsigned_integer;
  double factor = 1, offset = 0;    // physical = factor raw + offset
  double minimum = 0, maximum = 0;  // physical, as the file says; both 0: it does not say
  std::uint64_t initial = 0;        // raw value (dbc_codec.h) before the first one is set
  bool is_selector = false;
  int selector = -1;  // which signal of the message selects this one; -1: always there
  std::vector<RawRange> selected_by;  // raw values of the selector
  std::vector<ValueText> texts;
  std::vector<std::string> receivers;
};

struct Message {
  std::string name;
  std::uint32_t id = 0;
  bool extended = false, fd = false, bit_rate_switch = false;
  int length = 0;                    // [byte], 0 to 64
  std::int64_t cycle_time = 0;       // [ns], 0: not cyclic
  std::int64_t start_delay = 0;      // [ns]
  std::vector<std::string> senders;  // the first is its own, others may send it too
  std::vector<Signal> signals;       // as in the file
};

struct ValueTable {
  std::string name;
  std::vector<ValueText> texts;
};

struct Database {
  std::string version;
  std::vector<std::string> nodes;
  std::vector<Message> messages;
  std::vector<ValueTable> tables;
  std::vector<Problem> notes;  // what was passed over or is odd, by line

  // nullptr if there is none; the first of several.
  const Message* find(std::uint32_t id, bool extended) const;
  const Message* find(std::string_view name) const;
};

// Throws InputError with what is wrong, 20 places at most; `file` names it in messages.
Database read_database(const std::string& file, std::string_view bytes);

// Index of a signal in its message, -1 if there is none.
int signal_of(const Message& m, std::string_view name);

}  // namespace evsim::can
