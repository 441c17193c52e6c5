import sys

from evsim_link import Link

link = Link(sys.argv[1], role="vcu", name="pedals in Python", inputs=["accelerator", "brake"],
            outputs=["tau.rear Nm", "F_brake kN"])
for step in link:
    step.answer({"tau.rear": 300.0 * step["accelerator"], "F_brake": 15.0 * step["brake"]})
