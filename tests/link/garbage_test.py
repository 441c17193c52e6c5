#!/usr/bin/env python3
"""Sends garbage to a link for a while: the run goes on with its own controller and gives the bits of an undisturbed one.

  tests/link/garbage_test.py --evsim build/release/evsim [--seconds 60] [--transport tcp]

Random bytes, messages cut short, headers with huge lengths and connections that say nothing, by several clients at once.

Exit codes: 0 all held, 1 not.
"""
import argparse
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HANGS = 200.0  # what no run takes [s]


def link_file(folder, transport):
    at = {"tcp": "tcp://:0", "udp": "udp://:0", "unix": f"unix://{folder}/vcu.sock"}[transport]
    path = folder / "link.json"
    path.write_text(json.dumps({"vcu": {"at": at, "patience_s": 20}}))
    return path


def connected(at):
    kind, rest = at.split("://")
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


def disturb(at, seed, end, sent):
    draw = random.Random(seed)
    while not end.is_set():
        try:
            with connected(at) as s:
                for _ in range(draw.randrange(1, 5)):
                    data = rubbish(draw)
                    if data:
                        s.send(data)
                        sent.append(len(data))
                    time.sleep(0.002 * draw.random())
        except OSError:
            time.sleep(0.01)


def run(a, folder, transport, with_garbage):
    """The recorded signals, and what the link counted."""
    command = [a.evsim, "hil", str(ROOT / "scenarios/hwfet.json"), "--vehicle", str(ROOT / "vehicles/xiaomi_su7.json"),
               "--link", str(link_file(folder, transport)), "--out", str(folder / "out"),
               "--set", "scenario.record.rate_Hz=10"]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    at = simulator.stderr.readline().split()[-1]
    end, sent = threading.Event(), []
    others = [threading.Thread(target=disturb, args=(at, seed, end, sent)) for seed in range(4 if with_garbage else 0)]
    for t in others:
        t.start()
    # A controller that finds no place among so many comes again.
    controller = None
    while simulator.poll() is None:
        if controller is None or controller.poll() is not None:
            controller = subprocess.Popen([a.controller, at], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.05)
    end.set()
    for t in others:
        t.join()
    controller.kill()
    controller.wait()
    if simulator.returncode not in (0, 1):
        raise RuntimeError(f"{transport}: exit code {simulator.returncode}: {simulator.stderr.read()}")
    link = json.loads(next((folder / "out").rglob("summary.json")).read_text())["links"][0]
    return next((folder / "out").rglob("signals.csv")).read_bytes(), link, sum(sent)


def check(a, transport):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        alone, _, _ = run(a, folder, transport, False)
        until = time.monotonic() + a.seconds
        runs = rejected = sent = 0
        while runs == 0 or time.monotonic() < until:
            disturbed, link, n = run(a, folder, transport, True)
            runs, rejected, sent = runs + 1, rejected + link["rejected"], sent + n
            if disturbed != alone or link["unanswered"] or link["dropped"]:
                print(f"{transport}: run {runs} is another one: {link}")
                return False
        print(f"{transport}: {runs} runs as the undisturbed one; {sent} bytes of garbage sent, {rejected} times rejected", flush=True)
        return rejected > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evsim", default=str(ROOT / "build/release/evsim"), help="program")
    parser.add_argument("--controller", default=str(ROOT / "build/release/socket_vcu"), help="program")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each transport")
    parser.add_argument("--transport", choices=("tcp", "udp", "unix"), action="append")
    a = parser.parse_args()
    return 0 if all([check(a, t) for t in a.transport or ("tcp", "udp", "unix")]) else 1


if __name__ == "__main__":
    sys.exit(main())
