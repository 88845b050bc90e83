#include "experiment/digest.h"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace lnn::experiment {

std::string short_digest(const std::string& text) {
  // Changing this namespace orphans every finished trial.
  static constexpr boost::uuids::uuid trials{
      {0x6c, 0x6e, 0x6e, 0x2d, 0x73, 0x77, 0x45, 0x65, 0xb0, 0x2d, 0x74, 0x72, 0x69, 0x61, 0x6c, 0x73}};
  std::string digits = to_string(boost::uuids::name_generator_sha1(trials)(text));
  std::erase(digits, '-');
  return digits.substr(0, 12);
}

}  // namespace lnn::experiment
