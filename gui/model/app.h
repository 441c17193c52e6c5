// All that the window knows: the simulation that runs, its history, the parameters and what was done to them,
// what is shown where. No drawing, no ImGui: panels/ show it, tests steer it.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/live/client.h"
#include "gui/live/thread.h"
#include "gui/model/can_monitor.h"
#include "gui/model/comparison.h"
#include "gui/model/desk.h"
#include "gui/model/drive_file.h"
#include "gui/model/drive_keys.h"
#include "gui/model/drive_timers.h"
#include "gui/model/driving.h"
#include "gui/model/energy.h"
#include "gui/model/faults.h"
#include "gui/model/gauges.h"
#include "gui/model/history.h"
#include "gui/model/link_view.h"
#include "gui/model/machine_view.h"
#include "gui/model/parameters.h"
#include "gui/model/picker.h"
#include "gui/model/results.h"
#include "gui/model/scopes.h"
#include "gui/model/table_view.h"
#include "gui/model/timeline.h"
#include "gui/model/trigger.h"
#include "gui/model/vehicle_view.h"

namespace evsim::gui {

struct Signal {
  std::string path;  // drive_units.rear.tau
  const Unit* unit;  // people expect
};

struct Scope {
  std::vector<std::string> signals;  // paths; one that this car lacks is not drawn
  bool spectrum = false;             // over frequency, not time
  bool fit_y = true;  // axes of values go with what is seen; else the mouse moves them
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
  // A simulation that is there already; as far as it has one, with its CAN buses.
  App(const io::LoadedCase& loaded, std::unique_ptr<live::Session> session, bool by_hand,
      const live::Options& options = {});
  // One that runs elsewhere.
  App(std::unique_ptr<live::Client> client, bool by_hand);

  // ---- Car and scenario

  Picker picker;
  // Another car or scenario in place of the one that runs, which goes on until it is loaded, or where it can't
  // be. Scopes and layout stay. Edits would be lost: the user is asked first.
  void open(const io::CaseRequest& request);
  void reload() { open(request()); }
  // A file that was dropped onto the window, whatever it is.
  void drop(const std::string& file);
  // Something comes by itself soon: a file that is being loaded, results that are being written.
  bool busy() const { return picker.loading || recording_.valid(); }
  // Ends the window, where nothing unsaved is lost or the user does not mind.
  void close();

  // ---- The window

  Desk desk;
  void show_panel(const std::string& name);
  void take_layout(const std::string& name);
  // The user's own, and keys, from their folder; a file that is wrong becomes a message.
  void read_settings(const std::string& folder);
  void save_layout(const Layout& layout, const std::string& folder);
  void save_keys(const std::string& folder);
  void take_screenshot();
  // The run until now as `evsim run` would write it, into a folder of its own below results/.
  void write_results();

  // Once a frame: what came from the simulation.
  void update();

  // ---- The simulation

  const live::Picture& now() const { return running_->port.pictures.front(); }
  live::Session& session() { return *running_->session; }    // where it runs here
  live::Client* client() { return running_->client.get(); }  // where it runs elsewhere
  bool is_remote() const { return running_->client != nullptr; }
  const live::Connection& connection() const { return running_->client->connection(); }
  const LinkView& link_view() const { return running_->links; }
  CanMonitor& can() { return running_->can; }
  const std::vector<Signal>& signals() const { return running_->signals; }
  std::optional<std::size_t> find(std::string_view path) const;
  double value(std::size_t signal) const;  // now, in the signal's unit
  std::optional<double> value(std::optional<std::size_t> signal) const;
  const History& history() const { return running_->history; }
  const io::CaseRequest& request() const { return running_->loaded.request; }
  const std::string& vehicle_name() const { return running_->vehicle_name; }
  double T_battery() const { return running_->T_battery; }
  const std::string& scenario_name() const { return running_->scenario_name; }

  void pause();
  void resume();
  void step(int n);
  void set_pace(double factor);
  void run_until(double t);
  void command(Order order);
  // The same at the first boundary of a step at t or later [s].
  void plan(double t, Order order);
  void unplan(std::uint64_t id);
  const std::vector<Planned>& plans() const { return running_->plans; }
  std::span<const live::Logged> log() const { return running_->log.all(); }
  const scenario::Params& scenario() const { return running_->scenario; }  // as it was loaded
  const std::vector<std::string>& linked_roles() const { return running_->linked_roles; }
  // To t, at most a minute back; below 0: to the start. The parameters stay as they are edited.
  void go_back(double t);

