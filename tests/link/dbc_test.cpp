#include "sim/link/dbc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::can {
namespace {

// Every statement that is read, most of those that are passed over.
const std::string kNetwork = R"(VERSION "1.2"

NS_ :
	NS_DESC_
	CM_
	BA_DEF_
	SG_MUL_VAL_

BS_: 500000 : 1,2

BU_: VCU Inverter
	BMS

VAL_TABLE_ Gears 3 "R" 2 "N" 1.0 "D" ;

BO_ 257 Torque: 8 VCU
 SG_ tau : 0|16@1- (0.1,-3) [-400|400.5] "Nm"  Inverter,BMS
 SG_ gear : 16|3@1+ (1,0) [0|0] "" Inverter BMS
 SG_ speed : 31|12@0+ (5E-1,+2) [0|1e3] "1/min" Vector__XXX

BO_ 2566834709 Cells: 24 Vector__XXX // CAN FD
 SG_ page M : 0|8@1+ (1,0) [0|255] "" VCU
 SG_ u_1 m0 : 8|32@1- (1,0) [0|5] "V" VCU
 SG_ u_2 m1 : 8|64@1- (1,0) [0|5] "V" VCU

BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX
 SG_ unused : 0|8@1+ (1,0) [0|0] "" Vector__XXX

BO_ 512 Mixed: 8 BMS
 SG_ outer M : 7|8@0+ (1,0) [0|255] "" VCU
 SG_ inner m0M : 15|8@0+ (1,0) [0|255] "" VCU
 SG_ a m0 : 23|8@0+ (1,0) [0|255] "" VCU
 SG_ b m7 : 23|8@0- (1,0) [0|255] "" VCU

BO_TX_BU_ 512 : BMS,VCU;
EV_ Env: 0 [0|1] "" 0 2 DUMMY_NODE_VECTOR0 Vector__XXX;
CM_ "a comment; with \"quotes\",
BO_ 1 of two lines";
CM_ SG_ 257 tau "torque";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ BO_ "GenMsgStartDelayTime" FLOAT 0 1000;
BA_DEF_ SG_ "GenSigStartValue" FLOAT -1e9 1e9;
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","StandardCAN_FD","ExtendedCAN_FD";
BA_DEF_ BO_ "CANFD_BRS" ENUM "0","1";
BA_DEF_ SG_ "SystemSignalLongSymbol" STRING ;
BA_DEF_DEF_ "GenMsgCycleTime" 100;
BA_DEF_DEF_ "GenMsgStartDelayTime" 0;
BA_DEF_DEF_ "GenSigStartValue" 0;
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_DEF_DEF_ "CANFD_BRS" "1";
BA_ "BusType" "CAN FD";
BA_ "GenMsgCycleTime" BO_ 257 10;
BA_ "GenMsgCycleTime" BO_ 512 0;
BA_ "GenMsgStartDelayTime" BO_ 257 2.5;
BA_ "VFrameFormat" BO_ 2566834709 3;
BA_ "CANFD_BRS" BO_ 2566834709 0;
BA_ "GenSigStartValue" SG_ 257 tau -20;
BA_ "GenSigStartValue" SG_ 2566834709 u_1 1.5;
BA_ "SystemSignalLongSymbol" SG_ 257 speed "speed_of_the_machine_at_its_shaft";
VAL_ 257 gear 3 "R" 2 "N" 1 "D" 0 "" ;
VAL_ Env 0 "off" ;
SIG_VALTYPE_ 2566834709 u_1 : 1;
SIG_VALTYPE_ 2566834709 u_2 : 2;
SG_MUL_VAL_ 512 inner outer 0-0;
SG_MUL_VAL_ 512 a inner 1-3, 9-9;
SG_MUL_VAL_ 512 b outer 7-7, 10 - 20;
NEW_SECTION_ 1 "of a later version" ;
)";

Database network() { return read_database("a.dbc", kNetwork); }

