#include "sim/io/signals_hdf5.h"

#include <dlfcn.h>

#include <array>
#include <filesystem>

#include "sim/base/errors.h"
#include "sim/io/hdf5/interface.h"
#include "sim/io/output_folder.h"

namespace evsim::io {
namespace {

namespace fs = std::filesystem;
constexpr const char* kModule = "evsim_hdf5.so";
using Make = decltype(evsim_hdf5_make);

// The folder of the program or shared library that holds this code.
fs::path own_folder() {
  std::error_code ec;
  Dl_info info{};
  const bool shared = ::dladdr(reinterpret_cast<const void*>(&signals_hdf5), &info) != 0 &&
                      info.dli_fname != nullptr &&
                      std::string_view(info.dli_fname).find(".so") != std::string_view::npos;
  const fs::path code = shared ? fs::path(info.dli_fname) : fs::path("/proc/self/exe");
  return fs::canonical(code, ec).parent_path();
}

// Side by side in a build; below the library folder when installed.
std::array<fs::path, 6> places() {
  const fs::path own = own_folder(), up = own.parent_path();
  return {own / kModule,
          own / "evsim" / kModule,
          up / "lib" / "evsim" / kModule,
          up / "lib64" / "evsim" / kModule,
          up / "lib" / "x86_64-linux-gnu" / "evsim" / kModule,
          up / kModule};
}

Make* load() {
  std::string why = std::string(kModule) + " is not there: evsim was built without HDF5";
  for (const fs::path& place : places()) {
    std::error_code ec;
    if (!fs::exists(place, ec)) continue;
    void* module = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* function = module == nullptr ? nullptr : ::dlsym(module, "evsim_hdf5_make");
    if (function != nullptr) return reinterpret_cast<Make*>(function);
    const char* error = ::dlerror();
    why = place.string() + ": " + (error == nullptr ? "can't be loaded" : error);
  }
  throw EnvironmentError("HDF5 files can't be written: " + why + "; use --format csv");
}

}  // namespace

std::string signals_hdf5(const std::vector<SignalColumn>& columns) {
  static Make* const make = load();
  std::vector<evsim_hdf5_column> plain;
  for (const SignalColumn& c : columns)
    plain.push_back({c.name.c_str(), c.unit.c_str(), c.values.data()});
  const std::size_t rows = columns.empty() ? 0 : columns.front().values.size();
  const evsim_hdf5_file file{rows, plain.size(), plain.data()};
  const auto take = [](void* to, const char* bytes, std::size_t size) {
    static_cast<std::string*>(to)->assign(bytes, size);
  };
  std::string out;
  std::array<char, 200> error{};
  if (make(&file, take, &out, error.data(), error.size()) != 0)
    throw EnvironmentError(std::string("HDF5: ") + error.data());
  return out;
}

void write_hdf5(const std::string& path, const std::vector<SignalColumn>& columns,
                const std::string& name) {
  write_file(path, signals_hdf5(columns), name);
}

}  // namespace evsim::io
