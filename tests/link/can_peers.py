#!/usr/bin/env python3
"""Checks CAN logs and the protocol of serial adapters against python-can, from PyPI, checked by its hash.

  logs      python-can writes random messages as candump and as ASC; can_peer reads and writes them; python-can reads that:
            the same messages, times to the microsecond
  adapter   python-can's slcan opens our served adapter over a pseudo terminal and over TCP, sends and gets back every frame
  client    our client's port opens an adapter that python-can's slcan plays, over both, and sends back every frame

Left out, as python-can has no words for them: the error state indicator in slcan; in ASC, frames of CAN FD without data (it
reads them as remote frames) ; in candump, lengths of remote frames (it writes none).

Exit codes: 0 all the same, 1 not, 4 a program or package was not found.
"""
import argparse
import os
import pty
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import tty
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/benchmarks"))
from peer_environment import Failure, environment, exit_code, program  # noqa: E402

PINS = {
    "python-can==4.6.1": "17f95255868a95108dcfcb90565a684dad32d5a3ebb35afd14f739e18c84ff6c",
    "pyserial==3.5": "c4451db6ba391ca6ca299fb3ec7bae67a5c55dde170964c7a14ceefec02f2cf0",
    "packaging==26.4": "81383611a09c1bc0b08b76e0fd5829d7c6824c65b27a6aee339da133f4233ea2",
    "typing_extensions==4.16.0": "481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8",
    "wrapt==1.17.3": "7171ae35d2c33d326ac19dd8facb1e82e5fd04ef8c6c0e394d7af55a55051c22",
}
LENGTHS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)


def messages(count, seed, *, errors, empty_fd, remote_lengths, esi):
    """Random messages, with times 10 ms apart."""
    import can
    draw = random.Random(seed)
    for i in range(count):
        common = {"timestamp": round(1_700_000_000 + 0.01 * i + draw.randrange(1000) * 1e-6, 6), "channel": draw.randrange(3),
                  "is_rx": draw.random() < 0.5}
        if errors and draw.random() < 0.05:
            yield can.Message(is_error_frame=True, **common)
            continue
        extended, fd = draw.random() < 0.5, draw.random() < 0.5
        remote = not fd and draw.random() < 0.2
        length = draw.choice(LENGTHS[0 if empty_fd else 1:]) if fd else draw.randrange(9)
        if remote and not remote_lengths:
            length = 0
        yield can.Message(
            arbitration_id=draw.randrange(1 << (29 if extended else 11)), is_extended_id=extended, is_fd=fd,
            is_remote_frame=remote, bitrate_switch=fd and draw.random() < 0.5,
            error_state_indicator=esi and fd and draw.random() < 0.5, dlc=length,
            data=None if remote else draw.randbytes(length), **common)


def differs(a, b, channel=None):
    """What is not the same in two messages, or None."""
    names = ["is_error_frame"] if a.is_error_frame else [
        "arbitration_id", "is_extended_id", "is_fd", "is_remote_frame", "bitrate_switch", "dlc", "data"]
    if channel is not None and not a.is_error_frame:
        names += ["error_state_indicator", "is_rx"]
        if b.channel != channel(a.channel):
            return "channel"
    return next((name for name in names if getattr(a, name) != getattr(b, name)), None)


def count_same(what, sent, got, channel=None, start=None):
    """Whether both are the same, and says so."""
    wrong = [f"{name}: {a} / {b}" for a, b in zip(sent, got) if (name := differs(a, b, channel))]
    if start is not None:
        wrong += [f"time: {a} / {b}" for a, b in zip(sent, got)
                  if abs((a.timestamp - start) - b.timestamp) > 6e-7]
    if len(sent) != len(got):
        wrong.append(f"{len(sent)} sent, {len(got)} got")
    print(f"  {what}: {len(got)} of {len(sent)} messages, {len(wrong)} differ")
    for words in wrong[:5]:
        print(f"    {words}")
    return not wrong


def logs(peer, count):
    """Logs that python-can writes and reads, with ours in between."""
    import can
    held = True
    kinds = (("candump", can.CanutilsLogWriter, can.CanutilsLogReader, "log"), ("asc", can.ASCWriter, can.ASCReader, "asc"))
    with tempfile.TemporaryDirectory() as folder:
        for kind, write, read, suffix in kinds:
            is_asc = kind == "asc"
            sent = list(messages(count, 1, errors=True, empty_fd=not is_asc, remote_lengths=is_asc, esi=True))
            theirs, ours = Path(folder, f"theirs.{suffix}"), Path(folder, f"ours.{suffix}")
            with write(theirs) as writer:
                for message in sent:
                    writer(message)
            done = subprocess.run([peer, kind], stdin=theirs.open(), stdout=ours.open("w"), stderr=subprocess.PIPE, timeout=60)
            if done.returncode != 0:
                raise Failure(1, done.stderr.decode())
            with read(ours) as reader:
                got = list(reader)
            channel = (lambda c: c) if is_asc else (lambda c: f"can{c}")
            held &= count_same(kind, sent, got, channel, sent[0].timestamp if is_asc else 0.0)
    return held


