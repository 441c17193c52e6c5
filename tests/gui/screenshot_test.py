"""A real window under Xvfb: `evsim gui` keeps its last frame, which shows what was drawn; twice the same.

  screenshot_test.py EVSIM VEHICLE SCENARIO
"""
import struct
import subprocess
import sys
import tempfile
import zlib


def pixels(file):
    """Width, height and the rows of a PNG as evsim writes it: RGB, each row against the one above."""
    with open(file, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    at, body, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + length]
        crc = struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        assert crc == zlib.crc32(kind + chunk), f"wrong CRC of {kind}"
        if kind == b"IHDR":
            size = struct.unpack(">II", chunk[:8])
        if kind == b"IDAT":
            body += chunk
        at += 12 + length
    width, height = size
    raw, stride = zlib.decompress(body), 3 * width
    assert len(raw) == height * (stride + 1), "wrong size"
    rows, above = [], bytes(stride)
    for r in range(height):
        line = raw[r * (stride + 1):(r + 1) * (stride + 1)]
        assert line[0] == 2, "another filter"
        above = bytes((a + b) & 255 for a, b in zip(line[1:], above))
        rows.append(above)
    return width, height, rows


def take(evsim, vehicle, scenario, file):
    command = ["xvfb-run", "-a", "-s", "-screen 0 1600x900x24", evsim, "gui", vehicle, scenario,
               "--level", "drive", "--frames", "40", "--screenshot", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return pixels(file)


def main():
    with tempfile.TemporaryDirectory() as folder:
        width, height, rows = take(*sys.argv[1:4], folder + "/a.png")
        again = take(*sys.argv[1:4], folder + "/b.png")
    assert (width, height) == (1600, 900), (width, height)
    colours = {row[i:i + 3] for row in rows for i in range(0, len(row), 3)}
    print(f"{width} x {height}, {len(colours)} colours")
    assert len(colours) > 500, "an empty window"
    differing = sum(a != b for a, b in zip(rows, again[2]))
    assert differing == 0, f"{differing} rows differ the second time"


if __name__ == "__main__":
    main()
