"""`python -m app.cli` is the `vitrine` command."""

import sys

from app.cli import main

sys.exit(main())
