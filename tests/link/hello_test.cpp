#include "sim/link/hello.h"

#include <gtest/gtest.h>

namespace evsim::link {
namespace {

Interface vcu() {
  const Units units{"front", "rear"};
  return {.role = "vcu",
          .unit = "",
          .config = signals_of<evsim_vcu_config>(units),
          .inputs = signals_of<evsim_vcu_inputs>(units),
          .outputs = signals_of<evsim_vcu_outputs>(units)};
}
std::string name(const std::vector<Signal>& all, const Wanted& w) { return all[w.signal].name; }

std::string problems(const std::string& text) {
  try {
    read_hello(text, vcu());
    return "";
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

TEST(Hello, signals_of_a_role_have_the_names_of_its_struct_and_its_drive_units) {
  const Interface v = vcu();
  std::vector<std::string> names;
  for (const Signal& s : v.outputs) names.push_back(s.name);
  EXPECT_EQ(names, (std::vector<std::string>{"tau.front", "tau.rear", "F_brake", "reason"}));
  evsim_vcu_outputs out{};
  out.tau[1] = 7.0;
  out.F_brake = 8.0;
  EXPECT_EQ(numbers(out, {"front", "rear"}), (std::vector<double>{0.0, 7.0, 8.0, 0.0}));
}

TEST(Hello, lines_are_read_in_order_with_their_units) {
  const Interface v = vcu();
  const Hello h = read_hello(
      "role vcu\r\nname my unit 1.2\nconfig mass g\nin v km/h\n\n  in omega.rear rpm\nin SOC 1\n"
      "out tau.rear\nout F_brake kN",
      v);
  EXPECT_EQ(h.name, "my unit 1.2");
  ASSERT_EQ(h.inputs.size(), 3u);
  EXPECT_EQ(name(v.inputs, h.inputs[0]), "v");
  EXPECT_NEAR(from_si(*h.inputs[0].unit, 10.0), 36.0, 1e-12);
  EXPECT_EQ(name(v.inputs, h.inputs[1]), "omega.rear");
  EXPECT_EQ(name(v.inputs, h.inputs[2]), "SOC");
  EXPECT_EQ(name(v.config, h.config.at(0)), "mass");
  ASSERT_EQ(h.outputs.size(), 2u);
  EXPECT_EQ(h.outputs[0].unit->factor, 1.0);
  EXPECT_EQ(to_si(*h.outputs[1].unit, 2.0), 2000.0);
  EXPECT_EQ(not_given(h, v), "tau.front, reason");
}

TEST(Hello, all_that_is_wrong_is_said_at_once) {
  EXPECT_EQ(
      problems("role bms\nin speed\nin v kg\nout tau.rear\nout tau.rear\nhurry\nin v m/s now\n"),
      "line 2: no signal \"speed\"; must be one of time_ns, tick, T_s, accelerator, brake, "
      "F_request, v, sin_alpha, SOC, U_0, P_discharge_max, P_charge_max, T_battery, "
      "omega.front, omega.rear, tau.front, tau.rear, tau_limit.front, tau_limit.rear\n"
      "line 3: v can't be in \"kg\"; SI is m/s\n"
      "line 5: tau.rear is listed twice\n"
      "line 6: \"hurry\"; must be role, unit, name, config, in or out\n"
      "line 7: too much: \"now\"\n"
      "role is \"bms\"; this link is for vcu");
  EXPECT_EQ(problems("role vcu\n"), "gives nothing; must be out SIGNAL once or more");
  EXPECT_EQ(problems("role vcu\nunit rear\nout F_brake\n"),
            "unit is \"rear\"; this link is for \"\"");
  // What came over a wire is shown with care.
  EXPECT_EQ(problems("role vcu\nout F_brake\n\x1b[2J\n"),
            "line 3: \"?[2J\"; must be role, unit, name, config, in or out");
}

}  // namespace
}  // namespace evsim::link
