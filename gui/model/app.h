// All that the window knows: the simulation that runs, its history, the parameters and what was done to them,
// what is shown where. No drawing, no ImGui: panels/ show it, tests steer it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/live/client.h"
#include "gui/live/thread.h"
#include "gui/model/can_monitor.h"
#include "gui/model/history.h"
#include "gui/model/link_view.h"
#include "gui/model/machine_view.h"
#include "gui/model/parameters.h"

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
  // A simulation that is there already; as far as it has one, with its CAN buses.
  App(const io::LoadedCase& loaded, std::unique_ptr<live::Session> session, bool by_hand,
      const live::Options& options = {});
  // One that runs elsewhere.
  App(std::unique_ptr<live::Client> client, bool by_hand);

  // Another car or scenario in place of the one that runs; scopes and layout stay. Edits are gone: ask before.
  void load(const io::LoadedCase& loaded);

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
  const io::CaseRequest& request() const { return running_->request; }
  const std::string& vehicle_name() const { return running_->vehicle_name; }
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

    io::CaseRequest request;
    std::string vehicle_name, scenario_name;
    double T_machine;  // where the level computes none [K]
    Parameters parameters;
    std::unique_ptr<live::Session> session;  // one of the two
    std::unique_ptr<live::Client> client;
    live::Port& port;
    std::vector<Signal> signals;
    std::map<std::string, std::size_t, std::less<>> places;
    std::vector<UnitSignals> units;
    std::optional<std::size_t> u_dc;
    History history;
    MachineView machine;
    std::map<std::uint64_t, Sent> sent;  // not answered yet
    LinkView links;
    CanMonitor can;
    std::optional<live::Thread> thread;
    std::optional<live::LookThread<live::Client>> look_thread;
  };

  void begin();
  void send(std::size_t parameter);
  void ask(live::Ask what);
  void met(const live::Notice& n);
  void update_links();
  void update_machine();
  void write(const std::string& file, const std::string& text, const char* what);
  void default_scopes();

  bool by_hand_;
  live::Options options_;
  std::unique_ptr<Running> running_;
  std::deque<Message> messages_;
  std::vector<float> factors_;
};

}  // namespace evsim::gui
