#!/usr/bin/env python3
"""Times MuJoCo and Drake beside the mechanics of evsim's multi-body car: the same car, the same steps, one thread.

The car is the Xiaomi SU7 of vehicles/, with a driver. bench_peer_bodies says what it consists of about its design
position; from that it is built in MuJoCo and in Drake: body, masses and inertias of wheels and axles, springs, dampers,
the stiffness of the tyres, the radius at which they roll. What each side's model contains:

  evsim, mechanics    body, four wheels on their suspensions' curved paths with toe, camber and castor over travel, stops,
                      dampers of two slopes, anti-roll bars; Magic Formula tyres with carcasses that give way and
                      moments; rolling resistance, air; steering with compliance; gears, differential and half shafts
                      that twist with play; energy books. Runge-Kutta of fourth order
  evsim, whole car    beside it battery, DC link, inverter and dq machine under control at 10 kHz, driver, control
                      units, brakes: 100 km/h at the level drive, mechanics in steps of 1 ms
  MuJoCo              14 degrees of freedom: body, wheels on straight slides, springs, dampers of one slope, bars; a sphere
                      for a tyre. Its friction creeps by a force in proportion to the sliding speed: of the tyres' slip
                      stiffness at this speed. No rolling resistance, air, steering, driveline
  Drake               the same without anti-roll bars

`fastest`: of the settings tried that of the least time; `as it comes`: the package's own choice of solver. The peers are
called once for a whole run, so that Python does not count.

Each rolls at 20 m/s and is steered by a step into a turn of about 0.1 g. Times are CPU times of the thread, the
minimum of the rounds. Compared is whether all are the same car: loads of the wheels, curvature of a slow turn, roll over
lateral acceleration (where there are bars), and the mass with what turns, by braking torques beside coasting: tau / (r dv/dt),
r = v / omega.

The packages come from PyPI into virtual environments under build/peers, checked by their hashes. Project Chrono has no
package there.

Exit codes: 0 the same car, 1 not, 2 wrong argument, 3 a simulation failed, 4 a program or package was not found.
"""
import argparse
import math
import os
import sys
import time
from pathlib import Path

from peer_environment import ROOT, Worker, command, environment, exit_code, program, serve

NUMPY = ("numpy==2.4.6", "89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93")
PACKAGES = {
    "mujoco": (("mujoco==4.0.0", "693a48af2b683c8613f750be66c69a3262014becb0f08674730c4d461a2f0a8d"),
               ("mujoco-core==4.0.0", "885bd9b9cc0a6b5ba1114923eb954027652a6a0c115fa46b3218b83bae72ac4f"), NUMPY),
    "drake": (("drake==1.51.1", "ce2a9df43194e447a85556f96593d7de79891eec16bf48b406c5ce5d1de93270"), NUMPY),
}
NAMES = {"mujoco": "MuJoCo 4.0.0", "drake": "Drake 1.51.1"}
VEHICLE = "vehicles/xiaomi_su7.json"
G = 9.80665
V, DELTA, END = 20.0, 0.0075, 2.0  # [m/s], [rad], [s]
BRAKE, BRAKING = 150.0, 2.0  # of each wheel [Nm], [s]
SLOW, SETTLING = 2.5, 3.0  # for loads of the wheels and curvature: at small slip [m/s], [s]
STEPS = (5e-4, 1e-3)  # [s]
WHEELS = tuple((axle, side) for axle in ("front", "rear") for side in ("left", "right"))
# By how much a peer may differ. Loads: evsim's has lift and drag. Curvature: steering and wheels give way and turn with
# travel, in evsim's alone. Roll: wheels move straight, their dampers have one slope. Brakes: the rolling resistance is another
# one as the nose dives.
BARS = {"loads": 0.002, "curvature": 0.02, "roll": 0.05, "brakes": 0.01}


# From here to serve(): run by the Python of a peer's environment.


def places(car):
    """Of each wheel: its name, axle, and place from the body's centre of gravity [m]."""
    for axle, side in WHEELS:
        x = car["cg_behind_front"] - (0.0 if axle == "front" else car["wheelbase"])
        y = (0.5 if side == "left" else -0.5) * car[f"{axle}.track"]
        yield f"{axle}_{side}", axle, (x, y, car[f"{axle}.wheel_height"] - car["cg_height"])


def sphere(car, axle):
    """Radius of a tyre that has its load at the wheel's height [m]."""
    return car[f"{axle}.wheel_height"] + car[f"{axle}.load"] / car[f"{axle}.tyre_stiffness"]


