"""What tokens say and how they are made: one mint for all grants."""
