#!/usr/bin/env python3
"""Holds evsim's reader of CAN databases and its signal codec against cantools, on the databases of cantools' own tests
and of opendbc.

For each database both read: messages, signals, cycle times, start values, value tables must be the same. For each signal
random raw values are put into bytes, for each message random bytes are decoded and random physical values encoded, with
each value of its multiplexers that selects something new; all must be equal, to the last bit. Messages whose signals
overlap, which cantools can't decode or encode, are compared signal by signal.

What cantools refuses and evsim reads is compared by what cantools reads of it without its checks, or after the lines that
it stumbles over are gone. What both refuse is compared after the lines that evsim names are repaired or gone. What evsim
alone refuses is a failure.

cantools and opendbc come from PyPI into a virtual environment under build/peers, checked by their hashes.

Exit codes: 0 all equal, 1 not, 2 wrong argument, 3 a program failed, 4 a program or package was not found.
"""
import argparse
import math
import random
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/benchmarks"))
from peer_environment import ROOT, Failure, command, environment, exit_code, program  # noqa: E402

PINS = {
    "argparse-addons==0.12.0": "48b70ecd719054fcb0d7e6f25a1fecc13607aac61d446e83f47d211b4ead0d61",
    "bitstruct==8.24.0": "fb4b788e423c429a356ca33872ca34588b72884fdc0ed478076c60931003fc76",
    "cantools==45.1.0": "d8f878c6a18c9b48d15a19597fd65ee3301ead484480215337f8937f7a6f44d1",
    "crccheck==1.3.1": "1680c9a7bb1ca4bec45fa19b8ca64319f10d2ce4eb8b0d25d51cb99a20ca0108",
    "packaging==26.4": "81383611a09c1bc0b08b76e0fd5829d7c6824c65b27a6aee339da133f4233ea2",
    "python-can==4.6.1": "17f95255868a95108dcfcb90565a684dad32d5a3ebb35afd14f739e18c84ff6c",
    "textparser==0.26.2": "e14ec4fd58d3515d897196a71f4ccf8d354f5c5c6b87910571b4d250de073c4b",
    "typing_extensions==4.16.0": "481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8",
    "wrapt==1.17.3": "b32888aad8b6e68f83a8fdccbf3165f5469702a7544472bdf41f582970ed3311",
}
# With the databases: the sources of cantools, and opendbc, which is not installed.
FILES = {
    "cantools==45.1.0": ("ea1619f3d6108a1c3ecd0f81c952ff2dffd023b244704f6f7a17c4f4dca75f73", "--no-binary=cantools"),
    "opendbc==0.3.1": ("5552994344a885d85836f2487b85e958e69ab1a0e8d11e30ec508d316bf58ae1", "--only-binary=opendbc"),
}
SEED = 7
UNSIGNED, SIGNED, FLOAT, DOUBLE = range(4)


def databases(python, folder):
    """The .dbc files of both packages, by name."""
    store = ROOT / "build/peers/dbc_files"
    for pin, (digest, how) in FILES.items():
        if list(store.glob(pin.replace("==", "-") + "*")):
            continue
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{pin} --hash=sha256:{digest}\n", encoding="utf-8")
        command([python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--retries", 1,
                 "--timeout", 20, how, "--require-hashes", "-r", wanted, "-d", store], 600, 4,
                f"Fetching {pin} from PyPI (needs network)")
    found = {}
    for archive in sorted(store.iterdir()):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as z:
                found |= {n: z.read(n) for n in z.namelist() if n.endswith(".dbc")}
        else:
            with tarfile.open(archive) as t:
                found |= {m.name: t.extractfile(m).read() for m in t.getmembers() if m.name.endswith(".dbc")}
    return dict(sorted(found.items()))


