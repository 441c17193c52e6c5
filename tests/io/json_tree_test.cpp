#include "sim/io/json_tree.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

std::string complaint(std::string_view text) {
  Problems problems;
  parse_json("a.json", text, problems);
  try {
    problems.raise();
  } catch (const InputError& e) {
    return e.what();
  }
  return {};
}

Json parsed(std::string_view text) {
  Problems problems;
  std::optional<Json> json = parse_json("a.json", text, problems);
  problems.raise();
  if (!json) throw std::logic_error("neither JSON nor a problem with it");
  return *std::move(json);
}

TEST(JsonTree, knows_kind_value_and_line_of_everything) {
  const Json j = parsed("{\n\"b\": 1,\n\"a\": [true,\n  \"x\", 2.5\n],\n\"c\":\n{}}");
  ASSERT_EQ(j.items.size(), 3u);
  EXPECT_EQ(j.items[0].key, "b");  // in the file's order
  EXPECT_EQ(j.items[0].line, 2);
  EXPECT_TRUE(j.items[0].whole);
  const Json& a = j.items[1];
  EXPECT_EQ(a.line, 3);
  EXPECT_TRUE(a.items[0].boolean);
  EXPECT_EQ(a.items[1].text, "x");
  EXPECT_EQ(a.items[1].line, 4);
  EXPECT_EQ(a.items[2].number, 2.5);
  EXPECT_FALSE(a.items[2].whole);
  EXPECT_EQ(a.items[2].line, 4);  // the newline behind a number is not before it
  EXPECT_EQ(j.find("c")->line, 6);
  EXPECT_EQ(j.find("d"), nullptr);
}

TEST(JsonTree, numbers_keep_every_bit) {
  for (const double x : {0.1, -1.0 / 3.0, 1e-300, 5e-324, 1.7976931348623157e308, 123456789012.0})
    EXPECT_EQ(parsed("[" + format(x) + "]").items[0].number, x);
}

TEST(JsonTree, a_syntax_error_has_its_line_and_a_short_cause) {
  EXPECT_EQ(complaint("{\n\"a\": 1,\n}"),
            "a.json:3: syntax error: a comma or colon without a value behind it");
  EXPECT_EQ(complaint("{\n\"a\": 1\n\"b\": 2}"),
            "a.json:3: syntax error: a comma is missing before this");
  EXPECT_EQ(complaint("{\"a\": [1,\n2"),
            "a.json:2: syntax error: the file ends too early; a } or ] is missing");
  EXPECT_EQ(complaint("{\n// why\n\"a\": 1}"),
            "a.json:2: syntax error: JSON has no comments; use the key \"notes\"");
  EXPECT_EQ(complaint("{\"a\": NaN}"), "a.json:1: syntax error: numbers must be finite");
  EXPECT_EQ(complaint("{\"a\": 1e999}"), "a.json:1: a number is too large");
  EXPECT_EQ(complaint(""), "a.json: is empty; must hold an object, { ... }");
  EXPECT_EQ(complaint("{'a': 1}"), "a.json:1: syntax error: a key must stand in double quotes");
  EXPECT_EQ(complaint("{} {}"), "a.json:1: syntax error: something follows the last } or ]");
}

TEST(JsonTree, the_cause_is_short_however_long_the_token) {
  EXPECT_LT(complaint("[\"" + std::string(100000, 'x')).size(), 120u);
}

TEST(JsonTree, a_key_that_stands_twice_is_told_with_both_lines_and_the_first_is_kept) {
  EXPECT_EQ(complaint("{\"u\": {\"a\": 1,\n\"b\": 2,\n\"a\": 3}}"),
            "a.json:3: u.a: the key stands in line 1 already");
  Problems problems;
  const auto json = parse_json("a.json", "{\"a\": 1, \"b\": 2, \"a\": 3}", problems);
  if (!json) FAIL() << "no JSON";
  ASSERT_EQ(json->items.size(), 2u);
  EXPECT_EQ(json->find("a")->number, 1);
}

TEST(JsonTree, null_is_told_wherever_it_stands) {
  EXPECT_EQ(
      complaint("{\"u\": {\"a\": null,\n\"b\": [1, null]}}"),
      "a.json:1: u.a: null is no value; leave the key out to inherit it or take the default\n"
      "a.json:2: u.b.1: null is no value; leave the key out to inherit it or take the default");
}

