#include "experiment/experiment_file.h"

#include "expect_error.h"

namespace {

using lnn::UserError;
using lnn::experiment::Json;
using lnn::experiment::parse_experiment;
using lnn::testing::message_of;
using testing::HasSubstr;
using testing::StartsWith;

/// A small valid file with some fields replaced (null removes one).
Json file_with(const char* changes) {
  Json file = Json::parse(R"({
    "name": "small", "system": "sphere", "base": {"network.width": 8},
    "cases": [{"label": "a", "set": {"training.lambda": 1}}, {"label": "b", "set": {"training.lambda": 2}}],
    "grid": {"network.activation": ["gelu", "xtanh"]},
    "seeds": [1, 2],
    "tables": [{"name": "t", "title": "T", "rows": ["case"], "columns": [{"metric": "seconds", "title": "S"}]}]
  })");
  file.merge_patch(Json::parse(changes));
  return file;
}

std::string error_with(const char* changes) {
  return message_of<UserError>([&] { parse_experiment(file_with(changes).dump(), "x.json"); });
}

TEST(ParseExperiment, ReadsCommentsAndKeepsTheText) {
  const auto file =
      parse_experiment("{\"name\": \"n\", // one\n /* two */ \"system\": \"sphere\"}", "x.json");
  EXPECT_EQ(file.name, "n");
  EXPECT_EQ(file.text.dump(), R"({"name":"n","system":"sphere"})");
}

TEST(ParseExperiment, AcceptsTheSmallFileOfTheseTests) {
  EXPECT_NO_THROW(parse_experiment(file_with("{}").dump(), "x.json"));
}

TEST(ParseExperiment, PointsToBadJson) {
  EXPECT_THAT(message_of<UserError>([] { parse_experiment("{\n  \"name\": ,\n}", "x.json"); }),
              testing::AllOf(StartsWith("x.json: not valid JSON ("), HasSubstr("line 2, column 11")));
}

TEST(ParseExperiment, RefusesAFieldGivenTwice) {
  EXPECT_EQ(message_of<UserError>([] { parse_experiment(R"({"name": "a", "name": "b"})", "x.json"); }),
            "x.json: the field \"name\" is there twice in one object. Keep one of them.");
}

TEST(ParseExperiment, NamesFileAndPlaceOfAMistake) {
  EXPECT_THAT(error_with(R"({"gird": {}})"),
              StartsWith("x.json: field: unknown value 'gird'. Did you mean 'grid'?"));
  EXPECT_EQ(error_with(R"({"name": null})"),
            "x.json: the field 'name' is missing. Add it: lower-case name without spaces, unique among the "
            "files of a "
            "sweep.");
  EXPECT_EQ(error_with(R"({"seeds": 3})"), "x.json: seeds: 3 is not allowed. Give a list [...].");
  EXPECT_EQ(error_with(R"({"base": {"network.width": 0}})"),
            "x.json: base: network.width: 0 is not allowed. Give an integer from 1 to 65536.");
  EXPECT_THAT(error_with(R"({"grid": {"network.activation": ["gelu", "relu"]}})"),
              StartsWith("x.json: grid: network.activation: unknown value 'relu'."));
  EXPECT_EQ(
      error_with(R"({"grid": {"network.activation": []}})"),
      "x.json: grid: network.activation: [] is not a list of values. Write at least one value in [...].");
  EXPECT_EQ(error_with(R"({"grid": {"network.activation": "gelu"}})"),
            "x.json: grid: network.activation: \"gelu\" is not a list of values. Write at least one value in "
            "[...].");
  EXPECT_EQ(error_with(R"({"zip": {"network.width": [4, 8], "training.epochs": [1, 2, 3]}})"),
            "x.json: zip: training.epochs has 3 values but network.width has 2 (they are paired). "
            "Give both equally many.");
  EXPECT_EQ(error_with(R"({"seeds": [1, 2, 1]})"),
            "x.json: seeds: the seed 1 is there twice. Each replicate needs its own.");
  EXPECT_EQ(error_with(R"({"base": {"network.seed": 3}})"),
            "x.json: base: network.seed is set by 'seeds'. List the seeds there.");
  EXPECT_EQ(error_with(R"({"base": {"system": "sphere"}})"),
            "x.json: system is given twice (in the file and in base). Keep the file's.");
  EXPECT_EQ(error_with(R"({"grid": {"training.lambda": [1]}})"),
            "x.json: training.lambda is swept by both 'cases' and 'grid'. Keep it in one of them.");
  EXPECT_EQ(error_with(R"({"cases": [{"label": "a", "set": {}}, {"label": "a", "set": {}}]})"),
            "x.json: cases: the label 'a' is there twice. Give each case its own.");
  EXPECT_EQ(error_with(R"({"name": "Two Words"})"),
            "x.json: name: 'Two Words' is not allowed. Use lower-case letters, digits, '_' and '-'.");
}

