#include "sim/io/waveform_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/base/constants.h"
#include "sim/io/report.h"
#include "tests/io/markup_check.h"
#include "tests/io/run_sample.h"

namespace evsim::io {
namespace {

// Sine currents of an amplitude at `hertz`, either way round, with a ripple of a tenth at 5 kHz; voltages of six-step.
waveform::Window window(double hertz, double length, double amplitude = 100.0) {
  waveform::Window w;
  w.units.push_back({"rear", 5000.0});
  constexpr double kStep = 2e-6;
  const int last = static_cast<int>(std::lround(length / kStep));
  for (int k = 0; k <= last; ++k) {
    const double t = kStep * k, angle = kTwoPi * hertz * t;
    const auto sine = [&](double lag) {
      return amplitude * (std::sin(angle - lag) + 0.1 * std::sin(kTwoPi * 5000.0 * t - lag));
    };
    waveform::Instant x{.t = 3.0 + t, .u_dc = 350.0, .i_dc = 50.0, .i_cable = 50.0, .units = {}};
    x.units[0].i = {sine(0.0), sine(kTwoPi / 3), sine(-kTwoPi / 3)};
    const auto leg = [&](double lag) { return std::sin(angle - lag) >= 0.0 ? 175.0 : -175.0; };
    const double a = leg(0.0), b = leg(kTwoPi / 3), c = leg(-kTwoPi / 3), star = (a + b + c) / 3.0;
    x.units[0].u = {a - star, b - star, c - star};
    x.units[0].theta_e = std::remainder(angle, kTwoPi);
    w.instants.push_back(x);
  }
  return w;
}

TEST(WaveformReport, takes_whole_electrical_periods_that_hold_whole_carriers) {
  for (const double hertz : {200.0, -200.0}) {
    const auto p = whole_periods(window(hertz, 0.0229), 0);
    ASSERT_TRUE(p.has_value());
    EXPECT_EQ(p->count, 4);  // of 4.58
    EXPECT_NEAR(p->frequency(), 200.0, 1e-9);
    EXPECT_EQ(p->from, 3.0);
  }
  // 230 Hz: 5.75 periods; 5 of them hold 108.7 carriers, 4 hold 86.96, 3 hold 65.2.
  EXPECT_EQ(whole_periods(window(230.0, 0.025), 0)->count, 4);
  EXPECT_FALSE(whole_periods(window(30.0, 0.025), 0).has_value());
}

TEST(WaveformReport, spectrum_finds_fundamental_ripple_and_distortion) {
  const auto s = spectrum_of(window(200.0, 0.021), 0);
  ASSERT_TRUE(s.has_value());
  const auto first = static_cast<std::size_t>(s->periods.count);
  EXPECT_NEAR(s->i_a[first], 100.0, 1e-4);      // samples of 2 us: (w h)^2 / 12 of it
  EXPECT_NEAR(s->i_a[25 * first], 10.0, 4e-3);  // the same at 5 kHz
  EXPECT_NEAR(s->distortion_i, 0.1, 1e-4);
  // Line voltage of six-step: 2 sqrt(3) / pi of the DC voltage. Edges are off by up to a sample: w h of it, 1 V.
  EXPECT_NEAR(s->u_ab[first], 2.0 * std::sqrt(3.0) / kPi * 350.0, 1.0);
  EXPECT_NEAR(s->u_ab[5 * first], s->u_ab[first] / 5.0, 1.0);
  EXPECT_NEAR(s->u_ab[3 * first], 0.0, 1.0);
}

TEST(WaveformReport, its_table_has_every_instant_of_each_phase) {
  const auto w = window(200.0, 1e-3);
  const auto columns = waveform_columns(w);
  ASSERT_EQ(columns.size(), 10u);
  EXPECT_EQ(columns[4].name, "drive_units.rear.i_a");
  for (const SignalColumn& c : columns) EXPECT_EQ(c.values.size(), w.instants.size());
  EXPECT_EQ(columns[7].values[100], w.instants[100].units[0].u.b);
}

TEST(WaveformReport, the_page_has_currents_waveforms_and_spectrum) {
  LoadedCase l = run_sample::small_case();
  l.c.scenario.level = scenario::Level::waveform;
  RunResult r = run_sample::large(200, 12);
  for (const double length : {0.021, 1e-4, 0.0}) {  // with and without a whole period, and empty
    r.waveforms = length > 0.0 ? window(200.0, length) : waveform::Window{};
    const std::string html = report_html(r, l.c, run_sample::provenance(l));
    EXPECT_NE(html.find("<section id=\"drive\">"), std::string::npos);
    const bool spectrum = html.find("THD") != std::string::npos;
    EXPECT_EQ(spectrum, length > 0.01);
    std::string part = html.substr(html.find("<section id=\"drive\">"));
    part = part.substr(0, part.find("<section id=\"ledger\">"));
    EXPECT_EQ(markup_check::problem("<div>" + part + "</div>"), "");
    EXPECT_EQ(part.find("nan"), std::string::npos);
    EXPECT_EQ(part.find("inf\""), std::string::npos);
  }
  l.c.scenario.level = scenario::Level::drive;
  EXPECT_NE(report_html(r, l.c, run_sample::provenance(l)).find("Averaging inverters"),
            std::string::npos);
}

}  // namespace
}  // namespace evsim::io
