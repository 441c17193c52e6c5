// The vehicle file that follows from a catalogue's figures.
#include "sim/io/new_vehicle.h"

#include "sim/io/new_vehicle_part.h"

namespace evsim::io {
namespace {

// What several parts of the file depend on.
struct Derived {
  std::string chemistry;
  double radius = 0;         // of the wheels [m]
  double height = 0;         // of the car [m]
  double machine_speed = 0;  // [rad/s]
  double ratio = 0;          // [-]
  int n_series = 0;
  double voltage = 0;    // of the pack [V]
  double capacity = 0;   // of a cell [C]
  double DC_power = 0;   // [W]
  std::string inverter;  // igbt or sic
};

double machine_speed(const Catalogue& c, double radius) {
  if (c.machine_speed) return c.machine_speed.si();
  if (!c.ratio || !c.top_speed) return rules::kMachineSpeed.value;
  return rules::machine_speed(c.ratio.si(), radius, c.top_speed.si());
}
double gear_ratio(const Catalogue& c, double omega_max, double radius) {
  if (c.ratio) return c.ratio.si();
  if (!c.top_speed) return rules::kRatio.value;
  return rules::ratio(omega_max, radius, c.top_speed.si());
}

Derived derive(const Catalogue& c) {
  Derived d;
  d.chemistry = c.chemistry.empty() ? "nmc" : c.chemistry;
  d.radius = rounded(rules::rolling_radius(c.tyre_size), 4);
  d.height = c.height ? c.height.si() : rules::kHeight.value;
  d.machine_speed = machine_speed(c, d.radius);
  d.ratio = rounded(gear_ratio(c, d.machine_speed, d.radius), 4);
  const double of_a_cell = d.chemistry == "lfp" ? rules::kNominalLfp : rules::kNominalNmc;
  d.n_series =
      rules::cells_in_series(c.voltage ? c.voltage.si() : rules::kVoltage.value, of_a_cell);
  d.voltage = d.n_series * of_a_cell;
  d.capacity = c.battery.si() / d.voltage;
  d.DC_power = c.DC_power ? c.DC_power.si() : d.capacity * rules::kChargeRate.value * d.voltage;
  d.inverter = !c.inverter.empty() ? c.inverter : d.voltage >= rules::kSicFrom ? "sic" : "igbt";
  return d;
}

class Drafter {
 public:
  Drafter(const Catalogue& c, const Families& families)
      : c_(c), families_(families), d_(derive(c)) {}

  Draft draft() {
    Json& file = draft_.file = Json::object();
    if (!families_.schema.empty()) file.set("$schema", families_.schema);
    file.set("name", c_.name);
    file.set(
        "description",
        "From catalogue figures by the rules of `evsim new-vehicle`; sources say which value is "
        "given and which is a rule or assumed.");
    file.set("chassis", chassis());
    file.set("road_load", road_load());
    file.set("drive_units", drive_units());
    file.set("battery", battery());
    file.set("regeneration", regeneration());
    if (c_.top_speed) file.set("speed_limiter", speed_limiter());
    file.set("auxiliaries", auxiliaries());
    file.set("charger", charger());
    return std::move(draft_);
  }

 private:
  Part part(std::string path) { return {std::move(path), c_, draft_}; }
  std::string family(const std::string& name) const { return families_.folder + "/" + name; }
  static const Unit& unit(Dim dim, std::string_view key) { return *find_unit(dim, key); }

