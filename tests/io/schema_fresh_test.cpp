// The schema files that editors use are kept in the project: they must be what the program would write.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/io/json_tree.h"
#include "sim/io/schema.h"
#include "sim/link/link_params.h"
#include "sim/run/scenario.h"
#include "sim/vehicle/car.h"

namespace evsim::io {
namespace {

std::string kept(const std::string& name) {
  std::ifstream in(std::string(EVSIM_SOURCE_DIR) + "/schema/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void expect_same(const std::string& kept, const std::string& fresh, const std::string& name) {
  const auto [a, b] = std::ranges::mismatch(kept, fresh);
  const auto from = static_cast<std::size_t>(b - fresh.begin());
  EXPECT_EQ(kept.size() == fresh.size() && b == fresh.end(), true)
      << "schema/" << name << " is stale from \"" << fresh.substr(from, 60)
      << "\" on: write it anew with evsim schema --write schema";
}

TEST(SchemaFresh, the_vehicle_schema_in_the_project_is_that_of_the_program) {
  expect_same(kept("vehicle.schema.json"), to_text(schema<car::Params<double>>("vehicle")),
              "vehicle.schema.json");
}

TEST(SchemaFresh, the_scenario_schema_in_the_project_is_that_of_the_program) {
  expect_same(kept("scenario.schema.json"), to_text(schema<scenario::Params>("scenario")),
              "scenario.schema.json");
}

TEST(SchemaFresh, the_link_schema_in_the_project_is_that_of_the_program) {
  expect_same(kept("link.schema.json"), to_text(schema<link::LinkParams>("link")),
              "link.schema.json");
}

}  // namespace
}  // namespace evsim::io
