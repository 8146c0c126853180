"""The management API, `/api/v1`: organizations, their people and their API clients, for programs.

A route is one value in a table: who may call it stands there as data. The door checks the token and that
permission before anything is read; the rooms below ask once more, holding what they change. Pages for people
who are signed in stand next door, in `console`.
"""
