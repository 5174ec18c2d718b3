"""From a trained network to files that are proven in the runtime they are made for."""
