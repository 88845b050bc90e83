#define LNN_ISA avx512
#define LNN_ISA_NAME "avx512"
#define LNN_VECTOR_BYTES 64
#include "jets/native/kernel_table.h"
