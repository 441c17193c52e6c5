#include "sim/io/report_assets.h"

#if __has_include("evsim_dygraphs.h")
#include "evsim_dygraphs.h"  // by sim/io/report/CMakeLists.txt: EVSIM_DYGRAPHS_JS, EVSIM_DYGRAPHS_CSS
#endif

// The assembler puts the bytes of a file between two symbols; it looks for it in the include folders.
#define EVSIM_EMBED(symbol, file)                                                \
  asm(".pushsection .rodata\n" #symbol "_begin:\n.incbin \"" file "\"\n" #symbol \
      "_end:\n.byte 0\n"                                                         \
      ".global " #symbol "_begin\n.global " #symbol "_end\n.popsection\n");      \
  extern "C" const char symbol##_begin[], symbol##_end[]

EVSIM_EMBED(evsim_report_css, "sim/io/report/report.css");
EVSIM_EMBED(evsim_validation_css, "sim/io/report/validation.css");
EVSIM_EMBED(evsim_unit_map_css, "sim/io/report/unit_map.css");
EVSIM_EMBED(evsim_response_css, "sim/io/report/response.css");
EVSIM_EMBED(evsim_report_js, "sim/io/report/report.js");
#ifdef EVSIM_DYGRAPHS_JS
EVSIM_EMBED(evsim_dygraphs_js, EVSIM_DYGRAPHS_JS);
EVSIM_EMBED(evsim_dygraphs_css, EVSIM_DYGRAPHS_CSS);
#endif

namespace evsim::io::assets {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view style() { return between(evsim_report_css_begin, evsim_report_css_end); }
std::string_view validation_style() {
  return between(evsim_validation_css_begin, evsim_validation_css_end);
}
std::string_view unit_map_style() {
  return between(evsim_unit_map_css_begin, evsim_unit_map_css_end);
}
std::string_view response_style() {
  return between(evsim_response_css_begin, evsim_response_css_end);
}
std::string_view script() { return between(evsim_report_js_begin, evsim_report_js_end); }

#ifdef EVSIM_DYGRAPHS_JS
std::string_view dygraphs_script() {
  return between(evsim_dygraphs_js_begin, evsim_dygraphs_js_end);
}
std::string_view dygraphs_style() {
  return between(evsim_dygraphs_css_begin, evsim_dygraphs_css_end);
}
#else
std::string_view dygraphs_script() { return {}; }
std::string_view dygraphs_style() { return {}; }
#endif

}  // namespace evsim::io::assets
