// The module evsim_hdf5: one dataset a signal, grouped by its dotted name, with its unit as attribute.
#include <hdf5.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/io/hdf5/interface.h"

namespace {

// An open HDF5 object.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close how, const char* what) : id_(id), close_(how) {
    if (id < 0) throw std::runtime_error(what);
  }
  ~Handle() { close_(id_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

void must(herr_t status, const char* what) {
  if (status < 0) throw std::runtime_error(what);
}

void set_text(hid_t object, const char* name, const char* text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "no text type");
  must(H5Tset_size(type, std::strlen(text) + 1), "text size");
  must(H5Tset_cset(type, H5T_CSET_UTF8), "text encoding");
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "no space");
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         "can't make an attribute");
  must(H5Awrite(attribute, type, text), "can't write an attribute");
}

void write_column(hid_t file, const evsim_hdf5_column& column, hsize_t rows) {
  std::string path(column.name);
  std::replace(path.begin(), path.end(), '.', '/');
  const Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose, "no space");
  const Handle link(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "no properties");
  must(H5Pset_create_intermediate_group(link, 1), "groups");
  const Handle create(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "no properties");
  must(H5Pset_obj_track_times(create, false), "times");  // two runs give the same bytes
  const Handle set(H5Dcreate2(file, path.c_str(), H5T_IEEE_F64LE, space, link, create, H5P_DEFAULT),
                   H5Dclose, "can't make a dataset");
  must(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, column.values),
       "can't write");
  set_text(set, "unit", column.unit);
}

std::vector<char> file_in_memory(const evsim_hdf5_file& f) {
  constexpr std::size_t kGrowth = std::size_t{1} << 20;  // [byte]
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "no properties");
  must(H5Pset_fapl_core(access, kGrowth, false), "memory driver");
  const Handle file(H5Fcreate("signals.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose,
                    "can't make the file");
  set_text(file, "format", "evsim signals 1");
  for (std::size_t i = 0; i < f.n_columns; ++i) write_column(file, f.columns[i], f.rows);
  must(H5Fflush(file, H5F_SCOPE_GLOBAL), "can't finish the file");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  std::vector<char> bytes(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size <= 0 || H5Fget_file_image(file, bytes.data(), bytes.size()) != size)
    throw std::runtime_error("can't read the file back");
  return bytes;
}

}  // namespace

extern "C" int evsim_hdf5_make(const evsim_hdf5_file* file,
                               void (*take)(void* to, const char* bytes, size_t size), void* to,
                               char* error, size_t error_size) {
  try {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // the caller tells of errors
    const std::vector<char> bytes = file_in_memory(*file);
    take(to, bytes.data(), bytes.size());
    return 0;
  } catch (const std::exception& e) {
    std::snprintf(error, error_size, "%s", e.what());
    return 1;
  }
}
