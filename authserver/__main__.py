"""`python -m authserver`: the same command as `authserver`."""

from authserver.cli import main

main()
