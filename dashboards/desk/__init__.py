"""The desk page: all panels in a browser, live, from the embedded or any Elasticsearch."""

from dashboards.desk.server import Desk, application, serve

__all__ = ["Desk", "application", "serve"]
