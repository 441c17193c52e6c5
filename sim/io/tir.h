// Tyre property files (.tir) of MF-Tyre and PAC2002: FITTYP 6, 21, 52 (5.2), 61, 62.
//
//   [UNITS]
//   LENGTH = 'meter'                     $ of what has a dimension; coefficients of the formula are per radian
//   [LATERAL_COEFFICIENTS]
//   PCY1 = 1.35                          $ shape factor; a line that begins with ! or $ is a comment
//
// Keys may stand in any section and in any case. Which there are, with range and meaning, says sim/components/
// tyre_coefficients.h. Keys that are not used and tables such as the tread's shape are passed over with a note.
#pragma once

#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/components/tyre_coefficients.h"
#include "sim/io/text.h"

namespace evsim::io {

enum class TyreSide { left, right, symmetric };  // that was measured

struct TyreFile {
  tyre::Params<double> params;
  TyreSide side = TyreSide::left;
  std::vector<Problem> notes;  // what was passed over, by line
};

// Throws InputError with all that is wrong. A symmetric tyre has no coefficients that pull to one side.
TyreFile read_tyre(const std::string& file, const ReadFile& read = read_file);

}  // namespace evsim::io
