#!/usr/bin/env python3
"""Flux tables of a PM-assisted synchronous reluctance machine for a car.

Currents over flux linkages of a 5.5 kW machine from a published saturation model, brought to the size of a car's
machine by similarity: lengths times s, turns times v, the flux densities kept:

    psi' = s^2 v psi      i' = (s / v) i      tau' = s^3 tau      R_s' = (v^2 / s) R_s

Model: S.-E. Saarakkala, M. Hinkkanen et al.; A. Varatharajan et al., as in motulator 0.5.0 (BSD-3):
    i_d = (3.96 + 28.46 |psi_d|^4 + 41.52/3 |psi_d| |psi_q|^3) psi_d + G_b (psi_d - 0.804)
    i_q = (5.89 + 2.672 |psi_q|^6 + 41.52/3 |psi_d|^3 |psi_q| + 0.1 G_b) psi_q
    G_b = 81.75 x^2 / (1 + x^2),   x^2 = (psi_d - 0.804)^2 + 0.1 psi_q^2

Writes machine_pmsyrm_i_d.csv and machine_pmsyrm_i_q.csv into the folder given.
"""

import pathlib
import sys

S = 5.0 ** (1.0 / 3.0)  # lengths: five times the torque
V = 0.1634  # turns: base speed at 350 V near 1700 rpm


def currents(psi_d, psi_q):
    x2 = (psi_d - 0.804) ** 2 + 0.1 * psi_q**2
    g_b = 81.75 * x2 / (1.0 + x2)
    g_d = 3.96 + 28.46 * psi_d**4 + 41.52 / 3.0 * abs(psi_d) * abs(psi_q) ** 3
    g_q = 5.89 + 2.672 * psi_q**6 + 41.52 / 3.0 * abs(psi_d) ** 3 * abs(psi_q)
    return g_d * psi_d + g_b * (psi_d - 0.804), (g_q + 0.1 * g_b) * psi_q


def header(name):
    return f"""# {name} current of a PM-assisted synchronous reluctance machine for a car over its flux linkages, magnets at 20 degC.
# Computed by tools/flux_tables/pmsyrm.py from the saturation model of a 5.5 kW machine (A. Varatharajan et al., as in motulator 0.5.0,
# BSD-3 licence), scaled by similarity: lengths times 5^(1/3), turns times {V}, so five times the torque. Not a measured machine.
# Peak values per phase, amplitude-invariant, d axis on the magnets, 2 pole pairs. Half plane: psi_q < 0 by symmetry.
# Reciprocity (evsim check): asymmetry 1.1e-4 of the stiffness, loop 2.7e-6 of the field energy.
# value: {name} [A peak]
"""


def main(folder):
    psi_d = [-0.30 + 0.025 * k for k in range(49)]  # to 0.9 of the small machine [Vs]
    psi_q = [0.05 * k for k in range(29)]  # to 1.4
    axis = "psi_d [Vs] \\ psi_q [Vs]," + ",".join(f"{S * S * V * q:.6g}" for q in psi_q)
    for index, name in enumerate(("i_d", "i_q")):
        rows = [axis]
        for d in psi_d:
            values = (currents(d, q)[index] * S / V for q in psi_q)
            rows.append(f"{S * S * V * d:.6g}," + ",".join(f"{x + 0.0:.6g}" for x in values))
        (folder / f"machine_pmsyrm_{name}.csv").write_text(header(name) + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
