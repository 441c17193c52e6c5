// What is wrong with a link file as far as it can be told without a car, and without anything being opened: addresses,
// databases and logs, messages, signals and their protection, secrets. Drive units of the car are not known here: any name
// of one will do.
#pragma once

#include "sim/link/link_params.h"

namespace evsim::link {

// Throws InputError with all of it, each with its path in the file.
void check(const LinkParams& p, const ReadText& read);

}  // namespace evsim::link
