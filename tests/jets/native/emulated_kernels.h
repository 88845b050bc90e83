#pragma once

#include "emulated_tiles.h"
#include "jets/native/kernels.h"
#include "jets/native/split_products.h"

/// The kernels of a processor with a matrix unit, on emulated tiles: `base` with its products replaced.
inline lnn::jets::native::Kernels<float> with_emulated_products(
    const lnn::jets::native::Kernels<float>& base) {
  using namespace lnn::jets::native;
  return with_split_products<EmulatedTiles>(base, "emulated matrix unit");
}
