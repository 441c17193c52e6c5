// The built-in brake control as a library: the chassis' control unit beside that of the car, which sees the same and takes
// from this one what concerns brakes; so the same bits.
#include <algorithm>
#include <new>

#include "sim/control/chassis_control.h"
#include "sim/control/evsim_controller.h"

namespace {

using namespace evsim;

const chassis_control::Model* model = nullptr;
const chassis_control::State* begin = nullptr;

struct State {
  chassis_control::State control;
};

const char* init(void* state, const evsim_brake_config*) {
  if (model == nullptr) return "no model was given";
  new (state) State{*begin};
  return nullptr;
}

void step(void* state, const evsim_brake_inputs* in, evsim_brake_outputs* out) {
  chassis_control::Model m = *model;
  chassis_control::Inputs u{};
  for (std::size_t n = 0; n < m.n_units; ++n) {
    m.units[n].ratio = in->ratio[n];
    u.tau_request[n] = in->tau_request[n];
    u.tau[n] = in->tau[n];
    u.omega_m[n] = in->omega_m[n];
  }
  u.F_brake = in->F_brake;
  u.braking = in->F_request < 0.0;
  std::ranges::copy(in->omega.at, u.omega.begin());
  std::ranges::copy(in->p.at, u.p.begin());
  u.a_x = in->a_x;
  u.a_y = in->a_y;
  u.omega_z = in->omega_z;
  u.delta = in->delta;
  // Nothing of what was filled in stays.
  *out = {};
  const auto take = [out](const chassis_control::Model&, const chassis_control::Inputs&,
                          const chassis_control::Believed&, chassis_control::Braking& b) {
    std::ranges::copy(b.tau, out->tau);
    std::ranges::copy(b.p, out->p.at);
    for (std::size_t i = 0; i < EVSIM_WHEELS; ++i)
      out->p_limit.at[i] = min(b.p_limit[i], EVSIM_NO_LIMIT);
  };
  chassis_control::step(m, static_cast<State*>(state)->control, u, take);
  out->F_brake = in->F_brake;
}

}  // namespace

extern "C" EVSIM_EXPORT void use_model(const chassis_control::Model* m,
                                       const chassis_control::State* at) {
  model = m;
  begin = at;
}

extern "C" const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = [] {
    evsim_controller t{};
    t.abi = EVSIM_CONTROLLER_ABI;
    t.role = EVSIM_BRAKE;
    t.table_size = sizeof(evsim_controller);
    t.config_size = sizeof(evsim_brake_config);
    t.inputs_size = sizeof(evsim_brake_inputs);
    t.outputs_size = sizeof(evsim_brake_outputs);
    t.name = "built-in brakes as a library";
    t.state_size = sizeof(State);
    t.brake_init = init;
    t.brake_step = step;
    return t;
  }();
  return role == EVSIM_BRAKE ? &table : nullptr;
}
