#include "gui/model/parameters.h"

#include <algorithm>
#include <cmath>

#include "gui/model/beside.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::gui {
namespace {

// An array is replaced as a whole when a file is laid over another: its elements can't be saved alone.
bool inside_array(std::string_view path) {
  for (std::size_t dot = 0; dot != std::string_view::npos; dot = path.find('.', dot + 1))
    if (const std::size_t at = dot == 0 ? 0 : dot + 1;
        at < path.size() && path[at] >= '0' && path[at] <= '9')
      return true;
  return false;
}

// Around a value, inside what is allowed. One without limit has no slider.
void set_slider(Parameter& p, double around, const Range& range) {
  p.low = p.high = 0.0;
  if (!std::isfinite(around)) return;
  const Unit none{Dim::none, "", "", 1.0, 0.0};
  const Unit& unit = p.unit == nullptr ? none : *p.unit;
  const double min = from_si(unit, range.min), max = from_si(unit, range.max);
  const double size = around == 0.0 ? 1.0 : std::abs(around);
  const bool narrow = std::isfinite(min) && std::isfinite(max) && max - min <= 5.0 * size;
  p.low = narrow ? min : std::max(min, around - size);
  p.high = narrow ? max : std::min(max, around + size);
  if (range.open_min && p.low == min) p.low = min + 1e-3 * (p.high - min);
  if (range.open_max && p.high == max) p.high = max - 1e-3 * (max - p.low);
}

double in_unit(const Unit& unit, double si) {
  return std::isfinite(si) ? io::shown_in(unit, si) : si;
}

double number_at(const io::Target& t) {
  if (t.leaf->kind == io::Kind::integer) return io::as<int>(t.at);
  return io::as<double>(t.at);
}

TableAxisInfo axis_info(const Axis& axis, const TableAxis& knots) {
  TableAxisInfo out{std::string(axis.name), &display_unit(axis.dim), {}};
  for (const double x : knots.knots()) out.knots.push_back(io::shown_in(*out.unit, x));
  return out;
}
std::vector<double> in_unit(const Unit& unit, const std::vector<double>& si) {
  std::vector<double> out;
  for (const double x : si) out.push_back(io::shown_in(unit, x));
  return out;
}

// Values of a table, row by row [SI].
const std::vector<double>& values_of(const io::Target& t) {
  if (t.leaf->kind == io::Kind::table1) return io::as<Table1<double>>(t.at).data()->values();
  return io::as<Table2<double>>(t.at).data()->values();
}
bool is_given(const io::Target& t) {
  return t.leaf->kind == io::Kind::table1 ? !io::as<Table1<double>>(t.at).empty()
                                          : !io::as<Table2<double>>(t.at).empty();
}

// A value of a tree by its path, and the key with unit under which it stands.
const io::Json* inside(const io::Json& tree, std::string_view path) {
  const io::Json* at = &tree;
  while (at != nullptr) {
    const std::size_t dot = path.find('.');
    at = at->find(path.substr(0, dot));
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

// The member `path` of nested objects.
void put_into(io::Json& object, std::string_view path, io::Json value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    object.set(path, std::move(value));
    return;
  }
  const std::string_view head = path.substr(0, dot);
  const auto it = std::ranges::find(object.items, head, &io::Json::key);
  io::Json& inner = it == object.items.end() ? object.set(head, io::Json::object()) : *it;
  put_into(inner, path.substr(dot + 1), std::move(value));
}

}  // namespace

std::string written(double value) {
  return value == kInfinity ? std::string(io::kUnlimited) : io::format(value);
}
std::optional<double> number_in(std::string_view text) {
  const std::string_view word = io::trim(text);
  if (word == io::kUnlimited) return kInfinity;
  return io::parse_number(word);
}

Parameters::Parameters(const io::LoadedCase& loaded)
    : file_(loaded.request.vehicle), vehicle_(loaded.c.vehicle) {
  for (const io::Parameter& p : io::parameters(vehicle_, loaded.vehicle_origins)) {
    const std::size_t dot = p.path.rfind('.');
    Parameter out;
    out.path = p.path;
    out.group = dot == std::string::npos ? "" : p.path.substr(0, dot);
    out.name = p.path.substr(dot == std::string::npos ? 0 : dot + 1);
    out.text = p.text;
    out.default_text = p.default_text;
    out.allowed = p.allowed;
    out.doc = p.doc;
    out.origin = p.origin;
    out.unit = p.unit;
    if (const auto it = loaded.vehicle_origins.find(p.path);
        it != loaded.vehicle_origins.end() && it->second.unit != nullptr)
      out.unit = it->second.unit;
    if (p.kind == io::Kind::boolean) out.choices = {"false", "true"};
    if (p.kind == io::Kind::choice) {
      const io::Target t = io::find(io::description<car::Params<double>>(), &vehicle_, p.path);
      out.choices.assign(t.leaf->choices.begin(), t.leaf->choices.end());
    }
    if (inside_array(p.path)) out.choices.clear();
    out.loaded_text = out.text;
    const bool number = p.kind == io::Kind::number || p.kind == io::Kind::integer;
    out.keyed = out.unit == nullptr ? p.path : key_in(p.path, *out.unit);
    out.unit_text = out.unit == nullptr || out.unit->key.empty() ? "" : out.unit->text;
    if (number) {
      const io::Target t = io::find(io::description<car::Params<double>>(), &vehicle_, out.keyed);
      out.whole = p.kind == io::Kind::integer;
      out.loaded = out.whole ? number_at(t) : in_unit(*t.unit, number_at(t));
      out.may_be_unlimited = io::may_be_unlimited(*t.leaf);
      out.editable = (std::isfinite(out.loaded) || out.may_be_unlimited) && !inside_array(p.path);
      out.value = out.began = out.loaded;
      set_slider(out, out.loaded, t.leaf->range);
    }
    all_.push_back(std::move(out));
    if ((p.kind == io::Kind::table1 || p.kind == io::Kind::table2) && !inside_array(p.path))
      add_table(p, all_.size() - 1);
  }
  described_ = all_.size();
  touched_.resize(all_.size());
  compare_with_file(loaded);
}

void Parameters::add_table(const io::Parameter& p, std::size_t parameter) {
  const Parameter& of = all_[parameter];
  const io::Target t = io::find(io::description<car::Params<double>>(), &vehicle_, of.keyed);
  if (!is_given(t)) return;
  TableInfo table{.path = p.path,
                  .keyed = of.keyed,
                  .doc = of.doc,
                  .origin = of.origin,
                  .unit = of.unit == nullptr ? &si_unit(t.leaf->dim) : of.unit,
                  .x = {},
                  .y = {"", nullptr, {0.0}},
                  .two = t.leaf->kind == io::Kind::table2,
                  .loaded = {},
                  .values = {}};
  if (table.two) {
    const auto& data = *io::as<Table2<double>>(t.at).data();
    table.x = axis_info(t.leaf->x, data.x());
    table.y = axis_info(t.leaf->y, data.y());
  } else {
    table.x = axis_info(t.leaf->x, io::as<Table1<double>>(t.at).data()->axis());
  }
  table.loaded = table.values = in_unit(*table.unit, values_of(t));
  tables_.push_back(std::move(table));
}

// What was set as the car was loaded is in no file either: it differs, and is to be saved.
void Parameters::compare_with_file(const io::LoadedCase& loaded) {
  if (loaded.request.sets.empty()) return;
  auto file = io::read<car::Params<double>>(file_);
  const io::Node& root = io::description<car::Params<double>>();
  const std::vector<io::Parameter> texts = io::parameters(file.value, file.origins);
  for (Parameter& p : all_) {
    if (p.origin != "--set") continue;
    const auto before = std::ranges::find(texts, p.path, &io::Parameter::path);
    if (before == texts.end()) continue;
    p.loaded_text = before->text;
    if (!p.editable) continue;
    const io::Target t = io::find(root, &file.value, p.keyed);
    p.loaded = p.whole ? number_at(t) : in_unit(*t.unit, number_at(t));
    if (p.changed()) p.taken = Taken::applied;
  }
  for (TableInfo& table : tables_) {
    if (table.origin != "--set") continue;
    const io::Target t = io::find(root, &file.value, table.keyed);
    if (is_given(t) && values_of(t).size() == table.values.size())
      table.loaded = in_unit(*table.unit, values_of(t));
  }
}

std::size_t Parameters::cell(int table, std::size_t place) {
  const auto it = std::ranges::find_if(
      all_, [&](const Parameter& p) { return p.table == table && p.cell == place; });
  if (it != all_.end()) return static_cast<std::size_t>(it - all_.begin());
  const TableInfo& of = tables_[static_cast<std::size_t>(table)];
  const std::size_t row = place / of.columns();
  std::string at = "[" + std::to_string(row) + "]";
  if (of.two) at += "[" + std::to_string(place - row * of.columns()) + "]";
  Parameter p;
  p.path = of.path + at;
  p.keyed = of.keyed + at;
  p.unit = of.unit;
  p.unit_text = of.unit->text;
  p.doc = of.doc;
  p.origin = of.origin;
  p.editable = true;
  p.loaded = of.loaded[place];
  p.value = p.began = of.values[place];
  p.table = table;
  p.cell = place;
  all_.push_back(std::move(p));
  touched_.push_back(false);
  return all_.size() - 1;
}

std::optional<std::size_t> Parameters::find(std::string_view keyed) const {
  const auto it = std::ranges::find(all_, keyed, &Parameter::keyed);
  if (it == all_.end()) return {};
  return static_cast<std::size_t>(it - all_.begin());
}

void Parameters::put(std::size_t parameter, double value) {
  Parameter& p = all_[parameter];
  const io::Target t = io::find(io::description<car::Params<double>>(), &vehicle_, p.keyed);
  io::set(t, value);
  if (p.low == p.high && p.may_be_unlimited) set_slider(p, value, t.leaf->range);
  p.value = value;
  p.taken = Taken::edited;
  if (p.table >= 0) tables_[static_cast<std::size_t>(p.table)].values[p.cell] = value;
  touched_[parameter] = true;
  ++version_;
}

std::string Parameters::set(std::size_t parameter, double value) {
  Parameter& p = all_[parameter];
  if (!p.editable) return p.path + ": can't be changed while it runs";
  if (p.whole) value = std::round(value);
  const double from = p.value;
  const Taken taken = p.taken;
  try {
    put(parameter, value);
  } catch (const InputError& e) {
    return e.what();
  }
  if (std::string why = contradiction(); !why.empty()) {
    put(parameter, from);
    p.taken = taken;
    return why;
  }
  if (open_ && open_->parameter != parameter) commit();
  if (!open_) open_ = Change{parameter, from, value};
  open_->to = value;
  return {};
}

// What no file may say, though each value is allowed: it could not be loaded again.
std::string Parameters::contradiction() const {
  io::Problems problems;
  io::check_vehicle(vehicle_, {}, problems);
  try {
    problems.raise();
  } catch (const InputError& e) {
    return e.what();
  }
  return {};
}

std::string Parameters::set_cells(int table, const std::vector<CellValue>& values) {
  commit();
  std::vector<Change> made;
  std::string why;
  ++groups_;
  for (const CellValue& v : values) {
    const std::size_t parameter = cell(table, v.place);
    const double from = all_[parameter].value;
    if (from == v.value) continue;
    try {
      put(parameter, v.value);
    } catch (const InputError& e) {
      why = e.what();
      break;
    }
    made.push_back({parameter, from, v.value, groups_});
  }
  if (why.empty()) why = contradiction();
  if (!why.empty()) {
    for (const Change& c : made) put(c.parameter, c.from);
    return why;
  }
  changes_.resize(done_);
  changes_.insert(changes_.end(), made.begin(), made.end());
  done_ = changes_.size();
  return {};
}

void Parameters::commit() {
  if (!open_) return;
  if (open_->from != open_->to) {
    changes_.resize(done_);
    changes_.push_back(*open_);
    ++done_;
  }
  open_.reset();
}

void Parameters::took(std::size_t parameter, double value, bool refused) {
  Parameter& p = all_[parameter];
  if (p.value != value) return;  // it was changed again since
  p.taken = refused ? Taken::refused : p.changed() ? Taken::applied : Taken::as_loaded;
}

std::optional<Parameters::Change> Parameters::undo() {
  commit();
  if (done_ == 0) return {};
  const Change& c = changes_[--done_];
  put(c.parameter, c.from);
  return c;
}

std::optional<Parameters::Change> Parameters::redo() {
  commit();
  if (done_ == changes_.size()) return {};
  const Change& c = changes_[done_++];
  put(c.parameter, c.to);
  return c;
}

std::vector<std::size_t> Parameters::unsaved() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (all_[i].changed()) out.push_back(i);
  return out;
}

