// Any bytes as a vehicle file: the reader answers with a struct or with InputError, never otherwise.
// What it accepts must survive being written and read again, and setting values by path.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/io/parameters.h"
#include "tests/io/sample.h"

namespace {

using namespace evsim;
using Car = sample::Car<double>;

// Files that the bytes may name.
const sample::Disk& helpers() {
  static const sample::Disk disk{
      {"cell.json", "{\"OCV\": \"ocv.csv\", \"R_0\": {\"csv\": \"r.csv\", \"scale\": 2}}"},
      {"base.json",
       "{\"mass_kg\": 1, \"cell\": {\"from\": \"cell.json\"}, \"drive_units\": {\"rear\": "
       "{\"ratio\": 9, "
       "\"machine\": {\"type\": \"pmsm\", \"L_d_uH\": 1, \"L_q_uH\": 2, \"n_p\": 4}}}}"},
      {"loop.json", "{\"from\": \"car.json\"}"},
      {"ocv.csv", "SOC [1],OCV [V]\n0,3\n1,4\n"},
      {"r.csv", "# value: R_0 [mOhm]\nSOC [1] \\ T [degC],0,20\n0,4,2\n1,4,2\n"}};
  return disk;
}

void use(io::Loaded<Car>& car) {
  const std::string text = io::to_text(io::to_json(car.value, car.origins));
  const Car again = io::read<Car>("a.json", sample::reader({{"a.json", text}})).value;
  const Leaves before = collect(car.value), after = collect(again);
  if (before.counts != after.counts || before.numbers.size() != after.numbers.size()) std::abort();
  for (std::size_t i = 0; i < before.numbers.size(); ++i)
    if (before.numbers[i] != after.numbers[i]) std::abort();
  io::parameters(car.value, car.origins);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  sample::Disk disk = helpers();
  disk["car.json"] = text;
  try {
    io::Loaded<Car> car = io::read<Car>("car.json", sample::reader(disk));
    use(car);
    io::set(car, text.substr(0, text.find('\n')), 1.0, "--set");
  } catch (const InputError& e) {
    if (e.problems().empty()) std::abort();
  }
  return 0;
}
