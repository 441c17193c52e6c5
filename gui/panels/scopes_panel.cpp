// Signals over time: any number of scopes, one above the other, with one time axis; what runs, or the record of
// a trigger. Cursors, measurements, spectra.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>
#include <implot.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "gui/panels/look.h"
#include "gui/panels/panels.h"

namespace evsim::gui {
namespace {

// A legend's entry that is dragged from one scope to another.
struct Dragged {
  std::size_t scope, place;
};
constexpr char kFromScope[] = "scope_signal", kSignal[] = "signal";

const ImVec4& line_colour(std::size_t k) {
  static constexpr ImVec4 kLines[] = {colour::kSky,       colour::kOrange, colour::kGreen,
                                      colour::kVermilion, colour::kPurple, colour::kYellow};
  return kLines[k % std::size(kLines)];
}

// The next widget on the same line where it fits.
void flow(float width) {
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  if (ImGui::GetItemRectMax().x + ImGui::GetStyle().ItemSpacing.x + width <= right)
    ImGui::SameLine();
}
float button_width(const char* text) {
  return ImGui::CalcTextSize(text, nullptr, true).x + 2.0f * ImGui::GetStyle().FramePadding.x;
}
bool button(const char* text, const char* why, bool enabled = true) {
  flow(button_width(text));
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::Button(text);
  ImGui::EndDisabled();
  tip(why);
  return pressed;
}
// A button that stays down.
bool toggle(const char* text, const char* why, bool on, bool enabled = true) {
  if (on) ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(0.22f, 0.53f, 0.75f, 0.8f));
  const bool pressed = button(text, why, enabled);
  if (on) ImGui::PopStyleColor();
  return pressed;
}

// The units of a scope's signals in their order; at most three have an axis.
std::vector<const Unit*> units_of(const App& app, const Scope& s) {
  std::vector<const Unit*> out;
  for (const std::string& path : s.signals) {
    const auto at = app.find(path);
    if (!at) continue;
    const Unit* u = app.signals()[*at].unit;
    if (std::find(out.begin(), out.end(), u) == out.end() && out.size() < 3) out.push_back(u);
  }
  return out;
}

void add_signal(Scope& s, const std::string& signal) {
  if (std::find(s.signals.begin(), s.signals.end(), signal) == s.signals.end())
    s.signals.push_back(signal);
}
void take_out(Scope& s, std::size_t k) {
  s.signals.erase(s.signals.begin() + static_cast<std::ptrdiff_t>(k));
}

template <class X> const X* dropped(const char* type) {
  const ImGuiPayload* p = ImGui::AcceptDragDropPayload(type);
  return p == nullptr ? nullptr : static_cast<const X*>(p->Data);
}

void accept_drop(App& app, std::size_t i) {
  if (!ImPlot::BeginDragDropTargetPlot()) return;
  if (const auto* signal = dropped<std::size_t>(kSignal))
    add_signal(app.scopes[i], app.signals()[*signal].path);
  if (const auto* d = dropped<Dragged>(kFromScope); d != nullptr && d->scope != i) {
    const std::string path = app.scopes[d->scope].signals[d->place];
    add_signal(app.scopes[i], path);
    take_out(app.scopes[d->scope], d->place);
  }
  ImPlot::EndDragDropTarget();
}

// ---- One scope ----------------------------------------------------------------------------------

void drag_source(const std::string& label, const std::string& path, std::size_t scope,
                 std::size_t place) {
  if (!ImPlot::BeginDragDropSourceItem(label.c_str())) return;
  const Dragged d{scope, place};
  ImGui::SetDragDropPayload(kFromScope, &d, sizeof d);
  ImGui::TextUnformatted(path.c_str());
  ImPlot::EndDragDropSource();
}

// A click with the right button on the legend's entry takes the signal out.
bool taken_out(const std::string& label) {
  bool out = false;
  if (ImPlot::BeginLegendPopup(label.c_str())) {
    out = ImGui::MenuItem("take out###take_out");
    ImPlot::EndLegendPopup();
  }
  return out;
}

int milliseconds(double t, char* text, int size, void* /*data*/) {
  return std::snprintf(text, static_cast<std::size_t>(size), "%.6g", 1e3 * t);
}

void set_value_axes(bool fitted, const std::vector<const Unit*>& units) {
  for (std::size_t k = 0; k < std::max<std::size_t>(units.size(), 1); ++k) {
    const std::string text = units.empty() ? "" : std::string(units[k]->text);
    const ImAxis axis = ImAxis_Y1 + static_cast<int>(k);
    ImPlot::SetupAxis(
        axis, text.empty() ? "[-]" : ("[" + text + "]").c_str(),
        (fitted ? ImPlotAxisFlags_AutoFit : 0) | (k > 0 ? ImPlotAxisFlags_AuxDefault : 0));
    bound_axis(axis);
  }
  ImPlot::SetupLegend(ImPlotLocation_North,
                      ImPlotLegendFlags_Outside | ImPlotLegendFlags_Horizontal);
}

// What its signals are drawn with.
struct Line {
  std::size_t k, signal;  // place in the scope, in the App
  std::string label;
  const Unit* unit;
};
std::vector<Line> lines_of(const App& app, const Scope& s, const std::vector<const Unit*>& units) {
  std::vector<Line> out;
  for (std::size_t k = 0; k < s.signals.size(); ++k) {
    const auto at = app.find(s.signals[k]);
    if (!at) continue;
    const Signal& signal = app.signals()[*at];
    if (std::find(units.begin(), units.end(), signal.unit) == units.end()) continue;
    const std::string name = with_unit(signal.path, *signal.unit);
    const std::string now = app.scope_tools.record ? "" : fmt::format("  {:.5g}", app.value(*at));
    out.push_back({k, *at, name + now + "###" + signal.path, signal.unit});
  }
  return out;
}
void choose_axis(const std::vector<const Unit*>& units, const Unit* unit) {
  ImPlot::SetAxis(ImAxis_Y1 +
                  static_cast<int>(std::find(units.begin(), units.end(), unit) - units.begin()));
}

void draw_reference(const App& app, const Line& line, int width, Curve& curve) {
  if (app.reference() == nullptr || !app.scope_tools.reference || app.scope_tools.record) return;
  const View v = view(app);
  envelope(*app.reference(), line.signal, v.min, v.max, width, *line.unit, curve);
  ImPlotSpec spec;
  spec.LineColor = line_colour(line.k);
  spec.LineColor.w = 0.4f;
  spec.Flags = ImPlotItemFlags_NoLegend;
  const std::string label = "before###before:" + app.signals()[line.signal].path;
  ImPlot::PlotLine(label.c_str(), curve.t.data(), curve.y.data(), static_cast<int>(curve.t.size()),
                   spec);
}

// The legend's entry: drawn also where there is nothing to see.
void plot(App& app, std::size_t i, const Line& line, const double* x, const double* y,
          std::size_t n, std::size_t& out) {
  ImPlotSpec spec;
  spec.LineWeight = 1.5f;
  spec.LineColor = line_colour(line.k);
  ImPlot::PlotLine(line.label.c_str(), x, y, static_cast<int>(n), spec);
  drag_source(line.label, app.signals()[line.signal].path, i, line.k);
  if (taken_out(line.label)) out = line.k;
}

void cursors(App& app, bool tags) {
  if (!app.scope_tools.cursors) return;
  ImPlot::SetAxis(ImAxis_Y1);
  const auto cursor = [tags](int id, double& t, const ImVec4& colour, const char* name) {
    const ImPlotRange seen = ImPlot::GetPlotLimits().X;
    if (!near_view(seen.Min, seen.Max, t)) return;
    ImPlot::DragLineX(id, &t, colour, 1.5f, ImPlotDragToolFlags_NoFit);
    if (tags) ImPlot::TagX(t, colour, "%s", name);
  };
  cursor(1, cursor_a(app), colour::kYellow, "A");
  cursor(2, cursor_b(app), colour::kPurple, "B");
}

// The level that the trigger waits for, to be dragged; the event of a record.
void trigger_lines(App& app, const std::vector<Line>& lines,
                   const std::vector<const Unit*>& units) {
  Trigger& t = app.trigger;
  if (app.scope_tools.record) {
    const double event = 0.0;
    ImPlotSpec spec;
    spec.LineColor = colour::kVermilion;
    spec.Flags = ImPlotItemFlags_NoLegend;
    ImPlot::PlotInfLines("###event", &event, 1, spec);
  }
  const bool looks = t.on != live::TriggerOn::fault && t.on != live::TriggerOn::at_once;
  const auto it = std::ranges::find_if(
      lines, [&](const Line& l) { return app.signals()[l.signal].path == t.signal; });
  if (!t.open || !looks || it == lines.end()) return;
  choose_axis(units, it->unit);
  const ImPlotRange seen = ImPlot::GetPlotLimits().Y;
  if (!near_view(seen.Min, seen.Max, t.level)) return;
  ImPlot::DragLineY(3, &t.level, colour::kVermilion, 1.0f, ImPlotDragToolFlags_NoFit);
}

void over_time(App& app, std::size_t i, const std::vector<const Unit*>& units) {
  static thread_local Curve curve;  // scratch: no state
  Scope& s = app.scopes[i];
  const bool last = i + 1 == app.scopes.size();
  const bool record = app.scope_tools.record;
  ImPlot::SetupAxis(ImAxis_X1,
                    !last    ? nullptr
                    : record ? "t after the event [ms]"
                             : "t [s]",
                    last ? ImPlotAxisFlags_None : ImPlotAxisFlags_NoTickLabels);
  if (record) ImPlot::SetupAxisFormat(ImAxis_X1, milliseconds);
  View& r = app.scope_tools.record_view;
  ImPlot::SetupAxisLinks(ImAxis_X1, record ? &r.min : &app.x_min, record ? &r.max : &app.x_max);
  set_value_axes(s.fit_y, units);
  const int width = std::max(static_cast<int>(ImPlot::GetPlotSize().x), 16);
  const auto lines = lines_of(app, s, units);
  std::size_t out = s.signals.size();
  for (const Line& line : lines) {
    choose_axis(units, line.unit);
    draw_reference(app, line, width, curve);
    if (!gui::curve(app, line.signal, width, curve)) curve.t.clear();
    plot(app, i, line, curve.t.data(), curve.y.data(), curve.t.size(), out);
  }
  cursors(app, last);
  trigger_lines(app, lines, units);
  if (out < s.signals.size()) take_out(s, out);
}

const Lines& spectrum_lines(const App& app, const Line& line) {
  static const Lines kNone;
  const auto it = app.scope_tools.measurements.find(app.signals()[line.signal].path);
  return it == app.scope_tools.measurements.end() ? kNone : it->second.lines;
}

// Six decades below the largest amplitude of each axis: what lies below is rounding.
void set_decades(const App& app, const std::vector<Line>& lines,
                 const std::vector<const Unit*>& units) {
  for (std::size_t k = 0; k < units.size(); ++k) {
    double most = 0.0;
    for (const Line& line : lines)
      if (line.unit == units[k])
        for (const double a : spectrum_lines(app, line).amplitude) most = std::max(most, a);
    const ImAxis axis = ImAxis_Y1 + static_cast<int>(k);
    set_logarithmic(axis);
    show_decades(axis, 6.0, most);
  }
}

void over_frequency(App& app, std::size_t i, const std::vector<const Unit*>& units) {
  Scope& s = app.scopes[i];
  const auto lines = lines_of(app, s, units);
  ImPlot::SetupAxis(ImAxis_X1, "f [Hz]", ImPlotAxisFlags_AutoFit);
  set_value_axes(s.fit_y && !app.scope_tools.logarithmic, units);
  if (app.scope_tools.logarithmic) set_decades(app, lines, units);
  std::size_t out = s.signals.size();
  for (const Line& line : lines) {
    choose_axis(units, line.unit);
    const Lines& l = spectrum_lines(app, line);
    plot(app, i, line, l.f.data(), l.amplitude.data(), l.f.size(), out);
  }
  if (out < s.signals.size()) take_out(s, out);
}

// Beside the plot, one above the other. False when the scope is gone.
bool scope_buttons(App& app, std::size_t i) {
  Scope& s = app.scopes[i];
  const std::string at = std::to_string(i);
  const auto small = [&](const char* text, const std::string& id, const char* why, bool on) {
    if (on) ImGui::PushStyleColor(ImGuiCol_Button, ImVec4(0.22f, 0.53f, 0.75f, 0.8f));
    const bool pressed = ImGui::Button((text + id + at).c_str(), {-FLT_MIN, 0.0f});
    if (on) ImGui::PopStyleColor();
    tip(why);
    return pressed;
  };
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {1.0f, 1.0f});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {2.0f, 2.0f});
  const bool gone = small("x", "###remove_scope:", "Remove this scope", false);
  if (small("FFT", "###spectrum:",
            "Amplitude over frequency, of what is seen or lies between the cursors; window of Hann",
            s.spectrum))
    s.spectrum = !s.spectrum;
  if (small("fit", "###fit_y:", "Axes of values go with what is seen; off: mouse wheel and drag",
            s.fit_y))
    s.fit_y = !s.fit_y;
  ImGui::PopStyleVar(2);
  if (gone) remove_scope(app, i);
  return !gone;
}