std::vector<std::size_t> Parameters::touched() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (touched_[i]) out.push_back(i);
  return out;
}

io::Json Parameters::patch() const {
  io::Json out = io::Json::object();
  for (const std::size_t i : unsaved()) {
    const Parameter& p = all_[i];
    if (p.table >= 0) continue;
    if (p.choices.empty())
      put_into(out, p.keyed,
               p.value == kInfinity ? io::Json::from(io::kUnlimited) : io::Json::from(p.value));
    else if (p.choices.front() == "false")
      put_into(out, p.path, io::Json::from(p.text == "true"));
    else
      put_into(out, p.path, io::Json::from(p.text));
  }
  // A table is replaced as a whole.
  const bool any = std::ranges::any_of(tables_, &TableInfo::changed);
  const io::Json whole = any ? io::to_json(vehicle_) : io::Json{};
  for (const TableInfo& t : tables_)
    if (t.changed()) put_into(out, t.path, *inside(whole, t.path));
  return out;
}

std::string Parameters::patch_text() const { return io::to_text(patch()); }

std::string Parameters::file_text(const std::string& beside) const {
  io::Json out = io::Json::object();
  out.set("from", std::string_view(seen_from(beside, file_)));
  for (io::Json& item : patch().items) out.items.push_back(std::move(item));
  return io::to_text(out);
}

}  // namespace evsim::gui
