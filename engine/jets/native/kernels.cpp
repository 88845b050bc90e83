#include "jets/native/kernels.h"

#include <type_traits>

namespace lnn::jets::native {

namespace baseline {
template <class T>
const Kernels<T>& kernel_table();
}
#ifdef LNN_HAS_X86_KERNELS
namespace avx2 {
template <class T>
const Kernels<T>& kernel_table();
}
namespace avx512 {
template <class T>
const Kernels<T>& kernel_table();
}
bool amx_works();
const Kernels<float>& amx_kernel_table();
#endif

template <class T>
std::vector<const Kernels<T>*> available_kernels() {
  std::vector<const Kernels<T>*> tables;
#ifdef LNN_HAS_X86_KERNELS
  // The groups of features that GCC's -march=x86-64-v4 and -v3 stand for.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if constexpr (std::is_same_v<T, float>) {
    if (v4 && amx_works()) tables.push_back(&amx_kernel_table());
  }
  if (v4) tables.push_back(&avx512::kernel_table<T>());
  if (v3) tables.push_back(&avx2::kernel_table<T>());
#endif
  tables.push_back(&baseline::kernel_table<T>());
  return tables;
}

template std::vector<const Kernels<float>*> available_kernels();
template std::vector<const Kernels<double>*> available_kernels();

}  // namespace lnn::jets::native
