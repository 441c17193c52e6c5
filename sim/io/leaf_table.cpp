// Tables in JSON.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "sim/io/annotations.h"
#include "sim/io/csv.h"
#include "sim/io/key_hint.h"
#include "sim/io/leaf.h"
#include "sim/io/quantity.h"
#include "sim/io/text.h"

namespace evsim::io {
namespace {

constexpr std::array<std::string_view, 6> kBeside{"csv",         "edge",  "scale",
                                                  "description", "notes", "sources"};

Node plain_number(std::string_view name, Dim dim, const Range& range) {
  Node node;
  node.kind = Kind::number;
  node.name = name;
  node.dim = dim;
  node.range = range;
  return node;
}

class TableReader {
 public:
  TableReader(const Node& leaf, void* at, const Written& written, Files& files, Problems& problems)
      : leaf_(leaf), at_(at), written_(written), files_(files), problems_(problems) {}

  void read(const Json& value) {
    const bool unit_in_key = written_.unit != nullptr && !written_.unit->key.empty();
    if (unit_in_key || (written_.unit != nullptr && value.kind == Json::Kind::number))
      return constant(value);
    if (value.is_string()) return csv(value);
    if (value.is_object()) return object(value);
    report(value.line, "",
           "got " + kind_name(value) +
               ", must be the name of a CSV file or an object with axis and values");
  }

 private:
  void report(int line, const std::string& key, const std::string& what) {
    problems_.add({.file = written_.file,
                   .line = line > 0 ? line : written_.line,
                   .path = key.empty() ? written_.path : written_.path + "." + key,
                   .what = what});
    good_ = false;
  }

  // ---- the same value everywhere
  void constant(const Json& value) {
    if (value.kind != Json::Kind::number)
      return report(value.line, "",
                    "got " + kind_name(value) + ", must be a number; a table is given as " +
                        std::string(leaf_.name));
    const double si = reduced(*written_.unit, value.number, leaf_.range);
    const std::string why = refusal(*written_.unit, value.number, si, leaf_.range);
    if (!why.empty()) return report(value.line, "", why);
    const auto ends = [](const Axis& a) {
      const bool given = a.must_cover.min < a.must_cover.max;
      return given ? std::vector{a.must_cover.min, a.must_cover.max} : std::vector{0.0, 1.0};
    };
    if (leaf_.kind == Kind::table1) return store(Grid1{ends(leaf_.x), {si, si}});
    store(Grid2{ends(leaf_.x), ends(leaf_.y), {si, si, si, si}});
  }

  // ---- from a CSV file
  void csv(const Json& value) {
    if (value.text.empty())
      return report(value.line, value.key, "the name of the CSV file is empty");
    const std::string name = resolve(written_.file, value.text);
    const FileText& file = files_.open(name).content;
    if (!file.error.empty() && file.line == 0)
      return report(value.line, "", name + ": " + file.error);
    if (!file.error.empty())
      return problems_.add({.file = name, .line = file.line, .path = {}, .what = file.error});
    if (leaf_.kind == Kind::table1) {
      const Field1 field{leaf_.name, leaf_.dim, leaf_.range, leaf_.doc, leaf_.x};
      if (auto grid = parse_grid({name, file.text}, field, problems_)) store(std::move(*grid));
    } else {
      const Field2 field{leaf_.name, leaf_.dim, leaf_.range, leaf_.doc, leaf_.x, leaf_.y};
      if (auto grid = parse_grid({name, file.text}, field, problems_)) store(std::move(*grid));
    }
  }

  // ---- from an object: {"csv": ...} or the values themselves, either with "edge" and "scale"
  void object(const Json& value) {
    read_edge(value);
    read_scale(value);
    const Json* file = value.find("csv");
    if (file != nullptr && !file->is_string())
      return report(file->line, "csv",
                    "got " + kind_name(*file) + ", must be the name of a CSV file");
    const Node keys = inline_table(leaf_);
    find_lists(value, keys);
    if (file == nullptr) return inline_values(value, keys);
    for (const Json* list : lists_)
      if (list != nullptr)
        report(list->line, list->key, "stands beside a CSV file; keep one of the two");
    if (good_) csv(*file);
  }
  void read_edge(const Json& value) {
    const Json* edge = value.find("edge");
    if (edge == nullptr) return;
    if (edge->is_string() && edge->text == "extrapolate")
      edge_ = Edge::extrapolate;
    else if (!edge->is_string() || edge->text != "hold")
      report(edge->line, "edge", "must be hold or extrapolate");
  }
  void read_scale(const Json& value) {
    const Json* scale = value.find("scale");
    if (scale == nullptr) return;
    if (scale->kind == Json::Kind::number && scale->number > 0)
      scale_ = scale->number;
    else
      report(scale->line, "scale", "must be a number > 0, the factor on all values of the table");
  }
  void find_lists(const Json& value, const Node& keys) {
    for (const Json& item : value.items) {
      if (is_annotation(item.key))
        check_annotation(keys, item, written_.file, written_.path, problems_);
      if (std::ranges::find(kBeside, item.key) != kBeside.end()) continue;
      const Key* key = keys.find_key(item.key);
      if (key == nullptr) {
        report(item.line, item.key, unknown_key(keys, item.key, kBeside).what);
      } else if (lists_[key->member] != nullptr) {
        report(item.line, item.key,
               "given in line " + std::to_string(lists_[key->member]->line) + " as " +
                   lists_[key->member]->key + " already");
      } else {
        lists_[key->member] = &item;
        units_[key->member] = key->unit;
      }
    }
  }

