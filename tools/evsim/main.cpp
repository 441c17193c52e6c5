// The command `evsim`.
#include "tools/evsim/arguments.h"
#include "tools/evsim/exit_codes.h"
#include "tools/evsim/print.h"

int main(int argc, char** argv) {
  using namespace evsim;
  try {
    const ExitCode code = cli::parse_arguments(argc, argv)();
    cli::flush_output();
    return static_cast<int>(code);
  } catch (...) {
    const cli::Failure failure = cli::current_failure();
    cli::print_error(failure.message + "\n");
    return static_cast<int>(failure.code);
  }
}
