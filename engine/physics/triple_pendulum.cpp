#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>

#include "physics/families.h"

namespace lnn::physics {
namespace {

using State = Eigen::Map<const Eigen::Vector3d>;

/// Paper A, appendix D.3. Joint i carries the mass below it, so that with B_ij = (mass below joints i and j)
/// l_i l_j the mass matrix is M_ij = B_ij cos(theta_i - theta_j).
class TriplePendulum final : public MechanicalSystem {
 public:
  explicit TriplePendulum(const Overrides& overrides)
      : MechanicalSystem(
            {.name = "triple_pendulum",
             .description = "Planar triple pendulum, angles from the downward vertical",
             .coordinates = {{.name = "theta1", .unit = "rad", .angle = true},
                             {.name = "theta2", .unit = "rad", .angle = true},
                             {.name = "theta3", .unit = "rad", .angle = true}},
             .constants = {{.name = "m1", .value = 1, .unit = "kg", .meaning = "upper mass"},
                           {.name = "m2", .value = 1, .unit = "kg", .meaning = "middle mass"},
                           {.name = "m3", .value = 1, .unit = "kg", .meaning = "lower mass"},
                           {.name = "l1", .value = 1, .unit = "m", .meaning = "length of the upper rod"},
                           {.name = "l2", .value = 1, .unit = "m", .meaning = "length of the middle rod"},
                           {.name = "l3", .value = 1, .unit = "m", .meaning = "length of the lower rod"},
                           {.name = "g",
                            .value = 9.8,
                            .unit = "m/s^2",
                            .meaning = "gravitational acceleration",
                            .positive = false}}},
            overrides) {
    const double m3 = constant("m3");
    const double m23 = constant("m2") + m3;
    const double m123 = constant("m1") + m23;
    const Eigen::Vector3d length(constant("l1"), constant("l2"), constant("l3"));
    Eigen::Matrix3d carried;
    carried << m123, m23, m3, m23, m23, m3, m3, m3, m3;
    inertia_ = length.asDiagonal() * carried * length.asDiagonal();
    weight_ = constant("g") * carried.diagonal().cwiseProduct(length);
  }

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const State theta(q.data());
    const State omega(v.data());
    Eigen::Matrix3d mass;
    Eigen::Vector3d force = -weight_.cwiseProduct(theta.array().sin().matrix());
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) {
        mass(i, j) = inertia_(i, j) * std::cos(theta[i] - theta[j]);
        force[i] -= inertia_(i, j) * std::sin(theta[i] - theta[j]) * omega[j] * omega[j];
      }
    }
    Eigen::Map<Eigen::Vector3d>(a.data()) = mass.llt().solve(force);
  }

 private:
  double kinetic_energy(std::span<const double> q, std::span<const double> v) const override {
    double twice = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        twice += inertia_(Eigen::Index(i), Eigen::Index(j)) * std::cos(q[i] - q[j]) * v[i] * v[j];
      }
    }
    return twice / 2;
  }
  double potential_energy(std::span<const double> q) const override {
    return -weight_.dot(State(q.data()).array().cos().matrix());
  }

  Eigen::Matrix3d inertia_;  ///< B [kg m^2]
  Eigen::Vector3d weight_;   ///< torque of each joint at a right angle [N m]
};

}  // namespace

std::unique_ptr<const System> make_triple_pendulum(const Overrides& overrides) {
  return std::make_unique<TriplePendulum>(overrides);
}

}  // namespace lnn::physics
