// Layouts, keys, palette, picker: the window apart from the car, without a window.
#include <filesystem>
#include <fstream>

#include "gui/model/actions.h"
#include "gui/model/palette.h"
#include "sim/base/errors.h"
#include "tests/gui/loaded.h"

namespace evsim::gui {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kPanels{"Parameters", "Signals", "Edits", "Scopes", "Machine map"};

Layout read(std::string_view text) { return read_layout("my.json", text, kPanels); }
std::string refusal(std::string_view text) {
  try {
    read(text);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}
void put(const std::string& file, std::string_view text) { std::ofstream(file) << text; }

// ---- Layouts ------------------------------------------------------------------------------------

TEST(Layout, is_read_as_it_was_written) {
  const char* text =
      R"({"name": "my", "span_s": 5, "scopes": [["body.v", "body.a"], ["battery.u"]],
          "dock": {"columns": [{"share": 0.3, "tabs": ["Signals", "Edits"]},
                               {"share": 0.7, "rows": [{"share": 2, "tabs": ["Scopes"]},
                                                       {"share": 1, "tabs": ["Machine map"]}]}]}})";
  const Layout l = read(text);
  EXPECT_EQ(l.name, "my");
  EXPECT_EQ(l.span, 5.0);
  ASSERT_EQ(l.scopes.size(), 2U);
  EXPECT_EQ(l.scopes[0], (std::vector<std::string>{"body.v", "body.a"}));
  ASSERT_EQ(l.dock.parts.size(), 2U);
  EXPECT_EQ(l.dock.kind, Dock::Kind::columns);
  EXPECT_EQ(l.dock.parts[0].tabs, (std::vector<std::string>{"Signals", "Edits"}));
  EXPECT_EQ(l.dock.parts[1].kind, Dock::Kind::rows);
  EXPECT_EQ(l.dock.parts[1].parts[0].share, 2.0);
  EXPECT_EQ(shown_in(l.dock),
            (std::vector<std::string>{"Signals", "Edits", "Scopes", "Machine map"}));
  EXPECT_EQ(layout_text(read(layout_text(l))), layout_text(l));
}

