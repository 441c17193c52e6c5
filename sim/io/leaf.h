// One JSON value into one described member: number, int, bool, choice, text or table, in SI.
#pragma once

#include <string>

#include "sim/io/description.h"
#include "sim/io/files.h"
#include "sim/io/json_tree.h"
#include "sim/io/problems.h"

namespace evsim::io {

// Where the value was written.
struct Written {
  std::string file;
  int line = 0;
  std::string path;            // as written: drive_units.rear.machine.L_q_uH
  const Unit* unit = nullptr;  // of the key
};

// Keeps the member as it was when the value can't be used; problems says why.
void set_leaf(const Node& leaf, void* at, const Json& value, const Written& written, Files& files,
              Problems& problems);

// The same for tables, from a CSV file's name, an inline object or one number for all places.
void set_table(const Node& leaf, void* at, const Json& value, const Written& written, Files& files,
               Problems& problems);

// An object with the table's axes and values as its members: its keys are what an inline table may hold.
Node inline_table(const Node& leaf);

}  // namespace evsim::io
