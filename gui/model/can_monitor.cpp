#include "gui/model/can_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "sim/base/time.h"
#include "sim/link/dbc_codec.h"

namespace evsim::gui {
namespace {

can::Database database_of(const live::BusFile& f) {
  try {
    return can::read_database(f.name, f.text);
  } catch (const InputError&) {  // then frames have no names
    return {};
  }
}

bool holds(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// An interval more.
void add_interval(CanRow& r, double dt) {
  ++r.intervals;
  r.least = r.intervals == 1 ? dt : std::min(r.least, dt);
  r.most = std::max(r.most, dt);
  r.mean += (dt - r.mean) / static_cast<double>(r.intervals);
  if (r.cycle > 0.0) r.missed += std::max<std::int64_t>(std::llround(dt / r.cycle) - 1, 0);
}

}  // namespace

bool is_shown(const CanRow& row, std::string_view filter) {
  if (holds(row.id, filter) || holds(row.name, filter) || holds(row.sender, filter)) return true;
  return row.message != nullptr &&
         std::ranges::any_of(row.message->signals,
                             [&](const can::Signal& s) { return holds(s.name, filter); });
}

std::string data_text(const can::Frame& f) {
  std::string out;
  for (std::size_t i = 0; i < f.length; ++i)
    out += fmt::format("{}{:02X}", i == 0 ? "" : " ", f.data[i]);
  return out;
}

CanMonitor::CanMonitor(const std::vector<live::BusFile>& buses) {
  for (const live::BusFile& b : buses)
    buses_.push_back({.role = b.role, .node = b.node, .name = b.name, .database = database_of(b)});
}

CanMonitor::Key CanMonitor::key_of(const live::BusFrame& f) {
  return {f.bus, f.frame.id, f.frame.extended, f.frame.error, f.sent};
}

CanRow& CanMonitor::row(const live::BusFrame& f) {
  const auto [it, is_new] = rows_.try_emplace(key_of(f));
  CanRow& r = it->second;
  if (!is_new) return r;
  r.bus = f.bus;
  r.sent = f.sent;
  r.id = fmt::format("{:03X}{}", f.frame.id, f.frame.extended ? "x" : "");
  r.sender = f.sent ? "simulator" : "controller";
  if (f.frame.error) {
    r.name = "error frame";
    return r;
  }
  r.message = buses_[f.bus].database.find(f.frame.id, f.frame.extended);
  if (r.message == nullptr) return r;
  r.name = r.message->name;
  r.cycle = seconds(r.message->cycle_time);
  if (!r.message->senders.empty()) r.sender = r.message->senders.front();
  return r;
}

void CanMonitor::take(const live::BusFrame& f) {
  if (f.bus >= buses_.size()) return;
  if (paused_) {
    ++passed_over_;
    return;
  }
  if (f.t < now_) clear();  // a run that began anew
  now_ = f.t;
  CanRow& r = row(f);
  if (r.last) add_interval(r, seconds(f.t - *r.last));
  r.last = f.t;
  for (std::size_t i = 0; i < f.frame.length && i < f.frame.data.size(); ++i)
    if (r.n == 0 || i >= r.frame.length || r.frame.data[i] != f.frame.data[i]) r.changed[i] = f.t;
  ++r.n;
  r.frame = f.frame;
  trace_.push_back(f);
  if (trace_.size() > kTrace) trace_.pop_front();
}

void CanMonitor::take(const std::vector<LinkFigures>& links) {
  for (auto& [key, r] : rows_)
    for (const LinkFigures& l : links)
      for (const LinkFigures::Frames& f : l.frames) {
        if (f.name != r.name || f.sent != r.sent || f.id != r.frame.id) continue;
        if (f.cycle > 0.0) r.cycle = f.cycle;
        r.wrong = f.wrong;
      }
}

// What comes after a pause says nothing of the time between.
void CanMonitor::set_paused(bool on) {
  if (on == paused_) return;
  paused_ = on;
  passed_over_ = 0;
  for (auto& one : rows_) one.second.last.reset();
}

void CanMonitor::clear() {
  rows_.clear();
  trace_.clear();
  now_ = 0;
}

std::vector<const CanRow*> CanMonitor::rows(std::string_view filter_text) const {
  std::vector<const CanRow*> out;
  for (const auto& [key, r] : rows_)
    if (is_shown(r, filter_text)) out.push_back(&r);
  return out;
}

const CanRow* CanMonitor::row_of(const live::BusFrame& f) const {
  const auto it = rows_.find(key_of(f));
  return it == rows_.end() ? nullptr : &it->second;
}

std::vector<CanValue> CanMonitor::values(const CanRow& row) const {
  std::vector<CanValue> out;
  if (row.message == nullptr) return out;
  std::vector<can::Decoded> decoded;
  can::decode(*row.message, std::span(row.frame.data).first(row.frame.length), decoded);
  for (const can::Decoded& d : decoded) {
    const can::Signal& s = row.message->signals[static_cast<std::size_t>(d.signal)];
    out.push_back({.name = s.name,
                   .unit = s.unit,
                   .text = std::string(can::text_of(s, d.raw)),
                   .value = d.value});
  }
  return out;
}

}  // namespace evsim::gui
