"""A real window, used from outside by mouse and keys as a person would: another car is picked, what its pedal asks for is
changed, it is driven by hand, vehicle and drive are saved. Run headless, both give the bits that the window had.

  xvfb-run -a -s "-screen 0 1600x900x24" python3 real_window_test.py EVSIM PROJECT

Needs xdotool. All waiting is for what the window says in its state file: frames drawn, input taken, what the simulation
does. Time on the wall only ends what hangs.
"""
import csv
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import time

LONGEST = 120.0  # of one wait, on a machine that does much else [s]


class Window:
    def __init__(self, arguments, folder):
        self.state_file = os.path.join(folder, "state.json")
        if os.path.exists(self.state_file):  # of a window before
            os.remove(self.state_file)
        self.trouble = open(os.path.join(folder, "stderr.txt"), "w+", encoding="utf-8")
        environment = dict(os.environ, XDG_CONFIG_HOME=os.path.join(folder, "config"))
        self.process = subprocess.Popen([*arguments, "--state", self.state_file], cwd=folder,
                                        env=environment, stderr=self.trouble)
        self.until("the first frames", lambda s: s["frame"] > 2)
        self.id = self.until("a window", lambda _: self.found())
        xdotool("windowfocus", self.id)

    def found(self):
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", " - evsim$"],
                              capture_output=True, text=True, check=False)
        return done.stdout.split()[0] if done.stdout.strip() else None

    def state(self):
        with open(self.state_file, encoding="utf-8") as f:
            return json.load(f)

    def until(self, what, satisfied):
        """Waits until the state satisfies; gives what that gave."""
        last = time.monotonic() + LONGEST
        state = None
        while time.monotonic() < last:
            if self.process.poll() is not None:
                self.trouble.seek(0)
                raise AssertionError(f"the window ended with {self.process.returncode} before "
                                     f"{what}: {self.trouble.read()}")
            if os.path.exists(self.state_file):
                state = self.state()
                got = satisfied(state)
                if got:
                    return got
            time.sleep(0.01)
        state = {k: v for k, v in (state or {}).items() if k not in ("items", "signals")}
        raise AssertionError(f"{what} did not come; {state}")

    def settle(self):
        """Until all that was done has been taken and answered: two whole frames after it."""
        seen = self.state()["frame"]
        taken = self.until("frames", lambda s: s["frame"] > seen + 1 and not s["input_waiting"] and s["frame"])
        return self.until("frames", lambda s: s["frame"] > taken + 1 and not s["input_waiting"] and s)

    # ---- Mouse and keys

    def place(self, widget):
        return self.until(f"the widget {widget}", lambda s: s["items"].get(widget))

    def move(self, x, y):
        xdotool("mousemove", "--window", self.id, str(round(x)), str(round(y)))
        self.settle()

    def button(self, how):
        xdotool(how, "1")
        self.settle()

    def click(self, widget):
        x0, y0, x1, y1 = self.place(widget)
        self.move(0.5 * (x0 + x1), 0.5 * (y0 + y1))
        self.button("mousedown")
        self.button("mouseup")

    def drag(self, widget, share_from, share_to):
        """Along a slider, from one share of its width to another."""
        x0, y0, x1, y1 = self.place(widget)
        self.move(x0 + share_from * (x1 - x0), 0.5 * (y0 + y1))
        self.button("mousedown")
        for k in range(1, 5):
            self.move(x0 + (share_from + k / 4 * (share_to - share_from)) * (x1 - x0), 0.5 * (y0 + y1))
        self.button("mouseup")

    def keys(self, *names):
        for name in names:
            xdotool("key", name)
            self.settle()

    def hold(self, key):
        xdotool("keydown", key)

    def release(self, key):
        xdotool("keyup", key)

    def type(self, field, text):
        self.click(field)
        self.keys("ctrl+a")
        xdotool("type", "--delay", "4", text)
        self.settle()

    def panel(self, name, widget):
        """To the front, so that its widget can be seen: a panel that is open behind another is closed first."""
        for _ in range(2):
            if widget not in self.settle()["items"]:
                self.click("###menu:Panels")
                self.click("###panel:" + name)


def xdotool(*arguments):
    subprocess.run(["xdotool", *arguments], check=True, timeout=LONGEST)


