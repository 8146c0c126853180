"""Tests of the pages of people who are signed in."""
