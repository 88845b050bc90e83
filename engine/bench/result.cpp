#include "bench/result.h"

namespace lnn::bench {

const ContenderResult* CaseResult::baseline() const {
  for (const ContenderResult& contender : contenders) {
    if (contender.engine.backend == "autograd" && contender.engine.precision == "float32") return &contender;
  }
  return nullptr;
}

Ceiling::Product Result::ceiling(const std::string& precision) const {
  Ceiling::Product best;
  for (const Ceiling::Product& product : ceilings) {
    if (product.precision == precision && product.gflops > best.gflops) best = product;
  }
  return best;
}

}  // namespace lnn::bench
