"""deploy/compose.yaml and compose_cluster.yaml as far as they can be checked without a container engine."""

import re
import shutil
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


class ClusterComposeTest(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load((DEPLOY / "compose_cluster.yaml").read_text(encoding="utf-8"))
        self.services = self.compose["services"]

    def made(self, service: str, folder: str, *places: tuple[str, str]) -> Path:
        """What the start of a service makes of the shipped file, with the paths of this machine in place of the container's."""
        script = self.services[service]["entrypoint"][-1].split(" && exec ")[0].split("&&")[0]
        target = Path(folder) / "made"
        for there, here in (*places, (re.search(r"> (\S+)", script).group(1), str(target))):
            self.assertIn(there, script)
            script = script.replace(there, here)
        subprocess.run(["sh", "-c", script], check=True)
        return target

    def test_every_mounted_path_exists_and_every_volume_is_used(self):
        single = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
        unused = set(self.compose["volumes"])
        for name, service in self.services.items():
            if "extends" in service:
                self.assertEqual(service, {"extends": {"file": "compose.yaml", "service": name}})
                service = single[name]
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DEPLOY / source).resolve().exists(), f"{name}: {source}")
                else:
                    self.assertIn(source, self.compose["volumes"], name)
                    unused.discard(source)
        self.assertEqual(unused, set())

    def test_no_port_is_public_and_only_the_proxy_and_prometheus_have_any(self):
        self.assertEqual({name for name, service in self.services.items() if "ports" in service}, {"haproxy", "prometheus"})
        for name in ("haproxy", "prometheus"):
            for port in self.services[name]["ports"]:
                self.assertRegex(port, r"^127\.0\.0\.1:\d+:\d+$", name)

    def test_brokers_differ_by_number_and_name_alone(self):
        voters, common = [], []
        for number in (1, 2, 3):
            environment = dict(self.services[f"kafka-{number}"]["environment"])
            self.assertEqual(environment.pop("KAFKA_NODE_ID"), str(number))
            self.assertEqual(environment.pop("KAFKA_ADVERTISED_LISTENERS"), f"PLAINTEXT://kafka-{number}:9092")
            voters.append(f"{number}@kafka-{number}:9093")
            common.append(environment)
        self.assertEqual(common[1:], common[:-1])
        self.assertEqual(common[0]["KAFKA_CONTROLLER_QUORUM_VOTERS"], ",".join(voters))

    def test_fronts_and_counters_have_the_same_settings_but_for_the_role(self):
        front, counter = (yaml.safe_load((DEPLOY / f"compose_cluster_{role}.yaml").read_text(encoding="utf-8")) for role in ("front", "counter"))
        self.assertEqual((front.pop("role"), counter.pop("role")), ("front", "counter"))
        self.assertEqual(front, counter)
        for broker in front["log"]["kafka"]["brokers"]:
            self.assertIn(broker.split(":")[0], self.services)

    def test_fronts_and_counters_wait_for_the_topic_and_write_their_state_alone(self):
        for name in ("front-1", "front-2", "counter-a", "counter-b"):
            service = self.services[name]
            self.assertEqual(service["depends_on"], {"topic": {"condition": "service_completed_successfully"}})
            self.assertIs(service["read_only"], True)
            self.assertEqual(service["cap_drop"], ["ALL"])
            written = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
            self.assertEqual(written, [f"{name}:/var/lib/gmewatch"] if name.startswith("counter") else [])

    def test_haproxy_reads_what_its_start_makes_of_the_shipped_file(self):
        if shutil.which("haproxy") is None:
            self.skipTest("HAProxy is not installed")
        with tempfile.TemporaryDirectory() as folder:
            made = self.made("haproxy", folder, ("/etc/gmewatch/cluster.cfg", str(DEPLOY / "haproxy/cluster.cfg")))
            text = made.read_text(encoding="utf-8")
            # The names of containers cannot be looked up here; all else is checked.
            check = subprocess.run(["haproxy", "-c", "-f", str(made)], capture_output=True, text=True, check=False)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        for server in ("server front-1 front-1:4747 port 9747 check-proto h1", "server front-2 front-2:4747 port 9747 check-proto h1",
                       "server counter-a counter-a:9747", "server counter-b counter-b:9747 backup"):
            self.assertRegex(text, rf"(?m)^  {server}$")
        self.assertEqual(re.findall(r"127\.0\.0\.\d+:\d+", "".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))), ["127.0.0.11:53"])

    def test_prometheus_reads_what_its_start_makes_of_the_shipped_file(self):
        with tempfile.TemporaryDirectory() as folder:
            made = self.made("prometheus", folder, ("/etc/gmewatch/prometheus.yml", str(DEPLOY / "prometheus/cluster.yml")),
                             ("/etc/gmewatch/rules", str(ROOT / "dashboards/prometheus")))
            text = made.read_text(encoding="utf-8")
            check = subprocess.run(["promtool", "check", "config", str(made)], capture_output=True, text=True, check=False)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)
        targets = re.findall(r'targets: \["(.*)"\]', text)
        self.assertEqual(targets, ["alertmanager:9093", "haproxy:9747", "front-1:9747", "front-2:9747", "counter-a:9747", "counter-b:9747", "haproxy:8404"])


if __name__ == "__main__":
    unittest.main()
