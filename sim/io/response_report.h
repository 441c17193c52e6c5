// The frequency response of a drive unit as files: a folder with
//   response.json   operating point, bandwidths, margins, difference of the two ways
//   current.csv, speed.csv   T and L over frequency, magnitude and phase, by both ways
//   report.html     Bode and Nyquist diagrams; needs nothing else
#pragma once

#include <string>

#include "sim/response/response.h"

namespace evsim::io {

struct ResponseReport {
  std::string vehicle;  // file
  std::string unit;     // drive_units.NAME
  std::string version;  // of evsim
  response::Response response = {};
};

// A figure that does not exist (no crossing) is left out.
std::string response_json(const ResponseReport& report);
std::string response_csv(const response::LoopResponse& loop);
std::string response_html(const ResponseReport& report);

// A margin, a bandwidth and the like, as people read them.
struct ResponseFigure {
  std::string key, name, unit;
  double value;  // infinite or NaN: there is none
};
std::vector<ResponseFigure> response_figures(const response::Axis& axis);

// Writes the folder, whole or not at all. A folder that exists is replaced when it is empty or holds a response,
// else EnvironmentError.
void write_response(const std::string& folder, const ResponseReport& report);
void check_response_folder(const std::string& folder);

}  // namespace evsim::io
