#!/usr/bin/env python3
"""Points of the Magic Formula, straight from the published equations in plain Python, for tyre_test.cpp.

    tests/components/data/magic_formula.py          writes magic_formula_*.csv beside itself
    ... --peer                                      says where CommonRoad's tyre differs (PyPI, commonroad-vehicle-models)

6.1: H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., 2012, (4.E1) to (4.E78), turn slip left out; with (A48), (A56),
(A58), (A60) of I. Besselink et al., Vehicle System Dynamics 48(S1), 2010, as property files are fitted with those, and
the overturning moment with Q_SX12 to Q_SX14. alpha* = tan(alpha), gamma* = gamma. A_mu = 1.
5.2: the same numbers as far as they go, with what MF-Tyre 5.2 and PAC2002 have instead: the slip angle itself, camber
times LGAX, LGAY, LGAZ, PHY3, no pressure, F_y less S_Vykappa under the trail.
Friction of the road: as lambda_mu, but the weights G over slip / mu, the similarity of section 4.1.
Small numbers epsilon in denominators are left out: no point has a load of 0.
"""
import csv
import math
import random
import sys
from math import atan, cos, exp, pi, sin, sqrt, tan
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


class Coefficients(dict):
    """A property file; what it lacks is 0, scaling factors 1."""

    ONES = {"PKY4", "QSY7"}

    def __init__(self, file):
        super().__init__()
        for line in Path(file).read_text().splitlines():
            key, equals, value = line.partition("=")
            value = value.split("$")[0].strip()
            if equals and not line.startswith(("$", "!")) and not value.startswith("'"):
                self[key.strip()] = float(value)

    def __missing__(self, key):
        if key == "PKY4":
            return 2.0
        return 1.0 if key.startswith("L") or key in ("QSY7", "Q_RE0", "RCX1", "RCY1", "QCZ1") else 0.0


def sgn(x):
    return -1.0 if x < 0 else 1.0


def bend(bx, e):
    return bx - e * (bx - atan(bx))