void mark_focus(const App& app, std::size_t i) {
  if (app.scope_tools.focus != i || app.scopes.size() < 2) return;
  const ImVec2 at = ImPlot::GetPlotPos(), size = ImPlot::GetPlotSize();
  ImGui::GetWindowDrawList()->AddRect(at, {at.x + size.x, at.y + size.y},
                                      ImGui::GetColorU32(ImVec4(0.22f, 0.53f, 0.75f, 0.8f)));
}

// False when it is gone.
bool scope(App& app, std::size_t i, float height) {
  const auto units = units_of(app, app.scopes[i]);
  const bool spectrum = app.scopes[i].spectrum;
  const float beside = 2.2f * ImGui::GetFontSize();
  bool all = false;  // only behind the plot, which writes its view as it ends
  const std::string name = (spectrum ? "###spectrum_of:" : "###scope:") + std::to_string(i);
  if (begin_plot(name.c_str(), {-beside, height}, ImPlotFlags_NoTitle | ImPlotFlags_NoMouseText)) {
    spectrum ? over_frequency(app, i, units) : over_time(app, i, units);
    if (ImPlot::IsPlotHovered()) {
      if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) app.scope_tools.focus = i;
      all = !spectrum && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    }
    accept_drop(app, i);
    mark_focus(app, i);
    ImPlot::EndPlot();
  }
  if (all) fit(app);
  ImGui::SameLine(0.0f, 2.0f);
  ImGui::BeginGroup();
  const bool stays = scope_buttons(app, i);
  ImGui::EndGroup();
  return stays;
}

