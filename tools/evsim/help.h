// What stands below the options in --help: examples and exit codes.
#pragma once

namespace evsim::cli::help {

inline constexpr char kAbout[] = "evsim simulates the drivetrains of electric vehicles.";

inline constexpr char kMain[] =
    "evsim COMMAND --help tells more, with examples.\n"
    "\n"
    "Exit codes: 0 all limits held, 1 a limit failed or runs differ, 2 a file or argument is "
    "wrong,\n"
    "3 a simulation failed, 4 disk, device or missing part, 124 time-out, 130 interrupted.";

inline constexpr char kRun[] =
    "Examples:\n"
    "  evsim run scenarios/wltc.json\n"
    "  evsim run scenarios/*.json --vehicle vehicles/xiaomi_su7.json --out results\n"
    "  evsim run scenarios/wltc.json --set chassis.mass_kg=2100 --set scenario.initial.SOC=0.5\n"
    "  evsim run scenarios/wltc.json --record 'battery.*' --verify\n"
    "  evsim run scenarios/drive_off_and_brake.json --vehicle vehicles/nio_et7_100.json --level "
    "waveform\n"
    "  evsim run scenarios/drive_off_and_brake.json --controller motor_control=./foc.so,rear\n"
    "  evsim run scenarios/wltc.json --json | jq '.runs[0].kpis'\n"
    "\n"
    "All files are checked before the first run starts. Results lie in DIR/SCENARIO/VEHICLE.\n"
    "Ctrl-C keeps what was computed, marked as interrupted; a second one ends at once.\n"
    "\n"
    "Exit codes: the worst of all runs; 0 all limits held, 1 a limit failed, 2 wrong input "
    "(nothing\n"
    "was run or written), 3 a simulation failed, 4 disk or missing part, 124 time-out, 130 "
    "interrupted.";

inline constexpr char kHil[] =
    "The link file says which roles are controlled from outside, and where they listen:\n"
    "  { \"vcu\": { \"at\": \"tcp://127.0.0.1:4815\", \"timeout_ms\": 100, \"on_timeout\": "
    "\"fault\" } }\n"
    "Time is the simulator's: it stands still until each controller has answered, and both are "
    "as\n"
    "fast as they can (lockstep). With --pace it is held to the wall clock; how late exchanges "
    "began\n"
    "and what was too slow (an overrun) is measured and told. A controller may come late, stop or\n"
    "start again within the run.\n"
    "\n"
    "Examples:\n"
    "  evsim hil scenarios/wltc.json --link link.json\n"
    "  evsim hil scenarios/wltc.json --link link.json --pace 1 --fifo 80 --lock-memory\n"
    "  evsim hil scenarios/drive_off_and_brake.json --vehicle vehicles/xiaomi_su7.json --link "
    "link.json\n"
    "  evsim describe interface vcu              what a controller gets and gives\n"
    "\n"
    "docs/link_protocol.md describes the protocol, sim/link/evsim_link.h is the C side of it,\n"
    "tools/python the Python side.\n"
    "\n"
    "Exit codes: 0 all limits held, 1 a limit failed, 2 wrong input, 3 the simulation or a "
    "controller\n"
    "failed, 4 no socket, no controller came, or disk, 124 time-out, 130 interrupted.";

inline constexpr char kGui[] =
    "Opens a window in which the car drives at the pace that you choose. Each value of the vehicle "
    "file\n"
    "has a slider; a change acts at the next step. What was changed is listed, undone, and saved "
    "as "
    "a\n"
    "vehicle file. The same commands give the same bits without the window.\n"
    "\n"
    "Keys: Space run and pause, . one step, Home back to the start, Ctrl+Z and Ctrl+Y undo and "
    "redo,\n"
    "Ctrl+P any signal, parameter or action, Ctrl+1 to 4 layouts, H takes the pedals; all in the "
    "panel Keys.\n"
    "docs/window.md shows it.\n"
    "\n"
    "With --connect it shows and tunes a car that evsim serve runs on another machine.\n"
    "\n"
    "Examples:\n"
    "  evsim gui vehicles/xiaomi_su7.json scenarios/wltc.json\n"
    "  evsim gui vehicles/xiaomi_su7.json scenarios/wltc.json --link link.json\n"
    "  evsim gui --connect bench:4817 --secret bench.secret\n"
    "  evsim gui vehicles/xiaomi_su7.json scenarios/launch_ice.json --level drive --level "
    "chassis=multi_body\n"
    "  evsim gui vehicles/xiaomi_su7.json scenarios/full_throttle.json --level drive --frames 120 "
    "--screenshot car.png\n"
    "\n"
    "Exit codes: 0 the window was closed, 2 wrong input, 4 no screen, or built without the window.";

inline constexpr char kServe[] =
    "Runs the scenario without a window, at real time, and lets evsim gui --connect show and tune "
    "it "
    "from\n"
    "another machine: the same requests, pictures and samples as of a window here. One window at a "
    "time;\n"
    "when its connection is cut the simulation goes on, and the window connects again by itself.\n"
    "What passes is not encrypted; the secret itself never passes.\n"
    "Ctrl-C ends it; then results are written as evsim run does, of what was run until then.\n"
    "\n"
    "Examples:\n"
    "  evsim serve scenarios/wltc.json                          for this machine alone\n"
    "  evsim serve scenarios/launch_ice.json --vehicle vehicles/xiaomi_su7.json --level drive\n"
    "  evsim serve scenarios/wltc.json --listen 0.0.0.0:4817 --secret bench.secret\n"
    "  evsim serve scenarios/wltc.json --link link.json         with controllers behind sockets\n"
    "\n"
    "docs/remote.md says more.\n"
    "\n"
    "Exit codes: 0 ended by Ctrl-C or --timeout, 2 wrong input, 3 the simulation failed, 4 no "
    "socket, "
    "no controller came, or disk.";

inline constexpr char kCan[] =
    "dump shows what comes, send sends a frame or a message of a database, dbc lists what a "
    "database has.\n"
    "\n"
    "Addresses:\n"
    "  socketcan://vcan0                       an interface of Linux\n"
    "  slcan:///dev/ttyACM0?bit_rate=500000    a serial adapter; slcan://HOST:PORT over TCP\n"
    "  slcan-server://:4816                    this program is the adapter, over TCP\n"
    "  slcan-pty:///tmp/can                    the same on a pseudo terminal\n"
    "After '?', with '&' between them: bit_rate, data_bit_rate, fd=on|off, listen_only=on, "
    "errors=on,\n"
    "filter=ID:MASK,..., baud. docs/can.md says more.\n"
    "\n"
    "Examples:\n"
    "  evsim can dump socketcan://vcan0 --dbc car.dbc --log drive.asc\n"
    "  evsim can dump 'socketcan://can0?filter=100:700&errors=on' --count 10 --seconds 5\n"
    "  evsim can send socketcan://vcan0 123#11223344\n"
    "  evsim can send slcan:///dev/ttyACM0 Torque tau=120.5 gear=Drive --dbc car.dbc --cycle\n"
    "  evsim can send slcan-server://:4816 Torque tau=50 --link can.json --cycle\n"
    "  evsim can send socketcan://vcan0 200#0000E803 --e2e 1A --data_id 291 --cycle_ms 10\n"
    "  evsim can dbc car.dbc\n"
    "  evsim can dbc car.dbc Torque --json | jq '.messages[0].signals[].name'\n"
    "\n"
    "Frames are written as cansend and candump -L do: 123#1122, 00000123#R, 123##1AABB for CAN FD "
    "with bit\n"
    "rate switch. Signals that are not given have their initial values.\n"
    "\n"
    "Exit codes: 0, 2 wrong address, frame, signal or file, 4 no such adapter or it has gone, 124 "
    "fewer than\n"
    "N frames in S seconds, 130 ended by Ctrl-C; the log is whole in any case.";

inline constexpr char kCheck[] =
    "Examples:\n"
    "  evsim check vehicles/xiaomi_su7.json scenarios/wltc.json\n"
    "  evsim check scenarios/cycles/*.csv\n"
    "  evsim check link.json           addresses, messages, signals; nothing is opened\n"
    "\n"
    "Exit codes: 0 all files are right, 2 something is wrong, 4 the output can't be written.";

inline constexpr char kDescribe[] =
    "Examples:\n"
    "  evsim describe parameters battery       unit, range, default and meaning\n"
    "  evsim describe vehicles/xiaomi_su7.json 'battery.*'\n"
    "  evsim describe signals power\n"
    "  evsim describe units\n"
    "  evsim describe interface motor_control   what a controller of your own gets and gives\n"
    "\n"
    "Exit codes: 0, 2 the file is wrong or nothing fits, 4 the output can't be written.";

inline constexpr char kList[] =
    "Looks into ./vehicles, ./scenarios and the folder installed with the program.\n"
    "\n"
    "Examples:\n"
    "  evsim list\n"
    "  evsim list cycles\n"
    "\n"
    "Exit codes: 0, 2 no such kind, 4 the output can't be written.";

inline constexpr char kSchema[] =
    "Examples:\n"
    "  evsim schema vehicle > vehicle.schema.json\n"
    "  evsim schema --write schema\n"
    "\n"
    "Exit codes: 0, 2 no such kind, 4 a file can't be written.";

inline constexpr char kCompare[] =
    "Examples:\n"
    "  evsim compare results/wltc/xiaomi_su7 before/wltc/xiaomi_su7\n"
    "  evsim compare A B --tolerance 1e-6 --tolerance range_km=0.01\n"
    "  evsim compare A B --signals 0.01\n"
    "\n"
    "Exit codes: 0 all within tolerance, 1 not, 2 no results there or no such KPI.";

inline constexpr char kReplay[] =
    "Reads the input files again from where they were, relative to the current folder.\n"
    "\n"
    "Example:\n"
    "  evsim replay results/wltc/xiaomi_su7\n"
    "\n"
    "Exit codes: 0 the same bits, 1 different, 2 no results there or the input files have changed.";

inline constexpr char kValidate[] =
    "Examples:\n"
    "  evsim validate\n"
    "  evsim validate xiaomi_su7\n"
    "  evsim validate vehicles/xiaomi_su7.json --out results/su7\n"
    "  evsim validate --published my/figures.json --json | jq '.kinds[].mean_error'\n"
    "\n"
    "Each scenario is run once with each car. Of each car one figure of a kind counts; other "
    "sources "
    "are\n"
    "shown beside it. Writes DIR/validation.html and DIR/validation.json. vehicles/README.md says "
    "what\n"
    "stands in the file.\n"
    "\n"
    "Exit codes: 0 all bounds held, 1 a bound is broken or a run fails a limit of its scenario, "
    "2 wrong\n"
    "input (nothing was run or written), 3 a simulation failed, 4 disk or missing part, 130 "
    "interrupted.";

inline constexpr char kMap[] =
    "Examples:\n"
    "  evsim map vehicles/xiaomi_su7.json drive_units.rear\n"
    "  evsim map vehicles/xiaomi_su7.json rear --u-dc 320 --u-dc 400 --temperature 120\n"
    "  evsim map vehicles/xiaomi_su7.json --set drive_units.rear.control.k_u=1 --out results/k_u\n"
    "  evsim map vehicles/bmw_i4_edrive40.json --json | jq '.maps[0].best.both'\n"
    "\n"
    "Steady points of the machine's model in dq as its motor control chooses them, all four "
    "quadrants: efficiency\n"
    "and losses of machine and inverter, most and least torque, loci of the currents. UNIT may be "
    "left out where\n"
    "the car has one. Writes DIR/map.csv, DIR/map.json and DIR/report.html.\n"
    "\n"
    "Exit codes: 0 written, 2 a file or argument is wrong, 4 disk or missing part.";

inline constexpr char kResponse[] =
    "Open and closed loop of the current control (d, q and their coupling) and of the speed "
    "control with\n"
    "their machine at an operating point, by two ways: the slopes of one control tick, and a small "
    "sine on\n"
    "the simulation in time. Writes DIR/report.html, DIR/response.json, DIR/current.csv, "
    "DIR/speed.csv.\n"
    "\n"
    "Examples:\n"
    "  evsim response vehicles/xiaomi_su7.json drive_units.rear\n"
    "  evsim response vehicles/xiaomi_su7.json drive_units.rear --speed 12000 --torque 150 --u-dc "
    "380\n"
    "  evsim response vehicles/xiaomi_su7.json drive_units.rear \\\n"
    "    --set drive_units.rear.control.bandwidth_Hz=500 --set "
    "drive_units.rear.control.believed.L_d=0.8\n"
    "  evsim response vehicles/bmw_i4_edrive40.json drive_units.rear --json | jq "
    ".current.current_d\n"
    "\n"
    "Exit codes: 0 stable, 1 a loop is unstable, 2 wrong input or an operating point out of reach "
    "(nothing\n"
    "was written), 3 the control finds no steady state, 4 disk or missing part.";

inline constexpr char kConvert[] =
    "machine: each line says its formula. Figures between two terminals belong to the equivalent "
    "star, "
    "however the\n"
    "windings are connected. Where a sheet says the flux in several ways, the first of Ke, Kv, Kt, "
    "stall, rated\n"
    "counts and the others are held against it: what is more than 5 % off is said.\n"
    "\n"
    "tyre: a property file for another size, scaled by similarity (docs/multi_body.md says how and "
    "what that\n"
    "leaves out).\n"
    "\n"
    "Examples:\n"
    "  evsim convert machine --pole_pairs 4 --Kv_rpm_per_V 30 --R_line_line_mOhm 12 \\\n"
    "    --L_line_line_uH 90 --stall_torque_Nm 40 --stall_current_A_rms 120\n"
    "  evsim convert machine --pole_pairs 5 --Ke_V_rms_per_krpm 98 --Kt_Nm_per_A_rms 1.6 "
    "--R_line_line_Ohm 0.8 \\\n"
    "    --L_line_line_min_mH 5.2 --L_line_line_max_mH 7.4 --I_max_A_rms 30 --json > dq.json\n"
    "  evsim convert tyre --like vehicles/tyres/passenger_205_60_r15.tir --like_size 205/60R15 \\\n"
    "    --like_load_index 91 --size 245/45R19 --load_index 102 --extra_load --pressure_bar 2.6 "
    "--mu 1.05 -o my.tir\n"
    "\n"
    "Exit codes: 0 converted, 2 a figure is wrong or missing, 4 the file can't be written.";

inline constexpr char kNewVehicle[] =
    "Each figure may be given in any unit of its kind: --mass_lb 3880, --top_speed_mph 140.\n"
    "What is not given follows from rules (docs/new_vehicle.md); the file says which and why.\n"
    "\n"
    "Example:\n"
    "  evsim new-vehicle vehicles/my_car.json --name 'My car' --drive rear --mass_kg 1760 \\\n"
    "    --power_kW 194 --torque_Nm 340 --battery_kWh 60 --tyre 235/45R18 --Cd 0.23 \\\n"
    "    --frontal_area_m2 2.22\n"
    "\n"
    "Exit codes: 0 written, 2 a figure is wrong or missing or FILE exists, 3 a first run failed,\n"
    "4 the file can't be written.";

inline constexpr char kCompletion[] =
    "Example:\n"
    "  source <(evsim completion bash)\n"
    "\n"
    "Exit codes: 0, 2 no such shell.";

}  // namespace evsim::cli::help
