"""Programs that measure what README and docs/ report. They need the packages of requirements-dev.txt."""

from utils.system.environment import require_environment

require_environment(("sklearn", "scipy", "zuko"), "requirements-dev.txt")
