"""The management API: who may what, and every capability over HTTP."""
