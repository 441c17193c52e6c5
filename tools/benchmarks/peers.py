#!/usr/bin/env python3
"""Times FASTSim 3 and FASTSim 2 beside evsim's engine, on the same car and cycles in one run.

The car is the 2022 Renault Zoe that both FASTSim packages ship. From its parameters there, a vehicle
and a scenario for evsim are written: the same mass, drag, rolling resistance, efficiencies, battery and
auxiliaries; a driver without error; no tyre slip, no torque limit. Air density and gravity are those of
FASTSim 3, found from its energies of drag and rolling resistance; FASTSim 2 and evsim are given them too.

Timed is the walk through the cycle alone: nothing of loading, building or evaluating. Times are CPU
times, the minimum of the repeats; a peer's wall time stands in brackets. The peers run their compiled
cores through Python, FASTSim 3 without its history. evsim is timed by bench_engine twice: with the
steps that it takes by default, and with steps of 1 s, as the peers take.

Consumption at the battery terminals shows that all do the same work. evsim and FASTSim 3 differ below
0.01 %: FASTSim takes each second at its mean speed. FASTSim 2 has rules of its own for braking (part by
friction; the motor's efficiency at the power, where FASTSim 3 takes the one at zero power).

The packages come from PyPI into two virtual environments under build/peers.

Exit codes: 0 done, 2 wrong argument, 3 a simulation failed, 4 a program or package was not found.
"""
import argparse
import csv
import json
import math
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from peer_environment import ROOT, Failure, command, environment, program

VERSIONS = {"fastsim3": "3.1.0", "fastsim2": "2.1.5"}
CAR = "2022_Renault_Zoe_ZE50_R135"
START_SOC = 0.5  # as in FASTSim 3's file; far from both ends, where FASTSim limits the power
GRAVITY_EVSIM = 9.80665  # [m/s2]
METERS_PER_SECOND = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}
# evsim's solver. A lag this long asks for no finer steps after a change of the command.
STEPS = {"default steps": {}, "steps of 1 s": {"h_s": 1, "lag_s": 1e4, "slow": 1, "creep": 1}}


# From here to work(): run by the Python of a peer's environment.


def read_trace(cycle):
    """Times [s] and speeds [m/s] of a file in scenarios/cycles."""
    with open(ROOT / "scenarios/cycles" / f"{cycle}.csv", encoding="utf-8") as file:
        header, *rows = csv.reader(line for line in file if not line.startswith("#"))
    unit = METERS_PER_SECOND[re.search(r"\[(.*)\]", header[1]).group(1)]
    return [float(row[0]) for row in rows], [float(row[1]) * unit for row in rows]


def least(repeats, prepare, walk):
    """Least CPU and wall time [s] of walk(prepare()), and what was walked last."""
    cpu, wall = math.inf, math.inf
    for _ in range(repeats):
        drive = prepare()
        cpu_from, wall_from = time.process_time(), time.perf_counter()
        walk(drive)
        cpu = min(cpu, time.process_time() - cpu_from)
        wall = min(wall, time.perf_counter() - wall_from)
    return cpu, wall, drive


def result(cpu, wall, energy, distance):
    """A peer's row: times [s] and consumption [Wh/km] from energy [J] and distance [m]."""
    return {"cpu": cpu, "wall": wall, "consumption": energy / 3.6 / distance}


def car_of_fastsim3(vehicle):
    """The parameters that make the consumption, in SI."""
    chassis, drive = vehicle["chassis"], vehicle["pt_type"]["BEV"]
    machine = drive["em"]["eff_interp_achieved"]["data"]
    return {
        "mass": vehicle["mass_kilograms"], "Cd": chassis["drag_coef"],
        "area": chassis["frontal_area_square_meters"], "rolling": chassis["wheel_rr_coef"],
        "wheel_radius": chassis["wheel_radius_meters"], "wheels": chassis["num_wheels"],
        "wheel_inertia": chassis["wheel_inertia_kilogram_square_meters"],
        "wheelbase": chassis["wheel_base_meters"], "cg_height": chassis["cg_height_meters"],
        "driven_load": chassis["drive_axle_weight_frac"], "mu": chassis["wheel_fric_coef"],
        "power": drive["em"]["pwr_out_max_watts"], "share": machine["grid"][0],
        "efficiency": machine["values"], "gear": drive["transmission"]["eff_interp"],
        "energy": drive["res"]["energy_capacity_joules"],
        "battery": drive["res"]["eff_interp"]["Constant"],
        "battery_power": drive["res"]["pwr_out_max_watts"],
        "auxiliaries": vehicle["pwr_aux_base_watts"],
    }


