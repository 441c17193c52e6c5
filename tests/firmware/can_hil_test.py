#!/usr/bin/env python3
"""Firmware in two emulated Cortex-M4F, control unit and motor control, drives the SU7 over CAN by can.json.

  tests/firmware/can_hil_test.py follows    the torque is that of the same firmware as shared libraries, no frame is lost
  tests/firmware/can_hil_test.py dies       one of them, held to the wall clock: kill -9; the reaction comes at the right
                                            simulated time, and another one is back in the run

The emulators' clock is the computer's, so what they answer comes a little sooner or later: torques are compared where the
pedals have rested. Wall-clock times are never asserted.
Exit codes: 0 all held, 1 not, 4 skipped: no emulator or no compiler.
"""
import argparse
import dataclasses
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from lockstep_test import HANGS, ROOT, SCENARIO, VEHICLE, columns

sys.path.insert(0, str(ROOT / "tests"))
from ports import free_port, is_free  # noqa: E402

LINK = pathlib.Path(__file__).with_name("can.json")
ELFS = {"vcu": "vcu_can", "motor_control": "motor_can"}
LIBRARIES = {"vcu": "vcu_firmware", "motor_control": "motor_torque"}
ANSWERS = {"vcu": {0x110, 0x111}, "motor_control": {0x210}}  # frames that outputs are taken from
# Of the torque aimed at, while a role holds what it asked for and while it asks for none [Nm]: the built-in motor control adds
# iron loss and friction, by the speed, to what a control unit asks for; a motor control's own is taken as it is.
HOLDS = {"vcu": 1.0, "motor_control": 0.0}
NONE = {"vcu": 3.0, "motor_control": 0.0}
TICK, RECORD = 0.01, 0.01  # simulated [s]
# (t, accelerator, brake), and when they have rested. Not at full throttle, where the torque is a matter of speed.
PEDALS = [(0, 0, 0), (0.3, 0.2, 0), (2, 0.2, 0), (2.1, 0.4, 0), (4, 0.4, 0), (4.1, 0, 0.15), (6, 0, 0.15), (6.1, 0.1, 0), (8, 0.1, 0)]
RESTED = (1.9, 3.9, 5.9, 7.9)
GENTLE = [(0, 0.08, 0), (8, 0.08, 0)]