def result(cpu, v, spin, yaw_rate, roll, loads):
    return {"cpu": cpu, "v": v, "spin": spin, "yaw_rate": yaw_rate, "roll": roll, "loads": loads}


class MuJoCo:
    """The car in MuJoCo."""

    # Option, and what does not serve this car: islands of bodies that touch, dampers made implicit.
    SETTINGS = {
        "as it comes": ('', ''),
        "Newton": ('solver="Newton" cone="elliptic" jacobian="dense"', 'island="disable" eulerdamp="disable"'),
        "CG": ('solver="CG" cone="elliptic" jacobian="dense"', 'island="disable" eulerdamp="disable"'),
        "PGS": ('solver="PGS" cone="elliptic" jacobian="dense"', 'island="disable" eulerdamp="disable"'),
        "implicitfast, CG": ('integrator="implicitfast" solver="CG" cone="elliptic" jacobian="dense"', 'island="disable"'),
    }
    IMPEDANCE = 0.2  # constant: a contact is then a spring and a damper, and little mass
    GUESS = (-1e4, -100.0)

    def __init__(self):
        import mujoco
        self.mujoco = mujoco

    def model(self, car, h, delta, setting, contacts):
        option, flag = self.SETTINGS[setting]
        bodies, pairs, bars, motors = [], [], [], []
        for name, axle, (x, y, z) in places(car):
            of = lambda what, axle=axle: car[f"{axle}.{what}"]
            outward = of("path_outward") * (1 if y > 0 else -1)
            half = 0.5 * (delta if axle == "front" else 0.0)
            bodies.append(
                f'<body name="{name}" pos="{x} {y} {z}">'
                f'<joint name="travel_{name}" type="slide" axis="{of("path_forward")} {outward} 1" '
                f'stiffness="{of("spring_rate")}" springref="{-of("spring_preload") / of("spring_rate")}" '
                f'damping="{of("damping")}"/>'
                f'<joint name="spin_{name}" type="hinge" armature="{of("driven_inertia")}" axis="{-math.sin(2 * half)} {math.cos(2 * half)} 0"/>'
                f'<inertial pos="0 0 0" mass="{of("unsprung_mass")}" diaginertia="{of("transverse_inertia")} '
                f'{of("wheel_inertia")} {of("transverse_inertia")}" quat="{math.cos(half)} 0 0 {math.sin(half)}"/>'
                f'<geom name="tyre_{name}" type="sphere" size="{sphere(car, axle)}" mass="0" contype="0" conaffinity="0"/>'
                f'</body>')
            k, b, creep = contacts[name]
            pairs.append(
                f'<pair geom1="road" geom2="tyre_{name}" condim="3" friction="1 1 0.005 1e-4 1e-4" solref="{k} {b}" '
                f'solreffriction="-1 {creep}" solimp="{self.IMPEDANCE} {self.IMPEDANCE} 1"/>')
            motors.append(f'<motor joint="spin_{name}"/>')
        for axle in ("front", "rear"):
            bars.append(f'<fixed stiffness="{car[axle + ".anti_roll_stiffness"]}" springlength="0">'
                        f'<joint joint="travel_{axle}_left" coef="1"/><joint joint="travel_{axle}_right" coef="-1"/></fixed>')
        text = (f'<mujoco><option timestep="{h}" gravity="0 0 {-G}" {option}><flag {flag}/></option><worldbody>'
                f'<geom name="road" type="plane" size="0 0 1" contype="0" conaffinity="0"/>'
                f'<body name="car" pos="0 0 {car["cg_height"]}"><freejoint/>'
                f'<inertial pos="0 0 0" mass="{car["sprung_mass"]}" fullinertia="{car["I_xx"]} {car["I_yy"]} {car["I_zz"]} 0 '
                f'{car["I_xz"]} 0"/>{"".join(bodies)}</body></worldbody><contact>{"".join(pairs)}</contact>'
                f'<tendon>{"".join(bars)}</tendon><actuator>{"".join(motors)}</actuator></mujoco>')
        return self.mujoco.MjModel.from_xml_string(text)

    def build(self, car, h, delta, setting, creep):
        """A model whose contacts have the tyres' stiffness and damping; creep: force over sliding speed [N s/m]."""
        names = [name for name, _, _ in places(car)]
        guess = {name: (*self.GUESS, self.GUESS[1]) for name in names}
        model = self.model(car, h, delta, setting, guess)
        data = self.mujoco.MjData(model)
        self.mujoco.mj_forward(model, data)
        contacts = {}
        for contact, (name, axle, _) in zip(data.contact, places(car), strict=True):
            at = contact.efc_address
            K, B, impedance, _ = data.efc_KBIP[at]
            normal, friction = data.efc_R[at], data.efc_R[at + 1]
            k = self.GUESS[0] * car[f"{axle}.tyre_stiffness"] * normal / (K * impedance)
            b = self.GUESS[1] * car[f"{axle}.tyre_damping"] * normal / B
            slides = self.GUESS[1] * creep[axle] * friction / data.efc_KBIP[at + 1][1]
            contacts[name] = (k, b, slides)
        return self.model(car, h, delta, setting, contacts)

    def run(self, car, h, end, v, delta, slip_stiffness, brake=0.0, setting="CG"):
        model = self.build(car, h, delta, setting, {axle: C / v for axle, C in slip_stiffness.items()})
        data = self.mujoco.MjData(model)
        data.qvel[0] = v
        for name, axle, _ in places(car):
            data.qvel[model.joint(f"spin_{name}").dofadr[0]] = v / car[f"{axle}.effective_radius"]
        data.ctrl[:] = -brake
        steps = round(end / h)
        begin = time.thread_time()
        self.mujoco.mj_step(model, data, steps)
        cpu = time.thread_time() - begin
        self.mujoco.mj_forward(model, data)
        rows = [contact.efc_address for contact in data.contact]
        loads = [float(data.efc_force[at]) for at in rows]
        R = data.body("car").xmat.reshape(3, 3)
        heading = math.atan2(R[1][0], R[0][0])
        yaw_rate = float((R @ data.qvel[3:6])[2])
        along = math.cos(heading) * data.qvel[0] + math.sin(heading) * data.qvel[1]
        if model.opt.cone == self.mujoco.mjtCone.mjCONE_PYRAMIDAL:
            loads = [float(sum(data.efc_force[at:at + 4])) for at in rows]
        spin = float(data.joint("spin_front_left").qvel[0])
        return result(cpu, float(along), spin, yaw_rate, math.atan2(R[2][1], R[2][2]), loads)


