// All that the window knows: the simulation that runs, its history, the parameters and what was done to them,
// what is shown where. No drawing, no ImGui: panels/ show it, tests steer it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/live/thread.h"
#include "gui/model/comparison.h"
#include "gui/model/energy.h"
#include "gui/model/history.h"
#include "gui/model/machine_view.h"
#include "gui/model/parameters.h"
#include "gui/model/results.h"
#include "gui/model/table_view.h"
#include "gui/model/vehicle_view.h"

namespace evsim::gui {

struct Signal {
  std::string path;  // drive_units.rear.tau
  const Unit* unit;  // people expect
};

struct Scope {
  std::vector<std::string> signals;  // paths; one that this car lacks is not drawn
};

// Of a drive unit: what panels draw, by place in the signals; nothing where the level has no such signal.
struct UnitSignals {
  std::string name;
  std::optional<std::size_t> omega, tau, i_d, i_q, i_d_ref, i_q_ref, T_winding, reason;
};

// A message to the user, the newest last.
struct Message {
  double t;  // simulated [s]
  std::string text;
  bool error;
};

class App {
 public:
  // by_hand: no thread; tests step the session between frames, and maps are there at once.
  App(const io::LoadedCase& loaded, bool by_hand, const live::Options& options = {});

  // Another car or scenario in place of the one that runs; scopes and layout stay. Edits are gone: ask before.
  void load(const io::LoadedCase& loaded);

  // Once a frame: what came from the simulation.
  void update();

  // ---- The simulation

  const live::Picture& now() const { return running_->session.port().pictures.front(); }
  live::Session& session() { return running_->session; }
  const std::vector<Signal>& signals() const { return running_->signals; }
  std::optional<std::size_t> find(std::string_view path) const;
  double value(std::size_t signal) const;  // now, in the signal's unit
  std::optional<double> value(std::optional<std::size_t> signal) const;
  const History& history() const { return running_->history; }
  const io::CaseRequest& request() const { return running_->request; }
  const std::string& vehicle_name() const { return running_->vehicle_name; }
  double T_battery() const { return running_->T_battery; }
  const std::string& scenario_name() const { return running_->scenario_name; }

  void pause();
  void resume();
  void step(int n);
  void set_pace(double factor);
  void command(decltype(scenario::Event::command) command);
  // To t, at most a minute back; below 0: to the start. The parameters stay as they are edited.
  void go_back(double t);

  // ---- Parameters

  Parameters& parameters() { return running_->parameters; }
  const Parameters& parameters() const { return running_->parameters; }
  // Refused values become a message and change nothing.
  void set_parameter(std::size_t parameter, double value);
  void commit() { parameters().commit(); }
  // Values of a table, as one change.
  void set_cells(int table, const std::vector<CellValue>& values);
  // What no command changes, a choice: at the next update() the car is loaded anew with all edits and this one,
  // and the run starts again.
  void load_with(std::size_t parameter, const std::string& text);
  void undo();
  void redo();
  void save_vehicle(const std::string& file);
  void save_patch(const std::string& file);

  // ---- What is shown

  std::vector<Scope> scopes;
  double span = 10.0;                            // of the scopes [s]
  bool follow = true;                            // the newest sample; else they stand at:
  double x_min = 0.0, x_max = 10.0;              // [s]
  std::optional<double> back_to;                 // while the way back is dragged [s]
  double trail = 3.0;                            // of operating points [s]
  std::string search, signal_search, file_name;  // texts being typed
  std::string focus;                             // parameter that the user looks at, keyed
  int unit = 0;                                  // whose map and plane are shown
  const std::vector<UnitSignals>& units() const { return running_->units; }
  const MachineView& machine() const { return running_->machine; }
  VehicleView& vehicle() { return running_->vehicle; }
  Energy& energy() { return running_->energy; }
  const live::Figures& figures() const { return running_->session.port().figures.front(); }
  Results results;
  Comparison comparison;
  TableView table_view;
  void keep_run();  // until now, to be compared with
  const std::vector<float>& real_time_factors() const { return factors_; }  // of late, newest last
  const std::deque<Message>& messages() const { return messages_; }
  void say(std::string text, bool error = false);

 private:
  struct Sent {
    std::size_t parameter;
    double value;
  };
  // The case that runs. The thread comes last: it ends before what it works on.
  struct Running {
    Running(const io::LoadedCase& loaded, const live::Options& options, bool by_hand);

    io::CaseRequest request;
    std::string vehicle_name, scenario_name;
    double T_machine;  // where the level computes none [K]
    double T_battery;  // of the cells, held [K]
    Parameters parameters;
    live::Session session;
    std::vector<Signal> signals;
    std::map<std::string, std::size_t, std::less<>> places;
    std::vector<UnitSignals> units;
    std::optional<std::size_t> u_dc;
    History history;
    MachineView machine;
    VehicleView vehicle;
    Energy energy;
    std::map<std::uint64_t, Sent> sent;  // not answered yet
    std::optional<live::Thread> thread;
  };

  void send(std::size_t parameter);
  void ask(live::Ask what);
  void met(const live::Notice& n);
  void update_machine();
  void update_views();
  void load_asked();
  void write(const std::string& file, const std::string& text, const char* what);
  void default_scopes();

  bool by_hand_;
  live::Options options_;
  std::unique_ptr<Running> running_;
  std::optional<io::CaseRequest> to_load_;
  std::deque<Message> messages_;
  std::vector<float> factors_;
};

}  // namespace evsim::gui
