#include <cmath>

#include "physics/families.h"

namespace lnn::physics {
namespace {

std::vector<Coordinate> ads_coordinates(int dimension) {
  std::vector<Coordinate> coordinates{{.name = "t", .unit = "1", .time = true}};
  if (dimension > 2) coordinates.push_back({.name = "x", .unit = "1"});
  if (dimension > 3) coordinates.push_back({.name = "y", .unit = "1"});
  coordinates.push_back({.name = "z", .unit = "1", .low = 0});
  return coordinates;
}

/// Timelike geodesics of Anti-de Sitter space in Poincare coordinates (t, x.., z), z > 0, derivatives with
/// respect to proper time; paper A, equations 13 and 27 to 30, appendix D.5. Like the published code, the
/// Lagrangian and the acceleration see the depth z + 1e-9, the constraint sees z.
class AntiDeSitter final : public DescribedSystem {
 public:
  AntiDeSitter(int dimension, const Overrides& overrides)
      : DescribedSystem(
            {.name = "ads" + std::to_string(dimension),
             .description = "Timelike geodesic of " + std::to_string(dimension) +
                            "-dimensional Anti-de Sitter space in Poincare coordinates, z > 0",
             .coordinates = ads_coordinates(dimension),
             .constants = {{.name = "Lr", .value = 1, .unit = "1", .meaning = "Anti-de Sitter radius"}}},
            overrides) {}

  double lagrangian(std::span<const double> q, std::span<const double> v) const override {
    return warp(q) * interval(v, v) / 2;
  }

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const double z = depth(q);
    for (std::size_t i = 0; i < v.size(); ++i) a[i] = 2 * v[i] * v.back() / z;
    // z'' = (t'^2 - sum of transverse squares + z'^2)/z: the rule of the others less the interval.
    a.back() -= interval(v, v) / z;
  }

  /// 2L, which the constraint makes -1.
  double energy(std::span<const double> q, std::span<const double> v) const override {
    return 2 * lagrangian(q, v);
  }

  /// The momenta of all coordinates but z (p_t = -(Lr/z)^2 t'), and the charge of the dilation q -> c q.
  std::vector<ConservedQuantity> conserved_quantities() const override {
    std::vector<ConservedQuantity> quantities;
    for (const Coordinate& coordinate : coordinates()) quantities.push_back({"p_" + coordinate.name, "1"});
    quantities.back().name = "dilation";
    return quantities;
  }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    std::vector<double> position(q.begin(), q.end());
    position.back() = depth(q);
    std::vector<double> values;
    for (const double velocity : v) values.push_back(warp(q) * velocity);
    values.front() = -values.front();
    values.back() = warp(q) * interval(position, v);
    return values;
  }

  void apply_constraint(std::span<const double> q, std::span<double> v) const override {
    v[0] = 0;
    v[0] = std::sqrt(interval(v, v) + q.back() * q.back() / (radius_ * radius_));
  }

 private:
  static double depth(std::span<const double> q) { return q.back() + 1e-9; }
  double warp(std::span<const double> q) const { return radius_ * radius_ / (depth(q) * depth(q)); }

  /// Product of two vectors with signature (-, +, .., +).
  static double interval(std::span<const double> left, std::span<const double> right) {
    double sum = -left[0] * right[0];
    for (std::size_t i = 1; i < left.size(); ++i) sum += left[i] * right[i];
    return sum;
  }

  double radius_ = constant("Lr");
};

}  // namespace

std::unique_ptr<const System> make_ads2(const Overrides& overrides) {
  return std::make_unique<AntiDeSitter>(2, overrides);
}

std::unique_ptr<const System> make_ads3(const Overrides& overrides) {
  return std::make_unique<AntiDeSitter>(3, overrides);
}

std::unique_ptr<const System> make_ads4(const Overrides& overrides) {
  return std::make_unique<AntiDeSitter>(4, overrides);
}

}  // namespace lnn::physics
