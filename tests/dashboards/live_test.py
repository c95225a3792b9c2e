"""The shipped files against a gmewatchd in an outage: usage: live_test.py GMEWATCHD FLEET

One run serves all tests, in order: first the views during the outage, then the annotations and alerts after it.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import yaml

from around import await_true
from files import DASHBOARDS, ROOT, dashboards, expressions, metrics_of_cluster
from site_of_outage import Site

HERE = Path(__file__).resolve().parent
CODE = "1005"
VALUES = {"$__rate_interval": "20s", "$__interval": "15s", "$__range_s": "600", "$__range": "600s", "$app": ".*", "$region": ".*", "$category": ".*", "$instance": ".*"}
# The outage does not cause these.
MAY_BE_EMPTY = {"Retry loops/Loop", "annotation Retry loops", "Fronts and counters/A"}
# Here are neither fronts nor counters.
OF_CLUSTER = re.compile("|".join(metrics_of_cluster()))
# They are for longer time ranges.
EMPTY = re.compile("annotation .*, over ")
ANNOTATION_STEP_SECONDS = 15

site: Site


def setUpModule():
    global site
    site = Site(sys.argv[1], sys.argv[2])
    unittest.addModuleCleanup(site.stop)
    site.start()
    await_true("the spike", 200, lambda: site.query(f'gme_spike_active{{code="{CODE}"}} == 1'))
    # A rate over 20 s needs several scrapes of the spike.
    await_true("scrapes of it", 60, lambda: float(site.query(f'max(count_over_time(gme_spike_active{{code="{CODE}"}}[1m]))')[0]["value"][1]) >= 8)


def with_values(expression: str, code: str) -> str:
    for name, value in {**VALUES, "$code": code}.items():
        expression = expression.replace(name, value)
    return expression


def documented_solution() -> str:
    codes = yaml.safe_load((ROOT / "daemon/catalog/gme.yaml").read_text("utf-8"))["codes"]
    return next(code["solution"] for code in codes if str(code["value"]) == CODE)


class LiveTest(unittest.TestCase):
    def test_1_every_expression_of_the_dashboards_gives_data(self):
        now = time.time()
        for dashboard in dashboards():
            for where, expression, over_range in expressions(dashboard):
                # One code on the Code dashboard, all codes on the others.
                asked = with_values(expression, CODE if dashboard["uid"] == "gme-code" else ".*")
                with self.subTest(dashboard=dashboard["uid"], where=where):
                    answer = (site.api("query_range", query=asked, start=now - 120, end=now, step=5) if over_range
                              else site.api("query", query=asked))
                    self.assertEqual(answer["status"], "success", f"{answer.get('error')}\n{asked}")
                    self.assertNotIn("warnings", answer)
                    if EMPTY.match(where) or OF_CLUSTER.search(asked):
                        self.assertEqual(answer["data"]["result"], [])
                    elif where not in MAY_BE_EMPTY:
                        self.assertTrue(answer["data"]["result"], f"no data\n{asked}")

    def test_2_every_expression_of_the_grafana_rules_runs(self):
        rules = [rule for group in yaml.safe_load((DASHBOARDS / "alerting/rules.yaml").read_text("utf-8"))["groups"] for rule in group["rules"]]
        for rule in rules:
            for query in rule["data"]:
                if query["datasourceUid"] != "__expr__":
                    site.query(query["model"]["expr"])
        value, expected, fix = (query["model"]["expr"] for query in rules[0]["data"][:3])
        fired = [row["metric"] for row in site.query(value)]
        self.assertTrue(any(labels["code"] == CODE for labels in fired))
        # Grafana joins a query and an alert if the labels of one contain those of the other.
        for labels in fired:
            self.assertNotIn("solution", labels)
            self.assertEqual(sum(labels.items() <= row["metric"].items() for row in site.query(fix)), 1)
            self.assertEqual(sum(row["metric"].items() <= labels.items() for row in site.query(expected)), 1)

    def test_3_the_text_of_the_code_dashboard_is_the_documents(self):
        codes = yaml.safe_load((ROOT / "daemon/catalog/gme.yaml").read_text("utf-8"))["codes"]
        board = next(one for one in dashboards() if one["uid"] == "gme-code")
        queries = {where: expression for where, expression, _ in expressions(board)}
        for which in ("description", "cause", "solution"):
            for code in codes:
                value = str(code["value"])
                rows = site.query(with_values(queries[f"variable {which}"], value))
                self.assertEqual([row["metric"]["text"] for row in rows], [code[which]], f"{which} of {value}")

    def test_4_prometheus_takes_every_rule(self):
        rules = [rule for group in site.api("rules")["data"]["groups"] for rule in group["rules"]]
        self.assertGreater(len(rules), 15)
        self.assertEqual([rule["name"] for rule in rules if rule["health"] != "ok" or rule.get("lastError")], [])

    def test_5_the_page_has_the_documented_solution_once(self):
        await_true("a page", 90, lambda: site.receiver.at("/page"))
        # If the incident were more than one group, the others would be sent within group_wait.
        await_true("no new firing spikes", 60, lambda: time.time() - self.youngest_firing() > 25)
        pages = [page for page in site.receiver.at("/page") if page["status"] == "firing"]
        self.assertEqual(len(pages), 1, [page["groupLabels"] for page in pages])
        mine = [alert for alert in pages[0]["alerts"] if alert["labels"]["code"] == CODE]
        self.assertTrue(mine, pages[0]["alerts"])
        for alert in mine:
            self.assertEqual(alert["annotations"]["solution"], documented_solution())
            self.assertTrue(alert["annotations"]["runbook_url"].endswith(f"/codes/{CODE}"))
            self.assertNotIn("solution", alert["labels"])
        chat = await_true("the message to the team", 30, lambda: site.receiver.at("/chat"))[0]
        text = json.dumps(chat, ensure_ascii=False)
        self.assertIn(f"*Fix:* {documented_solution()}", text.replace('\\n', "\n"))

    @staticmethod
    def youngest_firing() -> float:
        firing = site.query('max(timestamp(ALERTS{alertname="GmeErrorSpike",alertstate="firing"}) unless '
                            'ALERTS{alertname="GmeErrorSpike",alertstate="firing"} offset 20s)')
        return float(firing[0]["value"][1]) if firing else 0

    def test_6_grafana_draws_the_spike_from_start_to_end_with_its_fix(self):
        await_true("the end of the spike", 200, lambda: not site.query(f'gme_spike_active{{code="{CODE}"}} == 1'))
        end = time.time()
        annotation = next(a for a in dashboards()[0]["annotations"]["list"] if a["name"] == "Spikes")
        asked = with_values(annotation["target"]["expr"], CODE)
        # Aligned to whole steps, as in Grafana.
        to = int(end) // ANNOTATION_STEP_SECONDS * ANNOTATION_STEP_SECONDS + ANNOTATION_STEP_SECONDS
        series = site.query_range(asked, to - 420, to, ANNOTATION_STEP_SECONDS)
        with tempfile.TemporaryDirectory() as folder:
            given = json.dumps({"annotation": annotation, "step": annotation["target"]["interval"], "series": series})
            made = subprocess.run(["node", "events.mjs", f"{folder}/grafana.cjs"], cwd=HERE, input=given, capture_output=True, text=True, timeout=90, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        answer = json.loads(made.stdout)
        self.assertEqual(answer["expr"], annotation["expr"])
        self.assertTrue(answer["events"])
        for event in answer["events"]:
            self.assertIn(f"{CODE} AV_ERR_TIMEOUT", event["text"])
            self.assertIn(f"Documented solution: {documented_solution()}", event["text"])
            self.assertIn(f'href="/d/gme-code?var-code={CODE}', event["html"].replace("&amp;", "&"))
            self.assertRegex(event["html"], rf'href="http://[^"]+/codes/{CODE}"')
        # The regions begin and end within a step of the true start and end.
        active = site.query_range(f'max(gme_spike_active{{code="{CODE}"}} == 1)', end - 420, end, 1)[0]["values"]
        first, last = active[0][0], active[-1][0]
        self.assertAlmostEqual(min(e["time"] for e in answer["events"]) / 1000, first, delta=ANNOTATION_STEP_SECONDS)
        self.assertAlmostEqual(max(e["timeEnd"] for e in answer["events"]) / 1000, last, delta=ANNOTATION_STEP_SECONDS)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
