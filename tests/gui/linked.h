// Controllers outside of the program, for the window's tests: link files, and who answers at the other end.
#pragma once

#include <fstream>
#include <string>

#include "gui/live/linked_case.h"
#include "tests/gui/loaded.h"
#include "tests/link/can_controller.h"
#include "tests/link/socket_controller.h"

namespace evsim::test {

inline void write_text(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

// A vcu behind a socket on a port that is free.
inline std::string socket_link(const Folder& folder) {
  write_text(folder.file("link.json"),
             R"({"vcu": {"at": "tcp://127.0.0.1:0", "timeout_ms": 50, "on_timeout": "zero"}})");
  return folder.file("link.json");
}
// The same on a bus, with the database of tests/link/can_controller.h.
inline std::string can_link(const Folder& folder) {
  write_text(folder.file("vcu.dbc"), link::kVcuDbc);
  write_text(folder.file("link.json"), R"({"vcu": {"can": {
    "at": "slcan-server://127.0.0.1:0", "dbc": "vcu.dbc", "node": "VCU", "asks": "Pedals", "answer": "Torque",
    "inputs": [{"signal": "Pedals.accelerator", "is": "accelerator"}, {"signal": "Pedals.v", "is": "v"},
               {"signal": "Pedals.key", "value": 2}],
    "outputs": [{"signal": "Torque.tau", "is": "tau.rear"}],
    "messages": [{"message": "Torque", "e2e": "1A", "data_id": 291}]}}})");
  return folder.file("link.json");
}
// Where the first one listens: "tcp://127.0.0.1:4815".
inline std::string place_of(const live::LinkedCase& linked) {
  const std::string text = linked.places().front();
  return text.substr(text.rfind(' ') + 1);
}
inline std::string adapter_of(const live::LinkedCase& linked) {
  const std::string at = place_of(linked);
  return "slcan://" + at.substr(at.find("127.0.0.1"));
}

inline constexpr char kPedalHello[] = "role vcu\nname my unit\nin accelerator\nout tau.rear\n";
inline link::SocketController::Then pedal(evsim_link& k) {
  k.output[0] = 200.0 * k.input[0];
  return link::SocketController::Then::answer;
}

}  // namespace evsim::test
