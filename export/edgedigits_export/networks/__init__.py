"""The network that is exported: of a run, of a bundle, or one that others trained."""
