// Defines kernel_table<T>() of one instruction set; included by the file that is compiled for it.
#pragma once

#include "jets/native/gemm.h"
#include "jets/native/passes.h"
#include "jets/native/update.h"

namespace lnn::jets::native::LNN_ISA {

template <class T>
long packed_size(long rows, long columns) {
  return rows * padded<T>(columns);
}

template <class T>
const Kernels<T>& kernel_table() {
  static constexpr Kernels<T> table{LNN_ISA_NAME,
                                    sizeof(T) == sizeof(float) ? "float32" : "float64",
                                    lanes<T>,
                                    packed_size<T>,
                                    pack<T>,
                                    product<T>,
                                    transposed_scratch_size<T>,
                                    transposed_product<T>,
                                    activate<T>,
                                    reverse<T>,
                                    combine<T>,
                                    combine_square<T>,
                                    backward<T>,
                                    backward_square<T>,
                                    add_column_sums<T>,
                                    dot<T>,
                                    sum_of_squares<T>,
                                    update<T>};
  return table;
}

template const Kernels<float>& kernel_table<float>();
template const Kernels<double>& kernel_table<double>();

}  // namespace lnn::jets::native::LNN_ISA
