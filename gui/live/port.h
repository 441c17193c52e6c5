// What lies between a window and a simulation that is steered, wherever that runs: requests one way; notices,
// pictures of all that flows and samples the other way. One thread on each side; neither waits for the other.
// Samples that nobody fetches are counted as lost, not waited for.
#pragma once

#include <cstdint>
#include <semaphore>
#include <string>
#include <variant>
#include <vector>

#include "gui/live/capture.h"
#include "gui/live/links.h"
#include "gui/live/ring.h"
#include "gui/live/triple_buffer.h"
#include "sim/io/sankey.h"
#include "sim/run/result.h"
#include "sim/run/signals.h"

namespace evsim::live {

// ---- What the window may ask for ----------------------------------------------------------------

struct Command {
  scenario::Event event;  // its time is not looked at: it acts when it is met
};
// A command at the first boundary at t or later; its notice comes then.
struct Plan {
  double t;  // [s]
  scenario::Event event;
};
struct Unplan {
  std::uint64_t id;  // of the plan
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
// To the first step that ends at t or later [s], not beyond the oldest mark; below 0: to the start. Commands
// from then on are forgotten; edits stay: each that is not in effect there is made there.
struct GoBack {
  struct Edit {
    scenario::SetParameter set;
    bool as_loaded;  // the value that the car began with
  };
  double t;
  std::vector<Edit> edits = {};
};
// The figures that the run is judged by, as it stands; they come as Figures.
struct Judge {};
using Ask = std::variant<Command, Plan, Unplan, Pause, Resume, Steps, RunUntil, Pace, GoBack, Arm,
                         Disarm, Judge>;

// What became of a request.
struct Notice {
  std::uint64_t id;
  double t;             // when it was met [s]
  std::string refused;  // why; "": it was done
};

// ---- What the window sees -----------------------------------------------------------------------

// A command that was applied; what stood at its place in the log or behind it is forgotten.
struct Logged {
  std::size_t at;
  scenario::Event event;
  bool by_hand;  // not of the scenario's timeline
};

struct Picture {
  double t = 0.0, duration = 0.0;        // [s]
  double earliest = 0.0;                 // mark to go back to, beside the start [s]
  double pace = 1.0;                     // asked for
  double real_time_factor = 0.0;         // simulated over wall-clock time, as of late; 0 in a pause
  double ledger_residual = 0.0;          // [-]
  ledger::Books books = {};              // from the start on
  io::Station jumps = io::Station::car;  // where the books' jumps by command were
  bool paused = true;
  End end = End::running;
  std::int64_t steps = 0;
  int commands = 0;        // in the log
  std::size_t told = 0;    // of them, by Port::log
  double E_battery = 0.0;  // net, from the start on [J]
  double distance = 0.0;   // driven since then [m]
  std::int64_t samples_lost = 0;
  CaptureStatus capture = {};
  std::string failure = {};         // of the integration; "": none
  std::vector<double> values = {};  // of all signals [SI]
};

struct Figures {
  double t = 0.0;              // they are of [s]
  std::vector<Kpi> kpis = {};  // with the scenario's limits
};

struct Request {
  std::uint64_t id = 0;
  Ask ask;
};

struct Port {
  Port(std::vector<signals::Info> signals, std::size_t sample_rows, std::vector<BusFile> on = {})
      : infos(std::move(signals)),
        buses(std::move(on)),
        samples(sample_rows, infos.size() + 1),
        frames(buses.empty() ? 0 : kFrames) {}

  // Of the window: the number under which the notice will come; 0 when the ring is full: nothing is asked then.
  std::uint64_t ask(Ask what) {
    if (!requests.push({.id = asked_ + 1, .ask = std::move(what)})) return 0;
    wake_.release();
    return ++asked_;
  }
  // Of the other side: until a request comes, at most so long. True when one came.
  template <class Duration> bool wait(const Duration& longest) {
    if (!wake_.try_acquire_for(longest)) return false;
    while (wake_.try_acquire()) {
    }
    return true;
  }

  static constexpr std::size_t kFrames = 8192;  // of CAN buses, that wait to be fetched

  const std::vector<signals::Info> infos;
  const std::vector<BusFile> buses;
  Ring<Request> requests{1024};
  Ring<Notice> notices{1024};
  Ring<Logged> log{4096};  // one that finds it full comes later
  TripleBuffer<Picture> pictures;
  TripleBuffer<Figures> figures;
  RowRing samples;  // rows: t, then all signals
  Ring<Record> records{4};
  TripleBuffer<LinkPicture> links;
  Ring<BusFrame> frames;

 private:
  std::uint64_t asked_ = 0;
  std::counting_semaphore<> wake_{0};
};

}  // namespace evsim::live
