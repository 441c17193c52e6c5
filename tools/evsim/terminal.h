// What belongs to one operating system: terminals, Ctrl-C, where the program lies.
#pragma once

#include <cstdio>
#include <string>

namespace evsim::cli::terminal {

bool is_terminal(std::FILE* stream);
// Columns of the terminal behind stderr; 80 where there is none.
int width();

// From now on the first Ctrl-C (or SIGTERM) only makes interrupted() true; a second one ends the program.
void catch_interrupts();
bool interrupted();

// Folder of the running program, or "" when it can't be told.
std::string program_folder();

}  // namespace evsim::cli::terminal
