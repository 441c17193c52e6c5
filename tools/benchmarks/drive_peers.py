#!/usr/bin/env python3
"""Times motulator and gym-electric-motor beside evsim's electric drive, in the same case in one run.

The case: the car machine that gym-electric-motor brings (DOI 10.1109/TPEL.2020.3006779) on a constant
350 V at 2000 rpm, 0.2 s with torque steps 0, 50, 150, -100, 20 Nm, sampled at 10 kHz, without losses of
the inverter; once averaged, once with the edges of a carrier (its direction alternates each sample,
duties in 4096 counts).

  motulator           its current vector control and its solver, both as they come (RK45, rtol 1e-3)
  gym-electric-motor  Cont-TC-PMSM-v0 (100 us) and Finite-TC-PMSM-v0 (10 us), solver as it comes (dopri5);
                      it has no control of its own: the duties below are played to it
  evsim               bench_peer_case: its control, its steps, its books

Errors are the largest difference of i_d and i_q at the sampling instants from one reference, all under
the same duties: motulator's model by DOP853, rtol 1e-10, restarted at each edge. Its control gave the
duties that are played. In brackets:
  solver     a peer's default beside its own model, tight (rtol 1e-10), under the same duties
  in loop    motulator's default under its own control; what it errs goes into the duties too
gym-electric-motor holds u_d and u_q over a step, where an inverter holds the stator's voltage vector, and
switches on its 10 us grid alone: that is its error, not what its solver errs.

Timed are motulator's simulate(), the calls of gym-electric-motor's step(), and a run of evsim: peers by the
CPU time of their process, evsim by that of its thread. All take turns, the minimum of the rounds counts. Bars: evsim at least 300 times as fast as motulator and 100 times as fast as
gym-electric-motor, at a smaller error: with each tick as it comes or cut into two, whichever errs less
than the peer and is faster.

Exit codes: 0 held, 1 a bar was missed, 2 wrong argument, 3 a simulation failed, 4 a program or package
was not found.
"""
import argparse
import math
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from peer_environment import ROOT, Worker, command, environment, exit_code, program, serve

PINS = ["motulator==0.5.0", "gym-electric-motor==3.0.3", "gymnasium==1.4.0", "matplotlib==3.11.2",
        "numpy==2.4.6", "scipy==1.17.1"]
NAMES = {"motulator": "motulator 0.5.0", "gym": "gym-electric-motor 3.0.3"}
BARS = {"motulator": 300, "gym": 100}
LEVELS = ("averaged", "switched")
MACHINE = {"n_p": 3, "R_s": 0.018, "L_d": 0.37e-3, "L_q": 1.2e-3, "psi_f": 0.066}
U_DC, OMEGA_M, T_S, TICKS, I_MAX = 350.0, 2000 * math.pi / 30, 1e-4, 2000, 400.0
COUNTS = 4096
FINER = {"evsim": 1, "evsim, ticks in two": 2}
STEPS = ((0, 0.0), (200, 50.0), (600, 150.0), (1000, -100.0), (1500, 20.0))  # from tick, torque [Nm]


def torque(tick):
    """The torque asked for [Nm]."""
    return [tau for start, tau in STEPS if tick >= start][-1]


# From here to serve(): run by the Python of the peers' environment.


class Motulator:
    """The drive in motulator. A run is timed; its duties and currents are those of each sample's begin."""

    def __init__(self):
        from motulator.common.model import _simulation
        from motulator.drive import model
        from motulator.drive.control.sm import CurrentReferenceCfg, CurrentVectorControl
        from motulator.drive.utils import SynchronousMachinePars
        self.module, self.solve = _simulation, _simulation.solve_ivp
        self.model, self.cfg, self.vector_control = model, CurrentReferenceCfg, CurrentVectorControl
        self.par = SynchronousMachinePars(**MACHINE)

    def plant(self, level):
        drive = self.model.Drive(
            self.model.VoltageSourceConverter(u_dc=U_DC), self.model.SynchronousMachine(self.par),
            self.model.ExternalRotorSpeed(w_M=lambda t: OMEGA_M + 0 * t))
        if level == "switched":
            drive.pwm = self.model.CarrierComparison(N=COUNTS)
        return drive

    def own_control(self):
        cfg = self.cfg(self.par, max_i_s=I_MAX, nom_w_m=MACHINE["n_p"] * OMEGA_M)
        control = self.vector_control(
            self.par, cfg, T_s=T_S, alpha_c=2 * math.pi * 300, sensorless=False)
        control.ref.tau_M = lambda t: torque(round(t / T_S))
        return control

    def run(self, level, tight=False, duties=None, watch=False):
        plant = self.plant(level)
        control = Player(duties) if duties else self.own_control()
        seen = Watched(control) if watch else control
        self.module.solve_ivp = partial(
            self.solve, method="DOP853", rtol=1e-10, atol=1e-12) if tight else self.solve
        simulation = self.model.Simulation(plant, seen)
        begin = time.process_time()
        simulation.simulate(t_stop=(TICKS - 0.5) * T_S)
        cpu = time.process_time() - begin
        return {"cpu": cpu, **(seen.rows() if watch else {})}


