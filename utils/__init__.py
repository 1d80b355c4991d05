"""Everything around the models.

Imports run one way: runs > training > evaluation > settings > system.
"""

from utils.system.environment import require_environment

# Whatever is started, this file is loaded before all that needs a package or a new Python.
require_environment()