def formula(c, point):
    """Forces and moments of a point: kappa, alpha, gamma, Fz, mu, p, Vx."""
    kappa, alpha, gamma, Fz, mu, p, Vx = (point[k] for k in ("kappa", "alpha", "gamma", "Fz", "mu", "p", "Vx"))
    old = c["FITTYP"] in (6, 21, 52)
    R0, V0 = c["UNLOADED_RADIUS"], c["LONGVL"]
    Fz0 = c["FNOMIN"]
    Fz0p = c["LFZO"] * Fz0  # 4.E1
    dfz = (Fz - Fz0p) / Fz0p  # 4.E2a
    dpi = 0.0 if old else (p - c["NOMPRES"]) / c["NOMPRES"]  # 4.E2b
    a = alpha if old else tan(alpha)  # 4.E3
    gx, gy, gz = (gamma * c[k] if old else gamma for k in ("LGAX", "LGAY", "LGAZ"))
    cos_a = cos(alpha) * sgn(Vx)  # 4.E6 with the direction of travel
    lmux, lmuy = c["LMUX"] * mu, c["LMUY"] * mu  # 4.E7, E8 with A_mu = 1

    # longitudinal force, pure slip
    Shx = (c["PHX1"] + c["PHX2"] * dfz) * c["LHX"]  # 4.E17
    kx = kappa + Shx  # 4.E10
    Cx = c["PCX1"] * c["LCX"]  # 4.E11
    mux = (c["PDX1"] + c["PDX2"] * dfz) * (1 + c["PPX3"] * dpi + c["PPX4"] * dpi**2) * (1 - c["PDX3"] * gx**2) * lmux  # 4.E13
    Dx = mux * Fz  # 4.E12
    Ex = min(1, (c["PEX1"] + c["PEX2"] * dfz + c["PEX3"] * dfz**2) * (1 - c["PEX4"] * sgn(kx)) * c["LEX"])  # 4.E14
    Kxk = Fz * (c["PKX1"] + c["PKX2"] * dfz) * exp(c["PKX3"] * dfz) * (1 + c["PPX1"] * dpi + c["PPX2"] * dpi**2) * c["LKX"]  # 4.E15
    Bx = Kxk / (Cx * Dx)  # 4.E16
    Svx = Fz * (c["PVX1"] + c["PVX2"] * dfz) * c["LVX"] * lmux  # 4.E18
    Fx0 = Dx * sin(Cx * atan(bend(Bx * kx, Ex))) + Svx  # 4.E9

    def lateral(g):
        Kya = (c["PKY1"] * Fz0p * (1 + c["PPY1"] * dpi) * (1 - c["PKY3"] * abs(g))
               * sin(c["PKY4"] * atan((Fz / Fz0p) / ((c["PKY2"] + c["PKY5"] * g**2) * (1 + c["PPY2"] * dpi)))) * c["LKY"])  # 4.E25
        lkyc = 1.0 if old else c["LKYC"]
        Svyg = Fz * (c["PVY3"] + c["PVY4"] * dfz) * g * lkyc * lmuy  # 4.E28
        Kyg0 = Fz * (c["PKY6"] + c["PKY7"] * dfz) * (1 + c["PPY5"] * dpi) * lkyc  # 4.E30
        by_camber = c["PHY3"] * g if old else (Kyg0 * g - Svyg) / Kya
        Shy = (c["PHY1"] + c["PHY2"] * dfz) * c["LHY"] + by_camber  # 4.E27
        ay = a + Shy  # 4.E20
        Cy = c["PCY1"] * c["LCY"]  # 4.E21
        muy = (c["PDY1"] + c["PDY2"] * dfz) * (1 + c["PPY3"] * dpi + c["PPY4"] * dpi**2) * (1 - c["PDY3"] * g**2) * lmuy  # 4.E23
        Dy = muy * Fz  # 4.E22
        Ey = min(1, (c["PEY1"] + c["PEY2"] * dfz)
                 * (1 + c["PEY5"] * g**2 - (c["PEY3"] + c["PEY4"] * g) * sgn(ay)) * c["LEY"])  # 4.E24
        By = Kya / (Cy * Dy)  # 4.E26
        Svy = Fz * (c["PVY1"] + c["PVY2"] * dfz) * c["LVY"] * lmuy + Svyg  # 4.E29
        Fy0 = Dy * sin(Cy * atan(bend(By * ay, Ey))) + Svy  # 4.E19
        return Fy0, Kya, muy, Shy, Svy, By, Cy

    Fy0, Kya, muy, Shy, Svy, By, Cy = lateral(gy)

    # combined slip
    Bxa = (c["RBX1"] + c["RBX3"] * gamma**2) * cos(atan(c["RBX2"] * kappa / mu)) * c["LXAL"] / mu  # 4.E54
    Cxa, Exa, Shxa = c["RCX1"], min(1, c["REX1"] + c["REX2"] * dfz), c["RHX1"] * mu  # 4.E55 .. E57
    Gxa = cos(Cxa * atan(bend(Bxa * (a + Shxa), Exa))) / cos(Cxa * atan(bend(Bxa * Shxa, Exa)))  # 4.E51 .. E53
    Fx = Gxa * Fx0  # 4.E50
    Byk = (c["RBY1"] + c["RBY4"] * gy**2) * cos(atan(c["RBY2"] * (a / mu - c["RBY3"]))) * c["LYKA"] / mu  # 4.E62
    Cyk, Eyk = c["RCY1"], min(1, c["REY1"] + c["REY2"] * dfz)  # 4.E63, E64
    Shyk = (c["RHY1"] + c["RHY2"] * dfz) * mu  # 4.E65
    Gyk = cos(Cyk * atan(bend(Byk * (kappa + Shyk), Eyk))) / cos(Cyk * atan(bend(Byk * Shyk, Eyk)))  # 4.E59 .. E61
    Dvyk = muy * Fz * (c["RVY1"] + c["RVY2"] * dfz + c["RVY3"] * gamma) * cos(atan(c["RVY4"] * a / mu))  # 4.E67
    Svyk = Dvyk * sin(c["RVY5"] * atan(c["RVY6"] * kappa / mu)) * c["LVYKA"]  # 4.E66
    Fy = Gyk * Fy0 + Svyk  # 4.E58

    # aligning moment
    Sht = c["QHZ1"] + c["QHZ2"] * dfz + (c["QHZ3"] + c["QHZ4"] * dfz) * gz  # 4.E35
    at = a + Sht  # 4.E34
    ar = a + Shy + Svy / Kya  # 4.E37, E38
    Bt = (c["QBZ1"] + c["QBZ2"] * dfz + c["QBZ3"] * dfz**2) * (1 + c["QBZ4"] * gz + c["QBZ5"] * abs(gz)) * c["LKY"] / lmuy  # A58
    Ct = c["QCZ1"]  # 4.E41
    Dt = (c["QDZ1"] + c["QDZ2"] * dfz) * (1 - c["PPZ1"] * dpi) * (1 + c["QDZ3"] * gz + c["QDZ4"] * gz**2) * Fz * (R0 / Fz0p) * c["LTR"]  # A60
    Et = min(1, (c["QEZ1"] + c["QEZ2"] * dfz + c["QEZ3"] * dfz**2)
             * (1 + (c["QEZ4"] + c["QEZ5"] * gz) * 2 / pi * atan(Bt * Ct * at)))  # 4.E44
    Br = c["QBZ9"] * c["LKY"] / lmuy + c["QBZ10"] * By * Cy  # 4.E45
    Dr = (Fz * R0 * ((c["QDZ6"] + c["QDZ7"] * dfz) * c["LRES"]
                     + ((c["QDZ8"] + c["QDZ9"] * dfz) * (1 + c["PPZ2"] * dpi)
                        + (c["QDZ10"] + c["QDZ11"] * dfz) * abs(gz)) * gz * c["LKZC"]) * lmuy * cos_a)  # 4.E47
    ratio = Kxk / Kya * kappa
    if old:
        ateq, areq = (atan(sqrt(tan(x) ** 2 + ratio**2)) * sgn(x) for x in (at, ar))
    else:
        ateq, areq = (sqrt(x**2 + ratio**2) * sgn(x) for x in (at, ar))  # 4.E77, E78
    t = Dt * cos(Ct * atan(bend(Bt * ateq, Et))) * cos_a  # 4.E73
    Mzr = Dr * cos(atan(Br * areq))  # 4.E75
    s = R0 * (c["SSZ1"] + c["SSZ2"] * Fy / Fz0 + (c["SSZ3"] + c["SSZ4"] * dfz) * gamma) * c["LS"]  # A56
    Fyp = Fy - Svyk if old else Gyk * lateral(0.0)[0]  # 4.E74
    Mz = -t * Fyp + Mzr + s * Fx  # 4.E71, E72

    # overturning moment, rolling resistance
    f, g = Fz / Fz0, gamma
    Mx = R0 * Fz * c["LMX"] * (
        c["QSX1"] * c["LVMX"] - c["QSX2"] * g * (1 + c["PPMX1"] * dpi) + c["QSX3"] * Fy / Fz0
        + c["QSX4"] * cos(c["QSX5"] * atan((c["QSX6"] * f) ** 2)) * sin(c["QSX7"] * g + c["QSX8"] * atan(c["QSX9"] * Fy / Fz0))
        + c["QSX10"] * atan(c["QSX11"] * f) * g) + R0 * c["LMX"] * (Fy * (c["QSX13"] + c["QSX14"] * abs(g)) - Fz * c["QSX12"] * g * abs(g))  # 4.E69
    pressure = 1.0 if old else (p / c["NOMPRES"]) ** c["QSY8"]
    My = -R0 * Fz0 * c["LMY"] * (c["QSY1"] + c["QSY2"] * Fx / Fz0 + c["QSY3"] * abs(Vx / V0) + c["QSY4"] * (Vx / V0) ** 4
                                 + (c["QSY5"] + c["QSY6"] * f) * g**2) * f ** c["QSY7"] * pressure * sgn(Vx)  # A48
    return Fx, Fy, Mx, My, Mz, Kxk, Kya