class Player:
    """Gives duties instead of a control; they act one sample later."""

    def __init__(self, duties):
        self.next = iter(duties[1:] + [duties[-1]])

    def __call__(self, _plant):
        return T_S, next(self.next)

    def post_process(self):
        """Nothing to do."""


class Watched:
    """A control, with a note of the duties that act and of the machine's currents in each sample."""

    def __init__(self, control):
        self.control, self.duties, self.currents = control, [[0, 0, 0]], []

    def __call__(self, plant):
        i = plant.machine.i_s
        self.currents.append([i.real, i.imag])
        T_s, duties = self.control(plant)
        self.duties.append([float(d) for d in duties])
        return T_s, duties

    def post_process(self):
        self.control.post_process()

    def rows(self):
        return {"duties": self.duties[:-1], "currents": self.currents}


class Gym:
    """The drive in gym-electric-motor, under given duties."""

    def __init__(self):
        import gym_electric_motor
        from gym_electric_motor.physical_systems.solvers import ScipyOdeSolver
        self.gym, self.solver = gym_electric_motor, ScipyOdeSolver

    def environment(self, level, tight):
        kind = {"averaged": "Cont-TC-PMSM-v0", "switched": "Finite-TC-PMSM-v0"}[level]
        solver = {"ode_solver": self.solver("dop853", rtol=1e-10, atol=1e-12)} if tight else {}
        made = self.gym.make(kind, supply={"u_nominal": U_DC}, load={"omega_fixed": OMEGA_M}, **solver)
        system = made.unwrapped.physical_system
        parameters = system.electrical_motor.motor_parameter
        mine = {"p": "n_p", "r_s": "R_s", "l_d": "L_d", "l_q": "L_q", "psi_p": "psi_f"}
        if any(parameters[key] != MACHINE[name] for key, name in mine.items()):
            raise RuntimeError(f"gym-electric-motor has another machine: {parameters}")
        return made, system

    def run(self, level, tight=False, duties=None, watch=False):
        import numpy as np
        made, system = self.environment(level, tight)
        made.reset(seed=1)
        if level == "averaged":
            actions = [[np.array([2 * x - 1 for x in d])] for d in duties]
        else:
            actions = [sides(k, d) for k, d in enumerate(duties)]
        names = [list(system.state_names).index(name) for name in ("i_sd", "i_sq")]
        currents = [[0.0, 0.0]]
        begin = time.process_time()
        for tick in actions:
            for action in tick:
                (state, _), _, terminated, _, _ = made.step(action)
            if terminated:
                raise RuntimeError("gym-electric-motor ended the run: its current limit")
            currents.append([float(state[k] * system.limits[k]) for k in names])
        cpu = time.process_time() - begin
        return {"cpu": cpu, **({"currents": currents[:-1]} if watch else {})}


def sides(tick, duties, pieces=10):
    """Sides of the legs in the middle of each piece of a sample, as numbers from 0 to 7."""
    out = []
    for n in range(pieces):
        at = (n + 0.5) / pieces
        carrier = 1 - at if tick % 2 == 0 else at
        upper = [d > carrier for d in duties]
        out.append(4 * upper[0] + 2 * upper[1] + upper[2])
    return out


# From here on: run by the caller's Python.


def difference(one, other):
    """Largest difference of currents [A]."""
    return max(abs(x - y) for a, b in zip(one, other, strict=True) for x, y in zip(a, b))


