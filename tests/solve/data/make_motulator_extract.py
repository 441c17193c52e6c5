#!/usr/bin/env python3
"""Extracts of drive cases computed with motulator 0.5.0, for the tests of the electric drive.

usage: make_motulator_extract.py FOLDER    FOLDER holds CASE.csv, CASE_ctrl.csv, CASE_fullres_last20ms.csv

Written beside this script:
  CASE.txt           a line per control sample: the duties that act in it, and in every 20th line what the
                     machine has as the sample ends
  CASE_edges.txt     every 5th switching instant of the last 20 ms
"""
import csv
import pathlib
import sys

HEAD = """# {case}: motulator 0.5.0 (MIT licence), solve_ivp DOP853, rtol 1e-10, atol 1e-12, restarted at
# every sampling and switching instant. {what}
"""
HERE = pathlib.Path(__file__).resolve().parent
EVERY = 20


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def duties(ctrl, k):
    return [float(ctrl[k - 1][x]) if k > 0 else 0.0 for x in ("d_a", "d_b", "d_c")]


def write(folder, case, first, count, what, line):
    plant, ctrl = rows(folder / f"{case}.csv"), rows(folder / f"{case}_ctrl.csv")
    with open(HERE / f"{case}.txt", "w") as out:
        out.write(HEAD.format(case=case, what=what))
        for n in range(count):
            text = line(duties(ctrl, first + n))
            if n % EVERY == EVERY - 1:
                after = plant[first + n + 1]
                text += f" {after['tau_M']} {after['w_M']}"
            out.write(text + "\n")
    return plant


def vector(d):
    """d_a - d_c, d_b - d_c: an averaged bridge has no zero sequence."""
    return f"{d[0] - d[2]:.10g} {d[1] - d[2]:.10g}"


def counts(d):
    return " ".join(str(round(4096 * x)) for x in d)


def main(folder):
    pwm = "ev_brusa_torque_steps_pwm"
    write(folder, pwm, 0, 2000, "\n# Duties in counts of 1/4096; tau [Nm], omega_m [rad/s].", counts)
    text = "\n# d_a - d_c, d_b - d_c; tau [Nm], omega_m [rad/s]. "
    write(folder, "ev_brusa_torque_steps_avg", 0, 1400, text + "From t = 0.", vector)
    write(folder, "im2k2_cvc_sat_avg", 0, 1500, text + "From t = 0.", vector)
    case = "pmsm2k2_cvc_sensored_avg"
    start = rows(folder / f"{case}.csv")[3100]
    state = " ".join(start[x] for x in ("i_d", "i_q", "w_M", "theta_m"))
    write(folder, case, 3100, 1400, text + f"From sample 3100,\n# i_d i_q omega_m theta_e: {state}",
          vector)
    with open(HERE / f"{pwm}_edges.txt", "w") as out:
        out.write(HEAD.format(case=pwm, what="\n# t [s], i_d, i_q [A]"))
        last = [r for r in rows(folder / f"{pwm}_fullres_last20ms.csv") if float(r["t"]) < 0.19999]
        for r in last[::5]:
            out.write(f"{r['t']} {r['i_d']} {r['i_q']}\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
