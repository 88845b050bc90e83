#define LNN_ISA avx2
#define LNN_ISA_NAME "avx2"
#define LNN_VECTOR_BYTES 32
#include "jets/native/kernel_table.h"
