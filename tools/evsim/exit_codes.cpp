#include "tools/evsim/exit_codes.h"

#include <filesystem>
#include <new>
#include <system_error>

namespace evsim::cli {

Failure current_failure() {
  try {
    throw;
  } catch (const InputError& e) {
    return {ExitCode::bad_input, e.what()};
  } catch (const SimulationError& e) {
    return {ExitCode::simulation_failed, e.what()};
  } catch (const EnvironmentError& e) {
    return {ExitCode::environment, e.what()};
  } catch (const std::system_error& e) {  // files and folders, threads
    return {ExitCode::environment, e.what()};
  } catch (const std::bad_alloc&) {
    return {ExitCode::environment, "out of memory"};
  } catch (const std::exception& e) {
    return {ExitCode::simulation_failed, std::string("internal error: ") + e.what()};
  }
}

}  // namespace evsim::cli