def car_of_fastsim2(v):
    """The same of FASTSim 2's vehicle."""
    return {
        "mass": v.veh_kg, "Cd": v.drag_coef, "area": v.frontal_area_m2, "rolling": v.wheel_rr_coef,
        "wheel_radius": v.wheel_radius_m, "wheels": v.num_wheels,
        "wheel_inertia": v.wheel_inertia_kg_m2, "wheelbase": v.wheel_base_m,
        "cg_height": v.veh_cg_m, "driven_load": v.drive_axle_weight_frac,
        "mu": v.wheel_coef_of_fric, "power": 1e3 * v.mc_max_kw, "share": list(v.mc_pwr_out_perc),
        "efficiency": list(v.mc_eff_map), "gear": v.trans_eff, "energy": 3.6e6 * v.ess_max_kwh,
        "battery": math.sqrt(v.ess_round_trip_eff), "battery_power": 1e3 * v.ess_max_kw,
        "auxiliaries": 1e3 * v.aux_kw,
    }


def surroundings(car, trace, state):
    """Air density [kg/m3] and gravity [m/s2] with which FASTSim 3 computed drag and rolling resistance."""
    t, v = trace
    cubes = sum((0.5 * (v[k] + v[k + 1])) ** 3 * (t[k + 1] - t[k]) for k in range(len(t) - 1))
    air = state["energy_drag_joules"] / (0.5 * car["Cd"] * car["area"] * cubes)
    return air, state["energy_rr_joules"] / (car["mass"] * car["rolling"] * state["dist_meters"])


def fastsim3(cycles, repeats, _surroundings):
    """FASTSim 3 on each cycle; it stops with an error where it misses the trace."""
    import fastsim

    vehicle = fastsim.Vehicle.from_resource(f"{CAR}.yaml")
    vehicle.set_save_interval(None)
    car, rows = car_of_fastsim3(json.loads(vehicle.to_json())), {}
    for name in cycles:
        t, v = read_trace(name)
        cycle = fastsim.Cycle.from_json(
            json.dumps({"name": name, "time_seconds": t, "speed_meters_per_second": v}))
        cpu, wall, drive = least(
            repeats, lambda: fastsim.SimDrive(vehicle, cycle), lambda drive: drive.run_once())
        driven = json.loads(drive.to_json())["veh"]
        battery = driven["pt_type"]["BEV"]["res"]["state"]
        rows[name] = result(cpu, wall, battery["energy_out_electrical_joules"],
                            driven["state"]["dist_meters"])
        around = surroundings(car, (t, v), driven["state"])
    return {"car": car, "rows": rows, "surroundings": around}


def fastsim2(cycles, repeats, around):
    """FASTSim 2's compiled core on each cycle, in the air and gravity of FASTSim 3."""
    import numpy as np
    from fastsim import cycle as fastsim_cycle, fastsimrust, vehicle as fastsim_vehicle

    vehicle = fastsim_vehicle.Vehicle.from_file(f"{CAR}.csv").to_rust()
    properties = fastsimrust.RustPhysicalProperties()
    properties.air_density_kg_per_m3, properties.a_grav_mps2 = around

    def prepare(cycle):
        drive = fastsimrust.RustSimDrive(cycle, vehicle)
        drive.props = properties
        return drive

    rows = {}
    for name in cycles:
        t, v = read_trace(name)
        trace = {"name": name, "time_s": np.array(t), "mps": np.array(v)}
        cycle = fastsim_cycle.Cycle.from_dict(trace).to_rust()
        cpu, wall, drive = least(
            repeats, lambda: prepare(cycle), lambda drive: drive.sim_drive_walk(START_SOC))
        if not all(drive.cyc_met):
            raise RuntimeError(f"missed the trace of {name}")
        energy = 1e3 * sum(np.array(drive.ess_kw_out_ach) * np.array(cycle.dt_s))
        rows[name] = result(cpu, wall, energy, sum(drive.dist_m))
    return {"car": car_of_fastsim2(vehicle), "rows": rows}