TEST(Layout, says_where_a_file_is_wrong) {
  EXPECT_NE(refusal(R"({"name": "x"})").find("dock: missing"), std::string::npos);
  const std::string unknown = refusal("{\"dock\":\n {\"tabs\": [\"Scope\"]}}");
  EXPECT_NE(unknown.find("my.json:2"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("no panel \"Scope\"; there are: Parameters"), std::string::npos);
  EXPECT_NE(refusal(R"({"dock": {"tabs": [], "rows": []}})").find("stands there too"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"dock": {"tabs": [3]}})").find("a number"), std::string::npos);
  EXPECT_NE(refusal(R"({"dock": {"tabs": [], "share": 0}})").find("from 0.01 to 100, not 0"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"dock": {"tabs": []}, "span": 3})").find("unknown key"), std::string::npos);
  EXPECT_NE(refusal("{\"dock\": ["), "");
}

// ---- Keys ---------------------------------------------------------------------------------------

TEST(Keys, are_read_as_they_were_written_and_name_actions) {
  Desk desk;
  read_keys(desk, "keys.json", R"({"undo": "Ctrl+U", "step": "F2"})");
  EXPECT_EQ(keys_of(desk, *find_action("undo")), "Ctrl+U");
  EXPECT_EQ(keys_of(desk, *find_action("redo")), "Ctrl+Y");
  Desk again;
  read_keys(again, "keys.json", keys_text(desk));
  EXPECT_EQ(again.keys, desk.keys);
  EXPECT_THROW(read_keys(again, "keys.json", R"({"undone": "F1"})"), InputError);
  EXPECT_THROW(read_keys(again, "keys.json", R"({"undo": 1})"), InputError);
  EXPECT_EQ(again.keys, desk.keys);
}

TEST(Actions, have_names_and_keys_of_their_own) {
  std::set<std::string> ids, keys;
  for (const Action& a : actions()) {
    EXPECT_TRUE(ids.insert(a.id).second) << a.id;
    if (*a.keys != '\0') {
      EXPECT_TRUE(keys.insert(a.keys).second) << a.keys;
    }
  }
}

// ---- Palette ------------------------------------------------------------------------------------

TEST(Palette, prefers_letters_that_follow_each_other_and_begin_words) {
  EXPECT_LT(fit("xyz", "battery.u"), 0);
  EXPECT_GT(fit("bat", "battery.u"), fit("btt", "battery.u"));
  EXPECT_GT(fit("bu", "battery.u"), fit("bt", "battery.u"));  // u begins a word
  EXPECT_GT(fit("tau", "rear.tau"), fit("tau", "rear.tau_em_ref"));
}

TEST(Palette, finds_any_signal_and_parameter_by_a_part_of_its_name) {
  App app(test::throttle(), true);
  const auto first = [&](const std::string& typed) {
    const auto hits = palette_hits(app, typed, 5);
    return hits.empty() ? Hit{} : hits.front();
  };
  EXPECT_EQ(first("rear.i_q").text, "drive_units.rear.i_q");
  EXPECT_EQ(first("chassis.mass").text, "chassis.mass_kg");
  EXPECT_EQ(first("light col").text, "Light colours");
  for (std::size_t i = 0; i < app.signals().size(); ++i) {
    const auto hits = palette_hits(app, app.signals()[i].path, 3);
    EXPECT_TRUE(std::ranges::any_of(hits, [&](const Hit& h) {
      return h.kind == Hit::Kind::signal && h.index == i;
    })) << app.signals()[i].path;
  }
}

TEST(Palette, sets_a_parameter_by_name_and_value) {
  App app(test::throttle(), true);
  const auto hits = palette_hits(app, "chassis.mass = 2100", 5);
  ASSERT_FALSE(hits.empty());
  EXPECT_EQ(hits.front().kind, Hit::Kind::set_parameter);
  choose(app, hits.front());
  app.session().drain();
  EXPECT_EQ(app.session().simulation().vehicle().chassis.mass, 2100.0);
  EXPECT_TRUE(palette_hits(app, "chassis.mass = much", 5).empty());
}

// ---- Car and scenario -----------------------------------------------------------------------------

std::string vehicle_file(const std::string& name) {
  return test::project_file("vehicles/" + name + ".json");
}
// A car of its own, as a file that may be changed.
std::string own_car(const test::Folder& folder, double mass) {
  std::string file = folder.file("own.json");
  put(file, "{\"from\": \"" + vehicle_file("xiaomi_su7") +
                "\",\n \"chassis\": {\"mass_kg\": " + std::to_string(mass) + "}}\n");
  return file;
}
void open(App& app, const std::string& vehicle) {
  io::CaseRequest request = app.request();
  request.vehicle = vehicle;
  app.open(request);
  app.update();
}
double mass(App& app) { return app.session().simulation().vehicle().chassis.mass; }

TEST(Picker, another_car_takes_the_place_of_the_one_that_runs) {
  App app(test::throttle(), true);
  const auto shown = app.scopes.front().signals;
  open(app, vehicle_file("bmw_i4_edrive40"));
  EXPECT_EQ(app.vehicle_name(), "bmw_i4_edrive40");
  EXPECT_EQ(app.scopes.front().signals, shown);
  EXPECT_FALSE(app.parameters().to_be_saved());
  EXPECT_TRUE(std::ranges::find(app.picker.vehicles, vehicle_file("nio_et7_100")) !=
              app.picker.vehicles.end());
}

TEST(Picker, a_car_that_fails_to_load_leaves_the_old_one_driving_and_says_where) {
  const test::Folder folder;
  App app(test::throttle(), true, {.paused = false});
  app.session().advance(0.1);
  open(app, own_car(folder, -5.0));
  EXPECT_EQ(app.vehicle_name(), "xiaomi_su7");
  EXPECT_NE(app.picker.failure.find("own.json:2"), std::string::npos) << app.picker.failure;
  EXPECT_NE(app.picker.failure.find("chassis.mass_kg"), std::string::npos);
  EXPECT_TRUE(app.messages().back().error);
  app.session().advance(0.2);
  EXPECT_GE(app.session().t(), 0.2);
}

TEST(Picker, a_file_that_changes_is_loaded_again_unless_edits_would_be_lost) {
  const test::Folder folder;
  App app(test::throttle(), true);
  open(app, own_car(folder, 2000.0));
  EXPECT_EQ(mass(app), 2000.0);
  const auto frames = [&] {
    for (int i = 0; i < 31; ++i) app.update();
  };
  own_car(folder, 2100.125);
  frames();
  EXPECT_EQ(mass(app), 2100.125);
  app.set_parameter(app.parameters().find("chassis.mu").value(), 0.9);
  app.commit();
  own_car(folder, 2200.5);
  frames();
  EXPECT_EQ(mass(app), 2100.125);
  EXPECT_TRUE(app.picker.changed);
  app.reload();
  ASSERT_TRUE(app.desk.question);
  EXPECT_EQ(mass(app), 2100.125);
  app.desk.question->answers[1].then(app);  // lose them
  app.update();
  EXPECT_EQ(mass(app), 2200.5);
}

TEST(Picker, files_are_told_apart_when_dropped) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.drop(vehicle_file("tesla_model3_rwd"));
  app.update();
  EXPECT_EQ(app.vehicle_name(), "tesla_model3_rwd");
  app.drop(test::project_file("scenarios/tip_in.json"));
  app.update();
  EXPECT_EQ(app.scenario_name(), "tip_in");
  put(folder.file("x.json"), "{\"nothing\": 1}");
  app.drop(folder.file("x.json"));
  EXPECT_NE(app.picker.failure, "");
  app.drop(test::project_file("scenarios/cycles/wltc_class3b.csv"));
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_EQ(app.vehicle_name(), "tesla_model3_rwd");
}

