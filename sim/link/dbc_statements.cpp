#include "sim/link/dbc_statements.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/link/dbc_tokens.h"

namespace evsim::can {
namespace {

constexpr std::size_t kMostProblems = 20, kLongestQuote = 40;

using Kind = Token::Kind;

struct Abandoned {};  // a statement, after its error was told

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
    out += text[i];
  }
  return out;
}

template <class X> bool parse(std::string_view digits, X& x) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x);
  return error == std::errc{} && end == digits.data() + digits.size();
}

class Parser {
 public:
  Parser(std::string_view text, Complaints& complaints)
      : tokens_(tokens_of(text)), complaints_(complaints) {}

  Statements read() {
    while (peek().kind != Kind::end) {
      try {
        statement();
      } catch (const Abandoned&) {
        skip_to_section();
      }
    }
    if (!tokens_.error.empty())
      complaints_.error(tokens_.error_line, "", tokens_.error);
    else if (!has_section_)
      complaints_.error(0, "", "is no DBC file: it has no section such as BO_");
    return std::move(out_);
  }

 private:
  // ---- Tokens -----------------------------------------------------------------------------------

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_.all[std::min(at_ + ahead, tokens_.all.size() - 1)];
  }
  const Token& take() {
    const Token& t = peek();
    if (t.kind != Kind::end) ++at_;
    return t;
  }
  bool take_sign(char c) {
    if (!peek().sign(c)) return false;
    take();
    return true;
  }
  static bool is_name(const Token& t) { return t.kind == Kind::word && !t.is_section; }

  [[noreturn]] void refuse(const Token& got, const std::string& what) {
    std::string is = quoted(got.is);
    if (got.kind == Kind::end) is = "the end of the file";
    if (got.kind != Kind::end || tokens_.error.empty())  // else that error says why
      complaints_.error(got.line, section_, "got " + is + ", must be " + what);
    throw Abandoned{};
  }
  std::string name(const std::string& what) {
    if (!is_name(peek())) refuse(peek(), what + ", a name");
    return std::string(take().is);
  }
  std::string text(const std::string& what) {
    if (peek().kind != Kind::text) refuse(peek(), what + ", in \"\"");
    return unescaped(take().is);
  }
  void sign(char c, const std::string& where) {
    if (!take_sign(c)) refuse(peek(), std::string{'\'', c, '\''} + " " + where);
  }
  double number(const std::string& what) {
    double x = 0.0;
    if (peek().kind != Kind::number || !parse(peek().is, x) || !std::isfinite(x))
      refuse(peek(), what + ", a number");
    take();
    return x;
  }
  // A whole number; a written fraction of zeros is allowed.
  template <class X> X whole(const std::string& what, X least, X most) {
    X x = 0;
    std::string_view digits = peek().is;
    const std::size_t point = digits.find('.');
    if (point != std::string_view::npos &&
        digits.find_first_not_of('0', point + 1) == std::string_view::npos)
      digits = digits.substr(0, point);
    if (peek().kind != Kind::number || !parse(digits, x) || x < least || x > most)
      refuse(peek(), what + ", a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    take();
    return x;
  }
  std::uint32_t key() {
    return whole<std::uint32_t>("the id of a message", 0,
                                std::numeric_limits<std::uint32_t>::max());
  }
  // A number or a text, as an attribute has it.
  std::string value() {
    if (peek().kind == Kind::number) return std::string(take().is);
    return text("the attribute's value, a number or a text");
  }
  bool begins_section() const {
    return peek().kind == Kind::end || (peek().begins_line && peek().is_section);
  }
  void end_of_statement() {
    if (begins_section())
      note_no_end();
    else
      sign(';', "at the end of the statement");
  }
  void note_no_end() {
    complaints_.note(tokens_.all[at_ - 1].line, section_, "a statement has no ';' at its end");
  }

  // ---- Ways on ----------------------------------------------------------------------------------

  void skip_to_section() {
    while (!begins_section()) take();
  }
  // To the end of a statement of which nothing is needed.
  void skip_statement() {
    while (!begins_section())
      if (take().sign(';')) return;
    note_no_end();
  }

  void statement() {
    const Token first = take();
    section_ = std::string(first.is.substr(0, kLongestQuote));
    if (first.kind != Kind::word) {
      section_.clear();
      refuse(first, "a section such as BO_, SG_ or VAL_");
    }
    if (!first.is_section) {
      complaints_.note(first.line, section_, "is no section that is known, passed over");
      return skip_statement();
    }
    has_section_ = true;
    if (first.is == "SG_") return signal(first.line);
    message_ = Owner::none;
    const auto handler = std::ranges::find(kHandlers, first.is, &Handler::section);
    if (handler == std::end(kHandlers)) return skip_statement();
    (this->*handler->read)(first.line);
  }

  // ---- Sections ---------------------------------------------------------------------------------

  void version(int) { out_.version = text("the version"); }
  // Its words are the names of sections, up to the one that is followed by something else.
  void new_symbols(int) {
    sign(':', "after NS_");
    while (peek().kind == Kind::word && peek(1).kind == Kind::word &&
           (peek(1).is_section || !peek().is_section))
      take();
  }
  void bit_timing(int) { skip_to_section(); }
  void nodes(int) {
    sign(':', "after BU_");
    while (is_name(peek())) out_.nodes.emplace_back(take().is);
  }

  void message(int line) {
    message_ = Owner::broken;
    MessageStatement m{.line = line, .key = key(), .message = {}, .signals = {}};
    m.message.name = name("the message's name");
    sign(':', "after the message's name");
    m.message.length = whole("the message's length in bytes", 0, 64);
    const std::string sender = name("the node that sends the message");
    if (sender != kNobody) m.message.senders.push_back(sender);
    out_.messages.push_back(std::move(m));
    message_ = Owner::last;
  }

  void signal(int line) {
    if (message_ == Owner::broken) return skip_to_section();
    if (message_ == Owner::none) {
      complaints_.error(line, section_, "a signal must follow its message, BO_ ...");
      return skip_to_section();
    }
    SignalStatement s{.line = line, .mark = {}, .signal = {}};
    s.signal.name = name("the signal's name");
    if (peek().kind == Kind::word) s.mark = mark();
    sign(':', "after the signal's name");
    bits(s.signal);
    sign('(', "before the factor");
    s.signal.factor = number("the factor");
    sign(',', "between factor and offset");
    s.signal.offset = number("the offset");
    sign(')', "after the offset");
    sign('[', "before the minimum");
    s.signal.minimum = number("the minimum");
    sign('|', "between minimum and maximum");
    s.signal.maximum = number("the maximum");
    sign(']', "after the maximum");
    s.signal.unit = text("the unit");
    while (is_name(peek())) {
      const std::string receiver = name("a node that receives the signal");
      if (receiver != kNobody) s.signal.receivers.push_back(receiver);
      take_sign(',');
    }
    out_.messages.back().signals.push_back(std::move(s));
  }
  std::string mark() {
    std::string_view digits = peek().is;
    const bool is_selector = digits.ends_with('M');
    if (is_selector) digits.remove_suffix(1);
    std::uint64_t id = 0;
    const bool is_selected = digits.starts_with('m') && parse(digits.substr(1), id);
    if (!is_selected && !(is_selector && digits.empty()))
      refuse(peek(), "M for a multiplexer, or m and the number that selects the signal, like m3");
    return std::string(take().is);
  }
  void bits(Signal& s) {
    s.start = whole("the signal's first bit", 0, 511);
    sign('|', "between first bit and length");
    s.length = whole("the signal's length in bits", 1, 64);
    sign('@', "after the length");
    const int order = whole("0 for big or 1 for little endian", 0, 1);
    s.order = order == 1 ? ByteOrder::little_endian : ByteOrder::big_endian;
    if (take_sign('-'))
      s.type = NumberType::signed_integer;
    else
      sign('+', "(unsigned) or '-' (signed) after the byte order");
  }

  std::vector<ValueText> value_texts() {
    std::vector<ValueText> texts;
    while (peek().kind == Kind::number) {
      const auto raw = whole("a raw value", std::numeric_limits<std::int64_t>::min(),
                             std::numeric_limits<std::int64_t>::max());
      texts.push_back({raw, text("what the value stands for")});
    }
    end_of_statement();
    return texts;
  }
  void values(int line) {
    if (is_name(peek())) return skip_statement();  // of an environment variable
    TextsStatement s{.of = {line, key(), name("the signal's name")}, .texts = {}};
    s.texts = value_texts();
    out_.texts.push_back(std::move(s));
  }
  void value_table(int) {
    ValueTable t{.name = name("the table's name"), .texts = {}};
    t.texts = value_texts();
    out_.tables.push_back(std::move(t));
  }
  void value_type(int line) {
    TypeStatement s{.of = {line, key(), name("the signal's name")}, .type = {}};
    take_sign(':');
    s.type = std::to_string(whole("0 (integer), 1 (float) or 2 (double)", 0, 2));
    end_of_statement();
    out_.types.push_back(std::move(s));
  }
  void selection(int line) {
    SelectionStatement s{
        .of = {line, key(), name("the signal's name")}, .selector = {}, .ranges = {}};
    s.selector = name("the multiplexer's name");
    do s.ranges.push_back(range());
    while (take_sign(','));
    end_of_statement();
    out_.selections.push_back(std::move(s));
  }
  // "1-3"; its second number looks like a negative one.
  RawRange range() {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    RawRange r;
    r.first = whole<std::uint64_t>("the first value of a range", 0, kMost);
    if (!take_sign('-')) {
      std::string_view digits = peek().is;
      if (digits.starts_with('-') && parse(digits.substr(1), r.last))
        take();
      else
        refuse(peek(), "'-' and the last value of the range, as in 1-3");
    } else
      r.last = whole<std::uint64_t>("the last value of a range", 0, kMost);
    return r;
  }
  void senders(int line) {
    SendersStatement s{.of = {line, key(), {}}, .senders = {}};
    sign(':', "after the id");
    while (is_name(peek())) {
      s.senders.emplace_back(take().is);
      take_sign(',');
    }
    end_of_statement();
    out_.senders.push_back(std::move(s));
  }

  void attribute_definition(int) {
    if (peek().kind == Kind::word) take();  // the kind of object
    AttributeDefinition d{
        .name = text("the attribute's name"), .type = name("its type"), .choices = {}};
    while (peek().kind == Kind::text || peek().kind == Kind::number) {
      const Token t = take();
      if (t.kind == Kind::text) d.choices.push_back(unescaped(t.is));
      take_sign(',');
    }
    end_of_statement();
    out_.definitions.push_back(std::move(d));
  }
  void attribute_default(int line) {
    AttributeValue v{
        .line = line, .name = text("the attribute's name"), .kind = {}, .of = {}, .value = value()};
    end_of_statement();
    out_.defaults.push_back(std::move(v));
  }
  void attribute(int line) {
    AttributeValue v{
        .line = line, .name = text("the attribute's name"), .kind = {}, .of = {}, .value = {}};
    if (peek().kind == Kind::word) {
      v.kind = std::string(take().is);
      v.of.line = line;
      if (v.kind == "BO_" || v.kind == "SG_") v.of.key = key();
      if (v.kind != "BO_") v.of.signal = name("what has the attribute");
    }
    v.value = value();
    end_of_statement();
    out_.attributes.push_back(std::move(v));
  }

  struct Handler {
    std::string_view section;
    void (Parser::*read)(int line);
  };
  static constexpr Handler kHandlers[] = {
      {"VERSION", &Parser::version},
      {"NS_", &Parser::new_symbols},
      {"BS_", &Parser::bit_timing},
      {"BU_", &Parser::nodes},
      {"BO_", &Parser::message},
      {"VAL_", &Parser::values},
      {"VAL_TABLE_", &Parser::value_table},
      {"SIG_VALTYPE_", &Parser::value_type},
      {"SG_MUL_VAL_", &Parser::selection},
      {"BO_TX_BU_", &Parser::senders},
      {"BA_DEF_", &Parser::attribute_definition},
      {"BA_DEF_DEF_", &Parser::attribute_default},
      {"BA_", &Parser::attribute},
  };
  static constexpr std::string_view kNobody = "Vector__XXX";

  enum class Owner { none, broken, last };  // of the signals that follow

  const Tokens tokens_;
  std::size_t at_ = 0;
  Complaints& complaints_;
  Statements out_;
  std::string section_;
  Owner message_ = Owner::none;
  bool has_section_ = false;
};

}  // namespace

