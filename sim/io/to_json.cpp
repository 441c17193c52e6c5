// A described struct as JSON.
#include <cmath>
#include <span>

#include "sim/io/parameters.h"
#include "sim/io/quantity.h"

namespace evsim::io {
namespace {

struct InUnit {
  const Unit* unit;
  double value;
};

// Exactly this value in one of the units, the SI unit at last.
InUnit exact(double si, const Unit* wanted, const Node& leaf) {
  for (const Unit* unit : {wanted, &display_unit(leaf.dim)})
    if (unit != nullptr)
      if (const auto value = exact_in(*unit, si, leaf.range)) return {unit, *value};
  return {&si_unit(leaf.dim), si};
}

// All of a list exactly in one unit.
struct ListInUnit {
  const Unit* unit;
  std::vector<double> values;
};
ListInUnit exact(const std::vector<double>& si, Dim dim, const Range& range) {
  ListInUnit out{&display_unit(dim), {}};
  for (const double x : si) {
    const auto value = exact_in(*out.unit, x, range);
    if (!value) return {&si_unit(dim), si};
    out.values.push_back(*value);
  }
  return out;
}

Json numbers(std::span<const double> values) {
  Json list = Json::array();
  for (const double x : values) list.items.push_back(Json::from(x));
  return list;
}

void set_list(Json& table, std::string_view name, Dim dim, const Range& range,
              const std::vector<double>& si) {
  const ListInUnit list = exact(si, dim, range);
  table.set(key_in(name, *list.unit), numbers(list.values));
}
void set_axis(Json& table, const Axis& axis, const TableAxis& knots) {
  set_list(table, axis.name, axis.dim, any_value, knots.knots());
}

void set_edge(Json& table, Edge edge) {
  if (edge == Edge::extrapolate) table.set("edge", "extrapolate");
}

Json table_json(const Node& leaf, const Table1Data& data) {
  Json table = Json::object();
  set_axis(table, leaf.x, data.axis());
  set_list(table, leaf.name, leaf.dim, leaf.range, data.values());
  set_edge(table, data.edge());
  return table;
}

Json table_json(const Node& leaf, const Table2Data& data) {
  Json table = Json::object();
  set_axis(table, leaf.x, data.x());
  set_axis(table, leaf.y, data.y());
  const ListInUnit list = exact(data.values(), leaf.dim, leaf.range);
  const std::size_t width = data.y().knots().size();
  Json rows = Json::array();
  for (std::size_t i = 0; i < list.values.size(); i += width)
    rows.items.push_back(numbers(std::span(list.values).subspan(i, width)));
  table.set(key_in(leaf.name, *list.unit), std::move(rows));
  set_edge(table, data.edge());
  return table;
}

class JsonMaker {
 public:
  explicit JsonMaker(const Origins& origins) : origins_(origins) {}

  Json object(const Node& node, void* at, const std::string& path) {
    Json out = Json::object();
    if (node.kind == Kind::list) {
      for (int i = 0; i < node.access.index(at); ++i) {
        const std::string& name = node.access.name(at, i);
        out.set(name, object(node.members[0], node.access.element(at, i), join(path, name)));
      }
      return out;
    }
    const Part part = body(node, at);
    if (node.kind == Kind::variant) out.set("type", part.node->name);
    for (const Node& m : part.node->members)
      member(out, m, member_at(m, part.at), join(path, m.name));
    return out;
  }

 private:
  static std::string join(const std::string& path, std::string_view name) {
    return (path.empty() ? "" : path + ".") + std::string(name);
  }

  Json array(const Node& node, void* at, const std::string& path) {
    Json out = Json::array();
    for (int i = 0; i < node.access.index(at); ++i)
      out.items.push_back(
          object(node.members[0], node.access.element(at, i), join(path, std::to_string(i))));
    return out;
  }

  void member(Json& out, const Node& node, void* at, const std::string& path) {
    if (node.kind == Kind::array) {
      out.set(node.name, array(node, at, path));
    } else if (node.is_container()) {
      out.set(node.name, object(node, at, path));
    } else if (!is_missing(node, at)) {
      leaf(out, node, at, path);
    }
  }

  void number(Json& out, const Node& node, double si, const std::string& path) {
    if (si == kInfinity && node.range.unlimited) out.set(node.name, kUnlimited);
    if (!std::isfinite(si)) return;
    const auto origin = origins_.find(path);
    const InUnit in = exact(si, origin == origins_.end() ? nullptr : origin->second.unit, node);
    out.set(key_in(node.name, *in.unit), in.value);
  }

  void leaf(Json& out, const Node& node, const void* at, const std::string& path) {
    switch (node.kind) {
      case Kind::number: return number(out, node, as<double>(at), path);
      case Kind::integer: out.set(node.name, static_cast<double>(as<int>(at))); break;
      case Kind::boolean: out.set(node.name, as<bool>(at)); break;
      case Kind::choice:
        out.set(node.name, node.choices[static_cast<std::size_t>(node.access.index(at))]);
        break;
      case Kind::text: out.set(node.name, std::string_view(as<std::string>(at))); break;
      case Kind::file: file(out, node, as<FileName>(at)); break;
      case Kind::texts: texts(out, node, as<std::vector<std::string>>(at)); break;
      case Kind::table1:
        if (const auto& table = as<Table1<double>>(at); !table.empty())
          out.set(node.name, table_json(node, *table.data()));
        break;
      case Kind::table2:
        out.set(node.name, table_json(node, *as<Table2<double>>(at).data()));
        break;
      default: break;
    }
  }
  static void file(Json& out, const Node& node, const FileName& name) {
    if (!name.path.empty()) out.set(node.name, std::string_view(name.path));
  }
  static void texts(Json& out, const Node& node, const std::vector<std::string>& all) {
    Json& list = out.set(node.name, Json::array());
    for (const std::string& t : all) list.items.push_back(Json::from(t));
  }

  const Origins& origins_;
};

}  // namespace

Json to_json(const Node& root, const void* at, const Origins& origins) {
  // Nothing is written through the pointer.
  return JsonMaker(origins).object(root, const_cast<void*>(at), "");
}

}  // namespace evsim::io
