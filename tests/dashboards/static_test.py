"""The shipped dashboards, rules and configurations, without a running daemon."""

import copy
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from files import DASHBOARDS, ROOT, SOURCE, dashboards, known_metrics, metrics_of
from lint import faults

HERE = Path(__file__).resolve().parent
RULES = sorted((DASHBOARDS / "prometheus").glob("*.yaml"))


def run(*command, cwd=ROOT) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=110, check=False)


class GeneratedTest(unittest.TestCase):
    def test_what_is_committed_is_what_the_source_writes(self):
        compiled = run("node_modules/.bin/tsc", cwd=SOURCE)
        self.assertEqual(compiled.returncode, 0, compiled.stdout)
        with tempfile.TemporaryDirectory() as folder:
            wrote = run("node", "build/main.js", folder, cwd=SOURCE)
            self.assertEqual(wrote.returncode, 0, wrote.stderr)
            written = [path for path in Path(folder).rglob("*") if path.is_file()]
            self.assertEqual(len(written), 9)
            for path in written:
                committed = DASHBOARDS / path.relative_to(folder)
                self.assertEqual(committed.read_text("utf-8"), path.read_text("utf-8"), f"{committed}: npm run generate")


class LintTest(unittest.TestCase):
    def test_finds_nothing_in_the_shipped_dashboards(self):
        shipped = dashboards()
        self.assertEqual([one["uid"] for one in shipped], ["gme-code", "gme-daemon", "gme-overview"])
        for dashboard in shipped:
            self.assertEqual(list(faults(dashboard, shipped)), [], dashboard["uid"])

    def test_finds_each_fault(self):
        shipped = dashboards()
        graph = next(i for i, panel in enumerate(shipped[0]["panels"]) if panel["type"] == "timeseries")

        def broken(change, expected):
            dashboard = copy.deepcopy(shipped[0])
            change(dashboard, dashboard["panels"][graph])
            self.assertTrue(any(expected in fault for fault in faults(dashboard, shipped)), expected)

        broken(lambda d, p: p.update(id=1), "same id")
        broken(lambda d, p: p.update(gridPos=d["panels"][0]["gridPos"]), "lies over")
        broken(lambda d, p: p["gridPos"].update(w=25), "sticks out")
        broken(lambda d, p: p.update(description=""), "description")
        broken(lambda d, p: p["fieldConfig"]["defaults"].update(unit="furlong"), "unit furlong")
        broken(lambda d, p: p.update(datasource={"type": "prometheus", "uid": "prom"}), "fixed data source")
        broken(lambda d, p: p["targets"][0].update(expr="gme_error_event_total"), "no metric gme_error_event_total")
        broken(lambda d, p: p["targets"][0].update(expr='up{app="$game"}'), "variable game")
        broken(lambda d, p: p.update(links=[{"url": "/d/gme-codes"}]), "gme-codes, which does not exist")
        broken(lambda d, p: p.update(links=[{"url": "/d/gme-daemon?var-app=x"}]), "with app")


