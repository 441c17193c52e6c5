// Figures of runs beside published ones, and whether the errors hold the bounds of their kind.
//   error = ours / published - 1
// Of each car one figure of a kind counts: the first that is scored. Judged are the mean of |error| over
// the cars and the largest.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "sim/io/breakdown.h"
#include "sim/io/published.h"
#include "sim/run/result.h"

namespace evsim::io {

inline constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

// What is said of one error.
enum class Mark {
  none,         // shown only
  ok,           // within what asks for no explanation
  explained,    // larger, and the file says why
  unexplained,  // larger, and it does not
  broken,       // above the largest error allowed
  missing       // the run has no such figure
};
std::string_view name(Mark mark);

struct Comparison {
  std::string car;      // its key
  int number = 0;       // of the car in its file
  std::string label;    // as people call it
  std::string vehicle;  // file
  published::Figure figure;
  std::string path;         // of the figure in its file
  bool counts = false;      // in the mean
  double ours = kNoFigure;  // in the unit of the KPI
  Breakdown consists_of = {};
  std::string remark = {};  // why there is no figure, or which limit failed in its run
  Mark mark = Mark::none;

  double error() const { return ours / figure.value - 1.0; }  // [-]
};

struct KindResult {
  std::string key;
  published::Kind kind;
  std::string unit = {};  // of the KPI, as people write it
  std::vector<Comparison> comparisons = {};
  // Of those that count, by judge():
  int cars = 0;                      // that have a figure
  double mean_error = kNoFigure;     // of |error| [-]
  double largest_error = kNoFigure;  // of |error| [-]
  std::string largest_car = {};      // label of that car
  Verdict mean_verdict = Verdict::none, largest_verdict = Verdict::none;

  Verdict verdict() const;
};

struct Validation {
  std::string file;  // of the published figures
  std::string version;
  std::vector<KindResult> kinds = {};  // with figures, in the file's order
  bool interrupted = false;

  Verdict verdict() const;
};

// What the file asks for, nothing compared yet. cars: names; none: all.
std::vector<KindResult> comparisons(const published::Params& published,
                                    const std::vector<std::string>& cars = {});

// Marks each comparison, and the bounds of the kind. A figure that counts but is missing breaks them.
void judge(KindResult& kind);

std::string validation_json(const Validation& validation);

// A page that needs nothing else.
std::string validation_html(const Validation& validation);

// Writes validation.json and validation.html into the folder, whole or not at all. A folder that exists
// is replaced when it is empty or holds a validation, else EnvironmentError.
void write_validation(const std::string& folder, const Validation& validation);
// Before the runs: throws where write_validation() would refuse the folder as it is now.
void check_validation_folder(const std::string& folder);

}  // namespace evsim::io
