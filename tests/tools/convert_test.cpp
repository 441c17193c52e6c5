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

}  // namespace
}  // namespace evsim
