// The module evsim_hdf5: one dataset a signal, grouped by its dotted name, with its unit as attribute.
#include <hdf5.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "sim/io/hdf5/interface.h"

namespace {

// An open HDF5 object.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close how, const char* what) : id_(id), close_(how) {
    if (id < 0) throw std::runtime_error(what);
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }
  // What is still in memory reaches the disk when a file is closed, so that may fail too.
  bool close() {
    const hid_t id = id_;
    id_ = -1;
    return close_(id) >= 0;
  }

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
  must(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, column.values), "can't write");
  set_text(set, "unit", column.unit);
}

void write_all(const evsim_hdf5_file& f) {
  must(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "errors");  // the caller prints them
  Handle file(H5Fcreate(f.path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "can't make the file");
  set_text(file, "format", "evsim signals 1");
  for (std::size_t i = 0; i < f.n_columns; ++i) write_column(file, f.columns[i], f.rows);
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 || !file.close()) throw std::runtime_error("can't write");
}

}  // namespace

extern "C" int evsim_hdf5_write(const evsim_hdf5_file* file, char* error, size_t error_size) {
  errno = 0;
  try {
    write_all(*file);
    return 0;
  } catch (const std::exception& e) {
    const char* cause = errno != 0 ? std::strerror(errno) : "HDF5 refuses";
    std::snprintf(error, error_size, "%s: %s", e.what(), cause);
    return 1;
  }
}
