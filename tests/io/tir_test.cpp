#include "sim/io/tir.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/io/sample.h"

namespace evsim::io {
namespace {

using sample::complaint;
using sample::Disk;

// All that a 6.1 file must have.
const std::string kNeeded = R"(
[MODEL]
FITTYP = 61
LONGVL = 16.7
[DIMENSION]
UNLOADED_RADIUS = 0.3
[OPERATING_CONDITIONS]
NOMPRES = 220000
[VERTICAL]
FNOMIN = 4000
VERTICAL_STIFFNESS = 2e5
[STRUCTURAL]
LONGITUDINAL_STIFFNESS = 3e5
LATERAL_STIFFNESS = 1e5
[COEFFICIENTS]
PCX1 = 1.5
PDX1 = 1.1
PKX1 = 20
PCY1 = 1.3
PDY1 = 0.9
PKY1 = -15
PKY2 = 2
)";

TyreFile read_text(const std::string& text) {
  return read_tyre("a.tir", sample::reader({{"a.tir", text}}));
}
std::string complaint_about(const std::string& text) {
  return complaint([&] { read_text(text); });
}

TEST(Tir, values_and_what_is_left_out) {
  const auto t = read_text(kNeeded);
  const auto& p = t.params;
  EXPECT_EQ(p.version, tyre::Version::mf_6_1);
  EXPECT_EQ(t.side, TyreSide::left);
  EXPECT_EQ(p.longitudinal.p_Cx1, 1.5);
  EXPECT_EQ(p.lateral.p_Ky1, -15.0);
  EXPECT_EQ(p.lateral.p_Ky4, 2.0);
  EXPECT_EQ(p.scaling.mu_x, 1.0);
  EXPECT_EQ(p.scaling.mu_V, 0.0);
  EXPECT_EQ(p.aligning.q_Dz1, 0.0);
  EXPECT_EQ(p.pressure.p_i, 220000.0);  // as NOMPRES
  EXPECT_TRUE(t.notes.empty());
}

TEST(Tir, comments_quotes_case_and_signs) {
  const auto t = read_text(
      "! : COMMENT : PCX1 = 9\n$ PCX1 = 8\n" + kNeeded +
      "pex1=+1.5E-01 $ PEX2 = 3\r\nPEX2 = 0.2 ! more\n[model]\nTYRESIDE = 'Right' $ side\n");
  EXPECT_EQ(t.params.longitudinal.p_Cx1, 1.5);
  EXPECT_EQ(t.params.longitudinal.p_Ex1, 0.15);
  EXPECT_EQ(t.params.longitudinal.p_Ex2, 0.2);
  EXPECT_EQ(t.side, TyreSide::right);
}

TEST(Tir, units_of_the_file) {
  const auto t = read_text(
      "[UNITS]\nLENGTH = 'mm'\nFORCE = 'kilonewton'\nANGLE = 'degrees'\nTIME = 'hour'\nMASS = "
      "'kg'\nPRESSURE = 'bar'\n"
      "[A]\nFITTYP = 62\nLONGVL = 60e6\nUNLOADED_RADIUS = 300\nNOMPRES = 2.2\nFNOMIN = "
      "4\nVERTICAL_STIFFNESS = 0.2\n"
      "LONGITUDINAL_STIFFNESS = 0.3\nLATERAL_STIFFNESS = 0.1\nCAMMAX = 9\nPCX1 = 1.5\nPDX1 = "
      "1\nPKX1 = 20\nPCY1 = 1.3\nPDY1 = 1\nPKY1 = -15\nPKY2 = 2\n");
  const auto& p = t.params;
  EXPECT_NEAR(p.model.V_0, 60.0 / 3.6, 1e-13);
  EXPECT_NEAR(p.dimension.R_0, 0.3, 1e-16);
  EXPECT_NEAR(p.pressure.p_i0, 2.2e5, 1e-9);
  EXPECT_EQ(p.vertical.F_z0, 4000.0);
  EXPECT_NEAR(p.vertical.c_z, 2e5, 1e-9);
  EXPECT_NEAR(p.limits.gamma_max, 9.0 * 3.14159265358979323846 / 180.0, 1e-16);
  EXPECT_EQ(p.longitudinal.p_Kx1, 20.0);
}

TEST(Tir, pressure_follows_force_and_length) {
  std::string text = kNeeded;
  text.replace(text.find("220000"), 6, "0.22");
  text.replace(text.find("0.3\n"), 4, "300\n");
  text.replace(text.find("2e5"), 3, "200");
  const auto t = read_text("[UNITS]\nLENGTH = 'mm'\nFORCE = 'newton'\n" + text);
  EXPECT_NEAR(t.params.pressure.p_i0, 2.2e5, 1e-9);
  EXPECT_NEAR(t.params.vertical.c_z, 2e5, 1e-9);
}

TEST(Tir, versions) {
  const auto version_of = [](const std::string& type) {
    std::string text = kNeeded;
    text.replace(text.find("FITTYP = 61"), 11, type);
    return read_text(text).params.version;
  };
  for (const char* type :
       {"FITTYP = 6", "FITTYP = 21", "FITTYP = 52", "PROPERTY_FILE_FORMAT = 'PAC2002'"})
    EXPECT_EQ(version_of(type), tyre::Version::mf_5_2) << type;
  for (const char* type : {"FITTYP = 61", "FITTYP = 62"})
    EXPECT_EQ(version_of(type), tyre::Version::mf_6_1) << type;
}

TEST(Tir, a_5_2_file_may_have_relaxation_lengths_in_place_of_stiffnesses) {
  std::string text = kNeeded;
  text.replace(text.find("FITTYP = 61"), 11, "FITTYP = 52");
  text.replace(text.find("LONGITUDINAL_STIFFNESS = 3e5"), 28, "PTX1 = 2");
  text.replace(text.find("LATERAL_STIFFNESS = 1e5"), 23, "PTY1 = 2");
  EXPECT_EQ(read_text(text).params.structural.c_x0, 0.0);
}

TEST(Tir, what_is_passed_over_is_noted) {
  const auto t = read_text(kNeeded +
                           "PKYY1 = 3\nPDXP1 = 0.4\nPDXP1 = 0.4\n[SHAPE]\n{radial width}\n 1.0 "
                           "0.0\n 1.0 0.4\n[INERTIA]\nMASS = 9\n");
  ASSERT_EQ(t.notes.size(), 5U);
  EXPECT_EQ(to_string(t.notes[0]), "a.tir:23: PKYY1: unknown key, passed over; did you mean PKY1?");
  EXPECT_EQ(to_string(t.notes[1]), "a.tir:24: PDXP1: not used");
  EXPECT_EQ(to_string(t.notes[3]), "a.tir:27: SHAPE: a table, passed over");
  EXPECT_EQ(to_string(t.notes[4]), "a.tir:31: MASS: not used");
}

TEST(Tir, missing_file) {
  EXPECT_EQ(complaint([] { read_tyre("b.tir", sample::reader(Disk{})); }), "b.tir: no such file");
}

TEST(Tir, many_problems_are_counted) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "what\n";
  const std::string got = complaint_about(text + kNeeded);
  EXPECT_NE(got.find("a.tir:20: "), std::string::npos);
  EXPECT_EQ(got.find("a.tir:21: "), std::string::npos);
  EXPECT_NE(got.find("and 30 more"), std::string::npos);
}

TEST(Tir, the_tyres_of_the_garage_are_sound) {
  const std::filesystem::path folder(EVSIM_SOURCE_DIR "/vehicles/tyres");
  for (const auto& file : std::filesystem::directory_iterator(folder))
    for (const Problem& note : read_tyre(file.path().string()).notes)
      EXPECT_NE(note.what.find("not used"), std::string::npos) << to_string(note);
}

}  // namespace
}  // namespace evsim::io