class Ours:
    """What dbc_codec says of a database."""

    def __init__(self, codec, text, folder):
        self.codec, self.file = codec, Path(folder) / "a.dbc"
        self.file.write_bytes(text)
        lines = self.ask([])[0]
        self.notes = [x[5:] for x in lines if x.startswith("note ")]
        self.messages = []
        for line in lines:
            words = line.split(" ")
            if words[0] == "message":
                self.messages.append(dict(
                    id=int(words[1]), extended=words[2] == "1", fd=words[3] == "1", length=int(words[4]),
                    cycle=int(words[5]), name=words[6], signals=[]))
            elif words[0] == "signal":
                count = int(words[12])
                self.messages[-1]["signals"].append(dict(
                    start=int(words[1]), length=int(words[2]), little=words[3] == "1", type=int(words[4]),
                    factor=float(words[5]), offset=float(words[6]), minimum=float(words[7]), maximum=float(words[8]),
                    selector=int(words[9]), initial=int(words[10]), name=words[11],
                    texts=[int(x) for x in words[13:13 + count]], unit=line.split(" |", 1)[1]))

    def ask(self, requests):
        """Lines of the description, and the answers."""
        done = subprocess.run([str(self.codec), str(self.file)], input="".join(r + "\n" for r in requests),
                              capture_output=True, text=True, timeout=600)
        if done.returncode == 2 and not requests:
            raise Refused(done.stderr.strip())
        if done.returncode != 0:
            raise Failure(3, f"dbc_codec failed: {done.stderr.strip()[:300]}")
        lines = done.stdout.splitlines()
        end = lines.index("end")
        return lines[:end], lines[end + 1:]


class Refused(Exception):
    pass


def theirs(cantools, text, strict):
    try:
        encoding = "utf-8"
        text.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
    try:
        string = text.decode(encoding, errors="replace")
        return cantools.database.load_string(string, database_format="dbc", strict=strict)
    except Exception as error:
        raise Refused(str(error)) from None


# ---- Repairs -------------------------------------------------------------------------------------------------------

def without(text, numbers):
    return b"\n".join(b"" if i in numbers else x for i, x in enumerate(text.split(b"\n"), 1))


def ended(text, notes):
    """Statements that evsim notes as without an end get one: cantools refuses them, the last of a file in silence."""
    lines = text.split(b"\n")
    for note in notes:
        place = re.match(r".*?\.dbc:(\d+): \w+: a statement has no", note)
        if place:
            number = int(place[1]) - 1
            lines[number] = lines[number].rstrip() + b";"
    return b"\n".join(lines)


def repaired_for_us(text, complaint):
    """Ids get bit 31, other lines that are named go."""
    gone = set()
    for line in complaint.splitlines():
        place = re.match(r".*?\.dbc:(\d+): (.*)", line)
        if not place:
            continue
        wrong_id = re.search(r"got id (\d+)", place[2])
        if wrong_id:
            new = int(wrong_id[1]) & 0x1FFFFFFF | 0x80000000
            text = re.sub(rb"(?<![\w.])%s(?![\w.])" % wrong_id[1].encode(), b"%d" % new, text)
        else:
            gone.add(int(place[1]))
    return without(text, gone)


def repaired_for_them(text, complaint):
    place = re.search(r"Invalid syntax at line (\d+)", complaint)
    if place:
        number = int(place[1])
        line = text.split(b"\n")[number - 1]
        # Numbers and names that begin with what cantools does not take there.
        better = re.sub(rb"^(\s*(?:BO_ \d+|SG_) )(\d)", rb"\1x\2", line)
        better = re.sub(rb"([(,|\[]-?)\.(\d)", rb"\g<1>0.\2", better)
        if better == line:
            return without(text, {number})
        return text.replace(line, better)
    unused = re.findall(r"(VAL_|SIG_VALTYPE_) (\d+) (\w+)", complaint)
    for section, key, name in unused:
        pattern = rf'^[ \t]*{section} +{key} +{name}\b(?:[^;"]|"[^"]*")*;?'.encode()
        text = re.sub(pattern, b"", text, flags=re.M)
    return text


def both(cantools, codec, text, folder, strict):
    """Both readers' databases of a text, after as many repairs as it needs; the text they were read from."""
    for _ in range(40):
        try:
            ours = Ours(codec, text, folder)
        except Refused as refused:
            better = repaired_for_us(text, str(refused))
        else:
            text = ended(text, ours.notes)
            try:
                return ours, theirs(cantools, text, strict)
            except Refused as refused:
                better = repaired_for_them(text, str(refused))
        if better == text:
            raise refused_for_good(text)
        text = better
    raise refused_for_good(text)


def refused_for_good(text):
    return Failure(1, f"can't be compared: no repair is left, {len(text)} bytes")


# ---- Comparison ----------------------------------------------------------------------------------------------------

def same(a, b):
    """Of numbers: equal to the bit, zeros of either sign apart from each other, all NaN the same."""
    a, b = float(a), float(b)
    return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))


def positions(s):
    """Byte and bit of each bit of a signal, the least significant first."""
    if s["little"]:
        return [divmod(s["start"] + i, 8) for i in range(s["length"])]
    at, places = s["start"], []
    for _ in range(s["length"]):
        places.append(divmod(at, 8))
        at = at - 1 if at % 8 else at + 15
    return places[::-1]


