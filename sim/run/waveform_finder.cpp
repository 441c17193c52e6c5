#include "sim/run/waveform_finder.h"

namespace evsim::waveform {
namespace {

// Of all machines, whichever way it flows [W].
double power(const Simulation& s) {
  const Drive::State& d = s.snapshot().drive;
  double out = 0.0;
  for (int k = 0; k < s.system().units(); ++k)
    out += abs(d.last.units[static_cast<std::size_t>(k)].shaft);
  return d.h > 0.0 ? out / d.h : 0.0;
}

}  // namespace

void Finder::observe(const Simulation& s) {
  const auto& wanted = s.input().scenario.record;
  if (wanted.waveform_start < kInfinity) {
    if (s.t() <= wanted.waveform_start) start_ = s.snapshot();
    return;
  }
  const double p = power(s);
  if (p <= power_ || s.t() + wanted.waveform_length > s.duration()) return;
  power_ = p;
  start_ = s.snapshot();
}

Window Finder::record(Simulation& s) const {
  Window out;
  if (!start_) return out;
  const auto& wanted = s.input().scenario.record;
  const Snapshot end = s.snapshot();
  s.restore(*start_);
  const double from = wanted.waveform_start < kInfinity ? wanted.waveform_start : s.t();
  const double to = from + wanted.waveform_length;
  s.on_waveform = [&](const Instant& x) {
    if (x.t >= from && x.t <= to) out.instants.push_back(x);
  };
  while (s.t() < to && s.step()) {
  }
  s.on_waveform = {};
  for (int k = 0; k < s.system().units(); ++k)
    out.units.push_back(
        {s.vehicle().drive_units.name(k), s.vehicle().drive_units[k].inverter.f_sw});
  s.restore(end);
  return out;
}

}  // namespace evsim::waveform