std::vector<std::string> notes(const Database& d) {
  std::vector<std::string> all;
  for (const Problem& n : d.notes) all.push_back(to_string(n));
  return all;
}

TEST(Dbc, nodes_messages_and_their_senders) {
  const Database d = network();
  EXPECT_EQ(d.version, "1.2");
  EXPECT_EQ(d.nodes, (std::vector<std::string>{"VCU", "Inverter", "BMS"}));
  ASSERT_EQ(d.messages.size(), 3u);
  const Message& torque = d.messages[0];
  EXPECT_EQ(torque.name, "Torque");
  EXPECT_EQ(torque.id, 257u);
  EXPECT_FALSE(torque.extended || torque.fd || torque.bit_rate_switch);
  EXPECT_EQ(torque.length, 8);
  EXPECT_EQ(torque.senders, std::vector<std::string>{"VCU"});
  EXPECT_TRUE(d.messages[1].senders.empty());
  EXPECT_EQ(d.messages[2].senders, (std::vector<std::string>{"BMS", "VCU"}));
  EXPECT_EQ(d.find(257, false), &torque);
  EXPECT_EQ(d.find(257, true), nullptr);
  EXPECT_EQ(d.find("Mixed"), &d.messages[2]);
  EXPECT_EQ(d.find("Torq"), nullptr);
}

TEST(Dbc, an_extended_message_of_can_fd) {
  const Database d = network();
  const Message& cells = d.messages[1];
  EXPECT_TRUE(cells.extended && cells.fd);
  EXPECT_FALSE(cells.bit_rate_switch);
  EXPECT_EQ(cells.id, 2566834709u - 0x80000000u);
  EXPECT_EQ(cells.length, 24);
}

TEST(Dbc, what_a_signal_is) {
  const Database d = network();
  const Signal& tau = d.messages[0].signals[0];
  EXPECT_EQ(tau.name, "tau");
  EXPECT_EQ(tau.start, 0);
  EXPECT_EQ(tau.length, 16);
  EXPECT_EQ(tau.order, ByteOrder::little_endian);
  EXPECT_EQ(tau.type, NumberType::signed_integer);
  EXPECT_EQ(tau.factor, 0.1);
  EXPECT_EQ(tau.offset, -3.0);
  EXPECT_EQ(tau.minimum, -400.0);
  EXPECT_EQ(tau.maximum, 400.5);
  EXPECT_EQ(tau.unit, "Nm");
  EXPECT_EQ(tau.receivers, (std::vector<std::string>{"Inverter", "BMS"}));
  const Signal& speed = d.messages[0].signals[2];
  EXPECT_EQ(speed.name, "speed_of_the_machine_at_its_shaft");
  EXPECT_EQ(speed.order, ByteOrder::big_endian);
  EXPECT_EQ(speed.type, NumberType::unsigned_integer);
  EXPECT_EQ(speed.factor, 0.5);
  EXPECT_EQ(speed.offset, 2.0);
  EXPECT_TRUE(speed.receivers.empty());
  EXPECT_EQ(signal_of(d.messages[0], "gear"), 1);
  EXPECT_EQ(signal_of(d.messages[0], "geer"), -1);
}

TEST(Dbc, value_types_and_start_values) {
  const Database d = network();
  const auto& signals = d.messages[1].signals;
  EXPECT_EQ(signals[1].type, NumberType::float_32);
  EXPECT_EQ(signals[2].type, NumberType::float_64);
  EXPECT_EQ(signals[1].initial, std::bit_cast<std::uint32_t>(1.5f));
  EXPECT_EQ(d.messages[0].signals[0].initial, ~std::uint64_t{19});  // -20
  EXPECT_EQ(d.messages[0].signals[1].initial, 0u);
}