TEST(JsonTree, nesting_ends_at_64) {
  const std::string deep(64, '['), closed(64, ']');
  EXPECT_EQ(complaint(deep + closed), "");
  EXPECT_EQ(complaint("[" + deep + closed + "]"), "a.json:1: nested deeper than 64");
  EXPECT_EQ(complaint(std::string(100000, '[')), "a.json:1: nested deeper than 64");
}

TEST(JsonTree, what_is_written_reads_back) {
  Json j = Json::object();
  j.set("text", "a \"quoted\"\n\t\\ \xC3\xA9");
  j.set("on", true);
  j.set("empty", Json::array());
  Json& rows = j.set("rows", Json::array());
  for (const double x : {1.0, 2.5}) {
    rows.items.push_back(Json::array());
    rows.items.back().items = {Json::from(x), Json::from(-x)};
  }
  const std::string text = to_text(j);
  EXPECT_EQ(text,
            "{\n  \"text\": \"a \\\"quoted\\\"\\n\\u0009\\\\ \xC3\xA9\",\n  \"on\": true,\n  "
            "\"empty\": [],\n"
            "  \"rows\": [\n    [1, -1],\n    [2.5, -2.5]\n  ]\n}\n");
  EXPECT_EQ(to_text(parsed(text)), text);
}

TEST(JsonTree, infinity_can_not_be_written) {
  EXPECT_THROW(to_text(Json::from(1.0 / 0.0)), std::invalid_argument);
}

TEST(Text, numbers_take_the_fewest_digits) {
  EXPECT_EQ(format(0.0), "0");
  EXPECT_EQ(format(95.0), "95");
  EXPECT_EQ(format(1000000.0), "1000000");
  EXPECT_EQ(format(0.1), "0.1");
  EXPECT_EQ(format(9.5e-05), "9.5e-05");
  EXPECT_EQ(format(-1e300), "-1e+300");
  EXPECT_EQ(format_rounded(59.99999999999), "60");
}

TEST(Text, only_a_finite_decimal_number_is_one) {
  EXPECT_EQ(parse_number("-1.5e3"), -1500.0);
  for (const char* no : {"", " 1", "1 ", "+1", "0x10", "1,5", "nan", "inf", "1e999", "12a"})
    EXPECT_FALSE(parse_number(no)) << no;
}

TEST(Text, the_nearest_word_is_near) {
  const std::vector<std::string> words{"battery", "chassis", "L_d_uH", "L_q_uH"};
  EXPECT_EQ(nearest("batery", words), "battery");
  EXPECT_EQ(nearest("abttery", words), "battery");
  EXPECT_EQ(nearest("L_Q_uH", words), "L_q_uH");
  EXPECT_EQ(nearest("tyres", words), "");
  EXPECT_EQ(nearest("", words), "");
}

TEST(Text, a_file_that_is_no_text_says_why) {
  EXPECT_EQ(checked_text("\xEF\xBB\xBF{}").text, "{}");
  EXPECT_EQ(checked_text("\xFF\xFE{").error, "is UTF-16; save it as UTF-8");
  const FileText latin = checked_text("a\nb\xE9\n");
  EXPECT_EQ(latin.error, "isn't text in UTF-8");
  EXPECT_EQ(latin.line, 2);
  EXPECT_EQ(checked_text(std::string("a\0b", 3)).error, "isn't text in UTF-8");
  EXPECT_EQ(checked_text("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9A\x97").error, "");
  EXPECT_NE(checked_text("\xED\xA0\x80").error, "");  // half of a surrogate pair
  EXPECT_NE(checked_text("\xC0\xAF").error, "");      // overlong
}

TEST(Text, a_file_that_can_not_be_read_says_why) {
  EXPECT_EQ(read_file("/nowhere/a.json").error, "no such file");
  EXPECT_EQ(read_file("/").error, "is a folder, not a file");
  EXPECT_EQ(read_file("/dev/null").error, "isn't a regular file");
  EXPECT_EQ(read_file(std::string("a\0b", 3)).error, "isn't a file name");
}

TEST(Text, names_in_a_file_are_relative_to_its_folder) {
  EXPECT_EQ(resolve("vehicles/su7.json", "components/pack.json"), "vehicles/components/pack.json");
  EXPECT_EQ(resolve("vehicles/su7.json", "../cells/a.csv"), "cells/a.csv");
  EXPECT_EQ(resolve("su7.json", "a.csv"), "a.csv");
  EXPECT_EQ(resolve("vehicles/su7.json", "/tmp/a.csv"), "/tmp/a.csv");
}

}  // namespace
}  // namespace evsim::io
