// Not linked anywhere: the architecture test must find this call in the compiled object.
#include <cmath>

double planted(double x);
double planted(double x) { return std::tanh(x); }
