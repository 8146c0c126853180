"""Measurements that pages of docs/decisions cite; each prints its figures and decides nothing."""
