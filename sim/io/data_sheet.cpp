#include "sim/io/data_sheet.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "sim/base/constants.h"
#include "sim/components/dq_machine.h"
#include "sim/io/problems.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

constexpr double kRpm = kPi / 30.0;  // [rad/s]
const double kRoot2 = std::sqrt(2.0), kRoot3 = std::sqrt(3.0);

bool given(double x) { return !std::isnan(x); }

// A way to the magnets' flux.
struct Way {
  const char* name;
  const char* formula;
  double psi_f;  // NaN where its figures were not given
};
std::vector<Way> ways(const DataSheet& s) {
  const double n_p = s.pole_pairs, from_Kv = 1.0 / (kRpm * kRoot3 * n_p);
  return {{"Ke (line-line peak)", "Ke / (sqrt(3) n_p)", s.Ke_peak / (kRoot3 * n_p)},
          {"Ke (line-line rms)", "sqrt(2) Ke / (sqrt(3) n_p)", kRoot2 * s.Ke_rms / (kRoot3 * n_p)},
          {"Kv (line-line peak)", "60 / (2 pi sqrt(3) n_p Kv)", from_Kv / s.Kv_peak},
          {"Kv (line-line rms)", "sqrt(2) 60 / (2 pi sqrt(3) n_p Kv)", kRoot2 * from_Kv / s.Kv_rms},
          {"Kt (peak)", "2 Kt / (3 n_p)", 2.0 * s.Kt_peak / (3.0 * n_p)},
          {"Kt (rms)", "2 Kt / (3 sqrt(2) n_p)", 2.0 * s.Kt_rms / (3.0 * kRoot2 * n_p)},
          {"stall torque and current", "2 tau / (3 n_p I_peak), i_d = 0",
           2.0 * s.stall_torque / (3.0 * n_p * s.stall_current)},
          {"rated torque and current", "2 tau / (3 n_p I_peak), i_d = 0",
           2.0 * s.rated_torque / (3.0 * n_p * s.rated_current)}};
}

std::string percent(double share) { return fmt::format("{:+.1f} %", 100.0 * share); }

class Converter {
 public:
  Converter(const DataSheet& s, const std::string& who) : s_(s), who_(who) {}

  Converted result() {
    if (!given(s_.pole_pairs)) missing("--pole_pairs", "needed");
    if (given(s_.pole_pairs) && (s_.pole_pairs < 1.0 || s_.pole_pairs != std::floor(s_.pole_pairs)))
      missing("--pole_pairs", "must be a whole number from 1 on");
    flux();
    resistance();
    inductances();
    current();
    problems_.raise();
    out_.n_p = static_cast<int>(s_.pole_pairs);
    line("n_p", s_.pole_pairs, "", "pole pairs, as given");
    line("psi_f", out_.psi_f, "Vs", flux_formula_);
    line("R_s", out_.R_s, "Ohm", R_formula_);
    line("L_d", out_.L_d, "H", L_d_formula_);
    line("L_q", out_.L_q, "H", L_q_formula_);
    line("I_max", out_.I_max, "A peak", I_formula_);
    rated_voltage();
    return std::move(out_);
  }

 private:
  void missing(const char* path, std::string what) {
    problems_.add({.file = who_, .path = path, .what = std::move(what)});
  }
  void line(const char* name, double value, const char* unit, const std::string& formula) {
    out_.lines.push_back({name, unit, formula, value});
  }
  void compare(const std::string& name, double off) {
    const std::string text = name + ": " + percent(off);
    out_.checks.push_back(text);
    if (std::abs(off) > kAgree) out_.warnings.push_back(text);
  }

