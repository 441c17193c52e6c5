// Files inside the program: the assembler puts the bytes of a file between two symbols. It looks for a name without a
// folder of its own in the include folders.
//
//   EVSIM_EMBED(evsim_report_css, "sim/io/report/report.css");   // at file scope
//   EVSIM_EMBEDDED(evsim_report_css)                             // a std::string_view
#pragma once

#include <cstddef>
#include <string_view>

#define EVSIM_EMBED(symbol, file)                                                \
  asm(".pushsection .rodata\n" #symbol "_begin:\n.incbin \"" file "\"\n" #symbol \
      "_end:\n.byte 0\n"                                                         \
      ".global " #symbol "_begin\n.global " #symbol "_end\n.popsection\n");      \
  extern "C" const char symbol##_begin[], symbol##_end[]

#define EVSIM_EMBEDDED(symbol) \
  std::string_view { symbol##_begin, static_cast<std::size_t>(symbol##_end - symbol##_begin) }