TEST(ParseExperiment, ChecksExclusionsAndScales) {
  EXPECT_THAT(error_with(R"({"exclude": [{"case": "c"}]})"),
              StartsWith("x.json: exclude: case: unknown value 'c'."));
  EXPECT_THAT(error_with(R"({"exclude": [{"network.width": 8}]})"),
              StartsWith("x.json: exclude: swept key: unknown value 'network.width'."));
  EXPECT_THAT(error_with(R"({"exclude": [{}]})"), HasSubstr("would drop every trial"));
  EXPECT_THAT(error_with(R"({"scales": {"dusk": {}}})"),
              StartsWith("x.json: scales: unknown value 'dusk'. Did you mean 'desk'?"));
  EXPECT_THAT(error_with(R"({"scales": {"desk": {"set": {"training.epochs": 0}}}})"),
              StartsWith("x.json: scales.desk.set: training.epochs: 0 is not allowed."));
  EXPECT_THAT(error_with(R"({"scales": {"desk": {"seeds": []}}})"),
              StartsWith("x.json: scales.desk.seeds: "));
}

/// The small file with some fields of its table replaced.
Json file_with_table(const char* changes) {
  Json file = file_with("{}");
  file["tables"][0].merge_patch(Json::parse(changes));
  return file;
}

std::string table_error(const char* changes) {
  return message_of<UserError>([&] { parse_experiment(file_with_table(changes).dump(), "x.json"); });
}

TEST(ParseExperiment, AcceptsColumnsThatCountTrials) {
  const Json file = file_with_table(R"({"columns": [{"metric": "seconds", "title": "Seconds"},
      {"metric": "seconds", "name": "quick", "title": "Quick", "at_most": 3},
      {"metric": "seconds", "name": "slow", "title": "Slow", "at_least": 1e3, "where": {"case": "a"}}],
    "published": [{"where": {"case": "a"}, "seconds": [2, 4], "quick": 0.5, "slow": 0}], "sort": "quick"})");
  EXPECT_NO_THROW(parse_experiment(file.dump(), "x.json"));
}

TEST(ParseExperiment, ChecksColumnsThatCountTrials) {
  const auto column_error = [](const char* fields) {
    Json column{{"metric", "seconds"}, {"name", "quick"}, {"title", "Quick"}};
    column.merge_patch(Json::parse(fields));
    return table_error(Json{{"columns", {column}}}.dump().c_str());
  };
  EXPECT_EQ(
      column_error(R"({"at_most": 3, "at_least": 1})"),
      "x.json: table 't': columns: 'quick' has both 'at_most' and 'at_least' (trials are counted on one "
      "side). Keep one of them, or make two columns.");
  EXPECT_EQ(column_error(R"({"at_most": 3, "reduction_from": {"case": "a"}})"),
            "x.json: table 't': columns: 'quick' has both 'at_most' and 'reduction_from' (a column with a "
            "limit counts trials). Keep one of them.");
  EXPECT_THAT(column_error(R"({"at_least": 3, "best": "highest"})"),
              HasSubstr("'quick' has both 'at_least' and 'best'"));
  EXPECT_THAT(column_error(R"({"at_most": "3"})"),
              HasSubstr("at_most: \"3\" is not allowed. Give a number."));
  EXPECT_THAT(table_error(R"({"columns": [{"metric": "seconds", "title": "Seconds"},
                {"metric": "seconds", "title": "Quick", "at_most": 3}]})"),
              HasSubstr("'seconds' is there twice. Give each its own name."));
  for (const char* published : {"25", "-0.1", "[0.5]", "\"0.5\""}) {
    const std::string changes = fmt::format(
        R"({{"columns": [{{"metric": "seconds", "title": "Quick", "at_most": 3}}],
             "published": [{{"where": {{"case": "a"}}, "seconds": {}}}]}})",
        published);
    EXPECT_EQ(
        table_error(changes.c_str()),
        fmt::format("x.json: table 't': published: seconds: {} is not allowed (the column shows a rate). "
                    "Give a number from 0 to 1.",
                    published));
  }
}

