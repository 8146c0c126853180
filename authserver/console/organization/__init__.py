"""Pages of one organization for the people in it: one file per page. Which one, its address says."""
