// Cyclic redundancy checks of AUTOSAR's CRC library, by table.
//
// A CRC is the remainder of the message as a polynomial over GF(2), highest power first, divided by the generator. Sources:
// AUTOSAR Specification of CRC Routines; SAE J1850; the check value of each is that of the text "123456789".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace evsim {

template <class Word> using CrcTable = std::array<Word, 256>;

// Remainders of all bytes, shifted to the top of the word.
template <class Word> constexpr CrcTable<Word> crc_table(Word generator) {
  constexpr int kBits = static_cast<int>(8 * sizeof(Word));
  CrcTable<Word> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    auto rest = static_cast<Word>(byte << (kBits - 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (rest >> (kBits - 1)) != 0;
      rest = static_cast<Word>((rest << 1) ^ (carry ? generator : 0));
    }
    table[byte] = rest;
  }
  return table;
}

// Goes on from `crc` over more bytes; neither start value nor final inversion is in it.
template <class Word>
constexpr Word crc_over(const CrcTable<Word>& table, Word crc, std::span<const std::uint8_t> data) {
  constexpr int kBits = static_cast<int>(8 * sizeof(Word));
  for (const std::uint8_t byte : data) {
    const auto index = static_cast<std::uint8_t>((crc >> (kBits - 8)) ^ byte);
    crc = static_cast<Word>((static_cast<unsigned>(crc) << 8) ^ table[index]);
  }
  return crc;
}

inline constexpr auto kCrc8J1850 = crc_table<std::uint8_t>(0x1D);
inline constexpr auto kCrc8H2F = crc_table<std::uint8_t>(0x2F);
inline constexpr auto kCrc16Ccitt = crc_table<std::uint16_t>(0x1021);

// CRC-8-SAE-J1850: start 0xFF, inverted; check 0x4B.
constexpr std::uint8_t crc8_j1850(std::span<const std::uint8_t> data) {
  return static_cast<std::uint8_t>(~crc_over<std::uint8_t>(kCrc8J1850, 0xFF, data));
}
// CRC-8 with generator 0x2F: start 0xFF, inverted; check 0xDF.
constexpr std::uint8_t crc8_h2f(std::span<const std::uint8_t> data) {
  return static_cast<std::uint8_t>(~crc_over<std::uint8_t>(kCrc8H2F, 0xFF, data));
}
// CRC-16-CCITT-FALSE: start 0xFFFF, not inverted; check 0x29B1.
constexpr std::uint16_t crc16_ccitt(std::span<const std::uint8_t> data) {
  return crc_over<std::uint16_t>(kCrc16Ccitt, 0xFFFF, data);
}

}  // namespace evsim
