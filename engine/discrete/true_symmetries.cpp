#include <cmath>
#include <functional>
#include <map>

#include "discrete/symmetry.h"
#include "physics/system.h"

namespace lnn::discrete {
namespace {

using Names = std::vector<std::string>;  // of the coordinates

AffineGenerator zero(const Names& q) {
  const auto n = static_cast<Eigen::Index>(q.size());
  return {Eigen::MatrixXd::Zero(n, n), Eigen::VectorXd::Zero(n)};
}

Symmetry translation(const Names& q, std::size_t i) {
  Symmetry result{"translation_" + q[i], zero(q)};
  result.generator.w[static_cast<Eigen::Index>(i)] = 1;
  return result;
}

// M_ij = 1/sqrt(2) and M_ji = `sign` times that.
Symmetry turn(const std::string& kind, const Names& q, std::size_t i, std::size_t j, int sign) {
  Symmetry result{kind + "_" + q[i] + "_" + q[j], zero(q)};
  const auto row = static_cast<Eigen::Index>(i);
  const auto column = static_cast<Eigen::Index>(j);
  result.generator.M(row, column) = std::sqrt(0.5);
  result.generator.M(column, row) = sign * std::sqrt(0.5);
  return result;
}

Symmetry rotation(const Names& q, std::size_t i, std::size_t j) {
  return turn("rotation", q, i, j, -1);
}

Symmetry boost(const Names& q, std::size_t i, std::size_t j) {
  return turn("boost", q, i, j, 1);
}

Symmetry dilation(const Names& q) {
  Symmetry result{"dilation", zero(q)};
  result.generator.M.diagonal().setConstant(1 / std::sqrt(static_cast<double>(q.size())));
  return result;
}

// Coordinates t, x.., z: Poincare transformations of all but the depth z, and the dilation.
std::vector<Symmetry> of_anti_de_sitter(const Names& q) {
  std::vector<Symmetry> result;
  const std::size_t flat = q.size() - 1;
  for (std::size_t i = 0; i < flat; ++i) result.push_back(translation(q, i));
  for (std::size_t i = 0; i < flat; ++i) {
    for (std::size_t j = i + 1; j < flat; ++j) result.push_back(i == 0 ? boost(q, i, j) : rotation(q, i, j));
  }
  result.push_back(dilation(q));
  return result;
}

using Algebra = std::function<std::vector<Symmetry>(const Names&)>;

const std::map<std::string_view, Algebra>& algebras() {
  static const Algebra plane_rotation = [](const Names& q) { return std::vector{rotation(q, 0, 1)}; };
  static const std::map<std::string_view, Algebra> table{
      {"cart_pendulum", [](const Names& q) { return std::vector{translation(q, 0)}; }},
      {"sphere", [](const Names& q) { return std::vector{translation(q, 1)}; }},
      {"kepler", plane_rotation},
      {"isotropic_oscillator", plane_rotation},
      {"free_particle",
       [](const Names& q) {
         return std::vector{translation(q, 0), translation(q, 1), rotation(q, 0, 1)};
       }},
      {"ads2", of_anti_de_sitter},
      {"ads3", of_anti_de_sitter},
      {"ads4", of_anti_de_sitter},
  };
  return table;
}

}  // namespace

std::vector<Symmetry> true_symmetries(std::string_view system) {
  const auto physical = physics::make_system(system);  // refuses an unknown name
  const auto algebra = algebras().find(system);
  if (algebra == algebras().end()) return {};
  Names names;
  for (const physics::Coordinate& coordinate : physical->coordinates()) names.push_back(coordinate.name);
  return algebra->second(names);
}

}  // namespace lnn::discrete
