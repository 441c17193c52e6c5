// Text for people: tables with aligned columns, numbers with few digits, colours on a terminal only.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::cli {

enum class Colour { none, bold, dim, green, red, yellow };

// Colours are for terminals, and not where the environment sets NO_COLOR.
bool colours_on(std::FILE* stream);
// The text in a colour on stdout.
std::string coloured(std::string_view text, Colour colour);

// A figure with 5 significant digits and, from 10,000 on, thousands set apart; "-" for NaN.
std::string figure(double x);

enum class Align { left, right };

class Table {
 public:
  explicit Table(std::vector<Align> columns, std::string indent = "  ")
      : align_(std::move(columns)), indent_(std::move(indent)) {}

  // Missing cells are empty.
  void row(std::vector<std::string> cells, Colour colour = Colour::none);
  // Columns as wide as their widest cell, two spaces apart.
  std::string text() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Colour colour;
  };
  std::vector<Align> align_;
  std::string indent_;
  std::vector<Row> rows_;
};

void print(std::string_view text);        // to stdout
void print_error(std::string_view text);  // to stderr
// What stdout still holds. Throws EnvironmentError where it can't be written (a full disk).
void flush_output();

}  // namespace evsim::cli
