// Ordinary differential equations over short intervals, one after another, by ERKStep (SUNDIALS): explicit Runge-Kutta
// schemes with error control.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evsim {

class Erk {
 public:
  // f(t, y, dy), t from the interval's start [s].
  using Rates = std::function<void(double t, const double* y, double* dy)>;
  enum class Scheme { dormand_prince_5, fehlberg_8 };

  // scales: what a unit step of each state is worth, to which absolute tolerances are relative. what: for messages.
  Erk(Scheme scheme, double rtol, const std::vector<double>& scales, std::string what);
  ~Erk();
  Erk(Erk&&) noexcept;
  Erk& operator=(Erk&&) noexcept;

  // Of the interval's start before an advance, of its end after it.
  double* y();
  // By h [s]. Throws SimulationError.
  void advance(double h, const Rates& rates);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evsim
