#include "sim/components/road.h"

#include <stdexcept>

#include "sim/base/constants.h"
#include "sim/base/elementary.h"
#include "sim/base/noise.h"

namespace evsim::road {
namespace {

constexpr double kSpacing = 0.05;            // of a profile's samples [m]
constexpr std::size_t kSamples = 1U << 15U;  // 1638.4 m
constexpr double kLength = kSpacing * static_cast<double>(kSamples);
constexpr double kLowest = 0.011, kHighest = 2.83;  // wave numbers of ISO 8608 [1/m]

double cross(double ax, double ay, double bx, double by) { return ax * by - ay * bx; }
// x in [0, period).
double wrapped(double x, double period) {
  const double y = x - period * static_cast<double>(static_cast<std::int64_t>(x / period));
  return y < 0.0 ? y + period : y;
}

// Solves lower x_{i-1} + diagonal x_i + lower_{i+1} x_{i+1} = right side; the system is symmetric.
std::vector<double> solve_tridiagonal(const std::vector<double>& off, std::vector<double> diagonal,
                                      std::vector<double> b) {
  for (std::size_t i = 1; i < b.size(); ++i) {
    const double f = off[i - 1] / diagonal[i - 1];
    diagonal[i] -= f * off[i - 1];
    b[i] -= f * b[i - 1];
  }
  for (std::size_t i = b.size(); i-- > 0;) {
    if (i + 1 < b.size()) b[i] -= off[i] * b[i + 1];
    b[i] /= diagonal[i];
  }
  return b;
}

// Second derivatives at the knots of the cubic spline through y, h the widths; natural or periodic
// (y.front() == y.back()). C. de Boor, A Practical Guide to Splines, 1978, ch. 4.
std::vector<double> curvatures(const std::vector<double>& h, const std::vector<double>& y,
                               bool periodic) {
  const std::size_t n = h.size();  // cells
  const auto slope = [&](std::size_t i) { return (y[i + 1] - y[i]) / h[i]; };
  if (!periodic) {
    std::vector<double> out(n + 1, 0.0);
    if (n < 2) return out;
    std::vector<double> off, diagonal, b;
    for (std::size_t i = 1; i < n; ++i) {
      diagonal.push_back((h[i - 1] + h[i]) / 3.0);
      if (i + 1 < n) off.push_back(h[i] / 6.0);
      b.push_back(slope(i) - slope(i - 1));
    }
    const auto inner = solve_tridiagonal(off, diagonal, b);
    for (std::size_t i = 1; i < n; ++i) out[i] = inner[i - 1];
    return out;
  }
  // Unknowns at knots 0 .. n-1; the corners h/6 by Sherman and Morrison.
  std::vector<double> off, diagonal, b;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t before = i == 0 ? n - 1 : i - 1;
    diagonal.push_back((h[before] + h[i]) / 3.0);
    if (i + 1 < n) off.push_back(h[i] / 6.0);
    b.push_back(slope(i) - slope(before));
  }
  const double corner = h[n - 1] / 6.0, gamma = -diagonal[0];
  diagonal[0] -= gamma;
  diagonal[n - 1] -= corner * corner / gamma;
  std::vector<double> w(n, 0.0);
  w[0] = gamma;
  w[n - 1] = corner;
  const auto x = solve_tridiagonal(off, diagonal, b), z = solve_tridiagonal(off, diagonal, w);
  const double share =
      (x[0] + corner / gamma * x[n - 1]) / (1.0 + z[0] + corner / gamma * z[n - 1]);
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(x[i] - share * z[i]);
  out.push_back(out.front());
  return out;
}

// int_0^w |P'| of a segment by five points of Gauss.
double arc(const std::array<double, 4>& x, const std::array<double, 4>& y, double w) {
  constexpr std::array<double, 5> kAt{-0.9061798459386640, -0.5384693101056831, 0.0,
                                      0.5384693101056831, 0.9061798459386640};
  constexpr std::array<double, 5> kWeight{0.2369268850561891, 0.4786286704993665,
                                          0.5688888888888889, 0.4786286704993665,
                                          0.2369268850561891};
  double sum = 0.0;
  for (std::size_t k = 0; k < kAt.size(); ++k) {
    const double t = 0.5 * w * (1.0 + kAt[k]);
    const double dx = x[1] + t * (2.0 * x[2] + t * 3.0 * x[3]);
    const double dy = y[1] + t * (2.0 * y[2] + t * 3.0 * y[3]);
    sum += kWeight[k] * sqrt(dx * dx + dy * dy);
  }
  return 0.5 * w * sum;
}

// a K_1(a) = a int_0^inf exp(-a cosh t) cosh t dt by the trapezoidal rule, which converges faster than any power.
double coherence(double a) {
  double sum = 0.5 * exp(-a);
  for (int k = 1; k < 400; ++k) {
    const double e = exp(0.05 * k), cosh = 0.5 * (e + 1.0 / e);
    const double term = exp(-a * cosh) * cosh;
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return a * 0.05 * sum;
}

struct Harmonic {
  double cosine = 0.0, sine = 0.0;
};
// Of both tracks, [0] left.
using Harmonics = std::array<std::vector<Harmonic>, 2>;
// Values sum_k c_k cos(2 pi k i / N) + s_k sin(2 pi k i / N) of both: real and imaginary part of one transform of radix 2.
std::array<std::vector<double>, 2> sampled(const Harmonics& harmonics) {
  std::vector<Harmonic> w(kSamples);  // real and imaginary part
  for (std::size_t k = 1; k < harmonics[0].size(); ++k) {
    const Harmonic l = harmonics[0][k], r = harmonics[1][k];
    w[k] = {0.5 * (l.cosine + r.sine), 0.5 * (r.cosine - l.sine)};
    w[kSamples - k] = {0.5 * (l.cosine - r.sine), 0.5 * (r.cosine + l.sine)};
  }
  std::vector<double> re(kSamples), im(kSamples);
  std::size_t reversed = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    re[reversed] = w[i].cosine;
    im[reversed] = w[i].sine;
    std::size_t bit = kSamples >> 1U;
    for (; bit != 0 && (reversed & bit) != 0; bit >>= 1U) reversed ^= bit;
    reversed |= bit;
  }
  for (std::size_t half = 1; half < kSamples; half *= 2)
    for (std::size_t k = 0; k < half; ++k) {
      const auto [s, c] = sincos(kPi * static_cast<double>(k) / static_cast<double>(half));
      for (std::size_t i = k; i < kSamples; i += 2 * half) {
        const std::size_t j = i + half;
        const double a = c * re[j] - s * im[j], b = c * im[j] + s * re[j];
        re[j] = re[i] - a, im[j] = im[i] - b;
        re[i] += a, im[i] += b;
      }
    }
  return {std::move(re), std::move(im)};
}

// Over the spacing of the samples.
void differentiate(Harmonics& harmonics) {
  for (auto& track : harmonics)
    for (std::size_t k = 0; k < track.size(); ++k) {
      const double w = 2.0 * kPi * static_cast<double>(k) / static_cast<double>(kSamples);
      track[k] = {w * track[k].sine, -w * track[k].cosine};
    }
}

// (7), (8): both tracks. A harmonic's two amplitudes are normal with the variance G_d dn.
Harmonics harmonics(const Roughness& r) {
  Harmonics out;
  const auto seed = static_cast<std::uint64_t>(r.seed);
  for (std::size_t k = 0; static_cast<double>(k) < kHighest * kLength; ++k) {
    const double n = static_cast<double>(k) / kLength;
    Harmonic l, o;
    if (n >= kLowest) {
      const double size = sqrt(r.G_d * (0.1 / n) * (0.1 / n) / kLength);
      const double g = coherence(2.0 * kPi * n * r.track), rest = sqrt(max(1.0 - g * g, 0.0));
      const auto draw = [&](std::uint32_t signal) {
        return size * noise::standard_normal(seed, signal, static_cast<std::int64_t>(k));
      };
      l = {draw(0), draw(1)};
      o = {g * l.cosine + rest * draw(2), g * l.sine + rest * draw(3)};
    }
    out[0].push_back(l);
    out[1].push_back(o);
  }
  return out;
}
std::vector<TwoTracks> profiles(const Roughness& r) {
  Harmonics of = harmonics(r);
  const auto z = sampled(of);
  differentiate(of);
  const auto slope = sampled(of);
  differentiate(of);
  const auto curvature = sampled(of);
  std::vector<TwoTracks> out;
  for (std::size_t i = 0; i < kSamples; ++i)
    out.push_back(
        {{z[0][i], z[1][i]}, {slope[0][i], slope[1][i]}, {curvature[0][i], curvature[1][i]}});
  return out;
}

struct Smooth {
  double value, slope, bend;
};
// A cubic between the points of a table, its slope continuous: at a point it is the harmonic mean of those beside it, 0
// where they differ in sign. Nothing rises above or falls below the points.
// Source: F. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. 5(2), 1984.
Smooth smooth(const Table1Data& t, double x) {
  const TableAxis& axis = t.axis();
  const int i = axis.cell(x), last = axis.cells();
  const auto y = [&](int k) { return t.values()[static_cast<std::size_t>(k)]; };
  const auto width = [&](int k) { return axis.start(k + 1) - axis.start(k); };
  const auto secant = [&](int k) { return (y(k + 1) - y(k)) / width(k); };
  const bool holds = t.edge() == Edge::hold;
  const auto slope = [&](int k) {
    if (k == 0 || k == last) return holds ? 0.0 : secant(k == 0 ? 0 : last - 1);
    const double a = secant(k - 1), b = secant(k), w_a = width(k - 1), w_b = width(k);
    if (a * b <= 0.0) return 0.0;
    return 3.0 * (w_a + w_b) / ((2.0 * w_b + w_a) / a + (w_b + 2.0 * w_a) / b);
  };
  if (x < axis.front()) return {y(0) + slope(0) * (x - axis.front()), slope(0), 0.0};
  if (x >= axis.back()) return {y(last) + slope(last) * (x - axis.back()), slope(last), 0.0};
  const double w = width(i), u = (x - axis.start(i)) / w, rise = y(i + 1) - y(i);
  const double from = w * slope(i), to = w * slope(i + 1);
  const double k2 = 3.0 * rise - 2.0 * from - to, k3 = from + to - 2.0 * rise;
  return {.value = y(i) + u * (from + u * (k2 + u * k3)),
          .slope = (from + u * (2.0 * k2 + u * 3.0 * k3)) / w,
          .bend = (2.0 * k2 + u * 6.0 * k3) / (w * w)};
}
double slope_of(const Table1<double>& t, double x) {
  return t.data()->holds(x) ? 0.0 : t.data()->cell_of(x).slope;
}

}  // namespace