  // The first way that is given counts, the others are held against it.
  void flux() {
    std::optional<Way> first;
    for (const Way& w : ways(s_)) {
      if (!given(w.psi_f)) continue;
      if (first) {
        compare(std::string("psi_f from ") + w.name + " against that from " + first->name,
                w.psi_f / first->psi_f - 1.0);
        continue;
      }
      first = w;
      out_.psi_f = w.psi_f;
      flux_formula_ = std::string(w.formula) + ", from " + w.name;
    }
    if (!first && given(s_.pole_pairs))
      missing("psi_f", "needs Ke, Kv, Kt, or a torque with its current");
  }
  void resistance() {
    if (given(s_.R_line)) {
      out_.R_s = 0.5 * s_.R_line;
      R_formula_ = "R_line / 2 (equivalent star)";
    } else if (given(s_.R_winding)) {
      out_.R_s = s_.delta ? s_.R_winding / 3.0 : s_.R_winding;
      R_formula_ = s_.delta ? "R_winding / 3 (delta)" : "R_winding (star)";
    } else {
      missing("R_s", "needs --R_line_line_mOhm or --R_winding_mOhm");
    }
    if (s_.T_R == dq_machine::kT20) return;
    out_.R_s /= 1.0 + dq_machine::kCopperAlpha * (s_.T_R - dq_machine::kT20);
    R_formula_ += " / (1 + 0.00393 (T - 20 degC))";
  }
  void inductances() {
    if (given(s_.L_line_min) && given(s_.L_line_max)) {
      out_.L_d = 0.5 * s_.L_line_min;
      out_.L_q = 0.5 * s_.L_line_max;
      L_d_formula_ = "least L_line / 2 over the rotor's angle";
      L_q_formula_ = "most L_line / 2 over the rotor's angle";
      if (s_.L_line_min > s_.L_line_max)
        missing("--L_line_line_min_uH", "must be at most --L_line_line_max_uH");
    } else if (given(s_.L_line)) {
      out_.L_d = out_.L_q = 0.5 * s_.L_line;
      L_d_formula_ = L_q_formula_ = "L_line / 2 (equivalent star, L_d = L_q)";
    } else if (given(s_.L_winding)) {
      out_.L_d = out_.L_q = s_.delta ? s_.L_winding / 3.0 : s_.L_winding;
      L_d_formula_ = L_q_formula_ = s_.delta ? "L_winding / 3 (delta)" : "L_winding (star)";
    } else {
      missing("L_d, L_q",
              "need --L_line_line_uH, --L_line_line_min_uH and --L_line_line_max_uH, or "
              "--L_winding_uH");
    }
  }
  void current() {
    for (const auto& [I, formula] :
         {std::pair{s_.I_max, "as given"}, std::pair{s_.stall_current, "the stall current"},
          std::pair{s_.rated_current, "the rated current"}}) {
      if (!given(I)) continue;
      out_.I_max = I;
      I_formula_ = std::string(formula) + (given(s_.I_max) ? "" : ", as no --I_max was given");
      return;
    }
    missing("I_max", "needs --I_max_A_peak, or a stall or rated current");
  }
  // |R_s i + j omega_e psi| at i_q = I, i_d = 0.
  void rated_voltage() {
    if (!given(s_.rated_speed) || !given(s_.rated_voltage) || !given(s_.rated_current)) return;
    const double w = out_.n_p * s_.rated_speed, I = s_.rated_current;
    const double u = std::hypot(w * out_.L_q * I, out_.R_s * I + w * out_.psi_f);
    compare("line-line voltage at the rated point (i_d = 0) against the sheet's",
            std::sqrt(1.5) * u / s_.rated_voltage - 1.0);
  }

  const DataSheet& s_;
  const std::string& who_;
  Problems problems_;
  Converted out_{};
  std::string flux_formula_, R_formula_, L_d_formula_, L_q_formula_, I_formula_;
};

