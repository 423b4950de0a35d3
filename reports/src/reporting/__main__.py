"""`python -m reporting`."""

import sys

from reporting.command import main

sys.exit(main())
