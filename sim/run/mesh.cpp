#include "sim/run/mesh.h"

#include "sim/base/elementary.h"

namespace evsim {
namespace {

constexpr double kFirstStep = 1.1;  // z_0 at 1 m/s2
constexpr double kSmallestJump = 1e-9;

// (1), of the class that a jump belongs to.
double first_step(double jump) {
  double z = kFirstStep * pow(kLargestJump, -0.2);
  for (double largest = kLargestJump; largest > 1e-3 && jump <= 0.25 * largest; largest *= 0.25)
    z *= pow(4.0, 0.2);
  return z;
}

}  // namespace

Grading grading(double jump, double lag, TimeNs h) {
  Grading g{};
  if (jump <= kSmallestJump) return g;
  const double z_0 = first_step(jump);
  const double steps_of_h = seconds(h) / lag;
  const double settled = log(480.0 * steps_of_h / (z_0 * z_0 * z_0 * z_0 * z_0));  // (2)
  for (double s = 0.0; s < settled && g.steps < Grading::kMost;) {
    const double z = z_0 * exp(0.2 * s);
    if (z >= steps_of_h) break;
    s += z;
    g.at[static_cast<std::size_t>(++g.steps)] = to_ns(s * lag);
  }
  return g;
}

Mesh mesh(TimeNs length, TimeNs h, const Grading& graded) {
  Mesh m{.length = length, .h = h, .graded = graded, .n = 0};
  while (m.n < graded.steps && m.at(m.n) < length) ++m.n;
  const TimeNs rest = length - m.at(m.n);
  m.n += static_cast<int>((rest + h - 1) / h);
  return m;
}

}  // namespace evsim
