// The run in the window beside another: the one before it, or a results folder. By the same code as
// `evsim compare`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gui/model/envelope.h"
#include "gui/model/history.h"
#include "sim/io/compare.h"
#include "sim/io/results.h"

namespace evsim::gui {

// What is compared with.
struct Reference {
  std::string name;
  std::vector<signals::Info> infos;
  History samples;
  std::vector<Kpi> kpis;  // none: not known
};

class Comparison {
 public:
  // The run of the window until now, unless it is too short to be worth it, in place of the run before.
  // Whether it was.
  bool keep(const std::string& name, const std::vector<signals::Info>& infos,
            const History& history);
  void take_figures(const std::vector<Kpi>& kpis);
  // The results of `evsim run`. Throws InputError; the reference stays then.
  void open(const std::string& folder);
  void forget();

  const Reference* reference() const { return reference_.get(); }
  bool is_folder() const { return from_folder_; }

  // Once a frame: compares a few more signals, in turn.
  void update(const std::vector<signals::Info>& infos, const History& history);
  // Those that both have, the furthest outside first; as of the last turn that is complete.
  const std::vector<io::JudgedSignal>& signals() const { return done_; }
  std::vector<io::JudgedKpi> figures(const std::vector<Kpi>& now) const;
  // b's samples of a signal; nothing where it has none.
  Series series(const std::string& path) const;
  int outside() const;

  io::SignalTolerances tolerances;
  io::Tolerances kpi_tolerances{.others = 0.01, .by_name = {}};
  double shift = 0.0;        // added to the reference's times [s]
  std::string folder;        // that is typed
  std::string selected;      // signal that is drawn
  std::string search;        // that is typed
  std::uint64_t judged = 0;  // request for the figures of the run before
  bool shown = false;        // someone looked in the last frame

 private:
  void start_again();

  std::unique_ptr<Reference> reference_;
  bool from_folder_ = false;
  std::vector<io::JudgedSignal> turn_, done_;
  std::size_t next_ = 0;  // signal of this turn
};

// now less then, at the instants of now between from and to, at most so many points; each is the largest of its
// stretch, with its sign.
Curve difference(const Series& now, const Series& then, double shift, double from, double to,
                 int points, const Unit& unit);

}  // namespace evsim::gui