std::string quoted(std::string_view text) {
  std::size_t n = std::min(text.size(), kLongestQuote);
  // Not within a character.
  while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0u) == 0x80u) --n;
  return "\"" + std::string(text.substr(0, n)) + "\"";
}

void Complaints::error(int line, std::string_view path, std::string what) {
  // A default counts for many messages, its error once.
  if (!errors_.empty() && errors_.back().line == line && errors_.back().what == what) return;
  if (errors_.size() == kMostProblems) {
    ++more_;
    return;
  }
  errors_.push_back(
      {.file = file_, .line = line, .path = std::string(path), .what = std::move(what)});
}
void Complaints::note(int line, std::string_view path, std::string what) {
  notes_.push_back(
      {.file = file_, .line = line, .path = std::string(path), .what = std::move(what)});
}
void Complaints::raise() {
  if (errors_.empty()) return;
  std::ranges::stable_sort(errors_, {}, &Problem::line);
  if (more_ > 0)
    errors_.push_back({.file = file_, .what = "and " + std::to_string(more_) + " more"});
  throw InputError(std::move(errors_));
}
std::vector<Problem> Complaints::notes() {
  std::ranges::stable_sort(notes_, {}, &Problem::line);
  return std::move(notes_);
}

Statements read_statements(std::string_view utf8, Complaints& complaints) {
  return Parser(utf8, complaints).read();
}

}  // namespace evsim::can
