// Coefficients of a tyre's Magic Formula, by the names and sections of its property file (.tir): described once
// here, read by sim/io/tir.h. What the equations make of them stands in tyre.h, tyre_transient.h and tyre_vertical.h.
// A coefficient that a file leaves out switches its term off; the carcass has the damping that MF-Tyre assumes. The
// axes are those of such files: ISO 8855 in the wheel's plane (ISO-W).
#pragma once

#include "sim/base/fields.h"

namespace evsim::tyre {

// Which equations the coefficients are for: 5.2 (FITTYP 6, 21, 52; PAC2002) or 6.1 and 6.2 (FITTYP 61, 62).
enum class Version : int { mf_5_2, mf_6_1 };
inline constexpr std::array<std::string_view, 2> kVersionNames{"mf_5_2", "mf_6_1"};
constexpr std::span<const std::string_view> enum_names(Version) { return kVersionNames; }

template <Scalar T> struct Model {
  T V_0 = kRequired;  // [m/s]
  T V_low = 1.0;      // [m/s]
};
template <class P, class V>
  requires same_template<P, Model>
constexpr void describe(P& p, V&& field) {
  field(p.V_0, Field{"LONGVL", Dim::speed, positive,
                     "V_0: of the measurement; slip speeds and rolling resistance refer to it"});
  field(p.V_low, Field{"VXLOW", Dim::speed, positive,
                       "below it the additional damping of the carcass sets in"});
}

template <Scalar T> struct Dimension {
  T R_0 = kRequired;  // [m]
  T R_rim = 0.0;      // [m]
};
template <class P, class V>
  requires same_template<P, Dimension>
constexpr void describe(P& p, V&& field) {
  field(p.R_0, Field{"UNLOADED_RADIUS", Dim::length, positive, "R_0: free tyre"});
  field(p.R_rim,
        Field{"RIM_RADIUS", Dim::length, not_negative, "of the rim, where bottoming counts from"});
}

template <Scalar T> struct Pressure {
  T p_i = 2.2e5;        // [Pa]
  T p_i0 = 2.2e5;       // [Pa]
  T p_min = 0.0;        // [Pa]
  T p_max = kInfinity;  // [Pa]
};
template <class P, class V>
  requires same_template<P, Pressure>
constexpr void describe(P& p, V&& field) {
  field(p.p_i, Field{"INFLPRES", Dim::pressure, positive, "as filled"});
  field(p.p_i0, Field{"NOMPRES", Dim::pressure, positive, "p_i0: of the measurement"});
  field(p.p_min, Field{"PRESMIN", Dim::pressure, not_negative, "least that the formula sees"});
  field(p.p_max, Field{"PRESMAX", Dim::pressure, positive, "largest that the formula sees"});
}

template <Scalar T> struct Vertical {
  T F_z0 = kRequired;  // [N]
  T c_z = kRequired;   // [N/m]
  T k_z = 0.0;         // [N/(m/s)]
  T B_reff = 0.0;
  T D_reff = 0.0;
  T F_reff = 0.0;
  T q_re0 = 1.0;
  T q_V1 = 0.0;
  T q_V2 = 0.0;
  T q_Fz2 = 0.0;
  T q_Fcx = 0.0;
  T q_Fcy = 0.0;
  T p_Fz1 = 0.0;
  T bottom_offset = 0.0;     // [m]
  T bottom_stiffness = 0.0;  // [N/m]
};
template <class P, class V>
  requires same_template<P, Vertical>
constexpr void describe(P& p, V&& field) {
  field(p.F_z0, Field{"FNOMIN", Dim::force, positive, "F_z0: nominal load"});
  field(p.c_z, Field{"VERTICAL_STIFFNESS", Dim::stiffness, positive, "c_z: at the nominal load"});
  field(p.k_z, Field{"VERTICAL_DAMPING", Dim::force_per_speed, not_negative,
                     "k_z: damper beside the spring"});
  field(p.B_reff,
        Field{"BREFF", Dim::none, not_negative, "effective radius, slope at small loads"});
  field(p.D_reff,
        Field{"DREFF", Dim::none, not_negative, "effective radius, size of what saturates"});
  field(p.F_reff, Field{"FREFF", Dim::none, any_value, "effective radius, slope at large loads"});
  field(p.q_re0, Field{"Q_RE0", Dim::none, positive, "free radius over R_0 at rest"});
  field(p.q_V1, Field{"Q_V1", Dim::none, any_value, "growth of the radius with speed"});
  field(p.q_V2, Field{"Q_V2", Dim::none, not_negative, "stiffening with speed"});
  field(p.q_Fz2, Field{"Q_FZ2", Dim::none, not_negative, "progression of the spring"});
  field(p.q_Fcx, Field{"Q_FCX", Dim::none, any_value, "softening by F_x"});
  field(p.q_Fcy, Field{"Q_FCY", Dim::none, any_value, "softening by F_y"});
  field(p.p_Fz1, Field{"PFZ1", Dim::none, any_value, "stiffening with pressure"});
  field(p.bottom_offset, Field{"BOTTOM_OFFST", Dim::length, not_negative,
                               "tyre left above the rim when it bottoms"});
  field(p.bottom_stiffness,
        Field{"BOTTOM_STIFF", Dim::stiffness, not_negative, "of the tyre that has bottomed"});
}

template <Scalar T> struct Structural {
  T c_x0 = 0.0;           // [N/m]
  T c_y0 = 0.0;           // [N/m]
  T damping = 0.002;      // [s]
  T damping_low = 0.001;  // [s]
  T p_cfx1 = 0.0;
  T p_cfx2 = 0.0;
  T p_cfx3 = 0.0;
  T p_cfy1 = 0.0;
  T p_cfy2 = 0.0;
  T p_cfy3 = 0.0;
};
template <class P, class V>
  requires same_template<P, Structural>
constexpr void describe(P& p, V&& field) {
  field(p.c_x0, Field{"LONGITUDINAL_STIFFNESS", Dim::stiffness, not_negative,
                      "longitudinal, at nominal load and pressure"});
  field(p.c_y0, Field{"LATERAL_STIFFNESS", Dim::stiffness, not_negative,
                      "lateral, at nominal load and pressure"});
  field(p.damping,
        Field{"DAMP_RESIDUAL", Dim::time, positive, "damping of the carcass over its stiffness"});
  field(p.damping_low,
        Field{"DAMP_VLOW", Dim::time, not_negative, "what comes to DAMP_RESIDUAL below VXLOW"});
  field(p.p_cfx1, Field{"PCFX1", Dim::none, any_value, "longitudinal stiffness with load"});
  field(p.p_cfx2, Field{"PCFX2", Dim::none, any_value, "with load squared"});
  field(p.p_cfx3, Field{"PCFX3", Dim::none, any_value, "with pressure"});
  field(p.p_cfy1, Field{"PCFY1", Dim::none, any_value, "lateral stiffness with load"});
  field(p.p_cfy2, Field{"PCFY2", Dim::none, any_value, "with load squared"});
  field(p.p_cfy3, Field{"PCFY3", Dim::none, any_value, "with pressure"});
}

template <Scalar T> struct Limits {
  T F_z_max = kInfinity;  // [N]
  T gamma_min = -1.5708;  // [rad]
  T gamma_max = 1.5708;   // [rad]
};
template <class P, class V>
  requires same_template<P, Limits>
constexpr void describe(P& p, V&& field) {
  field(p.F_z_max, Field{"FZMAX", Dim::force, positive, "largest load of the measurement"});
  field(p.gamma_min, Field{"CAMMIN", Dim::angle, between(-1.6, 0), "least inclination"});
  field(p.gamma_max, Field{"CAMMAX", Dim::angle, between(0, 1.6), "largest inclination"});
}

template <Scalar T> struct Scaling {
  T F_z0 = 1.0;
  T C_x = 1.0;
  T mu_x = 1.0;
  T E_x = 1.0;
  T K_xkappa = 1.0;
  T H_x = 1.0;
  T V_x = 1.0;
  T gamma_x = 1.0;
  T C_y = 1.0;
  T mu_y = 1.0;
  T E_y = 1.0;
  T K_yalpha = 1.0;
  T H_y = 1.0;
  T V_y = 1.0;
  T gamma_y = 1.0;
  T K_ygamma = 1.0;
  T t = 1.0;
  T M_r = 1.0;
  T gamma_z = 1.0;
  T K_zgamma = 1.0;
  T xalpha = 1.0;
  T ykappa = 1.0;
  T Vykappa = 1.0;
  T s = 1.0;
  T sigma_kappa = 1.0;
  T sigma_alpha = 1.0;
  T C_z = 1.0;
  T M_x = 1.0;
  T VM_x = 1.0;
  T M_y = 1.0;
  T mu_V = 0.0;
};
template <class P, class V>
  requires same_template<P, Scaling>
constexpr void describe(P& p, V&& field) {
  field(p.F_z0, Field{"LFZO", Dim::none, positive, "nominal load"});
  field(p.C_x, Field{"LCX", Dim::none, positive, "shape of F_x"});
  field(p.mu_x, Field{"LMUX", Dim::none, positive, "friction of F_x"});
  field(p.E_x, Field{"LEX", Dim::none, any_value, "curvature of F_x"});
  field(p.K_xkappa, Field{"LKX", Dim::none, positive, "slip stiffness"});
  field(p.H_x, Field{"LHX", Dim::none, any_value, "horizontal shift of F_x"});
  field(p.V_x, Field{"LVX", Dim::none, any_value, "vertical shift of F_x"});
  field(p.gamma_x, Field{"LGAX", Dim::none, any_value, "camber in F_x, 5.2"});
  field(p.C_y, Field{"LCY", Dim::none, positive, "shape of F_y"});
  field(p.mu_y, Field{"LMUY", Dim::none, positive, "friction of F_y"});
  field(p.E_y, Field{"LEY", Dim::none, any_value, "curvature of F_y"});
  field(p.K_yalpha, Field{"LKY", Dim::none, positive, "cornering stiffness"});
  field(p.H_y, Field{"LHY", Dim::none, any_value, "horizontal shift of F_y"});
  field(p.V_y, Field{"LVY", Dim::none, any_value, "vertical shift of F_y"});
  field(p.gamma_y, Field{"LGAY", Dim::none, any_value, "camber in F_y, 5.2"});
  field(p.K_ygamma, Field{"LKYC", Dim::none, any_value, "camber stiffness, 6.1"});
  field(p.t, Field{"LTR", Dim::none, any_value, "pneumatic trail"});
  field(p.M_r, Field{"LRES", Dim::none, any_value, "residual moment"});
  field(p.gamma_z, Field{"LGAZ", Dim::none, any_value, "camber in M_z, 5.2"});
  field(p.K_zgamma, Field{"LKZC", Dim::none, any_value, "camber stiffness of M_z, 6.1"});
  field(p.xalpha, Field{"LXAL", Dim::none, any_value, "alpha in F_x"});
  field(p.ykappa, Field{"LYKA", Dim::none, any_value, "kappa in F_y"});
  field(p.Vykappa, Field{"LVYKA", Dim::none, any_value, "F_y by kappa"});
  field(p.s, Field{"LS", Dim::none, any_value, "lever of F_x in M_z"});
  field(p.sigma_kappa, Field{"LSGKP", Dim::none, positive, "longitudinal relaxation length, 5.2"});
  field(p.sigma_alpha, Field{"LSGAL", Dim::none, positive, "lateral relaxation length, 5.2"});
  field(p.C_z, Field{"LCZ", Dim::none, positive, "vertical stiffness"});
  field(p.M_x, Field{"LMX", Dim::none, any_value, "overturning moment"});
  field(p.VM_x, Field{"LVMX", Dim::none, any_value, "shift of the overturning moment"});
  field(p.M_y, Field{"LMY", Dim::none, not_negative, "rolling resistance"});
  field(p.mu_V,
        Field{"LMUV", Dim::none, not_negative, "fall of friction with slip speed over V_0"});
}

template <Scalar T> struct Longitudinal {
  T p_Cx1 = kRequired;
  T p_Dx1 = kRequired;
  T p_Dx2 = 0.0;
  T p_Dx3 = 0.0;
  T p_Ex1 = 0.0;
  T p_Ex2 = 0.0;
  T p_Ex3 = 0.0;
  T p_Ex4 = 0.0;
  T p_Kx1 = kRequired;
  T p_Kx2 = 0.0;
  T p_Kx3 = 0.0;
  T p_Hx1 = 0.0;
  T p_Hx2 = 0.0;
  T p_Vx1 = 0.0;
  T p_Vx2 = 0.0;
  T p_px1 = 0.0;
  T p_px2 = 0.0;
  T p_px3 = 0.0;
  T p_px4 = 0.0;
  T r_Bx1 = 0.0;
  T r_Bx2 = 0.0;
  T r_Bx3 = 0.0;
  T r_Cx1 = 1.0;
  T r_Ex1 = 0.0;
  T r_Ex2 = 0.0;
  T r_Hx1 = 0.0;
  T p_Tx1 = 0.0;
  T p_Tx2 = 0.0;
  T p_Tx3 = 0.0;
};
template <class P, class V>
  requires same_template<P, Longitudinal>
constexpr void describe(P& p, V&& field) {
  field(p.p_Cx1, Field{"PCX1", Dim::none, positive, "shape factor"});
  field(p.p_Dx1, Field{"PDX1", Dim::none, any_value, "friction at F_z0"});
  field(p.p_Dx2, Field{"PDX2", Dim::none, any_value, "friction with load"});
  field(p.p_Dx3, Field{"PDX3", Dim::none, any_value, "friction with camber"});
  field(p.p_Ex1, Field{"PEX1", Dim::none, any_value, "curvature at F_z0"});
  field(p.p_Ex2, Field{"PEX2", Dim::none, any_value, "curvature with load"});
  field(p.p_Ex3, Field{"PEX3", Dim::none, any_value, "curvature with load squared"});
  field(p.p_Ex4, Field{"PEX4", Dim::none, any_value, "curvature, driving against braking"});
  field(p.p_Kx1, Field{"PKX1", Dim::none, positive, "slip stiffness over load at F_z0"});
  field(p.p_Kx2, Field{"PKX2", Dim::none, any_value, "slip stiffness with load"});
  field(p.p_Kx3, Field{"PKX3", Dim::none, any_value, "exponent of slip stiffness with load"});
  field(p.p_Hx1, Field{"PHX1", Dim::none, any_value, "horizontal shift at F_z0"});
  field(p.p_Hx2, Field{"PHX2", Dim::none, any_value, "horizontal shift with load"});
  field(p.p_Vx1, Field{"PVX1", Dim::none, any_value, "vertical shift over load at F_z0"});
  field(p.p_Vx2, Field{"PVX2", Dim::none, any_value, "vertical shift with load"});
  field(p.p_px1, Field{"PPX1", Dim::none, any_value, "slip stiffness with pressure"});
  field(p.p_px2, Field{"PPX2", Dim::none, any_value, "slip stiffness with pressure squared"});
  field(p.p_px3, Field{"PPX3", Dim::none, any_value, "friction with pressure"});
  field(p.p_px4, Field{"PPX4", Dim::none, any_value, "friction with pressure squared"});
  field(p.r_Bx1, Field{"RBX1", Dim::none, any_value, "combined slip, slope"});
  field(p.r_Bx2, Field{"RBX2", Dim::none, any_value, "slope with kappa"});
  field(p.r_Bx3, Field{"RBX3", Dim::none, any_value, "slope with camber"});
  field(p.r_Cx1, Field{"RCX1", Dim::none, any_value, "combined slip, shape"});
  field(p.r_Ex1, Field{"REX1", Dim::none, any_value, "combined slip, curvature"});
  field(p.r_Ex2, Field{"REX2", Dim::none, any_value, "curvature with load"});
  field(p.r_Hx1, Field{"RHX1", Dim::none, any_value, "combined slip, shift"});
  field(p.p_Tx1, Field{"PTX1", Dim::none, not_negative, "5.2: relaxation length at F_z0"});
  field(p.p_Tx2, Field{"PTX2", Dim::none, any_value, "with load"});
  field(p.p_Tx3, Field{"PTX3", Dim::none, any_value, "exponent with load"});
}

template <Scalar T> struct Lateral {
  T p_Cy1 = kRequired;
  T p_Dy1 = kRequired;
  T p_Dy2 = 0.0;
  T p_Dy3 = 0.0;
  T p_Ey1 = 0.0;
  T p_Ey2 = 0.0;
  T p_Ey3 = 0.0;
  T p_Ey4 = 0.0;
  T p_Ey5 = 0.0;
  T p_Ky1 = kRequired;
  T p_Ky2 = kRequired;
  T p_Ky3 = 0.0;
  T p_Ky4 = 2.0;
  T p_Ky5 = 0.0;
  T p_Ky6 = 0.0;
  T p_Ky7 = 0.0;
  T p_Hy1 = 0.0;
  T p_Hy2 = 0.0;
  T p_Hy3 = 0.0;
  T p_Vy1 = 0.0;
  T p_Vy2 = 0.0;
  T p_Vy3 = 0.0;
  T p_Vy4 = 0.0;
  T p_py1 = 0.0;
  T p_py2 = 0.0;
  T p_py3 = 0.0;
  T p_py4 = 0.0;
  T p_py5 = 0.0;
  T r_By1 = 0.0;
  T r_By2 = 0.0;
  T r_By3 = 0.0;
  T r_By4 = 0.0;
  T r_Cy1 = 1.0;
  T r_Ey1 = 0.0;
  T r_Ey2 = 0.0;
  T r_Hy1 = 0.0;
  T r_Hy2 = 0.0;
  T r_Vy1 = 0.0;
  T r_Vy2 = 0.0;
  T r_Vy3 = 0.0;
  T r_Vy4 = 0.0;
  T r_Vy5 = 0.0;
  T r_Vy6 = 0.0;
  T p_Ty1 = 0.0;
  T p_Ty2 = 1.0;
};
template <class P, class V>
  requires same_template<P, Lateral>
constexpr void describe(P& p, V&& field) {
  field(p.p_Cy1, Field{"PCY1", Dim::none, positive, "shape factor"});
  field(p.p_Dy1, Field{"PDY1", Dim::none, any_value, "friction at F_z0"});
  field(p.p_Dy2, Field{"PDY2", Dim::none, any_value, "friction with load"});
  field(p.p_Dy3, Field{"PDY3", Dim::none, any_value, "friction with camber"});
  field(p.p_Ey1, Field{"PEY1", Dim::none, any_value, "curvature at F_z0"});
  field(p.p_Ey2, Field{"PEY2", Dim::none, any_value, "curvature with load"});
  field(p.p_Ey3, Field{"PEY3", Dim::none, any_value, "curvature, one side against the other"});
  field(p.p_Ey4, Field{"PEY4", Dim::none, any_value, "the same with camber"});
  field(p.p_Ey5, Field{"PEY5", Dim::none, any_value, "curvature with camber squared"});
  field(p.p_Ky1, Field{"PKY1", Dim::none, any_value, "largest cornering stiffness over F_z0"});
  field(p.p_Ky2, Field{"PKY2", Dim::none, positive, "load of the largest stiffness over F_z0"});
  field(p.p_Ky3, Field{"PKY3", Dim::none, any_value, "cornering stiffness with camber"});
  field(p.p_Ky4, Field{"PKY4", Dim::none, positive, "curvature of the stiffness over load"});
  field(p.p_Ky5, Field{"PKY5", Dim::none, any_value, "load of the largest stiffness with camber"});
  field(p.p_Ky6, Field{"PKY6", Dim::none, any_value, "camber stiffness over load"});
  field(p.p_Ky7, Field{"PKY7", Dim::none, any_value, "camber stiffness with load"});
  field(p.p_Hy1, Field{"PHY1", Dim::none, any_value, "horizontal shift at F_z0"});
  field(p.p_Hy2, Field{"PHY2", Dim::none, any_value, "horizontal shift with load"});
  field(p.p_Hy3, Field{"PHY3", Dim::none, any_value, "5.2: horizontal shift with camber"});
  field(p.p_Vy1, Field{"PVY1", Dim::none, any_value, "vertical shift over load at F_z0"});
  field(p.p_Vy2, Field{"PVY2", Dim::none, any_value, "vertical shift with load"});
  field(p.p_Vy3, Field{"PVY3", Dim::none, any_value, "vertical shift with camber"});
  field(p.p_Vy4, Field{"PVY4", Dim::none, any_value, "the same with load"});
  field(p.p_py1, Field{"PPY1", Dim::none, any_value, "cornering stiffness with pressure"});
  field(p.p_py2,
        Field{"PPY2", Dim::none, any_value, "load of the largest stiffness with pressure"});
  field(p.p_py3, Field{"PPY3", Dim::none, any_value, "friction with pressure"});
  field(p.p_py4, Field{"PPY4", Dim::none, any_value, "friction with pressure squared"});
  field(p.p_py5, Field{"PPY5", Dim::none, any_value, "camber stiffness with pressure"});
  field(p.r_By1, Field{"RBY1", Dim::none, any_value, "combined slip, slope"});
  field(p.r_By2, Field{"RBY2", Dim::none, any_value, "slope with alpha"});
  field(p.r_By3, Field{"RBY3", Dim::none, any_value, "shift of alpha in the slope"});
  field(p.r_By4, Field{"RBY4", Dim::none, any_value, "slope with camber"});
  field(p.r_Cy1, Field{"RCY1", Dim::none, any_value, "combined slip, shape"});
  field(p.r_Ey1, Field{"REY1", Dim::none, any_value, "combined slip, curvature"});
  field(p.r_Ey2, Field{"REY2", Dim::none, any_value, "curvature with load"});
  field(p.r_Hy1, Field{"RHY1", Dim::none, any_value, "combined slip, shift"});
  field(p.r_Hy2, Field{"RHY2", Dim::none, any_value, "shift with load"});
  field(p.r_Vy1, Field{"RVY1", Dim::none, any_value, "F_y by kappa, over friction and load"});
  field(p.r_Vy2, Field{"RVY2", Dim::none, any_value, "the same with load"});
  field(p.r_Vy3, Field{"RVY3", Dim::none, any_value, "with camber"});
  field(p.r_Vy4, Field{"RVY4", Dim::none, any_value, "with alpha"});
  field(p.r_Vy5, Field{"RVY5", Dim::none, any_value, "with kappa"});
  field(p.r_Vy6, Field{"RVY6", Dim::none, any_value, "with atan(kappa)"});
  field(p.p_Ty1, Field{"PTY1", Dim::none, not_negative, "5.2: largest relaxation length over R_0"});
  field(p.p_Ty2,
        Field{"PTY2", Dim::none, positive, "load of the largest relaxation length over F_z0"});
}

template <Scalar T> struct Aligning {
  T q_Bz1 = 0.0;
  T q_Bz2 = 0.0;
  T q_Bz3 = 0.0;
  T q_Bz4 = 0.0;
  T q_Bz5 = 0.0;
  T q_Bz9 = 0.0;
  T q_Bz10 = 0.0;
  T q_Cz1 = 1.0;
  T q_Dz1 = 0.0;
  T q_Dz2 = 0.0;
  T q_Dz3 = 0.0;
  T q_Dz4 = 0.0;
  T q_Dz6 = 0.0;
  T q_Dz7 = 0.0;
  T q_Dz8 = 0.0;
  T q_Dz9 = 0.0;
  T q_Dz10 = 0.0;
  T q_Dz11 = 0.0;
  T q_Ez1 = 0.0;
  T q_Ez2 = 0.0;
  T q_Ez3 = 0.0;
  T q_Ez4 = 0.0;
  T q_Ez5 = 0.0;
  T q_Hz1 = 0.0;
  T q_Hz2 = 0.0;
  T q_Hz3 = 0.0;
  T q_Hz4 = 0.0;
  T p_pz1 = 0.0;
  T p_pz2 = 0.0;
  T s_sz1 = 0.0;
  T s_sz2 = 0.0;
  T s_sz3 = 0.0;
  T s_sz4 = 0.0;
};
template <class P, class V>
  requires same_template<P, Aligning>
constexpr void describe(P& p, V&& field) {
  field(p.q_Bz1, Field{"QBZ1", Dim::none, any_value, "trail, slope at F_z0"});
  field(p.q_Bz2, Field{"QBZ2", Dim::none, any_value, "slope with load"});
  field(p.q_Bz3, Field{"QBZ3", Dim::none, any_value, "slope with load squared"});
  field(p.q_Bz4, Field{"QBZ4", Dim::none, any_value, "slope with camber"});
  field(p.q_Bz5, Field{"QBZ5", Dim::none, any_value, "slope with the size of camber"});
  field(p.q_Bz9, Field{"QBZ9", Dim::none, any_value, "residual moment, slope"});
  field(p.q_Bz10, Field{"QBZ10", Dim::none, any_value, "slope by B_y C_y"});
  field(p.q_Cz1, Field{"QCZ1", Dim::none, any_value, "trail, shape"});
  field(p.q_Dz1, Field{"QDZ1", Dim::none, any_value, "trail over R_0 at F_z0"});
  field(p.q_Dz2, Field{"QDZ2", Dim::none, any_value, "trail with load"});
  field(p.q_Dz3, Field{"QDZ3", Dim::none, any_value, "trail with camber"});
  field(p.q_Dz4, Field{"QDZ4", Dim::none, any_value, "trail with camber squared"});
  field(p.q_Dz6, Field{"QDZ6", Dim::none, any_value, "residual moment over F_z R_0"});
  field(p.q_Dz7, Field{"QDZ7", Dim::none, any_value, "residual moment with load"});
  field(p.q_Dz8, Field{"QDZ8", Dim::none, any_value, "residual moment with camber"});
  field(p.q_Dz9, Field{"QDZ9", Dim::none, any_value, "with camber and load"});
  field(p.q_Dz10, Field{"QDZ10", Dim::none, any_value, "with camber times its size"});
  field(p.q_Dz11, Field{"QDZ11", Dim::none, any_value, "the same with load"});
  field(p.q_Ez1, Field{"QEZ1", Dim::none, any_value, "trail, curvature at F_z0"});
  field(p.q_Ez2, Field{"QEZ2", Dim::none, any_value, "curvature with load"});
  field(p.q_Ez3, Field{"QEZ3", Dim::none, any_value, "curvature with load squared"});
  field(p.q_Ez4, Field{"QEZ4", Dim::none, any_value, "curvature, one side against the other"});
  field(p.q_Ez5, Field{"QEZ5", Dim::none, any_value, "the same with camber"});
  field(p.q_Hz1, Field{"QHZ1", Dim::none, any_value, "trail, shift at F_z0"});
  field(p.q_Hz2, Field{"QHZ2", Dim::none, any_value, "shift with load"});
  field(p.q_Hz3, Field{"QHZ3", Dim::none, any_value, "shift with camber"});
  field(p.q_Hz4, Field{"QHZ4", Dim::none, any_value, "shift with camber and load"});
  field(p.p_pz1, Field{"PPZ1", Dim::none, any_value, "trail with pressure"});
  field(p.p_pz2, Field{"PPZ2", Dim::none, any_value, "residual moment with pressure"});
  field(p.s_sz1, Field{"SSZ1", Dim::none, any_value, "lever of F_x over R_0"});
  field(p.s_sz2, Field{"SSZ2", Dim::none, any_value, "lever with F_y"});
  field(p.s_sz3, Field{"SSZ3", Dim::none, any_value, "lever with camber"});
  field(p.s_sz4, Field{"SSZ4", Dim::none, any_value, "lever with camber and load"});
}

template <Scalar T> struct Overturning {
  T q_sx1 = 0.0;
  T q_sx2 = 0.0;
  T q_sx3 = 0.0;
  T q_sx4 = 0.0;
  T q_sx5 = 0.0;
  T q_sx6 = 0.0;
  T q_sx7 = 0.0;
  T q_sx8 = 0.0;
  T q_sx9 = 0.0;
  T q_sx10 = 0.0;
  T q_sx11 = 0.0;
  T q_sx12 = 0.0;
  T q_sx13 = 0.0;
  T q_sx14 = 0.0;
  T p_pMx1 = 0.0;
};
template <class P, class V>
  requires same_template<P, Overturning>
constexpr void describe(P& p, V&& field) {
  field(p.q_sx1, Field{"QSX1", Dim::none, any_value, "shift"});
  field(p.q_sx2, Field{"QSX2", Dim::none, any_value, "with camber"});
  field(p.q_sx3, Field{"QSX3", Dim::none, any_value, "with F_y"});
  field(p.q_sx4, Field{"QSX4", Dim::none, any_value, "sine of camber and F_y, size"});
  field(p.q_sx5, Field{"QSX5", Dim::none, any_value, "with load"});
  field(p.q_sx6, Field{"QSX6", Dim::none, any_value, "with load"});
  field(p.q_sx7, Field{"QSX7", Dim::none, any_value, "with camber"});
  field(p.q_sx8, Field{"QSX8", Dim::none, any_value, "with F_y"});
  field(p.q_sx9, Field{"QSX9", Dim::none, any_value, "with F_y"});
  field(p.q_sx10, Field{"QSX10", Dim::none, any_value, "camber, with load"});
  field(p.q_sx11, Field{"QSX11", Dim::none, any_value, "camber, with load"});
  field(p.q_sx12, Field{"QSX12", Dim::none, any_value, "camber times its size"});
  field(p.q_sx13, Field{"QSX13", Dim::none, any_value, "F_y"});
  field(p.q_sx14, Field{"QSX14", Dim::none, any_value, "F_y with the size of camber"});
  field(p.p_pMx1, Field{"PPMX1", Dim::none, any_value, "camber with pressure"});
}

template <Scalar T> struct Rolling {
  T q_sy1 = 0.0;
  T q_sy2 = 0.0;
  T q_sy3 = 0.0;
  T q_sy4 = 0.0;
  T q_sy5 = 0.0;
  T q_sy6 = 0.0;
  T q_sy7 = 1.0;
  T q_sy8 = 0.0;
  T q_v2 = 0.0;
};
template <class P, class V>
  requires same_template<P, Rolling>
constexpr void describe(P& p, V&& field) {
  field(p.q_sy1, Field{"QSY1", Dim::none, any_value, "rolling resistance over load"});
  field(p.q_sy2, Field{"QSY2", Dim::none, any_value, "with F_x"});
  field(p.q_sy3, Field{"QSY3", Dim::none, any_value, "with speed"});
  field(p.q_sy4, Field{"QSY4", Dim::none, any_value, "with speed to the fourth"});
  field(p.q_sy5, Field{"QSY5", Dim::none, any_value, "with camber squared"});
  field(p.q_sy6, Field{"QSY6", Dim::none, any_value, "with camber squared and load"});
  field(p.q_sy7, Field{"QSY7", Dim::none, between(0, 4), "exponent of load"});
  field(p.q_sy8, Field{"QSY8", Dim::none, any_value, "exponent of pressure"});
  field(p.q_v2, Field{"Q_V2", Dim::none, any_value,
                      "with speed squared: SAE J2452's, no part of the Magic Formula"});
}

template <Scalar T> struct Params {
  Version version = Version::mf_6_1;
  T mirror = 1.0;  // 1 on the side of the measurement, -1 on the other
  Model<T> model;
  Dimension<T> dimension;
  Pressure<T> pressure;
  Vertical<T> vertical;
  Structural<T> structural;
  Limits<T> limits;
  Scaling<T> scaling;
  Longitudinal<T> longitudinal;
  Lateral<T> lateral;
  Aligning<T> aligning;
  Overturning<T> overturning;
  Rolling<T> rolling;
};
template <class P, class V>
  requires same_template<P, Params>
constexpr void describe(P& p, V&& field) {
  field(p.version, Field{"version", Dim::none, any_value, "of the Magic Formula"});
  field(p.mirror, Field{"mirror", Dim::none, between(-1, 1),
                        "1 on the side of the measurement, -1 on the other"});
  field(p.model, Group{"MODEL", "what was measured, and at what speed"});
  field(p.dimension, Group{"DIMENSION", "sizes"});
  field(p.pressure, Group{"OPERATING_CONDITIONS", "inflation"});
  field(p.vertical, Group{"VERTICAL", "spring, damper and radii"});
  field(p.structural, Group{"STRUCTURAL", "carcass"});
  field(p.limits, Group{"RANGES", "beyond them friction and shapes stay as they are at the limit"});
  field(p.scaling, Group{"SCALING_COEFFICIENTS", "factors lambda on what the coefficients give"});
  field(p.longitudinal, Group{"LONGITUDINAL_COEFFICIENTS", "F_x"});
  field(p.lateral, Group{"LATERAL_COEFFICIENTS", "F_y"});
  field(p.aligning, Group{"ALIGNING_COEFFICIENTS", "M_z"});
  field(p.overturning, Group{"OVERTURNING_COEFFICIENTS", "M_x"});
  field(p.rolling, Group{"ROLLING_COEFFICIENTS", "M_y"});
}

}  // namespace evsim::tyre
