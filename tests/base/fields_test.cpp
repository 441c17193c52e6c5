#include "sim/base/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/base/arguments.h"

namespace evsim {

// A described struct with a member of every kind.
namespace sample {

enum class Axle { front, rear };

template <Scalar T> struct Gear {
  static constexpr std::string_view kType = "gear";
  T ratio = kRequired;
};
template <Scalar T> struct Belt {
  static constexpr std::string_view kType = "belt";
  T length = kRequired;
  T slip = 0.01;
};
template <Scalar T> struct Wheel {
  T radius = kRequired;
  Axle axle = Axle::front;
};
template <Scalar T> struct Car {
  T mass = kRequired;
  int seats = 5;
  bool towing = false;
  Axle driven = Axle::rear;
  std::string maker;
  FileName map;
  std::vector<std::string> sources;
  Table1<T> OCV;
  Table2<T> loss;
  Wheel<T> spare;
  std::variant<Gear<T>, Belt<T>> drive;
  NamedList<Wheel<T>, 3> wheels;
  std::vector<Gear<T>> gears;
};

template <class P, class V> constexpr void describe(P& p, V&& field)
  requires same_template<P, Gear>
{
  field(p.ratio, Field{"ratio", Dim::none, positive, "motor over wheel speed"});
}
template <class P, class V> constexpr void describe(P& p, V&& field)
  requires same_template<P, Belt>
{
  field(p.length, Field{"length", Dim::length, positive, "length"});
  field(p.slip, Field{"slip", Dim::none, fraction, "slip"});
}
template <class P, class V> constexpr void describe(P& p, V&& field)
  requires same_template<P, Wheel>
{
  field(p.radius, Field{"radius", Dim::length, positive, "rolling radius"});
  field(p.axle, Field{.name = "axle", .doc = "where it is"});
}
template <class P, class V> constexpr void describe(P& p, V&& field)
  requires same_template<P, Car>
{
  field(p.mass, Field{"mass", Dim::mass, positive, "kerb mass"});
  field(p.seats, Field{"seats", Dim::none, between(1, 9), "seats"});
  field(p.towing, Field{.name = "towing", .doc = "has a hook"});
  field(p.driven, Field{.name = "driven", .doc = "driven axle"});
  field(p.maker, Field{.name = "maker", .doc = "who made it"});
  field(p.map, Field{.name = "map", .doc = "a file"});
  field(p.sources, Field{.name = "sources", .doc = "where figures come from"});
  field(p.OCV, Field1{"OCV", Dim::voltage, positive, "open-circuit voltage", {"SOC", Dim::none}});
  field(p.loss, Field2{"loss",
                       Dim::power,
                       not_negative,
                       "loss",
                       {"omega", Dim::angular_speed},
                       {"tau", Dim::torque}});
  field(p.spare, Group{"spare", "spare wheel"});
  field(p.drive, Group{"drive", "what turns the wheels"});
  field(p.wheels, Group{"wheels", "wheels by name"});
  field(p.gears, Group{"gears", "gears from the lowest"});
}

}  // namespace sample

namespace {

using sample::Axle;
using sample::Belt;
using sample::Car;
using sample::Gear;

Car<double> car(double mass = 1500.0) {
  Car<double> c;
  c.mass = mass;
  c.maker = "A";
  c.map.path = "map.csv";
  c.sources = {"book", "bench"};
  c.OCV =
      Table1<double>(std::make_shared<Table1Data>(std::vector{0.0, 1.0}, std::vector{3.0, mass}));
  c.loss = Table2<double>(std::make_shared<Table2Data>(std::vector{0.0, 1.0}, std::vector{0.0, 1.0},
                                                       std::vector{0.0, 1.0, 2.0, mass}));
  c.spare.radius = 0.3;
  c.drive = Gear<double>{.ratio = mass / 100.0};
  c.wheels.add("left");
  c.wheels.add("right");
  c.wheels[0] = {.radius = 0.31, .axle = Axle::front};
  c.wheels[1] = {.radius = mass / 1e4, .axle = Axle::rear};
  c.gears = {{.ratio = 4.0}, {.ratio = 2.0}};
  return c;
}

std::vector<std::string> paths_of(const Car<double>& c, const std::string& root = {}) {
  std::vector<std::string> paths;
  walk(
      c, [&](const auto&, const std::string& path, const auto&) { paths.push_back(path); }, root);
  return paths;
}

std::array<Car<double>, 4> four_cars() {
  return {car(1000.0), car(2000.0), car(3000.0), car(4000.0)};
}
Car<Pack> packed(const std::array<Car<double>, 4>& cars) {
  return over<Car, Pack>(std::span<const Car<double>>(cars));
}

TEST(Fields, a_walk_meets_every_leaf_in_order_with_its_path) {
  const std::vector<std::string> expected{"mass",
                                          "seats",
                                          "towing",
                                          "driven",
                                          "maker",
                                          "map",
                                          "sources",
                                          "OCV",
                                          "loss",
                                          "spare.radius",
                                          "spare.axle",
                                          "drive.ratio",
                                          "wheels.left.radius",
                                          "wheels.left.axle",
                                          "wheels.right.radius",
                                          "wheels.right.axle",
                                          "gears.0.ratio",
                                          "gears.1.ratio"};
  EXPECT_EQ(paths_of(car()), expected);
  EXPECT_EQ(paths_of(car(), "vehicle")[9], "vehicle.spare.radius");
}

TEST(Fields, a_walk_follows_the_alternative_that_a_variant_holds) {
  Car<double> c = car();
  c.drive = Belt<double>{.length = 2.0};
  const auto paths = paths_of(c);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "drive.ratio"), 0);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "drive.length"), 1);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "drive.slip"), 1);
}

