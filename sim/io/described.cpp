// The descriptions of a vehicle file and of a scenario, for all that ask for them.
#include "sim/io/description.h"
#include "sim/run/scenario.h"
#include "sim/vehicle/car.h"

template const evsim::io::Node& evsim::io::description<evsim::car::Params<double>>();
template const evsim::io::Node& evsim::io::description<evsim::scenario::Params>();
