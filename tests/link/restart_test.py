#!/usr/bin/env python3
"""Kills the controller of a run with kill -9 at random moments and starts it again.

  tests/link/restart_test.py --evsim build/release/evsim [--kills 50] [--transport slcan_pty] [--pace 20]

The run must end with a verdict, none of it may hang, and wherever the controller was away for longer than the link's
time-out of simulated time, the car must have been without torque.

Exit codes: 0 all held, 1 not.
"""
import argparse
import csv
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "docs/examples/link"
CAN = {"slcan_tcp": "slcan-server://:0", "slcan_pty": "slcan-pty://{}/can"}
TRANSPORTS = ("tcp", "udp", "unix", "fifo", *CAN)
TIMEOUT = 0.1  # of the link, simulated [s]
PATIENCE = 2.0  # wall clock [s]
HANGS = 500.0  # what no run takes [s]
SETTLED = 0.5  # simulated, after which a torque has gone whatever the level's lag [s]


def link_file(folder, transport):
    vcu = {"patience_s": PATIENCE, "timeout_ms": 1e3 * TIMEOUT, "on_timeout": "zero"}
    if transport in CAN:
        can = json.loads((EXAMPLE / "can.json").read_text())["vcu"]["can"]
        vcu["can"] = can | {"at": CAN[transport].format(folder), "dbc": str(EXAMPLE / can["dbc"])}
    else:
        vcu["at"] = {"tcp": "tcp://:0", "udp": "udp://:0", "unix": f"unix://{folder}/vcu.sock",
                     "fifo": f"fifo://{folder}/vcu"}[transport]
    if transport == "slcan_pty":
        vcu["patience_s"] = 0  # a dead one is not missed, but the next one is seen, however long that takes
    path = pathlib.Path(folder) / "link.json"
    path.write_text(json.dumps({"vcu": vcu}))
    return path


def address(said, transport):
    """Of the simulator, as a controller opens it."""
    at = said.split()[-1]
    return "slcan://" + at.split("://")[1] if transport in CAN else at


def welcome(program, at, simulator):
    """A controller that has come into the run; None where that has ended."""
    while simulator.poll() is None:
        one = subprocess.Popen([program, at], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if one.stdout.readline() == "welcome\n":
            return one
        one.wait()  # refused: the one before is missed a little later
    return None


def rows(folder):
    with open(next(folder.rglob("signals.csv")), encoding="utf-8") as f:
        reader = csv.reader(f)
        head = [h.split(" [")[0] for h in next(reader)]
        columns = [head.index(n) for n in ("t", "vcu.controller.connected", "drive_units.rear.tau")]
        return [tuple(float(row[c]) for c in columns) for row in reader]


def wrong_in(signals):
    """What is wrong, and how long the controller was away [s]."""
    away_since, away, wrong = None, 0.0, []
    for (t, here, tau), (t_next, _, _) in zip(signals, signals[1:]):
        if here:
            away_since = None
            continue
        away += t_next - t
        away_since = t if away_since is None else away_since
        if t > away_since + TIMEOUT + SETTLED and abs(tau) > 1.0:
            wrong.append(f"at t = {t} s the controller was away for {t - away_since:.2f} s, and the torque is {tau} Nm")
    return wrong, away


def run(evsim, program, transport, kills, seed, pace):
    draw = random.Random(seed).random
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        command = [evsim, "hil", str(ROOT / "scenarios/hwfet.json"), "--vehicle", str(ROOT / "vehicles/xiaomi_su7.json"),
                   "--level", "drive", "--link", str(link_file(folder, transport)), "--out", str(folder / "out"),
                   "--set", "scenario.record.rate_Hz=100", "--record", "vcu.*", "--record", "drive_units.rear.tau"]
        if pace:
            command += ["--pace", str(pace)]
        simulator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        at = address(simulator.stderr.readline(), transport)
        killed = 0
        while killed < kills and (one := welcome(program, at, simulator)):
            time.sleep(0.1 * draw())
            one.send_signal(signal.SIGKILL)
            one.wait()
            killed += 1
            time.sleep(0.02 * draw())
        one = welcome(program, at, simulator)
        try:
            out, error = simulator.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            simulator.kill()
            return [f"{transport}: the run hangs"]
        finally:
            if one:
                one.kill()
                one.wait()
        if simulator.returncode not in (0, 1):
            return [f"{transport}: exit code {simulator.returncode}: {error}"]
        wrong, away = wrong_in(rows(folder / "out"))
        link = json.loads(next((folder / "out").rglob("summary.json")).read_text())["links"][0]
        counts = ", ".join(f"{n} {link[n]}" for n in ("joined", "dropped", "unanswered", "late", "invalid") if n in link)
        print(f"{transport}: killed {killed} times; {counts}; away for {away:.1f} s of simulated time, exit code {simulator.returncode}",
              flush=True)
        # Where a dead one is not missed the next one is waited for; what that one was not asked is unanswered.
        if killed > 3 and away == 0.0 and transport not in ("udp", "slcan_pty"):
            wrong.append(f"{transport}: nothing of it is seen")
        if killed > 3 and transport in CAN and link["unanswered"] == 0:
            wrong.append(f"{transport}: no answer is missed")
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evsim", default=str(ROOT / "build/release/evsim"), help="program")
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="folder of the controllers")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--transport", choices=TRANSPORTS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, help="simulated over wall-clock time; left out: in lockstep")
    a = parser.parse_args()
    wrong = []
    for t in a.transport or TRANSPORTS:
        program = str(pathlib.Path(a.build) / ("can_vcu" if t in CAN else "socket_vcu"))
        wrong += run(a.evsim, program, t, a.kills, a.seed, a.pace)
    print("\n".join(wrong[:20]) or "all held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
