"""The Elasticsearch client, to the configured server or to the embedded node."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlsplit

import elastic_transport
import elasticsearch
from elastic_transport.client_utils import DEFAULT

from connectors.elasticsearch import download, node
from connectors.elasticsearch.retrying import PASSING
from connectors.settings import Settings, without_password
from schemas.failures import Failure


class _Compatible8(elastic_transport.Urllib3HttpNode):
    """Asks for version 8 of the API, as a server of version 8 demands, where the client of version 9 asks for 9."""

    def perform_request(self, method, target, body=None, headers=None, request_timeout=DEFAULT):
        headers = {
            name: value.replace("compatible-with=9", "compatible-with=8") for name, value in (headers or {}).items()
        }
        return super().perform_request(method, target, body, headers, request_timeout)


def connect(
    settings: Settings,
    *,
    timeout: float = 60,
    retries: int = 5,
    progress: download.Progress | None = None,
) -> elasticsearch.Elasticsearch:
    """A client to the Elasticsearch that the settings name: version 8.19 or 9, or else the embedded node.

    The embedded node is started, or joined, first. A client of version 9 talks to a server of version 8 only when the
    `compatible-with` parameter of its media types says 8: the server is asked for its version once, without any such
    parameter, and the client is made accordingly.

    `timeout` is in seconds for one request; a request is repeated up to `retries` times after a lost connection, a
    time-out or status 429, 502, 503 or 504.

    Raises:
        Failure: "elasticsearch_unreachable", "elasticsearch_unavailable" (busy), "elasticsearch_rejected"
            (credentials), "elasticsearch_version", "not_elasticsearch", or what `node.start` raises.
    """
    url = settings.elasticsearch_url or node.start(settings, progress).url
    options = {
        "request_timeout": timeout,
        "max_retries": retries,
        "retry_on_timeout": True,
        "retry_on_status": (429, 502, 503, 504),
    }
    if settings.elasticsearch_url:
        if settings.api_key:
            options["headers"] = {"authorization": f"ApiKey {_encoded(settings.api_key)}"}
        elif settings.user:
            # Not by basic_auth=, which takes only ASCII.
            credentials = b64encode(f"{settings.user}:{settings.password}".encode()).decode()
            options["headers"] = {"authorization": f"Basic {credentials}"}
        if settings.ca_certs:
            options["ca_certs"] = settings.ca_certs
    url = _with_port(url)
    client = elasticsearch.Elasticsearch(url, **options)
    if _major(client, without_password(url)) == 8:
        client.close()
        client = elasticsearch.Elasticsearch(url, node_class=_Compatible8, **options)
    return client


def _with_port(url: str) -> str:
    """The address with its scheme's port where it names none, which the client does not take."""
    parts = urlsplit(url)
    if parts.port:
        return url
    port = 443 if parts.scheme == "https" else 80
    return parts._replace(netloc=f"{parts.netloc.removesuffix(':')}:{port}").geturl()


def _encoded(api_key: str) -> str:
    """An API key as its "encoded" form, also where it is given as "id:key"."""
    return b64encode(api_key.encode()).decode() if ":" in api_key else api_key


def _innermost(error: elastic_transport.TransportError) -> str:
    """The end of a chain of errors, without the object that it happened to."""
    while getattr(error, "errors", ()):
        error = error.errors[-1]
    return str(error).partition("): ")[2] or str(error)


def _major(client: elasticsearch.Elasticsearch, shown: str) -> int:
    """The server's major version, 8 or 9."""
    try:
        # Past the client's own methods, since those ask for the client's version of the API.
        meta, body = client.transport.perform_request(
            "GET", "/", headers={**client._headers, "accept": "application/json"}, max_retries=2
        )
    except elastic_transport.TlsError as error:
        raise Failure(
            "elasticsearch_unreachable",
            f"no secure connection to {shown}: {_innermost(error)}. Set VOSTOCHNY_ELASTICSEARCH_CA_CERTS to its CA "
            "certificate",
        ) from error
    except elastic_transport.TransportError as error:
        raise Failure(
            "elasticsearch_unreachable",
            f"{shown} does not answer ({_innermost(error)}). See whether it runs (vostochny elasticsearch status), or "
            "check VOSTOCHNY_ELASTICSEARCH_URL",
        ) from error
    if meta.status in (401, 403):
        raise Failure(
            "elasticsearch_rejected",
            f"{shown} answers {meta.status}: check VOSTOCHNY_ELASTICSEARCH_API_KEY, or …_USER and …_PASSWORD",
        )
    if meta.status in PASSING:
        raise Failure("elasticsearch_unavailable", f"{shown} answers {meta.status}: it is busy or starting; try later")
    if meta.status != 200 or meta.headers.get("x-elastic-product") != "Elasticsearch":
        raise Failure("not_elasticsearch", f"{shown} answers {meta.status}, and not as Elasticsearch does")
    version = body["version"]["number"]
    major, minor = map(int, version.split(".")[:2])
    if (major, minor) < (8, 19) or major > 9:
        raise Failure("elasticsearch_version", f"{shown} runs Elasticsearch {version}: 8.19 or 9 is needed")
    return major
