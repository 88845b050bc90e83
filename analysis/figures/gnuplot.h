#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "analysis/figures/picture.h"
#include "base/names.h"

/// Pictures become files.
namespace lnn::figures {

enum class PictureFormat { svg, png, pdf };

/// Writes NAME.gp and NAME.dat. Throws EnvironmentError when the folder cannot be written.
void write_script(const Picture& picture, const std::filesystem::path& folder);

/// Lets gnuplot draw NAME.gp in `folder`; returns the file drawn. Throws EnvironmentError when gnuplot is not
/// installed (with what to install) or refuses the script (with its reason).
std::filesystem::path draw(const std::string& name, const std::filesystem::path& folder,
                           PictureFormat format);

}  // namespace lnn::figures

namespace lnn {
template <>
struct EnumNames<figures::PictureFormat> {
  using E = figures::PictureFormat;
  static constexpr const char* what = "figure format";
  static constexpr std::array table{std::pair{E::svg, "svg"}, std::pair{E::png, "png"},
                                    std::pair{E::pdf, "pdf"}};
};
}  // namespace lnn
