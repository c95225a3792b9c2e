"""Two gmewatchd, each in an outage of its own, in one real Prometheus and Alertmanager: usage: two_daemons_test.py GMEWATCHD FLEET"""

import sys
import unittest

from around import await_true
from files import ROOT
from site_of_outage import Site

site: Site


def setUpModule():
    global site
    site = Site(sys.argv[1], sys.argv[2], {"first": "eu", "second": "us"})
    unittest.addModuleCleanup(site.stop)
    site.start()
    await_true("both spikes", 240, lambda: len(site.query('count by (instance) (gme_spike_active == 1)')) == 2)


def queries_of_readme() -> list[str]:
    """The PromQL that README shows, a line each."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.startswith("    ") and "gme_" in line and "group_left" in line]


class TwoDaemonsTest(unittest.TestCase):
    def test_1_two_outages_are_two_pages_that_name_their_gmewatchd(self):
        def pages():
            return [page for page in site.receiver.at("/page") if page["status"] == "firing" and page["groupLabels"]["alertname"] == "GmeErrorSpike"]

        await_true("two pages", 120, lambda: len({page["groupLabels"]["incident"] for page in pages()}) >= 2)
        regions = {"first": set(), "second": set()}
        for page in pages():
            instances = {alert["labels"]["instance"] for alert in page["alerts"]}
            self.assertEqual(len(instances), 1, page["groupLabels"])
            self.assertGreater(int(page["groupLabels"]["incident"]), 10**10)
            for alert in page["alerts"]:
                regions[alert["labels"]["instance"]].add(alert["labels"]["region"])
                self.assertIn(f"Found by gmewatchd {alert['labels']['instance']}. ", alert["annotations"]["description"])
        self.assertTrue(regions["first"] and regions["second"], regions)
        self.assertNotIn("us", regions["first"])
        self.assertNotIn("eu", regions["second"])

    def test_2_the_queries_of_readme_run(self):
        found = queries_of_readme()
        self.assertGreater(len(found), 1)
        for query in found:
            with self.subTest(query=query):
                self.assertTrue(site.query(query))

    def test_3_every_rule_runs(self):
        rules = [rule for group in site.api("rules")["data"]["groups"] for rule in group["rules"]]
        self.assertEqual([rule["name"] for rule in rules if rule["health"] != "ok" or rule.get("lastError")], [])

    def test_4_a_spike_has_a_row_of_its_own_for_each_gmewatchd(self):
        found = site.query("count by (instance) (gme_spike_incident)")
        self.assertEqual({row["metric"]["instance"] for row in found}, {"first", "second"})
        self.assertEqual(site.query('count by (incident) (count_values by (instance) ("incident", gme_spike_incident)) > 1'), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