class Emulator:
    """Its serial line is a CAN adapter, at the same port each time."""

    def __init__(self, elf):
        self.elf, self.port, self.process = elf, free_port(), None

    def start(self):
        chardev = f"socket,id=can,host=127.0.0.1,port={self.port},nodelay=on,server=on,wait=off"
        self.process = subprocess.Popen(
            ["qemu-system-arm", "-M", "netduinoplus2", "-kernel", str(self.elf), "-chardev", chardev, "-serial", "chardev:can",
             "-display", "none", "-monitor", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while is_free(self.port):
            if self.process.poll() is not None:
                raise SystemExit(f"the emulator of {self.elf.name} ends with {self.process.returncode}")
            time.sleep(0.01)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclasses.dataclass
class Frame:
    t: float  # simulated [s]
    name: int
    data: bytes
    received: bool  # from the controller


class Bench:
    """can.json with ports of its own, these roles of it, and a scenario of these pedals."""

    def __init__(self, build, folder, pedals, roles=tuple(ELFS)):
        self.build, self.folder = pathlib.Path(build), pathlib.Path(folder)
        self.emulators = {role: Emulator(self.build / "firmware" / f"{ELFS[role]}.elf") for role in roles}
        all_links = json.loads(LINK.read_text())
        link = {role: all_links[role] for role in roles}
        for role, emulator in self.emulators.items():
            link[role]["can"] |= {"at": f"slcan://127.0.0.1:{emulator.port}", "dbc": str(LINK.parent / link[role]["can"]["dbc"])}
        self.timeout = 1e-3 * link[roles[0]]["timeout_ms"]
        (self.folder / "link.json").write_text(json.dumps(link))
        s = json.loads(SCENARIO.read_text())
        del s["$schema"]
        s |= {"vehicle": str(VEHICLE), "driver": {"type": "pedals", "pedals": "pedals.csv"},
              "expect": [{"id": "LEDGER-1", "kpi": "ledger_residual", "max": 1e-6}]}
        (self.folder / "can.json").write_text(json.dumps(s))
        lines = ["t [s],accelerator [1],brake [1]"] + [",".join(map(str, row)) for row in pedals]
        (self.folder / "pedals.csv").write_text("\n".join(lines) + "\n")

    def command(self, what, out, *more):
        return [str(self.build / "evsim"), what, str(self.folder / "can.json"), "--out", str(self.folder / out), *more]

    def results(self, out):
        return next((self.folder / out).rglob("signals.csv")).parent

    def on_bus(self, *more, meanwhile=None):
        """Its folder of results; the frames of each role."""
        log, out = self.folder / "frames.log", "+".join(self.emulators)
        command = self.command("hil", out, "--link", str(self.folder / "link.json"), "--can-log", str(log), *more)
        try:
            for e in self.emulators.values():
                e.start()
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as simulator:
                try:
                    if meanwhile:
                        meanwhile(simulator)
                    _, error = simulator.communicate(timeout=HANGS)
                finally:
                    simulator.kill()
        finally:
            for e in self.emulators.values():
                e.kill()
        if simulator.returncode != 0:
            raise SystemExit(f"exit code {simulator.returncode}: {error}")
        return self.results(out), frames_of(log, self.emulators)

    def as_libraries(self):
        command = self.command("run", "library")
        for role, name in LIBRARIES.items():
            command += ["--controller", f"{role}={self.build / 'controllers' / name}.so"]
        p = subprocess.run(command, capture_output=True, text=True, timeout=HANGS, check=False)
        if p.returncode != 0:
            raise SystemExit(p.stderr)
        return self.results("library")


def frames_of(log, roles):
    """By role, in the order of can0, can1."""
    out = {f"can{k}": [] for k in range(len(roles))}
    for line in log.read_text().splitlines():
        t, channel, frame, direction = line.split()
        name, data = frame.split("#")
        out[channel].append(Frame(float(t[1:-1]), int(name, 16), bytes.fromhex(data), direction == "R"))
    return dict(zip(roles, out.values()))


def links_of(folder):
    return {link["role"]: link for link in json.loads((folder / "summary.json").read_text())["links"]}


# ---- What is shown -----------------------------------------------------------------------------------


def follows(build, folder):
    bench = Bench(build, folder, PEDALS)
    bus, frames = bench.on_bus()
    here, there = columns(bench.as_libraries()), columns(bus)
    wrong = []
    for role, link in links_of(bus).items():
        sent = sum(not f.received for f in frames[role])
        received = len(frames[role]) - sent
        print(f"{role}: {link['exchanges']} exchanges, {sent} frames sent, {received} received, {link['invalid']} invalid, "
              f"{link['unanswered']} unanswered")
        if (link["frames_sent"], link["frames_received"]) != (sent, received):
            wrong.append(f"{role}: {link['frames_sent']} and {link['frames_received']} frames are counted")
        for count in ("invalid", "unknown", "unsent", "unanswered"):
            if link[count] != 0:
                wrong.append(f"{role}: {link[count]} {count}")
        for name, f in link["frames"].items():
            # 0, 10 ... 8000 ms; a battery's once in ten of them. From the controller one for each exchange at least.
            of_cycle = 8.0 / f["cycle_time_s"]
            least, most = (of_cycle - 2, 1e9) if f["from"] == "controller" else (of_cycle, of_cycle + 1)
            if not least <= f["count"] <= most:
                wrong.append(f"{role}: {f['count']} frames of {name} in 8 s, one each {f['cycle_time_s']} s")
    tau = "drive_units.rear.tau_em [Nm]"
    span = max(here[tau]) - min(here[tau])
    for t in RESTED:
        k = round(t / RECORD)
        print(f"t = {t} s: {there[tau][k]:.2f} Nm over CAN, {here[tau][k]:.2f} Nm as libraries")
        if abs(there[tau][k] - here[tau][k]) > 0.02 * span:  # bits of the frames: 0.05 Nm; the speeds are not quite the same
            wrong.append(f"at t = {t} s the torque is {there[tau][k]} Nm over CAN, {here[tau][k]} Nm as libraries")
    if span < 200:
        wrong.append(f"the torques span {span} Nm only")
    return wrong


def spells(role, frames, timeout, end):
    """(from, to): longer than the time-out between two answers."""
    answered, new = [], set()
    for t, of_exchange in itertools.groupby((f for f in frames if f.received), lambda f: f.t):
        new |= {f.name for f in of_exchange}
        if new >= ANSWERS[role]:
            answered.append(t)
            new = set()
    return [(a, b) for a, b in zip(answered, answered[1:] + [end]) if b - a > timeout + 2 * TICK]


def connected(role, c):
    """(t, it is there)"""
    return zip(c["t [s]"], c[("vcu" if role == "vcu" else "drive_units.rear") + ".controller.connected [1]"])


def asked(c):
    """(t, torque [Nm])"""
    return list(zip(c["t [s]"], c["drive_units.rear.tau_em_ref [Nm]"]))

def wrong_reactions(role, c, away, timeout):
    """What it asks for holds until the time-out, then there is none. Either is seen a tick and a record later at most."""
    wrong = []
    for begin, end in away:
        before, after = begin + timeout - TICK, begin + timeout + TICK + RECORD
        for t, here in connected(role, c):
            if begin < t < before and not here or after < t < end and here:
                wrong.append(f"{role}: at t = {t} s, {t - begin:.3f} s after the last answer, connected is {here}")
        held = [(t, tau) for t, tau in asked(c) if begin + TICK + RECORD < t < before]
        wrong += [f"{role}: at t = {t} s, {t - begin:.3f} s after the last answer, the torque aimed at is {tau}, was {held[0][1]} Nm"
                  for t, tau in held if abs(tau - held[0][1]) > HOLDS[role]]
        wrong += [f"{role}: at t = {t} s, {t - begin:.3f} s after the last answer, the torque aimed at is {tau} Nm"
                  for t, tau in asked(c) if after < t < end and abs(tau) > NONE[role]]
    return wrong


def dies(build, folder):
    return [w for role in ELFS for w in one_dies(Bench(build, folder, GENTLE, (role,)), role)]


def one_dies(bench, role):
    emulator, killed = bench.emulators[role], []

    def kill(simulator):
        time.sleep(3.0)
        if simulator.poll() is None:
            emulator.kill()
            killed.append(emulator)
            time.sleep(1.0)
            emulator.start()

    bus, frames = bench.on_bus("--pace", "1", "--on-overrun", "slip", meanwhile=kill)
    c, link = columns(bus), links_of(bus)[role]
    away = spells(role, frames[role], bench.timeout, c["t [s]"][-1])
    there = ", ".join(f"{a:g} to {b:g} s" for a, b in away)
    print(f"{role}: {link['frames_sent']} frames sent, {link['frames_received']} received, {link['invalid']} invalid; silent from {there}")
    wrong = wrong_reactions(role, c, away, bench.timeout)
    begin, end = max(away, key=lambda x: x[1] - x[0], default=(0, 0))
    if not killed or end - begin < 0.5:
        wrong.append(f"{role}: nothing of its death is seen")
    if not any(tau > 10.0 for t, tau in asked(c) if begin < t < begin + bench.timeout - TICK):
        wrong.append(f"{role}: no torque was asked for as it died")
    if not any(here for t, here in connected(role, c) if t > end):
        wrong.append(f"{role}: it does not come back")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shown = {f.__name__: f for f in (follows, dies)}
    parser.add_argument("what", choices=shown)
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="folder of the build")
    a = parser.parse_args()
    if not shutil.which("qemu-system-arm") or not (pathlib.Path(a.build) / "firmware/vcu_can.elf").exists():
        print("skipped: no qemu-system-arm or no arm-none-eabi-gcc; tools/setup test installs both")
        return 4
    with tempfile.TemporaryDirectory() as folder:
        wrong = shown[a.what](a.build, folder)
    print("\n".join(wrong[:20]) or "all held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
