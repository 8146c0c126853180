"""`/admin`: the console of operators, who have rights over the whole server: one file per page."""
