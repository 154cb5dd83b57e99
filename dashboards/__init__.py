"""What is seen of the collected statements: panels as code, their Kibana export, and the desk page."""