Road::Road(const Params& p) : p_(p) {
  if (p_.roughness.G_d < 0.0 || !(p_.roughness.track > 0.0))
    throw std::invalid_argument("roughness and the distance of its tracks can't be negative");
  for (const Bump& b : p_.bumps)
    if (!(b.length > 0.0)) throw std::invalid_argument("a bump needs a length");

  std::vector<Point> points = p_.path;
  if (points.empty()) points = {{0.0, 0.0}, {1.0, 0.0}};
  if (p_.closed) points.push_back(points.front());
  if (points.size() < 2) throw std::invalid_argument("a path needs at least 2 points");
  std::vector<double> u{0.0}, h, x, y;
  for (std::size_t i = 0; i < points.size(); ++i) {
    x.push_back(points[i].x);
    y.push_back(points[i].y);
    if (i == 0) continue;
    const double dx = x[i] - x[i - 1], dy = y[i] - y[i - 1];
    h.push_back(sqrt(dx * dx + dy * dy));
    if (!(h.back() > 0.0)) throw std::invalid_argument("two points of a path coincide");
    u.push_back(u.back() + h.back());
  }
  knots_ = TableAxis(u);
  const auto cx = curvatures(h, x, p_.closed), cy = curvatures(h, y, p_.closed);
  const auto cubic = [&](const std::vector<double>& v, const std::vector<double>& c,
                         std::size_t i) -> std::array<double, 4> {
    return {v[i], (v[i + 1] - v[i]) / h[i] - h[i] * (2.0 * c[i] + c[i + 1]) / 6.0, 0.5 * c[i],
            (c[i + 1] - c[i]) / (6.0 * h[i])};
  };
  stations_.push_back(0.0);
  for (std::size_t i = 0; i < h.size(); ++i) {
    segments_.push_back({cubic(x, cx, i), cubic(y, cy, i)});
    stations_.push_back(stations_.back() + arc(segments_[i].x, segments_[i].y, h[i]));
  }
  if (p_.roughness.G_d > 0.0) tracks_ = profiles(p_.roughness);
}