def put(data, s, raw):
    for i, (byte, bit) in enumerate(positions(s)):
        data[byte] = data[byte] & ~(1 << bit) | (raw >> i & 1) << bit


def raw_bits(s, raw):
    """The raw value as dbc_codec takes it: 64 bits."""
    if s["type"] == FLOAT:
        return struct.unpack("<I", struct.pack("<f", raw))[0]
    if s["type"] == DOUBLE:
        return struct.unpack("<Q", struct.pack("<d", raw))[0]
    return raw & 0xFFFFFFFFFFFFFFFF


class Comparison:
    def __init__(self, ours, them, values, rng):
        self.ours, self.them, self.values, self.rng = ours, them, values, rng
        self.requests, self.expected, self.there_once = [], [], set()
        self.count = dict(messages=0, signals=0, decoded=0, inserted=0, encoded=0)
        self.faults = []

    def fault(self, what):
        self.faults.append(what)

    def run(self):
        if len(self.ours.messages) != len(self.them):
            self.fault(f"{len(self.ours.messages)} messages, cantools {len(self.them)}")
            return
        for index, (a, b) in enumerate(zip(self.ours.messages, self.them)):
            self.message(index, a, b)
        answers = self.ours.ask(self.requests)[1]
        if len(answers) != len(self.requests):
            raise Failure(3, f"{len(answers)} answers to {len(self.requests)} requests")
        for request, answer, check in zip(self.requests, answers, self.expected):
            wrong = check(answer)
            if wrong:
                self.fault(f"{request[:100]}: {wrong}")
        self.count["never selected"] = self.count["signals"] - len(self.there_once)

    def message(self, index, a, b):
        self.count["messages"] += 1
        cycle = None if a["cycle"] == 0 else a["cycle"] / 1e6
        facts = [("name", a["name"], b.name), ("id", a["id"], b.frame_id),
                 ("extended", a["extended"], b.is_extended_frame), ("length", a["length"], b.length),
                 ("FD", a["fd"], b.is_fd or b.length > 8), ("cycle time", cycle, b.cycle_time or None),
                 ("signals", sorted(s["name"] for s in a["signals"]), sorted(s.name for s in b.signals))]
        for what, x, y in facts:
            if x != y:
                self.fault(f"{b.name}: {what} {x}, cantools {y}")
                if what == "signals":
                    return
        by_name = {s.name: s for s in b.signals}
        for s in a["signals"]:
            self.signal(b.name, s, by_name[s["name"]])
        self.selections(index, a, b)

    def signal(self, message, s, t):
        self.count["signals"] += 1
        kind = (DOUBLE if t.length == 64 else FLOAT) if t.is_float else SIGNED if t.is_signed else UNSIGNED
        low = t.minimum if t.minimum is not None else 0
        high = t.maximum if t.maximum is not None else 0
        facts = [("start", s["start"], t.start), ("length", s["length"], t.length),
                 ("order", s["little"], t.byte_order == "little_endian"), ("type", s["type"], kind),
                 ("factor", s["factor"], float(t.scale)), ("offset", s["offset"], float(t.offset)),
                 ("minimum", s["minimum"], float(low)), ("maximum", s["maximum"], float(high)),
                 ("unit", s["unit"], t.unit or ""), ("texts", sorted(set(s["texts"])), sorted(t.choices or ()))]
        if t.raw_initial is not None and self.fits(s, t.raw_initial):
            facts.append(("start value", s["initial"], raw_bits(s, t.raw_initial)))
        for what, x, y in facts:
            if x != y:
                self.fault(f"{message}.{s['name']}: {what} {x}, cantools {y}")

    @staticmethod
    def fits(s, raw):
        if s["type"] in (FLOAT, DOUBLE):
            return True
        least, most = Comparison.limits(s)
        return raw == int(raw) and least <= raw <= most

    @staticmethod
    def limits(s):
        if s["type"] == SIGNED:
            return -(1 << s["length"] - 1), (1 << s["length"] - 1) - 1
        return 0, (1 << s["length"]) - 1

    # ---- Ways through the multiplexers ------------------------------------------------------------

    def ways(self, node):
        """Values of the multiplexers such that each signal is there at least once, a few for each."""
        all_ways = [{}]
        for name, children in node["multiplexers"].items():
            ways, seen = [], {}
            for value, child in children.items():
                there = frozenset(s.name for s in child["signals"])
                seen[there] = seen.get(there, 0) + 1
                if seen[there] > 3 and not child["multiplexers"]:
                    continue
                ways += [{name: value, **way} for way in self.ways(child)]
            # Of several multiplexers side by side each is gone through, the others at some value.
            longest = max(len(all_ways), len(ways))
            all_ways = [{**all_ways[i % len(all_ways)], **ways[i % len(ways)]} for i in range(longest)]
        return all_ways

    def there(self, node, way):
        signals = list(node["signals"])
        for name, children in node["multiplexers"].items():
            signals += self.there(children[way[name]], way)
        return signals

    def selections(self, index, a, b):
        overlap = not self.is_sound(b)
        by_name = {s["name"]: (i, s) for i, s in enumerate(a["signals"])}
        ways = self.ways(b._codecs)
        each = max(1, -(-self.values // len(ways)))
        for way in ways:
            present = [(t, *by_name[t.name]) for t in self.there(b._codecs, way)]
            if any(not 0 <= v <= self.limits(by_name[n][1])[1] for n, v in way.items()):
                continue  # no such value of the multiplexer
            readers = [self.alone(t, a["length"]) for t, _, _ in present] if overlap else [b]
            for _ in range(each):
                self.decode(index, a, b, way, readers, by_name)
                if not overlap:
                    self.encode(index, a, b, way, present)
        for t, i, s in [(t, *by_name[t.name]) for t in b.signals]:
            alone = self.alone(t, a["length"])
            for _ in range(self.values):
                self.insert(index, i, s, t, alone)
                if overlap:
                    self.raw_of(index, i, s, t)

    @staticmethod
    def is_sound(b):
        try:
            b.refresh(strict=True)
        except Exception:
            b.refresh(strict=False)
            return False
        return True

    def raw(self, s):
        """A random raw value, those at the ends too."""
        rng = self.rng
        if s["type"] == FLOAT:
            return struct.unpack("<f", struct.pack("<f", rng.uniform(-1, 1) * 10.0 ** rng.randint(-30, 30)))[0]
        if s["type"] == DOUBLE:
            return rng.uniform(-1, 1) * 10.0 ** rng.randint(-200, 200)
        least, most = self.limits(s)
        return rng.choice((least, most, rng.randint(least, most), rng.randint(least, most)))

    # ---- Three requests ---------------------------------------------------------------------------

    def decode(self, index, a, b, way, readers, by_name):
        data = bytearray(self.rng.randbytes(a["length"]))
        for name, value in way.items():
            put(data, by_name[name][1], value)
        values, raws = {}, {}
        for reader in readers:
            values |= reader.decode(bytes(data), decode_choices=False, scaling=True)
            raws |= reader.decode(bytes(data), decode_choices=False, scaling=False)
        wanted = {by_name[name][0]: (raw_bits(by_name[name][1], raws[name]), value) for name, value in values.items()}
        names = {i: s["name"] for i, s in enumerate(a["signals"])}

        def check(answer):
            got = {}
            for word in answer.split():
                signal, raw, value = word.split(":")
                got[int(signal)] = (int(raw), float(value))
            if got.keys() != wanted.keys():
                return f"{b.name}: there are {sorted(names[i] for i in got.keys() ^ wanted.keys())} in one only"
            for i, (raw, value) in wanted.items():
                self.count["decoded"] += 1
                self.there_once.add((index, i))
                is_nan = isinstance(value, float) and math.isnan(value)
                if (raw != got[i][0] and not is_nan) or not same(value, got[i][1]):
                    return f"{b.name}.{names[i]}: {got[i]}, cantools {raw, value}"
            return None

        self.requests.append(f"decode {index} {data.hex()}")
        self.expected.append(check)

    def insert(self, index, i, s, t, alone):
        raw = self.raw(s)
        data = alone.encode({t.name: raw}, scaling=False, strict=False).hex()
        self.ask(f"insert {index} {i} {raw_bits(s, raw)}", s, "inserted", data)

    def raw_of(self, index, i, s, t):
        """Where cantools can't encode a message, as its signals overlap, each of them by itself."""
        x = self.physical(s, t)
        self.ask(f"raw {index} {i} {x!r}", s, "encoded", f"{raw_bits(s, t.conversion.numeric_scaled_to_raw(x))} 0")

    def ask(self, request, s, count, wanted):
        def check(answer):
            self.count[count] += 1
            return None if answer == wanted else f"{s['name']}: {answer}, cantools {wanted}"

        self.requests.append(request)
        self.expected.append(check)

    def alone(self, t, length):
        """A message that has this signal only, so that what lies beside it does not matter."""
        can = self.cantools.database.can
        signal = can.Signal(t.name, t.start, t.length, t.byte_order, t.is_signed, conversion=t.conversion)
        return can.Message(1, "alone", length, [signal], strict=False)

    def encode(self, index, a, b, way, present):
        values, numbers = {}, [0.0] * len(a["signals"])
        for t, i, s in present:
            x = float(t.conversion.raw_to_scaled(way[t.name], False)) if t.name in way else self.physical(s, t)
            values[t.name] = numbers[i] = x
        try:
            data = b.encode(values, scaling=True, strict=False).hex()
        except Exception as error:
            self.fault(f"{b.name}: cantools can't encode {values}: {error}")
            return

        def check(answer):
            self.count["encoded"] += len(present)
            return None if answer == data + " 0" else f"{b.name}: {answer}, cantools {data} of {values}"

        self.requests.append(f"encode {index} " + " ".join(repr(x) for x in numbers))
        self.expected.append(check)

    def physical(self, s, t):
        """A value whose raw value the bits can hold: on the grid, or anywhere between."""
        if s["type"] in (FLOAT, DOUBLE):
            while True:
                x = self.raw(s) * t.scale + t.offset
                raw = (x - t.offset) / t.scale
                if math.isfinite(raw) and (s["type"] == DOUBLE or abs(raw) < 3e38):
                    return float(x)
        least, most = self.limits(s)
        while True:
            raw = self.raw(s) + self.rng.choice((0, 0, self.rng.uniform(-0.5, 0.5), 0.5))
            x = float(raw * t.scale + t.offset)
            if least <= t.conversion.numeric_scaled_to_raw(x) <= most:
                return x
            if self.rng.random() < 0.01:  # bits that no double near the ends can say
                return float(t.offset)


def compare(args):
    if not args.worker:
        codec = Path(args.codec) if args.codec else program(ROOT / "build/release", "dbc_codec")
        python = environment("cantools", list(PINS), list(PINS.values()))
        done = subprocess.run([str(python), __file__, "--worker", "--codec", str(codec), "--values", str(args.values),
                               *(["--only", args.only] if args.only else [])])
        if done.returncode in (0, 1):
            return done.returncode == 0
        raise Failure(done.returncode, "dbc_peers: the comparison ended early")
    import logging
    import warnings

    import cantools
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    Comparison.cantools = cantools
    total, tally, failed = {}, {"read by both": 0, "read by evsim only": 0, "refused by both": 0}, 0
    with tempfile.TemporaryDirectory() as folder:
        files = databases(sys.executable, folder)
        for name, text in files.items():
            if args.only and args.only not in name:
                continue
            failed += not one(cantools, Path(args.codec), name, text, folder, args.values, total, tally)
    print(f"{sum(tally.values())} databases: " + ", ".join(f"{n} {what}" for what, n in tally.items()))
    print(", ".join(f"{n} {what}" for what, n in total.items()))
    print(f"{failed} databases differ" if failed else "all equal")
    return failed == 0


def one(cantools, codec, name, text, folder, values, total, tally):
    short = name.split("/files/dbc/")[-1]
    reasons = []
    try:
        Ours(codec, text, folder)
    except Refused as refused:
        reasons.append(f"evsim: {str(refused).splitlines()[0].split('/a.dbc:')[-1]}")
    we_read = not reasons
    strict = True
    try:
        theirs(cantools, text, True)
    except Refused as refused:
        reasons.append(f"cantools: {' '.join(str(refused).split())[:140]}")
        strict = False
    if not we_read and strict:
        print(f"{short}: refused by evsim only: {reasons}")
        tally["refused by evsim only"] = tally.get("refused by evsim only", 0) + 1
        return False
    tally["read by both" if we_read and strict else "read by evsim only" if we_read else "refused by both"] += 1
    if reasons:
        print(f"{short}: " + "; ".join(reasons))
    try:
        ours, database = both(cantools, codec, text, folder, strict)
    except Failure as failure:
        print(f"{short}: {failure}")
        return False
    comparison = Comparison(ours, database.messages, values, random.Random(f"{SEED} {short}"))
    comparison.run()
    for what, n in comparison.count.items():
        total[what] = total.get(what, 0) + n
    for fault in comparison.faults[:5]:
        print(f"  {short}: {fault}")
    if len(comparison.faults) > 5:
        print(f"  {short}: and {len(comparison.faults) - 5} more")
    return not comparison.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codec", help="the program dbc_codec; default: that of build/release")
    parser.add_argument("--values", type=int, default=8, help="random values of each signal, default 8")
    parser.add_argument("--only", help="databases with this in their names")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return exit_code(compare, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
