// Lays JSON files over a described struct; private to the reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/io/json_tree.h"
#include "sim/io/key_hint.h"
#include "sim/io/reader.h"

namespace evsim::io {

class Loader {
 public:
  explicit Loader(const ReadFile& read) : files_(read) {}

  void load(const Node& root, void* at, const std::string& file);
  // After load: what no file has given but the struct needs.
  void check_missing(const Node& root, void* at);
  // Throws when there was a problem.
  Reading finish();

 private:
  // A place in a file, and the dotted path of the object there.
  struct Place {
    std::string file;
    std::string path;
    bool at_root = false;   // of its file
    bool has_type = false;  // the object chooses an alternative by "type"

    Place inside(std::string_view member) const {
      return {.file = file, .path = (path.empty() ? "" : path + ".") + std::string(member)};
    }
  };

  const Json* document(const std::string& file);
  void lay_file(const Node& node, void* at, const std::string& file, const std::string& path);
  void lay(const Node& node, void* at, const Json& json, const Place& place);
  void lay_object(const Node& node, void* at, const Json& json, const Place& place);
  void lay_member(const Node& object, void* at, const Key& key, const Json& json,
                  const Place& place);
  void lay_variant(const Node& node, void* at, const Json& json, const Place& place);
  void lay_list(const Node& node, void* at, const Json& json, const Place& place);
  void lay_array(const Node& node, void* at, const Json& json, const Place& place);
  bool choose(const Node& node, void* at, const Json& json, const Place& place);
  void inherit(const Node& node, void* at, const Json& json, const Place& place);
  std::string chain_problem(const std::string& file) const;
  void* element(const Node& list, void* at, const Json& item, const Place& place);

  void unknown(const Node& object, const Json& item, const Place& place);
  void report(const Json& json, const Place& place, std::string what);
  void forget(const std::string& path);  // the origins of all below
  void give_up(const Place& place) { unclear_.push_back(place.path); }

  void missing_below(const Node& object, void* at, const std::string& path);
  void missing_member(const Node& member, void* at, const std::string& path);
  void missing_leaf(const Node& leaf, const std::string& path);
  void missing_object(const Node& node, void* at, const std::string& path);
  bool is_unclear(const std::string& path) const;

  Files files_;
  Problems problems_;
  Origins origins_;
  std::map<std::string, std::optional<Json>> documents_;
  std::vector<std::string> open_;     // files whose "from" is being followed
  std::vector<std::string> unclear_;  // objects of which a file could not be understood
  int inherited_ = 0;
};

}  // namespace evsim::io
