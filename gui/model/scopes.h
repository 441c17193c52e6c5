// What the scopes show beside their signals: where they look and where they looked before, cursors, measurements,
// spectra, the trigger's record in the place of what runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/envelope.h"
#include "gui/model/measure.h"

namespace evsim::gui {

class App;

// What is looked at [s].
struct View {
  double min = 0.0, max = 10.0;
  bool follow = false;  // the newest sample

  double span() const { return max - min; }
};

// Views that were looked at, to go back to and forward again.
class ZoomHistory {
 public:
  // Once a frame; busy: a mouse button is down. A view that stays for some frames is one to come back to.
  void settle(const View& now, bool busy);
  // A view that is left at once.
  void keep(const View& now) {
    if (settled_) commit(now);
  }
  bool can_go_back(const View& now) const;
  bool can_go_forward() const { return !forward_.empty(); }
  std::optional<View> back(const View& now);
  std::optional<View> forward(const View& now);
  std::size_t size() const { return back_.size(); }

 private:
  void commit(const View& now);

  std::vector<View> back_, forward_;
  std::optional<View> settled_;
  View last_;
  int quiet_ = 0;
};

struct Measurement {
  std::optional<double> at_a, at_b;  // at the cursors, in the signal's unit
  std::optional<Measured> of;        // between them, or of all that is seen
  Lines lines;                       // the same, where a scope shows it
};

struct ScopeTools {
  std::size_t focus = 0;                    // the scope that signals go to
  bool record = false;                      // the trigger's record is shown
  View record_view = {.min = 0, .max = 1};  // about its event
  ZoomHistory zoom, record_zoom;
  bool cursors = false;
  double a = 0.0, b = 0.0;                          // in what runs [s]
  double record_a = 0.0, record_b = 0.0;            // in a record, about its event [s]
  bool measure = false;                             // the table is shown
  bool reference = false;                           // the run before is shown behind this one
  bool logarithmic = true;                          // axis of spectra
  std::string file = "signals.csv";                 // for export
  std::map<std::string, Measurement> measurements;  // by path
  std::size_t next = 0;                             // to be measured
};

// Places of all signals that scopes show and the car has, each once.
std::vector<std::size_t> shown_signals(const App& app);

// Samples of what is shown: of the record or of what runs.
std::optional<Series> samples(const App& app, std::size_t signal);
// A line of it as the view has it.
bool curve(const App& app, std::size_t signal, int columns, Curve& out);

View view(const App& app);
void set_view(App& app, const View& v);
void fit(App& app);  // to all that there is
void zoom_back(App& app);
void zoom_forward(App& app);
// Shows the record, or what runs.
void show_record(App& app, bool on);

double& cursor_a(App& app);
double& cursor_b(App& app);
// On; cursors that can't be seen come to a third and two thirds of the view.
void show_cursors(App& app, bool on);

// Measures the next of the signals that are shown: one a frame, so that no frame takes long.
void measure_next(App& app);

// The signals that are shown, over the view, as CSV: every sample that there is.
std::string export_text(const App& app);

// A signal comes to the scope in focus, or to a new one where there is none.
void add_to_focus(App& app, const std::string& path);
void remove_scope(App& app, std::size_t scope);

}  // namespace evsim::gui
