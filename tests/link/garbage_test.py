#!/usr/bin/env python3
"""Sends garbage to a link for a while: the run goes on with its own controller and gives the bits of an undisturbed one.

  tests/link/garbage_test.py --evsim build/release/evsim [--seconds 60] [--transport tcp]

Random bytes, messages cut short, headers with huge lengths and connections that say nothing, by several clients at once.
On a CAN bus (slcan_...) also in place of the controller: commands out of place, lines of all lengths, frames of nobody, and the
controller's own with wrong counters. Then the run has the bits of one whose controller says nothing.

Exit codes: 0 all held, 1 not.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

from restart_test import CAN, EXAMPLE, ROOT, address

TRANSPORTS = ("tcp", "udp", "unix", *CAN)
HANGS = 200.0  # what no run takes [s]


def link_file(folder, transport):
    vcu = {"patience_s": 20}
    if transport in CAN:
        can = json.loads((EXAMPLE / "can.json").read_text())["vcu"]["can"]
        vcu["can"] = can | {"at": CAN[transport].format(folder), "dbc": str(EXAMPLE / can["dbc"])}
    else:
        vcu["at"] = {"tcp": "tcp://:0", "udp": "udp://:0", "unix": f"unix://{folder}/vcu.sock"}[transport]
    path = folder / "link.json"
    path.write_text(json.dumps({"vcu": vcu}))
    return path


class Terminal:
    """As much of a socket as is used here, and what it is told is read and forgotten."""

    def __init__(self, path):
        self.handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def send(self, data):
        try:
            os.read(self.handle, 65536)
        except BlockingIOError:
            pass
        try:
            return os.write(self.handle, data)
        except BlockingIOError:
            return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.handle)


def connected(at):
    kind, rest = at.split("://")
    if kind == "slcan" and rest.startswith("/"):
        return Terminal(rest)
    if kind == "unix":
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect(rest)
        return s
    host, port = rest.rsplit(":", 1)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    s.connect((host, int(port)))
    return s


def rubbish(draw):
    kind = draw.randrange(4)
    if kind == 0:
        return draw.randbytes(draw.randrange(1, 2000))
    head = b"EVL1" + draw.randrange(1, 9).to_bytes(4, "little")
    if kind == 1:  # a length that no message has
        return head + b"\xff\xff\xff\x7f" + draw.randbytes(28)
    if kind == 2:  # a message that ends too soon
        return head + (100).to_bytes(4, "little") + draw.randbytes(40)
    return b""  # nothing


def slcan_rubbish(draw):
    kind = draw.randrange(6)
    if kind == 0:
        return draw.randbytes(draw.randrange(1, 2000))
    if kind == 1:  # commands out of place; the channel is opened again soon
        return b"\r".join(draw.choices((b"C", b"O", b"L", b"S6", b"S99", b"Y2", b"V", b"F", b"M", b"Z3", b""), k=5)) + b"\r"
    if kind == 2:  # a line that is too long, or ends too soon
        return b"T" * draw.randrange(1, 600) + b"\r"
    if kind == 3:  # frames of nobody
        return b"O\rt%03X2%04X\r" % (draw.choice((0, 1, 0x201, 0x7FF)), draw.randrange(65536))
    if kind == 4:  # the controller's own, with a counter that there is not
        data = bytearray(draw.randbytes(8))
        data[1] |= 0x0F
        return b"O\rt2008" + data.hex().encode() + b"\r"
    return b""


def disturb(at, seed, end, sent):
    draw = random.Random(seed)
    while not end.is_set():
        try:
            with connected(at) as s:
                for _ in range(draw.randrange(1, 5)):
                    data = slcan_rubbish(draw) if at.startswith("slcan") else rubbish(draw)
                    if data:
                        s.send(data)
                        sent.append(len(data))
                    time.sleep(0.002 * draw.random())
        except OSError:
            time.sleep(0.01)


def started(a, folder, transport, scenario, *more):
    """The simulator, and where it is reached."""
    command = [a.evsim, "hil", str(ROOT / "scenarios" / scenario), "--vehicle", str(ROOT / "vehicles/xiaomi_su7.json"),
               "--link", str(link_file(folder, transport)), "--out", str(folder / "out"), *more]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return simulator, address(simulator.stderr.readline(), transport)


def ended(folder, transport, simulator):
    """The recorded signals, and what the link counted."""
    if simulator.returncode not in (0, 1):
        raise RuntimeError(f"{transport}: exit code {simulator.returncode}: {simulator.stderr.read()}")
    link = json.loads(next((folder / "out").rglob("summary.json")).read_text())["links"][0]
    return next((folder / "out").rglob("signals.csv")).read_bytes(), link


class Clients:
    """Four that send garbage, while the block lasts."""

    def __init__(self, at):
        self.end, self.sizes = threading.Event(), []
        self.all = [threading.Thread(target=disturb, args=(at, seed, self.end, self.sizes)) for seed in range(4)]

    def __enter__(self):
        for t in self.all:
            t.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for t in self.all:
            t.join()

    def sent(self):
        return sum(self.sizes)


def beside(a, folder, transport, with_garbage):
    """With a controller: signals, counts, bytes of garbage."""
    simulator, at = started(a, folder, transport, "hwfet.json", "--set", "scenario.record.rate_Hz=10")
    program = pathlib.Path(a.build) / ("can_vcu" if transport in CAN else "socket_vcu")
    controller, sent = None, 0
    if transport in CAN:  # who comes first has the adapter
        controller = subprocess.Popen([program, at], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        controller.stdout.readline()
    with contextlib.ExitStack() as stack:
        clients = stack.enter_context(Clients(at)) if with_garbage else None
        # A controller that finds no place among so many comes again.
        while simulator.poll() is None:
            if controller is None or controller.poll() is not None:
                controller = subprocess.Popen([program, at], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.05)
    if clients:
        sent = clients.sent()
    controller.kill()
    controller.wait()
    return *ended(folder, transport, simulator), sent


def instead(a, folder, transport, with_garbage):
    """Without a controller; without garbage somebody opens the channel and says nothing."""
    simulator, at = started(a, folder, transport, "torque_profile.json", "--pace", "5")
    with Clients(at) if with_garbage else connected(at) as clients:
        if not with_garbage:
            clients.send(b"O\r")
        simulator.communicate(timeout=HANGS)
    return *ended(folder, transport, simulator), clients.sent() if with_garbage else 0


def check(a, transport, run):
    what = f"{transport}, {'beside' if run is beside else 'in place of'} the controller"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        alone, _, _ = run(a, folder, transport, False)
        until = time.monotonic() + a.seconds
        runs = sent = 0
        rejected = dict.fromkeys(("rejected", "turned_away", "unknown", "invalid"), 0)
        while runs == 0 or time.monotonic() < until:
            disturbed, link, n = run(a, folder, transport, True)
            runs, sent = runs + 1, sent + n
            for name in rejected:
                rejected[name] += link.get(name, 0)
            if disturbed != alone or run is beside and (link["unanswered"] or link.get("dropped")):
                print(f"{what}: run {runs} is another one: {link}")
                return False
        counts = ", ".join(f"{name} {n}" for name, n in rejected.items() if n)
        print(f"{what}: {runs} runs as the undisturbed one; {sent} bytes of garbage sent; {counts}", flush=True)
        if run is instead:
            return all(rejected[name] > 0 for name in ("rejected", "unknown", "invalid"))
        return rejected["turned_away" if transport in CAN else "rejected"] > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evsim", default=str(ROOT / "build/release/evsim"), help="program")
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="folder of the controllers")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each transport")
    parser.add_argument("--transport", choices=TRANSPORTS, action="append")
    a = parser.parse_args()
    # A serial line has one user: nobody is beside him.
    runs = [(t, run) for t in a.transport or TRANSPORTS for run in (beside, instead)
            if (run is beside and t != "slcan_pty") or (run is instead and t in CAN)]
    return 0 if all([check(a, t, run) for t, run in runs]) else 1


if __name__ == "__main__":
    sys.exit(main())
