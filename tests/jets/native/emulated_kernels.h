#pragma once

#include "emulated_tiles.h"
#include "jets/native/kernels.h"
#include "jets/native/split_products.h"

/// The kernels of a processor with a matrix unit, on emulated tiles: `base` with its products replaced.
inline lnn::jets::native::Kernels<float> with_emulated_products(lnn::jets::native::Kernels<float> base) {
  using Products = lnn::jets::native::SplitProducts<lnn::jets::native::EmulatedTiles>;
  base.instruction_set = "emulated matrix unit";
  base.precision = "bf16x3";
  base.lanes = 16;
  base.packed_size = Products::packed_size;
  base.pack = Products::pack;
  base.product = Products::product;
  base.transposed_scratch_size = Products::transposed_scratch_size;
  base.transposed_product = Products::transposed_product;
  return base;
}