def points(old):
    """First what engineers look at, then at random."""
    rest = {"kappa": 0.0, "alpha": 0.0, "gamma": 0.0, "Fz": 4000.0, "mu": 1.0, "p": 2.2e5, "Vx": 16.67}
    some = [{"kappa": k} for k in (-1.0, -0.1, -0.02, 0.0, 0.05, 0.3)]
    some += [{"alpha": a} for a in (-0.25, -0.05, 0.02, 0.1, 0.4)]
    some += [{"gamma": g, "alpha": 0.03} for g in (-0.1, 0.05)]
    some += [{"kappa": -0.08, "alpha": 0.06}, {"kappa": 0.12, "alpha": -0.09, "gamma": 0.04}]
    some += [{"Vx": -5.0, "alpha": 0.05, "kappa": 0.03, "gamma": -0.03}]
    r = random.Random(1)
    for _ in range(64):
        some.append({"kappa": r.uniform(-0.4, 0.4), "alpha": r.uniform(-0.5, 0.5), "gamma": r.uniform(-0.2, 0.2),
                     "Fz": r.uniform(200.0, 8500.0), "mu": r.uniform(0.1, 1.2), "p": 2.2e5 if old else r.uniform(1.6e5, 3.2e5),
                     "Vx": r.choice((-1, 1)) * r.uniform(3.0, 80.0)})
    return [rest | s for s in some]


