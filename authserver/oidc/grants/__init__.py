"""What a client may exchange for tokens: a file per grant.

Authentication and minting belong to the endpoint.
"""
