#include "sim/io/waveform_report.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/base/constants.h"
#include "sim/io/chart.h"
#include "sim/io/markup.h"

namespace evsim::io {
namespace {

using charts::Frame;
using spectrum::Signal;
using waveform::Instant;
using waveform::Window;
using Value = std::function<double(const Instant&)>;

constexpr double kCarriers = 4.5;  // the spectrum's end over the switching frequency
constexpr int kMostLines = 8000;
constexpr double kShownPeriods = 4;  // of the carrier, in the close view
constexpr double kFloor = -80.0;     // of a spectrum [dB]

Signal signal(const Window& w, const Value& value) {
  Signal out;
  for (const Instant& x : w.instants) {
    out.t.push_back(x.t);
    out.x.push_back(value(x));
  }
  return out;
}
Value current(std::size_t unit, double Abc<double>::*phase) {
  return [=](const Instant& x) { return x.units[unit].i.*phase; };
}
Value line_voltage(std::size_t unit) {
  return [=](const Instant& x) { return x.units[unit].u.a - x.units[unit].u.b; };
}

// Electrical angle turned since the window began [rad]: steps are far below half a turn.
std::vector<double> turned(const Window& w, std::size_t unit) {
  std::vector<double> out{0.0};
  for (std::size_t k = 1; k < w.instants.size(); ++k) {
    const double step = w.instants[k].units[unit].theta_e - w.instants[k - 1].units[unit].theta_e;
    out.push_back(out.back() + std::remainder(step, kTwoPi));
  }
  return out;
}
// When so many periods have passed, either way round.
double time_of(const Window& w, const std::vector<double>& angle, int periods) {
  const double wanted = kTwoPi * periods;
  std::size_t k = 1;
  while (k + 1 < angle.size() && std::abs(angle[k]) < wanted) ++k;
  const double a = std::abs(angle[k - 1]), b = std::abs(angle[k]);
  const double t_a = w.instants[k - 1].t, t_b = w.instants[k].t;
  return b > a ? t_a + (wanted - a) / (b - a) * (t_b - t_a) : t_b;
}

// ---- Drawings -----------------------------------------------------------------------------------

// Of a drawing [px].
constexpr double kWidth = 1040.0, kHeight = 210.0;
constexpr double kLeft = 66.0, kRight = 24.0, kTop = 8.0, kBottom = 44.0;

struct Shown {
  const char* name;
  Signal signal;
};
struct View {
  double from, to;  // [s]
};

Frame frame(double x_min, double x_max, double y_min, double y_max) {
  return {.x = {x_min, x_max, kLeft, kWidth - kRight},
          .y = {y_min, y_max, kHeight - kBottom, kTop}};
}
std::vector<svg::At> points(const Signal& s) {
  std::vector<svg::At> out;
  for (std::size_t k = 0; k < s.t.size(); ++k) out.push_back({s.t[k], s.x[k]});
  return out;
}
std::string over_time(const std::vector<Shown>& all, const View& v, const char* unit) {
  double least = kInfinity, most = -kInfinity;
  std::vector<Signal> cut;
  for (const Shown& s : all) {
    cut.push_back(spectrum::cut(s.signal, v.from, v.to));
    for (const double x : cut.back().x) {
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  const double air = std::max(0.06 * (most - least), 1e-3 * std::max(std::abs(most), 1.0));
  const Frame f = frame(v.from, v.to, least - air, most + air);
  const Frame in_ms{.x = {0.0, 1e3 * (v.to - v.from), f.x.from, f.x.to}, .y = f.y};
  std::string out = svg::begin(kWidth, kHeight, all.front().name);
  out += charts::axes(in_ms, {.title = "time in the window's part [ms]"},
                      {.title = std::string("[") + unit + "]", .ticks = 5});
  for (std::size_t k = 0; k < cut.size(); ++k)
    out += charts::curve(points(cut[k]), f, "curve s" + std::to_string(k));
  return out + "</svg>\n";
}
std::string figure(const std::string& title, const std::vector<Shown>& keys,
                   const std::string& drawing) {
  std::string names;
  for (std::size_t k = 0; keys.size() > 1 && k < keys.size(); ++k)
    names += "<span class=\"key s" + std::to_string(k) + "\">" + escape(keys[k].name) + "</span> ";
  return "<figure class=\"wave\">\n<figcaption><b>" + escape(title) + "</b> " + names +
         "</figcaption>\n" + drawing + "</figure>\n";
}
std::string figure(const std::string& title, const std::vector<Shown>& all, const View& v,
                   const char* unit) {
  return figure(title + " [" + unit + "]", all, over_time(all, v, unit));
}

// Lines in dB of the fundamental.
std::string lines_svg(const std::vector<double>& amplitudes, const Periods& p, const char* look) {
  const double spacing = 1.0 / (p.to - p.from);  // [Hz]
  const double a_1 = amplitudes[static_cast<std::size_t>(p.count)];
  const double last = spacing * static_cast<double>(amplitudes.size() - 1);
  const Frame f = frame(0.0, last, kFloor, 5.0);
  std::string d;
  for (std::size_t k = 1; k < amplitudes.size(); ++k) {
    const double level = 20.0 * std::log10(std::max(amplitudes[k] / a_1, 1e-12));
    if (level <= kFloor) continue;
    d += 'M';
    svg::append(d, f.x(spacing * static_cast<double>(k)));
    d += ' ';
    svg::append(d, f.y.from);
    d += 'V';
    svg::append(d, f.y(std::min(level, f.y.max)));
  }
  return svg::begin(kWidth, kHeight, "Spectrum") +
         charts::axes(f, {.title = "frequency [kHz]", .per_unit = 1e-3, .ticks = 10},
                      {.title = "[dB of fundamental]", .ticks = 5}) +
         "<path class=\"curve " + look + "\" d=\"" + d + "\"/>\n</svg>\n";
}

std::string percent(double share) { return readable(100.0 * share, 3) + " %"; }

std::string spectrum_html(const Window& w, std::size_t unit) {
  const auto s = spectrum_of(w, unit);
  if (!s)
    return "<p class=\"note\">Spectrum: the window holds no whole electrical period; lengthen "
           "<code>record.waveform_length</code>.</p>\n";
  const auto first = static_cast<std::size_t>(s->periods.count);
  const std::string text =
      "Spectrum over " + std::to_string(s->periods.count) + " whole electrical periods of " +
      readable(s->periods.frequency(), 5) + " Hz, switching at " +
      readable(w.units[unit].f_sw / 1e3, 4) + " kHz. Fundamental of the phase current " +
      readable(s->i_a[first], 4) + " A peak, THD " + percent(s->distortion_i) +
      "; of the line voltage " + readable(s->u_ab[first], 4) + " V peak, THD " +
      percent(s->distortion_u) +
      ". THD counts all that is no fundamental and no mean, also between the harmonics.";
  return "<p class=\"note\">" + escape(text) + "</p>\n" +
         figure("Phase current i_a, amplitudes", {}, lines_svg(s->i_a, s->periods, "s0")) +
         figure("Line voltage u_ab, amplitudes", {}, lines_svg(s->u_ab, s->periods, "s1"));
}

// The largest phase current of a unit, with some carrier periods about it.
View close_view(const Window& w, std::size_t unit) {
  const double T = w.instants.back().t - w.instants.front().t;
  const double length = std::min(kShownPeriods / w.units[unit].f_sw, T);
  double t = w.instants.front().t, most = 0.0;
  for (const Instant& x : w.instants) {
    const Abc<double>& i = x.units[unit].i;
    const double size = std::max({std::abs(i.a), std::abs(i.b), std::abs(i.c)});
    if (size > most) most = size, t = x.t;
  }
  const double from =
      std::clamp(t - 0.5 * length, w.instants.front().t, w.instants.back().t - length);
  return {from, from + length};
}

std::string unit_html(const Window& w, std::size_t unit) {
  const std::vector<Shown> currents{{"i_a", signal(w, current(unit, &Abc<double>::a))},
                                    {"i_b", signal(w, current(unit, &Abc<double>::b))},
                                    {"i_c", signal(w, current(unit, &Abc<double>::c))}};
  const std::vector<Shown> voltages{
      {"u_a", signal(w, [=](const Instant& x) { return x.units[unit].u.a; })}};
  const std::vector<Shown> lines{{"u_ab", signal(w, line_voltage(unit))}};
  const View close = close_view(w, unit);
  const double begin = w.instants.front().t, end = w.instants.back().t;
  const auto periods = whole_periods(w, unit);
  const View wide{begin, periods ? begin + std::min(2.0 / periods->frequency(), end - begin) : end};
  const std::string period = periods ? ", two electrical periods from " : ", the window from ";
  const std::string at = ", from " + readable(close.from, 7) + " s";
  return "<h3>" + escape("Drive unit " + w.units[unit].name) + "</h3>\n" +
         figure("Phase currents" + period + readable(begin, 7) + " s", currents, wide, "A") +
         figure("Phase currents" + at, currents, close, "A") +
         figure("Phase voltage u_a to the star point" + at, voltages, close, "V") +
         figure("Line voltage u_ab" + at, lines, close, "V") + spectrum_html(w, unit);
}

std::string link_html(const Window& w) {
  const View close = close_view(w, 0);
  const std::string at = ", from " + readable(close.from, 7) + " s";
  return figure("DC link, current" + at,
                {{"drawn by the inverters", signal(w, [](const Instant& x) { return x.i_dc; })},
                 {"from the battery", signal(w, [](const Instant& x) { return x.i_cable; })}},
                close, "A") +
         figure("DC link, voltage at the inverters" + at,
                {{"u_dc", signal(w, [](const Instant& x) { return x.u_dc; })}}, close, "V");
}

}  // namespace

std::vector<SignalColumn> waveform_columns(const Window& w) {
  std::vector<SignalColumn> out{{"t", "s", {}},
                                {"dc_link.u", "V", {}},
                                {"dc_link.i_inverters", "A", {}},
                                {"dc_link.i_cable", "A", {}}};
  std::vector<Value> values{
      [](const Instant& x) { return x.t; }, [](const Instant& x) { return x.u_dc; },
      [](const Instant& x) { return x.i_dc; }, [](const Instant& x) { return x.i_cable; }};
  for (std::size_t n = 0; n < w.units.size(); ++n)
    for (const auto& [phase, letter] :
         {std::pair{&Abc<double>::a, 'a'}, std::pair{&Abc<double>::b, 'b'},
          std::pair{&Abc<double>::c, 'c'}}) {
      const std::string owner = "drive_units." + w.units[n].name + ".";
      out.push_back({owner + "i_" + letter, "A peak", {}});
      values.push_back(current(n, phase));
      out.push_back({owner + "u_" + letter, "V", {}});
      values.emplace_back([n, phase](const Instant& x) { return x.units[n].u.*phase; });
    }
  for (std::size_t k = 0; k < out.size(); ++k)
    for (const Instant& x : w.instants) out[k].values.push_back(values[k](x));
  return out;
}

std::optional<Periods> whole_periods(const Window& w, std::size_t unit) {
  if (w.instants.size() < 2) return std::nullopt;
  const std::vector<double> angle = turned(w, unit);
  const int all = static_cast<int>(std::abs(angle.back()) / kTwoPi);
  std::optional<Periods> best;
  double least = kInfinity;
  for (int count = all; count >= 1 && 2 * count >= all; --count) {
    const Periods p{w.instants.front().t, time_of(w, angle, count), count};
    const double off = std::abs(std::remainder((p.to - p.from) * w.units[unit].f_sw, 1.0));
    if (off < least) least = off, best = p;
  }
  return best;
}

std::optional<Spectrum> spectrum_of(const Window& w, std::size_t unit) {
  const auto periods = whole_periods(w, unit);
  if (!periods) return std::nullopt;
  const double T = periods->to - periods->from;
  const int last =
      std::clamp(static_cast<int>(kCarriers * w.units[unit].f_sw * T), periods->count, kMostLines);
  const auto of = [&](const Value& value) {
    return spectrum::cut(signal(w, value), periods->from, periods->to);
  };
  const Signal i = of(current(unit, &Abc<double>::a)), u = of(line_voltage(unit));
  Spectrum out{.periods = *periods,
               .i_a = spectrum::amplitudes(i, last),
               .u_ab = spectrum::amplitudes(u, last),
               .distortion_i = 0.0,
               .distortion_u = 0.0};
  const auto first = static_cast<std::size_t>(periods->count);
  out.distortion_i = spectrum::distortion(i, out.i_a[first]);
  out.distortion_u = spectrum::distortion(u, out.u_ab[first]);
  return out;
}

std::string waveform_html(const Window& w) {
  std::string out;
  for (std::size_t n = 0; n < w.units.size(); ++n) out += unit_html(w, n);
  return out + "<h3>DC link</h3>\n" + link_html(w);
}

}  // namespace evsim::io
