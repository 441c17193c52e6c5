// A record of some signals around an event, at every step of the integration and every edge of inverters that
// switch: what a bench oscilloscope does with its trigger. Of bounded size; nothing here waits.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace evsim::live {

enum class TriggerOn : int { rising, falling, above, below, fault, at_once };
enum class Rearm : int {
  single,    // one record
  normal,    // again behind each record
  automatic  // the same; a record by itself when no event comes for as long as two records
};

// What the window asks for. Signals by their places in Port::infos.
struct Arm {
  TriggerOn on = TriggerOn::rising;
  std::size_t signal = 0;   // that is looked at
  double level = 0.0;       // [SI]
  double hysteresis = 0.0;  // an edge must come from so far on the other side [SI]
  double length = 0.02;     // of the record [s]
  double before = 0.25;     // share of it that lies before the event
  Rearm again = Rearm::single;
  std::vector<std::size_t> signals = {};  // of the record
};
struct Disarm {};

struct Record {
  std::vector<std::size_t> signals;
  double t = 0.0;  // of the event: an edge between two steps, where the straight line crosses [s]
  std::string cause = {};            // in words, of a fault
  bool by_itself = false;            // no event came
  bool cut_short = false;            // at its largest size
  std::vector<double> numbers = {};  // rows: time, then the signals [SI]; equal times are a jump

  std::size_t width() const { return signals.size() + 1; }
  std::size_t rows() const { return numbers.size() / width(); }
};

enum class Capturing : int { off, armed, triggered, done };

// Of these enums, for messages (pack.h).
constexpr TriggerOn last_of(TriggerOn) { return TriggerOn::at_once; }
constexpr Rearm last_of(Rearm) { return Rearm::automatic; }
constexpr Capturing last_of(Capturing) { return Capturing::done; }

struct CaptureStatus {
  Capturing state = Capturing::off;
  int records = 0, lost = 0;  // since the session began; lost: nobody fetched those before
};

class Capturer {
 public:
  static constexpr std::size_t kNumbers = 1'000'000;  // of a record; 8 MB

  // Throws InputError.
  void arm(Arm what, std::size_t signals, double t);
  void disarm() { state_ = Capturing::off; }
  // Time went back: what was gathered is gone.
  void restart(double t);

  bool active() const { return state_ == Capturing::armed || state_ == Capturing::triggered; }
  const Arm& setting() const { return arm_; }
  Capturing state() const { return state_; }

  // At a step's end or an edge: the value of the signal that is looked at, and those of the record.
  void add(double t, double watched, std::span<const double> values);
  void fault(double t, std::string cause);
  // What is there of a record whose run is over.
  void finish();
  // When it is complete. It is armed again then, or done.
  std::optional<Record> take();

 private:
  void trigger(double t, std::string cause = {});
  bool crossed(double watched);
  void forget(double before, std::size_t rows);

  Arm arm_;
  Capturing state_ = Capturing::off;
  Record record_;
  bool ready_ = false, complete_ = false;  // ready: was far enough on the other side
  std::size_t begin_ = 0;                  // of the numbers that count
  double since_ = 0.0;                     // armed [s]
  double last_t_ = 0.0, last_ = 0.0;       // the value before
  bool has_last_ = false;
};

}  // namespace evsim::live
