// Any bytes as what a serial CAN adapter and its computer say to each other: cut anywhere they mean the same, frames can be
// said again, and every line is followed or counted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/link/slcan.h"

namespace slcan = evsim::can::slcan;

namespace {

void check(const slcan::Stamped& s) {
  if (s.frame.error) return;
  if (!is_valid(s.frame)) std::abort();
  std::string line;
  if (!slcan::append(line, s.frame)) std::abort();
  line.pop_back();
  const auto back = slcan::frame_of(line);
  if (!back || back->frame != s.frame) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = size > 1 ? data[0] % size : 0;

  slcan::Client whole, halves;
  const auto all = whole.feed(bytes);
  auto parts = halves.feed(bytes.substr(0, cut));
  for (auto& r : halves.feed(bytes.substr(cut))) parts.push_back(std::move(r));
  if (all.size() != parts.size() || whole.rejected() != halves.rejected()) std::abort();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind != parts[i].kind || all[i].frame != parts[i].frame) std::abort();
    check(all[i].frame);
  }

  slcan::Device device({.reports_errors = true, .most_unread = 4096});
  device.feed(bytes, [](const slcan::Request& r) {
    if (r.kind == slcan::Request::Kind::send && !is_valid(r.frame)) std::abort();
    return r.frame.id % 3 != 0;
  });
  for (const slcan::Received& r : all)
    if (r.kind == slcan::Received::Kind::frame) device.deliver(r.frame.frame, 0);
  if (device.take_output().size() > 4096 + 256) std::abort();
  return 0;
}
