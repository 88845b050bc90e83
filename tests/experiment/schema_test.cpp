#include "experiment/schema.h"

#include <filesystem>

#include "base/files.h"
#include "expect_error.h"
#include "experiment/file_format.h"
#include "experiment/keys.h"

namespace {

using lnn::experiment::Json;

TEST(Schema, CommittedFileIsUpToDate) {
  const auto path = std::filesystem::path(LNN_SOURCE_DIR) / "experiments" / "schema" / "experiment.json";
  EXPECT_EQ(lnn::read_text_file(path), lnn::experiment::experiment_schema().dump(2) + "\n")
      << "run: lnn-sweep schema --out experiments/schema/experiment.json";
}

TEST(Schema, KnowsEveryKeyDottedAndNested) {
  const Json settings = lnn::experiment::experiment_schema().at("definitions").at("settings");
  for (const auto& key : lnn::experiment::keys()) {
    EXPECT_TRUE(settings.at("properties").contains(key.path)) << key.path;
  }
  const Json& network = settings.at("properties").at("network").at("properties");
  EXPECT_EQ(network.at("width").at("maximum"), 65536);
  EXPECT_EQ(network.at("input_layer").at("enum"), Json({"none", "dyt"}));
}

TEST(Schema, EveryReferenceHasItsDefinition) {
  const Json schema = lnn::experiment::experiment_schema();
  const Json flat = schema.flatten();
  int references = 0;
  for (const auto& [pointer, value] : flat.items()) {
    if (!pointer.ends_with("/$ref")) continue;
    ++references;
    EXPECT_TRUE(schema.contains(Json::json_pointer(value.get<std::string>().substr(1)))) << value;
  }
  EXPECT_GT(references, 5);
}

TEST(KeysMarkdown, HasARowForEveryKey) {
  const std::string table = lnn::experiment::keys_markdown();
  for (const auto& key : lnn::experiment::keys())
    EXPECT_THAT(table, testing::HasSubstr("| `" + key.path + "` |"));
  EXPECT_THAT(table, testing::HasSubstr("| `training.phases[].t_max` |"));
}

TEST(MetricsMarkdown, HasARowForEveryMetric) {
  const std::string table = lnn::experiment::metrics_markdown(lnn::experiment::metric_names());
  for (const auto& metric : lnn::experiment::metric_names())
    EXPECT_THAT(table, testing::HasSubstr("\n| `" + metric.name + "` | " + metric.unit + " | "));
  EXPECT_THAT(table, testing::HasSubstr("| largest \\|q - q true\\| of the rollout")) << "bars end a cell";
}

}  // namespace
