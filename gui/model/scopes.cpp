#include "gui/model/scopes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/model/app.h"
#include "sim/io/signals_csv.h"

namespace evsim::gui {
namespace {

constexpr double kShortest = 1e-6, kLongest = 1e5;  // of a view [s]

bool same(const View& a, const View& b) {
  const double tolerance = 1e-9 * std::max(std::abs(a.span()), std::abs(b.span()));
  const auto near = [tolerance](double x, double y) { return std::abs(x - y) <= tolerance; };
  if (a.follow != b.follow) return false;
  return a.follow ? near(a.span(), b.span()) : near(a.min, b.min) && near(a.max, b.max);
}

}  // namespace

// ---- Views --------------------------------------------------------------------------------------

void ZoomHistory::commit(const View& now) {
  constexpr std::size_t kKept = 100;
  if (settled_ && same(*settled_, now)) return;
  if (settled_) {
    back_.push_back(*settled_);
    forward_.clear();
    if (back_.size() > kKept) back_.erase(back_.begin());
  }
  settled_ = now;
}

void ZoomHistory::settle(const View& now, bool busy) {
  constexpr int kQuiet = 8;  // frames
  quiet_ = busy || !same(now, last_) ? 0 : quiet_ + 1;
  last_ = now;
  if (quiet_ >= kQuiet || !settled_) commit(now);
}

bool ZoomHistory::can_go_back(const View& now) const {
  return !back_.empty() || (settled_ && !same(*settled_, now));
}

std::optional<View> ZoomHistory::back(const View& now) {
  commit(now);
  if (back_.empty()) return {};
  forward_.push_back(now);
  settled_ = last_ = back_.back();
  back_.pop_back();
  return settled_;
}

std::optional<View> ZoomHistory::forward(const View& now) {
  if (forward_.empty()) return {};
  back_.push_back(now);
  settled_ = last_ = forward_.back();
  forward_.pop_back();
  return settled_;
}

namespace {

ZoomHistory& zoom(App& app) {
  return app.scope_tools.record ? app.scope_tools.record_zoom : app.scope_tools.zoom;
}

}  // namespace

View view(const App& app) {
  if (app.scope_tools.record) return app.scope_tools.record_view;
  return {.min = app.x_min, .max = app.x_max, .follow = app.follow};
}

void set_view(App& app, const View& v) {
  if (!(v.span() >= kShortest && v.span() <= kLongest)) return;
  if (app.scope_tools.record) {
    app.scope_tools.record_view = {.min = v.min, .max = v.max};
    return;
  }
  app.x_min = v.min;
  app.x_max = v.max;
  app.follow = v.follow;
  app.span = v.span();
}

void fit(App& app) {
  const ShownRecord* r = app.record();
  zoom(app).keep(view(app));
  if (app.scope_tools.record && r != nullptr)
    set_view(app, {.min = r->from(), .max = r->to()});
  else if (!app.scope_tools.record && app.history().size() > 1)
    set_view(app, {.min = app.history().oldest(), .max = app.history().newest()});
}

void zoom_back(App& app) {
  if (const auto v = zoom(app).back(view(app))) set_view(app, *v);
}
void zoom_forward(App& app) {
  if (const auto v = zoom(app).forward(view(app))) set_view(app, *v);
}

void show_record(App& app, bool on) {
  const bool before = std::exchange(app.scope_tools.record, on && app.record() != nullptr);
  if (app.scope_tools.record && !before) fit(app);
}

// ---- What is shown ------------------------------------------------------------------------------

std::vector<std::size_t> shown_signals(const App& app) {
  std::vector<std::size_t> out;
  for (const Scope& s : app.scopes)
    for (const std::string& path : s.signals)
      if (const auto at = app.find(path); at && std::ranges::find(out, *at) == out.end())
        out.push_back(*at);
  return out;
}

std::optional<Series> samples(const App& app, std::size_t signal) {
  if (!app.scope_tools.record) return app.history().series(signal);
  const ShownRecord* r = app.record();
  return r == nullptr ? std::nullopt : r->series(signal);
}

bool curve(const App& app, std::size_t signal, int columns, Curve& out) {
  const View v = view(app);
  const Unit& unit = *app.signals()[signal].unit;
  if (!app.scope_tools.record) {
    envelope(app.history(), signal, v.min, v.max, columns, unit, out);
    return true;
  }
  const auto s = samples(app, signal);
  if (s) envelope(*s, v.min, v.max, columns, unit, out);
  return s.has_value();
}

double& cursor_a(App& app) {
  return app.scope_tools.record ? app.scope_tools.record_a : app.scope_tools.a;
}
double& cursor_b(App& app) {
  return app.scope_tools.record ? app.scope_tools.record_b : app.scope_tools.b;
}

void show_cursors(App& app, bool on) {
  app.scope_tools.cursors = on;
  const View v = view(app);
  const auto seen = [&v](double t) { return t > v.min && t < v.max; };
  if (!on || (seen(cursor_a(app)) && seen(cursor_b(app)))) return;
  cursor_a(app) = v.min + v.span() / 3.0;
  cursor_b(app) = v.max - v.span() / 3.0;
}

// ---- Measurements -------------------------------------------------------------------------------

void measure_next(App& app) {
  ScopeTools& tools = app.scope_tools;
  const auto all = shown_signals(app);
  std::erase_if(tools.measurements, [&](const auto& m) {
    return std::ranges::none_of(
        all, [&](std::size_t signal) { return app.signals()[signal].path == m.first; });
  });
  const auto has_spectrum = [&](const std::string& path) {
    return std::ranges::any_of(app.scopes, [&](const Scope& s) {
      return s.spectrum && std::ranges::find(s.signals, path) != s.signals.end();
    });
  };
  if (all.empty()) return;
  const std::size_t signal = all[tools.next++ % all.size()];
  const std::string& path = app.signals()[signal].path;
  const bool lines = has_spectrum(path);
  Measurement& m = tools.measurements[path];
  m = {};
  const auto s = samples(app, signal);
  if (!s || (!tools.measure && !lines)) return;
  const Unit& unit = *app.signals()[signal].unit;
  View v = view(app);
  if (tools.cursors) {
    m.at_a = value_at(*s, cursor_a(app), unit);
    m.at_b = value_at(*s, cursor_b(app), unit);
    v = {.min = std::min(cursor_a(app), cursor_b(app)),
         .max = std::max(cursor_a(app), cursor_b(app))};
  }
  const spectrum::Signal part = section(*s, v.min, v.max, unit);
  if (tools.measure) m.of = measured(part);
  if (lines) m.lines = spectrum_of(part);
}

// ---- Export -------------------------------------------------------------------------------------

std::string export_text(const App& app) {
  std::vector<io::SignalColumn> columns{{.name = "t", .unit = "s", .values = {}}};
  const View v = view(app);
  const ShownRecord* r = app.scope_tools.record ? app.record() : nullptr;
  const double at = r == nullptr ? 0.0 : r->data().t;
  for (const std::size_t signal : shown_signals(app)) {
    const auto s = samples(app, signal);
    if (!s) continue;
    const Unit& unit = *app.signals()[signal].unit;
    const std::size_t first = s->before(v.min);
    std::size_t last = s->before(v.max);
    while (last < s->count && s->time(last) == v.max) ++last;
    const bool times = columns.front().values.empty();
    io::SignalColumn column{.name = app.signals()[signal].path,
                            .unit = unit.text.empty() ? "1" : std::string(unit.text),
                            .values = {}};
    for (std::size_t i = first; i < last; ++i) {
      if (times) columns.front().values.push_back(s->time(i) + at);
      column.values.push_back(from_si(unit, s->value(i)));
    }
    columns.push_back(std::move(column));
  }
  return io::signals_csv(columns);
}

// ---- Scopes -------------------------------------------------------------------------------------

void add_to_focus(App& app, const std::string& path) {
  if (app.scopes.empty()) app.scopes.emplace_back();
  std::size_t& focus = app.scope_tools.focus;
  focus = std::min(focus, app.scopes.size() - 1);
  auto& signals = app.scopes[focus].signals;
  if (std::ranges::find(signals, path) == signals.end()) signals.push_back(path);
}

void remove_scope(App& app, std::size_t scope) {
  if (scope >= app.scopes.size()) return;
  app.scopes.erase(app.scopes.begin() + static_cast<std::ptrdiff_t>(scope));
  std::size_t& focus = app.scope_tools.focus;
  if (focus > scope || focus >= app.scopes.size()) focus = focus == 0 ? 0 : focus - 1;
}

}  // namespace evsim::gui
