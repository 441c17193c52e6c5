#!/usr/bin/env python3
"""Currents of five synchronous machines in closed form, for the test of the electric step.

usage: make_closed_form.py [FOLDER]    FOLDER holds MACHINE_vstep_RPMrpm.csv, MACHINE_asc_RPMrpm.csv of another
                                       computation (columns t, i_d, i_q): compared where a file is there

At constant speed and voltage d/dt i = A i + b has the answer
  i = i_ss - e^(A t) i_ss,  e^(A t) = e^(m t) (cosh(s t) + (A - m) sinh(s t) / s),  m = trace / 2, s^2 = m^2 - det
from i = 0. The steady current i_ss is the least for its torque at half of I_max; in a short circuit it follows.

Written beside this script: dq_steps.txt. A line of ten numbers begins a case,
  n_p R_s L_d L_q psi_f I_max omega_e u_d u_q rows
and each line after it is t, i_d, i_q: every 50th of a thousand instants, and four at the beginning.
"""
import cmath
import csv
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
# n_p, R_s [Ohm], L_d, L_q [H], psi_f [Vs], I_max [A]
MACHINES = {
    "pmsm2k2": (3, 3.6, 0.036, 0.051, 0.545, 9.121677477306465),  # motulator 0.5.0, 2.2 kW
    "brusa_hsm": (3, 0.018, 0.37e-3, 1.2e-3, 0.066, 400.0),  # gym-electric-motor 3.0.3
    "mathworks_ipmsm35kw": (8, 0.010087, 0.24368e-3, 0.29758e-3, 0.04366, 400.0),  # EV dyno script
    "openinverter_default": (4, 0.075, 0.16e-3, 0.5e-3, 0.09, 500.0),  # IPMMotorSim
    "thor_pmsyrm": (2, 0.2, 4e-3, 17e-3, 0.134, 44.1),  # SyR-e's THOR as in motulator
}
ROWS = [5, 10, 20, 30] + list(range(50, 1001, 50))


def least_current(machine, I):
    n_p, R_s, L_d, L_q, psi_f, I_max = machine
    k = L_q - L_d
    i_d = (psi_f - math.sqrt(psi_f**2 + 8 * (k * I) ** 2)) / (4 * k)
    return i_d, math.sqrt(I * I - i_d * i_d)


def voltage(machine, w, i_d, i_q):
    n_p, R_s, L_d, L_q, psi_f, I_max = machine
    return R_s * i_d - w * L_q * i_q, R_s * i_q + w * (L_d * i_d + psi_f)


def short_circuit(machine, w):
    n_p, R_s, L_d, L_q, psi_f, I_max = machine
    det = R_s**2 + w * w * L_d * L_q
    return -w * w * psi_f * L_q / det, -w * psi_f * R_s / det


def current(machine, w, i_ss, t):
    n_p, R_s, L_d, L_q, psi_f, I_max = machine
    a, b, c, d = -R_s / L_d, w * L_q / L_d, -w * L_d / L_q, -R_s / L_q
    m = 0.5 * (a + d)
    s = cmath.sqrt(m * m - (a * d - b * c))
    C = cmath.cosh(s * t).real
    S = (cmath.sinh(s * t) / s).real if s != 0 else t
    e = math.exp(m * t)
    x, y = i_ss
    return (x - e * (C * x + S * ((a - m) * x + b * y)),
            y - e * (C * y + S * (c * x + (d - m) * y)))


def compare(folder, file, machine, w, i_ss):
    path = folder / file
    if not path.exists():
        return
    worst = 0.0
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            i = current(machine, w, i_ss, float(row["t"]))
            worst = max(worst, abs(i[0] - float(row["i_d"])), abs(i[1] - float(row["i_q"])))
    print(f"{file}: {worst / machine[5]:.1e} of I_max")


def main(folder):
    with open(HERE / "dq_steps.txt", "w") as out:
        out.write("# Voltage steps and short circuits at constant speed in closed form: make_closed_form.py.\n")
        for name, machine in MACHINES.items():
            T = min(6 * machine[3] / machine[1], 0.2)
            for kind in ("vstep", "asc"):
                for rpm in (0, 500, 1500, 3000)[kind == "asc":]:
                    w = machine[0] * rpm * math.pi / 30
                    i_ss = least_current(machine, 0.5 * machine[5]) if kind == "vstep" else short_circuit(machine, w)
                    u = voltage(machine, w, *i_ss) if kind == "vstep" else (0.0, 0.0)
                    out.write(f"# {name}_{kind}_{rpm}rpm\n")
                    out.write(" ".join(f"{x:.15g}" for x in (*machine, w, *u, len(ROWS))) + "\n")
                    for row in ROWS:
                        t = row * T / 1000
                        out.write(f"{t:.15g} " + " ".join(f"{x:.15g}" for x in current(machine, w, i_ss, t)) + "\n")
                    if folder:
                        compare(folder, f"{name}_{kind}_{rpm}rpm.csv", machine, w, i_ss)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None)
