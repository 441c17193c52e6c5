#include "sim/link/can_wire.h"

#include <array>
#include <cstddef>

namespace evsim::can {
namespace {

std::uint32_t crc_step(std::uint32_t crc, bool bit, int width, std::uint32_t polynomial) {
  const bool top = ((crc >> (width - 1)) & 1u) != 0;
  crc = (crc << 1) & ((1u << width) - 1u);
  return top != bit ? crc ^ polynomial : crc;
}

// Writes bits one by one; a stuff bit is put in before the bit that would follow five equal ones.
class Writer {
 public:
  explicit Writer(WireBits& out, const Frame& f)
      : out_(out),
        fd_(f.fd),
        width_(!f.fd            ? 15
               : f.length <= 16 ? 17
                                : 21),
        polynomial_(!f.fd            ? kCrc15
                    : f.length <= 16 ? kCrc17
                                     : kCrc21),
        crc_(f.fd ? 1u << (width_ - 1) : 0u) {}

  void number(std::uint32_t value, int bits) {
    for (int i = bits - 1; i >= 0; --i) stuffed(((value >> i) & 1u) != 0);
  }
  void stuffed(bool bit) {
    stuff();
    crc_ = crc_step(crc_, bit, width_, polynomial_);
    put(bit);
  }
  // A stuff bit that is due; the end of the stuffed part of a classical frame has one too.
  void stuff() {
    if (run_ < 5) return;
    const bool bit = !last_;
    if (fd_) crc_ = crc_step(crc_, bit, width_, polynomial_);
    ++out_.stuff_bits;
    put(bit);
  }
  void plain(bool bit) { put(bit); }
  int at() const { return static_cast<int>(out_.bits.size()); }

  void classical_crc() {
    const std::uint32_t crc = out_.crc = crc_;
    number(crc, width_);
    stuff();
  }
  void fd_crc() {
    constexpr std::array<std::uint32_t, 8> kGray{0, 1, 3, 2, 6, 7, 5, 4};
    const std::uint32_t count = kGray[static_cast<std::size_t>(out_.stuff_bits % 8)];
    const std::uint32_t parity = (count ^ (count >> 1) ^ (count >> 2)) & 1u;
    const std::uint32_t field = (count << 1) | parity;
    for (int i = 3; i >= 0; --i)
      crc_ = crc_step(crc_, ((field >> i) & 1u) != 0, width_, polynomial_);
    out_.crc = crc_;
    fixed(field, 4);
    fixed(crc_, width_);
  }

 private:
  void put(bool bit) {
    run_ = bit == last_ ? run_ + 1 : 1;
    last_ = bit;
    out_.bits.push_back(bit ? 1 : 0);
  }
  // With a fixed stuff bit before every four bits.
  void fixed(std::uint32_t value, int bits) {
    for (int i = bits - 1; i >= 0; --i) {
      if ((bits - 1 - i) % 4 == 0) put(!last_);
      put(((value >> i) & 1u) != 0);
    }
  }

  WireBits& out_;
  bool fd_;
  int width_;
  std::uint32_t polynomial_, crc_;
  bool last_ = true;
  int run_ = 0;
};

void arbitration(Writer& w, const Frame& f) {
  w.stuffed(false);  // SOF
  const bool request = f.remote && !f.fd;
  if (f.extended) {
    w.number(f.id >> 18, 11);
    w.stuffed(true);  // SRR
    w.stuffed(true);  // IDE
    w.number(f.id & 0x3FFFFu, 18);
    w.stuffed(request);
  } else {
    w.number(f.id, 11);
    w.stuffed(request);
  }
}

// Up to the data length code; sets where BRS is.
void control(Writer& w, const Frame& f, WireBits& out) {
  if (!f.extended) w.stuffed(false);  // IDE
  if (f.fd) {
    w.stuffed(true);   // FDF
    w.stuffed(false);  // res
    if (f.bit_rate_switch) out.brs = w.at();
    w.stuffed(f.bit_rate_switch);
    w.stuffed(f.error_state);
  } else {
    if (f.extended) w.stuffed(false);  // r1
    w.stuffed(false);                  // r0
  }
  w.number(static_cast<std::uint32_t>(dlc_of(f.length)), 4);
}

}  // namespace

std::uint32_t crc_of(std::span<const std::uint8_t> bits, int width, std::uint32_t polynomial,
                     std::uint32_t crc) {
  for (const std::uint8_t bit : bits) crc = crc_step(crc, bit != 0, width, polynomial);
  return crc;
}

WireBits wire_bits(const Frame& f) {
  WireBits out;
  out.bits.reserve(160 + 10u * f.length);
  Writer w(out, f);
  arbitration(w, f);
  out.arbitration_end = w.at();
  control(w, f, out);
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) w.number(f.data[i], 8);
  if (f.fd) {
    out.stuffed_end = w.at();
    w.fd_crc();
  } else {
    w.classical_crc();
    out.stuffed_end = w.at();
  }
  out.crc_delimiter = w.at();
  w.plain(true);
  out.ack = w.at();
  for (int i = 0; i < 2 + kEndOfFrame; ++i) w.plain(true);  // ACK slot and its delimiter, EOF
  return out;
}

WireLength wire_length(const Frame& f) {
  const WireBits wire = wire_bits(f);
  const int all = static_cast<int>(wire.bits.size());
  // ESI to the last bit of the CRC, and once what the two bits that switch have of it.
  const int data = wire.brs < 0 ? 0 : wire.crc_delimiter - wire.brs;
  return {.nominal = all - data, .data = data, .stuff_bits = wire.stuff_bits};
}

}  // namespace evsim::can