double Road::on_path(double u) const { return p_.closed ? wrapped(u, knots_.back()) : u; }

Road::Curve Road::curve(double u) const {
  const double inside = clamp(u, knots_.front(), knots_.back());
  const int i = knots_.cell(inside);
  const Segment& g = segments_[static_cast<std::size_t>(i)];
  const double t = inside - knots_.start(i), beyond = u - inside;
  const auto at = [t](const std::array<double, 4>& a) {
    return a[0] + t * (a[1] + t * (a[2] + t * a[3]));
  };
  const auto first = [t](const std::array<double, 4>& a) {
    return a[1] + t * (2.0 * a[2] + t * 3.0 * a[3]);
  };
  const auto second = [t](const std::array<double, 4>& a) { return 2.0 * a[2] + 6.0 * t * a[3]; };
  const double dx = first(g.x), dy = first(g.y);
  const double bent = beyond == 0.0 ? 1.0 : 0.0;
  return {
      at(g.x) + beyond * dx, at(g.y) + beyond * dy, dx, dy, bent * second(g.x), bent * second(g.y),
      bent * 6.0 * g.x[3],   bent * 6.0 * g.y[3]};
}

double Road::station(double u) const {
  const double inside = clamp(u, knots_.front(), knots_.back());
  const int i = knots_.cell(inside);
  const Segment& g = segments_[static_cast<std::size_t>(i)];
  const Curve end = curve(inside);
  return stations_[static_cast<std::size_t>(i)] + arc(g.x, g.y, inside - knots_.start(i)) +
         (u - inside) * sqrt(end.dx * end.dx + end.dy * end.dy);
}

