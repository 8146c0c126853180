"""Pages for people who are signed in: the start page, and the account with all its parts."""
