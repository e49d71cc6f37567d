"""`python -m ecgmodel`."""

import sys

from ecgmodel.command_line.main import main

sys.exit(main())
