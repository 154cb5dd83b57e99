"""Training of the classifiers of `pipelines.coding.classifier` from coded statements of our own writing."""
