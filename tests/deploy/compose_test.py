"""deploy/compose.yaml as far as it can be checked without a container engine."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


class ComposeTest(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
        self.services = self.compose["services"]

    def mounts(self):
        """(service, source, target) of each volume."""
        for name, service in self.services.items():
            for volume in service["volumes"]:
                source, target = volume.split(":")[:2]
                yield name, source, target

    def test_has_all_four_and_each_says_whether_it_is_well(self):
        self.assertEqual(set(self.services), {"gmewatchd", "prometheus", "alertmanager", "grafana"})
        for name, service in self.services.items():
            self.assertIn("test", service["healthcheck"], name)

    def test_every_mounted_path_exists_and_is_the_shipped_one(self):
        named = set(self.compose["volumes"])
        for service, source, _ in self.mounts():
            if source.startswith("."):
                path = (DEPLOY / source).resolve()
                self.assertTrue(path.exists(), f"{service}: {source}")
                self.assertTrue(path.is_relative_to(ROOT / "dashboards") or path.is_relative_to(DEPLOY), source)
            else:
                self.assertIn(source, named, service)
                named.discard(source)
        self.assertEqual(named, set(), "volumes that nothing uses")
        build = self.services["gmewatchd"]["build"]
        self.assertTrue((DEPLOY / build["context"] / build["dockerfile"]).is_file())

    def test_links_lead_to_the_published_ports(self):
        published = {name: {f"http://{port.rsplit(':', 1)[0]}" for port in service["ports"]} for name, service in self.services.items()}
        settings = next((source, target) for name, source, target in self.mounts() if source.endswith("gmewatchd.yaml"))
        self.assertIn(f'"--config={settings[1]}"', (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
        expose = yaml.safe_load((DEPLOY / settings[0]).read_text(encoding="utf-8"))["expose"]
        self.assertIn(expose["public_url"], published["gmewatchd"])
        self.assertIn(expose["grafana_url"], published["grafana"])
        self.assertIn(expose["prometheus_url"], published["prometheus"])
        self.assertIn(self.services["grafana"]["environment"]["GF_SERVER_ROOT_URL"].rstrip("/"), published["grafana"])
        for name, words in (("prometheus", self.services["prometheus"]["entrypoint"][-1].split()), ("alertmanager", self.services["alertmanager"]["command"])):
            given = [word.partition("=")[2] for word in words if word.startswith("--web.external-url=")]
            self.assertEqual(len(given), 1, name)
            self.assertIn(given[0], published[name])

    def test_no_port_is_public(self):
        for name, service in self.services.items():
            self.assertTrue(service["ports"], name)
            for port in service["ports"]:
                self.assertRegex(port, r"^127\.0\.0\.1:\d+:\d+$", name)
            self.assertNotIn("network_mode", service, name)

    def test_gmewatchd_may_write_its_state_alone(self):
        service = self.services["gmewatchd"]
        self.assertIs(service["read_only"], True)
        self.assertEqual(service["cap_drop"], ["ALL"])
        self.assertIn("no-new-privileges:true", service["security_opt"])
        self.assertIn("mem_limit", service)
        self.assertEqual([target for name, source, target in self.mounts() if name == "gmewatchd" and not source.startswith(".")], ["/var/lib/gmewatch"])

    def test_grafana_is_given_what_its_files_ask_for(self):
        asked = set()
        for folder in ("provisioning", "alerting"):
            for file in (ROOT / "dashboards" / folder).glob("*.yaml"):
                text = file.read_text(encoding="utf-8")
                asked |= {part.split("}")[0] for part in text.split("${GMEWATCH_")[1:]}
        names = [name for name in self.services["grafana"]["environment"] if name.startswith("GMEWATCH_")]
        given = {name.removeprefix("GMEWATCH_") for name in names}
        self.assertEqual(asked, given)

    def test_prometheus_reads_what_its_start_makes_of_the_shipped_file(self):
        command = self.services["prometheus"]["entrypoint"][-1]
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "prometheus.yml"
            # The paths of this machine, up to where Prometheus would start.
            script = command.split(" && ")[0] if " && " in command else command.split("&&")[0]
            script = script.replace("/etc/gmewatch/prometheus.yml", str(DEPLOY / "prometheus" / "prometheus.yml"))
            script = script.replace("/etc/gmewatch/rules", str(ROOT / "dashboards" / "prometheus"))
            script = script.replace("/tmp/prometheus.yml", str(made))
            subprocess.run(["sh", "-c", script], check=True)
            text = made.read_text(encoding="utf-8")
            self.assertIn('"gmewatchd:9747"', text)
            self.assertIn('"alertmanager:9093"', text)
            self.assertNotIn("127.0.0.1", text)
            check = subprocess.run(
                ["promtool", "check", "config", str(made)], capture_output=True, text=True, check=False
            )
            self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
            self.assertRegex(check.stdout, r"SUCCESS: [1-9]\d* rules found")


if __name__ == "__main__":
    unittest.main()
