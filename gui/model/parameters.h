// The parameters of a car and what was done to them: values as the file has them, as they are edited, as the
// simulation has taken them; undo and redo; what is not saved, as a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/io/case.h"
#include "sim/io/parameters.h"

namespace evsim::gui {

enum class Taken { as_loaded, edited, applied, refused };

// A number or count of the car that a command can change; others are shown only.
struct Parameter {
  std::string path;            // drive_units.rear.machine.L_d
  std::string keyed;           // drive_units.rear.machine.L_d_uH: of commands and files
  std::string group, name;     // drive_units.rear.machine, L_d
  const Unit* unit = nullptr;  // that the file uses, else the usual one; nullptr: it has none
  std::string unit_text, text, default_text, allowed, doc, origin;
  bool editable = false, whole = false;
  double loaded = 0.0, value = 0.0;  // in the unit
  double low = 0.0, high = 0.0;      // of the slider
  Taken taken = Taken::as_loaded;

  bool changed() const { return value != loaded; }
};

class Parameters {
 public:
  explicit Parameters(const io::LoadedCase& loaded);

  const std::vector<Parameter>& all() const { return all_; }
  std::optional<std::size_t> find(std::string_view keyed) const;
  const car::Params<double>& vehicle() const { return vehicle_; }  // as edited
  int version() const { return version_; }  // grows with each change of a value

  // A new value; why it is refused, or "". Nothing is changed then. The change counts as one with those
  // before it until commit().
  std::string set(std::size_t parameter, double value);
  void commit();
  // What the simulation answered.
  void took(std::size_t parameter, double value, bool refused);

  struct Change {
    std::size_t parameter;
    double from, to;
  };
  const std::vector<Change>& changes() const { return changes_; }  // done, then undone
  std::size_t done() const { return done_; }                       // of them
  // The change that is undone or done again; its value is in effect, to be sent.
  std::optional<Change> undo();
  std::optional<Change> redo();

  // Those that differ from the file.
  std::vector<std::size_t> unsaved() const;
  // Edits that no file holds yet.
  bool to_be_saved() const { return version_ != saved_version_ && !unsaved().empty(); }
  void mark_saved() { saved_version_ = version_; }
  // Those that a command has ever changed: to be sent again when the simulation went back.
  std::vector<std::size_t> touched() const;

  // The unsaved values as a JSON object to be laid over the vehicle file.
  std::string patch_text() const;
  // A vehicle file that inherits from the one that was loaded; `beside`: the name that it will have.
  std::string file_text(const std::string& beside) const;

 private:
  void put(std::size_t parameter, double value);
  io::Json patch() const;

  std::string file_;
  car::Params<double> vehicle_;
  std::vector<Parameter> all_;
  std::vector<bool> touched_;
  std::vector<Change> changes_;
  std::size_t done_ = 0;
  std::optional<Change> open_;  // a change that goes on
  int version_ = 0, saved_version_ = 0;
};

}  // namespace evsim::gui
