"""Pages of organizations that strangers may see; those for people who are signed in are `console`."""
