"""Many files read by several processes, of this machine or of a cluster, in the order in which they were given."""