TEST(App, closing_asks_before_edits_are_lost_and_saves_them) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2050.0);
  app.commit();
  app.file_name = "/no_such_folder/x.json";
  app.close();
  ASSERT_TRUE(app.desk.question);
  app.desk.question->answers[0].then(app);  // can't be saved: stays
  EXPECT_FALSE(app.desk.quit);
  app.file_name = folder.file("x.json");
  app.desk.question->answers[0].then(app);
  EXPECT_TRUE(app.desk.quit);
  EXPECT_TRUE(fs::exists(app.file_name));
  EXPECT_FALSE(app.parameters().to_be_saved());
}

TEST(App, a_working_folder_that_is_gone_is_said) {
  const fs::path before = fs::current_path();
  const fs::path gone = fs::temp_directory_path() / "evsim_gui_gone";
  fs::create_directories(gone);
  App app(test::throttle(), true);
  app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2050.0);
  fs::current_path(gone);
  fs::remove(gone);
  EXPECT_FALSE(app.save_vehicle("x.json"));
  app.save_drive("y.json");
  fs::current_path(before);
  ASSERT_GE(app.messages().size(), 2U);
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_TRUE(app.parameters().to_be_saved());
}

TEST(App, a_full_disk_loses_nothing) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.file_name = folder.file("x.json");
  put(app.file_name, "old");
  app.set_parameter(app.parameters().find("chassis.mass_kg").value(), 2050.0);
  app.commit();
  fs::create_symlink("/dev/full", app.file_name + ".part");
  EXPECT_FALSE(app.save_vehicle(app.file_name));
  EXPECT_TRUE(app.messages().back().error);
  EXPECT_EQ(test::text_of(app.file_name), "old");
  EXPECT_TRUE(app.parameters().to_be_saved());
}

TEST(App, settings_are_read_and_wrong_ones_told) {
  const test::Folder folder;
  App app(test::throttle(), true);
  app.desk.panels = {"Parameters",    "Signals", "Edits",   "Messages", "Scopes",   "Machine map",
                     "Current plane", "Battery", "Driving", "Faults",   "Timeline", "Link",
                     "CAN",           "Vehicle", "Energy",  "Results",  "Compare",  "Tables"};
  fs::create_directories(folder.file("layouts"));
  put(folder.file("layouts/mine.json"), R"({"dock": {"tabs": ["Scopes"]}})");
  put(folder.file("layouts/wrong.json"), R"({"dock": {"tabs": ["Scope"]}})");
  put(folder.file("keys.json"), R"({"undo": "F3"})");
  app.read_settings(folder.file("."));
  EXPECT_NE(std::ranges::find(app.desk.layouts, "mine", &Layout::name), app.desk.layouts.end());
  EXPECT_EQ(app.desk.keys.at("undo"), "F3");
  EXPECT_NE(app.messages().back().text.find("wrong.json"), std::string::npos);
}

}  // namespace
}  // namespace evsim::gui
