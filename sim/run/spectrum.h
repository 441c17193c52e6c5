// Harmonics of a signal that is linear between its samples; two samples of one time are a jump. Integrals are exact:
//   c_k = 2/T int x(t) exp(-j k w t) dt,   w = 2 pi / T                                                   (1)
//   over a piece of slope m from 0 to 1:  [(x_1 e_1 - x_0 e_0) / z - m (e_1 - e_0) / z^2],   e = exp(z t), z = -j k w
//   mean square: sum of h (x_0^2 + x_0 x_1 + x_1^2) / 3 over T                                            (2)
//   THD = sqrt(2 (x^2 - x_mean^2) - a_1^2) / a_1,   a_1 the amplitude of the fundamental                   (3)
// So edges need no resampling, and nothing is folded down from beyond a sampling rate.
#pragma once

#include <vector>

namespace evsim::spectrum {

struct Signal {
  std::vector<double> t;  // rising; equal times are a jump [s]
  std::vector<double> x;
};

// Between two times inside it.
Signal cut(const Signal& s, double from, double to);

// |c_k| of k = 0 (the mean's size) to `last`, over the whole signal.
std::vector<double> amplitudes(const Signal& s, int last);

double mean(const Signal& s);
double mean_square(const Signal& s);

// Of a signal whose fundamental has the amplitude a_1.
double distortion(const Signal& s, double a_1);

}  // namespace evsim::spectrum
