#include "sim/link/shared_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::link {
namespace {

void* opened(const std::string& file) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec))
    throw InputError(Problem{.what = file + ": no such file"});
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return handle;
  const char* why = ::dlerror();
  throw InputError(Problem{.what = "can't be loaded: " + std::string(why ? why : file)});
}

}  // namespace

SharedLibrary::SharedLibrary(std::string file, const std::string& symbol, const std::string& header)
    : file_(std::move(file)),
      symbol_(symbol),
      handle_(opened(file_)),
      function_(::dlsym(handle_, symbol.c_str())) {
  if (function_ != nullptr) return;
  ::dlclose(handle_);
  refuse("exports no " + symbol + "; does it include " + header + ", and extern \"C\"?");
}

SharedLibrary::~SharedLibrary() { ::dlclose(handle_); }

void SharedLibrary::refuse(const std::string& what) const {
  throw InputError(Problem{.what = file_ + ": " + what});
}

}  // namespace evsim::link
