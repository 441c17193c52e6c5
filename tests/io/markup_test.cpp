#include "sim/io/markup.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace evsim::io {
namespace {

TEST(Markup, escapes_what_markup_reads_as_its_own) {
  EXPECT_EQ(escape("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  EXPECT_EQ(escape("</script><script>"), "&lt;/script&gt;&lt;script&gt;");
}

TEST(Markup, keeps_text_in_any_language_and_replaces_what_is_none) {
  EXPECT_EQ(escape("小米 Änderung 🚗"), "小米 Änderung 🚗");
  EXPECT_EQ(printable("a\xff"
                      "b\xc3"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(printable(std::string("a\0b\x1b\x7f", 5)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xEF\xBF\xBF"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("tab\tline\n"), "tab\tline\n");
}

TEST(Markup, script_strings_are_json_and_cannot_end_the_script) {
  const std::string hostile = "</script>\"\\\n\x01<!--";
  const std::string text = script_string(hostile);
  EXPECT_EQ(text.find('<'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(text), "</script>\"\\\n\xEF\xBF\xBD<!--");
}

TEST(Markup, numbers_read_well) {
  EXPECT_EQ(readable(151.3456), "151.35");
  EXPECT_EQ(readable(1800), "1800");
  EXPECT_EQ(readable(-0.5), "-0.5");
  EXPECT_EQ(readable(1234567.8), "1234568");
  EXPECT_EQ(readable(0), "0");
  EXPECT_EQ(readable(-0.0), "0");
  EXPECT_EQ(readable(1.5849e-8), "1.58e-8");
  EXPECT_EQ(readable(1e-6), "1e-6");
  EXPECT_EQ(readable(2.5e7), "2.5e7");
  EXPECT_EQ(readable(std::nan("")), "-");
  EXPECT_EQ(readable(-std::numeric_limits<double>::infinity()), "-");
}

}  // namespace
}  // namespace evsim::io
