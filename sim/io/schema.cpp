#include "sim/io/schema.h"

#include <cmath>

#include "sim/io/leaf.h"
#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

constexpr std::string_view kNamePattern = "^[A-Za-z][A-Za-z0-9_]*$";

Json of_type(std::string_view type) {
  Json s = Json::object();
  s.set("type", type);
  return s;
}

Json texts(const std::vector<std::string_view>& words) {
  Json list = Json::array();
  for (const std::string_view w : words) list.items.push_back(Json::from(w));
  return list;
}

Json either(std::vector<Json> schemas) {
  Json s = Json::object();
  Json& list = s.set("anyOf", Json::array());
  list.items = std::move(schemas);
  return s;
}

Json list_of(Json items) {
  Json s = of_type("array");
  s.set("items", std::move(items));
  return s;
}

// The default as text, or "" where there is none to tell.
std::string default_text(const Node& leaf, const Unit& unit) {
  if (leaf.is_table() || is_required(leaf)) return {};
  switch (leaf.kind) {
    case Kind::number: {
      const double x = as<double>(leaf.defaults);
      return std::isinf(x) ? std::string(kUnlimited) : format(shown_in(unit, x));
    }
    case Kind::integer: return std::to_string(as<int>(leaf.defaults));
    case Kind::boolean: return as<bool>(leaf.defaults) ? "true" : "false";
    case Kind::choice:
      return std::string(leaf.choices[static_cast<std::size_t>(leaf.access.index(leaf.defaults))]);
    default: return {};
  }
}

// "rotor inertia [kg m2], > 0; default 0.02"
void describe_leaf(Json& s, const Node& leaf, const Unit& unit) {
  std::string text(leaf.doc);
  const bool has_unit = leaf.kind == Kind::number || leaf.is_table();
  if (has_unit) text += " [" + std::string(unit.text) + "]";
  if (const std::string range = allowed(leaf.range, unit); !range.empty()) text += ", " + range;
  const std::string value = leaf.defaults == nullptr ? "" : default_text(leaf, unit);
  if (!value.empty()) text += "; default " + value;
  if (!text.empty()) s.set("description", std::string_view(text));
}

// The bounds in the unit of the key.
void set_range(Json& s, const Range& range, const Unit& unit) {
  if (std::isfinite(range.min))
    s.set(range.open_min ? "exclusiveMinimum" : "minimum", bound_in(unit, range.min));
  if (std::isfinite(range.max))
    s.set(range.open_max ? "exclusiveMaximum" : "maximum", bound_in(unit, range.max));
}

Json number_schema(const Node& leaf, const Unit& unit, std::string_view type) {
  Json s = of_type(type);
  describe_leaf(s, leaf, unit);
  set_range(s, leaf.range, unit);
  return s;
}

// What a member's value must be, under a key of this unit (nullptr: none).
class SchemaMaker {
 public:
  Json root(const Node& node, std::string_view title) {
    Json s = Json::object();
    s.set("$schema", "https://json-schema.org/draft/2020-12/schema");
    s.set("title", title);
    Json body = container(node);
    const std::string about =
        "Each quantity stands under its name and a unit, in one unit only. Nothing is listed as "
        "required, "
        "because a file may inherit by \"from\": the program says what is missing.";
    s.set("description", std::string_view(about));
    add_root_keys(body, node.kind == Kind::variant);
    for (Json& item : body.items) s.items.push_back(std::move(item));  // with their keys
    return s;
  }

 private:
  // "name" and "$schema" stand at the root of files only.
  static void add_root_keys(Json& body, bool is_variant) {
    Json* objects = is_variant ? member(body, "anyOf") : nullptr;
    const auto add = [](Json& object) {
      Json* properties = member(object, "properties");
      if (properties == nullptr) return;
      for (const std::string_view key : {"$schema", "name"})
        if (properties->find(key) == nullptr) properties->set(key, of_type("string"));
    };
    if (objects == nullptr) return add(body);
    for (Json& alternative : objects->items) add(alternative);
  }
  static Json* member(Json& object, std::string_view key) {
    return const_cast<Json*>(object.find(key));
  }

  static Json container(const Node& node) {
    Json s = node.kind == Kind::variant ? variant(node)
             : node.kind == Kind::list  ? named_list(node)
             : node.kind == Kind::array ? list_of(container(node.members[0]))
                                        : object(node);
    if (!node.doc.empty()) s.set("description", node.doc);
    return s;
  }

  static void add_annotations(Json& properties) {
    Json from = of_type("string");
    from.set("description", "another JSON file whose values hold where this object says nothing");
    properties.set("from", std::move(from));
    properties.set("description", of_type("string"));
    properties.set("notes", of_type("string"));
    Json sources = Json::object();
    sources.set("type", texts({"string", "object"}));
    sources.set("description", "where the figures come from: from key to source");
    Json& each = sources.set("additionalProperties", Json::object());
    each.set("type", texts({"string", "array"}));
    each.set("items", of_type("string"));
    properties.set("sources", std::move(sources));
  }

  static Json object(const Node& node, std::string_view type = {}) {
    Json s = of_type("object");
    Json properties = Json::object();
    if (!type.empty()) properties.set("type", Json::object()).set("const", type);
    Json one_unit = Json::array();
    for (std::size_t i = 0; i < node.members.size(); ++i) add_member(node, i, properties, one_unit);
    add_annotations(properties);
    s.set("properties", std::move(properties));
    s.set("additionalProperties", false);
    if (!one_unit.items.empty()) s.set("allOf", std::move(one_unit));
    return s;
  }