TEST(ParseExperiment, NamesAFewMetricsInsteadOfAll) {
  const auto metric_error = [](const char* metric) {
    return table_error(Json{{"columns", {{{"metric", metric}, {"title", "S"}}}}}.dump().c_str());
  };
  EXPECT_THAT(metric_error("rollout5_steps"),
              HasSubstr("Did you mean 'rollout1_steps' or 'rollout2_steps' or 'rollout3_steps'? `lnn-sweep"));
  EXPECT_THAT(metric_error("angle"), HasSubstr("'angle'. Did you mean 'symmetry_angle'? `lnn-sweep"));
  EXPECT_THAT(metric_error("best_val_totl"), HasSubstr("Did you mean 'best_val_total' or 'best_val_base'?"));
  EXPECT_THAT(metric_error("weather"), HasSubstr("'weather'. `lnn-sweep schema --metrics` lists all."));
}

TEST(ParseExperiment, ChecksTables) {
  EXPECT_THAT(table_error(R"({"rows": ["network.width"]})"),
              StartsWith("x.json: table 't': rows: unknown value 'network.width'."));
  EXPECT_THAT(table_error(R"({"rows": []})"), HasSubstr("rows: the list is empty"));
  EXPECT_EQ(table_error(R"({"columns": [{"metric": "second", "title": "S"}]})"),
            "x.json: table 't': columns: metric: unknown value 'second'. Did you mean 'seconds'? `lnn-sweep "
            "schema --metrics` lists all.");
  EXPECT_THAT(
      table_error(
          R"({"columns": [{"metric": "seconds", "title": "S"}, {"metric": "seconds", "title": "S"}]})"),
      HasSubstr("'seconds' is there twice"));
  EXPECT_THAT(table_error(R"({"published": [{"where": {"case": "c"}, "seconds": 1}]})"),
              StartsWith("x.json: table 't': published: where: case: unknown value 'c'."));
  EXPECT_THAT(table_error(R"({"published": [{"where": {"case": "a"}, "loss": 1}]})"),
              StartsWith("x.json: table 't': published: column: unknown value 'loss'."));
  EXPECT_THAT(table_error(R"({"published": [{"where": {"case": "a"}, "seconds": "1"}]})"),
              HasSubstr("Give a number or a list of numbers"));
  EXPECT_THAT(
      table_error(R"({"columns": [{"metric": "seconds", "title": "S", "reduction_from": {"cas": "a"}}]})"),
      HasSubstr("reduction_from: row key: unknown value 'cas'. Did you mean 'case'?"));
  EXPECT_THAT(table_error(R"({"labels": {"case": {"a": 1}}})"),
              HasSubstr("write {\"value as text\": \"label\"}"));
  EXPECT_THAT(table_error(R"({"sort": "plam"})"),
              HasSubstr("sort: unknown value 'plam'. Did you mean 'plan'?"));
  EXPECT_THAT(table_error(R"({"where": {"network.activation": ["gelu", "xtan"]}})"),
              HasSubstr("where: network.activation: unknown value 'xtan'. Did you mean 'xtanh'?"));
  EXPECT_THAT(
      table_error(R"({"columns": [{"metric": "seconds", "title": "S", "where": {"training.lambda": 3}}]})"),
      StartsWith("x.json: table 't': columns: where: training.lambda: unknown value '3'."));
  EXPECT_THAT(table_error(R"({"columns": [{"metric": "seconds", "title": "S", "best": "low"}]})"),
              HasSubstr("best: unknown value 'low'."));
  Json good = file_with("{}");
  good["tables"][0].merge_patch(Json::parse(R"({"where": {"case": "a"}, "columns": [{"metric": "seconds",
      "title": "S", "unit": "s", "best": "none", "where": {"network.activation": ["gelu", "xtanh"]}}]})"));
  EXPECT_NO_THROW(parse_experiment(good.dump(), "x.json"));
}

TEST(LoadExperiment, SaysThatAFileIsMissing) {
  EXPECT_THAT(message_of<UserError>([] { lnn::experiment::load_experiment("/nowhere/x.json"); }),
              StartsWith("/nowhere/x.json: no such experiment file."));
}

}  // namespace