  // ---- Body
  Json chassis() {
    Part p = part("chassis");
    wheels(p);
    p.given("mass", c_.mass);
    p.given_or("gross_mass", c_.gross_mass, "gross_mass_kg",
               rounded(c_.mass.si() + rules::kLoad.value, 4), rules::kLoad.source);
    if (c_.epa_test_mass) p.given("epa_test_mass", c_.epa_test_mass);
    p.given_or("wheelbase", c_.wheelbase, si_unit(Dim::length), rules::kWheelbase);
    p.ruled("cg_height_m", rounded(rules::cg_height(d_.height), 2), cg_source());
    const rules::Default load = front_load();
    p.ruled("front_load", load.value, load.source);
    return p.finished();
  }
  void wheels(Part& p) {
    const std::string file = tyre_file(c_.tyre_size);
    if (families_.has_tyre) {
      p.text("from", family(file));
      return p.say("wheel_radius", file, "rule: the file of tyres of this size", false);
    }
    p.ruled("wheel_radius_m", d_.radius, rules::kRollingRadius);
    p.ruled("wheel_inertia_kg_m2", rounded(rules::wheel_inertia(d_.radius), 2),
            rules::kWheelInertia);
    p.ruled("mu", rules::kGrip.value, rules::kGrip.source);
    p.ruled("slip_stiffness", rules::kSlipStiffness.value, rules::kSlipStiffness.source);
  }
  std::string cg_source() const {
    const std::string rule = rules::kCgHeight;
    return c_.height ? rule : rule + "; " + rules::kHeight.source;
  }
  rules::Default front_load() const {
    if (c_.drive == "front") return rules::kFrontLoadFront;
    return c_.drive == "rear" ? rules::kFrontLoadRear : rules::kFrontLoadAll;
  }
  Json road_load() {
    Part p = part("road_load");
    const bool coast_down = static_cast<bool>(c_.A);
    p.text("type", coast_down ? "coast_down" : "physical");
    if (coast_down) {
      p.given("A", c_.A);
      p.given_or("B", c_.B, "B_N_s_per_m", 0.0, "assumed: none, as no linear term was given");
      p.given("C", c_.C);
      return p.finished();
    }
    p.given("Cd", c_.Cd);
    if (c_.frontal_area)
      p.given("frontal_area", c_.frontal_area);
    else
      p.ruled("frontal_area_m2", rounded(rules::frontal_area(c_.width.si(), c_.height.si()), 3),
              rules::kFrontalArea);
    p.given_or("rolling_resistance", c_.rolling_resistance, si_unit(Dim::none),
               rules::kRollingResistance);
    p.ruled("drag_on_road", rules::kDragOnRoad.value, rules::kDragOnRoad.source);
    return p.finished();
  }

  // ---- Drive
  // A figure of one machine in the user's unit; rule: by which it follows from that of both, or "".
  struct Share {
    Figure value;
    std::string rule;
  };
  struct Machine {
    std::string kind, kind_given, kind_assumed;
    Share torque, power;
  };

  Json drive_units() {
    Json units = Json::object();
    const Machine whole{c_.machine.empty() ? "pmsm" : c_.machine,
                        c_.machine,
                        "assumed: permanent magnets, as 16 of 17 cars of the garage",
                        {c_.torque, ""},
                        {c_.power, ""}};
    if (c_.drive != "all") {
      units.set(c_.drive, unit_json(c_.drive, whole, {}));
      return units;
    }
    const Machine front = front_machine();
    Machine rear = whole;
    rear.torque = rest(whole.torque, front.torque);
    rear.power = rest(whole.power, front.power);
    units.set("rear", unit_json("rear", rear, 1.0));
    units.set("front", unit_json("front", front, 0.0));
    return units;
  }
  Machine front_machine() const {
    return {c_.front_machine.empty() ? "induction" : c_.front_machine, c_.front_machine,
            "assumed: induction, which drags little while it does not drive",
            front_share(c_.front_torque, c_.torque), front_share(c_.front_power, c_.power)};
  }
  static Share front_share(const Figure& given, const Figure& sum) {
    if (given) return {given, ""};
    return {{rounded(rules::kFrontShare.value * sum.written, 4), sum.unit},
            rules::kFrontShare.source};
  }
  static Share rest(const Share& sum, const Share& front) {
    const Unit& unit = *sum.value.unit;
    const double left = from_si(unit, sum.value.si() - front.value.si());
    return {{rounded(left, 6), &unit}, rules::kRearShare};
  }

  Json unit_json(const std::string& axle, const Machine& m, std::optional<double> share) {
    const std::string path = "drive_units." + axle;
    Part p = part(path);
    p.text("axle", axle);
    if (share) p.ruled("torque_share", *share, rules::kTorqueShare);
    p.chosen("machine", m.kind, m.kind_given, m.kind_assumed);
    p.object("machine", machine(path + ".machine", m));
    p.chosen("inverter", d_.inverter, c_.inverter, rules::kInverter);
    Json inverter = Json::object();
    inverter.set("from", family("inverter_" + d_.inverter + ".json"));
    p.object("inverter", std::move(inverter));
    Json gears = Json::object();
    gears.set("reduction", gear(path + ".gears.reduction"));
    p.object("gears", std::move(gears));
    return p.finished();
  }
  Json machine(const std::string& path, const Machine& m) {
    Part p = part(path);
    p.text("from", family("machine_" + m.kind + ".json"));
    add_share(p, "tau_peak", m.torque);
    add_share(p, "P_peak", m.power);
    p.given_or("omega_max", c_.machine_speed, "omega_max_rpm",
               rounded(d_.machine_speed / rules::kRpm, 4), machine_speed_source());
    p.ruled("U_ref_V", rounded(d_.voltage, 3), "rule: nominal voltage of the pack");
    p.ruled("inertia_kg_m2",
            rounded(rules::rotor_inertia(m.torque.value.si(), d_.machine_speed), 3),
            rules::kRotorInertia);
    return p.finished();
  }
  static void add_share(Part& p, std::string_view name, const Share& s) {
    if (s.rule.empty()) return p.given(name, s.value);
    p.ruled(key_in(name, *s.value.unit), s.value.written, s.rule);
  }
  std::string machine_speed_source() const {
    return c_.ratio && c_.top_speed ? rules::kMachineSpeedFromRatio : rules::kMachineSpeed.source;
  }
  Json gear(const std::string& path) {
    Part p = part(path);
    p.text("from", family("gear_two_stage.json"));
    p.given_or("ratio", c_.ratio, "ratio", d_.ratio,
               c_.top_speed ? rules::kRatioFromTopSpeed : rules::kRatio.source);
    return p.finished();
  }

