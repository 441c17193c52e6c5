// The scopes' trigger as it is set, and the records that came of it.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "gui/live/capture.h"
#include "gui/model/history.h"

namespace evsim::gui {

// A record as it is drawn: time about the event, signal after signal.
class ShownRecord {
 public:
  explicit ShownRecord(live::Record data);

  const live::Record& data() const { return data_; }
  // Nothing where the record lacks the signal.
  std::optional<Series> series(std::size_t signal) const;
  double from() const { return t_.empty() ? 0.0 : t_.front(); }  // [s]
  double to() const { return t_.empty() ? 0.0 : t_.back(); }

 private:
  live::Record data_;
  std::vector<double> t_;
  std::vector<float> y_;
};

struct Trigger {
  static constexpr std::size_t kKept = 8;      // records, of 12 MB at most
  static constexpr std::size_t kSignals = 32;  // of a record

  bool open = false;     // its settings are shown
  bool awaited = false;  // the first record is to be shown when it comes
  live::TriggerOn on = live::TriggerOn::rising;
  std::string signal = {};               // path
  double level = 0.0, hysteresis = 0.0;  // in the signal's unit
  double length = 0.02;                  // [s]
  double before = 0.25;                  // share
  live::Rearm again = live::Rearm::single;
  std::deque<ShownRecord> records = {};  // the newest last
  std::size_t shown = 0;                 // of them

  void keep(live::Record r);
};

inline constexpr const char* kTriggerOn[] = {"rising edge", "falling edge", "above level",
                                             "below level", "fault",        "at once"};
inline constexpr const char* kRearm[] = {"single", "normal", "auto"};

}  // namespace evsim::gui
