"""Signing keys and their life: made, published, signing, retiring, gone; private parts sealed at rest."""
