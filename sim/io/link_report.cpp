#include "sim/io/link_report.h"

#include <algorithm>
#include <cmath>

#include "sim/io/markup.h"
#include "sim/io/svg.h"

namespace evsim::io {
namespace {

constexpr double kWidth = 640.0, kHeight = 230.0;
constexpr double kLeft = 66.0, kRight = 16.0, kTop = 12.0, kBottom = 44.0;

// Both axes in decades, so that one that is late among millions is seen.
std::string histogram_svg(const Histogram& h, const std::string& label) {
  std::size_t first = Histogram::kBins - 1, last = 0;
  double most = 1.0;
  for (std::size_t k = 0; k < Histogram::kBins; ++k) {
    if (h.count(k) == 0) continue;
    first = std::min(first, k);
    last = k;
    most = std::max(most, static_cast<double>(h.count(k)));
  }
  const auto decade = [](std::size_t bin) { return std::log10(Histogram::end(bin)); };
  const double width = std::log10(2.0) / 4.0;  // of a bin
  const svg::Scale x{std::floor(decade(first) - width), std::ceil(decade(last)), kLeft,
                     kWidth - kRight};
  const svg::Scale y{-0.3, std::ceil(std::log10(most) + 1e-9), kHeight - kBottom, kTop};
  std::string out = svg::begin(kWidth, kHeight, label);
  for (int k = 0; k <= static_cast<int>(y.max); ++k) {
    const double d = k;
    out += svg::line({kLeft, y(d)}, {kWidth - kRight, y(d)}, "grid");
    out += svg::text({kLeft - 7.0, y(d) + 4.0}, "tick", "end", readable(std::pow(10.0, d)));
  }
  for (int k = static_cast<int>(x.min); k <= static_cast<int>(x.max); ++k) {
    const double d = k;
    out += svg::line({x(d), kTop}, {x(d), y.from}, "grid");
    out += svg::text({x(d), y.from + 16.0}, "tick", "middle", readable_time(std::pow(10.0, d)));
  }
  for (std::size_t k = first; k <= last; ++k) {
    if (h.count(k) == 0) continue;
    const double top = y(std::log10(static_cast<double>(h.count(k))));
    const double right = x(decade(k)), left = x(decade(k) - width);
    out += svg::rectangle({left + 0.5, top}, right - left - 1.0, y.from - top, "times");
  }
  out += svg::text({0.5 * (kLeft + kWidth - kRight), y.from + 36.0}, "label", "middle", label);
  return out + "</svg>\n";
}

std::string figure(const LinkFigures::Times& t) {
  const Histogram& h = t.of;
  std::string label = t.name;
  std::ranges::replace(label, '_', ' ');
  return "<figure class=\"efficiency\">" + histogram_svg(h, label) + "<figcaption>" +
         escape(t.doc + ": " + std::to_string(h.count()) + " times; 50 % below " +
                readable_time(h.quantile(0.5)) + ", 99 % below " + readable_time(h.quantile(0.99)) +
                ", 99.9 % below " + readable_time(h.quantile(0.999)) + ", longest " +
                readable_time(h.max())) +
         "</figcaption></figure>\n";
}

std::string fact(const std::string& name, const std::string& value, const std::string& doc = "") {
  return "<tr><th>" + escape(name) + "</th><td class=\"n\">" + escape(value) + "</td><td>" +
         escape(doc) + "</td></tr>\n";
}
std::string facts(const std::string& rows) {
  return "<div class=\"frame\"><table class=\"facts\"><tbody>\n" + rows +
         "</tbody></table></div>\n";
}

std::string pace_html(const LinkFigures::Pace& p) {
  std::string rows = fact("overruns", std::to_string(p.overruns),
                          "exchanges for which the simulator was too late");
  if (p.slipped > 0.0)
    rows += fact("slipped", readable_time(p.slipped), "wall-clock time given up");
  const auto late = [&](const std::string& what, const LinkFigures::Late& l) {
    rows += fact(what, readable_time(l.by), "late at t = " + readable(l.t, 9) + " s");
  };
  if (p.first) late("first overrun", *p.first);
  for (const auto& l : p.worst) late("worst", l);
  return "<h3>" + escape("Pace: " + readable(p.pace) + " times real time") + "</h3>\n" +
         facts(rows);
}

std::string frames_html(const std::vector<LinkFigures::Frames>& all) {
  if (all.empty()) return {};
  const auto milliseconds = [](double s) { return readable(1e3 * s, 6); };
  std::string rows;
  for (const auto& f : all) {
    rows +=
        "<tr><td>" + escape(f.name) + "</td><td>" + (f.sent ? "simulator" : "controller") + "</td>";
    for (const std::string& x :
         {std::to_string(f.n), std::to_string(f.wrong), milliseconds(f.cycle),
          milliseconds(f.least), milliseconds(f.mean), milliseconds(f.most)})
      rows += "<td class=\"n\">" + escape(x) + "</td>";
    rows += "</tr>\n";
  }
  return "<div class=\"frame\"><table>\n<thead><tr><th>message</th><th>from</th><th "
         "class=\"n\">frames</th><th class=\"n\">wrong</th><th class=\"n\">cycle time [ms]</th><th "
         "class=\"n\">shortest interval [ms]</th><th class=\"n\">mean [ms]</th><th "
         "class=\"n\">longest [ms]</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string link_html(const LinkFigures& l) {
  std::string rows, drawings;
  for (const auto& c : l.counts) rows += fact(c.name, std::to_string(c.n), c.doc);
  for (const auto& t : l.times)
    if (t.of.count() > 0) drawings += figure(t);
  return "<h3>" +
         escape(l.role + (l.unit.empty() ? "" : " of " + l.unit) + ": " + l.peer + " at " + l.at) +
         "</h3>\n" + facts(rows) + frames_html(l.frames) + "<div class=\"maps\">\n" + drawings +
         "</div>\n";
}

}  // namespace

std::string links_html(const std::vector<LinkFigures>& links) {
  std::string out;
  for (const LinkFigures& l : links) out += link_html(l);
  if (!links.empty() && links.front().pace.pace > 0.0) out += pace_html(links.front().pace);
  return out;
}

}  // namespace evsim::io