def work(args):
    """Prints what a peer gave as one line of JSON."""
    try:
        peer = {"fastsim3": fastsim3, "fastsim2": fastsim2}[args.worker]
        print(json.dumps(peer(args.cycle, args.repeats, args.surroundings)))
    except Exception as error:
        sys.exit(" ".join(str(error).split("Stack backtrace")[0].split()))
    return 0


# From here on: run by the caller's Python.


def run_peer(peer, args, around=(0, 0)):
    """What a peer gave on all cycles."""
    python = environment(peer, [f"fastsim=={VERSIONS[peer]}"])
    out = command([python, __file__, "--worker", peer, "--repeats", args.repeats,
                   "--surroundings", *around, "--", *args.cycle], 300, 3, f"FASTSim {VERSIONS[peer]}")
    return json.loads(out.splitlines()[-1])  # the package greets on standard output


def evsim_vehicle(car, gravity):
    """The car in evsim's words. All braking power goes through the machine, as in FASTSim 3."""
    machine = {
        "P_peak_W": car["power"], "tau_peak_Nm": 1e5, "omega_max_rad_per_s": 1e4, "U_ref_V": 400,
        "inertia_kg_m2": 0,
        "losses": {
            "type": "power_efficiency", "P_peak_W": car["power"],
            "efficiency": {"power_fraction": car["share"], "efficiency": car["efficiency"]},
            "efficiency_generating": car["efficiency"][0]},
    }
    return {
        "name": CAR.replace("_", " "),
        "chassis": {
            "mass_kg": car["mass"], "wheelbase_m": car["wheelbase"], "cg_height_m": car["cg_height"],
            "front_load": car["driven_load"], "wheel_radius_m": car["wheel_radius"],
            "wheel_inertia_kg_m2": car["wheel_inertia"], "n_wheels": round(car["wheels"]),
            "mu": car["mu"], "slip_stiffness": 1e12},
        "road_load": {
            "type": "physical", "Cd": car["Cd"], "frontal_area_m2": car["area"],
            "rolling_resistance": car["rolling"] * gravity / GRAVITY_EVSIM},
        "drive_units": {"front": {
            "axle": "front", "machine": machine, "inverter": {},
            "gears": {"gear": {"ratio": 1, "efficiency": car["gear"]}}}},
        "battery": {
            "type": "constant_efficiency", "energy_J": car["energy"], "efficiency": car["battery"],
            "P_discharge_max_W": car["battery_power"], "P_charge_max_W": car["battery_power"]},
        "regeneration": {"v_zero_m_per_s": 0, "v_full_m_per_s": 1e-6},
        "auxiliaries": {"power_W": car["auxiliaries"]},
        "charger": {"P_AC_kW": 11, "efficiency": 1},
    }


def evsim_scenario(cycle, air, solver):
    """The cycle in air of that density [kg/m3], driven without error."""
    return {
        "test_mass": {"type": "kerb_plus", "payload_kg": 0},
        "initial": {"SOC": START_SOC},
        "environment": {"T_air_K": 101325 / (287.05 * air)},  # at sea level
        "driver": {"type": "exact", "cycle": str(ROOT / "scenarios/cycles" / f"{cycle}.csv")},
        "solver": solver,
    }


