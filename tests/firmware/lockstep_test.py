#!/usr/bin/env python3
"""Firmware in an emulated Cortex-M4F drives the SU7 in lockstep.

  tests/firmware/lockstep_test.py repeats    two runs give the same bytes
  tests/firmware/lockstep_test.py library    so does the firmware as a shared library; with fused multiply-add nearly
  tests/firmware/lockstep_test.py stops      an emulator that stands for 3 s, as in a debugger, changes nothing
  tests/firmware/lockstep_test.py dies       kill -9 and another one: the reaction comes at the right simulated time

Wall-clock times are printed, never asserted.
Exit codes: 0 all held, 1 not, 4 skipped: no emulator or no compiler.
"""
import argparse
import csv
import dataclasses
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCENARIO, VEHICLE = ROOT / "scenarios/torque_profile.json", ROOT / "vehicles/xiaomi_su7.json"
HANGS = 300.0  # what no run takes [s]
UNEQUAL = {"timing.json"}  # of a results folder: wall clock and date
TIMEOUT = 0.1  # of the link, simulated [s]
# Of the SU7's motor control, 10 kHz: a torque once a millisecond, duties at each tick.
TICKS = {"torque": 10, "duties": 1}


def emulator(elf, pipes):
    """-icount: the clock counts instructions, and sleeping costs no time. Semihosting reads stop it."""
    return ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", str(elf), "-append", str(pipes),
            "-semihosting-config", "enable=on,target=native", "-icount", "shift=3,sleep=off",
            "-display", "none", "-monitor", "none", "-serial", "none"]


@dataclasses.dataclass
class Run:
    folder: pathlib.Path  # of the results
    said: str  # by the simulator
    firmware_said: str
    code: int
    wall: float  # [s]

    def link(self):
        return " | ".join(line.strip() for line in self.said.splitlines() if "round_trip" in line)


class Bench:
    """A folder, a link over pipes, and the programs at both ends."""

    def __init__(self, build, folder, level):
        self.build, self.folder, self.level = pathlib.Path(build), pathlib.Path(folder), level
        self.pipes = self.folder / "motor"
        self.runs = 0
        self.link = self.folder / "link.json"
        self.link.write_text(json.dumps({"motor_control": {
            "at": f"fifo://{self.pipes}", "ticks_per_exchange": TICKS[level], "signals": ["tau_most"],
            "timeout_ms": 1e3 * TIMEOUT, "on_timeout": "zero"}}))

    def scenario(self, rows=None):
        """That of the tree, or with pedals of its own: (t, accelerator, brake)."""
        if rows is None:
            return SCENARIO
        s = json.loads(SCENARIO.read_text())
        del s["$schema"], s["expect"]
        s |= {"vehicle": str(VEHICLE), "driver": {"type": "pedals", "pedals": "pedals.csv"}}
        lines = ["t [s],accelerator [1],brake [1]"] + [",".join(map(str, row)) for row in rows]
        (self.folder / "pedals.csv").write_text("\n".join(lines) + "\n")
        (self.folder / "pedals.json").write_text(json.dumps(s))
        return self.folder / "pedals.json"

    def command(self, *more, scenario=None):
        self.runs += 1
        return [str(self.build / "evsim"), *more, str(scenario or SCENARIO), "--vehicle", str(VEHICLE),
                "--out", str(self.folder / f"out{self.runs}")]

    def results(self):
        return next((self.folder / f"out{self.runs}").rglob("signals.csv")).parent

    def elf(self, variant=""):
        return self.build / "firmware" / f"motor_{self.level}{variant}.elf"

    def start(self, scenario=None):
        """The simulator, as it listens."""
        command = self.command("hil", scenario=scenario) + ["--link", str(self.link)]
        p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        p.stderr.readline()
        return p

    def firmware(self, variant=""):
        return subprocess.Popen(emulator(self.elf(variant), self.pipes), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True)

    def in_lockstep(self, variant="", scenario=None, meanwhile=None):
        simulator = self.start(scenario)
        begin = time.monotonic()
        firmware = self.firmware(variant)
        try:
            if meanwhile:
                welcome(firmware)
                meanwhile(firmware)
            said, error = simulator.communicate(timeout=HANGS)
            wall = time.monotonic() - begin
            firmware_said, _ = firmware.communicate(timeout=10)
        finally:
            simulator.kill()
            firmware.kill()
        if simulator.returncode not in (0, 1) or firmware.returncode != 0:
            raise SystemExit(f"exit codes {simulator.returncode}, {firmware.returncode}: {error}{firmware_said}")
        return Run(self.results(), said, firmware_said, simulator.returncode, wall)

    def as_library(self, scenario=None):
        library = self.build / "controllers" / f"motor_{self.level}.so"
        command = self.command("run", scenario=scenario) + ["--controller", f"motor_control={library}"]
        p = subprocess.run(command, capture_output=True, text=True, timeout=HANGS, check=False)
        if p.returncode not in (0, 1):
            raise SystemExit(p.stderr)
        return self.results()


