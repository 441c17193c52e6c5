// Signals to bytes and back, as a database describes them.
//
// A raw value is the signal's bits: an integer, sign-extended where it is signed, or the bits of a float or a double.
// Of the data that functions take, what is there of the message's length counts; more is passed over.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/link/dbc.h"

namespace evsim::can {

// ---- Signals. The data must reach to the signal's end. --------------------------------------------

std::uint64_t extract(const Signal& s, std::span<const std::uint8_t> data);
void insert(const Signal& s, std::uint64_t raw, std::span<std::uint8_t> data);

double physical_of(const Signal& s, std::uint64_t raw);

struct Raw {
  std::uint64_t raw = 0;
  bool clipped = false;  // the value is none that the bits can hold: this is the nearest, 0 for NaN
};
// Of an integer signal the nearest raw value, of two the even one.
Raw raw_of(const Signal& s, double physical);

// Of the signal's value table; "" where the raw value has none there.
std::string_view text_of(const Signal& s, std::uint64_t raw);

// ---- Messages -----------------------------------------------------------------------------------

// Physical, one of each signal.
std::vector<double> initial_values(const Message& m);

struct Encoded {
  Frame frame;      // bits of no signal are 0; an FD frame is filled up to the next length there is
  int clipped = 0;  // values that did not fit their bits
};
// values: physical, one of each signal; those that are not selected count for nothing.
Encoded encode(const Message& m, std::span<const double> values);

struct Decoded {
  int signal = 0;  // its index
  std::uint64_t raw = 0;
  double value = 0;  // physical
};
// The signals that are there, in their order: selected, and within the data, which may be short.
void decode(const Message& m, std::span<const std::uint8_t> data, std::vector<Decoded>& out);

}  // namespace evsim::can
