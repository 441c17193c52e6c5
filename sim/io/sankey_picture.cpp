#include "sim/io/sankey_picture.h"

#include <algorithm>
#include <cmath>

#include "sim/io/markup.h"

namespace evsim::io {
namespace {

using svg::At;
using Shape = SankeyPicture::Shape;

// Pixels.
constexpr double kWidth = 1120.0;
constexpr double kFirst = 112.0, kPitch = 126.0, kBox = 66.0;  // stations from left to right
constexpr double kThickest = 130.0;                            // forward and back together
constexpr double kGap = 6.0, kMargin = 8.0;  // between bands; from band to box edge
constexpr double kTip = 7.0;                 // of an arrow
constexpr double kTop = 12.0;
constexpr double kDrop = 34.0, kStagger = 52.0;  // arrows above and below
constexpr double kBeside = 6.0;                  // between two of them
constexpr double kLine = 14.0;                   // of text
constexpr std::size_t kLongLine = 16;            // of letters, then a name breaks
constexpr double kJoulePerWh = 3600.0;
constexpr double kWattPerKw = 1000.0;

std::string_view style(const Sankey::Port& p) {
  switch (p.kind) {
    case Sankey::Kind::loss: return "loss";
    case Sankey::Kind::out: return p.energy < 0.0 ? "source" : "useful";
    case Sankey::Kind::store: return p.energy < 0.0 ? "source" : "store";
    case Sankey::Kind::source: return p.energy < 0.0 ? "source" : "loss";
    case Sankey::Kind::residual: return "rest";
  }
  return "";
}

// A name in lines, broken between words.
std::vector<std::string> lines(std::string_view name) {
  std::vector<std::string> out{""};
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find(' ', at), name.size());
    const std::string word(name.substr(at, end - at));
    const bool fits = out.back().empty() || out.back().size() + 1 + word.size() <= kLongLine;
    if (!fits) out.emplace_back();
    out.back() += (out.back().empty() ? "" : " ") + word;
    at = end + 1;
  }
  return out;
}

// Where the ports of a station are drawn.
enum class Side { left, right, above, below };
Side side(const Sankey::Port& p) {
  if (p.station == Station::battery && p.kind != Sankey::Kind::loss) return Side::left;
  if (p.station == Station::car) return Side::right;
  return p.energy < 0.0 ? Side::above : Side::below;
}

class Drawing {
 public:
  Drawing(const Sankey& s, FlowUnit unit) : s_(s), unit_(unit) {
    double forward =
        std::max(sum(Station::battery, Side::left, -1.0), sum(Station::car, Side::right, 1.0));
    double back =
        std::max(sum(Station::battery, Side::left, 1.0), sum(Station::car, Side::right, -1.0));
    for (const Sankey::Link& l : s.links) {
      forward = std::max(forward, l.forward);
      back = std::max(back, l.back);
    }
    scale_ = kThickest / std::max(forward + back, 1e-9);
    for (std::size_t i = 0; i < kStations; ++i)  // arrows up and down stand on their box
      for (const Side at : {Side::above, Side::below}) {
        const auto n = static_cast<double>(ports(i, at).size());
        const double room = kBox - 2.0 * kMargin - kBeside * n;
        scale_ = std::min(scale_, room / std::max(sum(static_cast<Station>(i), at, 1.0) +
                                                      sum(static_cast<Station>(i), at, -1.0),
                                                  1e-9));
      }
    place(forward * scale_, back * scale_);
  }

  SankeyPicture draw() {
    for (std::size_t i = 0; i + 1 < kStations; ++i) link(i);
    for (std::size_t i = 0; i < kStations; ++i) station(i);
    return {kWidth, height_ + kMargin, std::move(out_)};
  }