def welcome(firmware):
    """Waits until it has come into the run. False where that has ended."""
    return firmware.stdout.readline() == "welcome\n"


def columns(folder):
    with open(folder / "signals.csv", encoding="utf-8") as f:
        reader = csv.reader(f)
        names = next(reader)
        rows = [[float(x) for x in row] for row in reader]
    return dict(zip(names, zip(*rows)))


def contents(path):
    """Of a report without its section of links, whose histograms are wall clock too."""
    if not path.exists():
        return None
    return re.sub(rb'<section id="links">.*?</section>', b"", path.read_bytes(), flags=re.DOTALL)


def unequal_files(a, b):
    names = sorted({p.name for folder in (a, b) for p in folder.iterdir()} - UNEQUAL)
    return [n for n in names if contents(a / n) is None or contents(a / n) != contents(b / n)]


def same(what, a, b):
    names = unequal_files(a, b)
    return [f"{what}: {', '.join(names)} differ"] if names else []


def largest(a, b):
    """The signal of both that differs most, over its range; how many there are, and how many differ."""
    a, b = columns(a), columns(b)
    worst = (0.0, 0.0, "none")
    both = [n for n in a if n in b]
    differ = 0
    for name in both:
        apart = max(abs(x - y) for x, y in zip(a[name], b[name]))
        span = max(a[name]) - min(a[name])
        differ += apart > 0.0
        worst = max(worst, (apart / span if span else apart, apart, name))
    return worst, len(both), differ


# ---- What is shown -----------------------------------------------------------------------------------

