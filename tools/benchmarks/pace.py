#!/usr/bin/env python3
"""How well `evsim hil --pace 1` holds 1 kHz, beside a monitor in another process that sees when steps come.

  tools/benchmarks/pace.py [--seconds 60] [--fifo 80]

The monitor is the controller itself: it takes the wall-clock time of each step, less the step's simulated time; the least
such difference is what a step that is not late has. evsim's own figures are in timing.json. Both are shown; the monitor
also sees what the socket and its own wake-up take. Where other programs keep the processor the run takes longer than its
simulated time: it catches up, or, where each wake-up takes longer than a step, ends late; how late is shown.

Then an overload by choice, 1 s a million times as fast: each exchange but the first is an overrun.

Exit codes: 0, 1 an overload has another count, 4 the run failed.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools/python"))
from evsim_link import Link  # noqa: E402


RATE = 1000.0  # of the exchanges [Hz]


def monitor(at):
    """Wall clock less simulated time of each step [s]."""
    seen = []
    for step in Link(at, role="vcu", name="monitor", inputs=["accelerator"], outputs=["tau.rear Nm"]):
        seen.append(time.monotonic() - step.t)
        step.answer({"tau.rear": 100.0 * step["accelerator"]})
    return seen


def run(evsim, seconds, pace, options=()):
    """The link's part of timing.json, and what the monitor saw."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        files(folder, seconds)
        command = [evsim, "hil", "pace.json", "--link", "link.json", "--pace", str(pace), *options]
        simulator = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        seen = monitor(simulator.stderr.readline().split()[-1])
        _, error = simulator.communicate()
        if simulator.returncode not in (0, 1):
            print(f"pace.py: exit code {simulator.returncode}: {error}", file=sys.stderr)
            sys.exit(4)
        return json.loads(next(folder.rglob("timing.json")).read_text()), seen


def files(folder, seconds):
    (folder / "pedals.csv").write_text(f"t [s],accelerator [1],brake [1]\n0,0.2,0\n{seconds},0.2,0\n")
    scenario = {"vehicle": str(ROOT / "vehicles/xiaomi_su7.json"), "level": "drive",
                "driver": {"type": "pedals", "pedals": "pedals.csv"}, "record": {"rate_Hz": 1}}
    (folder / "pace.json").write_text(json.dumps(scenario))
    link = {"vcu": {"at": "tcp://:0", "rate_Hz": RATE}}
    (folder / "link.json").write_text(json.dumps(link))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evsim", default=str(ROOT / "build/release/evsim"), help="program")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--fifo", type=int, default=0, help="real-time priority; 0: none")
    a = parser.parse_args()
    options = ["--fifo", str(a.fifo), "--lock-memory"] if a.fifo else []
    timing, seen = run(a.evsim, a.seconds, 1, options)
    link = timing["links"][0]
    least = min(seen)
    late = sorted(x - least for x in seen)
    ours, theirs = link["lateness"], {"p50_us": 0.5, "p99_us": 0.99, "p99_9_us": 0.999, "max_us": 1.0}
    print(f"{ours['count']} exchanges at {RATE:.0f} Hz, {link['pace']['overruns']} overruns, "
          f"{timing['wall_s']:.2f} s of wall clock for {a.seconds:g} s; monitor saw {len(late)}")
    for name, share in theirs.items():
        at = 1e6 * late[min(int(share * len(late)), len(late) - 1)]
        print(f"  {name[:-3]:6} {ours[name]:9.1f} us by evsim, {at:9.1f} us by the monitor")

    timing, seen = run(a.evsim, 1.0, 1e6)
    link = timing["links"][0]
    expected = link["lateness"]["count"] - 1
    print(f"overload: {link['lateness']['count']} exchanges, {link['pace']['overruns']} overruns, expected {expected}; "
          f"monitor saw {len(seen)}")
    return 0 if link["pace"]["overruns"] == expected else 1


if __name__ == "__main__":
    sys.exit(main())
