// What was commanded until now, as the simulation tells it, and in words.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gui/live/port.h"

namespace evsim::gui {

using Order = decltype(scenario::Event::command);

class CommandLog {
 public:
  void take(live::Logged entry);
  // Of a picture: what lies behind was forgotten on the way back.
  void know(std::size_t told) { told_ = told; }

  std::span<const live::Logged> all() const {
    return std::span(all_).first(std::min(told_, all_.size()));
  }

 private:
  std::vector<live::Logged> all_;
  std::size_t told_ = 0;
};

// "driver.accelerator held at 0.5"
std::string order_text(const Order& order);

// What an order is about: the row of the timeline in which it stands.
enum class Subject { driving, parameter, signal, fault };
Subject subject(const Order& order);

}  // namespace evsim::gui
