# Elasticsearch with its plugin for Korean. Not built where it was written; hadolint passes it in the tests.
FROM docker.elastic.co/elasticsearch/elasticsearch:9.5.3
RUN bin/elasticsearch-plugin install --batch analysis-nori
