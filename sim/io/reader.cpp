#include "sim/io/reader.h"

#include "sim/io/loader.h"

namespace evsim::io {

Reading read_into(const Node& root, void* at, const std::string& file, const ReadFile& read) {
  Loader loader(read);
  loader.load(root, at, file);
  loader.check_missing(root, at);
  return loader.finish();
}

}  // namespace evsim::io