  // ---- Driving

  void take_over();
  void hand_back();
  // One pedal: braking by the accelerator, as a parameter of the car.
  std::optional<bool> one_pedal() const;  // nothing where the car has no such parameter
  void toggle_one_pedal();
  // Gives it, takes it back where it is active, or plans it where the form says so.
  void toggle_fault(const scenario::Fault& fault, bool active);
  const Steering& steering() const { return running_->steering; }
  const std::vector<std::string>& shifting() const { return running_->shifting; }
  void shift(int gear);  // by hand, if somebody drives and there are two
  const GaugeRanges& gauge_ranges() const { return running_->gauges; }
  const DriveTimers& timers() const { return running_->timers; }
  void save_drive(const std::string& file);
  void save_drive_keys();

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
  bool save_vehicle(const std::string& file);  // true when it is written
  bool save_patch(const std::string& file);

  // ---- Scopes

  // The run before Restart, or before another load of the same signals.
  const History* reference() const { return running_->reference.get(); }
  // Of the trigger that is shown; nullptr: none.
  const ShownRecord* record() const;
  // The trigger as it is set, for the signals that scopes show.
  void arm();
  void disarm();
  void export_scopes(const std::string& file);
  ScopeTools scope_tools;
  Trigger trigger;

  // ---- What is shown

  Driving driving;
  DriveKeys drive_keys;
  FaultForm fault_form;
  TimelineView timeline;
  std::string drive_file_name = "drive.json";
  int steps_at_once = 100;  // of the time bar
  double run_to = 10.0;     // [s]
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
  const live::Figures& figures() const { return running_->port.figures.front(); }
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
    Running(const io::LoadedCase& loaded, std::unique_ptr<live::Session> here,
            std::unique_ptr<live::Client> elsewhere, bool by_hand);
    void start();

    io::LoadedCase loaded;
    std::string vehicle_name, scenario_name;
    double T_machine;  // where the level computes none [K]
    double T_battery;  // of the cells, held [K]
    Parameters parameters;
    std::unique_ptr<live::Session> session;  // one of the two
    std::unique_ptr<live::Client> client;
    live::Port& port;
    std::vector<Signal> signals;
    std::map<std::string, std::size_t, std::less<>> places;
    std::vector<UnitSignals> units;
    std::optional<std::size_t> u_dc, v, a, x;
    scenario::Params scenario;
    std::vector<std::string> linked_roles;
    Steering steering;
    std::vector<std::string> shifting;  // drive units of two speeds
    GaugeRanges gauges;
    CommandLog log;
    std::vector<Planned> plans;
    DriveTimers timers;
    History history;
    std::unique_ptr<History> reference;
    MachineView machine;
    VehicleView vehicle;
    Energy energy;
    std::map<std::uint64_t, Sent> sent;  // not answered yet
    LinkView links;
    CanMonitor can;
    std::optional<live::Thread> thread;
    std::optional<live::LookThread<live::Client>> look_thread;
  };

  void begin();
  // What a job beside the window's thread has made.
  struct Opened {
    std::unique_ptr<Running> running;
    std::string failure;
  };

  void unless_unsaved(const std::string& what, std::function<void(App&)> then);
  void begin_loading(io::CaseRequest request);
  void take(Opened opened);
  void look_at_files();
  void send(std::size_t parameter);
  std::uint64_t ask(live::Ask what);  // 0: refused, and said so
  void met(const live::Notice& n);
  void update_links();
  void update_machine();
  void update_views();
  void drive();
  bool write(const std::string& file, const std::function<std::string()>& text, const char* what);
  void default_scopes();

  bool by_hand_;
  live::Options options_;
  std::unique_ptr<Running> running_;
  std::future<Opened> opening_;
  std::future<Message> recording_;
  Watch watch_;
  int frame_ = 0;
  std::deque<Message> messages_;
  std::vector<float> factors_;
};

}  // namespace evsim::gui