  static void add_member(const Node& node, std::size_t index, Json& properties, Json& one_unit) {
    const Node& m = node.members[index];
    std::vector<std::string> keys;
    if (node.find_key(m.name) != nullptr && node.find_key(m.name)->unit == nullptr)
      keys.emplace_back(m.name);
    if (m.kind == Kind::number || m.is_table())
      for (const Unit* u : units_of(m.dim)) keys.push_back(key_in(m.name, *u));
    for (const std::string& key : keys) properties.set(key, value(m, node.find_key(key)->unit));
    if (keys.size() > 1) one_unit.items.push_back(at_most_one(m, keys));
  }

  // Of these keys no two together. "errorMessage" is what editors show.
  static Json at_most_one(const Node& m, const std::vector<std::string>& keys) {
    Json s = Json::object();
    std::vector<Json> pairs;
    for (std::size_t i = 0; i < keys.size(); ++i)
      for (std::size_t j = i + 1; j < keys.size(); ++j) {
        Json pair = Json::object();
        pair.set("required", texts({keys[i], keys[j]}));
        pairs.push_back(std::move(pair));
      }
    s.set("not", either(std::move(pairs)));
    s.set("errorMessage", std::string_view("give " + std::string(m.name) + " once, in one unit"));
    return s;
  }

  static Json value(const Node& m, const Unit* unit) {
    if (m.is_container()) return container(m);
    if (m.is_table()) return table_value(m, unit);
    switch (m.kind) {
      case Kind::number: return number(m, *unit);
      case Kind::integer: return number_schema(m, si_unit(Dim::none), "integer");
      case Kind::boolean: return described(of_type("boolean"), m);
      case Kind::choice: return choice(m);
      case Kind::texts: return described(list_of(of_type("string")), m);
      default: return described(of_type("string"), m);
    }
  }
  static Json number(const Node& m, const Unit& unit) {
    Json s = number_schema(m, unit, "number");
    if (!may_be_unlimited(m)) return s;
    Json word = Json::object();
    word.set("const", kUnlimited);
    Json out = either({std::move(s), std::move(word)});
    describe_leaf(out, m, unit);
    return out;
  }
  static Json described(Json s, const Node& m) {
    describe_leaf(s, m, si_unit(Dim::none));
    return s;
  }
  static Json choice(const Node& m) {
    Json s = Json::object();
    s.set("enum", texts({m.choices.begin(), m.choices.end()}));
    return described(std::move(s), m);
  }

  // ---- tables: bare name: CSV file or object; with unit: one number for all places. Without
  // dimension both stand under the bare name.
  static Json table_value(const Node& m, const Unit* unit) {
    if (unit != nullptr && !unit->key.empty()) return number_schema(m, *unit, "number");
    Json file = of_type("string");
    file.set("description", std::string_view(std::string(m.doc) + ": a CSV file"));
    std::vector<Json> forms{std::move(file), table_object(m)};
    if (unit != nullptr) forms.push_back(number_schema(m, *unit, "number"));
    Json s = either(std::move(forms));
    s.set("description", m.doc);
    return s;
  }
  static Json table_object(const Node& m) {
    const Node keys = inline_table(m);
    Json properties = Json::object();
    for (const Node& list : keys.members) {
      const bool is_rows = m.kind == Kind::table2 && &list == &keys.members.back();
      for (const Unit* u : units_of(list.dim)) {
        Json values = list_of(is_rows ? list_of(element(list, *u)) : element(list, *u));
        describe_leaf(values, list, *u);
        properties.set(key_in(list.name, *u), std::move(values));
      }
    }
    properties.set("csv", of_type("string"));
    Json& scale = properties.set("scale", of_type("number"));
    scale.set("exclusiveMinimum", 0.0);
    scale.set("description", "factor on all values");
    properties.set("edge", Json::object()).set("enum", texts({"hold", "extrapolate"}));
    add_annotations(properties);
    std::erase_if(properties.items, [](const Json& p) { return p.key == "from"; });
    Json s = of_type("object");
    s.set("properties", std::move(properties));
    s.set("additionalProperties", false);
    return s;
  }
  static Json element(const Node& list, const Unit& unit) {
    Json s = of_type("number");
    set_range(s, list.range, unit);
    return s;
  }

  // ---- variants: anyOf, not oneOf: an object that inherits its "type" may fit several
  static Json variant(const Node& node) {
    std::vector<Json> alternatives;
    for (const Node& a : node.members) {
      Json s = object(a, a.name);
      if (!a.doc.empty()) s.set("description", a.doc);
      alternatives.push_back(std::move(s));
    }
    return either(std::move(alternatives));
  }

  static Json named_list(const Node& node) {
    Json s = of_type("object");
    Json properties = Json::object();
    add_annotations(properties);
    s.set("properties", std::move(properties));
    s.set("propertyNames", Json::object()).set("pattern", kNamePattern);
    s.set("additionalProperties", container(node.members[0]));
    return s;
  }
};

}  // namespace

Json schema(const Node& root, std::string_view title) { return SchemaMaker().root(root, title); }

}  // namespace evsim::io
