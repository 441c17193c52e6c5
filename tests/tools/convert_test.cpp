#include "tests/tools/evsim_program.h"

namespace evsim {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Convert : public Program {
 protected:
  Ran convert(const Arguments& more) const {
    Arguments all{"convert",          "machine", "--pole_pairs",       "4",
                  "--Kv_rpm_per_V",   "30",      "--R_line_line_mOhm", "12",
                  "--L_line_line_uH", "90"};
    all.insert(all.end(), more.begin(), more.end());
    return evsim(all);
  }
};

TEST_F(Convert, shows_each_parameter_with_its_formula) {
  const Ran r = convert({"--I_max_A_rms", "100"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  for (const char* part :
       {"psi_f", "0.0459441", "60 / (2 pi sqrt(3) n_p Kv)", "R_line / 2", "4.5e-05", "141.421"})
    EXPECT_TRUE(has(r.out, part)) << part << '\n' << r.out;
}

TEST_F(Convert, gives_a_block_that_a_vehicle_takes) {
  const Ran r = convert({"--I_max_A_peak", "1200", "--json"});
  EXPECT_EQ(r.code, 0) << r.err;
  std::string vehicle = small::kVehicle;
  const std::size_t from = vehicle.find("{\"type\": \"synchronous_family\""),
                    to = vehicle.find("}},\n  \"gears\"");
  vehicle.replace(from, to + 1 - from, r.out);
  write("car.json", vehicle);
  const Ran check = evsim({"check", "car.json"});
  EXPECT_EQ(check.code, 0) << check.err;
  const Ran described = evsim({"describe", "car.json", "*psi_f*"});
  EXPECT_TRUE(has(described.out, "45.944")) << described.out;
}

TEST_F(Convert, says_where_a_sheet_disagrees_with_itself) {
  const Ran r = convert({"--stall_torque_Nm", "40", "--stall_current_A_rms", "120"});
  EXPECT_EQ(r.code, 0);
  // 2 * 40 / (3 * 4 * 169.7 A) = 0.0393 Vs against 0.0459
  EXPECT_TRUE(has(r.err,
                  "disagrees with itself by more than 5 %: psi_f from stall torque and "
                  "current against that from Kv (line-line peak): -14.5 %"))
      << r.err;
}

TEST_F(Convert, wrong_figures_are_told) {
  EXPECT_EQ(convert({}).code, 2);
  EXPECT_TRUE(has(convert({}).err, "I_max: needs --I_max_A_peak")) << convert({}).err;
  EXPECT_EQ(convert({"--I_max_A_peak", "-3"}).err,
            "evsim convert machine: --I_max_A_peak: got -3, must be > 0\n");
  EXPECT_EQ(convert({"--I_max_A_peak", "3", "--R_line_line_Ohm", "0.1"}).err,
            "evsim convert machine: --R_line_line_mOhm: is given twice, maybe in another unit\n");
  EXPECT_EQ(convert({"--connection", "zigzag"}).err,
            "evsim convert machine: --connection: got zigzag, must be star or delta\n");
  EXPECT_EQ(evsim({"convert", "battery"}).code, 2);
}

class ConvertTyre : public Program {
 protected:
  Ran convert(const Arguments& more) const {
    Arguments all{"convert",
                  "tyre",
                  "--like",
                  std::string(EVSIM_SOURCE_DIR) + "/vehicles/tyres/passenger_205_60_r15.tir",
                  "--like_size",
                  "205/60R15",
                  "--like_load_index",
                  "91"};
    all.insert(all.end(), more.begin(), more.end());
    return evsim(all);
  }
};

TEST_F(ConvertTyre, writes_a_property_file_that_says_how_it_was_made) {
  const Ran r = convert({"--size", "245/45R19", "--load_index", "102", "--extra_load",
                         "--pressure_bar", "2.6", "--mu", "1.05", "-o", "tyre.tir"});
  EXPECT_EQ(r.code, 0) << r.err;
  const std::string text = read("tyre.tir");
  for (const char* part : {"$ Estimate: tyre 245/45R19, scaled by similarity from "
                           "passenger_205_60_r15.tir (205/60R15, load index 91)",
                           "load index 102, extra load, mu 1.05", "UNLOADED_RADIUS = 0.35155",
                           "INFLPRES = 260000", "PKY1 = -15.324"})
    EXPECT_TRUE(has(text, part)) << part << '\n' << text;
  EXPECT_EQ(convert({"--size", "245/45R19", "--load_index", "102"}).out.substr(0, 10),
            "$ Estimate");
}

TEST_F(ConvertTyre, tells_all_that_is_wrong_at_once) {
  EXPECT_EQ(convert({"--size", "245/45", "--mu", "9", "--pressure_bar", "35"}).err,
            "evsim convert tyre: --size: got 245/45, must be a size as 245/45R19\n"
            "evsim convert tyre: --load_index: is missing\n"
            "evsim convert tyre: --pressure_bar: got 35, must be 0.5 to 6\n"
            "evsim convert tyre: --mu: got 9, must be 0.1 to 3\n");
  const Ran mixed = convert({"--size", "245/45R19", "--load_index", "102", "--Kv_rpm_per_V", "30"});
  EXPECT_EQ(mixed.code, 2);
  EXPECT_EQ(mixed.err, "evsim convert tyre: was given an option of evsim convert machine\n");
  EXPECT_EQ(evsim({"convert", "machine", "--mu", "1"}).err,
            "evsim convert machine: was given an option of evsim convert tyre\n");
  EXPECT_EQ(evsim({"convert", "wheel"}).err,
            "evsim convert: unknown wheel; there are machine and tyre\n");
}

}  // namespace
}  // namespace evsim
