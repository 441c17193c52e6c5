// For comparisons with other readers of CAN databases (dbc_peers.py): reads FILE, says what is in it, then answers
// requests on standard input, one a line. Messages and signals go by their index.
//
//   decode MESSAGE HEX             the signals that are there, SIGNAL:RAW:VALUE each
//   insert MESSAGE SIGNAL RAW      bytes in hex, all other bits 0
//   raw MESSAGE SIGNAL VALUE       of the physical value, and whether it was clipped
//   encode MESSAGE VALUE...        bytes in hex, and how many values were clipped; a value of each signal
//
// Exit codes: 0, 2 bad database or request.
#include "sim/link/dbc_codec.h"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace evsim::can {
namespace {

// The fewest digits that read back as x.
std::string shown(double x) {
  std::string s(32, '\0');
  s.resize(
      static_cast<std::size_t>(std::to_chars(s.data(), s.data() + s.size(), x).ptr - s.data()));
  return s;
}
std::string hex(const std::uint8_t* data, std::size_t length) {
  std::string s;
  for (std::size_t i = 0; i < length; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    s += kDigits[data[i] >> 4];
    s += kDigits[data[i] & 0xF];
  }
  return s;
}
double number(const std::string& word) {
  double x = 0.0;
  std::from_chars(word.data(), word.data() + word.size(), x);
  return x;
}
std::vector<std::uint8_t> bytes(const std::string& hex) {
  std::vector<std::uint8_t> all;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    all.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return all;
}

void describe(const Database& d) {
  for (const Problem& n : d.notes) std::cout << "note " << to_string(n) << '\n';
  for (const Message& m : d.messages) {
    std::cout << "message " << m.id << ' ' << m.extended << ' ' << m.fd << ' ' << m.length << ' '
              << m.cycle_time << ' ' << m.name << '\n';
    for (const Signal& s : m.signals) {
      std::cout << "signal " << s.start << ' ' << s.length << ' '
                << (s.order == ByteOrder::little_endian) << ' ' << static_cast<int>(s.type) << ' '
                << shown(s.factor) << ' ' << shown(s.offset) << ' ' << shown(s.minimum) << ' '
                << shown(s.maximum) << ' ' << s.selector << ' ' << s.initial << ' ' << s.name << ' '
                << s.texts.size();
      for (const ValueText& t : s.texts) std::cout << ' ' << t.raw;
      std::cout << " |" << s.unit << '\n';
    }
  }
  std::cout << "end" << std::endl;
}

class Answers {
 public:
  explicit Answers(const Database& d) : d_(d) {}

  std::string to(const std::string& request) {
    std::istringstream words(request);
    std::string verb;
    std::size_t message = 0;
    words >> verb >> message;
    const Message& m = d_.messages.at(message);
    if (verb == "decode") return decoded(m, words);
    if (verb == "insert") return inserted(m, words);
    if (verb == "raw") return raw(m, words);
    if (verb == "encode") return encoded(m, words);
    throw std::runtime_error("unknown request " + verb);
  }

 private:
  std::string decoded(const Message& m, std::istream& words) {
    std::string data;
    words >> data;
    decode(m, bytes(data), decoded_);
    std::string answer;
    for (const Decoded& x : decoded_)
      answer += std::to_string(x.signal) + ':' + std::to_string(x.raw) + ':' + shown(x.value) + ' ';
    return answer;
  }
  static std::string inserted(const Message& m, std::istream& words) {
    std::size_t signal = 0;
    std::uint64_t raw = 0;
    words >> signal >> raw;
    Frame f;
    insert(m.signals.at(signal), raw, f.data);
    return hex(f.data.data(), static_cast<std::size_t>(m.length));
  }
  static std::string raw(const Message& m, std::istream& words) {
    std::size_t signal = 0;
    std::string word;
    words >> signal >> word;
    const Raw r = raw_of(m.signals.at(signal), number(word));
    return std::to_string(r.raw) + (r.clipped ? " 1" : " 0");
  }
  static std::string encoded(const Message& m, std::istream& words) {
    std::vector<double> values;
    for (std::string word; words >> word;) values.push_back(number(word));
    if (values.size() != m.signals.size()) throw std::runtime_error("not a value of each signal");
    const Encoded e = encode(m, values);
    return hex(e.frame.data.data(), static_cast<std::size_t>(m.length)) + ' ' +
           std::to_string(e.clipped);
  }

  const Database& d_;
  std::vector<Decoded> decoded_;
};

int run(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Database d = read_database(file, text);
  describe(d);
  Answers answers(d);
  for (std::string line; std::getline(std::cin, line);) std::cout << answers.to(line) << '\n';
  return 0;
}

}  // namespace
}  // namespace evsim::can

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  try {
    if (argc == 2) return evsim::can::run(argv[1]);
    std::cerr << "dbc_codec FILE\n";
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
  }
  return 2;
}