 private:
  // Of a station's ports on a side, those that leave (sign 1) or enter (-1) [J].
  double sum(Station station, Side at, double sign) const {
    double energy = 0.0;
    for (const Sankey::Port& p : s_.ports)
      if (p.station == station && side(p) == at) energy += std::max(sign * p.energy, 0.0);
    return energy;
  }
  std::vector<Sankey::Port> ports(std::size_t i, Side at) const {
    std::vector<Sankey::Port> out;
    for (const Sankey::Port& p : s_.ports)
      if (static_cast<std::size_t>(p.station) == i && side(p) == at) out.push_back(p);
    return out;
  }
  // forward, back: the thickest of the bands [px].
  void place(double forward, double back) {
    std::size_t above = 0;
    for (std::size_t i = 0; i < kStations; ++i)
      above = std::max(above, ports(i, Side::above).size());
    top_ = kTop + (above == 0 ? 0.0 : kDrop + kStagger * static_cast<double>(above));
    double slots = 0.0;
    for (const Sankey::Port& p : ports(kStations - 1, Side::right))
      if (p.energy < 0.0) slots += std::max(width(p), label_height(p)) + kMargin;
    top_ = std::max(top_, slots - back);
    back_ = top_ + kMargin + back;
    forward_ = back_ + (back > 0.0 ? kGap : 0.0);
    bottom_ = std::max(forward_ + forward + kMargin, top_ + 3.0 * kLine);
  }

  static double left(std::size_t i) { return kFirst + kPitch * static_cast<double>(i); }
  double width(const Sankey::Port& p) const { return std::abs(p.energy) * scale_; }
  void extend(double y) { height_ = std::max(height_, y); }

  void polygon(std::vector<At> points, std::string_view kind) {
    out_.push_back({.form = Shape::Form::polygon, .kind = kind, .points = std::move(points)});
  }
  void text(At at, std::string_view kind, std::string_view anchor, std::string words) {
    out_.push_back({.form = Shape::Form::text,
                    .kind = kind,
                    .points = {at},
                    .anchor = anchor,
                    .text = std::move(words)});
  }

  std::string energy(double joule, int digits) const {
    if (unit_ == FlowUnit::power) return readable(std::abs(joule) / kWattPerKw, digits) + " kW";
    const double Wh = std::abs(joule) / kJoulePerWh;
    return s_.in / kJoulePerWh >= 1e4 ? readable(Wh / 1000.0, digits - 1) + " kWh"
                                      : readable(Wh, digits) + " Wh";
  }
  std::string amount(double joule) const {
    const double percent = 100.0 * std::abs(joule) / s_.in;
    if (percent < 0.01) return energy(joule, 1) + ", < 0.01 %";
    return energy(joule, 4) + ", " + readable(percent, percent < 1.0 ? 2 : 3) + " %";
  }
  void label(At at, const Sankey::Port& p) {
    for (const std::string& line : lines(p.name)) {
      text(at, "name", "start", line);
      at.y += kLine;
    }
    text(at, "amount", "start", amount(p.energy));
    extend(at.y);
  }
  static double label_height(const Sankey::Port& p) {
    return kLine * static_cast<double>(lines(p.name).size() + 1);
  }

  // An arrow along x or y: from tail to tip, to the right of (or below) which it is `thick`.
  void arrow_x(double tail, double tip, double y, double thick, std::string_view kind) {
    const double neck = tip > tail ? tip - kTip : tip + kTip;
    polygon({{tail, y}, {neck, y}, {tip, y + 0.5 * thick}, {neck, y + thick}, {tail, y + thick}},
            kind);
  }
  void arrow_down(double tail, double tip, double x, double thick, std::string_view kind) {
    polygon({{x, tail},
             {x + thick, tail},
             {x + thick, tip - kTip},
             {x + 0.5 * thick, tip},
             {x, tip - kTip}},
            kind);
  }

  void link(std::size_t i) {
    const double from = left(i) + kBox, to = left(i + 1), middle = 0.5 * (from + to);
    const auto [forward, back] = s_.links[i];
    const double f = forward * scale_, b = back * scale_, shown = 1e-3 * s_.in;
    if (forward > 0.0) arrow_x(from, to, forward_, f, "forward");
    if (back > 0.0) arrow_x(to, from, back_ - b, b, "back");
    const auto say = [&](double joule, double x, double thick, double inside, double outside) {
      if (joule < shown) return;
      const bool fits = thick > kLine;
      text({x, fits ? inside : outside}, fits ? "inside" : "amount", "middle", energy(joule, 4));
    };
    say(forward, middle - 3.0, f, forward_ + 0.5 * f + 4.0, forward_ + f + kLine - 2.0);
    say(back, middle + 3.0, b, back_ - 0.5 * b + 4.0, back_ - b - 4.0);
  }