TEST(Dbc, times_come_from_attributes_and_their_defaults) {
  const Database d = network();
  EXPECT_EQ(d.messages[0].cycle_time, 10'000'000);
  EXPECT_EQ(d.messages[1].cycle_time, 100'000'000);
  EXPECT_EQ(d.messages[2].cycle_time, 0);
  EXPECT_EQ(d.messages[0].start_delay, 2'500'000);
  EXPECT_EQ(d.messages[1].start_delay, 0);
}

TEST(Dbc, texts_of_values) {
  const Database d = network();
  const auto& texts = d.messages[0].signals[1].texts;
  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(texts[0].raw, 3);
  EXPECT_EQ(texts[0].text, "R");
  ASSERT_EQ(d.tables.size(), 1u);
  EXPECT_EQ(d.tables[0].name, "Gears");
  EXPECT_EQ(d.tables[0].texts[2].raw, 1);
}

TEST(Dbc, multiplexers) {
  const Database d = network();
  const auto& simple = d.messages[1].signals;
  EXPECT_TRUE(simple[0].is_selector);
  EXPECT_EQ(simple[0].selector, -1);
  EXPECT_EQ(simple[2].selector, 0);
  ASSERT_EQ(simple[2].selected_by.size(), 1u);
  EXPECT_EQ(simple[2].selected_by[0].first, 1u);
  const auto& extended = d.messages[2].signals;
  EXPECT_TRUE(extended[1].is_selector);
  EXPECT_EQ(extended[1].selector, 0);
  EXPECT_EQ(extended[2].selector, 1);
  ASSERT_EQ(extended[2].selected_by.size(), 2u);
  EXPECT_EQ(extended[2].selected_by[0].last, 3u);
  EXPECT_EQ(extended[3].selector, 0);
  EXPECT_EQ(extended[3].selected_by[1].last, 20u);
}

TEST(Dbc, what_is_passed_over_is_noted) {
  EXPECT_EQ(
      notes(network()),
      std::vector<std::string>{"a.dbc:67: NEW_SECTION_: is no section that is known, passed over"});
}

TEST(Dbc, what_is_odd_is_noted) {
  const Database d = read_database("a.dbc", R"(BO_ 1 A: 8 X
 SG_ x : 0|8@1+ (1,0) [0|0] "" X
 SG_ y : 4|8@1+ (1,0) [0|0] "" X
 SG_ page M : 16|8@1+ (1,0) [0|0] "" X
 SG_ p m0 : 24|8@1+ (1,0) [0|0] "" X
 SG_ q m1 : 24|8@1+ (1,0) [0|0] "" X
BO_ 1 B: 4 X
VAL_ 2 x 0 "a" ;
VAL_ 1 z 0 "a" ;
VAL_ 1 x 1 "b"
BA_ "GenSigStartValue" SG_ 1 x 256;
CM_ 12 "no kind"
BO_ 3 C: 1 X
)");
  EXPECT_EQ(
      notes(d),
      (std::vector<std::string>{
          "a.dbc:3: A.y: has bits of x", "a.dbc:7: B: has the id of A, line 1",
          "a.dbc:8: 2.x: VAL_ passed over: no message has the id 2",
          "a.dbc:9: A.z: VAL_ passed over: no such signal in the message",
          "a.dbc:10: VAL_: a statement has no ';' at its end",
          "a.dbc:11: A.x: got GenSigStartValue \"256\", which its bits can't hold; passed over",
          "a.dbc:12: CM_: a statement has no ';' at its end"}));
  EXPECT_EQ(d.messages.size(), 3u);
  EXPECT_EQ(d.messages[0].signals[0].texts.size(), 1u);
}

