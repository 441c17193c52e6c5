#include "sim/link/e2e_library.h"

#include <algorithm>
#include <array>

#include "sim/link/evsim_e2e.h"
#include "sim/link/shared_library.h"
#include "sim/run/controller.h"

namespace evsim::link {
namespace {

constexpr double kPatience = 10.0;  // with a call [s]
constexpr std::uint32_t kMostCounters = 256;

const evsim_e2e& table_of(const SharedLibrary& l) {
  const evsim_e2e* t = l.table<decltype(evsim_e2e_get)>([](auto* get) { return get(); });
  if (t == nullptr) l.refuse("evsim_e2e_get gives no table");
  if (t->abi != EVSIM_E2E_ABI)
    l.refuse("was built for version " + std::to_string(t->abi) + " of the interface, this is " +
             std::to_string(EVSIM_E2E_ABI) + "; build it with this evsim_e2e.h");
  if (t->table_size != sizeof(evsim_e2e))
    l.refuse("its table has another size; build it with this evsim_e2e.h");
  if (t->protect == nullptr || t->check == nullptr) l.refuse("has no protect or no check");
  if (t->counters > kMostCounters)
    l.refuse("has " + std::to_string(t->counters) + " values of the counter; must be at most " +
             std::to_string(kMostCounters));
  return *t;
}

template <class F> void guarded(const SharedLibrary& l, const char* function, F&& f) {
  const std::string wrong = l.protection->call(kPatience, f);
  if (!wrong.empty()) throw controller::Failure(l.file() + ": " + function + ": " + wrong);
}

}  // namespace

std::shared_ptr<const e2e::Rules> load_e2e(const std::string& file) {
  const auto library = std::make_shared<SharedLibrary>(file, "evsim_e2e_get", "evsim_e2e.h");
  const evsim_e2e& t = table_of(*library);
  e2e::Rules out{.counters = static_cast<int>(t.counters), .protect = {}, .check = {}};
  // On bytes of its own, which it may overrun up to the longest message.
  out.protect = [library, &t](std::span<std::uint8_t> data, std::uint8_t counter,
                              std::uint16_t data_id) {
    std::array<std::uint8_t, 64> bytes{};
    std::ranges::copy(data, bytes.begin());
    guarded(*library, "protect", [&] {
      t.protect(bytes.data(), static_cast<std::uint32_t>(data.size()), counter, data_id);
    });
    std::copy_n(bytes.begin(), data.size(), data.begin());
  };
  out.check = [library, &t](std::span<const std::uint8_t> data, std::uint16_t data_id) {
    std::int32_t counter = -1;
    guarded(*library, "check", [&] {
      counter = t.check(data.data(), static_cast<std::uint32_t>(data.size()), data_id);
    });
    return static_cast<int>(counter);
  };
  return std::make_shared<const e2e::Rules>(std::move(out));
}

}  // namespace evsim::link