COLUMNS = ("kappa [1]", "alpha [rad]", "gamma [rad]", "F_z [N]", "mu [1]", "p_i [Pa]", "V_x [m/s]",
           "F_x [N]", "F_y [N]", "M_x [Nm]", "M_y [Nm]", "M_z [Nm]", "K_xkappa [N]", "K_yalpha [N]")


def write():
    for name, file in (("6_1", ROOT / "vehicles/tyres/passenger_205_60_r15.tir"), ("6_1_all_terms", HERE / "all_terms_6_1.tir"),
                       ("5_2_all_terms", HERE / "all_terms_5_2.tir")):
        c = Coefficients(file)
        with open(HERE / f"magic_formula_{name}.csv", "w", newline="") as out:
            out.write(f"# {file.name} by magic_formula.py\n")
            rows = csv.writer(out, lineterminator="\n")
            rows.writerow(COLUMNS)
            for p in points(c["FITTYP"] == 52):
                rows.writerow([repr(x) for x in (*p.values(), *formula(c, p))])


def peer():
    """CommonRoad's equations differ: K_y is PKY1 F_z, S_Vx stands inside the sine, S_Hy and S_Vy take the sign of the
    camber (none at 0), kappa > 0 brakes. Of what is left both give the same."""
    from types import SimpleNamespace
    from vehiclemodels.utils import tire_model

    c = Coefficients(HERE / "commonroad_5_2.tir")
    names = ("PVX1", "PVY1", "PHY1", "PHY3", "PVY3", "PDX3", "RVY3", *c)
    p = SimpleNamespace(**{f"{k[0].lower()}_{k[1:].lower()}": c[k] for k in names})
    print(" kappa  alpha        F_x  CommonRoad        F_y  CommonRoad")
    for kappa, alpha in ((0.05, 0.0), (-0.1, 0.0), (0.0, 0.05), (0.0, -0.1), (0.05, 0.05), (-0.2, -0.08)):
        ours = formula(c, {"kappa": kappa, "alpha": alpha, "gamma": 0.0, "Fz": 4000.0, "mu": 1.0, "p": 2e5, "Vx": 16.0})
        Fx0 = tire_model.formula_longitudinal(-kappa, 0.0, 4000.0, p)
        Fx = tire_model.formula_longitudinal_comb(kappa, alpha, Fx0, p)
        Fy0, muy = tire_model.formula_lateral(alpha, 0.0, 4000.0, p)
        Fy = tire_model.formula_lateral_comb(kappa, alpha, 0.0, muy, 4000.0, Fy0, p)
        print(f"{kappa:6.2f} {alpha:6.2f} {ours[0]:10.3f} {Fx:11.3f} {ours[1]:10.3f} {Fy:11.3f}")


if __name__ == "__main__":
    peer() if "--peer" in sys.argv else write()