  void station(std::size_t i) {
    at_left(ports(i, Side::left));
    at_right(ports(i, Side::right));
    above(i, ports(i, Side::above));
    below(i, ports(i, Side::below));
    out_.push_back({.form = Shape::Form::rectangle,
                    .kind = "station",
                    .points = {{left(i), top_}, {left(i) + kBox, bottom_}}});
    text({left(i) + 0.5 * kBox, 0.5 * (top_ + bottom_) + 4.0}, "title", "middle",
         std::string(kStationNames[i]));
    extend(bottom_);
  }

  // What enters the battery goes forward, what leaves it has come back.
  void at_left(const std::vector<Sankey::Port>& all) {
    constexpr double kStart = 62.0;
    double lower = forward_, upper = back_;
    for (const Sankey::Port& p : all) {
      const bool enters = p.energy < 0.0;
      const double y = enters ? lower : upper - width(p);
      (enters ? lower : upper) += (enters ? 1.0 : -1.0) * (width(p) + label_height(p) + kMargin);
      arrow_x(enters ? kStart : kFirst, enters ? kFirst : kStart, y, width(p), style(p));
      label({4.0, y + width(p) + kLine + 3.0}, p);
    }
  }

  // The leftmost arrow is the longest: no label is crossed.
  void above(std::size_t i, const std::vector<Sankey::Port>& all) {
    double x = left(i) + kMargin, y = top_ - kDrop - kStagger * static_cast<double>(all.size());
    for (const Sankey::Port& p : all) {
      label({x, y + kLine}, p);
      arrow_down(y + label_height(p) + 6.0, top_, x, width(p), style(p));
      x += width(p) + kBeside;
      y += kStagger;
    }
  }
  void below(std::size_t i, const std::vector<Sankey::Port>& all) {
    double x = left(i) + kMargin,
           tip = bottom_ + kDrop + kStagger * static_cast<double>(all.size());
    for (const Sankey::Port& p : all) {
      tip -= kStagger;
      arrow_down(bottom_, tip, x, width(p), style(p));
      label({x, tip + kLine}, p);
      x += width(p) + kBeside;
    }
  }

  // What leaves the car has come forward, what enters it may go back. Labels stand beside the middle of their bands; bands
  // and labels keep off those before them.
  void at_right(const std::vector<Sankey::Port>& all) {
    struct Free {
      double band, label;  // from where on there is room, down or up
    };
    double lower = forward_, upper = back_;
    Free down{forward_, forward_}, up{back_ - kMargin, back_ - kMargin};
    for (const Sankey::Port& p : all) {
      const double h = width(p), rest = 0.5 * (label_height(p) - h);
      if (p.energy < 0.0) {
        const double slot = std::min(up.band, up.label - rest) - h;
        branch(upper - h, slot, p);
        upper -= h;
        up = {slot - kMargin, slot - rest - kMargin};
      } else {
        const double slot = std::max(down.band, down.label + rest);
        branch(lower, slot, p);
        lower += h;
        down = {slot + h + kMargin, slot + h + rest + kMargin};
      }
    }
    if (!all.empty()) extend(std::max(down.band, down.label));
  }
  void branch(double y, double slot, const Sankey::Port& p) {
    const double box = left(kStations - 1) + kBox, end = box + 44.0, h = width(p);
    const bool enters = p.energy < 0.0;
    band({enters ? box + kTip : box, y}, {enters ? end : end - kTip, slot}, h, style(p));
    if (enters)
      polygon({{box + kTip, y}, {box, y + 0.5 * h}, {box + kTip, y + h}}, style(p));
    else
      polygon({{end - kTip, slot}, {end, slot + 0.5 * h}, {end - kTip, slot + h}}, style(p));
    label({end + 5.0, slot + 0.5 * h + 11.0 - 0.5 * label_height(p)}, p);
  }
  void band(At from, At to, double h, std::string_view kind) {
    out_.push_back({.form = Shape::Form::band, .kind = kind, .points = {from, to}, .thick = h});
  }

  const Sankey& s_;
  FlowUnit unit_;
  std::vector<Shape> out_;
  double scale_ = 1.0, top_ = 0.0, forward_ = 0.0, back_ = 0.0, bottom_ = 0.0, height_ = 0.0;
};

}  // namespace

SankeyPicture sankey_picture(const Sankey& s, FlowUnit unit) {
  return s.in > 0.0 ? Drawing(s, unit).draw() : SankeyPicture{};
}

}  // namespace evsim::io
