"""deploy/helm rendered by Helm itself, beside what it rendered before and Kubernetes' own schemas: usage: helm_test.py GMEWATCHD GMECTL

Helm's engine comes from the package helm-python-sdk of PyPI, the schemas from kubernetes-validate; where PyPI cannot be reached, the
tests are skipped. After a change of the chart GMEWATCH_WRITE_GOLDEN=1 writes the files under helm/; look at the difference.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import pypi

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm"
GOLDEN = Path(__file__).with_name("helm")
SECONDS = 180  # for a download
# The oldest that Chart.yaml allows, and a newer one.
KUBERNETES = ("1.25", "1.37")
# Kinds of Prometheus' operator, which Kubernetes has no schema of.
OTHERS = {"ServiceMonitor", "PodMonitor"}

# Runs in the environment that has the packages: values as JSON on standard input, manifests or the error as JSON on standard output.
RENDER = """
import json, sys
import helm_python as helm
values = json.load(sys.stdin)
chart, lint = sys.argv[1], sys.argv[2] == "lint"
try:
    if lint:
        answer = helm.lint(chart, values, strict=True, kube_version="v1.30.0")
    else:
        with helm.Chart.load(chart) as loaded:
            loaded.validate_schema(values)
            answer = loaded.render(values, name="watch", namespace="games")
except helm.HelmError as error:
    answer = {"error": str(error)}
json.dump(answer, sys.stdout)
"""
READ = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
VALIDATE = """
import json, sys
import kubernetes_validate
for document in json.load(sys.stdin):
    kubernetes_validate.validate(document, sys.argv[1], strict=True)
