"""What can't be run here is held against its own specification: container files, compose and Kubernetes manifests."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import compose_spec
import jsonschema
import kubernetes_validate
import pytest
import yaml

from connectors.elasticsearch import download
from connectors.flink import jars
from connectors.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILES = sorted(DEPLOY.rglob("*Dockerfile"))
KUBERNETES = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
SECRET = re.compile(r"password|token|api_key", re.IGNORECASE)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_container_file(path):
    found = subprocess.run(["hadolint", "--failure-threshold=info", path], capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stdout) == (0, "")


def test_image_has_what_the_program_needs_and_nothing_of_the_tests():
    listed = subprocess.run(
        [sys.executable, DEPLOY / "container" / "unneeded.py", ROOT / "pyproject.toml"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {
        group: {re.split(r"[<>=,; ]", each)[0] for each in needs}
        for group, needs in {
            "run": project["project"]["dependencies"],
            "test": project["dependency-groups"]["test"],
        }.items()
    }
    assert names["run"] & set(listed) == set()
    assert names["test"] - set(listed) == set()
    text = (DEPLOY / "container" / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    assert copied == {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = {path: path.read_text() for path in DEPLOY.rglob("*") if path.is_file()}
    beam = next(each.partition("==")[2] for each in project["dependencies"] if each.startswith("apache-beam"))
    wanted = {
        r"flink:(\d[\d.]+\d)": jars.FLINK,
        r"prism@v([\d.]+)": beam,
        r"(?:elasticsearch|kibana):(\d+\.[\d.]+\d)": download.VERSION,
        r"vostochny:(\d[\d.]+\d)": project["version"],
    }
    for pattern, version in wanted.items():
        found = {each for text in texts.values() for each in re.findall(pattern, text)}
        assert found == {version}, pattern


def test_compose():
    text = (DEPLOY / "compose" / "compose.yaml").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{(\w+):\?[^}]+\}", text))
    assert asked == {"ELASTIC_PASSWORD", "KIBANA_PASSWORD", "VOSTOCHNY_DESK_TOKEN"}
    filled = yaml.safe_load(re.sub(r"(?<!\$)\$\{(\w+):\?[^}]+\}", "given", text))
    services = {name: part for name, part in filled.items() if not name.startswith("x-")}
    compose_spec.PyCompose.from_yaml(yaml.safe_dump(services))
    for name, service in services["services"].items():
        assert re.search(r":\d", service["image"]), f"{name}: version"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable):
                assert value == "given", f"{name}: {variable} belongs in the environment"
        for other, how in x.items() if isinstance(x := service.get("depends_on", {}), dict) else ():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services["services"][other] or other == "desk"
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in services["volumes"]


@pytest.fixture(scope="module")
def flink_deployment(settings: Settings) -> dict:
    """The schema of FlinkDeployment, from the operator's own jar, refusing what it doesn't name."""
    jar = download.fetch(settings, Path(__file__).with_name("operator.lock"))[0]
    definition = yaml.safe_load(zipfile.ZipFile(jar).read("META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml"))
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"] |= {name: {} for name in ("apiVersion", "kind", "metadata")}
    close(schema)
    return schema


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes(path, flink_deployment):
    for manifest in yaml.safe_load_all(path.read_text()):
        if manifest["kind"] == "FlinkDeployment":
            jsonschema.validate(manifest, flink_deployment)
            assert manifest["spec"]["image"].startswith(f"flink:{jars.FLINK}-")
        else:
            kubernetes_validate.validate(manifest, "1.35", strict=True)
        assert manifest["kind"] != "Secret"
        for pod in pods(manifest):
            for volume in pod.get("volumes", ()):
                assert volume.keys() & {"emptyDir", "persistentVolumeClaim"}
            for container in pod["containers"]:
                assert container["securityContext"]["allowPrivilegeEscalation"] is False
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
                if container["name"] != "flink-main-container":  # whose resources the operator sets
                    assert "memory" in container["resources"]["limits"]
                    assert container["securityContext"]["readOnlyRootFilesystem"] is True
                for variable in container.get("env", ()):
                    assert "valueFrom" in variable or not SECRET.search(variable["name"])


def test_kustomization_names_every_manifest():
    text = (DEPLOY / "kubernetes" / "kustomization.yaml").read_text()
    assert set(re.findall(r"- (\w+\.yaml)", text)) == {path.name for path in KUBERNETES}
    assert set(yaml.safe_load(text)["resources"]) == {path.name for path in KUBERNETES} - {"watch.yaml"}


def pods(manifest: object) -> Iterator[dict]:
    """Every pod specification in a manifest."""
    if isinstance(manifest, dict):
        if "containers" in manifest:
            yield manifest
        for part in manifest.values():
            yield from pods(part)


def close(schema: object) -> None:
    """Refuse unknown fields wherever known ones are listed, as `kubectl --validate=strict` does."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)
