// Code of a user's in a shared library, which gives a table by one function.
#pragma once

#include <memory>
#include <string>

#include "sim/link/protected_call.h"

namespace evsim::link {

// A loaded file with the address of that function. Loaded as long as it lives.
class SharedLibrary {
 public:
  // header: that declares the function. Throws InputError for a file that is missing, no library or without the symbol.
  SharedLibrary(std::string file, const std::string& symbol, const std::string& header);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  // What function() returns; f calls it, where it may crash or not return.
  template <class Function, class F> auto table(F&& f) const {
    decltype(f(std::declval<Function*>())) out = nullptr;
    const std::string wrong =
        protection->call(kLoadPatience, [&] { out = f(reinterpret_cast<Function*>(function_)); });
    if (!wrong.empty()) refuse(symbol_ + ": " + wrong);
    return out;
  }
  // InputError with the file's name.
  [[noreturn]] void refuse(const std::string& what) const;
  const std::string& file() const { return file_; }

  const std::shared_ptr<Protection> protection = Protection::share();

 private:
  static constexpr double kLoadPatience = 10.0;  // [s]

  std::string file_, symbol_;
  void* handle_;
  void* function_;
};

}  // namespace evsim::link
