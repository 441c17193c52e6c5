// The built-in battery limits as a library: the same template on what a battery management sees, so the same bits.
#include "sim/components/battery_pack.h"
#include "sim/control/evsim_controller.h"

namespace {

using namespace evsim;

const battery_pack::Model<double>* pack = nullptr;

const char* init(void*, const evsim_bms_config*) {
  return pack == nullptr ? "no pack was given" : nullptr;
}

void step(void*, const evsim_bms_inputs* in, evsim_bms_outputs* out) {
  const auto limits = battery_pack::power_limits<double>(*pack, {.SOC = in->SOC, .u_1 = 0.0},
                                                         {.U_0 = in->U_0, .R = in->R}, in->T_cell);
  out->P_discharge_max = limits.discharge;
  out->P_charge_max = limits.charge;
  out->discharge_reason = limits.discharge_reason;
  out->charge_reason = limits.charge_reason;
  out->signals[0] = in->i;
}

}  // namespace

extern "C" EVSIM_EXPORT void use_pack(const battery_pack::Model<double>* p) { pack = p; }

extern "C" const evsim_controller* evsim_controller_get(uint32_t role) {
  static const evsim_controller table = [] {
    evsim_controller t{};
    t.abi = EVSIM_CONTROLLER_ABI;
    t.role = EVSIM_BMS;
    t.table_size = sizeof(evsim_controller);
    t.config_size = sizeof(evsim_bms_config);
    t.inputs_size = sizeof(evsim_bms_inputs);
    t.outputs_size = sizeof(evsim_bms_outputs);
    t.name = "built-in limits as a library";
    t.state_size = 8;
    t.signals[0] = "i_A";
    t.bms_init = init;
    t.bms_step = step;
    return t;
  }();
  return role == EVSIM_BMS ? &table : nullptr;
}
