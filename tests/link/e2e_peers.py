#!/usr/bin/env python3
"""Holds evsim's end-to-end protection against others' of the same profiles: autosar-e2e (profiles 1, 2, 5 and 11, all data
id modes) and cantools (profiles 2 and 5), for random messages of 2 to 64 bytes, identities, counters and positions. Every
protected message must be equal to the bit.

The packages come from PyPI into a virtual environment under build/peers, checked by their hashes.

Exit codes: 0 all equal, 1 not, 2 wrong argument, 3 a program failed, 4 a program or package was not found.
"""
import argparse
import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools/benchmarks"))
from dbc_peers import PINS as CANTOOLS  # noqa: E402
from peer_environment import ROOT, Failure, environment, exit_code, program  # noqa: E402

PINS = {**CANTOOLS,
        "autosar-e2e==1.0.0": "54486c97eece79804b37cf4d7ec09db1f08b933197c0e4d869e18058308ff824"}
SEED = 7
BOTH, ALTERNATING, LOW, NIBBLE = range(4)
HEADER = {1: 2, 2: 2, 5: 3, 11: 2}  # bytes
COUNTERS = {1: 15, 2: 16, 5: 256, 11: 15}


def protected(e2e, profile, mode, offset, data_id, ids, counter, data):
    """As autosar-e2e does it."""
    data = bytearray(data)
    if profile == 5:
        data[offset + 2] = counter
        e2e.p05.e2e_p05_protect(data, data_id, offset=offset, increment_counter=False)
        return data
    data[offset + 1] = data[offset + 1] & 0xF0 | counter
    if profile == 2:
        e2e.p02.e2e_p02_protect(data, ids, increment_counter=False)
    elif profile == 1:
        modes = (e2e.p01.E2E_P01_DATAID_BOTH, e2e.p01.E2E_P01_DATAID_ALT, e2e.p01.E2E_P01_DATAID_LOW,
                 e2e.p01.E2E_P01_DATAID_NIBBLE)
        e2e.p01.e2e_p01_protect(data, data_id, data_id_mode=modes[mode], offset=offset, increment_counter=False)
    else:
        kind = e2e.p11.E2E_P11_DATAID_BOTH if mode == BOTH else e2e.p11.E2E_P11_DATAID_NIBBLE
        e2e.p11.e2e_p11_protect(data, data_id, data_id_mode=kind, offset=offset, increment_counter=False)
    return data


def crc_of_cantools(end_to_end, profile, data_id, ids, counter, data):
    """The CRC's bytes of a message that starts with its header; None where cantools does not compute it."""
    if profile == 2:
        return bytes([end_to_end.compute_profile2_crc(bytes(data), ids[counter])])
    if profile == 5 and len(data) >= 4:
        return end_to_end.compute_profile5_crc(bytes(data), data_id).to_bytes(2, "little")
    return None


def compare(args):
    if not args.worker:
        codec = Path(args.codec) if args.codec else program(ROOT / "build/release", "e2e_codec")
        python = environment("e2e", list(PINS), list(PINS.values()))
        done = subprocess.run([str(python), __file__, "--worker", "--codec", str(codec), "--count", str(args.count)])
        if done.returncode in (0, 1):
            return done.returncode == 0
        raise Failure(done.returncode, "e2e_peers: the comparison ended early")
    import e2e
    from cantools.autosar import end_to_end
    rng = random.Random(SEED)
    requests, wanted, count, differ = [], [], {"autosar-e2e": 0, "cantools": 0}, 0
    ways = [(1, m) for m in range(4)] + [(2, BOTH), (5, BOTH), (11, BOTH), (11, NIBBLE)]
    for i in range(args.count):
        profile, mode = ways[i % len(ways)]
        data = rng.randbytes(rng.randint(HEADER[profile], 64))
        offset = 0 if profile == 2 else rng.choice((0, rng.randint(0, len(data) - HEADER[profile])))
        data_id, ids = rng.getrandbits(16), rng.randbytes(16)
        if mode == NIBBLE:
            data_id &= 0x0FFF
        counter = rng.randrange(COUNTERS[profile])
        requests.append(f"{profile} {mode} {offset} {data_id} {ids.hex()} {counter} {data.hex()}")
        theirs = protected(e2e, profile, mode, offset, data_id, ids, counter, data)
        wanted.append(theirs.hex() + " 1")
        count["autosar-e2e"] += 1
        crc = crc_of_cantools(end_to_end, profile, data_id, ids, counter, theirs) if offset == 0 else None
        if crc is not None:
            count["cantools"] += 1
            if crc != theirs[:len(crc)]:
                differ += 1
                print(f"{requests[-1]}: cantools {crc.hex()}, autosar-e2e {theirs.hex()}")
    done = subprocess.run([args.codec], input="".join(r + "\n" for r in requests), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(3, f"e2e_codec failed: {done.stderr.strip()}")
    for request, got, want in zip(requests, done.stdout.splitlines(), wanted, strict=True):
        if got != want:
            differ += 1
            if differ <= 5:
                print(f"{request}: {got}, must be {want}")
    print(f"{count['autosar-e2e']} messages as autosar-e2e, {count['cantools']} of them as cantools; {differ} differ")
    return differ == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codec", help="the program e2e_codec; default: that of build/release")
    parser.add_argument("--count", type=int, default=80_000, help="random messages, default 80000")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return exit_code(compare, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
