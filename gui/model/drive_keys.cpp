#include "gui/model/drive_keys.h"

#include <algorithm>

#include "sim/io/json_tree.h"

namespace evsim::gui {

void bind(DriveKeys& keys, std::size_t action, std::string_view key) {
  for (DriveKey& k : keys.all)
    if (k.key == key) k.key.clear();
  keys.all[action].key = key;
}

std::string keys_text(const DriveKeys& keys) {
  io::Json out = io::Json::object();
  for (const DriveKey& k : keys.all) out.set(k.id, std::string_view(k.key));
  return io::to_text(out);
}

void read_keys(DriveKeys& keys, const std::string& file, std::string_view text) {
  io::Problems problems;
  DriveKeys read = keys;
  const auto json = io::parse_json(file, text, problems);
  if (json)
    for (const io::Json& item : json->items) {
      const auto it =
          std::ranges::find_if(read.all, [&](const DriveKey& k) { return k.id == item.key; });
      if (it == read.all.end())
        problems.add({.file = file, .line = item.line, .path = item.key, .what = "no such action"});
      else if (!item.is_string())
        problems.add({.file = file,
                      .line = item.line,
                      .path = item.key,
                      .what = "must be the name of a key"});
      else
        it->key = item.text;
    }
  problems.raise();
  keys = std::move(read);
}

}  // namespace evsim::gui
