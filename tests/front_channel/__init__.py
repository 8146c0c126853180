"""The front channel and what it grants: stores, races, pages, reactions; in process, on both databases."""