# ---- What the person does ---------------------------------------------------------------------------

ONE_PEDAL = "regeneration.one_pedal_deceleration_m_per_s2"
LARGEST = "regeneration.deceleration_max_m_per_s2"


def pick(window, vehicle, scenario):
    window.keys("ctrl+o")
    window.type("###path:vehicles", vehicle)
    window.type("###path:scenarios", scenario)
    window.click("###load")
    name = os.path.basename(vehicle).removesuffix(".json")
    window.until("the other car", lambda s: s["vehicle"] == name and s["paused"])
    assert window.state()["scenario"] == os.path.basename(scenario).removesuffix(".json")


def set_value(window, parameter, text):
    window.type("###search", parameter.rsplit(".", 1)[1].split("_m_per")[0])
    window.type("###value:" + parameter, text)
    window.keys("Return")


def tune(window):
    """No car has a table of pedal to torque: how a released accelerator brakes, and how far machines may, is what shapes it."""
    set_value(window, ONE_PEDAL, "1.7")
    window.until("the edit", lambda s: s["edits"] == {ONE_PEDAL: 1.7} and s["commands"] == 1)
    window.keys("ctrl+z")
    window.until("undo", lambda s: s["edits"] == {} and s["commands"] == 2)
    window.keys("ctrl+y")
    window.until("redo", lambda s: s["edits"] == {ONE_PEDAL: 1.7} and s["commands"] == 3)
    window.type("###search", "deceleration_max")
    window.drag("###slider:" + LARGEST, 0.5, 0.3)
    window.until("the slider", lambda s: LARGEST in s["edits"])
    return window.settle()["edits"]


def drive(window):
    """Away, lifted off, a bend, the brake; then on until half a second went by without a command."""
    window.keys("ctrl+3")
    window.until("the layout", lambda s: s["layout"] == "driving")
    commands = window.state()["commands"]
    window.keys("h")
    window.until("the pedals in hand", lambda s: s["commands"] > commands)
    window.type("###run_to", "4")
    window.keys("Return")
    window.hold("w")
    window.settle()
    window.click("###run_until")
    window.until("1.5 s", lambda s: s["t_s"] > 1.5)
    window.release("w")
    window.hold("a")
    window.until("2.6 s", lambda s: s["t_s"] > 2.6)
    window.release("a")
    window.hold("s")
    window.until("3 s", lambda s: s["t_s"] > 3.0)
    window.release("s")
    window.until("4 s", lambda s: s["paused"])
    end = 4.0
    while True:
        commands = window.settle()["commands"]
        end += 0.5
        window.type("###run_to", str(end))
        window.keys("Return")
        window.click("###run_until")
        window.until("the pause", lambda s, end=end: s["paused"] and s["t_s"] >= end)
        if window.settle()["commands"] == commands:
            return
        assert end < 60.0, "the pedals never rest"


def save(window, tuned, drive_file):
    window.type("###drive_file", drive_file)
    window.click("###save_drive")
    window.until("the drive", lambda s: s["message"] == "drive written: " + drive_file)
    window.panel("Edits", "###file")
    window.type("###file", tuned)
    window.click("###save_vehicle")
    window.until("the vehicle", lambda s: s["message"] == "vehicle written: " + tuned)


def quit_with_unsaved(window):
    """Asked: stays; asked again: loses the edit that was made after saving."""
    window.keys("ctrl+1")
    set_value(window, "chassis.mass_kg", "1801")
    window.until("the edit", lambda s: s["edits"].get("chassis.mass_kg") == 1801)
    window.keys("ctrl+q")
    window.click("###answer:2")
    window.until("no question", lambda s: "###answer:2" not in s["items"])
    assert window.process.poll() is None
    window.keys("ctrl+q")
    x0, y0, x1, y1 = window.place("###answer:1")
    window.move(0.5 * (x0 + x1), 0.5 * (y0 + y1))
    xdotool("mousedown", "1")
    window.settle()
    xdotool("mouseup", "1")
    assert window.process.wait(LONGEST) == 0


# ---- Headless ---------------------------------------------------------------------------------------

