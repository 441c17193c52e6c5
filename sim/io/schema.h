// JSON Schema (draft 2020-12) of a described struct's files: editors complete keys, show what they mean
// and mark unknown ones. The reader checks more (files that are named, values that are missing), and
// what it says counts.
#pragma once

#include <string_view>

#include "sim/io/description.h"
#include "sim/io/json_tree.h"

namespace evsim::io {

// title: such as "vehicle". The same text each time: to_text(schema<car::Params<double>>("vehicle")).
Json schema(const Node& root, std::string_view title);
template <class P> Json schema(std::string_view title) { return schema(description<P>(), title); }

}  // namespace evsim::io
