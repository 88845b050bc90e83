#define LNN_ISA baseline
#define LNN_ISA_NAME "baseline"
#define LNN_VECTOR_BYTES 16
#include "jets/native/kernel_table.h"
