// Is this XML well formed? Tags closed in order, attributes in quotes, entities known: what the project
// writes, not all that XML allows.
#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::markup_check {

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  // "" when it is, else what is wrong first.
  std::string problem() {
    while (at_ < text_.size() && wrong_.empty()) {
      if (text_[at_] == '<')
        tag();
      else if (text_[at_] == '&')
        entity();
      else
        ++at_;
    }
    if (wrong_.empty() && !open_.empty()) wrong_ = "never closed: " + open_.back();
    return wrong_;
  }

 private:
  bool takes(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void wrong(const std::string& what) {
    wrong_ = what + " near " + std::string(text_.substr(at_, 60));
  }
  std::string name() {
    const std::size_t from = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-'))
      ++at_;
    return std::string(text_.substr(from, at_ - from));
  }
  void space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  void entity() {
    for (const std::string_view e : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      if (takes(e)) return;
    wrong("unknown entity");
  }
  void attribute() {
    name();
    if (!takes("=\"")) return wrong("attribute without value");
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '<') return wrong("< in an attribute");
      if (text_[at_] == '&')
        entity();
      else
        ++at_;
    }
    ++at_;
  }
  void tag() {
    if (takes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")) return;
    const bool closes = takes("</");
    if (!closes) ++at_;
    const std::string tag = name();
    if (tag.empty()) return wrong("no tag");
    for (space(); at_ < text_.size() && text_[at_] != '>' && text_[at_] != '/' && wrong_.empty();
         space())
      attribute();
    if (!wrong_.empty()) return;
    if (closes) {
      if (open_.empty() || open_.back() != tag) return wrong("closes what is not open: " + tag);
      open_.pop_back();
    } else if (!takes("/")) {
      open_.push_back(tag);
    }
    if (!takes(">")) wrong("tag not ended");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::string wrong_;
};

inline std::string problem(std::string_view xml) { return Checker(xml).problem(); }

}  // namespace evsim::markup_check