def run(evsim, scenario, vehicle, out, *more):
    done = subprocess.run([evsim, "run", scenario, "--vehicle", vehicle, "--record", "*", "--out", out, *more],
                          capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), (done.returncode, done.stdout, done.stderr)
    names = [os.path.join(out, *(os.path.splitext(os.path.basename(f))[0] for f in (scenario, vehicle)), "signals.csv")]
    with open(names[0], encoding="utf-8") as f:
        return f.read()


def row_at(signals, t):
    rows = csv.DictReader(signals.splitlines())
    return next(row for row in rows if float(row["t [s]"]) == t)


def bits(text):
    x = float(text)
    return "nan" if math.isnan(x) else struct.pack(">d", x).hex()


def expect_same(window, row, what):
    """All signals of the window but those of the recording itself, bit by bit."""
    assert set(row) - {"t [s]"} == set(window), set(row) ^ set(window)
    differing = [(k, window[k], row[k]) for k in window if bits(window[k]) != bits(row[k])]
    assert not differing, f"{what}: {len(differing)} of {len(window)} signals differ: {differing[:5]}"


def main():
    evsim, project = (os.path.abspath(x) for x in sys.argv[1:3])
    at = lambda name: os.path.join(project, name)
    with tempfile.TemporaryDirectory() as folder:
        tuned, drive_file = os.path.join(folder, "tuned.json"), os.path.join(folder, "drive.json")
        window = Window([evsim + "-gui", at("vehicles/xiaomi_su7.json"), at("scenarios/wltc.json"), "--paused"], folder)
        try:
            loaded = at("vehicles/tesla_model3_rwd.json")
            pick(window, loaded, at("scenarios/drive_by_hand.json"))
            edits = tune(window)
            drive(window)
            end = window.state()
            save(window, tuned, drive_file)
            quit_with_unsaved(window)
        finally:
            if window.process.poll() is None:
                window.process.kill()
                window.process.wait()
        check(evsim, loaded, tuned, drive_file, edits, end, folder)


def reopened(evsim, vehicle, scenario, t, folder):
    """What the window has at t [s] of a vehicle and a scenario."""
    window = Window([evsim + "-gui", vehicle, scenario, "--paused"], folder)
    try:
        window.type("###run_to", str(t))
        window.keys("Return")
        window.click("###run_until")
        return window.until("the pause", lambda s: s["paused"] and s["t_s"] >= t and s)
    finally:
        window.process.kill()
        window.process.wait()


def check(evsim, loaded, tuned, drive_file, edits, end, folder):
    out = lambda name: os.path.join(folder, name)
    with open(drive_file, encoding="utf-8") as f:
        drive_json = json.load(f)
    commands = [e["command"] for e in drive_json["timeline"]]
    assert len(commands) == end["commands"], (len(commands), end["commands"])
    used = {c.get("signal") for c in commands}
    assert {"driver.accelerator", "driver.brake", "steering.theta_H_deg"} <= used, used
    row = row_at(run(evsim, drive_file, loaded, out("loaded")), end["t_s"])
    x = next(v for k, v in end["signals"].items() if k.startswith("body.x ["))
    assert float(x) > 0.001, "the car did not move"
    expect_same(end["signals"], row, "the drive")

    # The same drive without its edits: they must come from the vehicle, in a window and without one.
    bare = os.path.join(folder, "bare.json")
    drive_json["timeline"] = [e for e in drive_json["timeline"] if e["command"]["type"] != "set_parameter"]
    with open(bare, "w", encoding="utf-8") as f:
        json.dump(drive_json, f)
    by_file = run(evsim, bare, tuned, out("by_file"))
    again = reopened(evsim, tuned, bare, end["t_s"], folder)
    expect_same(again["signals"], row_at(by_file, again["t_s"]), "the saved vehicle, opened again")
    sets = [x for k, v in edits.items() for x in ("--set", f"{k}={v!r}")]
    assert by_file == run(evsim, bare, loaded, out("by_set"), *sets), "saved values are others than those set"
    assert by_file != run(evsim, bare, loaded, out("neither")), "the edits change nothing"
    print(f"{len(end['signals'])} signals at {end['t_s']} s, {len(commands)} commands, edits {edits}: the same bits")


if __name__ == "__main__":
    main()
