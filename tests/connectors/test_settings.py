from pathlib import Path

import pytest

from connectors.settings import MAVEN_URL, Settings, without_password
from schemas.failures import Failure


def test_nothing_set_means_the_embedded_node_in_the_users_folders():
    settings = Settings.from_env({})
    assert settings.elasticsearch_url == ""
    assert settings.data_dir.is_absolute()
    assert settings.node_dir.is_relative_to(settings.data_dir)
    assert "vostochny" in str(settings.data_dir)
    assert "vostochny" in str(settings.cache_dir)
    assert settings.maven_url == MAVEN_URL
    assert (settings.port, settings.heap_bytes) == (0, 1 << 30)


def test_every_variable_is_read(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    settings = Settings.from_env(
        {
            "VOSTOCHNY_ELASTICSEARCH_URL": " https://search.example:9243/ ",
            "VOSTOCHNY_ELASTICSEARCH_USER": "desk",
            "VOSTOCHNY_ELASTICSEARCH_PASSWORD": "hunter2",
            "VOSTOCHNY_ELASTICSEARCH_CA_CERTS": str(tmp_path / "ca.pem"),
            "VOSTOCHNY_ELASTICSEARCH_PORT": "9333",
            "VOSTOCHNY_ELASTICSEARCH_HEAP": "512M",
            "VOSTOCHNY_DATA_DIR": "~/news",
            "VOSTOCHNY_CACHE_DIR": str(tmp_path),
            "VOSTOCHNY_MAVEN_URL": "https://desk:hunter2@mirror.example/maven/",
        }
    )
    assert settings.elasticsearch_url == "https://search.example:9243"
    assert (settings.user, settings.password) == ("desk", "hunter2")
    assert (settings.port, settings.heap_bytes) == (9333, 512 << 20)
    assert settings.data_dir == Path.home() / "news"
    assert settings.maven_url == "https://desk:hunter2@mirror.example/maven"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ELASTICSEARCH_URL", "localhost:9200"),
        ("ELASTICSEARCH_URL", "https://search.example:port"),
        ("ELASTICSEARCH_PORT", "0"),
        ("ELASTICSEARCH_PORT", "65536"),
        ("ELASTICSEARCH_PORT", "٣"),
        ("ELASTICSEARCH_HEAP", "lots"),
        ("ELASTICSEARCH_HEAP", "512"),
        ("ELASTICSEARCH_HEAP", "64m"),
        ("ELASTICSEARCH_CA_CERTS", "/no/such/file.pem"),
        ("MAVEN_URL", "mirror.example/maven"),
    ],
)
def test_a_bad_value_is_named(variable, value):
    with pytest.raises(Failure, match=f"VOSTOCHNY_{variable}") as failure:
        Settings.from_env({f"VOSTOCHNY_{variable}": value})
    assert failure.value.cause == "bad_setting"


@pytest.mark.parametrize(
    ("given", "named"),
    [(("USER",), "PASSWORD"), (("PASSWORD",), "USER"), (("API_KEY", "USER", "PASSWORD"), "API_KEY")],
)
def test_credentials_are_a_key_or_a_user_with_a_password(given, named):
    with pytest.raises(Failure, match=f"VOSTOCHNY_ELASTICSEARCH_{named}"):
        Settings.from_env({f"VOSTOCHNY_ELASTICSEARCH_{name}": "x" for name in given})


def test_an_address_is_shown_without_its_password():
    assert without_password("https://desk:p@ss@host:1/x") == "https://host:1/x"
    assert without_password("https://host/x") == "https://host/x"