TEST(Fields, a_walk_may_write_and_sees_each_description) {
  Car<double> c = car();
  std::map<std::string, Dim> dims;
  walk(c, [&](auto& x, const std::string& path, const auto& f) {
    if constexpr (requires { f.dim; }) dims[path] = f.dim;
    if constexpr (std::is_same_v<decltype(x), double&>) x *= 2.0;
  });
  EXPECT_EQ(c.mass, 3000.0);
  EXPECT_EQ(c.wheels[0].radius, 0.62);
  EXPECT_EQ(std::get<Gear<double>>(c.drive).ratio, 30.0);
  EXPECT_EQ(dims["mass"], Dim::mass);
  EXPECT_EQ(dims["OCV"], Dim::voltage);
  EXPECT_EQ(dims["wheels.right.radius"], Dim::length);
}

TEST(Fields, one_variant_fills_all_lanes) {
  const Car<Pack> c = over<Car, Pack>(car());
  for (int k = 0; k < kLanes; ++k) {
    EXPECT_EQ(lane(c.mass, k), 1500.0);
    EXPECT_EQ(lane(c.wheels[1].radius, k), 0.15);
    EXPECT_EQ(lane(c.OCV(Pack(1.0)), k), 1500.0);
  }
  EXPECT_EQ(c.seats, 5);
  EXPECT_FALSE(c.towing);
  EXPECT_EQ(c.driven, Axle::rear);
  EXPECT_EQ(c.maker, "A");
  EXPECT_EQ(c.map.path, "map.csv");
  EXPECT_EQ(c.sources, (std::vector<std::string>{"book", "bench"}));
  EXPECT_EQ(c.wheels.size(), 2);
  EXPECT_EQ(c.wheels.name(1), "right");
  EXPECT_EQ(c.gears.size(), 2u);
}

TEST(Fields, each_lane_may_have_a_variant_of_its_own) {
  const Car<Pack> c = packed(four_cars());
  for (int k = 0; k < kLanes; ++k) {
    const double mass = 1000.0 * (k + 1);
    EXPECT_EQ(lane(c.mass, k), mass);
    EXPECT_EQ(lane(std::get<Gear<Pack>>(c.drive).ratio, k), mass / 100.0);
    EXPECT_EQ(lane(c.wheels[1].radius, k), mass / 1e4);
    EXPECT_EQ(lane(c.OCV(Pack(1.0)), k), mass);
    EXPECT_EQ(lane(c.loss(Pack(1.0), Pack(1.0)), k), mass);
  }
}

TEST(Fields, over_a_dual_all_values_are_constants) {
  const auto c = over<Car, Dual<3>>(car());
  EXPECT_EQ(c.mass.v, 1500.0);
  EXPECT_EQ(c.mass.d, (std::array{0.0, 0.0, 0.0}));
  EXPECT_EQ(c.gears[0].ratio.v, 4.0);
  EXPECT_EQ(c.OCV(Dual<3>(1.0)).v, 1500.0);
}

TEST(Fields, over_double_is_a_copy) {
  const Car<double> a = car(), b = over<Car, double>(a);
  EXPECT_EQ(collect(a).numbers, collect(b).numbers);
  EXPECT_EQ(collect(a).counts, collect(b).counts);
  EXPECT_EQ(collect(a).names, collect(b).names);
}

TEST(Fields, lanes_that_differ_in_more_than_numbers_are_refused) {
  const auto refused = [](auto change) {
    auto cars = four_cars();
    change(cars[2]);
    EXPECT_THROW(packed(cars), std::invalid_argument);
  };
  refused([](auto& c) { c.seats = 4; });
  refused([](auto& c) { c.towing = true; });
  refused([](auto& c) { c.driven = Axle::front; });
  refused([](auto& c) { c.drive = Belt<double>{.length = 1.0}; });
  refused([](auto& c) { c.wheels.add("third"); });
  refused([](auto& c) { c.wheels.names[0] = "other"; });
  refused([](auto& c) { c.gears.pop_back(); });
  refused([](auto& c) { c.OCV = {}; });
  refused([](auto& c) { c.loss = {}; });
}

TEST(Fields, any_other_number_of_variants_than_one_or_one_a_lane_is_refused) {
  const auto cars = four_cars();
  const std::span<const Car<double>> all(cars);
  for (const std::size_t n : {0u, 2u, 3u})
    EXPECT_THROW((over<Car, Pack>(all.first(n))), std::invalid_argument) << n;
  EXPECT_THROW((over<Car, double>(all)), std::invalid_argument);
}

TEST(Fields, ranges_know_their_open_ends) {
  EXPECT_FALSE(positive.contains(0.0));
  EXPECT_TRUE(not_negative.contains(0.0) && fraction.contains(1.0) &&
              positive_fraction.contains(1.0));
  EXPECT_FALSE(positive_fraction.contains(0.0) || fraction.contains(1.01) ||
               between(1, 2).contains(0.5));
  EXPECT_TRUE(any_value.contains(-kInfinity));
  EXPECT_FALSE(any_value.contains(kRequired));  // NaN is no value
}

TEST(Fields, a_named_list_takes_no_more_than_it_can_hold) {
  NamedList<double, 2> list;
  EXPECT_TRUE(list.add("a") && list.add("b"));
  EXPECT_FALSE(list.add("c"));
  EXPECT_EQ(list.size(), 2);
  EXPECT_EQ(list.name(1), "b");
}

}  // namespace
}  // namespace evsim
