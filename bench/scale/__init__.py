"""Files of texts, streams, clusters and large training sets."""
