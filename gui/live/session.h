// A simulation that is steered while it runs. The window asks through a ring, at most one thread asks; the
// requests are met at the next boundary of a step. Pictures of all that flows come back through a triple
// buffer, samples through a ring. Nothing here waits for the window: samples that nobody fetches are counted
// as lost. Nothing here looks at a clock: who steps, decides how fast (thread.h, or a test by hand).
//
//   Session session(std::move(c));
//   session.ask(Command{{.t = 0.0, .command = scenario::SetParameter{"chassis.mass_kg", 2100.0}}});
//   session.advance(1.0);                       // meets the request, then steps until t = 1 s
//   session.pictures().fetch();                 // of the window: session.pictures().front().values
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <semaphore>
#include <string>
#include <variant>
#include <vector>

#include "gui/live/ring.h"
#include "gui/live/triple_buffer.h"
#include "sim/run/signals.h"
#include "sim/run/simulation.h"

namespace evsim::live {

// ---- What the window may ask for ----------------------------------------------------------------

struct Command {
  scenario::Event event;  // its time is not looked at: it acts when it is met
};
struct Pause {};
struct Resume {};
struct Steps {
  int n;  // integration steps, then a pause
};
struct RunUntil {
  double t;  // then a pause [s]
};
struct Pace {
  double factor;  // simulated over wall-clock time; infinity: as fast as it can
};
struct GoBack {
  double t;  // to the last mark at or before [s]; all commands after the mark are forgotten
};
using Ask = std::variant<Command, Pause, Resume, Steps, RunUntil, Pace, GoBack>;

// What became of a request.
struct Notice {
  std::uint64_t id;
  double t;             // when it was met [s]
  std::string refused;  // why; "": it was done
};

// ---- What the window sees -----------------------------------------------------------------------

struct Picture {
  double t = 0.0, duration = 0.0;  // [s]
  double earliest = 0.0;           // mark to go back to, beside the start [s]
  double pace = 1.0;               // asked for
  double real_time_factor = 0.0;   // simulated over wall-clock time, as of late; 0 in a pause
  double ledger_residual = 0.0;    // [-]
  bool paused = true;
  End end = End::running;
  std::int64_t steps = 0;
  int commands = 0;  // in the log
  std::int64_t samples_lost = 0;
  std::string failure = {};         // of the integration; "": none
  std::vector<double> values = {};  // of all signals [SI]
};

struct Options {
  bool paused = true;
  double pace = 1.0;
  double sample_period = 0.01;     // simulated time between samples, at least [s]
  std::size_t sample_rows = 4096;  // that the ring holds
  double mark_period = 1.0;        // between marks to go back to [s]
  int marks = 60;
};

class Session {
 public:
  // Throws InputError.
  explicit Session(Case c, const Options& options = {});

  // ---- Of the window's thread

  // The number under which the notice will come; 0 when the ring is full: nothing is asked then.
  std::uint64_t ask(Ask what);
  Ring<Notice>& notices() { return notices_; }
  TripleBuffer<Picture>& pictures() { return pictures_; }
  const TripleBuffer<Picture>& pictures() const { return pictures_; }
  RowRing& samples() { return samples_; }                               // rows: t, then all signals
  const std::vector<signals::Info>& signals() const { return infos_; }  // never changes

  // ---- Of the thread that steps

  // Meets all requests.
  void drain();
  // Drains and steps until t is reached, nothing moves any more, or stop() says so after a step.
  void advance(double t, const std::function<bool()>& stop = {});
  bool moving() const;
  double t() const { return simulation_.t(); }
  double pace() const { return pace_; }
  // Shows what flows now.
  void publish(double real_time_factor = 0.0);
  // Until a request comes, at most so long. True when one came.
  template <class Duration> bool wait(const Duration& longest) {
    if (!wake_.try_acquire_for(longest)) return false;
    while (wake_.try_acquire()) {
    }
    return true;
  }

  const Simulation& simulation() const { return simulation_; }

 private:
  struct Request {
    std::uint64_t id = 0;
    Ask ask;
  };
  struct Mark {
    Snapshot state;
    std::vector<scenario::Event> log;
    double t;
    std::int64_t steps;
  };

  void meet(const Request& r);
  void meet(const Command& c);
  void meet(const Pause& p);
  void meet(const Resume& r);
  void meet(const Steps& s);
  void meet(const RunUntil& r);
  void meet(const Pace& p);
  void meet(const GoBack& g);
  void step();
  void sample();
  void mark();
  Mark here() const;
  void read(double* into) const;

  Simulation simulation_;
  std::vector<signals::Info> infos_;
  Options options_;
  bool paused_;
  double pace_, until_;
  int steps_left_ = -1;  // -1: without end
  std::int64_t steps_ = 0, lost_ = 0;
  double next_sample_ = 0.0;
  std::string failure_;
  Mark start_;
  std::deque<Mark> marks_;

  std::uint64_t asked_ = 0;  // of the window's thread
  Ring<Request> requests_{1024};
  Ring<Notice> notices_{1024};
  TripleBuffer<Picture> pictures_;
  RowRing samples_;
  std::counting_semaphore<> wake_{0};
};

}  // namespace evsim::live
