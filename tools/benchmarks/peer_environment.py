"""What the comparisons with peers share: programs that are run, and the peers' virtual environments."""
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Failure(Exception):
    """A message for the user, with the exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def exit_code(compare, args):
    """Of a comparison that says whether all held: 0, 1, or that of its Failure, whose message is shown."""
    try:
        return 0 if compare(args) else 1
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code


def command(arguments, seconds, code, what):
    """Standard output of a program; its last words in a Failure if it fails or takes too long."""
    try:
        done = subprocess.run(
            [str(a) for a in arguments], capture_output=True, text=True, timeout=seconds,
            cwd=ROOT, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Failure(code, f"{what}: not done after {seconds} s") from None
    except OSError as error:
        raise Failure(code, f"{what}: {error}") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
        raise Failure(code, f"{what} failed: {words[-1]}")
    return done.stdout


def installed(python, pins):
    """Whether an environment has all packages at their versions."""
    wanted = [pin.split("==") for pin in pins]
    query = (f"import importlib.metadata as m, sys; "
             f"sys.exit(any(m.version(name) != version for name, version in {wanted!r}))")
    try:
        command([python, "-c", query], 60, 4, "packages")
        return True
    except Failure:
        return False


def environment(name, pins, hashes=()):
    """The Python of build/peers/NAME with these packages, each given as NAME==VERSION; made at need.

    With hashes (of each pin, sha256) only files that have them are installed, and nothing that they depend on."""
    folder = ROOT / "build/peers" / name
    python = folder / "bin/python"
    if installed(python, pins):
        return python
    packages = ", ".join(pins)
    print(f"Installing {packages} into build/peers/{name} ...", file=sys.stderr)
    command([sys.executable, "-m", "venv", folder], 120, 4,
            "Making a virtual environment (needs the package python3-venv)")
    wanted = pins
    if hashes:
        lines = [f"{pin} --hash=sha256:{digest}" for pin, digest in zip(pins, hashes, strict=True)]
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        wanted = ["--no-deps", "--require-hashes", "-r", folder / "requirements.txt"]
    command([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", 1,
             "--timeout", 20, *wanted], 600, 4,
            f"Installing {packages} from PyPI (needs network and a Python that it serves)")
    return python


def program(build, name):
    """The path of a program of the build."""
    path = build / name
    if not path.is_file():
        raise Failure(4, f"{path} is missing: tools/build release {name}")
    return path


class Worker:
    """A peer in a process of its own, SCRIPT --worker [NAME], that answers jobs as serve() does."""

    PATIENCE = 300  # [s]

    def __init__(self, what, python, script, *name):
        self.what = what
        environ = dict(os.environ, MPLBACKEND="Agg", OPENBLAS_NUM_THREADS="1", PYTHONWARNINGS="ignore")
        self.words = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(python), script, "--worker", *name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.words, text=True, cwd=ROOT, env=environ)

    def run(self, **job):
        alarm = threading.Timer(self.PATIENCE, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line:
            self.process.wait()
            self.words.seek(0)
            words = self.words.read().strip().splitlines() or [f"no message in {self.PATIENCE} s"]
            raise Failure(3, f"{self.what} failed: {words[-1]}")
        return json.loads(line)

    def close(self):
        self.process.kill()
        self.process.wait()


def serve(make):
    """Answers each line of standard input, a job as JSON, by a line of JSON: answer(**job), answer = make()."""
    answers, sys.stdout = sys.stdout, sys.stderr
    try:
        answer = make()
        for line in sys.stdin:
            print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)
    except Exception as error:
        sys.exit(" ".join(f"{type(error).__name__}: {error}".split()))
    return 0