// ---- Above the scopes ---------------------------------------------------------------------------

void export_popup(App& app) {
  if (button("export###export", "What is seen, as CSV: every sample, with units"))
    ImGui::OpenPopup("export");
  if (!ImGui::BeginPopup("export")) return;
  ImGui::SetNextItemWidth(20.0f * ImGui::GetFontSize());
  ImGui::InputText("###export_file", &app.scope_tools.file);
  ImGui::SameLine();
  if (ImGui::Button("Save CSV###export_save")) {
    app.export_scopes(app.scope_tools.file);
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
}

void sources(App& app) {
  ScopeTools& tools = app.scope_tools;
  ImGui::Dummy({0.0f, 0.0f});
  ImGui::SameLine(0.0f, 0.0f);
  if (toggle("live###live", "What runs", !tools.record)) show_record(app, false);
  if (toggle("record###record", "What the trigger caught", tools.record, app.record() != nullptr))
    show_record(app, true);
  if (tools.record) return;
  flow(70.0f);
  ImGui::Checkbox("follow###follow", &app.follow);
  tip("The newest sample stays at the right edge (End)");
  constexpr double kShortest = 0.001, kLongest = 36000.0;
  const float width = 8.0f * ImGui::GetFontSize();
  flow(width);
  ImGui::SetNextItemWidth(width);
  double span = app.x_max - app.x_min;
  if (ImGui::SliderScalar("###span", ImGuiDataType_Double, &span, &kShortest, &kLongest,
                          "%.4g s wide",
                          ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp))
    set_view(app, {.min = app.x_max - span, .max = app.x_max, .follow = app.follow});
  tip("Width of the time axis; Ctrl+click to type");
}

void tools(App& app) {
  ScopeTools& t = app.scope_tools;
  sources(app);
  const ZoomHistory& zoom = t.record ? t.record_zoom : t.zoom;
  if (button("<###zoom_back", "Zoom as it was before (Alt+Left)", zoom.can_go_back(view(app))))
    zoom_back(app);
  if (button(">###zoom_forward", "Zoom as it was behind that (Alt+Right)", zoom.can_go_forward()))
    zoom_forward(app);
  if (button("fit###fit", "All that there is (double click in a scope)")) fit(app);
  if (toggle("cursors###cursors", "Two cursors to be dragged; measurements lie between them",
             t.cursors))
    show_cursors(app, !t.cursors);
  if (toggle("measure###measure",
             "Mean, RMS, extremes, frequency, THD of what is seen or lies between the cursors",
             t.measure))
    t.measure = !t.measure;
  if (toggle("before###reference", "The run before Restart, pale behind this one", t.reference,
             app.reference() != nullptr))
    t.reference = !t.reference;
  if (toggle("trigger###trigger", "Record an event at every step of the integration",
             app.trigger.open))
    app.trigger.open = !app.trigger.open;
  export_popup(app);
  if (button("+ scope###add_scope", "One more scope; drag signals into it")) {
    app.scopes.emplace_back();
    t.focus = app.scopes.size() - 1;
  }
  if (std::ranges::any_of(app.scopes, &Scope::spectrum) &&
      toggle("log###logarithmic", "Logarithmic amplitudes of spectra", t.logarithmic))
    t.logarithmic = !t.logarithmic;
}

// ---- Trigger ------------------------------------------------------------------------------------

void state_of_trigger(const App& app) {
  const live::CaptureStatus& now = app.now().capture;
  const ShownRecord* r = app.record();
  std::string text;
  ImVec4 colour = colour::kGrey;
  switch (now.state) {
    case live::Capturing::off: text = "not armed"; break;
    case live::Capturing::armed:
      text = "armed, waits";
      colour = colour::kSky;
      break;
    case live::Capturing::triggered:
      text = "triggered, records";
      colour = colour::kOrange;
      break;
    case live::Capturing::done: text = "done"; break;
  }
  if (now.lost > 0) text += fmt::format(", {} lost", now.lost);
  if (r != nullptr)
    text += fmt::format("; event at {:.6f} s{}{}{}", r->data().t,
                        r->data().cause.empty() ? "" : ": " + r->data().cause,
                        r->data().by_itself ? " (by itself)" : "",
                        r->data().cut_short ? " (cut at its largest size)" : "");
  flow(ImGui::CalcTextSize(text.c_str()).x);
  ImGui::AlignTextToFramePadding();
  ImGui::TextColored(colour, "%s", text.c_str());
}

void choose_signal(App& app) {
  Trigger& t = app.trigger;
  const float width = 13.0f * ImGui::GetFontSize();
  flow(width);
  ImGui::SetNextItemWidth(width);
  const char* shown = t.signal.empty() ? "signal ..." : t.signal.c_str();
  if (ImGui::BeginCombo("###trigger_signal", shown)) {
    for (const std::size_t signal : shown_signals(app)) {
      const std::string& path = app.signals()[signal].path;
      if (ImGui::Selectable((path + "###trigger_on:" + path).c_str(), path == t.signal))
        t.signal = path;
    }
    ImGui::EndCombo();
  }
  if (ImGui::BeginDragDropTarget()) {
    if (const auto* signal = dropped<std::size_t>(kSignal)) t.signal = app.signals()[*signal].path;
    ImGui::EndDragDropTarget();
  }
  tip("The signal that is looked at: one that a scope shows, or drag one here");
}

void number(const char* id, double& x, const std::string& format, const char* why) {
  const float width = 6.0f * ImGui::GetFontSize();
  flow(width);
  ImGui::SetNextItemWidth(width);
  ImGui::InputDouble(id, &x, 0.0, 0.0, format.c_str());
  tip(why);
}

void level(App& app) {
  Trigger& t = app.trigger;
  const auto at = app.find(t.signal);
  const std::string_view unit = at ? app.signals()[*at].unit->text : "";
  const std::string format = "%.5g " + std::string(unit == "%" ? "%%" : unit);
  number("###trigger_level", t.level, format, "Level; to be dragged in the scope too");
  if (t.on == live::TriggerOn::rising || t.on == live::TriggerOn::falling)
    number("###trigger_hysteresis", t.hysteresis, "+- " + format,
           "Hysteresis: an edge must come from so far on the other side of the level");
}

void which_record(App& app) {
  Trigger& t = app.trigger;
  if (t.records.size() < 2) return;
  if (button("<###record_before", "The record before", t.shown > 0)) {
    --t.shown;
    show_record(app, true);
  }
  flow(40.0f);
  ImGui::AlignTextToFramePadding();
  ImGui::Text("%zu / %zu", t.shown + 1, t.records.size());
  if (button(">###record_after", "The record behind", t.shown + 1 < t.records.size())) {
    ++t.shown;
    show_record(app, true);
  }
}

void trigger_row(App& app) {
  Trigger& t = app.trigger;
  const auto choose = [](const char* id, auto& value, const auto& names, float width,
                         const char* why) {
    ImGui::SetNextItemWidth(width * ImGui::GetFontSize());
    int i = static_cast<int>(value);
    if (ImGui::Combo(id, &i, names, static_cast<int>(std::size(names))))
      value = static_cast<std::remove_reference_t<decltype(value)>>(i);
    tip(why);
  };
  choose("###trigger_on", t.on, kTriggerOn, 7.0f,
         "fault: a fault command, or a motor control that is limited by temperature or DC voltage "
         "or is off");
  const bool looks = t.on != live::TriggerOn::fault && t.on != live::TriggerOn::at_once;
  if (looks) {
    choose_signal(app);
    level(app);
  }
  double ms = 1e3 * t.length, percent = 100.0 * t.before;
  number("###trigger_length", ms, "%.4g ms", "Length of the record");
  number("###trigger_before", percent, "%.3g %% before", "Share of it that lies before the event");
  t.length = std::clamp(1e-3 * ms, 1e-6, 3600.0);
  t.before = std::clamp(0.01 * percent, 0.0, 1.0);
  flow(5.0f * ImGui::GetFontSize());
  choose("###trigger_again", t.again, kRearm, 5.0f,
         "single: one record; normal: again behind each; auto: also without an event, when none "
         "came for as long as two records");
  const live::Capturing state = app.now().capture.state;
  const bool armed = state == live::Capturing::armed || state == live::Capturing::triggered;
  if (button(armed ? "Stop###arm" : "Arm###arm",
             "Records the signals that scopes show, at every step; edges of inverters too"))
    armed ? app.disarm() : app.arm();
  which_record(app);
  state_of_trigger(app);
}

// ---- Below the scopes ---------------------------------------------------------------------------

void cell(const std::optional<double>& x, double factor = 1.0) {
  ImGui::TableNextColumn();
  if (x)
    ImGui::Text("%.4g", factor * *x);
  else
    ImGui::TextDisabled("-");
}

std::string distance_of_cursors(App& app) {
  const double d = cursor_b(app) - cursor_a(app);
  return fmt::format("A {:.6g} s   B {:.6g} s   B - A = {:.6g} s{}", cursor_a(app), cursor_b(app),
                     d, d == 0.0 ? "" : fmt::format("   1/(B - A) = {:.6g} Hz", 1.0 / std::abs(d)));
}

void measurement(const App& app, const Signal& signal) {
  const auto it = app.scope_tools.measurements.find(signal.path);
  const Measurement m = it == app.scope_tools.measurements.end() ? Measurement{} : it->second;
  const auto of = [&](auto part) {
    return m.of ? std::optional<double>(part(*m.of)) : std::optional<double>{};
  };
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(with_unit(signal.path, *signal.unit).c_str());
  if (app.scope_tools.cursors) {
    cell(m.at_a);
    cell(m.at_b);
    cell(m.at_a && m.at_b ? std::optional(*m.at_b - *m.at_a) : std::nullopt);
  }
  cell(of([](const Measured& x) { return x.mean; }));
  cell(of([](const Measured& x) { return x.rms; }));
  cell(of([](const Measured& x) { return x.least; }));
  cell(of([](const Measured& x) { return x.most; }));
  cell(of([](const Measured& x) { return x.most - x.least; }));
  cell(m.of ? m.of->frequency : std::nullopt);
  cell(m.of ? m.of->THD : std::nullopt, 100.0);
}

void measurements(App& app, const std::vector<std::size_t>& all) {
  if (app.scope_tools.cursors) ImGui::TextUnformatted(distance_of_cursors(app).c_str());
  if (!app.scope_tools.measure) return;
  const int columns = app.scope_tools.cursors ? 11 : 8;
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp |
                                     ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerV;
  if (!ImGui::BeginTable("measurements", columns, kFlags)) return;
  ImGui::TableSetupScrollFreeze(1, 1);
  ImGui::TableSetupColumn("signal", 0, 3.2f);
  if (app.scope_tools.cursors)
    for (const char* name : {"A", "B", "B - A"}) ImGui::TableSetupColumn(name, 0, 1.0f);
  for (const char* name : {"mean", "RMS", "least", "most", "p-p", "f Hz", "THD %"})
    ImGui::TableSetupColumn(name, 0, 1.0f);
  ImGui::TableHeadersRow();
  for (const std::size_t signal : all) measurement(app, app.signals()[signal]);
  ImGui::EndTable();
}

float height_below(const App& app, std::size_t signals) {
  const float line = ImGui::GetTextLineHeightWithSpacing();
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  float out = app.scope_tools.cursors ? line + gap : 0.0f;
  if (app.scope_tools.measure)
    out += std::min(line * static_cast<float>(signals + 1) + gap,
                    0.35f * ImGui::GetContentRegionAvail().y);
  return out;
}

// ---- All ----------------------------------------------------------------------------------------

void keys(App& app) {
  const auto pressed = [](ImGuiKeyChord chord) {
    return ImGui::Shortcut(chord, ImGuiInputFlags_RouteGlobal);
  };
  if (ImGui::GetIO().WantTextInput) return;
  if (pressed(ImGuiMod_Alt | ImGuiKey_LeftArrow)) zoom_back(app);
  if (pressed(ImGuiMod_Alt | ImGuiKey_RightArrow)) zoom_forward(app);
  if (pressed(ImGuiKey_End)) {
    show_record(app, false);
    app.follow = true;
  }
}

void all_scopes(App& app, float below) {
  const auto n = static_cast<float>(app.scopes.size());
  const float axis = 1.9f * ImGui::GetFontSize();  // of the last one
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float height =
      std::max((ImGui::GetContentRegionAvail().y - below - axis - (n - 1.0f) * gap) / n,
               5.0f * ImGui::GetFontSize());
  ImPlot::PushStyleVar(ImPlotStyleVar_FitPadding, {0.0f, 0.06f});
  ImPlotInputMap& input = ImPlot::GetInputMap();
  const ImPlotInputMap before = input;
  input.Fit = ImGuiMouseButton_Middle;  // a double click of the left one is the panel's
  const bool aligned =
      ImPlot::BeginAlignedPlots("scopes");  // their time axes begin below each other
  for (std::size_t i = 0; i < app.scopes.size();)
    if (scope(app, i, i + 1 == app.scopes.size() ? height + axis : height)) ++i;
  if (aligned) ImPlot::EndAlignedPlots();
  input = before;
  ImPlot::PopStyleVar();
}

// The mouse moves or zooms the time axis: it is followed no more.
void after_mouse(App& app, const View& before) {
  const View v = view(app);
  const double moved = std::max(std::abs(v.min - before.min), std::abs(v.max - before.max));
  if (!app.scope_tools.record && app.follow && before.follow && moved > 1e-9 * before.span())
    app.follow = false;
  if (!app.scope_tools.record) app.span = v.span();
  const bool busy =
      ImGui::IsMouseDown(ImGuiMouseButton_Left) || ImGui::IsMouseDown(ImGuiMouseButton_Right);
  ScopeTools& t = app.scope_tools;
  (t.record ? t.record_zoom : t.zoom).settle(view(app), busy);
}

}  // namespace

void scopes_panel(App& app) {
  keys(app);
  tools(app);
  if (app.trigger.open) trigger_row(app);
  measure_next(app);
  const auto all = shown_signals(app);
  const View before = view(app);
  const float below = height_below(app, all.size());
  if (!app.scopes.empty()) all_scopes(app, below);
  after_mouse(app, before);
  if (below > 0.0f) measurements(app, all);
}

}  // namespace evsim::gui
