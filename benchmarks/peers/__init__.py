"""Side by side with what else is used for the same: one command each, all of it in one run on the same pictures."""
