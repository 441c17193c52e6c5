// Steady forces and moments of a tyre by the Magic Formula, versions 5.2 and 6.1 (6.2 has the same forces).
// Axes of ISO 8855 at the contact point: x forward in the wheel's plane, y left, z up. V_s: velocity of the slip point,
//   V_sx = V_x - omega R_e,   kappa = -V_sx / |V_x|,   alpha = V_sy / |V_x|  (tangent of the slip angle)          (1)
// so kappa > 0 drives, a wheel that moves to the left has alpha > 0 and F_y < 0, and gamma > 0 leans to the right.
// Property files (.tir) count so too (adapted SAE, as in the book, turns y, z and alpha round: nothing here does).
// A tyre on the other side than it was measured on is its mirror image: `mirror` = -1 turns alpha, gamma, F_y, M_x, M_z
// round where they enter and leave the functions below. Backwards all holds with |V_x|; trail and residual moment
// follow the sign of V_x.
//
//   F_x0 = D_x sin(C_x atan(B_x kappa_x - E_x (B_x kappa_x - atan B_x kappa_x))) + S_Vx,  kappa_x = kappa + S_Hx  (4.E9)
//   F_y0 likewise over alpha_y = alpha + S_Hy                                                                    (4.E19)
//   F_x = G_xalpha F_x0,   F_y = G_ykappa F_y0 + S_Vykappa                                               (4.E50, 4.E58)
//   G = cos(C atan(B x - E (B x - atan B x))) / the same at alpha = 0 or kappa = 0                       (4.E51, 4.E59)
//   M_z = -t F'_y + M_zr + s F_x,   F'_y = G_ykappa F_y0 at gamma = 0 (5.2: F_y - S_Vykappa)             (4.E71 .. E78)
// Numbers of the book; 6.1 is in Besselink's form where that is what files are fitted with: Q_BZ4 and Q_DZ3 times gamma
// (A58, A60), F_z0 in s (A56), S_V with the plain lambda_mu (A_mu = 1). 5.2 takes the slip angle itself.
// Beyond F_z_max and gamma_max of the file friction and shapes stay as they are there, while forces go on with the load.
// Friction of the road, mu times the tyre's own: in pure slip as lambda_mu, so that slip stiffnesses stay; the weights G
// by the book's similarity, over slip / mu (section 4.1): on ice as much of the friction is left across as on a dry road.
// Forces are per load until the end, so that a wheel off the road has none, without a division by 0.
// Neglected: turn slip (the book's zeta are 1).
// Source: H. Pacejka, Tire and Vehicle Dynamics, 3rd ed., 2012, section 4.3; I. Besselink, A. Schmeitz, H. Pacejka,
// Vehicle System Dynamics 48(S1), 2010; 5.2: MF-Tyre 5.2 and PAC2002 as in M. Furlan, MFeval.
#pragma once

#include "sim/base/elementary.h"
#include "sim/components/tyre_coefficients.h"