class Drake:
    """The car in Drake."""

    SETTINGS = ("as it comes", "kTamsi")

    def build(self, car, h, delta, setting, creep):
        from pydrake.geometry import HalfSpace, ProximityProperties, Sphere
        from pydrake.math import RigidTransform, RollPitchYaw
        from pydrake.multibody import plant as plants, tree
        from pydrake.systems.framework import DiagramBuilder
        builder = DiagramBuilder()
        plant, _ = plants.AddMultibodyPlantSceneGraph(builder, h)
        plant.set_contact_model(plants.ContactModel.kPoint)
        if setting != "as it comes":
            plant.set_discrete_contact_approximation(getattr(plants.DiscreteContactApproximation, setting))
        plant.mutable_gravity_field().set_gravity_vector([0, 0, -G])

        def surface(stiffness, damping, load):
            out = ProximityProperties()
            for what, value in (("coulomb_friction", plants.CoulombFriction(1.0, 1.0)),
                                ("point_contact_stiffness", stiffness), ("relaxation_time", damping / stiffness),
                                ("hunt_crossley_dissipation", damping / load)):
                out.AddProperty("material", what, value)
            return out

        def body(name, mass, inertia):
            return plant.AddRigidBody(name, tree.SpatialInertia.MakeFromCentralInertia(
                mass, [0, 0, 0], tree.RotationalInertia(*inertia)))

        def fixed(name, on, place, yaw):
            pose = RigidTransform(RollPitchYaw(0, 0, yaw), place)
            return plant.AddFrame(tree.FixedOffsetFrame(name, on.body_frame(), pose))

        plant.RegisterCollisionGeometry(plant.world_body(), RigidTransform(), HalfSpace(), "road",
                                        surface(1e15, 0.0, 1.0))
        car_body = body("car", car["sprung_mass"],
                        (car["I_xx"], car["I_yy"], car["I_zz"], 0, car["I_xz"], 0))
        spins = []
        for name, axle, place in places(car):
            of = lambda what, axle=axle: car[f"{axle}.{what}"]
            # A slide and a spin need a body between them: half of the mass.
            mass, J_t = 0.5 * of("unsprung_mass"), of("transverse_inertia")
            carrier = body(f"carrier_{name}", mass, (1e-3, 1e-3, 1e-3))
            wheel = body(name, mass, (J_t, of("wheel_inertia"), J_t))
            direction = [of("path_forward"), of("path_outward") * (1 if place[1] > 0 else -1), 1.0]
            travel = plant.AddJoint(tree.PrismaticJoint(
                f"travel_{name}", fixed(f"at_{name}", car_body, place, 0.0), carrier.body_frame(), direction,
                damping=of("damping")))
            plant.AddForceElement(tree.PrismaticSpring(
                travel, -of("spring_preload") / of("spring_rate"), of("spring_rate")))
            yaw = delta if axle == "front" else 0.0
            spin = plant.AddJoint(tree.RevoluteJoint(
                f"spin_{name}", fixed(f"hub_{name}", carrier, [0, 0, 0], yaw), wheel.body_frame(), [0, 1, 0]))
            plant.AddJointActuator(f"brake_{name}", spin).set_default_rotor_inertia(of("driven_inertia"))
            plant.RegisterCollisionGeometry(wheel, RigidTransform(), Sphere(sphere(car, axle)), f"tyre_{name}",
                                            surface(of("tyre_stiffness"), of("tyre_damping"), of("load")))
            spins.append((spin, of("effective_radius")))
        plant.Finalize()
        # Friction grows with the sliding speed up to this one, first by 2 mu F_z / v (TAMSI).
        load = 0.5 * (car["front.load"] + car["rear.load"])
        plant.set_stiction_tolerance(2.0 * load / (0.5 * (creep["front"] + creep["rear"])))
        return builder.Build(), plant, car_body, spins

    def run(self, car, h, end, v, delta, slip_stiffness, brake=0.0, setting="kTamsi"):
        from pydrake.math import RigidTransform
        from pydrake.multibody.math import SpatialVelocity
        from pydrake.systems.analysis import Simulator
        creep = {axle: C / v for axle, C in slip_stiffness.items()}
        diagram, plant, car_body, spins = self.build(car, h, delta, setting, creep)
        simulator = Simulator(diagram)
        context = plant.GetMyMutableContextFromRoot(simulator.get_mutable_context())
        plant.SetFloatingBaseBodyPoseInWorldFrame(context, car_body, RigidTransform([0, 0, car["cg_height"]]))
        plant.SetFreeBodySpatialVelocity(context, car_body, SpatialVelocity([0, 0, 0], [v, 0, 0]))
        for spin, radius in spins:
            spin.set_angular_rate(context, v / radius)
        plant.get_actuation_input_port().FixValue(context, [-brake] * 4)
        simulator.Initialize()
        begin = time.thread_time()
        simulator.AdvanceTo(end)
        cpu = time.thread_time() - begin
        R = plant.EvalBodyPoseInWorld(context, car_body).rotation().matrix()
        motion = plant.EvalBodySpatialVelocityInWorld(context, car_body)
        heading = math.atan2(R[1, 0], R[0, 0])
        x, y, _ = motion.translational()
        results = plant.get_contact_results_output_port().Eval(context)
        forces = {}
        for k in range(results.num_point_pair_contacts()):
            info = results.point_pair_contact_info(k)
            wheel = max(int(info.bodyA_index()), int(info.bodyB_index()))
            forces[wheel] = abs(float(info.contact_force()[2]))
        spin = float(spins[0][0].get_angular_rate(context))
        return result(cpu, float(math.cos(heading) * x + math.sin(heading) * y), spin, float(motion.rotational()[2]),
                      math.atan2(R[2, 1], R[2, 2]), [forces[wheel] for wheel in sorted(forces)])


