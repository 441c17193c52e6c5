#include "gui/model/parameters.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

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

// Around the value as it was loaded, inside what is allowed.
void set_slider(Parameter& p, const Range& range) {
  const Unit none{Dim::none, "", "", 1.0, 0.0};
  const Unit& unit = p.unit == nullptr ? none : *p.unit;
  const double min = from_si(unit, range.min), max = from_si(unit, range.max);
  const double size = p.loaded == 0.0 ? 1.0 : std::abs(p.loaded);
  const bool narrow = std::isfinite(min) && std::isfinite(max) && max - min <= 5.0 * size;
  p.low = narrow ? min : std::max(min, p.loaded - size);
  p.high = narrow ? max : std::min(max, p.loaded + size);
  if (range.open_min && p.low == min) p.low = min + 1e-3 * (p.high - min);
  if (range.open_max && p.high == max) p.high = max - 1e-3 * (max - p.low);
}

double number_at(const io::Target& t) {
  if (t.leaf->kind == io::Kind::integer) return io::as<int>(t.at);
  return io::as<double>(t.at);
}

// The member `path` of nested objects.
void put_into(io::Json& object, std::string_view path, double value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    object.set(path, value);
    return;
  }
  const std::string_view head = path.substr(0, dot);
  const auto it = std::ranges::find(object.items, head, &io::Json::key);
  io::Json& inner = it == object.items.end() ? object.set(head, io::Json::object()) : *it;
  put_into(inner, path.substr(dot + 1), value);
}

}  // namespace

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
    const bool number = p.kind == io::Kind::number || p.kind == io::Kind::integer;
    out.keyed = out.unit == nullptr ? p.path : key_in(p.path, *out.unit);
    out.unit_text = out.unit == nullptr || out.unit->key.empty() ? "" : out.unit->text;
    if (number) {
      const io::Target t = io::find(io::description<car::Params<double>>(), &vehicle_, out.keyed);
      out.whole = p.kind == io::Kind::integer;
      out.loaded = out.whole ? number_at(t) : io::shown_in(*t.unit, number_at(t));
      out.editable = std::isfinite(out.loaded) && !inside_array(p.path);
      out.value = out.loaded;
      set_slider(out, t.leaf->range);
    }
    all_.push_back(std::move(out));
  }
  touched_.resize(all_.size());
}

std::optional<std::size_t> Parameters::find(std::string_view keyed) const {
  const auto it = std::ranges::find(all_, keyed, &Parameter::keyed);
  if (it == all_.end()) return {};
  return static_cast<std::size_t>(it - all_.begin());
}

void Parameters::put(std::size_t parameter, double value) {
  Parameter& p = all_[parameter];
  io::set(vehicle_, p.keyed, value);
  p.value = value;
  p.taken = Taken::edited;
  touched_[parameter] = true;
  ++version_;
}

std::string Parameters::set(std::size_t parameter, double value) {
  Parameter& p = all_[parameter];
  if (!p.editable) return p.path + ": can't be changed while it runs";
  if (p.whole) value = std::round(value);
  const double from = p.value;
  try {
    put(parameter, value);
  } catch (const InputError& e) {
    return e.what();
  }
  if (open_ && open_->parameter != parameter) commit();
  if (!open_) open_ = Change{parameter, from, value};
  open_->to = value;
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
  for (const std::size_t i : unsaved()) put_into(out, all_[i].keyed, all_[i].value);
  return out;
}

std::string Parameters::patch_text() const { return io::to_text(patch()); }

std::string Parameters::file_text(const std::string& beside) const {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(beside).parent_path();
  io::Json out = io::Json::object();
  out.set("from", fs::absolute(file_).lexically_proximate(folder).generic_string());
  for (io::Json& item : patch().items) out.items.push_back(std::move(item));
  return io::to_text(out);
}

}  // namespace evsim::gui
