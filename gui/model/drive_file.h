// A drive as a scenario: the one that was loaded with all that was commanded until now as its timeline. It replays to the same
// bits.
#pragma once

#include <span>
#include <string>

#include "gui/model/command_log.h"
#include "sim/io/case.h"

namespace evsim::gui {

struct Drive {
  const io::CaseRequest* request;
  const scenario::Params* scenario;  // as it was loaded
  std::span<const live::Logged> log;
  double t;         // until which it went [s]
  double duration;  // of the scenario [s]
};
// The instant at which the saved scenario ends: the next one of recording [s].
double drive_end(const Drive& drive);

// beside: the file's name, to which others are relative. Throws InputError where the command line has changed the
// scenario so that a file can't say it.
std::string drive_text(const Drive& drive, const std::string& beside);

}  // namespace evsim::gui