PathPoint Road::path_at(double u) const {
  const Curve c = curve(on_path(u));
  const double speed = sqrt(c.dx * c.dx + c.dy * c.dy);
  return {c.x, c.y, atan2(c.dy, c.dx), cross(c.dx, c.dy, c.ddx, c.ddy) / (speed * speed * speed)};
}

Foot Road::foot(double x, double y) const {
  constexpr int kTries = 8;  // starting points a segment
  double nearest = kInfinity;
  Foot best;
  for (int i = 0; i < knots_.cells(); ++i)
    for (int k = 0; k <= kTries; ++k) {
      const double u = knots_.start(i) + (knots_.start(i + 1) - knots_.start(i)) * k / kTries;
      const Curve c = curve(u);
      const double d2 = (c.x - x) * (c.x - x) + (c.y - y) * (c.y - y);
      if (d2 < nearest) nearest = d2, best.u = u;
    }
  return foot(x, y, best);
}

// Newton's method on (2); where the path bends towards the place its curvature counts half at most.
Foot Road::foot(double x, double y, const Foot& near) const {
  double u = near.u;
  for (int round = 0; round < 20; ++round) {
    const Curve c = curve(u);
    const double rx = x - c.x, ry = y - c.y, along = c.dx * c.dx + c.dy * c.dy;
    const double slope = max(along - rx * c.ddx - ry * c.ddy, 0.5 * along);
    const double step = (rx * c.dx + ry * c.dy) / slope;
    u = on_path(u + step);
    if (abs(step) < 1e-9) break;
  }
  const Curve c = curve(u);
  const double speed = sqrt(c.dx * c.dx + c.dy * c.dy);
  return {.u = u, .s = station(u), .n = cross(c.dx, c.dy, x - c.x, y - c.y) / speed};
}