"""


def install(folder: Path) -> Path:
    """Python with the packages."""
    pypi.install(folder, "helm_requirements.txt", SECONDS, "PyPI cannot be reached or has no Helm for this machine", "No matching distribution")
    return folder / "bin/python"


class HelmTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.python = install(cls.folder / "helm")

    def run_python(self, program: str, text: str, *arguments: str) -> str:
        done = subprocess.run([self.python, "-c", program, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout

    def values(self, name: str) -> dict:
        return json.loads(self.run_python(READ, (GOLDEN / f"{name}.values.yaml").read_text("utf-8")))[0]

    def helm(self, values: dict, what: str = "render") -> dict:
        return json.loads(self.run_python(RENDER, json.dumps(values), str(CHART), what))

    def render(self, values: dict) -> str:
        """All objects, by file."""
        manifests = self.helm(values)
        self.assertNotIn("error", manifests)
        parts = [f"# {path}\n{text.strip()}\n" for path, text in sorted(manifests.items()) if text.strip() and path.endswith(".yaml")]
        return "---\n".join(parts)

    def objects(self, values: dict) -> dict[tuple[str, str], dict]:
        documents = json.loads(self.run_python(READ, self.render(values)))
        return {(one["kind"], one["metadata"]["name"]): one for one in documents if one}

    def test_renders_what_it_rendered_before(self):
        for name in ("all", "cluster"):
            made, golden = self.render(self.values(name)), GOLDEN / f"{name}.yaml"
            if os.environ.get("GMEWATCH_WRITE_GOLDEN"):
                golden.write_text(made, "utf-8")
            self.assertEqual(made, golden.read_text("utf-8"), name)

    def test_helm_finds_nothing_wrong(self):
        for name in ("all", "cluster"):
            report = self.helm(self.values(name), "lint")
            self.assertEqual([one for one in report["messages"] if one["severity"] > 1] + report["errors"], [], name)

    def test_kubernetes_knows_every_field(self):
        for name in ("all", "cluster"):
            objects = [one for (kind, _), one in self.objects(self.values(name)).items() if kind not in OTHERS]
            self.assertGreater(len(objects), 3)
            for version in KUBERNETES:
                self.run_python(VALIDATE, json.dumps(objects), version)

    def test_kubernetes_would_find_a_wrong_field(self):
        wrong = [one for (kind, _), one in self.objects(self.values("all")).items() if kind == "StatefulSet"]
        wrong[0]["spec"]["replica"] = 2
        done = subprocess.run([self.python, "-c", VALIDATE, KUBERNETES[-1]], input=json.dumps(wrong), capture_output=True, text=True, check=False)
        self.assertRegex(done.stderr, "replica")

    def test_says_what_is_missing_or_wrong_in_the_values(self):
        settings = self.values("cluster")["settings"]
        for values, words in (
            ({"settings": settings}, "adminToken.secret is missing"),
            ({"adminToken": {"open": True}}, "settings.apps is missing"),
            ({"adminToken": {"open": True}, "role": "cluster", "settings": {"apps": settings["apps"]}}, "settings.log.kafka.brokers"),
            ({"adminToken": {"open": True, "secret": "a"}, "settings": settings}, "not both"),
            ({"adminToken": {"open": True}, "settings": settings, "settingsSecret": "a"}, "not both"),
            ({"adminToken": {"open": True}, "settings": settings | {"role": "all"}}, "role"),
            ({"adminToken": {"open": True}, "settings": settings, "rolle": "all"}, "rolle"),
        ):
            self.assertIn(words, self.helm(values).get("error", "no error"))

    def test_gmewatchd_takes_the_settings_and_secrets_are_not_for_everybody(self):
        for name, roles in (("all", ["all"]), ("cluster", ["front", "counter"])):
            objects = self.objects(self.values(name))
            files = objects["Secret", "watch-settings"]["stringData"]
            self.assertEqual(sorted(files), sorted(f"{role}.yaml" for role in roles))
            for role in roles:
                file = self.folder / f"{role}.yaml"
                file.write_text(files[f"{role}.yaml"], "utf-8")
                done = subprocess.run([GMEWATCHD, "--check_config", f"--config={file}"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(file.read_text("utf-8"), rf"(?m)^role: {role}$")
            for (kind, _), one in objects.items():
                if kind in ("StatefulSet", "Deployment", "Job"):
                    for volume in one["spec"]["template"]["spec"]["volumes"]:
                        self.assertEqual(volume.get("secret", {}).get("defaultMode", 0o440), 0o440)

    def test_gmewatchd_knows_every_flag_and_gmectl_too(self):
        known = subprocess.run([GMEWATCHD, "--help"], capture_output=True, text=True, check=True).stdout
        known_to_gmectl = subprocess.run([GMECTL, "log", "--help"], capture_output=True, text=True, check=True).stdout
        for one in self.objects(self.values("cluster")).values():
            for container in one.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
                help_text = {"gmewatchd": known, "gmectl": known_to_gmectl}.get(container["name"], "")
                for argument in container.get("args", []):
                    self.assertRegex(help_text, rf"(?m)^\s+{re.escape(argument.partition('=')[0])}\b")

    def test_each_part_is_found_by_its_selectors(self):
        objects = self.objects(self.values("cluster"))
        pods = {name: one["spec"]["template"] for (kind, name), one in objects.items() if kind in ("Deployment", "StatefulSet")}
        ports = {name: {port["name"] for c in pod["spec"]["containers"] for port in c["ports"]} for name, pod in pods.items()}
        wanted = {"watch": "watch-front", "watch-counts": "watch-proxy", "watch-counter": "watch-counter"}
        for (kind, name), one in objects.items():
            if kind != "Service":
                continue
            found = [pod for pod, template in pods.items() if one["spec"]["selector"].items() <= template["metadata"]["labels"].items()]
            self.assertEqual(found, [wanted[name]])
            self.assertLessEqual({port["targetPort"] for port in one["spec"]["ports"]}, ports[found[0]])
        # One series each: the counts by one target, and of a counter what it says about itself.
        self.assertEqual(objects["PodMonitor", "watch-counter"]["spec"]["podMetricsEndpoints"][0]["path"], "/metrics/self")
        monitored = objects["ServiceMonitor", "watch"]["spec"]["selector"]["matchLabels"]
        self.assertEqual([name for (kind, name), one in objects.items() if kind == "Service" and monitored.items() <= one["metadata"]["labels"].items()], ["watch-counts"])
        self.assertEqual(objects["Deployment", "watch-proxy"]["spec"]["replicas"], 1)

    def test_the_readiness_probe_asks_as_gmewatchd_answers(self):
        objects = self.objects(self.values("all"))
        settings, token = self.folder / "probed.yaml", self.folder / "token"
        settings.write_text(objects["Secret", "watch-settings"]["stringData"]["all.yaml"], "utf-8")
        token.write_text("a-token-of-tests\n", "utf-8")
        token.chmod(0o600)
        command = [GMEWATCHD, f"--config={settings}", "--in_memory", "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0", f"--admin_token_file={token}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as gmewatchd:
            self.addCleanup(gmewatchd.kill)
            port = re.search(r" admin=127\.0\.0\.1:(\d+)", gmewatchd.stdout.readline())[1]
            probe = objects["StatefulSet", "watch"]["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["exec"]["command"]
            script = probe[-1].replace("/dev/tcp/127.0.0.1/9747", f"/dev/tcp/127.0.0.1/{port}")
            for file, status in ((token, 0), (settings, 1)):
                words = [*probe[:-1], script.replace("/etc/gmewatch/secrets/admin/token", str(file))]
                self.assertEqual(subprocess.run(words, capture_output=True, timeout=30, check=False).returncode, status, file)
            gmewatchd.terminate()

    @unittest.skipUnless(shutil.which("haproxy"), "HAProxy is not installed")
    def test_haproxy_takes_its_file(self):
        file = self.folder / "haproxy.cfg"
        text = self.objects(self.values("cluster"))["ConfigMap", "watch-proxy"]["data"]["haproxy.cfg"]
        file.write_text(text, "utf-8")
        done = subprocess.run(["haproxy", "-c", "-f", file], env=os.environ | {"ADMIN_TOKEN": "a"}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        servers = re.findall(r"server counter-\d watch-counter-(\d)\.watch-counter\.games\.svc\.cluster\.local:9747( backup)?$", text, re.MULTILINE)
        self.assertEqual(servers, [("0", ""), ("1", " backup")])


if __name__ == "__main__":
    GMEWATCHD, GMECTL = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