  // ---- Battery and the rest
  Json battery() {
    Part p = part("battery");
    p.text("from", family("cell_" + d_.chemistry + ".json"));
    p.chosen("OCV", d_.chemistry, c_.chemistry,
             "assumed: NMC cells, as 14 of 17 cars of the garage");
    p.ruled("n_series", d_.n_series, cells_source());
    p.ruled("capacity_Ah", rounded(d_.capacity / 3600.0, 4), said(c_.battery) + rules::kCapacity);
    p.ruled("R_pack_mOhm", rules::kPackResistance.value * 1e3, rules::kPackResistance.source);
    charge_current(p);
    p.ruled("P_discharge_max_kW", rounded(rules::discharge_power(c_.power.si()) * 1e-3, 3),
            rules::kDischargePower);
    p.given_or("P_charge_max", c_.DC_power, "P_charge_max_kW", rounded(d_.DC_power * 1e-3, 3),
               rules::kChargeRate.source);
    p.ruled("SOC_empty", SOC_empty(),
            c_.usable ? said(c_.usable) + rules::kSocEmpty : rules::kUsable.source);
    return p.finished();
  }
  // "rule: 60 kWh (given on the command line)"; the rule's own words follow.
  std::string said(const Figure& q) const {
    return fmt::format("rule: {} {} ({})", format(q.written), q.unit->text,
                       c_.source.empty() ? kOnCommandLine : c_.source);
  }
  std::string cells_source() const {
    return (c_.voltage ? said(c_.voltage) : rules::kVoltage.source) + std::string(rules::kCells);
  }
  void charge_current(Part& p) {
    const double scale = rounded(d_.DC_power / d_.voltage, 3);
    Json table = Json::object();
    table.set("csv", family("cell_" + d_.chemistry + "_charge_limit.csv"));
    table.set("scale", scale);
    p.object("I_charge_max", std::move(table));
    p.say("I_charge_max", format(scale) + " A", rules::kChargeCurrent, false);
  }
  double SOC_empty() const {
    const double usable = c_.usable ? c_.usable.si() / c_.battery.si() : rules::kUsable.value;
    return rounded(1.0 - usable, 3);
  }
  Json regeneration() {
    Part p = part("regeneration");
    const auto& km_per_h = unit(Dim::speed, "km_per_h");
    p.given_or("v_zero", {}, km_per_h, rules::kRegenerationZero);
    p.given_or("v_full", {}, km_per_h, rules::kRegenerationFull);
    p.given_or("deceleration_max", {}, si_unit(Dim::acceleration), rules::kRegeneration);
    return p.finished();
  }
  Json speed_limiter() {
    Part p = part("speed_limiter");
    p.given("v_max", c_.top_speed);
    return p.finished();
  }
  Json auxiliaries() {
    Part p = part("auxiliaries");
    p.given_or("power", c_.aux_power, si_unit(Dim::power), rules::kAuxiliaries);
    return p.finished();
  }
  Json charger() {
    Part p = part("charger");
    p.given_or("P_AC", c_.AC_power, unit(Dim::power, "kW"), rules::kAcPower);
    const double P_AC = c_.AC_power ? c_.AC_power.si() : rules::kAcPower.value;
    p.ruled("efficiency", rounded(rules::charger_efficiency(P_AC), 3), rules::kChargerEfficiency);
    return p.finished();
  }

  const Catalogue& c_;
  const Families& families_;
  Derived d_;
  Draft draft_;
};

}  // namespace

Draft draft_vehicle(const Catalogue& c, const Families& families) {
  return Drafter(c, families).draft();
}

}  // namespace evsim::io