// Of fifth order between two samples, with their slopes and curvatures.
Road::Height Road::roughness(double s, double n) const {
  const double w = wrapped(s, kLength) / kSpacing;
  const auto i = static_cast<std::size_t>(w);
  const double t = w - static_cast<double>(i);
  const TwoTracks &from = tracks_[i % kSamples], &to = tracks_[(i + 1) % kSamples];
  std::array<Height, 2> of;
  for (std::size_t k = 0; k < 2; ++k) {
    const double z = from.z[k], d = from.slope[k], c = 0.5 * from.curvature[k];
    const double rise = to.z[k] - z - d - c, slope = to.slope[k] - d - 2.0 * c,
                 curvature = 0.5 * to.curvature[k] - c;
    const double k3 = 10.0 * rise - 4.0 * slope + curvature,
                 k4 = -15.0 * rise + 7.0 * slope - 2.0 * curvature,
                 k5 = 6.0 * rise - 3.0 * slope + curvature;
    of[k] = {
        .z = z + t * (d + t * (c + t * (k3 + t * (k4 + t * k5)))),
        .s = (d + t * (2.0 * c + t * (3.0 * k3 + t * (4.0 * k4 + t * 5.0 * k5)))) / kSpacing,
        .ss = (2.0 * c + t * (6.0 * k3 + t * (12.0 * k4 + t * 20.0 * k5))) / (kSpacing * kSpacing)};
  }
  const auto& [l, r] = of;
  const double width = p_.roughness.track, x = clamp(0.5 + n / width, 0.0, 1.0);
  const double share = x * x * (3.0 - 2.0 * x), rate = 6.0 * x * (1.0 - x) / width,
               bend = abs(n) < 0.5 * width ? 6.0 * (1.0 - 2.0 * x) / (width * width) : 0.0;
  return {.z = r.z + share * (l.z - r.z),
          .s = r.s + share * (l.s - r.s),
          .ss = r.ss + share * (l.ss - r.ss),
          .n = rate * (l.z - r.z),
          .sn = rate * (l.s - r.s),
          .nn = bend * (l.z - r.z)};
}

// (4)
Road::Height Road::height(double s, double n) const {
  Height out = tracks_.empty() ? Height{} : roughness(s, n);
  if (!p_.grade.empty()) {
    out.z += p_.grade.integral(s) - p_.grade.integral(0.0);
    out.s += p_.grade(s);
    out.ss += slope_of(p_.grade, s);
  }
  if (!p_.crossfall.empty()) {
    const Smooth across = smooth(*p_.crossfall.data(), s);
    out.z += n * across.value;
    out.s += n * across.slope;
    out.ss += n * across.bend;
    out.n += across.value;
    out.sn += across.slope;
  }
  for (const Bump& b : p_.bumps) {
    const double way = s - b.at, k = 2.0 * kPi / b.length;
    if (!(way > 0.0 && way < b.length)) continue;
    const auto [sine, cosine] = sincos(k * way);
    out.z += 0.5 * b.height * (1.0 - cosine);
    out.s += 0.5 * b.height * k * sine;
    out.ss += 0.5 * b.height * k * k * cosine;
  }
  return out;
}

Below Road::below(const Foot& foot) const {
  const Height h = height(foot.s, foot.n);
  double friction = kDry;
  for (const Patch& patch : p_.patches)
    if (foot.s >= patch.from && foot.s < patch.to)
      friction = foot.n > 0.0 ? patch.friction_left : patch.friction_right;

  const Curve c = curve(foot.u);
  const double speed2 = c.dx * c.dx + c.dy * c.dy, speed = sqrt(speed2), speed3 = speed * speed2;
  const double t_x = c.dx / speed, t_y = c.dy / speed;
  const double bend = cross(c.dx, c.dy, c.ddx, c.ddy), curvature = bend / speed3;
  // Over the station.
  const double curvature_rate =
      (cross(c.dx, c.dy, c.dddx, c.dddy) - 3.0 * bend * (c.dx * c.ddx + c.dy * c.ddy) / speed2) /
      (speed3 * speed);
  const double per_s = 1.0 / (1.0 - curvature * foot.n);  // of a way beside the path
  const double p = per_s * h.s, q = h.n;
  const double tt = per_s * (per_s * (h.ss + p * curvature_rate * foot.n) - q * curvature);
  const double tn = per_s * (h.sn + p * curvature), nn = h.nn;
  return {.z = h.z,
          .dz_dx = p * t_x - q * t_y,
          .dz_dy = p * t_y + q * t_x,
          .d2z_dx2 = tt * t_x * t_x - 2.0 * tn * t_x * t_y + nn * t_y * t_y,
          .d2z_dxdy = (tt - nn) * t_x * t_y + tn * (t_x * t_x - t_y * t_y),
          .d2z_dy2 = tt * t_y * t_y + 2.0 * tn * t_x * t_y + nn * t_x * t_x,
          .friction = friction};
}

}  // namespace evsim::road
