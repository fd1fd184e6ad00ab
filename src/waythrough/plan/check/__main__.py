"""``python -m waythrough.plan.check`` is the same program as ``waythrough-check``."""

import sys

from waythrough.plan.check import main

sys.exit(main())