TEST(Dbc, text_in_windows_1252_becomes_utf_8) {
  const auto unit = [](const std::string& written) {
    return read_database("a.dbc",
                         "BO_ 1 A: 1 X\n SG_ x : 0|8@1+ (1,0) [0|0] \"" + written + "\" X\n")
        .messages[0]
        .signals[0]
        .unit;
  };
  EXPECT_EQ(unit("\xB0"
                 "C"),
            "\u00B0C");
  EXPECT_EQ(unit("\x80\x81"), "\u20AC\uFFFD");
  EXPECT_EQ(unit("\u00B0C \u20AC"), "\u00B0C \u20AC");
  EXPECT_EQ(unit("\xE2\x82"), "\u00E2\u201A");  // cut short: no UTF-8
  EXPECT_EQ(read_database("a.dbc", "\xEF\xBB\xBFVERSION \"3\"").version, "3");
}

TEST(Dbc, frame_formats_as_numbers) {
  const auto is_fd = [](const std::string& format) {
    return read_database("a.dbc",
                         "BO_ 1 A: 8 X\nBA_DEF_ BO_ \"VFrameFormat\" INT 0 15;\n"
                         "BA_ \"VFrameFormat\" BO_ 1 " +
                             format + ";\n")
        .messages[0]
        .fd;
  };
  EXPECT_FALSE(is_fd("0"));
  EXPECT_TRUE(is_fd("14"));
  EXPECT_TRUE(is_fd("15"));
  EXPECT_FALSE(is_fd("3"));
}

TEST(Dbc, long_names_of_messages_and_nodes) {
  const Database d = read_database("a.dbc", R"(BU_: N
BO_ 1 A: 8 N
 SG_ x : 0|8@1+ (1,0) [0|0] "" N
BA_ "SystemMessageLongSymbol" BO_ 1 "A_long";
BA_ "SystemNodeLongSymbol" BU_ N "Node_long";
)");
  EXPECT_EQ(d.nodes[0], "Node_long");
  EXPECT_EQ(d.messages[0].name, "A_long");
  EXPECT_EQ(d.messages[0].senders[0], "Node_long");
  EXPECT_EQ(d.messages[0].signals[0].receivers[0], "Node_long");
}

// ---- Broken databases ---------------------------------------------------------------------------

std::string complaint(const std::string& text) {
  try {
    read_database("a.dbc", text);
  } catch (const InputError& e) {
    return e.what();
  }
  return "none";
}

const std::string kMessage = "BO_ 1 A: 8 X\n";
const std::string kSignal = " SG_ x : 0|8@1+ (1,0) [0|0] \"\" X\n";

