// Link files, and the files that they name.
#pragma once

#include "sim/io/origins.h"
#include "sim/link/link_params.h"

namespace evsim::cli {

// file: lives as long as what is returned.
inline link::ReadText files_beside(const io::Reading& file) {
  return [&file](const std::string& path, const std::string& name) {
    io::InputFile got = io::read_beside(file, path, name);
    return link::TextFile{.name = std::move(got.name), .text = std::move(got.text)};
  };
}

}  // namespace evsim::cli
