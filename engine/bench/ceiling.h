#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/times.h"

namespace lnn::bench {

/// How fast this machine multiplies matrices on one thread: what no engine can exceed. Measured with products
/// of 512 x 512 x 512 by LibTorch (at::mm, that is the BLAS it was built with) and by every kernel table of
/// the native engine, again and again during a run, because clocks and neighbors change.
class Ceiling {
 public:
  /// One way to multiply.
  struct Product {
    std::string with;  ///< "libtorch mm", "native avx512"
    std::string precision;
    double gflops = 0;  ///< best so far [GFLOP/s]
  };

  /// Products of side x side x side.
  explicit Ceiling(long side = 512);
  /// Each product once more.
  void measure();
  /// All products, best of each so far. Precondition: measure() has been called.
  std::vector<Product> products() const;

 private:
  struct Entry {
    Product product;
    std::function<void()> multiply;
    Times times;
  };
  template <class T>
  void add_products();

  long side_;
  std::vector<Entry> entries_;
};

}  // namespace lnn::bench