# From here on: run by the caller's Python.


def numbers(text):
    """Of lines `name value`."""
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


def evsim(args, *words):
    return numbers(command([program(args.build, "bench_peer_bodies"), VEHICLE, *words], 300, 3, "bench_peer_bodies"))


def own(args, h, end, v, delta=0.0, brake=0.0, repeats=1):
    """A run of evsim's mechanics."""
    out = evsim(args, "run", h, end, v, delta, brake, repeats)
    out["loads"] = [out[f"{axle}.F_z_{side}"] for axle, side in WHEELS]
    return out


def figures(run):
    """What tells whether cars are the same, by runs run(end, v, delta, brake)."""
    turn, slow = run(2.0 * END, V, DELTA, 0.0), run(SETTLING, SLOW, 2.0 * DELTA, 0.0)
    straight = run(BRAKING, V, 0.0, 0.0)
    slowed = straight["v"] - run(BRAKING, V, 0.0, BRAKE)["v"]
    radius = straight["v"] / straight["spin"]
    return {"loads": run(SETTLING, SLOW, 0.0, 0.0)["loads"], "curvature": [slow["yaw_rate"] / slow["v"]],
            "roll": [turn["roll"] / (turn["v"] * turn["yaw_rate"])],
            "brakes": [4.0 * BRAKE * BRAKING / (radius * slowed)]}


def differences(mine, theirs):
    """Largest of each figure, over evsim's."""
    return {name: max(abs(a - b) / abs(a) for a, b in zip(mine[name], theirs[name], strict=True)) for name in mine}