class RulesTest(unittest.TestCase):
    def test_promtool_finds_nothing_to_say(self):
        checked = run("promtool", "check", "rules", *RULES)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_fire_where_they_must_and_nowhere_else(self):
        tests = (HERE / "rules_test.yaml").read_text("utf-8")
        tests = tests.replace("https://gmewatch.example/runbook", (DASHBOARDS / "runbook_url").read_text("utf-8").strip())
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rules_test.yaml"
            file.write_text(tests.replace("../../dashboards", str(DASHBOARDS)), "utf-8")
            tested = run("promtool", "test", "rules", file)
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)

    def test_are_complete_and_name_known_metrics(self):
        known = known_metrics()
        for group in yaml.safe_load((DASHBOARDS / "prometheus/alerts.yaml").read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                self.assertEqual(metrics_of(rule["expr"]) - known, set(), rule["alert"])
                self.assertLessEqual({"summary", "description", "runbook_url"}, set(rule["annotations"]), rule["alert"])
                self.assertEqual(list(rule["labels"]), ["severity"], rule["alert"])
                self.assertIn(f"\n## {rule['alert']}\n", (DASHBOARDS / "runbook.md").read_text("utf-8"))

    def test_amtool_takes_the_configuration(self):
        checked = run("amtool", "check-config", DASHBOARDS / "alertmanager/alertmanager.yml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_only_what_is_critical_pages(self):
        config = DASHBOARDS / "alertmanager/alertmanager.yml"
        for severity, receivers in (("critical", "on-call,team"), ("warning", "team"), ("info", "quiet")):
            routed = run("amtool", "config", "routes", "test", f"--config.file={config}", f"severity={severity}")
            self.assertEqual(routed.stdout.strip(), receivers, severity)


class SetRunbookTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = Path(folder.name)
        for name in ("set_runbook", "runbook_url", "prometheus/alerts.yaml", "alerting/rules.yaml"):
            (self.copy / name).parent.mkdir(exist_ok=True)
            shutil.copy(DASHBOARDS / name, self.copy / name)

    def links(self) -> list[str]:
        """The runbook_url of every rule, those of Grafana last."""
        files = [self.copy / "prometheus/alerts.yaml", self.copy / "alerting/rules.yaml"]
        groups = [group for file in files for group in yaml.safe_load(file.read_text("utf-8"))["groups"]]
        return [rule["annotations"]["runbook_url"] + json.dumps(rule.get("data")) for group in groups for rule in group["rules"]]

    def test_every_link_to_the_runbook_leads_to_its_new_place_and_to_the_next(self):
        before = (self.copy / "runbook_url").read_text("utf-8").strip()
        shipped = self.links()
        self.assertTrue(all(f"{before}#" in link for link in shipped), shipped)
        for url in ("https://wiki.example.com/~voice/run-book", "http://h"):
            set_it = run(self.copy / "set_runbook", url)
            self.assertEqual(set_it.returncode, 0, set_it.stderr)
            self.assertEqual(self.links(), [link.replace(f"{before}#", f"{url}#") for link in shipped])
        checked = run("promtool", "check", "rules", self.copy / "prometheus/alerts.yaml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_what_is_no_address_changes_nothing(self):
        shipped = self.links()
        for arguments in ([], ["wiki"], ["https://wiki/a|b"], ["https://wiki/a#b"], ["https://a", "https://b"]):
            self.assertEqual(run(self.copy / "set_runbook", *arguments).returncode, 2, arguments)
        self.assertEqual(self.links(), shipped)


class GrafanaAlertingTest(unittest.TestCase):
    def test_says_that_it_is_blind_where_prometheus_does_not_answer(self):
        template = yaml.safe_load((DASHBOARDS / "alerting/messages.yaml").read_text("utf-8"))["templates"][0]["template"]

        def said(status: str) -> str:
            alerts = [{"status": status, "labels": {"alertname": "DatasourceError", "rulename": name},
                       "annotations": {"summary": "[no value] rises"}} for name in ("GmewatchDown", "GmeLateEvents")]
            group = {"status": status, "groupLabels": {"alertname": "DatasourceError"}, "alerts": alerts}
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "grafana.tmpl").write_text(template, "utf-8")
                (Path(folder) / "group.json").write_text(json.dumps(group), "utf-8")
                rendered = run("amtool", "template", "render", f"--template.glob={folder}/*.tmpl", f"--template.data={folder}/group.json",
                               '--template.text={{ template "gmewatch.text" . }}')
            self.assertEqual(rendered.returncode, 0, rendered.stderr)
            self.assertNotIn("[no value]", rendered.stdout)
            return rendered.stdout

        firing = said("firing")
        self.assertIn("no alert would report", firing.splitlines()[0])
        self.assertIn("Rules: GmewatchDown GmeLateEvents\n", firing)
        self.assertEqual(said("resolved").strip(), "Over: Grafana evaluates its rules again.")

    def test_rules_are_those_of_prometheus_and_their_panels_exist(self):
        rules = yaml.safe_load((DASHBOARDS / "alerting/rules.yaml").read_text("utf-8"))
        sources = yaml.safe_load((DASHBOARDS / "provisioning/datasources.yaml").read_text("utf-8"))["datasources"]
        panels = {one["uid"]: {panel["id"] for panel in one["panels"]} for one in dashboards()}
        alerts = [r for g in yaml.safe_load((DASHBOARDS / "prometheus/alerts.yaml").read_text("utf-8"))["groups"] for r in g["rules"]]
        written = [rule for group in rules["groups"] for rule in group["rules"]]
        self.assertEqual(len(written), len(alerts))
        self.assertEqual(len({rule["uid"] for rule in written}), len(written))
        for rule, alert in zip(written, alerts):
            self.assertEqual(rule["title"].split()[0], alert["alert"])
            self.assertEqual(rule["labels"], alert["labels"])
            self.assertEqual(set(rule["annotations"]), set(alert["annotations"]) | {"__dashboardUid__", "__panelId__"})
            # Values that may be missing are tested first: without data Grafana would log an error each time.
            for text in rule["annotations"].values():
                self.assertNotRegex(text, r"\$values\.\w+\.Value")
            shown_in = (rule["annotations"]["__dashboardUid__"], rule["annotations"]["__panelId__"])
            self.assertEqual(shown_in, (rule["dashboardUid"], str(rule["panelId"])))
            self.assertIn(rule["panelId"], panels[rule["dashboardUid"]])
            self.assertIn(rule["condition"], {query["refId"] for query in rule["data"]})
            for query in rule["data"]:
                self.assertIn(query["datasourceUid"], {source["uid"] for source in sources} | {"__expr__"})
                # If Grafana evaluates the alerts, the recording rules may not be loaded.
                self.assertNotRegex(query["model"].get("expr", ""), r"\w+:\w+:\w+")


if __name__ == "__main__":
    unittest.main()
