// What a DBC file says, statement by statement, before it is put together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/dbc.h"

namespace evsim::can {

// What is wrong in a file, and what is odd.
class Complaints {
 public:
  explicit Complaints(std::string file) : file_(std::move(file)) {}

  void error(int line, std::string_view path, std::string what);
  void note(int line, std::string_view path, std::string what);
  // Throws InputError when there are errors: by line, 20 at most, the rest counted.
  void raise();
  std::vector<Problem> notes();

 private:
  std::string file_;
  std::vector<Problem> errors_, notes_;
  int more_ = 0;
};

std::string quoted(std::string_view text);  // its beginning, in quotes

struct SignalStatement {
  int line = 0;
  std::string mark;  // of multiplexing: "", M, m3, m3M
  Signal signal;
};
struct MessageStatement {
  int line = 0;
  std::uint32_t key =
      0;  // the id as written, bit 31 for an extended one: by it other statements refer to it
  Message message;  // still without its signals
  std::vector<SignalStatement> signals;
};

struct Reference {
  int line = 0;
  std::uint32_t key = 0;
  std::string signal;  // "" for the message
};
struct TextsStatement {
  Reference of;
  std::vector<ValueText> texts;
};
struct TypeStatement {
  Reference of;
  std::string type;
};
struct SelectionStatement {
  Reference of;
  std::string selector;
  std::vector<RawRange> ranges;
};
struct SendersStatement {
  Reference of;
  std::vector<std::string> senders;
};

struct AttributeDefinition {
  std::string name, type;
  std::vector<std::string> choices;  // of an ENUM
};
struct AttributeValue {
  int line = 0;
  std::string name;
  std::string kind;  // "", BU_, BO_, SG_, EV_
  Reference of;      // of BO_ and SG_; of BU_ the node is its signal
  std::string value;
};

struct Statements {
  std::string version;
  std::vector<std::string> nodes;
  std::vector<MessageStatement> messages;
  std::vector<ValueTable> tables;
  std::vector<TextsStatement> texts;
  std::vector<TypeStatement> types;
  std::vector<SelectionStatement> selections;
  std::vector<SendersStatement> senders;
  std::vector<AttributeDefinition> definitions;
  std::vector<AttributeValue> defaults, attributes;
};

Statements read_statements(std::string_view utf8, Complaints& complaints);

}  // namespace evsim::can
