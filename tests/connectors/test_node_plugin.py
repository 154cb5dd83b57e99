import zipfile

from connectors.elasticsearch.plugin import build


def contents(path):
    with zipfile.ZipFile(path) as jar:
        return {name: jar.read(name) for name in jar.namelist()}


def test_the_jar_is_what_its_sources_make(settings, tmp_path):
    build.build(settings, tmp_path / "built.jar")
    assert contents(tmp_path / "built.jar") == contents(build.JAR)
