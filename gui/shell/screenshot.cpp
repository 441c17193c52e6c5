// A PNG file: signature, then chunks of length, type, data and CRC. W3C, "Portable Network Graphics (PNG)
// Specification (Second Edition)", 2003, sections 5 and 11.
#include "gui/shell/screenshot.h"

#include <zlib.h>

#include <array>
#include <cstdint>

#include "sim/base/errors.h"
#include "sim/io/output_folder.h"

namespace evsim::gui {
namespace {

void put(std::string& out, std::uint32_t x) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(x >> shift & 255U));
}
const Bytef* bytes(const std::string& s) { return reinterpret_cast<const Bytef*>(s.data()); }

void chunk(std::string& out, const std::string& type, const std::string& data) {
  put(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = type + data;
  out += body;
  put(out, static_cast<std::uint32_t>(crc32(0, bytes(body), static_cast<uInt>(body.size()))));
}

// Each row as its difference to the row above (filter 2), from the top.
std::string filtered(int width, int height, const std::vector<unsigned char>& rgb) {
  const auto stride = static_cast<std::size_t>(width) * 3;
  std::string out;
  for (int row = height - 1; row >= 0; --row) {
    const unsigned char* here = rgb.data() + static_cast<std::size_t>(row) * stride;
    const unsigned char* above = row == height - 1 ? nullptr : here + stride;
    out.push_back(2);
    for (std::size_t i = 0; i < stride; ++i)
      out.push_back(static_cast<char>(here[i] - (above == nullptr ? 0 : above[i])));
  }
  return out;
}

std::string compressed(const std::string& data) {
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, bytes(data),
                static_cast<uLong>(data.size()), 9) != Z_OK)
    throw EnvironmentError("the screenshot can't be compressed");
  out.resize(size);
  return out;
}

}  // namespace

void write_png(const std::string& file, int width, int height,
               const std::vector<unsigned char>& rgb) {
  std::string header;
  put(header, static_cast<std::uint32_t>(width));
  put(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits a colour, true colour
  std::string out("\x89PNG\r\n\x1a\n", 8);
  chunk(out, "IHDR", header);
  chunk(out, "IDAT", compressed(filtered(width, height, rgb)));
  chunk(out, "IEND", {});
  io::write_file(file, out, file);
}

}  // namespace evsim::gui
