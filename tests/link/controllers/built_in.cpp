// The built-in motor control as a library: the same template, so the same bits.
#include "sim/control/evsim_controller.h"
#include "sim/control/motor_control.h"

namespace {

using namespace evsim;

const motor_control::Model<double>* model = nullptr;

const char* init(void* state, const evsim_motor_control_config*) {
  new (state) motor_control::State<double>;
  return model == nullptr ? "no model was given" : nullptr;
}

void step(void* state, const evsim_motor_control_inputs* in, evsim_motor_control_outputs* out) {
  motor_control::Input<double> input;
  input.enable = in->enable;
  input.i_s = vector(to_stator(Abc<double>{in->i_a, in->i_b, in->i_c}));
  input.theta_m = in->theta_m;
  input.omega_m = in->omega_m;
  input.u_dc = in->u_dc;
  input.i_f = in->i_f;
  input.T_winding = in->T_winding;
  input.T_junction = in->T_junction;
  input.tau_ref = in->tau_request + in->tau_drag;
  input.u_realised = {in->u_alpha, in->u_beta};
  const auto given =
      motor_control::step(*model, *static_cast<motor_control::State<double>*>(state), input);
  out->output = EVSIM_VECTOR;
  out->u_alpha = given.u_s.re;
  out->u_beta = given.u_s.im;
  out->u_f = given.u_f;
  out->tau_aimed = given.tau_ref;
  out->i_d_ref = given.i_ref.re;
  out->i_q_ref = given.i_ref.im;
  out->reason = given.reason;
}

}  // namespace

extern "C" EVSIM_EXPORT void use_model(const motor_control::Model<double>* m) { model = m; }

extern "C" const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table{.abi = EVSIM_CONTROLLER_ABI,
                                      .role = EVSIM_MOTOR_CONTROL,
                                      .table_size = sizeof(evsim_controller),
                                      .config_size = sizeof(evsim_motor_control_config),
                                      .inputs_size = sizeof(evsim_motor_control_inputs),
                                      .outputs_size = sizeof(evsim_motor_control_outputs),
                                      .name = "built-in control as a library",
                                      .rate_Hz = 0.0,
                                      .state_size = sizeof(motor_control::State<double>),
                                      .signals = {},
                                      .motor_control_init = init,
                                      .motor_control_step = step,
                                      .vcu_init = nullptr,
                                      .vcu_step = nullptr,
                                      .bms_init = nullptr,
                                      .bms_step = nullptr,
                                      .brake_init = nullptr,
                                      .brake_step = nullptr};
  return role == EVSIM_MOTOR_CONTROL ? &table : nullptr;
}