constexpr double kA_rms = 1.41421356237309504880;
constexpr std::array kEntries{
    SheetEntry{"pole_pairs", "pole pairs (half the number of poles)", &DataSheet::pole_pairs, 1.0},
    SheetEntry{"Kv_rpm_per_V", "no-load speed over line-line peak voltage", &DataSheet::Kv_peak,
               1.0},
    SheetEntry{"Kv_rpm_per_V_rms", "no-load speed over line-line rms voltage", &DataSheet::Kv_rms,
               1.0},
    SheetEntry{"Ke_V_peak_per_krpm", "line-line peak voltage per 1000 rpm", &DataSheet::Ke_peak,
               1e-3 / kRpm},
    SheetEntry{"Ke_V_rms_per_krpm", "line-line rms voltage per 1000 rpm", &DataSheet::Ke_rms,
               1e-3 / kRpm},
    SheetEntry{"Ke_V_s_per_rad_peak", "line-line peak voltage over mechanical speed",
               &DataSheet::Ke_peak, 1.0},
    SheetEntry{"Ke_V_s_per_rad_rms", "line-line rms voltage over mechanical speed",
               &DataSheet::Ke_rms, 1.0},
    SheetEntry{"Kt_Nm_per_A_peak", "torque over peak phase current", &DataSheet::Kt_peak, 1.0},
    SheetEntry{"Kt_Nm_per_A_rms", "torque over rms phase current", &DataSheet::Kt_rms, 1.0},
    SheetEntry{"R_line_line_Ohm", "resistance between two terminals", &DataSheet::R_line, 1.0},
    SheetEntry{"R_line_line_mOhm", "the same", &DataSheet::R_line, 1e-3},
    SheetEntry{"R_winding_Ohm", "of one winding, see --connection", &DataSheet::R_winding, 1.0},
    SheetEntry{"R_winding_mOhm", "the same", &DataSheet::R_winding, 1e-3},
    SheetEntry{"R_temperature_degC", "that the resistance is given for [20]", &DataSheet::T_R, 1.0,
               273.15},
    SheetEntry{"L_line_line_mH", "inductance between two terminals", &DataSheet::L_line, 1e-3},
    SheetEntry{"L_line_line_uH", "the same", &DataSheet::L_line, 1e-6},
    SheetEntry{"L_line_line_min_mH", "least of it over the rotor's angle", &DataSheet::L_line_min,
               1e-3},
    SheetEntry{"L_line_line_min_uH", "the same", &DataSheet::L_line_min, 1e-6},
    SheetEntry{"L_line_line_max_mH", "most of it over the rotor's angle", &DataSheet::L_line_max,
               1e-3},
    SheetEntry{"L_line_line_max_uH", "the same", &DataSheet::L_line_max, 1e-6},
    SheetEntry{"L_winding_mH", "of one winding, see --connection", &DataSheet::L_winding, 1e-3},
    SheetEntry{"L_winding_uH", "the same", &DataSheet::L_winding, 1e-6},
    SheetEntry{"stall_torque_Nm", "at stall_current", &DataSheet::stall_torque, 1.0},
    SheetEntry{"stall_current_A_rms", "phase current", &DataSheet::stall_current, kA_rms},
    SheetEntry{"stall_current_A_peak", "phase current", &DataSheet::stall_current, 1.0},
    SheetEntry{"rated_torque_Nm", "at rated_current", &DataSheet::rated_torque, 1.0},
    SheetEntry{"rated_current_A_rms", "phase current", &DataSheet::rated_current, kA_rms},
    SheetEntry{"rated_current_A_peak", "phase current", &DataSheet::rated_current, 1.0},
    SheetEntry{"rated_speed_rpm", "for a check of rated_voltage", &DataSheet::rated_speed, kRpm},
    SheetEntry{"rated_voltage_V_rms", "line-line, at the rated point", &DataSheet::rated_voltage,
               1.0},
    SheetEntry{"I_max_A_rms", "largest phase current", &DataSheet::I_max, kA_rms},
    SheetEntry{"I_max_A_peak", "largest phase current", &DataSheet::I_max, 1.0}};

}  // namespace

std::span<const SheetEntry> sheet_entries() { return kEntries; }

Converted convert(const DataSheet& sheet, const std::string& who) {
  return Converter(sheet, who).result();
}

Json dq_json(const Converted& c) {
  Json out = Json::object();
  out.set("type", std::string_view("synchronous"));
  out.set("n_p", static_cast<double>(c.n_p));
  out.set("I_max_A_peak", c.I_max);
  out.set("R_s_Ohm", c.R_s);
  Json& magnetics = out.set("magnetics", Json::object());
  magnetics.set("type", std::string_view("linear"));
  magnetics.set("L_d_H", c.L_d);
  magnetics.set("L_q_H", c.L_q);
  magnetics.set("psi_f_Vs", c.psi_f);
  std::string all;
  Json& sources = out.set("sources", Json::object());
  for (const Converted::Line& l : c.lines) {
    const std::string text = "data sheet: " + l.formula;
    if (l.name == "n_p") sources.set("n_p", std::string_view(text));
    if (l.name == "I_max") sources.set("I_max_A_peak", std::string_view(text));
    if (l.name == "R_s") sources.set("R_s_Ohm", std::string_view(text));
    if (l.name == "psi_f" || l.name == "L_d" || l.name == "L_q")
      all += (all.empty() ? "data sheet: " : "; ") + l.name + " = " + l.formula;
  }
  sources.set("magnetics", std::string_view(all));
  return out;
}

}  // namespace evsim::io
