// Keys for readers of a file, allowed in every object and without effect on the simulation:
// "description", "notes": a string; "sources": where figures came from, a string or an object from key
// to string or list of strings. The keys named in sources must be keys of the object, in any unit.
#pragma once

#include <string>
#include <string_view>

#include "sim/io/description.h"
#include "sim/io/json_tree.h"
#include "sim/io/problems.h"

namespace evsim::io {

bool is_annotation(std::string_view key);

// path: of the object that holds the item.
void check_annotation(const Node& object, const Json& item, const std::string& file,
                      const std::string& path, Problems& problems);

}  // namespace evsim::io
