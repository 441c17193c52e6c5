#!/usr/bin/env python3
"""Does what docs/first_controller.md says, as a user would, in a folder that looks like the tree, and compares.

    python3 tests/tools/transcript_test.py --build build/release

A block ```LANGUAGE NAME is a file that the user saves. A block ```console N is what terminal N shows: lines behind `$ ` are
typed there, as they stand; all others are what it says. `...` stands for any lines. Each command must end with 0, and say
nothing else. Spaces in a row count as one. What the clock decides, the times in a line of round_trip, is not compared; nothing
else is left out. Where port 4815 is taken on this machine another one stands in its place, everywhere.

Lines of a program are those with code: neither blank nor all comment.
"""
import argparse
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from ports import free_port, is_free  # noqa: E402

PAGE = ROOT / "docs/first_controller.md"
MOST_LINES = {"vcu.c": 30, "vcu.py": 10}
LONGEST = 120.0  # until a line comes [s]
END = "the command has ended with "


class Wrong(Exception):
    pass


def blocks(page):
    """Language, second word, line number of the first line, lines."""
    lines = page.split("\n")
    i = 0
    while i < len(lines):
        if match := re.fullmatch(r"```(\w+) (\S+)", lines[i]):
            end = lines.index("```", i + 1)
            yield match[1], match[2], i + 2, lines[i + 1:end]
            i = end
        i += 1


def comparable(line):
    line = " ".join(line.split())
    return re.sub(r"[0-9.]+ (us|ms)\b", "TIME", line) if line.startswith("round_trip") else line


def code_lines(name, text):
    comments = r"/\*.*?\*/" if name.endswith(".c") else r"(?m)^\s*#.*$"
    return sum(bool(line.strip()) for line in re.sub(comments, "", text, flags=re.S).split("\n"))


class Terminal:
    def __init__(self, folder):
        env = dict(os.environ, PIP_NO_INDEX="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
        env.pop("PYTHONPATH", None)
        self.shell = subprocess.Popen(["bash", "--norc"], cwd=folder, env=env, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      start_new_session=True)
        self.lines, self.running, self.rest_is_free = queue.Queue(), False, False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.shell.stdout:
            self.lines.put(line.rstrip("\n"))

    def type(self, command):
        self.finish()
        self.shell.stdin.write(f"{command}\necho \"{END}$?\"\n")
        self.shell.stdin.flush()
        self.running = True

    def next(self, wanted):
        try:
            line = self.lines.get(timeout=LONGEST)
        except queue.Empty:
            raise Wrong(f"nothing came for {LONGEST:g} s; awaited:\n  {wanted}") from None
        print(line, flush=True)
        if line.startswith(END):
            self.running = False
        return line

    def expect(self, wanted):
        while True:
            line = self.next(wanted)
            if comparable(line) == comparable(wanted):
                self.rest_is_free = False
                return
            if not self.running or not self.rest_is_free:
                raise Wrong(f"got\n  {line}\ninstead of\n  {wanted}")

    def finish(self):
        while self.running:
            line = self.next("the end of the command")
            if self.running and not self.rest_is_free:
                raise Wrong(f"got\n  {line}\nwhich the page does not have")
            if not self.running and line != END + "0":
                raise Wrong(line)
        self.rest_is_free = False

    def close(self):
        os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait()


def tree(folder, build):
    for entry in ROOT.iterdir():
        if entry.name not in ("build", "results", ".git"):
            (folder / entry.name).symlink_to(entry)
    (folder / "build").mkdir()
    (folder / "build/release").symlink_to(build)


def save(folder, name, lines):
    text = "\n".join(lines) + "\n"
    (folder / name).write_text(text)
    if name not in MOST_LINES:
        return
    n = code_lines(name, text)
    print(f"{name}: {n} lines of code")
    if n > MOST_LINES[name]:
        raise Wrong(f"{name} has {n} lines of code; must be at most {MOST_LINES[name]}")


def follow(page, folder, terminals):
    for kind, word, number, lines in blocks(page):
        at = number
        try:
            if kind != "console":
                save(folder, word, lines)
                continue
            if word not in terminals:
                terminals[word] = Terminal(folder)
            terminal = terminals[word]
            for at, line in enumerate(lines, number):
                if line.startswith("$ "):
                    print(f"[{word}] {line}", flush=True)
                    terminal.type(line[2:])
                elif line == "...":
                    terminal.rest_is_free = True
                else:
                    terminal.expect(line)
        except Wrong as e:
            raise Wrong(f"{PAGE}:{at}: {e}") from None
    for word, terminal in terminals.items():
        try:
            terminal.finish()
        except Wrong as e:
            raise Wrong(f"{PAGE}: at the end, terminal {word}: {e}") from None


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--build", type=pathlib.Path, required=True)
    build = a.parse_args().build.resolve()
    page = PAGE.read_text()
    for kind, name, number, lines in blocks(page):
        example = ROOT / "docs/examples/link" / name
        if name in MOST_LINES and example.read_text() != "\n".join(lines) + "\n":
            sys.exit(f"{PAGE}:{number}: {name} differs from {example}")
    if not is_free(4815):
        page = page.replace("4815", str(free_port()))
    terminals = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            tree(pathlib.Path(folder), build)
            follow(page, pathlib.Path(folder), terminals)
        except Wrong as e:
            sys.exit(str(e))
        finally:
            for terminal in terminals.values():
                terminal.close()


if __name__ == "__main__":
    main()
