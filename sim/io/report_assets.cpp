#include "sim/io/report_assets.h"

#include "sim/io/embed.h"

#if __has_include("evsim_dygraphs.h")
#include "evsim_dygraphs.h"  // by sim/io/report/CMakeLists.txt: EVSIM_DYGRAPHS_JS, EVSIM_DYGRAPHS_CSS
#endif

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
std::string_view style() { return EVSIM_EMBEDDED(evsim_report_css); }
std::string_view validation_style() { return EVSIM_EMBEDDED(evsim_validation_css); }
std::string_view unit_map_style() { return EVSIM_EMBEDDED(evsim_unit_map_css); }
std::string_view response_style() { return EVSIM_EMBEDDED(evsim_response_css); }
std::string_view script() { return EVSIM_EMBEDDED(evsim_report_js); }

#ifdef EVSIM_DYGRAPHS_JS
std::string_view dygraphs_script() { return EVSIM_EMBEDDED(evsim_dygraphs_js); }
std::string_view dygraphs_style() { return EVSIM_EMBEDDED(evsim_dygraphs_css); }
#else
std::string_view dygraphs_script() { return {}; }
std::string_view dygraphs_style() { return {}; }
#endif

}  // namespace evsim::io::assets