struct Case {
  std::string text, complaint;
};
const std::vector<Case> kBroken{
    Case{"", "a.dbc: is no DBC file: it has no section such as BO_"},
    Case{"{ \"a\": 1 }",
         "a.dbc:1: got {, must be a name, a number, a text in \"\" or one of ( ) : ; , | @ [ ] "
         "+ -"},
    Case{kMessage + "12 ;\n", "a.dbc:2: got \"12\", must be a section such as BO_, SG_ or VAL_"},
    Case{kMessage + "VERSION \"1\n\n",
         "a.dbc:2: a text that begins here has no end; must have a closing \""},
    Case{kSignal, "a.dbc:1: SG_: a signal must follow its message, BO_ ..."},
    // Messages
    Case{"BO_ x A: 8 X\n" + kSignal,
         "a.dbc:1: BO_: got \"x\", must be the id of a message, a whole number from 0 to "
         "4294967295"},
    Case{"BO_ 1.5 A: 8 X\n",
         "a.dbc:1: BO_: got \"1.5\", must be the id of a message, a whole number from 0 to "
         "4294967295"},
    Case{"BO_ 4294967296 A: 8 X\n",
         "a.dbc:1: BO_: got \"4294967296\", must be the id of a message, a whole number from 0 "
         "to 4294967295"},
    Case{"BO_ 2048 A: 8 X\n",
         "a.dbc:1: A: got id 2048, must be 0 to 2047; an extended id is written with bit 31: "
         "2147485696"},
    Case{"BO_ 2684354560 A: 8 X\n",
         "a.dbc:1: A: got id 2684354560, an extended one must be 2147483648 to 2684354559"},
    Case{"BO_ 1 A 8 X\n", "a.dbc:1: BO_: got \"8\", must be ':' after the message's name"},
    Case{"BO_ 1 A: 65 X\n",
         "a.dbc:1: BO_: got \"65\", must be the message's length in bytes, a whole number from "
         "0 to 64"},
    Case{"BO_ 1 A: 8",
         "a.dbc:1: BO_: got the end of the file, must be the node that sends the message, a "
         "name"},
    // Signals
    Case{kMessage + " SG_ : 0|8@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \":\", must be the signal's name, a name"},
    Case{kMessage + " SG_ x m : 0|8@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"m\", must be M for a multiplexer, or m and the number that "
         "selects the signal, like m3"},
    Case{kMessage + " SG_ x : 512|8@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"512\", must be the signal's first bit, a whole number from 0 to "
         "511"},
    Case{kMessage + " SG_ x : 0|65@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"65\", must be the signal's length in bits, a whole number from 1 "
         "to 64"},
    Case{kMessage + " SG_ x : 0|8@2+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"2\", must be 0 for big or 1 for little endian, a whole number "
         "from 0 to 1"},
    Case{kMessage + " SG_ x : 0|8@1 (1,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"(\", must be '+' (unsigned) or '-' (signed) after the byte order"},
    Case{kMessage + " SG_ x : 0|8@1+ (1;0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \";\", must be ',' between factor and offset"},
    Case{kMessage + " SG_ x : 0|8@1+ (1e999,0) [0|0] \"\" X\n",
         "a.dbc:2: SG_: got \"1e999\", must be the factor, a number"},
    Case{kMessage + " SG_ x : 0|8@1+ (0,0) [0|0] \"\" X\n",
         "a.dbc:2: A.x: got the factor 0, must not be 0"},
    Case{kMessage + " SG_ x : 0|8@1+ (1,0) [0|0] Nm X\n",
         "a.dbc:2: SG_: got \"Nm\", must be the unit, in \"\""},
    Case{kMessage + kSignal + kSignal, "a.dbc:3: A.x: stands twice, first in line 2"},
    Case{kMessage + " SG_ x : 60|8@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: A.x: ends 4 bits after the message's 8 bytes"},
    Case{kMessage + " SG_ x : 56|2@0+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: A.x: ends 1 bits after the message's 8 bytes"},
    // Multiplexers
    Case{kMessage + " SG_ x m1 : 0|8@1+ (1,0) [0|0] \"\" X\n",
         "a.dbc:2: A.x: is marked m1, but no signal of the message is marked M"},
    Case{
        kMessage + " SG_ p M : 0|4@1+ (1,0) [0|0] \"\" X\n SG_ q m0M : 4|4@1+ (1,0) [0|0] \"\" X\n",
        "a.dbc:3: A.q: is marked m0M; which multiplexer selects it? SG_MUL_VAL_ must say so"},
    Case{kMessage + " SG_ p m0M : 0|4@1+ (1,0) [0|0] \"\" X\nSG_MUL_VAL_ 1 p p 0-0;\n",
         "a.dbc:2: A.p: depends on itself as multiplexer"},
    Case{kMessage + kSignal + "SG_MUL_VAL_ 1 x y 0-0;\n",
         "a.dbc:3: A.x: got multiplexer \"y\", must be a signal of the message that is marked "
         "M"},
    Case{kMessage + kSignal + "SG_MUL_VAL_ 1 z x 0-0;\n",
         "a.dbc:3: A.z: no such signal in the message"},
    Case{kMessage + " SG_ p M : 0|4@1+ (1,0) [0|0] \"\" X\n SG_ q m0 : 4|4@1+ (1,0) [0|0] \"\" "
                    "X\nSG_MUL_VAL_ 1 q p 3-2;\n",
         "a.dbc:4: A.q: got the range 3-2, must not fall"},
    Case{kMessage + kSignal + "SG_MUL_VAL_ 1 x p 3;\n",
         "a.dbc:3: SG_MUL_VAL_: got \";\", must be '-' and the last value of the range, as in "
         "1-3"},
    Case{kMessage + " SG_ p M : 0|32@1+ (1,0) [0|0] \"\" X\nSIG_VALTYPE_ 1 p : 1;\n",
         "a.dbc:2: A.p: selects signals, so it must be an integer"},
    // Other statements
    Case{kMessage + kSignal + "SIG_VALTYPE_ 1 x : 1;\n",
         "a.dbc:3: A.x: got 8 bits, must be 32 as SIG_VALTYPE_ is 1"},
    Case{kMessage + kSignal + "SIG_VALTYPE_ 1 x : 3;\n",
         "a.dbc:3: SIG_VALTYPE_: got \"3\", must be 0 (integer), 1 (float) or 2 (double), a "
         "whole number from 0 to 2"},
    Case{kMessage + kSignal + "SIG_VALTYPE_ 2 x : 1;\n", "a.dbc:3: 2.x: no message has the id 2"},
    Case{kMessage + kSignal + "VAL_ 1 x 0.5 \"half\" ;\n",
         "a.dbc:3: VAL_: got \"0.5\", must be a raw value, a whole number from "
         "-9223372036854775808 to 9223372036854775807"},
    Case{kMessage + kSignal + "VAL_ 1 x 0 off ;\n",
         "a.dbc:3: VAL_: got \"off\", must be what the value stands for, in \"\""},
    Case{kMessage + kSignal + "VAL_ 1 x 0 \"off\" ) ;\n",
         "a.dbc:3: VAL_: got \")\", must be ';' at the end of the statement"},
    Case{kMessage + "BA_ \"GenMsgCycleTime\" BO_ 1 ten;\n",
         "a.dbc:2: BA_: got \"ten\", must be the attribute's value, a number or a text, in "
         "\"\""},
    Case{kMessage + "BA_ \"GenMsgCycleTime\" BO_ 1 -10;\n",
         "a.dbc:2: GenMsgCycleTime: got \"-10\", must be 0 to 1e9 ms"},
    Case{"BU_ A B\n", "a.dbc:1: BU_: got \"A\", must be ':' after BU_"},
    // After an error reading goes on, and lines that are right raise no further one.
    Case{"BO_ 1 A: 8 X\n SG_ x : 0|8@1+ (a,0) [0|0] \"\" X\n SG_ y : 8|8@1+ (1,0) [0|0] \"\" X\n"
         "BO_ 2 B 8 X\n SG_ z : 0|8@1+ (1,0) [0|0] \"\" X\nVAL_ 1 y 0 \"off\" ;\nBO_ 3 C: 9000 "
         "X\n",
         "a.dbc:2: SG_: got \"a\", must be the factor, a number\n"
         "a.dbc:4: BO_: got \"8\", must be ':' after the message's name\n"
         "a.dbc:7: BO_: got \"9000\", must be the message's length in bytes, a whole number "
         "from 0 to 64"}};

TEST(Dbc, what_is_broken_is_refused_with_line_and_reason) {
  for (const Case& c : kBroken) EXPECT_EQ(complaint(c.text), c.complaint);
}

TEST(Dbc, at_most_20_errors_are_told) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "BO_ x\n";
  const std::string all = complaint(text);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
  EXPECT_TRUE(all.ends_with("\na.dbc: and 30 more"));
}

// Any beginning of a database is read or refused.
TEST(Dbc, cut_anywhere_it_is_read_or_refused) {
  for (std::size_t n = 0; n < kNetwork.size(); ++n) {
    try {
      read_database("a.dbc", std::string_view(kNetwork).substr(0, n));
    } catch (const InputError& e) {
      EXPECT_FALSE(e.problems().empty());
    }
  }
}

}  // namespace
}  // namespace evsim::can
