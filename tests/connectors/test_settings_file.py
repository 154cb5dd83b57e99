"""Settings from a file beside those of the environment; secrets from files of their own; nothing secret told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.settings import SETTINGS, Settings, as_markdown, given
from pipelines.cli import main
from schemas.failures import Failure

DOCUMENTED = Path(__file__).parents[2] / "docs" / "configuration.md"
SECRET = "hunter2-sesame"


@pytest.fixture
def config(tmp_path):
    """Call it with the text of a file with settings, and variables; the settings of both."""

    def read(text: str, **variables: str) -> Settings:
        (tmp_path / "config.yaml").write_text(text)
        return Settings.from_env({"VOSTOCHNY_CONFIG": str(tmp_path / "config.yaml"), **variables})

    return read


def test_every_setting_can_be_in_the_file(config, tmp_path):
    (tmp_path / "ca.pem").touch()
    (tmp_path / "key").write_text(f"{SECRET}\n")
    settings = config(
        """
        # As an operator writes it.
        index_prefix: east
        data_dir: news
        cache_dir: /var/cache/news
        backup_dir: ~/backups
        maven_url: https://mirror.example/maven/
        elasticsearch:
          url: https://search.example:9243/
          api_key_file: key
          ca_certs: ca.pem
          port: 9333
          heap: 2G
        desk: {token: 0123}
        kibana:
          api_key: "@b c: d"
        """
    )
    assert settings.index_prefix == "east"
    assert settings.data_dir == tmp_path / "news"  # paths start from the file's folder
    assert settings.cache_dir == Path("/var/cache/news") and settings.backup_dir == Path.home() / "backups"
    assert settings.maven_url == "https://mirror.example/maven"
    assert (settings.elasticsearch_url, settings.api_key) == ("https://search.example:9243", SECRET)
    assert settings.ca_certs == str(tmp_path / "ca.pem")
    assert (settings.port, settings.heap_bytes) == (9333, 2 << 30)
    assert (settings.desk_token, settings.kibana_api_key) == ("0123", "@b c: d")


def test_the_users_file_is_read_where_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Settings.from_env({}).heap == "1g"
    (tmp_path / "vostochny").mkdir()
    (tmp_path / "vostochny" / "config.yaml").write_text("elasticsearch: {heap: 3g}")
    assert Settings.from_env({}).heap == "3g"


@pytest.mark.parametrize("text", ["", "# nothing\n", "elasticsearch:\n  url:\n"])
def test_a_file_may_set_nothing(config, text):
    assert config(text).elasticsearch_url == ""


def test_the_environment_goes_first(config):
    text = f"data_dir: /a\nelasticsearch:\n  heap: 2g\n  user: file\n  password: {SECRET}\n"
    settings = config(text, VOSTOCHNY_ELASTICSEARCH_HEAP="3g", VOSTOCHNY_ELASTICSEARCH_PASSWORD="env")
    assert (settings.data_dir, settings.heap) == (Path("/a"), "3g")
    assert (settings.user, settings.password) == ("file", "env")
    settings = config(text, VOSTOCHNY_ELASTICSEARCH_API_KEY="key")
    assert (settings.user, settings.password, settings.api_key) == ("", "", "key")
    settings = config(
        "elasticsearch: {api_key: key}", VOSTOCHNY_ELASTICSEARCH_USER="u", VOSTOCHNY_ELASTICSEARCH_PASSWORD="p"
    )
    assert (settings.user, settings.password, settings.api_key) == ("u", "p", "")


def test_a_secret_may_be_a_file(config, tmp_path):
    (tmp_path / "secret").write_text(f" {SECRET} \n")
    path = str(tmp_path / "secret")
    assert Settings.from_env({"VOSTOCHNY_ELASTICSEARCH_API_KEY_FILE": path}).api_key == SECRET
    assert Settings.from_env({"VOSTOCHNY_DESK_TOKEN_FILE": path}).desk_token == SECRET
    # In place of what the file says, as the secret itself would be.
    assert config("elasticsearch: {api_key: old}", VOSTOCHNY_ELASTICSEARCH_API_KEY_FILE=path).api_key == SECRET
    (tmp_path / "secret").write_text(f"https://desk:{SECRET}@search.example")
    settings = Settings.from_env({"VOSTOCHNY_ELASTICSEARCH_URL_FILE": path})
    assert settings.elasticsearch_url == f"https://desk:{SECRET}@search.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "data_dir: /a\nelasticsaerch: {port: 1}",
            r"config.yaml:2: there is no setting 'elasticsaerch'; there are .*desk",
        ),
        (
            "elasticsearch:\n\n  prot: 1",
            r"config.yaml:3: there is no setting 'elasticsearch.prot'; there are url, api_key",
        ),
        ("data_dir_file: /a", r"config.yaml:1: there is no setting 'data_dir_file'"),
        ("data_dir: /a\ndata_dir: /b", r"config.yaml:2: data_dir is set twice"),
        ("data_dir: [/a]", r"config.yaml:1: data_dir must be a text"),
        ("\n- data_dir", r"config.yaml:2: must be settings"),
        ("elasticsearch: 9200", r"config.yaml:1: there is no setting 'elasticsearch'"),
        ("elasticsearch:\n  port: many", r"config.yaml:2: elasticsearch.port must be a number .* not 'many'"),
        ("elasticsearch:\n  heap: 1", r"config.yaml:2: elasticsearch.heap must be"),
        ("elasticsearch:\n  ca_certs: no.pem", r"config.yaml:2: elasticsearch.ca_certs names no file: /.*/no.pem"),
        ("elasticsearch:\n  user: desk", r"PASSWORD, or elasticsearch.password, is missing.*config.yaml:2"),
        (f"elasticsearch:\n  url: desk:{SECRET}@search.example", r"config.yaml:2: elasticsearch.url must be an http"),
        (f"elasticsearch:\n  password: *{SECRET}", r"config.yaml:2: is not YAML; .* wants quotes"),
        (f"elasticsearch:\n  password: @{SECRET}", r"config.yaml:2: is not YAML"),
        (f'elasticsearch:\n  password: "{SECRET}', r"config.yaml:\d: is not YAML"),
        (f"elasticsearch:\n  password: {{{SECRET}}}", r"config.yaml:2: elasticsearch.password must be a text"),
        (f"elasticsearch: {{{SECRET}}}", r"config.yaml:1: there is no setting of this name"),
        (f"{SECRET}", r"config.yaml:1: must be settings"),
        (f"elasticsearch:\n  api_key: {SECRET}\n  user: desk", r"config.yaml:2: elasticsearch.api_key is set beside"),
        (f"elasticsearch:\n  api_key: {SECRET}\n  api_key_file: a", r"config.yaml:3: .* is set beside .*config.yaml:2"),
        (
            "elasticsearch:\n  api_key_file: none",
            r"config.yaml:2: .* names a file that can't be read: /.*none \(No such",
        ),
        ("elasticsearch:\n  api_key_file: config.yaml", r"config.yaml:2: .* must name a file with one line"),
        ("index_prefix: Ost", r"config.yaml:1: index_prefix can't begin an index's name as 'Ost'"),
        ("index_prefix: demo", r"config.yaml:1: index_prefix must not be 'demo'"),
        ("data_dir: \0", r"config.yaml:1: is not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_without_a_secret(config, text, said):
    with pytest.raises(Failure, match=said) as told:
        config(text)
    assert told.value.cause == "bad_setting"
    assert SECRET not in str(told.value)


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(Failure, match=r"VOSTOCHNY_CONFIG names no file that can be read: .*none.yaml"):
        Settings.from_env({"VOSTOCHNY_CONFIG": str(tmp_path / "none.yaml")})


def test_no_secret_is_ever_shown(tmp_path, monkeypatch):
    """Whatever is shown of the settings, whoever set them, and of what goes wrong with them."""
    secrets = {}
    for setting in SETTINGS:
        if setting.secret:
            secrets[setting.variable] = f"{SECRET}-{setting.attribute}"
        elif setting.address:
            secrets[setting.variable] = f"https://desk:{SECRET}@127.0.0.1:9/x"
    assert len(secrets) == 6
    secrets["VOSTOCHNY_ELASTICSEARCH_USER"] = "desk"
    (tmp_path / "key").write_text(secrets.pop("VOSTOCHNY_ELASTICSEARCH_API_KEY"))
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VOSTOCHNY_PASWORD", SECRET)  # not one of ours

    shown = CliRunner().invoke(main, ["config", "show"])
    assert shown.exit_code == 0, shown.output
    assert "VOSTOCHNY_DESK_TOKEN" in shown.output and "(set, not shown)" in shown.output
    assert "https://127.0.0.1:9/x" in shown.output and "VOSTOCHNY_PASWORD is no setting" in shown.output
    failed = CliRunner().invoke(main, ["status"])
    assert failed.exit_code == 1 and "elasticsearch_unreachable" in failed.output
    settings = Settings.from_env()
    told = [
        shown.output,
        failed.output,
        repr(settings),
        str(settings),
        repr(given()),
        repr(pickle.loads(pickle.dumps(settings))),
    ]

    for name in ("USER", "PASSWORD"):
        monkeypatch.delenv(f"VOSTOCHNY_ELASTICSEARCH_{name}")
    monkeypatch.setenv("VOSTOCHNY_ELASTICSEARCH_API_KEY_FILE", str(tmp_path / "key"))
    assert Settings.from_env().api_key == f"{SECRET}-api_key"
    told += [CliRunner().invoke(main, ["config", "show"]).output, repr(Settings.from_env()), repr(given())]
    monkeypatch.setenv("VOSTOCHNY_ELASTICSEARCH_URL", f"desk:{SECRET}@search.example")
    told.append(CliRunner().invoke(main, ["config", "show"]).output)
    assert "bad_setting" in told[-1]
    assert not [text for text in told if SECRET in text]


def test_what_is_shown_says_who_has_set_it(config, tmp_path, monkeypatch):
    config("elasticsearch:\n  heap: 2g\n")
    monkeypatch.setenv("VOSTOCHNY_CONFIG", str(tmp_path / "config.yaml"))
    monkeypatch.delenv("VOSTOCHNY_ELASTICSEARCH_HEAP")
    shown = CliRunner().invoke(main, ["config", "show"]).output
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines()}
    assert lines["file"] == str(tmp_path / "config.yaml")
    assert lines["elasticsearch.heap"] == f"2g {tmp_path / 'config.yaml'}:2: elasticsearch.heap"
    assert lines["data_dir"].endswith("VOSTOCHNY_DATA_DIR") and lines["elasticsearch.user"] == "default"


def test_the_documentation_has_every_setting_as_it_is():
    assert as_markdown() in DOCUMENTED.read_text("utf-8")


def test_the_documented_example_is_right(config, tmp_path):
    text = DOCUMENTED.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "es.key").write_text(SECRET)
    (tmp_path / "ca.pem").touch()
    settings = config(text.replace("/etc/vostochny/", "").replace("/run/secrets/", ""))
    assert settings.elasticsearch_url and settings.api_key == SECRET and settings.desk_token == ""