  void inline_values(const Json& value, const Node& keys) {
    for (std::size_t i = 0; i < keys.members.size() && good_; ++i)
      if (lists_[i] == nullptr)
        report(value.line, std::string(keys.members[i].name),
               "missing; must be given as " +
                   keys_in_units(keys.members[i].name, keys.members[i].dim));
    if (!good_) return;
    Grid2 grid;
    grid.x = axis(0, leaf_.x);
    if (leaf_.kind == Kind::table2) grid.y = axis(1, leaf_.y);
    const std::size_t last = keys.members.size() - 1;
    if (leaf_.kind == Kind::table1)
      grid.z = numbers(*lists_[last], last, leaf_.range, grid.x.size());
    else
      grid.z = rows(*lists_[last], grid.x.size(), grid.y.size());
    if (!good_) return;
    if (leaf_.kind == Kind::table1) return store(Grid1{std::move(grid.x), std::move(grid.z)});
    store(std::move(grid));
  }
  std::vector<double> rows(const Json& list, std::size_t count, std::size_t width) {
    std::vector<double> all;
    const std::size_t last = 2;
    if (list.kind != Json::Kind::array || list.items.size() != count) {
      report(list.line, list.key,
             "must be a list of " + std::to_string(count) + " rows, one for each " +
                 std::string(leaf_.x.name));
      return all;
    }
    for (const Json& row : list.items) {
      const std::vector<double> values = numbers(row, last, leaf_.range, width);
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }
  std::vector<double> axis(std::size_t i, const Axis& axis) {
    const Json& list = *lists_[i];
    std::vector<double> knots = numbers(list, i, any_value, 0);
    if (!good_) return knots;
    if (knots.size() < 2) {
      report(list.line, list.key, "a table needs at least 2 values");
      return knots;
    }
    check_increase(list, knots);
    const std::string gap = uncovered(axis, knots.front(), knots.back(), *units_[i]);
    if (good_ && !gap.empty()) report(list.line, list.key, gap);
    return knots;
  }
  void check_increase(const Json& list, const std::vector<double>& knots) {
    for (std::size_t k = 1; k < knots.size() && good_; ++k)
      if (!(knots[k] > knots[k - 1]))
        report(list.items[k].line, list.key,
               format(list.items[k].number) + " after " + format(list.items[k - 1].number) +
                   ": must increase");
  }
  // count 0: any number of them.
  std::vector<double> numbers(const Json& list, std::size_t member, const Range& range,
                              std::size_t count) {
    const std::string& key = lists_[member]->key;
    std::vector<double> values;
    if (list.kind != Json::Kind::array) {
      report(list.line, key, "got " + kind_name(list) + ", must be a list of numbers");
      return values;
    }
    if (count > 0 && list.items.size() != count) {
      report(list.line, key,
             std::to_string(list.items.size()) + " values, must be " + std::to_string(count));
      return values;
    }
    for (const Json& item : list.items) values.push_back(number(item, key, *units_[member], range));
    return values;
  }
  double number(const Json& item, const std::string& key, const Unit& unit, const Range& range) {
    const bool is_number = item.kind == Json::Kind::number;
    const double si = is_number ? reduced(unit, item.number, range) : 0.0;
    if (is_number && std::isfinite(si) && range.contains(si)) return si;
    good_ = false;
    if (!problems_.has_room(written_.file)) {
      problems_.count(written_.file);
    } else if (!is_number) {
      report(item.line, key, "got " + kind_name(item) + ", must be a number");
    } else {
      report(item.line, key, refusal(unit, item.number, si, range));
    }
    return si;
  }

  // Values are checked as written; scaled ones may leave the range again.
  bool scale(std::vector<double>& values) {
    for (double& x : values) {
      x *= scale_;
      if (std::isfinite(x) && leaf_.range.contains(x)) continue;
      const Unit& unit = si_unit(leaf_.dim);
      report(0, "scale", refusal(unit, x, x, leaf_.range) + " " + std::string(unit.text));
      return false;
    }
    return true;
  }
  void store(Grid1 g) {
    if (scale_ != 1.0 && !scale(g.y)) return;
    as<Table1<double>>(at_) =
        Table1<double>(std::make_shared<const Table1Data>(std::move(g.x), std::move(g.y), edge_));
  }
  void store(Grid2 g) {
    if (scale_ != 1.0 && !scale(g.z)) return;
    as<Table2<double>>(at_) = Table2<double>(
        std::make_shared<const Table2Data>(std::move(g.x), std::move(g.y), std::move(g.z), edge_));
  }

  const Node& leaf_;
  void* at_;
  const Written& written_;
  Files& files_;
  Problems& problems_;
  Edge edge_ = Edge::hold;
  double scale_ = 1.0;
  bool good_ = true;
  // Of an inline table: axes, then values.
  std::array<const Json*, 3> lists_{};
  std::array<const Unit*, 3> units_{};
};

}  // namespace

Node inline_table(const Node& leaf) {
  Node object;
  object.members.push_back(plain_number(leaf.x.name, leaf.x.dim, any_value));
  if (leaf.kind == Kind::table2)
    object.members.push_back(plain_number(leaf.y.name, leaf.y.dim, any_value));
  object.members.push_back(plain_number(leaf.name, leaf.dim, leaf.range));
  detail::finish(object);
  return object;
}

void set_table(const Node& leaf, void* at, const Json& value, const Written& written, Files& files,
               Problems& problems) {
  TableReader(leaf, at, written, files, problems).read(value);
}

}  // namespace evsim::io
