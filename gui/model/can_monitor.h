// The frames of CAN buses as an engineer reads them: one row a message with how regularly it comes, or all of them in
// their order; signals by the database of the bus.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gui/live/links.h"
#include "sim/link/dbc.h"

namespace evsim::gui {

// A message of a bus in one direction.
struct CanRow {
  std::uint32_t bus = 0;
  bool sent = false;                      // by the simulator
  const can::Message* message = nullptr;  // of the database; nullptr: unknown
  std::string id, name, sender;           // as shown: 1F3, 0CF00400x
  std::int64_t n = 0;
  std::int64_t missed = 0;                     // that its cycle time would have had
  std::int64_t wrong = 0;                      // by its protection
  double cycle = 0.0;                          // as the bus promises; 0: it does not [s]
  double least = 0.0, mean = 0.0, most = 0.0;  // from one to the next, simulated [s]
  std::int64_t intervals = 0;
  std::optional<std::int64_t> last = {};      // when [ns]
  can::Frame frame = {};                      // the latest
  std::array<std::int64_t, 64> changed = {};  // when each byte changed last [ns]
};

struct CanValue {
  std::string name, unit, text;  // text: of the value table
  double value = 0.0;
};

class CanMonitor {
 public:
  static constexpr std::size_t kTrace = 10000;  // frames that are kept in their order

  explicit CanMonitor(const std::vector<live::BusFile>& buses);
  CanMonitor(const CanMonitor&) = delete;
  CanMonitor& operator=(const CanMonitor&) = delete;

  // While it pauses frames are counted only.
  void take(const live::BusFrame& f);
  // Counts of frames that their protection refused.
  void take(const std::vector<LinkFigures>& links);
  void set_paused(bool on);
  bool paused() const { return paused_; }
  std::int64_t passed_over() const { return passed_over_; }
  void clear();

  std::size_t buses() const { return buses_.size(); }
  const std::string& role(std::uint32_t bus) const { return buses_[bus].role; }
  // By bus and identifier.
  std::vector<const CanRow*> rows(std::string_view filter) const;
  // The newest last.
  const std::deque<live::BusFrame>& trace() const { return trace_; }
  const CanRow* row_of(const live::BusFrame& f) const;
  std::vector<CanValue> values(const CanRow& row) const;
  std::int64_t now() const { return now_; }  // latest frame [ns]

  // What is being shown.
  bool overwrite = true;  // one row a message; else in their order
  std::string filter;

 private:
  struct Bus {
    std::string role, node, name;
    can::Database database;
  };
  using Key = std::tuple<std::uint32_t, std::uint32_t, bool, bool, bool>;
  static Key key_of(const live::BusFrame& f);
  CanRow& row(const live::BusFrame& f);

  std::vector<Bus> buses_;
  std::map<Key, CanRow> rows_;
  std::deque<live::BusFrame> trace_;
  bool paused_ = false;
  std::int64_t passed_over_ = 0, now_ = 0;
};

// Does a filter's text occur in identifier, name, sender or a signal's name? Upper and lower case are the same.
bool is_shown(const CanRow& row, std::string_view filter);

// "12 34 AB"
std::string data_text(const can::Frame& f);

}  // namespace evsim::gui
