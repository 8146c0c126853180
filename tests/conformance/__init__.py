"""The OpenID Foundation's certification plans, module by module: each test bears the name of its module.

Real HTTP, and relying parties that are not ours (Authlib, joserfc). `modules.toml` lists the plans.
"""
