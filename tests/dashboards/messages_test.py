"""What the messages of the alerts say: the shipped templates in the real Alertmanager, and in amtool for mail."""

import json
import subprocess
import tempfile
import unittest

import yaml

from around import AlertmanagerCase, await_true
from files import DASHBOARDS, ROOT

TEMPLATES = DASHBOARDS / "alertmanager/gmewatch.tmpl"
CODES = yaml.safe_load((ROOT / "daemon/catalog/gme.yaml").read_text("utf-8"))["codes"]
# Those with the longest fixes; each has another.
LONGEST = sorted({code["solution"]: code for code in CODES}.values(), key=lambda code: -len(code["solution"]))
CHAT_MAX = 3000
# An alert of another team that goes to the same receivers.
FOREIGN = {"labels": {"alertname": "HostDown", "severity": "critical", "host": "db-7", "team": "storage"}, "annotations": {}}


def spike(code: dict, region: str, cause: bool = False) -> dict:
    """A firing GmeErrorSpike as the shipped rule makes it."""
    labels = {"alertname": "GmeErrorSpike", "severity": "critical", "code": str(code["value"]), "name": code["name"],
              "category": code["category"], "region": region, "app": "all", "incident": "1"}
    annotations = {
        "summary": f"{code['value']} {code['name']} rises in region {region}, app all: 1,234 a minute, 8.8 expected",
        "solution": code["solution"],
        "description": "Clients report it more often than its baseline predicts.",
        "likely_cause": "yes" if cause else "",
        "runbook_url": f"http://gmewatch.example.com:9747/codes/{code['value']}",
    }
    return {"labels": labels, "annotations": annotations}


# Twelve codes in eight regions; the likely cause has the highest code, so Alertmanager has it last.
REGIONS = [f"region-{i}" for i in range(8)]
OUTAGE = sorted(LONGEST[:12], key=lambda code: str(code["value"]))
CAUSE = OUTAGE[-1]
ALERTS = [spike(code, region, code is CAUSE) for code in OUTAGE for region in REGIONS]


def rendered(template: str, firing: list[dict], resolved: list[dict] = (), kind: str = "text") -> str:
    """What amtool makes of one of the shipped templates."""
    alerts = [{"status": status, "startsAt": "2026-01-02T03:04:05Z", "generatorURL": "http://p/", **alert}
              for status, some in (("firing", firing), ("resolved", resolved)) for alert in some]
    alerts.sort(key=lambda alert: sorted(alert["labels"].items()))
    data = {"receiver": "team", "status": "firing" if firing else "resolved", "alerts": alerts, "externalURL": "http://alertmanager",
            "groupLabels": {"alertname": alerts[0]["labels"]["alertname"]}, "commonLabels": {}, "commonAnnotations": {}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(data, file)
        file.flush()
        ran = subprocess.run(["amtool", "template", "render", f"--template.glob={TEMPLATES}", f"--template.type={kind}",
                              f"--template.data={file.name}", f'--template.text={{{{ template "{template}" . }}}}'],
                             capture_output=True, text=True, timeout=60, check=False)
    if ran.returncode != 0:
        raise AssertionError(ran.stderr)
    return ran.stdout


class TemplateTest(unittest.TestCase):
    def test_the_fix_of_the_likely_cause_comes_first_and_each_fix_once(self):
        for template, kind in (("gmewatch.text", "text"), ("gmewatch.slack", "text"), ("gmewatch.html", "html")):
            with self.subTest(template):
                text = rendered(template, ALERTS, kind=kind)
                fixes = [line for line in text.splitlines() if "Fix:" in line]
                self.assertEqual(len(fixes), 5)
                self.assertIn(f"{CAUSE['value']} {CAUSE['name']}", text[:text.index("rises")])
                self.assertEqual(len(set(fixes)), 5)
                self.assertIn("The same fix: 7 more", text)
                # Twelve fixes, five of them shown.
                self.assertIn("and 7 more", text)
                self.assertIn("http://gmewatch.example.com:9747/", text.replace("/codes/", ""))

    def test_the_fix_of_the_likely_cause_is_whole(self):
        longest = [spike(code, "eu", code is LONGEST[0]) for code in LONGEST]
        self.assertIn(f"*Fix:* {LONGEST[0]['solution']}\n", rendered("gmewatch.slack", longest).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))

    def test_a_chat_gets_less_than_3000_characters(self):
        every = [spike({**code, "name": "N" * 43}, "r" * 64, code is LONGEST[0]) for code in LONGEST]
        for firing, resolved in ((ALERTS, []), (every, ALERTS), ([spike(code, "eu") for code in CODES], []), ([], ALERTS)):
            text = rendered("gmewatch.slack", firing, resolved)
            self.assertLess(len(text), CHAT_MAX, text)

    def test_the_title_names_the_likely_cause_and_each_code_once(self):
        title = rendered("gmewatch.title", ALERTS).strip()
        self.assertTrue(title.startswith(f"[FIRING:96] GmeErrorSpike: {CAUSE['value']} {CAUSE['name']}, "), title)
        self.assertTrue(title.endswith(" and 9 more"), title)

    def test_an_alert_of_another_team_shows_its_own_labels(self):
        for template, kind in (("gmewatch.title", "text"), ("gmewatch.text", "text"), ("gmewatch.slack", "text"), ("gmewatch.html", "html")):
            text = rendered(template, [FOREIGN], kind=kind)
            self.assertIn("host=db-7", text)
            self.assertIn("team=storage", text)
        described = {**FOREIGN, "annotations": {"description": "no answer"}}
        self.assertIn("no answer", rendered("gmewatch.slack", [described]))

    def test_what_is_over_is_a_line_each_and_bounded(self):
        self.assertEqual(rendered("gmewatch.text", [], ALERTS[:2]).count("Over: "), 2)
        self.assertIn("Over: 93 more", rendered("gmewatch.text", [], ALERTS))

    def test_marks_in_a_text_do_not_become_mark_up(self):
        odd = spike({**CAUSE, "solution": "Use <region> & A&B."}, "eu")
        self.assertIn("Use &lt;region&gt; &amp; A&amp;B.", rendered("gmewatch.slack", [odd]))
        self.assertIn("Use &lt;region&gt; &amp; A&amp;B.", rendered("gmewatch.html", [odd], kind="html"))
        self.assertIn("Use <region> & A&B.", rendered("gmewatch.text", [odd]))


class AlertmanagerTest(AlertmanagerCase):
    """Each receiver that is shipped with a template of ours."""

    def test_the_chat_and_the_page_of_a_large_incident_and_of_another_team(self):
        self.alertmanager.post("alerts", [*ALERTS, FOREIGN])
        chats = await_true("both chats", 60, lambda: len(self.receiver.at("/chat")) >= 2 and self.receiver.at("/chat"))
        titles = {chat["attachments"][0]["title"]: chat["attachments"][0]["text"] for chat in chats}
        ours = next(text for title, text in titles.items() if "GmeErrorSpike" in title)
        self.assertLess(len(ours), CHAT_MAX)
        self.assertIn(f"{CAUSE['value']} {CAUSE['name']}", ours[:ours.index("rises")])
        foreign = next(title for title in titles if "HostDown" in title)
        self.assertIn("host=db-7", foreign)
        self.assertIn("host=db-7", titles[foreign])
        pages = await_true("both pages", 60, lambda: len(self.receiver.at("/page")) >= 2 and self.receiver.at("/page"))
        self.assertEqual(sorted(len(page["alerts"]) for page in pages), [1, 96])


if __name__ == "__main__":
    unittest.main(verbosity=2)
