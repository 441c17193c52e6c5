#!/usr/bin/env python3
"""The window as a program, drawn by the processor: time to its first frame, frames a second, memory after an hour.

  xvfb-run -a -s "-screen 0 1600x900x24" tools/benchmarks/real_window.py EVSIM_GUI VEHICLE

Memory is what is resident at the end of an hour of the multi-body car, simulated as fast as it can be.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HOUR = 3600.0  # of simulated time [s]


def figures(command):
    """What --seconds prints: first frame [s], frames a second, CPU a frame [ms]."""
    done = subprocess.run([*command, "--seconds", "5"], capture_output=True, text=True, check=True)
    return [float(x) for x in re.findall(r"[\d.]+(?= s,| frames/s| ms)", done.stdout)]


def resident(pid):
    """[MB]"""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return {key: int(re.search(key + r":\s+(\d+) kB", text)[1]) / 1024 for key in ("VmRSS", "VmHWM")}


def memory_of_an_hour(gui, vehicle):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "state.json"
        window = subprocess.Popen([gui, vehicle, "scenarios/drive_by_hand.json", "--pace", "1e9", "--state", file])
        try:
            first, t = None, 0.0
            while t < 0.999 * HOUR:
                time.sleep(0.2)
                if window.poll() is not None:
                    sys.exit(f"the window ended with {window.returncode}")
                if not file.exists():
                    continue
                t = json.loads(file.read_text(encoding="utf-8"))["t_s"]
                first = first or resident(window.pid)["VmRSS"]
            at_end = resident(window.pid)
        finally:
            window.kill()
            window.wait()
    print(f"memory: {first:.0f} MB at first, {at_end['VmRSS']:.0f} MB after {t:.0f} s, at most {at_end['VmHWM']:.0f} MB")


def main():
    gui, vehicle = sys.argv[1:3]
    starts = [figures([gui, vehicle, "scenarios/wltc.json"])[0] for _ in range(3)]
    print(f"first frame of the WLTC: {min(starts):.3f} s, bar 1 s; longest of {len(starts)} {max(starts):.3f} s")
    small = ["--width", "1024", "--height", "640"]
    for scenario in ("wltc", "full_throttle"):
        _, rate, cpu = figures([gui, vehicle, f"scenarios/{scenario}.json", *small])
        print(f"1024x640, {scenario}: {rate:.1f} frames/s, bar 25; {cpu:.1f} ms of CPU a frame, simulation included")
    memory_of_an_hour(gui, vehicle)


if __name__ == "__main__":
    main()