# Pedals for two seconds: 20,000 exchanges at the level of duties.
SHORT = [(0, 0, 0), (0.1, 0, 0), (0.2, 1, 0), (1, 1, 0), (1.05, 0, 0.2), (1.5, 0, 0.2), (1.55, 0.4, 0), (2, 0.4, 0)]
# Not so fast that the magnets drive a current against the battery: without gates there is none.
TOWN = [(0.5 * k, 0.1 if k // 8 % 2 == 0 else 0, 0.05 if k // 8 % 2 else 0) for k in range(200)]


def of_level(bench):
    return None if bench.level == "torque" else bench.scenario(SHORT)


def repeats(bench):
    runs = [bench.in_lockstep(scenario=of_level(bench)) for _ in range(2)]
    for r in runs:
        t = columns(r.folder)["t [s]"][-1]
        print(f"{bench.level}: {t:g} s in {r.wall:.2f} s of wall clock, of which firmware and link: {r.link()}")
    wrong = same(bench.level, runs[0].folder, runs[1].folder)
    if bench.level == "torque" and runs[0].code != 0:
        wrong.append(f"a limit failed: {runs[0].said}")
    return wrong


def library(bench):
    here = bench.as_library(of_level(bench))
    wrong = []
    for variant in ("", "_fused"):
        there = bench.in_lockstep(variant, of_level(bench))
        (share, apart, name), signals, differ = largest(there.folder, here)
        print(f"{bench.level}{variant}: of {signals} signals {differ} differ from the shared library's; most: {name} by "
              f"{apart:.3g}, {share:.2g} of its range")
        if signals < 50:
            wrong.append(f"only {signals} signals were compared")
        if not variant and differ:
            wrong.append(f"{bench.level}: the same arithmetic gives other bits")
        if share > 1e-4:  # what the project allows a run against its own verification
            wrong.append(f"{bench.level}{variant}: {name} differs by {share:.2g} of its range")
    return wrong


def stops(bench):
    def debugger(firmware):
        time.sleep(0.1)
        if firmware.poll() is not None:
            raise SystemExit("the run was over before it could be stopped")
        firmware.send_signal(signal.SIGSTOP)
        time.sleep(3.0)
        firmware.send_signal(signal.SIGCONT)

    plain, stopped = bench.in_lockstep(), bench.in_lockstep(meanwhile=debugger)
    print(f"stopped for 3 s: {plain.wall:.2f} s and {stopped.wall:.2f} s of wall clock")
    wrong = same("stopped", plain.folder, stopped.folder)
    if "patience at an end" in stopped.said or stopped.wall < 3.0:
        wrong.append("it was not waited for")
    return wrong


def wrong_reactions(c):
    """Without it the torque holds for the time-out, then there is none."""
    t, here, tau = (c[n] for n in ("t [s]", "drive_units.rear.controller.connected [1]", "drive_units.rear.tau_em [Nm]"))
    ref = c["drive_units.rear.tau_em_ref [Nm]"]
    wrong, times = [], 0
    lost = None
    for k in range(1, len(t)):
        if here[k]:
            lost = None
            continue
        if lost is None:
            lost = k
            times += 1
        away = t[k] - t[lost]  # up to a record less than it is
        if away < TIMEOUT - 0.02 and ref[k] != ref[lost]:
            wrong.append(f"at t = {t[k]} s, {away:.3f} s after it died, the torque aimed at is {ref[k]}, was {ref[lost]} Nm")
        if away > TIMEOUT + 0.02 and abs(tau[k]) > 1.0:
            wrong.append(f"at t = {t[k]} s, {away:.3f} s after it died, the torque is {tau[k]} Nm")
    return wrong, times


def dies(bench):
    draw = random.Random(1).random
    simulator = bench.start(bench.scenario(TOWN))
    kills = 0
    while kills < 4 and simulator.poll() is None:
        firmware = bench.firmware()
        if welcome(firmware):
            time.sleep(0.5 * draw())
            kills += 1
        firmware.kill()
        firmware.communicate()
    firmware = bench.firmware()
    try:
        _, error = simulator.communicate(timeout=HANGS)
    finally:
        simulator.kill()
        firmware.kill()
        firmware.communicate()
    if simulator.returncode not in (0, 1):
        return [f"exit code {simulator.returncode}: {error}"]
    wrong, times = wrong_reactions(columns(bench.results()))
    link = json.loads((bench.results() / "summary.json").read_text())["links"][0]
    print(f"killed {kills} times, joined {link['joined']}, dropped {link['dropped']}, away {times} times; the run "
          f"ended with {'pass' if simulator.returncode == 0 else 'a limit failed'}")
    if times < 1 or kills < 2:
        wrong.append(f"it was killed {kills} times and away {times} times")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shown = {f.__name__: f for f in (repeats, library, stops, dies)}
    parser.add_argument("what", choices=shown)
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="folder of the build")
    parser.add_argument("--level", choices=TICKS, action="append")
    a = parser.parse_args()
    if not shutil.which("qemu-system-arm") or not (pathlib.Path(a.build) / "firmware").exists():
        print("skipped: no qemu-system-arm or no arm-none-eabi-gcc; tools/setup test installs both")
        return 4
    both = a.what in ("repeats", "library")
    wrong = []
    for level in a.level or (TICKS if both else ["torque"]):
        with tempfile.TemporaryDirectory() as folder:
            wrong += shown[a.what](Bench(a.build, folder, level))
    print("\n".join(wrong[:20]) or "all held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