class Level:
    """All that is measured at a level: least CPU times [s] and errors [A]."""

    def __init__(self, level, workers, folder):
        self.level, self.workers = level, workers
        truth = workers["motulator"].run(level=level, tight=True, watch=True)
        duties = truth["duties"]
        if level == "switched":
            duties = [[round(COUNTS * d) / COUNTS for d in row] for row in duties]
        self.duties, self.currents = duties, truth["currents"]
        self.file = Path(folder, level)
        with open(self.file, "w", encoding="utf-8") as file:
            for k, row in enumerate(zip(duties, self.currents)):
                print(torque(k), *row[0], *row[1], file=file)
        self.cpu = {who: math.inf for who in (*FINER, *workers)}
        self.errors = {peer: self.errors_of(peer) for peer in workers}
        self.evsim = {}

    def errors_of(self, peer):
        worker, given = self.workers[peer], {"duties": self.duties, "watch": True}
        default = worker.run(level=self.level, **given)["currents"]
        tight = self.currents
        out = {"case": difference(default, tight)}
        if peer == "gym":
            tight = worker.run(level=self.level, tight=True, **given)["currents"]
        else:
            looped = worker.run(level=self.level, watch=True)["currents"]
            out["in loop"] = difference(looped, self.currents)
        out["solver"] = difference(default, tight)
        return out

    def round(self, build):
        """One turn of everybody."""
        for peer, worker in self.workers.items():
            duties = {"duties": self.duties} if peer == "gym" else {}
            self.cpu[peer] = min(self.cpu[peer], worker.run(level=self.level, **duties)["cpu"])
        for name, finer in FINER.items():
            words = command([program(build, "bench_peer_case"), self.level, self.file, finer], 300, 3,
                            "bench_peer_case").split()
            ns, steps, error, torque_error = map(float, words)
            self.cpu[name] = min(self.cpu[name], 1e-9 * ns * TICKS)
            self.evsim[name] = {"steps": steps, "error": error, "torque": torque_error}

    def speed(self, who):
        """Simulated s per s of CPU time."""
        return TICKS * T_S / self.cpu[who]

    def show(self):
        """Prints the rows of the table."""
        def row(who, error, more):
            print(f"  {self.level}  {NAMES.get(who, who):<25} {self.speed(who):9.3g} {error:10.1e} "
                  f"{error / I_MAX:10.1e}  {more}")

        for name, x in self.evsim.items():
            row(name, x["error"], f"{x['steps']:.1f} steps a tick; torque within {x['torque']:.1g} Nm")
        for peer, errors in self.errors.items():
            more = ", ".join(f"{key} {errors[key]:.1e}" for key in ("solver", "in loop") if key in errors)
            row(peer, errors["case"], f"({more})")

    def verdicts(self):
        """Sentences, and whether their bars are held."""
        for peer, errors in self.errors.items():
            better = [name for name, x in self.evsim.items() if x["error"] < errors["case"]]
            if not better:
                yield f"{self.level}: no smaller error than {NAMES[peer]}", False
                continue
            best = max(better, key=self.speed)
            ratio = self.speed(best) / self.speed(peer)
            yield (f"{self.level}: {best}, {ratio:.0f} times as fast as {NAMES[peer]} (bar {BARS[peer]}) "
                   f"at {self.evsim[best]['error'] / errors['case']:.2g} of its error", ratio >= BARS[peer])


def compare(args):
    """Whether all bars are held."""
    program(args.build, "bench_peer_case")
    python = environment("drive", PINS)
    workers = {}
    try:
        workers.update((peer, Worker(name, python, __file__, peer)) for peer, name in NAMES.items())
        with tempfile.TemporaryDirectory() as folder:
            levels = [Level(level, workers, folder) for level in LEVELS]
            for _ in range(args.rounds):
                for level in levels:
                    level.round(args.build)
    finally:
        for worker in workers.values():
            worker.close()
    load = os.getloadavg()[0]
    print(f"Torque steps of a car machine at 10 kHz; load {load:.1f} on {os.cpu_count()} cores")
    print(f"  {'':<35} {'s per s':>9} {'error [A]':>10} {'of I_max':>10}")
    for level in levels:
        level.show()
    verdicts = [verdict for level in levels for verdict in level.verdicts()]
    for words, held in verdicts:
        print(f"  {'held' if held else 'MISSED'}: {words}")
    return all(held for _, held in verdicts)


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="at least 3 [5]")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release",
                        help="folder of bench_peer_case [build/release]")
    parser.add_argument("--worker", choices=NAMES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.rounds < 3:
        parser.error("--rounds: must be at least 3")
    return args


def main():
    args = arguments()
    if args.worker:
        return serve(lambda: {"motulator": Motulator, "gym": Gym}[args.worker]().run)
    return exit_code(compare, args)


if __name__ == "__main__":
    sys.exit(main())