class Echo:
    """can_peer at an address: sends back every frame."""

    def __init__(self, peer, address):
        self.process = subprocess.Popen([peer, "echo", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.name = self.process.stdout.readline().strip()

    def counts(self):
        """received, sent, not taken, lost, rejected"""
        try:
            words = self.process.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            words = self.process.communicate()[1]
        return [int(word) for word in words.split()] if re.fullmatch(r"[\d\s]+", words) else words.strip()


def there_and_back(bus, sent):
    """Sends all, at most some on their way at a time, and gives what came back."""
    got = []

    def take():
        while len(got) < len(sent) and (message := bus.recv(10)):
            got.append(message)

    taker = threading.Thread(target=take)
    taker.start()
    for i, message in enumerate(sent):
        while i - len(got) > 200 and taker.is_alive():
            taker.join(0.0005)
        bus.send(message)
    taker.join()
    return got


def verdict(what, sent, got, counts, rejected=0):
    """Whether nothing was lost or altered, in the peer's own counts too."""
    print(f"  {what}: received, sent, not taken, lost, rejected by its own count: {counts}")
    return count_same(what, sent, got) and counts == [len(sent), len(sent), 0, 0, rejected]


def adapter(peer, transport, count):
    """python-can's slcan at our adapter."""
    import can
    sent = list(messages(count, 2, errors=False, empty_fd=True, remote_lengths=True, esi=False))
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "can")
        echo = Echo(peer, f"slcan-pty://{link}" if transport == "pty" else "slcan-server://127.0.0.1:0")
        channel = str(link) if transport == "pty" else "socket://" + echo.name.partition("://")[2]
        bus = can.Bus(interface="slcan", channel=channel, bitrate=500000, sleep_after_open=0)
        versions = bus.get_version(5), bus.get_serial_number(5)
        got = there_and_back(bus, sent)
        bus.shutdown()
        counts = echo.counts()
    print(f"  adapter over {transport}: version {versions[0]}, serial number {versions[1]}")
    return verdict(f"adapter over {transport}", sent, got, counts) and versions == ((10, 13), "EV01")


def relay(a, b):
    """Bytes from each of two handles to the other until one ends."""
    def copy(source, target):
        try:
            while data := os.read(source, 65536):
                while data:
                    data = data[os.write(target, data):]
        except OSError:
            pass

    for pair in ((a, b), (b, a)):
        threading.Thread(target=copy, args=pair, daemon=True).start()


def client(peer, transport, count):
    """Our client at an adapter: python-can's slcan, which says frames as an adapter does. Both open a serial port or a TCP
    connection, so a relay joins them. What python-can says beside frames, C, S6 and O twice to open, is no answer of
    an adapter: our client rejects it."""
    import can
    sent = list(messages(count, 3, errors=False, empty_fd=True, remote_lengths=True, esi=False))
    held = []
    if transport == "pty":
        ours, theirs = pty.openpty(), pty.openpty()
        for handle in (*ours, *theirs):
            tty.setraw(handle)
        address, channel = f"slcan://{os.ttyname(ours[1])}?data_bit_rate=2000000", os.ttyname(theirs[1])
        handles = ours[0], theirs[0]
        echo = Echo(peer, address)
        bus = can.Bus(interface="slcan", channel=channel, bitrate=500000, sleep_after_open=0)
        held = [ours, theirs]
    else:
        servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        names = [f"127.0.0.1:{s.getsockname()[1]}" for s in servers]
        echo = Echo(peer, f"slcan://{names[0]}?data_bit_rate=2000000")
        bus = can.Bus(interface="slcan", channel=f"socket://{names[1]}", bitrate=500000, sleep_after_open=0)
        connections = [s.accept()[0] for s in servers]
        handles = [c.fileno() for c in connections]
        held = [servers, connections]
    relay(*handles)
    got = there_and_back(bus, sent)
    counts = echo.counts()
    bus.shutdown()
    del held
    return verdict(f"client over {transport}", sent, got, counts, rejected=4)


def compare(args):
    peer = str(program(args.build, "can_peer"))
    print("Beside python-can 4.6.1:")
    held = [logs(peer, args.count)]
    held += [side(peer, transport, args.frames) for side in (adapter, client) for transport in ("pty", "tcp")]
    return all(held)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="where can_peer is")
    parser.add_argument("--count", type=int, default=2000, help="messages of each log")
    parser.add_argument("--frames", type=int, default=100_000, help="frames each way through each port")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return exit_code(compare, args)

    def in_environment(args):
        program(args.build, "can_peer")
        python = environment("can", tuple(PINS), tuple(PINS.values()))
        return subprocess.run([python, __file__, *sys.argv[1:], "--inside"]).returncode == 0

    return exit_code(in_environment, args)


if __name__ == "__main__":
    sys.exit(main())