class Side:
    """A peer: least times [s] of each setting and step."""

    def __init__(self, name, settings, car, slip_stiffness):
        python = environment(name, *zip(*PACKAGES[name]))
        self.name, self.worker, self.settings = name, Worker(NAMES[name], python, __file__, name), settings
        self.given = {"car": car, "slip_stiffness": slip_stiffness}
        self.times = {(setting, h): math.inf for setting in settings for h in STEPS}

    def round(self):
        for setting, h in self.times:
            done = self.worker.run(h=h, end=END, v=V, delta=DELTA, setting=setting, **self.given)
            self.times[setting, h] = min(self.times[setting, h], done["cpu"])

    def fastest(self):
        return min(self.settings, key=lambda setting: self.times[setting, STEPS[0]])

    def figures(self, h):
        setting = self.fastest()
        return figures(lambda end, v, delta, brake: self.worker.run(
            h=h, end=end, v=v, delta=delta, brake=brake, setting=setting, **self.given))


def row(name, speeds, more=""):
    print(f"  {name:<42}" + "".join(f"{speed:10.0f}" if speed else f"{'':10}" for speed in speeds) + f"  {more}")


def compare(args):
    """Whether all are the same car."""
    car = evsim(args, "car")
    turn = own(args, STEPS[0], END, V, DELTA)
    # Of a tyre [N/rad].
    slip_stiffness = {axle: 0.5 * abs(turn[f"{axle}.F_y"] / turn[f"{axle}.alpha"]) for axle in ("front", "rear")}
    sides = []
    try:
        for name, peer in (("mujoco", MuJoCo), ("drake", Drake)):
            sides.append(Side(name, tuple(peer.SETTINGS), car, slip_stiffness))
        mine, whole = {h: math.inf for h in STEPS}, math.inf
        for _ in range(args.rounds):
            for h in STEPS:
                mine[h] = min(mine[h], own(args, h, END, V, DELTA)["cpu"])
            done = evsim(args, "whole", 1)
            whole = min(whole, done["cpu"] / done["end"])
            for side in sides:
                side.round()
        coarse = own(args, STEPS[1], END, V, DELTA)
        fine = own(args, STEPS[0] / 5, END, V, DELTA)
        reference = figures(lambda end, v, delta, brake: own(args, STEPS[0], end, v, delta, brake))
        found = {side.name: side.figures(STEPS[0]) for side in sides}
    finally:
        for side in sides:
            side.worker.close()
    print(f"Multiples of real time, one thread; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    row("step", [], "   0.5 ms      1 ms")
    row("evsim, mechanics", [END / mine[h] for h in STEPS],
        f"place after {END:.0f} s at 1 ms within {math.dist([coarse[n] for n in 'xy'], [fine[n] for n in 'xy']):.0e} m")
    row("evsim, whole car with its electric drive", [None, 1 / whole])
    for side in sides:
        for setting in side.settings:
            name = f"{NAMES[side.name]}, {setting}" + (", fastest" if setting == side.fastest() else "")
            row(name, [END / side.times[setting, h] for h in STEPS])
    return same_car(reference, found)


def same_car(reference, found):
    """Prints the figures of all; whether they are within the bars."""
    held = True
    print("  the same car: loads of the wheels [N], curvature [1/km], roll [deg/g], mass by the brakes [kg]")

    def show(name, of, more):
        loads = " ".join(f"{load:.0f}" for load in of["loads"])
        print(f"  {name:<14} {loads}  {1e3 * of['curvature'][0]:.3f}  {math.degrees(of['roll'][0]) * G:.2f}  "
              f"{of['brakes'][0]:.0f}  {more}")

    show("evsim", reference, "")
    for name, theirs in found.items():
        apart = differences(reference, theirs)
        if name == "drake":
            del apart["roll"]  # it has no bars
        within = all(apart[what] <= BARS[what] for what in apart)
        held &= within
        words = ", ".join(f"{what} {100 * value:.2f} %" for what, value in apart.items())
        show(NAMES[name], theirs, f"{'held' if within else 'MISSED'}: {words}")
    return held


def arguments():
    summary, rest = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="at least 9 [9]")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release",
                        help="folder of bench_peer_bodies [build/release]")
    parser.add_argument("--worker", choices=NAMES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.rounds < 9:
        parser.error("--rounds: must be at least 9")
    return args


def main():
    args = arguments()
    if args.worker:
        return serve(lambda: {"mujoco": MuJoCo, "drake": Drake}[args.worker]().run)
    return exit_code(compare, args)


if __name__ == "__main__":
    sys.exit(main())
