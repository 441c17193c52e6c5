// CAN databases on the command line: reading them, the text of a message's signals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/link/dbc.h"

namespace evsim::cli {

// Throws InputError.
can::Database read_database(const std::string& file);
const can::Message& message_of(const can::Database& db, const std::string& name,
                               const std::string& file);

// "Torque(tau: 120.5 Nm, gear: Drive)"; "" for a frame that the database does not have.
std::string signals_text(const can::Database& db, const can::Frame& f);

// The frame of a message with signals as NAME=VALUE, the value physical or a word of its value table. Throws InputError.
can::Frame frame_of(const can::Message& m, const std::vector<std::string>& signals);

// All messages, or one; a table or JSON.
std::string database_text(const can::Database& db, const can::Message* only);
std::string database_json(const can::Database& db, const can::Message* only);

}  // namespace evsim::cli
