#include "sim/io/schema.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/io/sample.h"

namespace evsim::io {
namespace {

const Json& car() {
  static const Json schema_of_car = schema<sample::Car<double>>("car");
  return schema_of_car;
}

// The value at a path of keys, or a null value.
const Json& at(const Json& json, std::initializer_list<std::string_view> keys) {
  static const Json none;
  const Json* here = &json;
  for (const std::string_view key : keys) {
    here = here->find(key);
    if (here == nullptr) return none;
  }
  return *here;
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  for (const Json& item : object.items) all.push_back(item.key);
  return all;
}

TEST(Schema, is_of_draft_2020_12_and_says_why_nothing_is_required) {
  EXPECT_EQ(at(car(), {"$schema"}).text, "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(at(car(), {"title"}).text, "car");
  EXPECT_EQ(at(car(), {"description"}).text,
            "Each quantity stands under its name and a unit, in one unit only. Nothing is listed "
            "as required, "
            "because a file may inherit by \"from\": the program says what is missing.");
  EXPECT_EQ(car().find("required"), nullptr);
}

TEST(Schema, has_each_key_in_each_unit_and_no_other) {
  EXPECT_EQ(keys(at(car(), {"properties"})),
            (std::vector<std::string>{"mass_kg", "mass_g", "mass_lb", "v_max_m_per_s",
                                      "v_max_km_per_h", "v_max_mph", "towing", "label", "cycle",
                                      "signals", "drive_units", "cell", "events", "from",
                                      "description", "notes", "sources", "$schema", "name"}));
  EXPECT_EQ(at(car(), {"additionalProperties"}).kind, Json::Kind::boolean);
  EXPECT_FALSE(at(car(), {"additionalProperties"}).boolean);
}

TEST(Schema, tells_meaning_unit_range_and_default) {
  EXPECT_EQ(to_text(at(car(), {"properties", "mass_kg"})),
            "{\n  \"type\": \"number\",\n  \"description\": \"kerb mass [kg], > 0\",\n  "
            "\"exclusiveMinimum\": 0\n}\n");
  EXPECT_EQ(at(car(), {"properties", "v_max_mph", "description"}).text,
            "top speed [mph], > 0; default unlimited");
  EXPECT_EQ(
      to_text(at(car(), {"properties", "cell", "properties", "T_min_degC"})),
      "{\n  \"type\": \"number\",\n  \"description\": \"coldest [degC], -40 to 60; default -40\",\n"
      "  \"minimum\": -40,\n  \"maximum\": 60\n}\n");
  EXPECT_EQ(at(car(), {"properties", "towing", "description"}).text,
            "with a trailer; default false");
}

TEST(Schema, allows_a_quantity_in_one_unit_only) {
  const Json& first = at(car(), {"allOf"}).items.at(0);
  EXPECT_EQ(at(first, {"errorMessage"}).text, "give mass once, in one unit");
  EXPECT_EQ(to_text(at(first, {"not"})),
            "{\n  \"anyOf\": [\n    {\n      \"required\": [\"mass_kg\", \"mass_g\"]\n    },\n"
            "    {\n      \"required\": [\"mass_kg\", \"mass_lb\"]\n    },\n"
            "    {\n      \"required\": [\"mass_g\", \"mass_lb\"]\n    }\n  ]\n}\n");
}

TEST(Schema, knows_the_alternatives_of_a_variant_by_their_type) {
  const Json& unit = at(car(), {"properties", "drive_units", "additionalProperties"});
  EXPECT_EQ(to_text(at(unit, {"properties", "axle", "enum"})), "[\"front\", \"rear\"]\n");
  const Json& machine = at(unit, {"properties", "machine", "anyOf"});
  ASSERT_EQ(machine.items.size(), 2u);
  EXPECT_EQ(at(machine.items[0], {"properties", "type", "const"}).text, "pmsm");
  EXPECT_EQ(at(machine.items[0], {"description"}).text, "permanent magnets");
  EXPECT_EQ(at(machine.items[0], {"properties", "n_p", "type"}).text, "integer");
  EXPECT_EQ(at(machine.items[1], {"properties", "type", "const"}).text, "loss_map");
}

TEST(Schema, takes_a_table_as_file_object_or_number) {
  const Json& cell = at(car(), {"properties", "cell", "properties"});
  const Json& forms = at(cell, {"R_0", "anyOf"});
  ASSERT_EQ(forms.items.size(), 2u);
  EXPECT_EQ(at(forms.items[0], {"type"}).text, "string");
  const Json& inside = at(forms.items[1], {"properties"});
  EXPECT_EQ(at(inside, {"T_degC", "items", "type"}).text, "number");
  EXPECT_EQ(at(inside, {"R_0_mOhm", "items", "items", "exclusiveMinimum"}).number, 0);
  EXPECT_EQ(inside.find("from"), nullptr);
  EXPECT_EQ(at(cell, {"R_0_mOhm", "type"}).text, "number");
}

TEST(Schema, a_list_by_name_takes_any_name_and_annotations) {
  const Json& units = at(car(), {"properties", "drive_units"});
  EXPECT_EQ(keys(at(units, {"properties"})),
            (std::vector<std::string>{"from", "description", "notes", "sources"}));
  EXPECT_EQ(at(units, {"propertyNames", "pattern"}).text, "^[A-Za-z][A-Za-z0-9_]*$");
  EXPECT_EQ(at(car(), {"properties", "events", "items", "properties", "t_s", "type"}).text,
            "number");
}

TEST(Schema, is_the_same_text_each_time) {
  EXPECT_EQ(to_text(schema<sample::Car<double>>("car")), to_text(car()));
}

}  // namespace
}  // namespace evsim::io
