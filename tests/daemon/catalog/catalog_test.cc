#include "daemon/catalog/catalog.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

constexpr char kYaml[] =
    "source: the document\n"
    "codes:\n"
    "- value: 7\n"
    "  name: UPLOAD_FAILED\n"
    "  category: voice_message\n"
    "  subcategory: upload\n"
    "  severity: error\n"
    "  action: network\n"
    "  description: Upload error\n"
    "  cause: >-\n"
    "    The network\n"
    "    is down.\n"
    "  solution: \"Check: the network.\"\n"
    "- {value: -3, name: N, category: client, severity: benign, action: none, solution: S}\n"
    "actions:\n"
    "- {name: none, who: nobody, steps: [Wait.]}\n"
    "- name: network\n"
    "  who: the provider\n"
    "  reach: It affects a region.\n"
    "  first_cause: true\n"
    "  steps: ['Place: compare.', 'Reach: try.']\n"
    "- {name: key, who: the issuer, first_cause: true, steps: [Look.]}\n"
    "impacts:\n"
    "- {severity: benign, text: None.}\n"
    "- {category: voice_message, subcategory: upload, text: It never arrives.}\n"
    "- {text: Something fails.}\n"
    "general_steps: {related: R $related, unrelated: U $part, always: [A $code, B]}\n";

TEST(CatalogTest, GivesWhatTheFileSays) {
  const auto catalog = Catalog::Parse(kYaml, "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->source(), "the document");
  ASSERT_EQ(catalog->codes().size(), 2U);
  const CatalogCode& code = catalog->codes()[0];
  EXPECT_EQ(code.value, 7);
  EXPECT_EQ(code.name, "UPLOAD_FAILED");
  EXPECT_EQ(code.category, "voice_message");
  EXPECT_EQ(code.subcategory, "upload");
  EXPECT_EQ(code.severity, "error");
  EXPECT_EQ(code.action, "network");
  EXPECT_EQ(code.description, "Upload error");
  EXPECT_EQ(code.cause, "The network is down.");
  EXPECT_EQ(code.solution, "Check: the network.");
  EXPECT_EQ(catalog->codes()[1].value, -3);
  EXPECT_EQ(catalog->general_steps().related, "R $related");
  EXPECT_EQ(catalog->general_steps().unrelated, "U $part");
  EXPECT_THAT(catalog->general_steps().always, ElementsAre("A $code", "B"));
}

TEST(CatalogTest, ACodeHasItsActionAndTheFirstImpactThatMatches) {
  const auto catalog = Catalog::Parse(kYaml, "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->codes()[0].impact, "It never arrives.");
  EXPECT_EQ(catalog->codes()[1].impact, "None.");
  const CatalogAction& action = catalog->ActionOf(catalog->codes()[0]);
  EXPECT_EQ(action.name, "network");
  EXPECT_EQ(action.who, "the provider");
  EXPECT_EQ(action.reach, "It affects a region.");
  EXPECT_THAT(action.steps, ElementsAre("Place: compare.", "Reach: try."));
  EXPECT_EQ(catalog->ActionOf(catalog->codes()[1]).who, "nobody");
}

TEST(CatalogTest, FirstCausesAreInTheFilesOrder) {
  const auto catalog = Catalog::Parse(kYaml, "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_THAT(catalog->FirstCauses(), ElementsAre("network", "key"));
}

TEST(CatalogTest, FindsByValue) {
  const auto catalog = Catalog::Parse(kYaml, "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  ASSERT_NE(catalog->Find(-3), nullptr);
  EXPECT_EQ(catalog->Find(-3)->name, catalog->codes()[1].name);
  EXPECT_EQ(catalog->Find(8), nullptr);
  EXPECT_EQ(catalog->Find(0), nullptr);
}

TEST(CatalogTest, LoadsTheFileThatIsBuiltIn) {
  const auto catalog = Catalog::Load(GMEWATCH_SOURCE_DIR "/daemon/catalog/gme.yaml");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->codes().size(), Catalog::Embedded().codes().size());
  const auto missing = Catalog::Load("/nonexistent/gme.yaml");
  EXPECT_EQ(std::string(missing.status().message()),
            "/nonexistent/gme.yaml: No such file or directory");
}

}  // namespace
}  // namespace gmewatch
