#include "jets/engine.h"

#include "base/names.h"
#include "jets/autograd_engine.h"

namespace lnn::jets {

std::vector<std::string> engine_names() {
  return {"autograd"};
}

std::unique_ptr<Engine> make_engine(std::string_view name, const network::Network& network) {
  if (name == "autograd") return std::make_unique<AutogradEngine>(network);
  throw_unknown_name("backend", name, engine_names());
}

}  // namespace lnn::jets
