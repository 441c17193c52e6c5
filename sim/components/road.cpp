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
// Values sum_k c_k cos(2 pi k i / N) + s_k sin(2 pi k i / N): a complex transform of radix 2, its real part.
std::vector<double> sampled(const std::vector<Harmonic>& harmonics) {
  std::vector<double> re(kSamples, 0.0), im(kSamples, 0.0);
  std::size_t reversed = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    if (i < harmonics.size()) {
      re[reversed] = harmonics[i].cosine;
      im[reversed] = -harmonics[i].sine;
    }
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
  return re;
}

// (7), (8): both tracks. A harmonic's two amplitudes are normal with the variance G_d dn.
std::array<std::vector<double>, 2> profiles(const Roughness& r) {
  std::vector<Harmonic> left, right;
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
    left.push_back(l);
    right.push_back(o);
  }
  return {sampled(left), sampled(right)};
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
  if (p_.roughness.G_d > 0.0) {
    auto both = profiles(p_.roughness);
    left_ = std::move(both[0]);
    right_ = std::move(both[1]);
  }
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
  return {at(g.x) + beyond * dx, at(g.y) + beyond * dy, dx, dy,
          bent * second(g.x),    bent * second(g.y)};
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

// Cubic between four samples, its slope continuous (Catmull and Rom).
Road::Height Road::of_track(const std::vector<double>& profile, double s) const {
  const double w = wrapped(s, kLength) / kSpacing;
  const auto i = static_cast<std::size_t>(w);
  const double t = w - static_cast<double>(i);
  const auto at = [&](std::size_t k) { return profile[(i + k + kSamples - 1) % kSamples]; };
  const double a = at(0), b = at(1), c = at(2), d = at(3);
  const double k1 = 0.5 * (c - a), k2 = a - 2.5 * b + 2.0 * c - 0.5 * d,
               k3 = 0.5 * (d - a) + 1.5 * (b - c);
  return {b + t * (k1 + t * (k2 + t * k3)), (k1 + t * (2.0 * k2 + t * 3.0 * k3)) / kSpacing};
}

Below Road::below(const Foot& foot) const {
  const double s = foot.s, n = foot.n;
  double z = 0.0, dz_ds = 0.0, dz_dn = 0.0;
  if (!p_.grade.empty()) {
    z += p_.grade.integral(s) - p_.grade.integral(0.0);
    dz_ds += p_.grade(s);
  }
  if (!p_.crossfall.empty()) {
    z += n * p_.crossfall(s);
    dz_ds += n * slope_of(p_.crossfall, s);
    dz_dn += p_.crossfall(s);
  }
  for (const Bump& b : p_.bumps) {
    const double way = s - b.at;
    if (!(way > 0.0 && way < b.length)) continue;
    const auto [sine, cosine] = sincos(2.0 * kPi * way / b.length);
    z += 0.5 * b.height * (1.0 - cosine);
    dz_ds += kPi * b.height / b.length * sine;
  }
  if (!left_.empty()) {
    const Height l = of_track(left_, s), r = of_track(right_, s);
    const double across = n / p_.roughness.track, share = clamp(0.5 + across, 0.0, 1.0);
    z += r.z + share * (l.z - r.z);
    dz_ds += r.slope + share * (l.slope - r.slope);
    if (abs(across) < 0.5) dz_dn += (l.z - r.z) / p_.roughness.track;
  }
  double friction = kDry;
  for (const Patch& patch : p_.patches)
    if (s >= patch.from && s < patch.to)
      friction = n > 0.0 ? patch.friction_left : patch.friction_right;

  const Curve c = curve(foot.u);
  const double speed = sqrt(c.dx * c.dx + c.dy * c.dy), t_x = c.dx / speed, t_y = c.dy / speed;
  const double curvature = cross(c.dx, c.dy, c.ddx, c.ddy) / (speed * speed * speed);
  const double along = dz_ds / (1.0 - curvature * n);
  return {.z = z,
          .dz_dx = along * t_x - dz_dn * t_y,
          .dz_dy = along * t_y + dz_dn * t_x,
          .friction = friction};
}

}  // namespace evsim::road