def time_evsim(args, vehicle, scenario):
    """Time of the engine [s], its steps and energy error, and the consumption [Wh/km]."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "scenario.json"), Path(folder, "vehicle.json")
        for file, value in zip(files, (scenario, vehicle)):
            file.write_text(json.dumps(value), encoding="utf-8")
        out = command([args.build / "bench_engine", *files, args.repeats], 300, 3, "bench_engine")
        runs = command([args.build / "evsim", "run", files[0], "--vehicle", files[1], "--json",
                        "--out", Path(folder, "out")], 300, 3, "evsim")
    engine = re.search(r"engine: ([\d.]+) ms for ([\d.]+) s \((\d+) steps.* error (\S+)", out)
    if not engine:
        raise Failure(3, f"bench_engine said nothing of the engine: {out.strip()}")
    kpis = json.loads(runs)["runs"][0]["kpis"]
    return {"cpu": 1e-3 * float(engine[1]), "duration": float(engine[2]), "steps": int(engine[3]),
            "error": engine[4],
            "consumption": kpis["energy_consumption_battery_Wh_per_km"]["value"]}


def same_car(one, other):
    """Fails where the peers' files differ in a figure."""
    def close(a, b):
        pairs = zip(a, b, strict=True) if isinstance(a, list) else [(a, b)]
        return all(math.isclose(x, y) for x, y in pairs)

    differing = [key for key in one if not close(one[key], other[key])]
    if differing:
        raise Failure(3, f"FASTSim 3 and 2 differ in their car: {', '.join(differing)}")


def show(name, row, more):
    print(f"  {name + ':':<22} {1e3 * row['cpu']:6.2f} ms, "
          f"battery {0.1 * row['consumption']:.3f} kWh/100km, {more}")


def show_cycle(cycle, own, peers):
    """evsim with each choice of steps, then the peers beside it."""
    first = own[next(iter(STEPS))]
    print(f"{cycle} ({first['duration']:.0f} s)")
    for steps, row in own.items():
        show(f"evsim, {steps}", row, f"{row['steps']} steps, energy error {row['error']}")
    for name, rows in peers.items():
        row = rows[cycle]
        times = ", ".join(f"{row['cpu'] / mine['cpu']:.3g} x evsim with {steps}"
                          for steps, mine in own.items())
        deviation = 100 * (row["consumption"] / first["consumption"] - 1)
        show(name, row, f"{deviation:+.3f} %; {times} (wall {1e3 * row['wall']:.2f} ms)")


def run_peers(args):
    """The car, its surroundings, the rows of each peer, and why FASTSim 2 is left out if it is."""
    three = run_peer("fastsim3", args)
    peers = {f"FASTSim {VERSIONS['fastsim3']}": three["rows"]}
    try:
        two = run_peer("fastsim2", args, three["surroundings"])
        same_car(three["car"], two["car"])
        peers[f"FASTSim {VERSIONS['fastsim2']}"] = two["rows"]
    except Failure as failure:
        return three["car"], three["surroundings"], peers, failure
    return three["car"], three["surroundings"], peers, None


def compare(args):
    car, (air, gravity), peers, missing = run_peers(args)
    load = os.getloadavg()[0]
    print(f"{CAR.replace('_', ' ')}; load {load:.1f} on {os.cpu_count()} cores")
    vehicle = evsim_vehicle(car, gravity)
    for cycle in args.cycle:
        own = {steps: time_evsim(args, vehicle, evsim_scenario(cycle, air, solver))
               for steps, solver in STEPS.items()}
        show_cycle(cycle, own, peers)
    if missing:
        raise missing


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cycle", nargs="*", metavar="CYCLE", default=["wltc_class3b", "udds"],
                        help="names in scenarios/cycles [wltc_class3b udds]")
    parser.add_argument("--repeats", type=int, default=15, help="at least 9 [15]")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release",
                        help="folder of evsim and bench_engine [build/release]")
    parser.add_argument("--worker", choices=VERSIONS, help=argparse.SUPPRESS)
    parser.add_argument("--surroundings", type=float, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.repeats < 9:
        parser.error("--repeats: must be at least 9")
    for cycle in args.cycle:
        if not (ROOT / "scenarios/cycles" / f"{cycle}.csv").is_file():
            parser.error(f"scenarios/cycles has no {cycle}.csv")
    return args


def main():
    args = arguments()
    if args.worker:
        return work(args)
    try:
        for name in ("evsim", "bench_engine"):
            program(args.build, name)
        compare(args)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
