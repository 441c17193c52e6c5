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

// A number or count of the car that a command can change, a value of a table among them; others are shown only,
// or need the car to be loaded anew.
struct Parameter {
  std::string path;            // drive_units.rear.machine.L_d
  std::string keyed;           // drive_units.rear.machine.L_d_uH: of commands and files
  std::string group, name;     // drive_units.rear.machine, L_d
  const Unit* unit = nullptr;  // that the file uses, else the usual one; nullptr: it has none
  std::string unit_text, text, default_text, allowed, doc, origin;
  bool editable = false, whole = false;
  bool may_be_unlimited = false;     // its value may be infinite
  double loaded = 0.0, value = 0.0;  // in the unit; loaded: what the file says
  double began = 0.0;                // that the run began with: loaded, or set as it was loaded
  std::vector<std::string> choices;  // of one that is chosen by name, true and false among them
  std::string loaded_text;           // of such a one: what the file says
  int table = -1;                    // of a value of a table: which, and its place there
  std::size_t cell = 0;
  double low = 0.0, high = 0.0;  // of the slider
  Taken taken = Taken::as_loaded;

  bool changed() const { return choices.empty() ? value != loaded : text != loaded_text; }
};

// A value as files and people write it, and the other way round; infinity: unlimited.
std::string written(double value);
std::optional<double> number_in(std::string_view text);

struct TableAxisInfo {
  std::string name;
  const Unit* unit = nullptr;
  std::vector<double> knots;  // in the unit
};
// A table of the car: values row by row over x; of one axis, y has a single place.
struct TableInfo {
  std::string path, keyed;  // battery.R_0, battery.R_0_mOhm
  std::string doc, origin;
  const Unit* unit = nullptr;
  TableAxisInfo x, y;
  bool two = false;                    // axes
  std::vector<double> loaded, values;  // in the unit: as in the file, and as edited

  std::size_t columns() const { return two ? y.knots.size() : 1; }
  bool changed() const { return values != loaded; }
};

struct CellValue {
  std::size_t place;  // row by row
  double value;       // in the table's unit
};

class Parameters {
 public:
  explicit Parameters(const io::LoadedCase& loaded);

  const std::vector<Parameter>& all() const { return all_; }
  // The first of all(): those behind them are values of tables that were edited.
  std::size_t described() const { return described_; }
  const std::vector<TableInfo>& tables() const { return tables_; }
  // The parameter of one value of a table.
  std::size_t cell(int table, std::size_t place);
  std::optional<std::size_t> find(std::string_view keyed) const;
  const car::Params<double>& vehicle() const { return vehicle_; }  // as edited
  int version() const { return version_; }  // grows with each change of a value

  // A new value; why it is refused, or "". Nothing is changed then. The change counts as one with those
  // before it until commit().
  std::string set(std::size_t parameter, double value);
  void commit();
  // Values of a table, as one change that is done: all of them, or none and why.
  std::string set_cells(int table, const std::vector<CellValue>& values);
  // What the simulation answered.
  void took(std::size_t parameter, double value, bool refused);

  struct Change {
    std::size_t parameter;
    double from, to;
    int group = 0;  // changes of one number go back together; 0: alone
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
  void mark_unsaved() { saved_version_ = -1; }  // edits that it was loaded with
  // Those that a command has ever changed: to be sent again when the simulation went back.
  std::vector<std::size_t> touched() const;

  // The unsaved values as a JSON object to be laid over the vehicle file.
  std::string patch_text() const;
  // A vehicle file that inherits from the one that was loaded; `beside`: the name that it will have.
  std::string file_text(const std::string& beside) const;

 private:
  void put(std::size_t parameter, double value);
  std::string contradiction() const;
  void add_table(const io::Parameter& p, std::size_t parameter);
  void compare_with_file(const io::LoadedCase& loaded);
  io::Json patch() const;

  std::string file_;
  car::Params<double> vehicle_;
  std::vector<Parameter> all_;
  std::size_t described_ = 0;
  std::vector<TableInfo> tables_;
  std::vector<bool> touched_;
  std::vector<Change> changes_;
  std::size_t done_ = 0;
  std::optional<Change> open_;  // a change that goes on
  int version_ = 0, saved_version_ = 0, groups_ = 0;
};

}  // namespace evsim::gui