namespace evsim::tyre {

// ---- What depends on coefficients and pressure alone --------------------------------------------

template <Scalar T> struct Prepared {
  Params<T> p;
  T inverse_F_z0;          // of F'_z0 = lambda_Fz0 F_z0 [1/N]
  T per_F_z0, per_V_0;     // 1 / F_z0, 1 / V_0 [1/N, s/m]
  T dp_i;                  // (4.E2b)
  T k_x, mu_x, k_y, mu_y;  // factors by pressure and lambda on slip stiffness and friction
  T load_y, camber_y;  // by pressure: on the load of the largest stiffness, on the camber stiffness
  T per_load_upright;  // inverse of that load over F'_z0 at gamma = 0
  T per_C_x, per_C_y, per_mu_y;  // inverses of shapes and of lambda_mu_y
  T trail, residual;             // by pressure and lambda
  T rolling;                     // lambda_My (p_i / p_i0)^q_sy8
  T c_x, c_y;                    // carcass stiffness at the nominal load [N/m]
  T per_c_x, per_c_y;            // [m/N]
  T c_z;                         // c_z by pressure and lambda [N/m]
  T sunk;                        // F_z0 / c_z [m]
  T spring;                      // F_z0 by pressure and lambda [N]
  T per_R_0;                     // [1/m]
  T q_Fz1;                       // of (A4)
  bool plain_K_y;                // p_Ky4 = 2 in all lanes, so that sin(2 atan(x)) is a quotient
  bool plain_rolling;            // q_sy7 = 1 in all lanes
};

namespace detail {

inline constexpr double kTiny = 1e-9;
inline constexpr double kLeastFriction = 1e-4;
inline constexpr double kTwoOverPi = 0.63661977236758134308;

// x, but no nearer to 0 than `least`.
template <Scalar T> T off_zero(const T& x, double least) {
  return select(abs(x) < T(least), select(x < T(0.0), T(-least), T(least)), x);
}
// sin(n atan(x)) / x, x >= 0.
template <Scalar T> T sine_over(const T& n, bool is_two, const T& x) {
  T two = 2.0 / (1.0 + x * x);
  if (is_two) return two;
  const T safe = max(x, kTiny);
  return select(n == T(2.0), two, sin_near(n * atan(safe)) / safe);
}
// (4.E25) over load and p_Ky1, but for its fall with camber. F: load over F'_z0, as far as the file goes; per_load: inverse
// of the load over F'_z0 at which it has risen.
template <Scalar T> T rise(const Prepared<T>& r, const T& F, const T& per_load) {
  return sine_over(r.p.lateral.p_Ky4, r.plain_K_y, T(F * per_load)) * per_load;
}
// cos(atan(x)).
template <Scalar T> T cos_atan(const T& x) { return 1.0 / sqrt(1.0 + x * x); }

}  // namespace detail

// Of one version in all lanes. p_i [Pa]
template <Scalar T> Prepared<T> prepare(const Params<T>& p, const T& p_i) {
  Prepared<T> r{};
  r.p = p;
  const auto& l = p.scaling;
  const T F_z0 = l.F_z0 * p.vertical.F_z0;
  r.inverse_F_z0 = 1.0 / F_z0;
  r.per_F_z0 = 1.0 / p.vertical.F_z0;
  r.per_V_0 = 1.0 / p.model.V_0;
  const T pressure = clamp(p_i, p.pressure.p_min, p.pressure.p_max);
  const T dp = (pressure - p.pressure.p_i0) / p.pressure.p_i0;
  r.dp_i = dp;
  const auto& x = p.longitudinal;
  const auto& y = p.lateral;
  r.k_x = (1.0 + x.p_px1 * dp + x.p_px2 * dp * dp) * l.K_xkappa;
  r.mu_x = (1.0 + x.p_px3 * dp + x.p_px4 * dp * dp) * l.mu_x;
  r.k_y = (1.0 + y.p_py1 * dp) * l.K_yalpha;
  r.mu_y = (1.0 + y.p_py3 * dp + y.p_py4 * dp * dp) * l.mu_y;
  r.load_y = 1.0 + y.p_py2 * dp;
  r.per_load_upright = 1.0 / (y.p_Ky2 * r.load_y);
  r.per_C_x = 1.0 / (x.p_Cx1 * l.C_x);
  r.per_C_y = 1.0 / (y.p_Cy1 * l.C_y);
  r.per_mu_y = 1.0 / l.mu_y;
  r.camber_y = (1.0 + y.p_py5 * dp) * l.K_ygamma;
  r.trail = (1.0 - p.aligning.p_pz1 * dp) * l.t * p.dimension.R_0 * r.inverse_F_z0;
  r.residual = 1.0 + p.aligning.p_pz2 * dp;
  r.rolling = l.M_y * pow(pressure / p.pressure.p_i0, p.rolling.q_sy8);
  r.plain_K_y = all(y.p_Ky4 == T(2.0));
  r.plain_rolling = all(p.rolling.q_sy7 == T(1.0));

  // Carcass: as given, or from the relaxation lengths of 5.2 at the nominal load.
  const T sigma_x = max(x.p_Tx1 * p.dimension.R_0 * l.sigma_kappa, detail::kTiny);
  const T sigma_y =
      max(y.p_Ty1 * sin(2.0 * atan(1.0 / y.p_Ty2)) * p.dimension.R_0 * l.F_z0 * l.sigma_alpha,
          detail::kTiny);
  const T K_x = F_z0 * x.p_Kx1 * r.k_x;
  const T K_y = abs(y.p_Ky1 * detail::rise(r, T(1.0), r.per_load_upright) * F_z0 * r.k_y);
  const auto& s = p.structural;
  r.c_x = select(s.c_x0 > T(0.0), s.c_x0 * (1.0 + s.p_cfx3 * dp), K_x / sigma_x);
  r.c_y = select(s.c_y0 > T(0.0), s.c_y0 * (1.0 + s.p_cfy3 * dp), K_y / sigma_y);
  r.per_c_x = 1.0 / r.c_x;
  r.per_c_y = 1.0 / r.c_y;

  r.c_z = p.vertical.c_z * l.C_z * (1.0 + p.vertical.p_Fz1 * dp);
  r.sunk = p.vertical.F_z0 / r.c_z;
  r.spring = r.c_z / p.vertical.c_z * p.vertical.F_z0;
  r.per_R_0 = 1.0 / p.dimension.R_0;
  const T linear = p.vertical.c_z * p.dimension.R_0 / p.vertical.F_z0;
  r.q_Fz1 = sqrt(max(linear * linear - 4.0 * p.vertical.q_Fz2, 0.0));
  return r;
}

// ---- What depends on load, camber and friction alone --------------------------------------------

template <Scalar T> struct Contact {
  T F_z;       // load [N]
  T gamma;     // inclination against the road, or its sine [rad]
  T mu = 1.0;  // friction of the road over that of the measurement
};

template <Scalar T> struct Sine {  // of pure slip; forces over load
  T B, C, D;
  T E_positive, E_negative;  // by the sign of the slip
  T S_H, S_V;
  T K;            // slip stiffness
  T per_K = T();  // of the lateral stiffness, off 0
};
template <Scalar T> struct Weight {  // of combined slip
  T B, C, E, S_H;
  T slope, shift;  // of B over the other slip
};
template <Scalar T> struct Trail {
  T B, C, D, E, E_side, S_H;  // D [m]
};
template <Scalar T> struct Curves {
  T F_z;  // >= 0 [N]
  T gamma;
  Sine<T> x, y;
  Sine<T> upright;  // y at gamma = 0
  Weight<T> x_alpha, y_kappa;
  Trail<T> trail;
  T D_Vykappa = T(), slope_Vykappa = T(), B_Vykappa = T();  // the first over load
  T B_r = T(), D_r = T(), S_Hr = T();                       // residual moment, D_r over load [m]
  T K_ratio2 = T();                                         // (K_xkappa / K_yalpha)^2
  T lever = T(), lever_y = T();                             // s = lever + lever_y F_y [m], [m/N]
  // Parts of the overturning moment over load: fixed, with F_y, with the sine.
  T M_x = T(), M_x_y = T(), M_x_sine = T();
  T M_y = T(), M_y_fixed = T();            // rolling resistance: M_y (M_y_fixed + ..) [Nm]
  T sigma_kappa = T(), sigma_alpha = T();  // relaxation lengths at small slip [m]
};

// The version agrees in all lanes. A term is skipped only where no lane has it, so lanes keep the bits of a double.
namespace detail {

template <Scalar T> T bounded(const T& E) { return min(E, 1.0); }

template <Scalar T> Sine<T> longitudinal(const Prepared<T>& r, const T& dF, const Contact<T>& u) {
  const auto& c = r.p.longitudinal;
  const auto& l = r.p.scaling;
  const T gamma = u.gamma * l.gamma_x;
  const T mu = r.mu_x * u.mu;
  const T D =
      off_zero((c.p_Dx1 + c.p_Dx2 * dF) * (1.0 - c.p_Dx3 * gamma * gamma) * mu, kLeastFriction);
  const T K = (c.p_Kx1 + c.p_Kx2 * dF) * exp(c.p_Kx3 * dF) * r.k_x;
  const T C = c.p_Cx1 * l.C_x;
  const T E = (c.p_Ex1 + c.p_Ex2 * dF + c.p_Ex3 * dF * dF) * l.E_x;
  return {.B = K * r.per_C_x / D,
          .C = C,
          .D = D,
          .E_positive = bounded(E * (1.0 - c.p_Ex4)),
          .E_negative = bounded(E * (1.0 + c.p_Ex4)),
          .S_H = (c.p_Hx1 + c.p_Hx2 * dF) * l.H_x,
          .S_V = (c.p_Vx1 + c.p_Vx2 * dF) * l.V_x * l.mu_x * u.mu,
          .K = K};
}

template <Scalar T> Sine<T> lateral(const Prepared<T>& r, const T& F, const T& gamma_of_wheel,
                                    const T& road, const T& upright_rise) {
  const auto& c = r.p.lateral;
  const auto& l = r.p.scaling;
  const T dF = F - 1.0;
  const T gamma = gamma_of_wheel * l.gamma_y;
  const T mu = l.mu_y * road;
  const T D = off_zero((c.p_Dy1 + c.p_Dy2 * dF) * (1.0 - c.p_Dy3 * gamma * gamma) * r.mu_y * road,
                       kLeastFriction);
  const auto at_camber = [&] {
    return rise(r, F, T(1.0 / ((c.p_Ky2 + c.p_Ky5 * gamma * gamma) * r.load_y)));
  };
  const T K = c.p_Ky1 * (all(c.p_Ky5 == T(0.0)) ? upright_rise : at_camber()) *
              (1.0 - c.p_Ky3 * abs(gamma)) * r.k_y;
  const T per_K = 1.0 / off_zero(K, kTiny);
  const T S_Vgamma = (c.p_Vy3 + c.p_Vy4 * dF) * gamma * l.K_ygamma * mu;
  const T S_Hgamma = r.p.version == Version::mf_5_2
                         ? c.p_Hy3 * gamma
                         : ((c.p_Ky6 + c.p_Ky7 * dF) * r.camber_y * gamma - S_Vgamma) * per_K;
  const T E = (c.p_Ey1 + c.p_Ey2 * dF) * l.E_y;
  const T E_even = 1.0 + c.p_Ey5 * gamma * gamma, E_odd = c.p_Ey3 + c.p_Ey4 * gamma;
  const T C = c.p_Cy1 * l.C_y;
  return {.B = K * r.per_C_y / D,
          .C = C,
          .D = D,
          .E_positive = bounded(E * (E_even - E_odd)),
          .E_negative = bounded(E * (E_even + E_odd)),
          .S_H = (c.p_Hy1 + c.p_Hy2 * dF) * l.H_y + S_Hgamma,
          .S_V = (c.p_Vy1 + c.p_Vy2 * dF) * l.V_y * mu + S_Vgamma,
          .K = K,
          .per_K = per_K};
}

template <Scalar T>
Trail<T> trail(const Prepared<T>& r, const T& dF, const T& gamma, const T& per_road, const T& F_z) {
  const auto& c = r.p.aligning;
  const auto& l = r.p.scaling;
  return {.B = (c.q_Bz1 + c.q_Bz2 * dF + c.q_Bz3 * dF * dF) *
               (1.0 + c.q_Bz4 * gamma + c.q_Bz5 * abs(gamma)) * l.K_yalpha * r.per_mu_y * per_road,
          .C = c.q_Cz1,
          .D = (c.q_Dz1 + c.q_Dz2 * dF) * (1.0 + c.q_Dz3 * gamma + c.q_Dz4 * gamma * gamma) *
               r.trail * F_z,
          .E = c.q_Ez1 + c.q_Ez2 * dF + c.q_Ez3 * dF * dF,
          .E_side = (c.q_Ez4 + c.q_Ez5 * gamma) * kTwoOverPi,
          .S_H = c.q_Hz1 + c.q_Hz2 * dF + (c.q_Hz3 + c.q_Hz4 * dF) * gamma};
}

template <Scalar T> void set_residual(const Prepared<T>& r, const T& dF, const T& gamma,
                                      const T& road, const T& per_road, Curves<T>& out) {
  const auto& c = r.p.aligning;
  const auto& l = r.p.scaling;
  const T mu = l.mu_y * road;
  out.B_r = c.q_Bz9 * l.K_yalpha * r.per_mu_y * per_road + c.q_Bz10 * out.y.B * out.y.C;
  out.D_r = r.p.dimension.R_0 * mu *
            ((c.q_Dz6 + c.q_Dz7 * dF) * l.M_r +
             ((c.q_Dz8 + c.q_Dz9 * dF) * r.residual + (c.q_Dz10 + c.q_Dz11 * dF) * abs(gamma)) *
                 gamma * l.K_zgamma);
  out.S_Hr = out.y.S_H + out.y.S_V * out.y.per_K;
}

// (4.E69) with q_sx12 to q_sx14.
template <Scalar T> void set_overturning(const Prepared<T>& r, const T& gamma, Curves<T>& out) {
  const auto& c = r.p.overturning;
  const T scale = r.p.dimension.R_0 * r.p.scaling.M_x;
  const T F = out.F_z * r.per_F_z0;
  T with_camber = -c.q_sx2 * (1.0 + c.p_pMx1 * r.dp_i) - c.q_sx12 * abs(gamma);
  out.M_x_sine = T(0.0);
  if (!all(c.q_sx10 == T(0.0))) with_camber += c.q_sx10 * atan(c.q_sx11 * F);
  if (!all(c.q_sx4 == T(0.0))) {
    const T load = c.q_sx6 * F;
    out.M_x_sine = scale * c.q_sx4 * cos_near(c.q_sx5 * atan(load * load));
  }
  out.M_x = scale * (c.q_sx1 * r.p.scaling.VM_x + with_camber * gamma);
  out.M_x_y = scale * (c.q_sx3 * F + c.q_sx13 + c.q_sx14 * abs(gamma));
}

// (A48) but for its dependence on F_x and speed.
template <Scalar T> void set_rolling(const Prepared<T>& r, const T& gamma, Curves<T>& out) {
  const auto& c = r.p.rolling;
  const T F = out.F_z * r.per_F_z0;
  T power =
      T(1.0);  // F^(q_sy7 - 1), so that without load there are neither moment nor steep slopes
  if (!r.plain_rolling) power = exp((c.q_sy7 - 1.0) * log(max(F, kTiny)));
  out.M_y = r.p.dimension.R_0 * out.F_z * r.rolling * power;
  out.M_y_fixed = c.q_sy1 + (c.q_sy5 + c.q_sy6 * F) * gamma * gamma;
}

// At small slip. 6.1: sigma = K / c(F_z). 5.2: from the file; without it as 6.1.
template <Scalar T>
void set_relaxation(const Prepared<T>& r, const T& dF, const T& gamma, Curves<T>& out) {
  const auto& s = r.p.structural;
  const auto& l = r.p.scaling;
  const T R_0 = r.p.dimension.R_0;
  const T soft_x = max(1.0 + s.p_cfx1 * dF + s.p_cfx2 * dF * dF, 0.1);
  const T soft_y = max(1.0 + s.p_cfy1 * dF + s.p_cfy2 * dF * dF, 0.1);
  out.sigma_kappa = out.F_z * abs(out.x.K) * r.per_c_x / soft_x;
  out.sigma_alpha = out.F_z * abs(out.y.K) * r.per_c_y / soft_y;
  if (r.p.version != Version::mf_5_2) return;
  const auto& x = r.p.longitudinal;
  const auto& y = r.p.lateral;
  const T from_x = out.F_z * r.inverse_F_z0 * max(x.p_Tx1 + x.p_Tx2 * dF, 0.0) *
                   exp(-x.p_Tx3 * dF) * R_0 * l.sigma_kappa;
  const T F = (dF + 1.0) / y.p_Ty2;
  const T from_y = y.p_Ty1 * 2.0 * F / (1.0 + F * F) * (1.0 - y.p_Ky3 * abs(gamma)) * R_0 * l.F_z0 *
                   l.sigma_alpha;
  out.sigma_kappa = select(x.p_Tx1 > T(0.0), from_x, out.sigma_kappa);
  out.sigma_alpha = select(y.p_Ty1 > T(0.0), from_y, out.sigma_alpha);
}

}  // namespace detail

template <Scalar T> Curves<T> curves(const Prepared<T>& r, const Contact<T>& contact) {
  Contact<T> u = contact;
  u.F_z = max(u.F_z, 0.0);
  u.gamma = r.p.mirror * clamp(u.gamma, r.p.limits.gamma_min, r.p.limits.gamma_max);
  u.mu = max(u.mu, detail::kLeastFriction);
  const T F = min(u.F_z, r.p.limits.F_z_max) * r.inverse_F_z0;
  const T dF = F - 1.0;  // (4.E2a)
  const auto& l = r.p.scaling;
  const auto& x = r.p.longitudinal;
  const auto& y = r.p.lateral;
  const T gamma_y = u.gamma * l.gamma_y, gamma_z = u.gamma * l.gamma_z;

  const T per_mu = 1.0 / u.mu, upright_rise = detail::rise(r, F, r.per_load_upright);
  // Its parts are made where they stay: they are too large to copy.
  Curves<T> c{.F_z = u.F_z,
              .gamma = u.gamma,
              .x = detail::longitudinal(r, dF, u),
              .y = detail::lateral(r, F, u.gamma, u.mu, upright_rise),
              .upright = detail::lateral(r, F, T(0.0), u.mu, upright_rise),
              .x_alpha = {.B = (x.r_Bx1 + x.r_Bx3 * u.gamma * u.gamma) * l.xalpha * per_mu,
                          .C = x.r_Cx1,
                          .E = detail::bounded(x.r_Ex1 + x.r_Ex2 * dF),
                          .S_H = x.r_Hx1 * u.mu,
                          .slope = x.r_Bx2 * per_mu,
                          .shift = T(0.0)},
              .y_kappa = {.B = (y.r_By1 + y.r_By4 * gamma_y * gamma_y) * l.ykappa * per_mu,
                          .C = y.r_Cy1,
                          .E = detail::bounded(y.r_Ey1 + y.r_Ey2 * dF),
                          .S_H = (y.r_Hy1 + y.r_Hy2 * dF) * u.mu,
                          .slope = y.r_By2 * per_mu,
                          .shift = y.r_By3 * u.mu},
              .trail = detail::trail(r, dF, gamma_z, per_mu, u.F_z)};
  c.D_Vykappa = c.y.D * (y.r_Vy1 + y.r_Vy2 * dF + y.r_Vy3 * u.gamma) * l.Vykappa;
  c.slope_Vykappa = y.r_Vy4 * per_mu;
  c.B_Vykappa = y.r_Vy6 * per_mu;

  detail::set_residual(r, dF, gamma_z, u.mu, per_mu, c);
  const T K_ratio = c.x.K * c.y.per_K;
  c.K_ratio2 = K_ratio * K_ratio;
  const auto& z = r.p.aligning;
  c.lever = r.p.dimension.R_0 * (z.s_sz1 + (z.s_sz3 + z.s_sz4 * dF) * u.gamma) * l.s;
  c.lever_y = r.p.dimension.R_0 * z.s_sz2 * l.s * r.per_F_z0;
  detail::set_overturning(r, u.gamma, c);
  detail::set_rolling(r, u.gamma, c);
  detail::set_relaxation(r, dF, gamma_y, c);
  return c;
}

// What the speed of slip leaves of the friction, (4.E7), to be multiplied with mu of the road. V_s [m/s]
template <Scalar T> T friction_at(const Params<T>& p, const T& V_s) {
  return 1.0 / (1.0 + p.scaling.mu_V * V_s / p.model.V_0);
}

// ---- What depends on slip -----------------------------------------------------------------------

template <Scalar T> struct Slip {
  T kappa, alpha;  // (1)
  T cos_alpha;     // V_x over the size of the contact point's velocity, < 0 backwards
};
template <Scalar T> struct Forces {
  T F_x, F_y;             // [N]
  T G_ykappa, S_Vykappa;  // parts of F_y, the second over load and not mirrored
};
template <Scalar T> struct Moments {
  T M_x, M_y, M_z;  // [Nm]
};

namespace detail {

// B x - E (B x - atan B x).
template <Scalar T> T bent(const T& Bx, const T& E) { return Bx - E * (Bx - atan(Bx)); }

template <Scalar T> T pure(const Sine<T>& s, const T& slip) {
  const T x = slip + s.S_H;
  const T E = select(x < T(0.0), s.E_negative, s.E_positive);
  return s.D * sin_near(s.C * atan(bent(s.B * x, E))) + s.S_V;
}

// cos(C atan(bent(z, E))) of |z| <= 1/4 and |E| <= 8 by its series, to 1e-15: of (t - atan t) / t and of the cosine.
inline constexpr double kNear = 0.25, kNearE = 8.0;
template <Scalar T> T cosine_near_0(const T& C, const T& E, const T& z) {
  const auto lag = [](const T& t) {
    const T q = t * t;
    return q * (1.0 / 3.0 -
                q * (1.0 / 5.0 -
                     q * (1.0 / 7.0 -
                          q * (1.0 / 9.0 -
                               q * (1.0 / 11.0 -
                                    q * (1.0 / 13.0 - q * (1.0 / 15.0 - q * (1.0 / 17.0))))))));
  };
  const T y = z - E * (z * lag(z));
  const T theta = C * (y - y * lag(y)), q = theta * theta;
  return 1.0 - q * (1.0 / 2.0 -
                    q * (1.0 / 24.0 -
                         q * (1.0 / 720.0 - q * (1.0 / 40320.0 - q * (1.0 / 3628800.0 -
                                                                      q * (1.0 / 479001600.0))))));
}

// G over `slip`, whose slope falls with the `other`. Without curvature there is less to do.
template <Scalar T> T weight(const Weight<T>& w, const T& slip, const T& other) {
  const T B = w.B * cos_atan(w.slope * (other - w.shift));
  const bool straight = all(w.E == T(0.0));
  const auto cosine = [&](const T& x) {
    const T Bx = B * x;
    return cos_near(w.C * atan(straight ? Bx : bent(Bx, w.E)));
  };
  const T G = cosine(slip + w.S_H);
  const auto near = abs(w.B * w.S_H) <= T(kNear) && abs(w.E) <= T(kNearE);
  const T quick = cosine_near_0(w.C, w.E, B * w.S_H);
  return G / (all(near) ? quick : select(near, quick, cosine(w.S_H)));
}

}  // namespace detail

template <Scalar T>
Forces<T> forces(const Prepared<T>& r, const Curves<T>& c, const Slip<T>& slip) {
  const T kappa = slip.kappa, mirror = r.p.mirror;
  const bool is_5_2 = r.p.version == Version::mf_5_2;
  const T alpha = is_5_2 ? atan(mirror * slip.alpha) : mirror * slip.alpha;
  const T G_x = detail::weight(c.x_alpha, alpha, kappa);
  const T G_y = detail::weight(c.y_kappa, kappa, alpha);
  const T S_Vykappa = c.D_Vykappa * detail::cos_atan(c.slope_Vykappa * alpha) *
                      sin_near(r.p.lateral.r_Vy5 * atan(c.B_Vykappa * kappa));
  return {.F_x = c.F_z * G_x * detail::pure(c.x, kappa),
          .F_y = mirror * c.F_z * (G_y * detail::pure(c.y, alpha) + S_Vykappa),
          .G_ykappa = G_y,
          .S_Vykappa = S_Vykappa};
}

// Of the forces that act, which may be others than the steady ones at that slip: then F'_y differs by as much as F_y.
template <Scalar T> struct Acting {
  T F_x, F_y;  // [N]
  T V_x;       // of the contact point [m/s]
  T rolling;   // direction in which the wheel turns: from -1 to 1, 0 at rest
};
template <Scalar T> Moments<T> moments(const Prepared<T>& r, const Curves<T>& c,
                                       const Slip<T>& slip, const Forces<T>& steady,
                                       const Acting<T>& a) {
  const T mirror = r.p.mirror;
  const bool is_5_2 = r.p.version == Version::mf_5_2;
  const T alpha = is_5_2 ? atan(mirror * slip.alpha) : mirror * slip.alpha;
  const T F_y = mirror * a.F_y;
  const T lag = mirror * (a.F_y - steady.F_y);
  const T F_y_trail = is_5_2 ? F_y - c.F_z * steady.S_Vykappa
                             : c.F_z * steady.G_ykappa * detail::pure(c.upright, alpha) + lag;

  // Slips that count kappa in, (4.E77, E78); with 5.2 they are angles. Only their squares matter.
  const T by_kappa2 = c.K_ratio2 * slip.kappa * slip.kappa;
  const T alpha_t = alpha + c.trail.S_H, alpha_r = alpha + c.S_Hr;
  const auto equal = [&](const T& angle) {
    if (!is_5_2) return sqrt(angle * angle + by_kappa2);
    const T tangent = tan(angle);
    return atan(sqrt(tangent * tangent + by_kappa2));
  };
  const T at_t = c.trail.B * equal(alpha_t), at_r = c.B_r * equal(alpha_r);
  const T E =
      detail::bounded(c.trail.E * (1.0 + c.trail.E_side * atan(c.trail.B * c.trail.C * alpha_t)));
  const T t = c.trail.D * cos_near(c.trail.C * atan(detail::bent(at_t, E)));
  const T M_zr = c.F_z * c.D_r * detail::cos_atan(at_r);
  const T s = c.lever + c.lever_y * F_y;

  T M_x = c.F_z * c.M_x + c.M_x_y * F_y;
  const auto& o = r.p.overturning;
  if (!all(o.q_sx4 == T(0.0)))
    M_x += c.F_z * c.M_x_sine *
           sin_near(o.q_sx7 * c.gamma + o.q_sx8 * atan(o.q_sx9 * F_y * r.per_F_z0));
  const T V = abs(a.V_x) * r.per_V_0, V2 = V * V;
  const auto& q = r.p.rolling;
  const T resistance =
      c.M_y_fixed + q.q_sy2 * a.F_x * r.per_F_z0 + q.q_sy3 * V + (q.q_v2 + q.q_sy4 * V2) * V2;
  return {.M_x = mirror * M_x,
          .M_y = -a.rolling * c.M_y * resistance,
          .M_z = mirror * ((M_zr - t * F_y_trail) * slip.cos_alpha + s * a.F_x)};
}

}  // namespace evsim::tyre
